"""The `wirewatch` command: the command line of `feeds.cli`, with a screen where no command is named.

Owns what the app is opened on: the saved sources, those of one visit, or the demo, each with its folder of data.
Imports Textual only once it is sure that there will be a screen.
"""

from __future__ import annotations

import gc
import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs

from feeds import cli, config
from feeds.cli import Place
from feeds.clock import SystemClock
from feeds.config import Settings
from feeds.events import ServiceOptions
from feeds.link import ServiceLink
from feeds.model import SourceSpec
from tui.options import AppOptions
from tui.terminal import is_terminal, refusal


def open_app(place: Place, sources: tuple[str, ...], demo: bool) -> int:
    """Open the app on these addresses for this visit, on the saved sources, or on the demo; return the exit status."""
    visiting = cli.addresses(sources)
    sentence = refusal(os.environ, standard_input=is_terminal(0), standard_error=is_terminal(2))
    if sentence:
        place.say(f"wirewatch: {sentence}")
        return cli.MISUSE
    settings = config.load(place.config)
    with ExitStack() as stack:

        def folder() -> Path:
            temporary = TemporaryDirectory(prefix="wirewatch-", ignore_cleanup_errors=True)
            return Path(stack.enter_context(temporary))

        def the_demo() -> AppOptions:
            return demo_options(folder(), place, settings)

        if demo:
            options = the_demo()
        elif visiting:
            options = visit_options(folder(), place, settings, visiting)
        else:
            options = replace(saved_options(place, settings), demo_factory=the_demo)
        # Nothing made before the first frame is garbage; the app collects when it was drawn.
        gc.disable()
        from tui.app import run

        return run(options)


def saved_options(place: Place, settings: Settings) -> AppOptions:
    """Return what the app is to show: the saved sources."""
    service = ServiceOptions(data=str(place.data), config=str(place.config), logs=str(place.data))
    return AppOptions(
        data=place.data,
        settings=settings,
        open_link=lambda: ServiceLink(service),
        clock=SystemClock(),
        logs=place.data,
    )


def visit_options(folder: Path, place: Place, settings: Settings, visiting: tuple[str, ...]) -> AppOptions:
    """Return what the app is to show: some addresses, with their entries in a folder that is thrown away."""
    service = ServiceOptions(data=str(folder), config=str(place.config), visiting=visiting, logs=str(place.data))
    return AppOptions(
        data=folder,
        settings=structs.replace(settings, sources=tuple(SourceSpec(url=address) for address in visiting)),
        open_link=lambda: ServiceLink(service),
        clock=SystemClock(),
        logs=place.data,
        visit_only=True,
    )


def demo_options(folder: Path, place: Place, settings: Settings) -> AppOptions:
    """Return what the app is to show: the made-up story, from now on, in a folder that is thrown away."""
    from feeds import demo
    from feeds.replay import ScaledClock

    start = SystemClock().now()
    service = ServiceOptions(data=str(folder), config=str(place.config), demo_start=start, logs=str(place.data))
    return AppOptions(
        data=folder,
        settings=structs.replace(settings, sources=demo.specs(), watches=demo.watches()),
        open_link=lambda: ServiceLink(service),
        clock=ScaledClock(start, demo.SCALE),
        logs=place.data,
        demo=True,
    )


def wrong(settings: Settings) -> list[str]:
    """Return what only the screen knows to be wrong with the configuration, a sentence each."""
    from tui.keymap import wrong
    from tui.theme import names

    return wrong(settings, names())


def main() -> None:
    """Run the command line; the entry point of the package."""
    cli.main(open_app, wrong)


if __name__ == "__main__":
    main()
