"""What is said of sources that are added, and which file a person means. Pure: must not import Textual.

Owns these sentences. What an address leads to, and what a list holds, is found out by the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from feeds.events import Candidate, SourcesFound, SourcesImported
from feeds.model import Kind

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
        return plain.expanduser().absolute() if text else None
    except (RuntimeError, OSError, ValueError):
        return None  # nobody's home, or no possible name
