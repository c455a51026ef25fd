"""The picture of the documentation shows the story at a moment at which much of what there is can be seen."""

from __future__ import annotations

import html
import re

from tui.screenshot import draw


def seen(picture: str) -> str:
    return html.unescape(" ".join(re.findall(r">([^<>]+)</text>", picture))).replace("\xa0", " ")


async def test_the_picture_shows_what_the_program_is_about() -> None:
    text = seen(await draw())
    for words in ("The Meridian", "1 failing", "The server answered", "hold", "new", "✎", "✖", "★", "Ceasefire"):
        assert words in text, words


async def test_the_picture_is_always_the_same() -> None:
    first, second = await draw((90, 24), "wirewatch-light"), await draw((90, 24), "wirewatch-light")
    assert seen(first) == seen(second)


async def test_the_picture_asks_nobody_for_anything() -> None:
    assert "url(http" not in await draw((60, 20))
