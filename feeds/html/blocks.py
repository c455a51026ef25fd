"""A document while it is made: text and blocks in the order a page shows them.

Owns what is a list, a table or a page's layout, what a caption belongs to, and how much of a text is kept. Knows no
markup: `feeds.html` says what begins and ends. All text that leaves is clean (`feeds.text`).
"""

from __future__ import annotations

from typing import Literal

from feeds import text
from feeds.document import (
    CODE,
    Block,
    Cell,
    Code,
    Document,
    Heading,
    Listing,
    Media,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    media_line,
    plain,
)
from feeds.html.inline import Piece, paragraphs, runs_of, shortened, size_of

MAX_TEXT = 300_000
"""Characters of a document."""
MAX_BLOCKS = 10_000
"""Blocks, items and cells of a document."""
MAX_PIECES = 50_000
"""Stretches of text in one style, and line breaks."""
MAX_LEVELS = 24
"""Quotes, lists and tables inside one another; what is deeper stands in the last of them."""
MAX_FIGURES = 100
"""Figures inside one another."""


class _Box:
    """A block that is open and holds others."""

    __slots__ = ("blocks", "caption", "header", "joined", "kind", "layout", "loose", "number", "parts", "rows", "url")

    def __init__(self, kind: Literal["root", "quote", "list", "item", "table", "cell", "figure", "caption"]) -> None:
        self.kind = kind
        self.blocks: list[Block] = []
        self.parts: list[tuple[int | None, list[list[Block]]]] = []
        """A list's items, in stretches that are numbered without a gap."""
        self.rows: list[list[tuple[bool, Document]]] = []
        self.caption: list[Block] = []
        self.number: int | None = None
        self.url = ""
        self.layout = self.header = self.joined = False
        self.loose: Listing | None = None
        """The list made of items that stand in no list."""


class Builder:
    """Takes what a page shows, piece by piece."""

    def __init__(self) -> None:
        self.style = 0
        self.link = ""
        self.heading = 0
        """Level of the heading that is open, 0 for none."""
        self.full = False
        """The bounds are reached: nothing further is taken."""
        self.verbatim = 0
        self._boxes = [_Box("root")]
        self._levels = self._figures = 0
        self._pieces: list[Piece] = []
        self._code: list[str] = []
        self._room, self._blocks, self._left = MAX_TEXT, MAX_BLOCKS, MAX_PIECES
        self._controls: list[int] = []
        self._pictures: set[str] = set()

    # -------------------------------------------------------------- text

    def words(self, words: str) -> None:
        """Take text."""
        if self.verbatim:
            self._code.append(words)
        else:
            self._take((words, self.style, self.link))

    def line_break(self) -> None:
        """Take a line break; two of them end a paragraph."""
        if self.verbatim:
            self._code.append("\n")
        else:
            self._take((None, 0, ""))

    def _take(self, piece: Piece) -> None:
        if self._left > 0:
            self._left -= not self._pieces or self._pieces[-1][1:] != piece[1:] or piece[0] is None
            self._pieces.append(piece)
        elif not self.full:
            self.block()
            self.full = True

    def block(self) -> None:
        """End the paragraph: a block begins or ends here."""
        if self.verbatim:
            if self._code and not self._code[-1].endswith("\n"):
                self._code.append("\n")
            return
        if not self._pieces:
            return
        pieces, self._pieces = self._pieces, []
        for runs in paragraphs(pieces):
            self._leaf(Heading(runs, self.heading) if self.heading else Paragraph(runs))

    def begin_verbatim(self) -> None:
        """Take the following as it stands."""
        self.verbatim += 1

    def end_verbatim(self) -> None:
        """End what is taken as it stands."""
        self.verbatim -= 1
        if not self.verbatim:
            lines = text.clean("".join(self._code)).replace("\xa0", " ").split("\n")
            self._code = []
            code = "\n".join(line.rstrip() for line in lines).strip("\n")
            if code:
                self._leaf(Code(code))

    # -------------------------------------------------------------- single blocks

    def rule(self) -> None:
        """Take a thematic break; several in a row are one."""
        here = self._boxes[-1].blocks
        if not here or not isinstance(here[-1], Rule):
            self._leaf(Rule())

    def picture(self, url: str, caption: str, *, again: bool) -> None:
        """Take a picture. `again`: it may be one that was shown already, for readers who run no scripts."""
        here = self._boxes[-1].blocks
        if again and url in self._pictures:
            return
        if again and here and here[-1] == Media("image", "", caption):
            here.pop()
        self._pictures.add(url)
        self.medium("image", url, caption)

    def medium(self, kind: Literal["image", "video", "audio", "embed", "form"], url: str, caption: str) -> None:
        """Take something that stands as a line of its own."""
        if not self.verbatim:
            self.block()
        self._leaf(Media(kind, url, caption))

    def control(self, *, hidden: bool) -> None:
        """Take a control of a form, which nobody can use here."""
        if self._controls and not hidden:
            self._controls[-1] += 1

    def begin_form(self) -> None:
        """Take a form: its text is shown, and a line for its controls."""
        self._controls.append(0)

    def end_form(self, url: str) -> None:
        """End a form."""
        if self._controls.pop():
            self._leaf(Media("form", url))

    # -------------------------------------------------------------- boxes

    def begin_quote(self, url: str) -> bool:
        """Begin somebody else's words, found at `url`; return whether there is something to end, as all of these."""
        box = _Box("quote")
        box.url = url
        return self._begin(box)

    def begin_list(self, start: int | None) -> bool:
        """Begin a list, numbered from `start` or with bullets."""
        box = _Box("list")
        box.number = start
        return self._begin(box)

    def begin_item(self, value: int | None, *, joined: bool) -> bool:
        """Begin an item of a list; one that is `joined` goes on with the item before."""
        if self._levels >= MAX_LEVELS and self._boxes[-1].kind != "list":
            return False
        box = _Box("item")
        box.number, box.joined = value, joined
        self._boxes.append(box)
        return True

    @property
    def in_item(self) -> bool:
        """Whether an item is open, and no other box in it."""
        return self._boxes[-1].kind == "item"

    def begin_table(self, *, layout: bool) -> bool:
        """Begin a table; one for layout is none, its cells hold parts of the page."""
        box = _Box("table")
        box.layout = layout
        return self._begin(box)

    def row(self) -> None:
        """Begin a row."""
        if self._boxes[-1].kind == "table":
            self._boxes[-1].rows.append([])

    def begin_cell(self, *, header: bool) -> bool:
        """Begin a cell of the row; a cell outside of a table is a block."""
        if self._boxes[-1].kind != "table":
            return False
        if not self._boxes[-1].rows:
            self._boxes[-1].rows.append([])
        box = _Box("cell")
        box.header = header
        self._boxes.append(box)
        return True

    def begin_figure(self) -> bool:
        """Begin something with a caption."""
        if self._figures >= MAX_FIGURES:
            return False
        self._figures += 1
        self._boxes.append(_Box("figure"))
        return True

    def begin_caption(self) -> bool:
        """Begin the caption of a figure or a table."""
        if self._boxes[-1].kind not in ("figure", "table"):
            return False
        self._boxes.append(_Box("caption"))
        return True

    def _begin(self, box: _Box) -> bool:
        if self._levels >= MAX_LEVELS:
            return False
        self._levels += 1
        self._boxes.append(box)
        return True

    def end_box(self) -> None:
        """End the box that was begun last."""
        box = self._boxes.pop()
        outer = self._boxes[-1]
        match box.kind:
            case "quote":
                self._levels -= 1
                if box.blocks:
                    self._put(Quote(tuple(box.blocks)))
                elif box.url:
                    self._leaf(Media("embed", box.url))
            case "list":
                self._levels -= 1
                for start, items in box.parts:
                    self._put(Listing(tuple(map(tuple, items)), start))
            case "item":
                self._item(box, outer)
            case "table":
                self._levels -= 1
                for block in (*box.caption, *box.blocks, *_table(box)):
                    self._put(block)
            case "cell":
                self._blocks -= 1
                outer.rows[-1].append((box.header, tuple(box.blocks)))
            case "figure":
                self._figures -= 1
                for block in _figure(box):
                    self._put(block)
            case "caption":
                outer.caption.extend(box.blocks)

    def _item(self, box: _Box, outer: _Box) -> None:
        if outer.kind != "list":
            if box.blocks:
                loose = outer.loose if outer.blocks and outer.blocks[-1] is outer.loose else None
                if loose is not None:
                    outer.blocks.pop()
                outer.loose = Listing((*(loose.items if loose else ()), tuple(box.blocks)))
                self._put(outer.loose)
            return
        if not box.blocks and outer.number is None:
            return
        if box.joined and outer.parts:
            outer.parts[-1][1][-1].extend(box.blocks)
            return
        self._blocks -= 1
        if outer.number is not None and box.number is not None and box.number != outer.number:
            outer.number = box.number
            outer.parts.append((box.number, [box.blocks]))
        elif outer.parts:
            outer.parts[-1][1].append(box.blocks)
        else:
            outer.parts.append((outer.number, [box.blocks]))
        if outer.number is not None:
            outer.number += 1

    # -------------------------------------------------------------- the end

    def document(self) -> Document:
        """Return the document."""
        self.block()
        while self.verbatim:
            self.end_verbatim()
        while len(self._boxes) > 1:
            self.end_box()
        return tuple(self._boxes[0].blocks)

    def _leaf(self, block: Block) -> None:
        """Take a block that holds text, as far as there is room."""
        if self.full:
            return
        size = size_of(block)
        if size > self._room:
            block = shortened(block, self._room)
        self._room -= size
        self._blocks -= 1
        self.full = self._room <= 0 or self._blocks <= 0
        self._put(block)

    def _put(self, block: Block) -> None:
        box = self._boxes[-1]
        if box.kind != "list":
            box.blocks.append(block)
        elif box.parts:
            box.parts[-1][1][-1].append(block)  # in a list, but in no item: a list inside it, mostly
        else:
            box.parts.append((box.number, [[block]]))


# ------------------------------------------------------------------ figures, tables


def _figure(box: _Box) -> list[Block]:
    """Return a figure's blocks; the caption is its picture's where there is one, else a text below."""
    media = [index for index, block in enumerate(box.blocks) if isinstance(block, Media)]
    if len(media) != 1 or not box.caption:
        return [*box.blocks, *box.caption]
    medium = box.blocks[media[0]]
    if isinstance(medium, Media):
        caption = text.line(plain(tuple(box.caption)))[:500].rstrip()
        box.blocks[media[0]] = Media(medium.kind, medium.url, caption or medium.caption)
    return box.blocks


def _table(box: _Box) -> list[Block]:
    """Return a table, or where it only lays out a page, what is in its cells."""
    rows = [row for row in box.rows if any(blocks for _, blocks in row)]
    if box.layout or _is_layout(rows):
        return [block for row in rows for _, blocks in row for block in blocks]
    cells = [tuple(Cell(_flat(blocks), header) for header, blocks in row) for row in rows]
    shown = tuple(row for row in cells if any(cell.runs for cell in row))
    return [Table(shown)] if shown else []


def _is_layout(rows: list[list[tuple[bool, Document]]]) -> bool:
    if all(len(row) < 2 for row in rows):
        return True
    if any(header for row in rows for header, _ in row):
        return False
    return any(not isinstance(block, Paragraph) for row in rows for _, blocks in row for block in blocks)


def _flat(blocks: Document) -> Runs:
    """Return the blocks of a cell as lines."""
    lines: list[tuple[str, int, str]] = []
    for block in blocks:
        if runs := _line(block):
            if lines:
                words, style, link = lines[-1]
                lines[-1] = (f"{words}\n", style, link)
            lines += [(run.text, run.style, run.link) for run in runs]
    return runs_of(lines)


def _line(block: Block) -> Runs:
    match block:
        case Paragraph(runs) | Heading(runs):
            return runs
        case Code(code):
            return (Run(code, CODE),)
        case Media(kind, url, caption):
            return (Run(media_line(block), 0, url),) if caption or kind != "image" else ()
        case Rule():
            return ()
        case _:
            words = plain((block,))
            return (Run(words),) if words else ()
