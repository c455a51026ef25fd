"""The picture of the documentation shows the story at a moment at which much of what there is can be seen."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

from tui.screenshot import draw

DEMO = Path(__file__).parent / "demo-screen.txt"
"""The demo's screen as it has to look at that moment; `WIREWATCH_DRAW=1` draws it anew, to be looked at."""


def seen(picture: str) -> str:
    return html.unescape(" ".join(re.findall(r">([^<>]+)</text>", picture))).replace("\xa0", " ")


def lines(picture: str, columns: int) -> str:
    """The screen as text: every piece of the picture at its column and line."""
    pieces = re.findall(r'<text [^>]*x="([0-9.]+)" y="([0-9.]+)" textLength="([0-9.]+)"[^>]*>([^<]*)</text>', picture)
    parted = [
        (float(x), float(y), float(length), html.unescape(text).replace("\xa0", " ")) for x, y, length, text in pieces
    ]
    cell = min(length / len(text) for _, _, length, text in parted if text)
    rows: dict[float, list[str]] = {}
    for x, y, _, text in parted:
        row = rows.setdefault(y, [" "] * columns)
        at = round(x / cell)
        row[at : at + len(text)] = text
    return "".join("".join(rows[y]).rstrip() + "\n" for y in sorted(rows))


async def test_the_demo_looks_at_that_moment_as_it_has_to() -> None:
    screen = lines(await draw((120, 36)), 120)
    if os.environ.get("WIREWATCH_DRAW"):
        DEMO.write_text(screen, encoding="utf-8")
    assert screen == DEMO.read_text(encoding="utf-8")


async def test_the_picture_shows_what_the_program_is_about() -> None:
    text = seen(await draw())
    for words in ("The Meridian", "1 failing", "The server answered", "hold", "new", "✎", "✖", "★", "Ceasefire"):
        assert words in text, words


async def test_the_picture_is_always_the_same() -> None:
    first, second = await draw((90, 24), "wirewatch-light"), await draw((90, 24), "wirewatch-light")
    assert seen(first) == seen(second)


async def test_the_picture_asks_nobody_for_anything() -> None:
    assert "url(http" not in await draw((60, 20))
