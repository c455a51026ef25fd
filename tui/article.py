"""What an entry looks like in full: headline, facts, text, addresses; lines of pieces at a width.

Owns the layout of a document on a grid of cells. Pure, and lazy: lines are made as they are asked for, so the
first screen of a long text costs what a screen costs. Each line is exactly as wide as asked. Scrolling,
caches and colours are elsewhere. Must not import Textual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from feeds.document import (
    BOLD,
    ITALIC,
    Block,
    Code,
    Document,
    Heading,
    Listing,
    Media,
    Paragraph,
    Quote,
    Rule,
    Runs,
    Table,
    links,
    plain,
)
from feeds.model import Entry, Post
from feeds.query import Field
from tui import cells
from tui.glyphs import UNICODE, Glyphs
from tui.ink import BLANK, Ink, Line, Role, fit, light
from tui.render import LitText, clock, day, local
from tui.tables import table_lines
from tui.wrap import wrap

MEASURE = 88
"""Cells of the longest line of text: wider ones are hard to read."""
FIRST_BLOCK = 2
"""Section of the first block of text; before it are the headline and the facts."""
_LONGEST_LINK = 2_000
_DEEPEST = 12
"""Quotes and lists inside one another that are still moved to the right."""


class Page(NamedTuple):
    """How an entry is drawn in full; part of what its lines are remembered by."""

    width: int
    glyphs: Glyphs = UNICODE
    zone: tzinfo | None = None


class Text(NamedTuple):
    """The text an entry is shown with."""

    document: Document | None
    """Instead of the feed's; None for that."""
    notes: tuple[str, ...] = ()
    """What is said of it above it; a line each."""
    fetched: datetime | None = None
    """When it was; part of what its lines are remembered by."""


class Placed(NamedTuple):
    """A line and the part of the entry it belongs to, by which a place survives an edit or another width."""

    section: int
    line: Line


def article(
    entry: Entry, page: Page, source: str, lit: LitText, now: datetime, notes: Sequence[str] = ()
) -> Iterator[Placed]:
    """Yield the lines of an entry in full, each exactly `page.width` cells wide; `notes` stand above its text."""
    margin = 2 if page.width >= 50 else 1 if page.width >= 20 else 0
    width = max(min(page.width - 2 * margin, MEASURE), 1)
    side: Line = [(" " * margin, BLANK)]
    for section, lines in enumerate(_sections(entry, page, source, lit, now, width, notes)):
        for line in lines:
            yield Placed(section, fit([*side, *line], page.width))


def _sections(
    entry: Entry, page: Page, source: str, lit: LitText, now: datetime, width: int, notes: Sequence[str]
) -> Iterator[Iterator[Line]]:
    post = entry.post
    numbers = {address: number for number, address in enumerate(addresses(post), start=1)}
    layout = Layout(page.glyphs, lit, numbers)
    yield _title(entry, lit, width)
    yield chain(_facts(entry, page, source, now, width), _noted(notes, width))
    for block in shown(post):
        yield _after_blank(layout.block(block, width))
    if numbers:
        yield _addresses(post, page.glyphs, numbers, width)


def _after_blank(lines: Iterator[Line]) -> Iterator[Line]:
    for index, line in enumerate(lines):
        if index == 0:
            yield []
        yield line


def shown(post: Post) -> Document:
    """Return the text that is shown of a post: the summary above the body, unless the body begins with it."""
    if not post.body or not post.summary:
        return post.body or post.summary
    if _squeezed(post.body).startswith(_squeezed(post.summary).rstrip("….")):
        return post.body
    return (*post.summary, Rule(), *post.body)


def with_text(entry: Entry, text: Text | None) -> Entry:
    """Return an entry as it is shown with a text, which takes the place of its own."""
    if text is None or text.document is None:
        return entry
    return replace(entry, post=replace(entry.post, summary=(), body=text.document))


def _squeezed(document: Document) -> str:
    """Return the first words of a document; summaries are no longer than that."""
    return " ".join(" ".join(plain((block,)) for block in document[:8])[:4_000].split())


def addresses(post: Post) -> tuple[str, ...]:
    """Return the addresses a post leads to, in the order of their numbers: `[1]` is the first."""
    found = chain(links(shown(post)), (enclosure.url for enclosure in post.enclosures))
    return tuple(dict.fromkeys(address for address in found if is_safe_address(address)))


def is_safe_address(address: str) -> bool:
    """Say whether an address may be put into a terminal's hyperlink (OSC 8): visible ASCII, known scheme."""
    return (
        address.startswith(("https://", "http://", "mailto:"))
        and len(address) <= _LONGEST_LINK
        and address.isascii()
        and address.isprintable()
        and " " not in address
    )


# ------------------------------------------------------------------ above the text


def _title(entry: Entry, lit: LitText, width: int) -> Iterator[Line]:
    title = cells.one_line(entry.post.title)
    if title:
        yield from wrap(light([(title, Ink(Role.TITLE))], lit(title, Field.TITLE)), width)


def _facts(entry: Entry, page: Page, source: str, now: datetime, width: int) -> Iterator[Line]:
    post, meta, dot = entry.post, Ink(Role.META), (f" {page.glyphs.dot} ", Ink(Role.LABEL))
    byline: Line = [(cells.one_line(source), Ink(Role.SOURCE))]
    if post.authors:
        byline += [dot, (cells.one_line("by " + ", ".join(post.authors)), meta)]
    if post.origin and post.origin != source:
        byline += [dot, (cells.one_line("from " + post.origin), meta)]
    yield from wrap(byline, width)
    yield from wrap(_times(entry, page, now), width)
    badges = _badges(entry, page)
    if badges:
        yield from wrap(badges, width)
    if post.tags:
        tags = cells.one_line(", ".join(post.tags))
        yield from wrap([("tags  ", Ink(Role.LABEL)), (tags, meta)], width)
    if post.url and is_safe_address(post.url):
        name = cells.cut(post.url.partition("://")[2] or post.url, width - 2, page.glyphs.more)
        yield [(f"{page.glyphs.link} ", Ink(Role.LABEL)), (name, Ink(Role.META, link=post.url))]


def _noted(notes: Sequence[str], width: int) -> Iterator[Line]:
    for note in notes:
        yield from wrap([(cells.one_line(note), Ink(Role.LABEL, ITALIC))], width)


def _times(entry: Entry, page: Page, now: datetime) -> Line:
    post, label, meta = entry.post, Ink(Role.LABEL), Ink(Role.META)
    times = [("published", post.published), ("updated", post.updated), ("seen", entry.first_seen)]
    line: Line = []
    first: datetime | None = None
    for name, when in times:
        if when is None or (first is not None and abs((when - first).total_seconds()) < 60):
            continue
        here = local(when, page.zone)
        if first is None:
            first = when
            ago = relative(when, now)
            date = "" if here.date() == local(now, page.zone).date() else f"{day(here)} "
            line += [(f"{name} ", label), (f"{date}{clock(here)}", meta), (f" ({ago})", label)]
        else:
            same = here.date() == local(first, page.zone).date()
            text = clock(here) if same else f"{day(here)} {clock(here)}"
            line += [("   ", label), (f"{name} ", label), (text, meta)]
    return line


_SKEW = 120
"""Seconds by which the clocks of publishers are commonly ahead."""


def relative(when: datetime, now: datetime) -> str:
    """Return how long ago something was: `5 min ago`. A clock that is a little ahead is nobody's business."""
    seconds = int((now - when).total_seconds())
    if seconds < -_SKEW:
        return "in the future"
    for least, size, name in ((172_800, 86_400, "days"), (3_600, 3_600, "h"), (60, 60, "min")):
        if seconds >= least:
            return f"{seconds // size} {name} ago"
    return "just now"


def _badges(entry: Entry, page: Page) -> Line:
    glyphs = page.glyphs

    def at(when: datetime) -> str:
        here = local(when, page.zone)
        return clock(here) if here.date() == local(entry.when, page.zone).date() else f"{day(here)} {clock(here)}"

    found: list[tuple[str, Role]] = []
    if entry.revision > 1:
        found.append((f"{glyphs.edited} edited {entry.revision - 1}× {at(entry.revised_at)}", Role.EDITED))
    if entry.withdrawn_at:
        found.append((f"{glyphs.withdrawn} withdrawn {at(entry.withdrawn_at)}", Role.WITHDRAWN))
    elif entry.restored_at:
        found.append((f"{glyphs.edited} restored {at(entry.restored_at)}", Role.EDITED))
    if entry.post.key_event:
        found.append((f"{glyphs.key_event} key event", Role.KEY))
    if entry.late:
        found.append((f"{glyphs.late} came late", Role.EDITED))
    if entry.starred:
        found.append((f"{glyphs.starred} starred", Role.STARRED))
    line: Line = []
    for text, role in found:
        if line:
            line.append(("   ", BLANK))
        line.append((text if glyphs is UNICODE else text.replace("×", "x"), Ink(role)))
    return line


# ------------------------------------------------------------------ below the text


def _addresses(post: Post, glyphs: Glyphs, numbers: dict[str, int], width: int) -> Iterator[Line]:
    files = {enclosure.url: enclosure for enclosure in post.enclosures}
    yield []
    yield [(glyphs.rule * min(width, 24), Ink(Role.LINE))]
    margin = len(f"[{len(numbers)}] ")
    for address, number in numbers.items():
        ink = Ink(Role.META, link=address)
        mark: Line = [(f"[{number}]".ljust(margin), Ink(Role.NUMBER))]
        hanging: Line = [(" " * margin, BLANK)]
        for index, line in enumerate(wrap([(address, ink)], max(width - margin, 1))):
            yield [*(hanging if index else mark), *line]
        if address in files:
            about = _file_facts(files[address].type, files[address].length)
            if about:
                yield from ([*hanging, *line] for line in wrap([(about, Ink(Role.LABEL))], max(width - margin, 1)))


def _file_facts(kind: str | None, length: int | None) -> str:
    parts = [cells.one_line(kind)] if kind else []
    if length:
        parts.append(f"{length / 1_000_000:.1f} MB" if length >= 100_000 else f"{max(length // 1000, 1)} kB")
    return ", ".join(parts)


# ------------------------------------------------------------------ the text


class Layout:
    """Lays blocks out; knows the numbers of the addresses and which words are lit."""

    def __init__(self, glyphs: Glyphs, lit: LitText, numbers: dict[str, int]) -> None:
        self.glyphs = glyphs
        self.lit = lit
        self.numbers = numbers

    def inline(self, runs: Runs, role: Role = Role.TEXT, marks: int = 0) -> Line:
        """Return running text with its words lit and a number after each address."""
        pieces: Line = []
        for run in runs:
            text = cells.legible(run.text)
            if text:
                link = run.link if run.link in self.numbers else ""
                pieces.append((text, Ink(Role.LINK if link else role, run.style | marks, link=link)))
        pieces = light(pieces, self.lit("".join(text for text, _ in pieces), Field.TEXT))
        out: Line = []
        for index, (text, ink) in enumerate(pieces):
            out.append((text, ink))
            if ink.link and (index + 1 == len(pieces) or pieces[index + 1][1].link != ink.link):
                out.append((f"[{self.numbers[ink.link]}]", Ink(Role.NUMBER)))
        return out

    def blocks(
        self, blocks: Sequence[Block], width: int, role: Role, depth: int, *, tight: bool = False
    ) -> Iterator[Line]:
        """Yield the lines of some blocks, parted by empty lines unless `tight`."""
        for index, block in enumerate(blocks):
            if index and not tight:
                yield []
            yield from self.block(block, width, role, depth)

    def block(self, block: Block, width: int, role: Role = Role.TEXT, depth: int = 0) -> Iterator[Line]:
        """Yield the lines of a block, each at most so wide."""
        match block:
            case Paragraph(runs):
                yield from wrap(self.inline(runs, role), width)
            case Heading(runs):
                yield from wrap(self.inline(runs, Role.HEADING), width)
            case Quote(inner):
                bar: Line = [(f"{self.glyphs.quote} ", Ink(Role.LINE))] if depth < _DEEPEST and width > 8 else []
                for line in self.blocks(inner, width - 2 if bar else width, Role.QUOTE, depth + 1):
                    yield [*bar, *line]
            case Listing(items, start):
                yield from self._listing(items, start, width, role, depth)
            case Table(rows):
                cells_of = [
                    [(self.inline(cell.runs, role, BOLD if cell.header else 0), cell.header) for cell in row]
                    for row in rows
                ]
                yield from table_lines(cells_of, width, self.glyphs)
            case Code(text):
                yield from self._code(text, width)
            case Media():
                yield from wrap(self._media(block), width)
            case Rule():
                yield [(self.glyphs.rule * min(width, 24), Ink(Role.LINE))]

    def _listing(
        self, items: tuple[tuple[Block, ...], ...], start: int | None, width: int, role: Role, depth: int
    ) -> Iterator[Line]:
        if start is None:
            marks = [self.glyphs.bullets[depth % len(self.glyphs.bullets)] + " "] * len(items)
        else:
            longest = len(str(start + len(items) - 1))
            marks = [f"{start + index}".rjust(longest) + ". " for index in range(len(items))]
        for mark, item in zip(marks, items, strict=True):
            size = cells.width(mark) if depth < _DEEPEST and width > 8 + len(mark) else 0
            first: Line = [(mark, Ink(Role.BULLET))] if size else []
            hanging: Line = [(" " * size, BLANK)] if size else []
            empty = True
            for line in self.blocks(item, width - size, role, depth + 1, tight=True):
                yield [*(first if empty else hanging), *line]
                empty = False
            if empty:
                yield first

    def _code(self, text: str, width: int) -> Iterator[Line]:
        bar: Line = [(f"{self.glyphs.code} ", Ink(Role.LINE))] if width > 8 else []
        room = width - 2 if bar else width
        for line in cells.legible(text.expandtabs(4)).strip("\n").split("\n"):
            shown_part = cells.cut(line[: room * 8], room, self.glyphs.more)
            yield [*bar, (shown_part, Ink(Role.CODE))]

    def _media(self, media: Media) -> Line:
        known = media.url in self.numbers
        about = cells.one_line(media.caption)
        text = f"[{media.kind}: {about}]" if about else f"[{media.kind}]"
        found = self.lit(text, Field.TEXT)
        line = light([(text, Ink(Role.MEDIA, ITALIC, link=media.url if known else ""))], found)
        return [*line, (f"[{self.numbers[media.url]}]", Ink(Role.NUMBER))] if known else line
