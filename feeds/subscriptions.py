"""Lists of sources that other programs keep: OPML, the `urls` file of newsboat, addresses line by line.

Owns which of the three a file is, what becomes a source, and what is refused: a list may come from anywhere, so it
brings addresses of the web and never a command or a file. Changes no configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from feeds import opml, sniff
from feeds.config import SHORTEST_INTERVAL, web_address
from feeds.errors import ParseError, WirewatchError
from feeds.flow import Response
from feeds.model import SourceSpec
from feeds.opml import MAX_NAME, MAX_TAGS, Listed
from feeds.records import readable
from feeds.sniff import Form
from feeds.text import line

MAX_BYTES = 20 * 1024 * 1024
"""Bytes of a list; the largest ones people have are a hundredth of it."""
MAX_SOURCES = 10_000
"""Sources read of one list; those behind are left out."""
_SHOWN = 120
"""Characters of what is refused that the sentence shows."""


class Subscriptions(Struct, frozen=True):
    """What a list holds."""

    sources: tuple[SourceSpec, ...] = ()
    """Each once, in the order of the list."""
    refused: tuple[str, ...] = ()
    """A sentence for each that is no source, or none that an import may bring."""
    remarks: tuple[str, ...] = ()
    """Sentences about what was odd and read all the same."""


def read_file(file: Path) -> Subscriptions:
    """Return what the list in a file holds. Raises `WirewatchError` where it cannot be read, or is no list."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it has no possible name"
        raise WirewatchError(f"“{file}” cannot be read: {reason}.") from error
    if len(content) > MAX_BYTES:
        raise WirewatchError(f"“{file}” is larger than {MAX_BYTES // 1024**2} MB; it was not read.")
    return read(content)


def read(body: bytes) -> Subscriptions:
    """Return what a list holds, recognised by its content. Raises `ParseError` where it is no list at all."""
    response = Response(url="", body=body)
    sniffed = sniff.sniff(response)
    if sniffed.form is Form.EMPTY:
        raise ParseError("The list is empty.")
    if sniffed.form is Form.BINARY:
        raise ParseError(f"This is {sniffed.what}, not a list of sources.")
    if sniffed.entities:
        raise ParseError("The list declares entities of its own; no list needs them, attacks use them.")
    text = sniff.read_text(response, sniffed)
    if sniffed.form in (Form.XML, Form.HTML, Form.TEXT) and opml.is_opml(text):
        reading = opml.Reading(text)
        found = _gathered(reading)
        return replace(found, remarks=(*found.remarks, *reading.problems))
    if sniffed.form is Form.TEXT:
        return _gathered(_lines(text))
    what = {
        Form.FEED: "a feed; “wirewatch add” follows it",
        Form.HTML: "a web page; “wirewatch add” finds the feeds it offers",
        Form.JSON: "JSON",
    }.get(sniffed.form, f"an XML document with the root “{line(sniffed.root)}”")
    raise ParseError(f"This is not a list of sources but {what}.")


# ------------------------------------------------------------------ lines

_WORD = re.compile(r'"((?:[^"\\]|\\.)*+)"?|(\S+)')
_BACKSLASH = re.compile(r"\\(.)")


def _lines(text: str) -> Iterator[Listed]:
    r"""Return the sources of lines: an address, then tags, words or in quotation marks with `\"` for one.

    As newsboat writes them: `~` before a tag makes it the name, `!` hides a source from its list, which means nothing
    here, and `#` begins a comment. Where further addresses follow the first, they are sources too.
    """
    for each in text.splitlines():
        words = list(_words(each))
        if not words:
            continue
        rest = [word for word in words[1:] if not _is_of_the_web(word)]
        names = [word[1:] for word in rest if word.startswith("~")]
        tags = [word for word in rest if word and not word.startswith(("~", "!"))]
        name = names[0][:MAX_NAME] if names else ""
        yield Listed(words[0], name, tuple(dict.fromkeys(tag[:MAX_NAME] for tag in tags))[:MAX_TAGS])
        yield from (Listed(word) for word in words[1:] if _is_of_the_web(word))


def _words(text: str) -> Iterator[str]:
    for quoted, bare in _WORD.findall(text):
        if bare.startswith("#"):
            return
        yield line(bare or _BACKSLASH.sub(r"\1", quoted))


def _is_of_the_web(word: str) -> bool:
    return word.lower().startswith(("http://", "https://"))


# ------------------------------------------------------------------ what becomes a source


def _gathered(listed: Iterable[Listed]) -> Subscriptions:
    found: dict[str, SourceSpec] = {}
    refused: dict[str, None] = {}
    remarks: dict[str, None] = {}
    for number, each in enumerate(listed):
        if number == MAX_SOURCES:
            remarks[f"The list names more than {MAX_SOURCES:,} sources; only these were read."] = None
            break
        address = _address(each.address)
        if address is None:
            refused[_refusal(each)] = None
            continue
        if each.command:
            remarks[f"“{_shown(each.address)}” is taken without the command that was to filter it."] = None
        have = found.get(address, SourceSpec(address))
        found[address] = replace(
            have,
            name=have.name or ("" if each.name == address else each.name),
            tags=tuple(dict.fromkeys((*have.tags, *each.tags)))[:MAX_TAGS],
            every=have.every or _every(each.every),
            adapter=have.adapter or each.adapter or None,
        )
    return Subscriptions(tuple(found.values()), tuple(refused), tuple(remarks))


def _address(written: str) -> str | None:
    """Return the address of the web that a list means; `feed:` is how browsers were made to open a reader."""
    if written[:7].lower() == "feed://":
        written = f"http{written[4:]}"
    elif written[:5].lower() == "feed:":
        written = written[5:] if _is_of_the_web(written[5:]) else ""
    return web_address(written)


_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,3})?")


def _every(written: str) -> float | None:
    seconds = float(written) if _SECONDS.fullmatch(written) else 0.0
    return max(seconds, SHORTEST_INTERVAL) if seconds else None


def _refusal(listed: Listed) -> str:
    written = listed.address.lower()
    if not written:
        return f"“{_shown(listed.name)}” has no address." if listed.name else "A source without name and address."
    if written.startswith(("|", "exec:", "filter:")):
        reason = "is a command; an import brings none"
    elif written.startswith("query:"):
        reason = "is a query, not a source; a watch in the configuration can be one"
    elif written.startswith(("file:", "/", "~", ".")):
        reason = "is a file; an import brings none, “wirewatch add” does"
    else:
        reason = "is no address that begins with http:// or https://"
    return f"“{_shown(listed.address)}” {reason}."


def _shown(text: str) -> str:
    text = readable(text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
