"""JSON of a publisher with something wrong in it, for property tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

from hypothesis import strategies as st

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.lists(st.none() | st.text(max_size=4) | st.dictionaries(st.text(max_size=3), st.integers()), max_size=3),
    st.sampled_from(["\x1b[31m", "\ud800", "\u202e", "&#27;", "<b>\x9b</b>", "https://x.example/\x07", "2026-02-13"]),
    st.sampled_from(["javascript:alert(1)", "//[", "http://[::1", "&lt;p&gt;&amp;lt;", "0", "1e999", "9999-12-31"]),
)
"""Values that may stand where another is due."""


@st.composite
def mangled(draw: st.DrawFn, value: object) -> str:
    """Return the JSON text of a value in which a few things were replaced, left out or doubled."""
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, _size(value) - 1))
        odd = draw(st.one_of(ODD, st.just("drop"), st.just("double")))
        value = next(iter(_changed(value, place, odd, count())), None)
    return json.dumps(value)


def _size(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


def _changed(value: object, place: int, odd: object, places: Iterator[int]) -> list[object]:
    """Return what stands for a value: itself with one inside it changed, something odd, itself twice, or nothing."""
    if next(places) == place:
        return [] if odd == "drop" else [value, value] if odd == "double" else [odd]
    if isinstance(value, dict):
        pairs = [(name, _changed(inner, place, odd, places)) for name, inner in value.items()]
        return [{name: inner[0] for name, inner in pairs if inner}]
    if isinstance(value, list):
        return [[each for inner in value for each in _changed(inner, place, odd, places)]]
    return [value]
