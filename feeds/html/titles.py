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

_TAG = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9]{0,9})(\s[^<>]{0,1000})?/?>|<!--[^<>]{0,1000}-->|<!DOCTYPE\s[^<>]{0,500}>""",
    re.IGNORECASE,
)
# Possessive (3.11): no path is tried twice. A quoted value may hold a `<`, and ends at its quote or counts for nothing.
_ANY_TAG = re.compile(
    r"""<(/?)([A-Za-z][^\s<>/]{0,40}+)(?:[^<>"']++|"[^"]{0,1000}+"|'[^']{0,1000}+')*+>|<(/?)([A-Za-z][^\s<>/]{0,40}+)[^<>]*+>"""
    r"""|<!--.{0,1000}?-->|<[!?][^<>]{0,1000}+>""",
    re.DOTALL,
)
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big blink cite code del dfn em font i ins kbd label mark nobr q rb rp rt rtc ruby s samp
    small span strike strong sub sup time tt u var
"""
_BLOCK_NAMES = """
    article blockquote body center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 head header html li main ol p
    pre section table tbody td tfoot th thead title tr ul
"""
_EMBED_NAMES = "applet audio base basefont embed frame frameset iframe link meta noframes object param source video"
_APART_IN_TITLES = frozenset(_BLOCK_NAMES.split())
_ALONE_IN_TITLES = frozenset({"br", "wbr", "hr", "img"})
_CODE = frozenset({"script", "style"})
"""Elements that hold no words."""
_IN_TITLES = _APART_IN_TITLES.union(_INLINE_NAMES.split(), _EMBED_NAMES.split())


def title(written: str, *, markup: bool = False) -> str:
    """Return a title as one line of plain text, whatever was escaped how often.

    Entities are decoded, at most twice. Where the title is `markup` by its own word, every tag is one. Elsewhere a tag
    goes where it is certain to be one: the element is known and closed, or has attributes, or is one that stands
    alone. Any other `<` is a character: «How to use <div>», «1 < 2».
    """
    written = written[:_MAX_MARKUP]
    if markup:
        return text.line(_decoded(_of_markup(written)))[:MAX_TITLE].rstrip()
    written = _decoded(written)
    if "<" in written:
        bare = _without_tags(written)
        # A title that is nothing but a program means to show it.
        written = bare if text.line(bare) else _without_tags(written, programs=True)
    return text.line(written)[:MAX_TITLE].rstrip()


def _decoded(written: str) -> str:
    for _ in range(2):
        decoded = text.decode_entities(written)
        if decoded == written:
            break
        written = decoded
    return written


def _of_markup(written: str) -> str:
    """Return the words of HTML. A `<` that begins no tag is a character (WHATWG HTML, 13.2.5.6)."""
    out: list[str] = []
    place, inside = 0, ""
    for tag in _ANY_TAG.finditer(written):
        name = (tag[2] or tag[4] or "").lower()
        closes = bool(tag[1] or tag[3])
        if inside:
            if closes and name == inside:
                place, inside = tag.end(), ""
            continue
        out.append(written[place : tag.start()] + (" " if name in _APART_IN_TITLES or name in ("br", "hr") else ""))
        place = tag.end()
        if name in _CODE and not closes:
            inside = name
    return "".join(out) + ("" if inside else written[place:])


def _without_tags(written: str, *, programs: bool = False) -> str:
    found = list(_TAG.finditer(written))
    waiting: dict[str, list[int]] = {}
    pairs: dict[int, int] = {}
    for index, tag in enumerate(found):
        name = (tag[2] or "").lower()
        if not tag[1]:
            waiting.setdefault(name, []).append(index)
        elif waiting.get(name):
            first = waiting[name].pop()
            pairs[first], pairs[index] = index, first

    out, place = [], 0
    for index, tag in enumerate(found):
        name = (tag[2] or "").lower()
        if tag.start() < place:
            continue  # inside a program
        if name in _CODE:
            if not programs and not tag[1] and index in pairs:
                out.append(written[place : tag.start()])
                place = found[pairs[index]].end()
            continue
        certain = index in pairs or (tag[3] is not None and "=" in tag[3])
        if not name or name in _ALONE_IN_TITLES or (name in _IN_TITLES and certain):
            blank = " " if name in _APART_IN_TITLES or name in ("br", "hr") else ""
            out.append(written[place : tag.start()] + blank)
            place = tag.end()
    return "".join(out) + written[place:]
