"""What many watches cost a row of the timeline, beside one watch."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import corpus, table
from benchmarks.table import Row, Size
from feeds.model import Entry
from feeds.query import Field, Scene, parse
from feeds.watches import Watch, Watches
from tui.render import Density, Look, card

_MANY = 1_000
_ROWS = 200
_LOOK = Look(100, Density.ROOMY)


def watching(size: Size) -> Iterator[Row]:
    """Lighting a row up, drawing it with its lights, and finding which watches an entry matches."""
    entries = [_entry(number) for number in range(1, min(_ROWS, size.entries) + 1)]
    scene = Scene(corpus.START, {})
    one, many = _watches(1), _watches(_MANY)
    one_plain = f"1 watch, of {len(entries)} rows"

    def drawn(watches: Watches) -> None:
        for entry in entries:
            card(entry, _LOOK, "Paper 1", watches.lit)

    def lit(watches: Watches) -> None:
        for entry in entries:
            watches.lit(entry.post.title, Field.TITLE)

    def matched(watches: Watches) -> None:
        for entry in entries:
            watches.matching(entry, scene)

    for name, work, ratio in (
        ("a row drawn", drawn, 1.5), ("a row's words lit", lit, 1.5), ("an entry's watches found", matched, None),
    ):  # fmt: skip
        floor, ours = table.pair(
            lambda work=work: work(one),  # type: ignore[misc]  # defaults bind the loop's values
            lambda work=work: work(many),  # type: ignore[misc]  # as above
            size.runs,
        )
        each = 1000 / len(entries)
        yield Row(f"{name}, {_MANY:,} watches", ours * each, "ms", floor * each, one_plain, ratio=ratio)


def _watches(count: int) -> Watches:
    # None of them stands in the texts but the first: what is lit would cost in any way.
    words = [corpus.watch_words(1)[0], *(f"unheard{number}" for number in range(count - 1))]
    queries = [(word, parse(word)) for word in words]
    return Watches([Watch(word, query) for word, query in queries if query is not None])


def _entry(number: int) -> Entry:
    post = corpus.post(number)
    at = post.published or corpus.START
    return Entry(id=number, source_id=1, identity=post.key, post=post, sort_at=at, first_seen=at, revised_at=at)
