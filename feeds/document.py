"""The structure of a text that came from outside, after it was made safe.

Owns the block types and their plain-text and HTML forms. Holds no foreign markup: a `Document` is made
by `feeds.html` (or built from clean strings), so whatever is here may be shown, stored and exported.
Must not import an HTML library: the screen's process reads documents and never parses.

A document is a tuple of blocks; blocks hold runs of text or other blocks, a bounded number of levels deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Literal

from msgspec import Struct


class Run(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """A stretch of text in one style. A line break inside a paragraph is a newline in `text`."""

    text: str
    style: int = 0
    """Any of BOLD, ITALIC, CODE, STRUCK, INSERTED or-ed together."""
    link: str = ""
    """Absolute http, https or mailto address the text leads to, or empty."""


BOLD = 1
ITALIC = 2
CODE = 4
STRUCK = 8
INSERTED = 16

Runs = tuple[Run, ...]


class Paragraph(Struct, frozen=True, tag="p", array_like=True):
    """Running text."""

    runs: Runs


class Heading(Struct, frozen=True, tag="h", array_like=True):
    """A heading of level 1 to 6."""

    runs: Runs
    level: int = 2


class Quote(Struct, frozen=True, tag="q", array_like=True):
    """Somebody else's words."""

    blocks: tuple[Block, ...]


class Listing(Struct, frozen=True, tag="l", array_like=True):
    """A bulleted list, or a numbered one when `start` is given."""

    items: tuple[tuple[Block, ...], ...]
    start: int | None = None
    """Number of the first item (HTML `ol start`), None for bullets."""


class Cell(Struct, frozen=True, array_like=True, omit_defaults=True):
    """One cell of a table."""

    runs: Runs
    header: bool = False


class Table(Struct, frozen=True, tag="t", array_like=True):
    """Rows of cells; rows may differ in length."""

    rows: tuple[tuple[Cell, ...], ...]


class Code(Struct, frozen=True, tag="c", array_like=True):
    """Preformatted text, verbatim."""

    text: str


class Media(Struct, frozen=True, tag="m", array_like=True):
    """Something that a terminal shows as a line: a picture by its caption, an embed by its address."""

    kind: Literal["image", "video", "audio", "embed", "form"]
    url: str = ""
    """Absolute http(s) address, or empty."""
    caption: str = ""
    """Alternative text or caption, or empty."""


class Rule(Struct, frozen=True, tag="r", array_like=True):
    """A thematic break."""


Block = Paragraph | Heading | Quote | Listing | Table | Code | Media | Rule
Document = tuple[Block, ...]


def paragraphs(text: str) -> Document:
    """Build a document from clean plain text: blank lines separate paragraphs, single newlines stay."""
    parts = (part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n"))
    return tuple(Paragraph((Run(part),)) for part in parts if part.strip())


def runs_text(runs: Runs) -> str:
    """Return the characters of some runs."""
    return "".join(run.text for run in runs)


def plain(document: Document) -> str:
    """Return the document as plain text: blocks parted by a blank line, list items and rows by lines."""
    return "\n\n".join(part for part in (_plain_block(block) for block in document) if part)


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(runs) | Heading(runs):
            return runs_text(runs)
        case Quote(blocks):
            return "\n".join(f"> {line}".rstrip() for line in plain(blocks).split("\n"))
        case Listing(items, start):
            marks = ("- " if start is None else f"{start + index}. " for index in range(len(items)))
            return "\n".join(_hang(mark, plain(item)) for mark, item in zip(marks, items, strict=True))
        case Table(rows):
            return "\n".join(" | ".join(runs_text(cell.runs) for cell in row) for row in rows)
        case Code(text):
            return text
        case Media():
            return media_line(block)
        case Rule():
            return "---"


def _hang(mark: str, text: str) -> str:
    indent = "\n" + " " * len(mark)
    return mark + text.replace("\n\n", "\n").replace("\n", indent)


def media_line(media: Media) -> str:
    """Return the line that stands for a medium: `[image: caption]`, or its address where there is no caption."""
    about = media.caption or media.url.removeprefix("https://").removeprefix("http://")
    return f"[{media.kind}: {about}]" if about else f"[{media.kind}]"


def html(document: Document) -> str:
    """Return the document as HTML that holds only the elements of this module: safe by construction."""
    return "".join(_html_block(block) for block in document)


def _html_block(block: Block) -> str:
    match block:
        case Paragraph(runs):
            return f"<p>{_html_runs(runs)}</p>"
        case Heading(runs, level):
            return f"<h{level}>{_html_runs(runs)}</h{level}>"
        case Quote(blocks):
            return f"<blockquote>{html(blocks)}</blockquote>"
        case Listing(items, start):
            inner = "".join(f"<li>{html(item)}</li>" for item in items)
            if start is None:
                return f"<ul>{inner}</ul>"
            return f"<ol>{inner}</ol>" if start == 1 else f'<ol start="{start}">{inner}</ol>'
        case Table(rows):
            return f"<table>{''.join(map(_html_row, rows))}</table>"
        case Code(text):
            return f"<pre>{escape(text, quote=False)}</pre>"
        case Media(kind, url, caption):
            if kind == "image" and url:
                return f'<figure><img src="{escape(url)}" alt="{escape(caption)}"></figure>'
            label = escape(media_line(block), quote=False)
            return f'<p><a href="{escape(url)}">{label}</a></p>' if url else f"<p>{label}</p>"
        case Rule():
            return "<hr>"


def _html_row(row: tuple[Cell, ...]) -> str:
    cells = (("th" if cell.header else "td", _html_runs(cell.runs)) for cell in row)
    return "<tr>" + "".join(f"<{name}>{inner}</{name}>" for name, inner in cells) + "</tr>"


def _html_runs(runs: Runs) -> str:
    return "".join(_html_run(run) for run in runs)


_STYLE_ELEMENTS = ((BOLD, "b"), (ITALIC, "i"), (CODE, "code"), (STRUCK, "s"), (INSERTED, "ins"))


def _html_run(run: Run) -> str:
    out = escape(run.text, quote=False).replace("\n", "<br>")
    for bit, name in _STYLE_ELEMENTS:
        if run.style & bit:
            out = f"<{name}>{out}</{name}>"
    return f'<a href="{escape(run.link)}">{out}</a>' if run.link else out


def links(document: Document) -> tuple[str, ...]:
    """Return the addresses a document leads to, in order, each once."""
    return tuple(dict.fromkeys(address for address, _ in _links(document)))


def link_texts(document: Document) -> dict[str, str]:
    """Return what the text of each link is, by its address: of several to one address, the first that has any."""
    found: dict[str, str] = {}
    for address, text in _links(document):
        found[address] = found.get(address) or " ".join(text.split())
    return found


def _links(document: Document) -> Iterator[tuple[str, str]]:
    for block in document:
        match block:
            case Paragraph(runs) | Heading(runs):
                yield from _runs_links(runs)
            case Quote(blocks):
                yield from _links(blocks)
            case Listing(items):
                for item in items:
                    yield from _links(item)
            case Table(rows):
                for row in rows:
                    for cell in row:
                        yield from _runs_links(cell.runs)
            case Media(_, url) if url:
                yield url, media_line(block)
            case _:
                pass


def _runs_links(runs: Runs) -> Iterator[tuple[str, str]]:
    """Yield the links of running text, one that is parted by emphasis as one."""
    for address, parts in groupby(runs, key=lambda run: run.link):
        if address:
            yield address, "".join(run.text for run in parts)
