"""The command line: arguments, standard output, standard error, exit codes.

Standard output is data, standard error is narration. Owns no feed logic: every command drives the same engine as the
screen. Each command is a module that is imported only when it is called, so that the first line appears quickly.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Concatenate, NoReturn, ParamSpec, TypeVar

import click
from msgspec import Struct, json

from feeds import __version__
from feeds.config import Settings, default_data, default_file, load, source_address
from feeds.errors import WirewatchError
from feeds.records import readable

DONE, FAILED, MISUSE, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses; scripts rely on them."""

P = ParamSpec("P")
Decorated = TypeVar("Decorated", bound=Callable[..., object])


class Place:
    """Where the configuration and the data of this call lie, and how much is said."""

    def __init__(self) -> None:
        self.config = default_file()
        self.data = default_data()
        self.verbose = False

    def write(self, text: str) -> None:
        """Write a line of data for people, made safe by whoever made it."""
        _echo(text)

    def write_json(self, record: Struct) -> None:
        """Write a record as a line of JSON: in UTF-8, whatever the terminal speaks (RFC 8259, 8.1)."""
        _echo(json.encode(record))

    def say(self, text: str) -> None:
        """Write a sentence to standard error, made safe."""
        _echo(readable(text), err=True)

    def detail(self, text: str) -> None:
        """Write a sentence that only `-v` shows."""
        if self.verbose:
            self.say(text)

    def settings(self) -> Settings:
        """Read the configuration and say what is wrong with it."""
        settings = load(self.config)
        for problem in settings.problems:
            self.say(str(problem))
        return settings


def _echo(message: str | bytes, *, err: bool = False) -> None:
    try:
        click.echo(message, err=err)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(f"The output cannot be written: {error.strerror}.") from error


OpenApp = Callable[[Place, tuple[str, ...], bool], int]
"""Opens the app on these addresses for this visit, or on the saved sources; True plays the demo."""
OfTheScreen = Callable[[Settings], Sequence[str]]
"""Returns a sentence for each setting that only the screen can know to be wrong: keys, themes."""


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

    return with_options(wrapper)


def with_options(function: Decorated) -> Decorated:
    """Give a command or a group the options that every command has."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_COMMANDS = {
    "add": "feeds.cli.sources",
    "config": "feeds.cli.settings",
    "import": "feeds.cli.exchange",
    "inspect": "feeds.cli.inspect",
    "opml": "feeds.cli.exchange",
    "refresh": "feeds.cli.refresh",
    "remove": "feeds.cli.sources",
    "show": "feeds.cli.show",
    "sources": "feeds.cli.sources",
    "tail": "feeds.cli.tail",
}


class Commands(click.Group):
    """The commands, loaded when called; anything that is no command is a source for the app to open."""

    open_app: OpenApp | None = None
    of_the_screen: OfTheScreen | None = None

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
        word = args[0]
        if self.get_command(ctx, word) is not None:
            return super().resolve_command(ctx, args)
        if source_address(word) is None:
            close = get_close_matches(word, self.list_commands(ctx), n=1)
            hint = f"Did you mean “{close[0]}”?" if close else "Try “wirewatch --help”."
            raise click.UsageError(f"“{word}” is neither a command, an address nor a file. {hint}", ctx)
        if self.open_app is None:
            raise click.UsageError(f"There is no app here to open it in. Try “tail {word}”.", ctx)
        return "open", _open_command(self.open_app), args

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Read the options; click's own handling of closed pipes is not ours."""
        with _own_endings():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; click's own handling of closed pipes and of ctrl+c is not ours."""
        with _own_endings():
            return super().invoke(ctx)


class _PipeClosedError(Exception):
    """Nobody reads our output any more. Not an `OSError`, which click would turn into a failure."""


@contextmanager
def _own_endings() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _PipeClosedError from error
    except KeyboardInterrupt as error:
        raise click.Abort from error


def _open_command(open_app: OpenApp) -> click.Command:
    @click.command("open", hidden=True)
    @click.argument("sources", nargs=-1)
    @common
    def opening(place: Place, sources: tuple[str, ...]) -> int:
        return open_app(place, addresses(sources), False)

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


_WITH_APP = (
    "Without a command, “wirewatch” opens the app on the saved sources, and “wirewatch SOURCE…” on these addresses or "
    "files for this visit only."
)


def command_line(open_app: OpenApp | None = None, of_the_screen: OfTheScreen | None = None) -> click.Group:
    """Build the command line; with `open_app` it opens the app where no command is named."""

    @click.group(
        cls=Commands,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog=_WITH_APP if open_app is not None else None,
    )
    @with_options
    @click.pass_context
    def group(context: click.Context) -> None:
        """Follow live blogs and feeds in a terminal."""
        if context.invoked_subcommand is not None:
            return
        if open_app is None:
            click.echo(context.get_help())
        else:
            sys.exit(open_app(context.ensure_object(Place), (), False))

    group.open_app, group.of_the_screen = open_app, of_the_screen
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


def main(open_app: OpenApp | None = None, of_the_screen: OfTheScreen | None = None) -> NoReturn:
    """Run the command line and leave with its exit status. A closed pipe ends it quietly."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot write a character shows a question mark rather than a traceback.
            stream.reconfigure(errors="replace")
    try:
        command_line(open_app, of_the_screen)(standalone_mode=False, prog_name="wirewatch")
        status = DONE
    except click.UsageError as error:
        status = _shown(error, MISUSE)
    except click.ClickException as error:
        status = _shown(error, FAILED)
    except (click.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except (BrokenPipeError, _PipeClosedError):
        status = _unheard(DONE)
    except SystemExit as exit:
        status = exit.code if isinstance(exit.code, int) else FAILED
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        status = _unheard(status)
    except OSError:
        status = _unheard(FAILED)
    sys.exit(status)


def _shown(error: click.ClickException, status: int) -> int:
    """Write an error of click's as it does, its text made safe."""
    try:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
            return status
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(f"{error.ctx.get_usage()}\nTry “{error.ctx.command_path} --help”.\n", err=True)
        click.echo(readable(error.format_message()), err=True)
    except BrokenPipeError:
        return _unheard(status)
    return status


def _unheard(status: int) -> int:
    """Let go of an output that nobody reads: what is still in its buffer has nowhere to go, now and at the end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except OSError:
                os.dup2(nothing, stream.fileno())
    return status
