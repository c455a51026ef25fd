"""Markup of a publisher with pieces of it lost, doubled and in other places, for property tests."""

from __future__ import annotations

import re

from hypothesis import strategies as st

_PIECES = re.compile(r"<[^<>]*>|[^<>]+")


@st.composite
def jumbled(draw: st.DrawFn, *pages: str) -> str:
    """Return one of the pages with a few of its tags and texts lost, doubled or moved."""
    pieces = _PIECES.findall(draw(st.sampled_from(pages)))
    places = st.integers(0, len(pieces) - 1)
    for _ in range(draw(st.integers(1, 20))):
        place = draw(places)
        put = [pieces[draw(places) % len(pieces)] for _ in range(draw(st.integers(0, 2)))]
        pieces[place : place + draw(st.integers(0, 3))] = put
        pieces = pieces or ["<p>"]
    return "<html>" + "".join(pieces)
