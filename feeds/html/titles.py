"""What a title says, whatever it was written in.

Owns the reading of titles, names and captions as one line. Publishers escape a title never, once or twice, and put
markup in titles that means characters: what is a tag must be told from what looks like one. Needs no parser.
"""

from __future__ import annotations

import re

from feeds import text

MAX_TITLE = 2_000
"""Characters of a title."""
_MAX_MARKUP = 20_000

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,9})(\s[^<>]{0,1000})?/?>|<!--[^<>]{0,1000}-->")
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark nobr q s samp small span strike strong sub sup
    time tt u var
"""
_IN_TITLES = frozenset(_INLINE_NAMES.split())
_APART_IN_TITLES = frozenset({"center", "div", "h1", "h2", "h3", "h4", "h5", "h6", "p"})
_ALONE_IN_TITLES = frozenset({"br", "wbr", "hr", "img"})


def title(markup: str) -> str:
    """Return a title as one line of plain text, whatever was escaped how often.

    Entities are decoded, at most twice. A tag goes where it is certain to be one: the element is known and closed, or
    has attributes, or is one that stands alone. Any other `<` is a character: «How to use <div>», «1 < 2».
    """
    written = markup[:_MAX_MARKUP]
    for _ in range(2):
        decoded = text.decode_entities(written)
        if decoded == written:
            break
        written = decoded
    if "<" in written:
        written = _without_tags(written)
    return text.line(written)[:MAX_TITLE].rstrip()


def _without_tags(written: str) -> str:
    found = list(_TAG.finditer(written))
    waiting: dict[str, list[int]] = {}
    pairs: set[int] = set()
    for index, tag in enumerate(found):
        name = (tag[2] or "").lower()
        if not tag[1]:
            waiting.setdefault(name, []).append(index)
        elif waiting.get(name):
            pairs.update((index, waiting[name].pop()))

    out, place = [], 0
    for index, tag in enumerate(found):
        name = (tag[2] or "").lower()
        known = name in _IN_TITLES or name in _APART_IN_TITLES
        certain = index in pairs or (tag[3] is not None and "=" in tag[3])
        if not name or name in _ALONE_IN_TITLES or (known and certain):
            blank = " " if name in _APART_IN_TITLES or name in ("br", "hr") else ""
            out.append(written[place : tag.start()] + blank)
            place = tag.end()
    return "".join(out) + written[place:]
