"""Invented entries and a shelf that holds them, for tests of what shows entries."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from feeds.document import Paragraph, Run
from feeds.model import Entry, Post
from feeds.query import Field
from feeds.store import Selection
from feeds.watches import Lit
from tui.render import millis
from tui.shelf import Lights

NOW = datetime(2026, 2, 13, 14, 30, tzinfo=UTC)
HOSTILE = "x [/foo] y [@click=app.quit]go[/] \x1b[31mred\x1b]0;t\x07 \x9b2J \u202egnp.exe\u202c \x00\r\n end"


def entry(number: int, *, minutes_ago: float | None = None, title: str | None = None, text: str = "") -> Entry:
    """Entry of that id; two minutes apart unless said otherwise."""
    at = NOW - timedelta(minutes=200 - 2 * number if minutes_ago is None else minutes_ago)
    return Entry(
        id=number,
        source_id=1,
        identity=str(number),
        post=Post(
            title=f"Headline {number}" if title is None else title,
            published=at,
            body=(Paragraph((Run(text),)),) if text else (),
        ),
        sort_at=at,
        first_seen=at,
        revised_at=at,
    )


class Books:
    """A shelf in memory that lights up «kyiv» and counts what it is asked."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.version = 1
        self.by_id = {each.id: each for each in entries}
        self.asked: list[int] = []
        self.name = "Varda Herald"

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        self.asked.extend(ids)
        return [self.by_id[each] for each in ids if each in self.by_id]

    def source_name(self, source_id: int) -> str:
        return self.name

    def lit(self, entry: Entry) -> Lights:
        return Lights(alert="siren" in entry.post.title)

    def lit_text(self, text: str, field: Field = Field.TEXT) -> Sequence[Lit]:
        return [Lit(match.start(), match.end(), 0) for match in re.finditer("(?i)kyiv", text)]

    def watch_color(self, watch: int) -> str:
        return "yellow"

    def now(self) -> datetime:
        return NOW

    def change(self, entry_id: int, **fields: object) -> None:
        """Replace fields of an entry; those of its post are given as `title` and `body`."""
        old = self.by_id[entry_id]
        post = {name: fields.pop(name) for name in ("title", "body") if name in fields}
        self.by_id[entry_id] = replace(old, post=replace(old.post, **post), **fields)

    def selection(self, ids: Iterable[int] | None = None) -> Selection:
        shown = sorted((millis(self.by_id[each].sort_at), each) for each in (self.by_id if ids is None else ids))
        return Selection(array("q", [each for _, each in shown]), array("q", [key for key, _ in shown]))
