"""What is said of sources that are added, and which file a person means. Pure: must not import Textual.

Owns these sentences. What an address leads to, and what a list holds, is found out by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from feeds.events import AddSource, Candidate, Command, KeepSources, SourcesFound, SourcesImported
from feeds.model import Kind, Source

NO_ADDRESS = "That is no address: it begins with https:// or is a host's name."
NO_FILE = "That is no file: write the path of an OPML file, of newsboat's “urls”, or of a list of addresses."
_NAMED = 2
"""Names that are said of sources that were added together."""


def added(names: Sequence[str]) -> str:
    """Return what is said of sources that are there now."""
    if len(names) == 1:
        return f"Added {names[0]}."
    shown, more = names[:_NAMED], len(names) - _NAMED
    rest = f" and {more:,} more" if more else ""
    return f"Added {len(names):,} sources: {', '.join(shown) if more else ' and '.join(shown)}{rest}."


class Additions:
    """Sources that are being added: told of together, however slowly one comes after the other."""

    def __init__(self) -> None:
        self._there: set[str] = set()
        """Addresses of the sources there were when the last one was asked for."""
        self._names: dict[str, str] = {}
        """What has come since, by address."""
        self._next: set[str] | None = None
        """As `_there`, of what was asked for after that; it holds from what comes next on."""

    def asked(self, command: Command, sources: Iterable[Source]) -> None:
        """Take in a wish, and the sources there are."""
        if isinstance(command, AddSource):
            self._next = {source.spec.url for source in sources}
        elif isinstance(command, KeepSources):
            self._next = set()  # what is there already is what it is about

    def take(self, url: str, name: str) -> None:
        """Take in that a source is there now."""
        if self._next is not None:
            self._there, self._next = self._next, None
            self._names.clear()
        self._names[url] = name

    @property
    def sentence(self) -> str:
        """What is said of all that came."""
        new = [name for url, name in self._names.items() if url not in self._there]
        known = [name for url, name in self._names.items() if url in self._there]
        if not known:
            return added(new)
        if new:
            return f"{added(new)} {len(known):,} {'was' if len(known) == 1 else 'were'} there already."
        return f"{known[0]} is there already." if len(known) == 1 else f"All {len(known):,} are there already."


def imported(event: SourcesImported) -> str:
    """Return what came of a list."""
    if not event.added + event.there + event.refusals:
        return "The list names no sources."
    if event.added:
        parts = [f"{event.added:,} source{'s were' if event.added > 1 else ' was'} added"]
    else:
        parts = ["nothing was added"]
    if event.there:
        parts.append(f"{event.there:,} {'were' if event.there > 1 else 'was'} there already")
    if event.refusals:
        parts.append(f"{event.refusals:,} {'were' if event.refusals > 1 else 'was'} refused")
    sentence = "; ".join(parts)
    sentence = sentence[0].upper() + sentence[1:]
    return f"{sentence}: {event.refused[0]}" if event.refused else f"{sentence}."


def offers(event: SourcesFound) -> str:
    """Return the title of the list of what was found."""
    host = urlsplit(event.url).hostname or event.url
    if len(event.found) == 1:
        return f"{host}: follow this page?"
    return f"{host} offers {len(event.found)} sources"


def kind(candidate: Candidate) -> str:
    """Return what a source is, in a word or two."""
    if candidate.adapter:
        return "a guess"
    return {Kind.LIVEBLOG: "live blog", Kind.FEED: "feed"}.get(candidate.kind, "page")


def list_file(text: str) -> Path | None:
    """Return the file a person means: a path as typed, pasted or dropped on the terminal; None where it is none."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text[:7].lower() == "file://":
        text = unquote(urlsplit(text).path)
    elif "://" in text:
        return None
    plain = Path(text)
    try:
        if "\\" in text and not plain.exists():
            plain = Path(text.replace("\\ ", " ").replace("\\(", "(").replace("\\)", ")"))
        file = plain.expanduser().absolute()
        # What has no end would be read for ever: a device, a pipe. Of what is not there the engine tells.
        return file if text and (file.is_file() or file.is_dir() or not file.exists()) else None
    except (RuntimeError, OSError, ValueError):
        return None  # nobody's home, or no possible name
