"""The command line: arguments, standard output, standard error, exit codes.

Standard output is data, standard error is narration. Owns no feed logic: every command drives the same engine as the
screen. Each command is a module that is imported only when it is called, so that the first line appears quickly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Concatenate, NoReturn, ParamSpec

import click

from feeds import __version__
from feeds.config import default_data, default_file, source_address
from feeds.errors import WirewatchError

DONE, FAILED, MISUSE, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses; scripts rely on them."""

P = ParamSpec("P")


class Place:
    """Where the configuration and the data of this call lie, and how much is said."""

    def __init__(self) -> None:
        self.config = default_file()
        self.data = default_data()
        self.verbose = False

    def say(self, text: str) -> None:
        """Write a line of narration to standard error."""
        click.echo(text, err=True)

    def detail(self, text: str) -> None:
        """Write a line of narration that only `-v` shows."""
        if self.verbose:
            self.say(text)


OpenApp = Callable[[Place, tuple[str, ...], bool], int]
"""Opens the app on these addresses for this visit, or on the saved sources; True plays the demo."""


def _set_config(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Place).config = value.absolute()


def _set_data(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Place).data = value.absolute()


def _set_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Place).verbose = True


_OPTIONS = (
    click.option(
        "--config", type=click.Path(path_type=Path, dir_okay=False), callback=_set_config, expose_value=False,
        metavar="FILE", help="Use this configuration file.",
    ),
    click.option(
        "--data", type=click.Path(path_type=Path, file_okay=False), callback=_set_data, expose_value=False,
        metavar="DIR", help="Keep stored data in this folder.",
    ),
    click.option("-v", "--verbose", is_flag=True, callback=_set_verbose, expose_value=False, help="Say more."),
    click.version_option(__version__, prog_name="wirewatch"),
)  # fmt: skip


def common(function: Callable[Concatenate[Place, P], int | None]) -> Callable[P, None]:
    """Give a command the options every command has, and turn what it returns or raises into an exit status."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        place = click.get_current_context().ensure_object(Place)
        try:
            status = function(place, *args, **kwargs)
        except WirewatchError as error:
            place.say(str(error))
            status = FAILED
        sys.exit(status or DONE)

    for option in reversed(_OPTIONS):
        wrapper = option(wrapper)
    return wrapper


_COMMANDS = {
    "add": "feeds.cli.sources",
    "config": "feeds.cli.settings",
    "inspect": "feeds.cli.inspect",
    "refresh": "feeds.cli.refresh",
    "remove": "feeds.cli.sources",
    "sources": "feeds.cli.sources",
    "tail": "feeds.cli.tail",
}


class Commands(click.Group):
    """The commands, loaded when called; anything that is no command is a source for the app to open."""

    open_app: OpenApp | None = None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*_COMMANDS, *super().list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return it."""
        if cmd_name in _COMMANDS:
            found: click.Command = getattr(import_module(_COMMANDS[cmd_name]), f"{cmd_name}_command")
            return found
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; addresses and files in its place open the app."""
        if self.open_app is None or self.get_command(ctx, args[0]) is not None:
            return super().resolve_command(ctx, args)
        if source_address(args[0]) is None:
            close = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"Did you mean “{close[0]}”?" if close else "Try “wirewatch --help”."
            raise click.UsageError(f"“{args[0]}” is neither a command, an address nor a file. {hint}", ctx)
        return None, _open_command(self.open_app), args


def _open_command(open_app: OpenApp) -> click.Command:
    @click.command("open", hidden=True)
    @click.argument("sources", nargs=-1)
    @common
    def opening(place: Place, sources: tuple[str, ...]) -> int:
        return open_app(place, sources, False)

    return opening


def addresses(sources: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses people mean; raises `click.UsageError` naming the first that is none."""
    found = []
    for text in sources:
        address = source_address(text)
        if address is None:
            raise click.UsageError(f"“{text}” is neither an address (https://…) nor a file.")
        found.append(address)
    return tuple(dict.fromkeys(found))


def command_line(open_app: OpenApp | None = None) -> click.Group:
    """Build the command line; with `open_app` it opens the app where no command is named."""

    @click.group(
        cls=Commands,
        invoke_without_command=open_app is not None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog="Without a command, “wirewatch” opens the app on the saved sources, and “wirewatch SOURCE…” on "
        "these addresses or files for this visit only.",
    )
    @click.pass_context
    def group(context: click.Context) -> None:
        """Follow live blogs and feeds in a terminal."""
        if context.invoked_subcommand is None and open_app is not None:
            sys.exit(open_app(context.ensure_object(Place), (), False))

    for option in reversed(_OPTIONS):
        group = option(group)
    assert isinstance(group, Commands)
    group.open_app = staticmethod(open_app) if open_app else None  # type: ignore[assignment]  # kept unbound
    if open_app is not None:
        group.add_command(_demo_command(open_app))
    return group


def _demo_command(open_app: OpenApp) -> click.Command:
    @click.command("demo")
    @common
    def demo(place: Place) -> int:
        """Play a made-up live story: offline, and nothing is stored."""
        return open_app(place, (), True)

    return demo


def main(open_app: OpenApp | None = None) -> NoReturn:
    """Run the command line and leave with its exit status. A closed pipe ends it quietly."""
    try:
        command_line(open_app)(standalone_mode=False, prog_name="wirewatch")
    except click.UsageError as error:
        error.show()
        status = MISUSE
    except click.ClickException as error:
        error.show()
        status = FAILED
    except (click.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone; what is still in the buffer has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = DONE
    except SystemExit as exit:
        status = exit.code if isinstance(exit.code, int) else FAILED
    else:
        status = DONE
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)
