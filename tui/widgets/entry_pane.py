"""One entry in full.

Owns which entry is shown and where in it the reader is; lines are made by `tui.article` as they come into
view and kept. An edit, another width or other lit words keep the place: it is a part of the entry and a line
in that part. Must not read the store: it is handed the entry.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Unpack

from rich.segment import Segment
from textual.cache import LRUCache
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from feeds.document import Block
from feeds.model import Entry
from tui.article import FIRST_BLOCK, Page, Placed, Text, article, relative, shown, with_text
from tui.ink import text_of
from tui.shelf import Shelf
from tui.widgets.line_pane import LinePane, PaneOptions, thumb

_PLACES = 500
"""Entries of which the place is remembered."""


class Article:
    """The lines of an entry, made as far as somebody looked."""

    def __init__(self, source: Iterator[Placed]) -> None:
        self.lines: list[Placed] = []
        self.strips: dict[tuple[int, int], Strip] = {}
        self.whole = False
        """Whether all lines are made."""
        self._source = source

    def make(self, count: int) -> int:
        """Make lines until there are so many; return how many there are."""
        while not self.whole and len(self.lines) < count:
            line = next(self._source, None)
            if line is None:
                self.whole = True
            else:
                self.lines.append(line)
        return len(self.lines)

    def make_all(self) -> int:
        """Make all lines; return how many there are."""
        self.lines.extend(self._source)
        self.whole = True
        return len(self.lines)

    def place(self, line: int) -> tuple[int, int]:
        """Return the section a line is in and how far in."""
        section = self.lines[line].section
        first = line
        while first and self.lines[first - 1].section == section:
            first -= 1
        return section, line - first

    def find(self, place: tuple[int, int]) -> int:
        """Return the line of a place, or the nearest before it."""
        section, offset = place
        at = 0
        while self.make(at + 1) > at and self.lines[at].section < section:
            at += 1
        while offset and self.make(at + 2) > at + 1 and self.lines[at + 1].section == section:
            at, offset = at + 1, offset - 1
        return max(min(at, len(self.lines) - 1), 0)


class EntryPane(LinePane):
    """An entry in full, scrolled by lines."""

    @dataclass
    class Shown(Message):
        """Another entry is shown."""

        entry_id: int

    def __init__(self, shelf: Shelf, **options: Unpack[PaneOptions]) -> None:
        super().__init__(shelf, **options)
        self.entry: Entry | None = None
        """The entry shown; change it with `show`."""
        self.text_of: Callable[[Entry], Text | None] = lambda entry: None
        """Says with which text an entry is shown where that is not its own; call `relay` when it says otherwise."""
        self._text: Text | None = None
        self._page = Page(0, self.glyphs, self.zone)
        self._article: Article | None = None
        self._articles: LRUCache[Hashable, Article] = LRUCache(16)
        self._places: dict[tuple[int, bool], tuple[tuple[int, int], Block | None]] = {}
        self._top = 0
        self._ago = ""
        """How long ago the entry is said to have been."""

    # ------------------------------------------------------------------ what is shown

    def show(self, entry: Entry | None) -> None:
        """Show an entry, or nothing; one that was shown before is where it was left."""
        self._remember()
        other = entry is not None and (self.entry is None or self.entry.id != entry.id)
        self.entry = entry
        self._lay_out()
        if entry is not None and other:
            self.post_message(self.Shown(entry.id))

    def relay(self) -> None:
        """Show the entry with another text."""
        self._remember()
        self._lay_out()

    @property
    def drawn(self) -> Entry | None:
        """The entry with the text it is shown with."""
        return None if self.entry is None else with_text(self.entry, self._text)

    def relight(self) -> None:
        """Draw again because the shelf's version changed."""
        self._remember()
        self._palette = None
        self._lay_out()

    def tick(self) -> None:
        """Let the time move on that is said of the entry; where that says the same nothing is drawn."""
        if self.entry is not None and self._article is not None and self._since(self.entry) != self._ago:
            self._remember()
            self._lay_out()

    def _since(self, entry: Entry) -> str:
        return relative(entry.post.published or entry.post.updated or entry.first_seen, self.shelf.now())

    def _remember(self) -> None:
        drawn, which = self.drawn, self._which
        if drawn is not None and self._article is not None and self._article.lines:
            self._places.pop(which, None)
            place = self._article.place(self._top)
            self._places[which] = (place, _block(drawn, place[0]))
            if len(self._places) > _PLACES:
                del self._places[next(iter(self._places))]

    @property
    def _which(self) -> tuple[int, bool]:
        """The entry shown, and whether with its own text."""
        own = self._text is None or self._text.document is None
        return (0 if self.entry is None else self.entry.id, own)

    def _lay_out(self) -> None:
        entry, page = self.entry, self._page
        text = self._text = None if entry is None else self.text_of(entry)
        self._article = None
        if entry is not None and page.width > 0:
            source, now = self.shelf.source_name(entry.source_id), self.shelf.now()
            ago = self._ago = self._since(entry)
            marks = (entry.starred, entry.late, entry.withdrawn_at, entry.restored_at)
            shown_with = (text.document is not None, text.notes, text.fetched) if text is not None else None
            key = (entry.id, entry.revision, marks, source, ago, self.shelf.version, page, shown_with)
            number, own = self._which
            entry = with_text(entry, text)
            self._article = self._articles.get(key)
            if self._article is None:
                notes = text.notes if text is not None else ()
                self._article = Article(article(entry, page, source, self.shelf.lit_text, now, notes))
                self._articles[key] = self._article
            # A text that was not read yet begins where the other one is: nobody is sent back to the headline.
            places = self._places
            place, block = places.get((number, own)) or places.get((number, not own)) or ((0, 0), None)
            self._top = self._article.find((_section(entry, place[0], block), place[1]))
            self._scroll_top(self._top)
        self.refresh()

    # ------------------------------------------------------------------ scrolling

    @property
    def line(self) -> int:
        """The line of the entry that is at the top."""
        return self._top

    def scroll_lines(self, lines: int) -> None:
        """Move down by some lines, up when negative."""
        before = self._top
        self._scroll_top(self._top + lines)
        if self._top != before:
            self.refresh()

    def scroll_share(self, share: float) -> None:
        """Go to a place given as a share of the entry, 0 to 1; all of its lines are made for that."""
        if self._article is not None:
            total = self._article.make_all()
            self.scroll_lines(round(max(total - self.size.height, 0) * share) - self._top)

    def page(self, delta: int) -> None:
        """Move by some screens."""
        self.scroll_lines(delta * max(self.size.height - 2, 1))

    @property
    def at_end(self) -> bool:
        """Whether the last line is on the screen, or there is none."""
        made = self._article
        return made is None or made.make(self._top + self.size.height + 1) <= self._top + self.size.height

    def to_start(self) -> None:
        """Go to the headline."""
        self.scroll_lines(-self._top)

    def to_end(self) -> None:
        """Go to the last line."""
        if self._article is not None:
            self.scroll_lines(self._article.make_all())

    def _scroll_top(self, line: int) -> None:
        if self._article is not None:
            height = max(self.size.height, 1)  # there is a line at the top also where there is no room for it
            made = self._article.make(max(line, 0) + height)
            self._top = max(min(line, made - height), 0)

    # ------------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """Return a line of the screen."""
        made, at, palette = self._article, self._top + y, self.palette
        if made is None:
            frame = self.message_frame()
            return frame[y] if y < len(frame) else Strip.blank(self.size.width, palette.blank)
        if made.make(at + 1) <= at:
            strip = Strip.blank(self._page.width, palette.blank)
        else:
            key = (at, palette.number)
            strip = made.strips.get(key) or palette.strip(made.lines[at].line, self._page.width)
            made.strips[key] = strip
        return Strip([*self._selected(strip, at), self.bar_cell(y in self._thumb())], self.size.width)

    def _selected(self, strip: Strip, at: int) -> Strip:
        """Return a strip with what the mouse selected marked, and its place, by which the mouse selects."""
        selection = self.text_selection
        span = selection.get_span(at) if selection is not None else None
        if span is not None:
            start, end = span
            stop = strip.cell_length if end == -1 else end
            inside = [
                Segment(text, style + self.selection_style if style else self.selection_style)
                for text, style, _ in strip.crop(start, stop)
            ]
            strip = Strip([*strip.crop(0, start), *inside, *strip.crop(stop)], strip.cell_length)
        return strip.apply_offsets(0, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text the mouse selected."""
        if self._article is None:
            return None
        text = "\n".join(text_of(placed.line).rstrip() for placed in self._article.lines)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Mark what is selected."""
        self.refresh()

    def _thumb(self) -> range:
        made, height = self._article, self.size.height
        known = len(made.lines) if made is not None else 0
        # While the end is not made, guess that as much again follows: the thumb only says that there is more.
        total = known if made is None or made.whole else max(known * 2, height + 1)
        return thumb(height, self._top, height, total)

    # ------------------------------------------------------------------ Textual's events

    def on_resize(self) -> None:
        """Take another size; the place is kept."""
        self._remember()
        self._page = self._page._replace(width=self.line_width)
        self._lay_out()


def _block(entry: Entry, section: int) -> Block | None:
    """Return the block of text a section is, None where it is something else."""
    blocks, at = shown(entry.post), section - FIRST_BLOCK
    return blocks[at] if 0 <= at < len(blocks) else None


def _section(entry: Entry, section: int, block: Block | None) -> int:
    """Return the section a block is now, which was that section before an edit; the same where it is gone."""
    if block is None or _block(entry, section) == block:
        return section
    found = [at + FIRST_BLOCK for at, other in enumerate(shown(entry.post)) if other == block]
    return min(found, key=lambda at: abs(at - section), default=section)
