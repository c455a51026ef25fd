"""An entry as something to take along: as text, in a file, handed to a program.

Owns its forms, the writing of the file and the running of the program: an argument list, never a shell, for a bounded
time. Must not import Textual.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path

import msgspec

from feeds.document import html
from feeds.identity import text_of
from feeds.model import Entry, Source
from feeds.records import entry_record, last_change
from feeds.text import fold, line
from tui.article import shown
from tui.opener import is_openable, markdown
from tui.render import clock, day, local

SUFFIXES = (".md", ".txt", ".html", ".json")
"""Names of files by which a form is chosen; of any other it is Markdown."""
LONGEST_RUN = 30.0
"""Seconds a program may take over an entry."""
_LONGEST_NAME = 60
_LONGEST_ANSWER = 300
"""Characters of what a program says that are read."""


# ------------------------------------------------------------------ forms


def as_text(entry: Entry, source: str) -> str:
    """Return an entry as plain text: headline, source and time, address, text."""
    post, when = entry.post, local(entry.when)
    head = [post.title, f"{source}, {day(when)} {when.year}, {clock(when)}", _address(entry)]
    return "\n".join([*(part for part in head if part), "", text_of(post)]).strip() + "\n"


def as_html(entry: Entry, source: str) -> str:
    """Return an entry as a page of HTML, made of safe text only."""
    post, when, address = entry.post, local(entry.when), _address(entry)
    title = escape(post.title or "Untitled")
    head = f'<a href="{escape(address)}">{title}</a>' if address else title
    return (
        f'<!doctype html>\n<meta charset="utf-8">\n<title>{title}</title>\n<h1>{head}</h1>\n'
        f"<p>{escape(source)}, {day(when)} {when.year}, {clock(when)}</p>\n{html(shown(post))}\n"
    )


def as_json(entry: Entry, source: Source) -> str:
    """Return an entry as the command line prints it."""
    record = entry_record(entry, source, change=last_change(entry), matches=())
    return msgspec.json.format(msgspec.json.encode(record)).decode() + "\n"


def written(entry: Entry, source: Source, file: Path) -> str:
    """Return an entry in the form the name of a file asks for."""
    match file.suffix.lower():
        case ".txt":
            return as_text(entry, source.name)
        case ".html":
            return as_html(entry, source.name)
        case ".json":
            return as_json(entry, source)
        case _:
            return markdown(entry, source.name)


def _address(entry: Entry) -> str:
    return entry.post.url if entry.post.url and is_openable(entry.post.url) else ""


# ------------------------------------------------------------------ a file


def file_name(entry: Entry) -> str:
    """Return a name for the file of an entry, made of its headline: letters, digits and hyphens."""
    words = re.sub(r"[^\w]+", "-", fold(entry.post.title or text_of(entry.post)[:_LONGEST_NAME])).strip("-")
    return (words[:_LONGEST_NAME].strip("-") or "entry") + ".md"


def write(file: Path, text: str, *, over: bool = False) -> str:
    """Write a file in one step and return what is to be said; one that is there only if it may be written over.

    A folder that is not there is not made: a slip of the hand is more likely.
    """
    target = file.expanduser()
    if target.is_dir():
        return f"“{line(str(file))}” is a folder; write the name of a file in it."
    if target.exists() and not over:
        return f"“{line(str(file))}” is there already."
    temporary = target.with_name(f".{target.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            temporary.unlink()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"“{line(str(file))}” cannot be written: {reason}."
    return f"Saved as {line(str(target))}."


# ------------------------------------------------------------------ a program


def command_of(typed: str) -> tuple[list[str], bool]:
    """Return the arguments of a command a person typed, and whether it is to have the terminal (`!` before it).

    Raises `ValueError` where a quotation mark is left open.
    """
    inside = typed.strip().startswith("!")
    return shlex.split(typed.strip().removeprefix("!")), inside


def environment(entry: Entry, source: str) -> dict[str, str]:
    """Return the environment a program is given: ours, and what the entry is."""
    about = {"ID": entry.identity, "TITLE": entry.post.title, "URL": _address(entry), "SOURCE": source}
    return {**os.environ, **{f"WIREWATCH_{name}": line(value) for name, value in about.items()}}


def run_in_terminal(argv: Sequence[str], text: str, given: dict[str, str]) -> str:
    """Run a program that needs the terminal until it ends; the screen must be suspended. Return what is to be said."""
    try:
        status = subprocess.run(argv, input=text.encode(), env=given, check=False).returncode  # noqa: S603 - no shell
    except (OSError, ValueError) as error:
        return _cannot_start(argv, error)
    return f"{line(argv[0])} ended with status {status}." if status else ""


async def run(argv: Sequence[str], text: str, given: dict[str, str]) -> tuple[str, bool]:
    """Run a program on a text; return what is to be said, and whether it is a problem. It is given `LONGEST_RUN`."""
    try:
        program = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=given,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return _cannot_start(argv, error), True
    try:
        said, _ = await asyncio.wait_for(program.communicate(text.encode()), LONGEST_RUN)
    except TimeoutError:
        return f"{line(argv[0])} took longer than {LONGEST_RUN:.0f} s and was ended.", True
    finally:
        if program.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            await program.communicate()
    answer = line(said[:_LONGEST_ANSWER].decode(errors="replace").strip().partition("\n")[0])
    if program.returncode:
        return f"{line(argv[0])} ended with status {program.returncode}{f': {answer}' if answer else '.'}", True
    return answer or f"Handed to {line(argv[0])}.", False


def _cannot_start(argv: Sequence[str], error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"“{line(argv[0])}” cannot be started: {reason}."
