"""XML as the web has it, cut into tags and text.

Owns the tokens of a document, well formed or not. One reader for both, so that nothing an entry says can
depend on whether another entry of the same answer is broken. Knows no names: what a tag means, and what
is inside what, is decided by `feeds.xmlfeed`.

It differs from XML 1.0 where documents do: a bare ampersand or `<` is a character, attributes may lack
quotes, HTML's entities are known without being declared, a character reference to no character is U+FFFD,
and a section that is never closed ends where its element does, or ends the document. There are no
declared entities (`feeds.sniff` refuses them). Time is linear in the length of the document: a quoted value
ends at `<` at the latest, and what was searched for once in vain is not searched for again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from html.entities import html5
from typing import NamedTuple


class What(IntEnum):
    """What a token is."""

    START = 0
    """A start tag: `value` is the name as written, `inside` its attributes as written."""
    EMPTY = 1
    """A start tag that is its own end tag."""
    END = 2
    TEXT = 3
    """Characters, references already decoded."""
    CUT = 4
    """The document ends inside something; `value` says in words inside what. The last token."""


class Token(NamedTuple):
    """One piece of a document."""

    what: What
    value: str
    inside: str = ""


# Possessive (3.11): no path is tried twice. Quotes that never close fail at the next `<`; then the tag is
# taken up to the first `>`.
_TAG = re.compile(
    r"""<(/?)([A-Za-z_:][^\s<>/"'=]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>"""
    r"""|<(/?)([A-Za-z_:][^\s<>/"'=]*+)([^<>]*+)>"""
)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]++)\s*+(?:=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++)))?""")
_REFERENCE = re.compile(r"&(?:#([0-9]++)|#[xX]([0-9a-fA-F]++)|([A-Za-z][A-Za-z0-9]{0,31}+));")
_SUBSET_END = re.compile(r"\]\s*+>")
_WINDOWS_1252 = {
    value: bytes([value]).decode("cp1252") for value in range(0x80, 0xA0) if value not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def decode(value: str) -> str:
    """Decode the references of a text, once.

    Numbers from 128 to 159 mean windows-1252, as in HTML (WHATWG HTML, 13.2.5.80); those that name no
    character are U+FFFD; names that HTML does not know stay as they are.
    """
    return _REFERENCE.sub(_character, value) if "&" in value else value


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        return html5.get(f"{name};", found[0])
    digits = (decimal or hexadecimal).lstrip("0") or "0"
    if len(digits) > 7:
        return "\ufffd"
    code = int(digits, 10 if decimal else 16)
    if code in _WINDOWS_1252:
        return _WINDOWS_1252[code]
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    return chr(code)


def attributes(inside: str) -> list[tuple[str, str]]:
    """Return the attributes of a start tag, names as written, values decoded; without a value it is empty."""
    out = []
    for found in _ATTRIBUTE.finditer(inside):
        name, double, single, bare = found.groups()
        value = double if double is not None else single if single is not None else bare or ""
        out.append((name, decode(value)))
    return out


def tokens(markup: str) -> Iterator[Token]:
    """Cut a document into tokens, without comments, instructions and declarations. Never raises."""
    place, opened = 0, ""
    last = markup.rfind(">")
    sections = instructions = subset = True  # whether looking for the end of one may still succeed
    while (mark := markup.find("<", place)) >= 0:
        if mark > place:
            yield Token(What.TEXT, decode(markup[place:mark]))
        if markup.startswith("<![CDATA[", mark):
            end = markup.find("]]>", mark + 9) if sections else -1
            sections = end >= 0
            if sections:
                yield Token(What.TEXT, markup[mark + 9 : end])
                place = end + 3
                continue
            end = markup.find(f"</{opened}>", mark + 9) if opened else -1
            yield Token(What.TEXT, markup[mark + 9 : end] if end >= 0 else markup[mark + 9 :])
            if end < 0:
                yield Token(What.CUT, "a CDATA section")
                return
            place = end
        elif mark > last:
            yield Token(What.CUT, "a tag")
            return
        elif markup.startswith("<!--", mark):
            end = markup.find("-->", mark + 4)
            if end < 0:
                yield Token(What.CUT, "a comment")
                return
            place = end + 3
        elif markup.startswith("<?", mark):
            end = markup.find("?>", mark + 2) if instructions else -1
            instructions = end >= 0
            place = end + 2 if instructions else markup.index(">", mark) + 1
        elif markup.startswith("<!", mark):
            place = markup.index(">", mark) + 1
            bracket = markup.find("[", mark, place) if subset else -1
            if bracket >= 0:
                subset = False  # only a DOCTYPE has one, and there is one DOCTYPE
                found = _SUBSET_END.search(markup, bracket)
                place = found.end() if found else place
        elif (found := _TAG.match(markup, mark)) is not None:
            place = found.end()
            slash, name, inside = found.groups()[:3] if found[2] else found.groups()[3:]
            if slash:
                opened = ""
                yield Token(What.END, name)
            elif inside.endswith("/"):
                yield Token(What.EMPTY, name, inside[:-1])
            else:
                opened = name
                yield Token(What.START, name, inside)
        else:
            yield Token(What.TEXT, "<")
            place = mark + 1
    if place < len(markup):
        yield Token(What.TEXT, decode(markup[place:]))
