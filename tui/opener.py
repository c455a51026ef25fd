"""Handing an address to a browser, and an entry to the clipboard's words, without any risk to the screen.

Owns which program is started and how: an argument list, never a shell; its own session, nothing of our
terminal, never waited for. Only http, https and mailto addresses are handed on, and only what parses as one
without control characters, so no address can be taken for an option or a file. Must not import Textual.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from feeds.identity import text_of
from feeds.model import Entry
from tui.render import clock, day, local

SCHEMES = ("http", "https", "mailto")
_CONSOLE = frozenset({"lynx", "w3m", "links", "links2", "elinks", "browsh", "carbonyl"})
_DESKTOP = ("xdg-open", "wslview", "gio")
"""Programs that know the browser of the desktop, if there is one: that they are there does not say so."""


class Opened(StrEnum):
    """What became of an address."""

    STARTED = "started"
    """A browser was started."""
    CONSOLE = "console"
    """The browser needs the terminal: run `command` with the screen suspended."""
    NONE = "none"
    """There is no browser."""
    REFUSED = "refused"
    """The address is not one to open."""
    FAILED = "failed"
    """The browser could not be started."""


class Started(Protocol):
    """A program that was started."""

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""
        ...


class Outcome(NamedTuple):
    """What became of an address, and the command that was or is to be run."""

    opened: Opened
    command: tuple[str, ...] = ()
    program: Started | None = None
    """The program that was handed the address. Whether it opened it is seen later: one that fails ends soon."""


def is_openable(address: str) -> bool:
    """Return whether an address may be handed to a browser."""
    if not address.isprintable() or any(char.isspace() for char in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    scheme = parts.scheme.lower()
    # urlsplit forgives a scheme in the middle of nothing; what is handed on must begin with it.
    if scheme not in SCHEMES or not address.lower().startswith(f"{scheme}:"):
        return False
    return bool(parts.path) if scheme == "mailto" else bool(parts.hostname)


def browser_command(
    address: str,
    environment: Mapping[str, str],
    find: Callable[[str], str | None] = shutil.which,
) -> tuple[str, ...] | None:
    """Return the argument list that opens an address, None where there is no browser.

    `BROWSER` holds commands parted by the system's path separator, tried in their order; in each, `%s` stands
    for the address, which is added at the end where it does not. A command is split as a shell would split
    it, but no shell ever sees it.
    """
    for entry in environment.get("BROWSER", "").split(os.pathsep):
        try:
            argv = shlex.split(entry)
        except ValueError:
            continue
        made = _filled(argv, address)
        if made and find(made[0]):
            return made
    if sys.platform == "darwin":
        return ("open", address) if find("open") else None
    for name in _DESKTOP:
        if find(name):
            return (name, "open", address) if name == "gio" else (name, address)
    return None


_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "busybox"})
_PLACE = re.compile(r"(?:--?[A-Za-z][\w-]*=)?%s")


def _filled(argv: Sequence[str], address: str) -> tuple[str, ...] | None:
    """Return a command with the address in its place; None where it would become part of something else.

    The place is a whole argument, or the value of an option: in `sh -c "… %s"` it would be program text.
    """
    if not argv or "%s" in argv[0]:
        return None
    places = [argument for argument in argv[1:] if "%s" in argument]
    if not places:
        return (*argv, address)
    if Path(argv[0]).name in _SHELLS or not all(map(_PLACE.fullmatch, places)):
        return None
    return tuple(argument.replace("%s", address) for argument in argv)


def open_address(
    address: str,
    environment: Mapping[str, str] | None = None,
    find: Callable[[str], str | None] = shutil.which,
    start: Callable[..., Started] = subprocess.Popen,
) -> Outcome:
    """Open an address and return at once."""
    if not is_openable(address):
        return Outcome(Opened.REFUSED)
    command = browser_command(address, os.environ if environment is None else environment, find)
    if command is None:
        return Outcome(Opened.NONE)
    if Path(command[0]).name in _CONSOLE:
        return Outcome(Opened.CONSOLE, command)
    try:
        program = start(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
        )
    except (OSError, ValueError):
        return Outcome(Opened.FAILED, command)
    return Outcome(Opened.STARTED, command, program)


def run_in_terminal(command: Sequence[str]) -> bool:
    """Run a browser that needs the terminal until it ends; the screen must be suspended. Never raises."""
    try:
        subprocess.run(command, check=False)  # noqa: S603 - an argument list made above, no shell
    except (OSError, ValueError):
        return False
    return True


# ------------------------------------------------------------------ for the clipboard

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>"})


def markdown(entry: Entry, source: str) -> str:
    """Return an entry as Markdown: headline with its link, source and time, the text as a quotation."""
    post = entry.post
    when = local(entry.when)
    title = (post.title or "Untitled").translate(_SPECIAL)
    link = post.url if post.url and is_openable(post.url) else ""
    head = f"[{title}](<{link}>)" if link else title
    lines = [f"**{head}**  ", f"{source.translate(_SPECIAL)}, {day(when)} {when.year}, {clock(when)}"]
    text = text_of(post)
    if text:
        lines += ["", *(f"> {line.translate(_SPECIAL)}".rstrip() for line in text.split("\n"))]
    return "\n".join(lines) + "\n"
