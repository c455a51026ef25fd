"""OPML, the form in which feed readers exchange the sources they follow, as what it lists, and back.

Owns the names of its elements and attributes (OPML 1.0 and 2.0, opml.org/spec2.opml). Reads the tokens of
`feeds.markup`, as feeds are read: files of this form are broken in the same ways, and nothing is ever looked up or
expanded. What may become of an address is decided by `feeds.subscriptions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from feeds.markup import Token, What, attributes, tokens
from feeds.model import SourceSpec
from feeds.text import line

MAX_NAME = 500
"""Characters of a name or a tag; what is longer is cut."""
MAX_TAGS = 20
"""Folders and categories that become tags of one source: the outermost ones."""

_OUTLINES = re.compile(r"<(?:[\w.-]{1,40}:)?(?:opml|outline)[\s/>]", re.IGNORECASE)
_BEFORE_TAG = re.compile(r"(?=<(?:outline|/outline|/?body|/?opml)[\s/>])", re.IGNORECASE)
_READABLE = re.compile(r"""<outline(?:(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+|[^<>]*+)>""", re.IGNORECASE)
_KNOWN = re.compile(
    r"""\s((?:text|title|type|xmlUrl|htmlUrl|url|category|filtercmd)\s*+=\s*+(?:"[^"]*+"|'[^']*+'))(?=[\s/>])""",
    re.IGNORECASE,
)
_FEED_TYPES = frozenset({"", "rss", "rss1", "rss2", "atom", "feed", "rdf", "json", "jsonfeed"})
"""Values of `type` under which `url` is the address of a feed; under others it is a page or another list."""
_SPACE = "urn:wirewatch:opml"
"""Name space of what OPML has no word for (OPML 2.0, “Extending OPML”). Read by its usual prefix, `wirewatch`."""


class Listed(NamedTuple):
    """A source as a list names it."""

    address: str
    """As written; empty where a feed is named without one."""
    name: str = ""
    tags: tuple[str, ...] = ()
    every: str = ""
    """Seconds between polls, as written."""
    adapter: str = ""
    command: bool = False
    """The list wants what comes from there to be passed through a program."""


class Kept(NamedTuple):
    """A source to write."""

    spec: SourceSpec
    title: str = ""
    """The title the source gives itself."""
    link: str = ""
    """Its page for people."""


# ------------------------------------------------------------------ reading


def is_opml(text: str) -> bool:
    """Say whether a text holds outlines, whatever else is wrong with it."""
    return _OUTLINES.search(text) is not None


class Reading:
    """One pass over a document: the sources come one by one; what is odd is known when all have come."""

    def __init__(self, text: str) -> None:
        self.problems: list[str] = []
        """Sentences about what could not be read."""
        self._text = "".join(map(_mended, _BEFORE_TAG.split(text)))

    def __iter__(self) -> Iterator[Listed]:
        """Return the sources in the order of the document. Two documents in one file are one."""
        folders: list[tuple[str, ...]] = []
        """The tags in force inside each outline that is open."""
        before = Token(What.TEXT, "")
        for token in tokens(self._text):
            name = token.value.rpartition(":")[2].lower() if token.what in (What.START, What.EMPTY, What.END) else ""
            if name == "outline":
                if token.what is What.END:
                    del folders[-1:]
                else:
                    tags = folders[-1] if folders else ()
                    fields = _fields(token.inside)
                    listed = _listed(fields, tags)
                    if listed is not None:
                        yield listed
                    if token.what is What.START:
                        # What stands inside a source is no folder: its end tag was forgotten.
                        own = _name(fields) if listed is None else ""
                        folders.append(_distinct((*tags, own)))
            elif name in ("opml", "body"):
                folders.clear()
            elif token.what is What.CUT:
                self.problems.append(f"The list is cut off inside {token.value}; what comes before it was read.")
            elif token.what is What.TEXT and before == (What.TEXT, "<", "") and token.value[:7].lower() == "outline":
                self.problems.append(f"An outline cannot be read: “<{line(token.value)[:80]}”.")
            before = token


def _mended(piece: str) -> str:
    """Return a tag and what follows it, as a tag where it is none: some programs write markup into values as it is."""
    end = piece.rfind(">")
    if piece[:8].lower() != "<outline" or end < 0 or _READABLE.match(piece):
        return piece
    known = " ".join(_KNOWN.findall(piece, 8, end + 1)).replace("<", "&lt;")
    return f"<outline {known}{'/' if piece[end - 1] == '/' else ''}>{piece[end + 1 :]}" if known else piece


def _fields(inside: str) -> dict[str, str]:
    """Return the attributes by their names in lower case, the first of each, values in one line."""
    fields: dict[str, str] = {}
    for name, value in attributes(inside):
        fields.setdefault(name.lower(), line(value))
    return fields


def _listed(fields: dict[str, str], folders: tuple[str, ...]) -> Listed | None:
    """Return the source an outline names; None where it is a folder, or a note."""
    kind = fields.get("type", "").lower()
    address = fields.get("xmlurl", "") or (fields.get("url", "") if kind in _FEED_TYPES else "")
    if not address and "xmlurl" not in fields and (not kind or kind not in _FEED_TYPES):
        return None
    name = _name(fields)
    return Listed(
        address,
        fields.get("wirewatch:name", "" if name == address else name)[:MAX_NAME],
        _distinct((*folders, *_categories(fields.get("category", "")))),
        fields.get("wirewatch:every", ""),
        fields.get("wirewatch:adapter", ""),
        bool(fields.get("filtercmd")),
    )


def _name(fields: dict[str, str]) -> str:
    """Return the name of an outline: `text`, which OPML requires, before `title`, which only feeds have."""
    return (fields.get("text", "") or fields.get("title", ""))[:MAX_NAME]


def _categories(value: str) -> list[str]:
    """Return what a list of categories names, each one tag whatever its depth (OPML 2.0, “category”)."""
    return [line(_unescaped(part.strip().removeprefix("/")))[:MAX_NAME] for part in value.split(",")]


def _distinct(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MAX_TAGS]


# ------------------------------------------------------------------ writing


def write(sources: Iterable[Kept]) -> str:
    """Return sources as OPML 2.0, for other programs and for `Reading`, which finds the same sources in it.

    All tags of a source are its categories, and the first is its folder as well, for programs that know only those.
    Sources keep their order, so that a folder is there again where others stand between two of its sources.
    """
    body: list[str] = []
    for folder, members in groupby(sources, key=lambda each: each.spec.tags[0] if each.spec.tags else ""):
        outlines = [_outline(each) for each in members]
        if folder:
            named = escape(folder)
            outlines = [f'<outline text="{named}" title="{named}">', *(f"  {each}" for each in outlines), "</outline>"]
        body += outlines
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<opml version="2.0" xmlns:wirewatch="{_SPACE}">',
            "  <head>",
            "    <title>Sources of Wirewatch</title>",
            "  </head>",
            "  <body>",
            *(f"    {each}" for each in body),
            "  </body>",
            "</opml>",
            "",
        ]
    )


def _outline(kept: Kept) -> str:
    spec = kept.spec
    shown = spec.name or kept.title or spec.url
    fields = {
        "type": "rss",
        "text": shown,
        "title": shown,
        "xmlUrl": spec.url,
        "htmlUrl": kept.link,
        "category": _joined(spec.tags),
        "wirewatch:every": "" if spec.every is None else f"{spec.every:.3f}".rstrip("0").rstrip("."),
        "wirewatch:adapter": spec.adapter or "",
    }
    written = [f'{name}="{escape(value)}"' for name, value in fields.items() if value]
    if spec.name != ("" if shown == spec.url else shown):
        # The name shown is the source's own, and may change with it.
        written.append(f'wirewatch:name="{escape(spec.name)}"')
    return f"<outline {' '.join(written)}/>"


def _joined(tags: Sequence[str]) -> str:
    return ",".join(f"/{_escaped(tag)}" if tag.startswith("/") else _escaped(tag) for tag in tags)


_PERCENT = re.compile("%(?=25|2C)")
_ESCAPED = re.compile("%(25|2C)")


def _escaped(tag: str) -> str:
    """Return a tag as a category, which ends at a comma; nearly all are written as they are."""
    return _PERCENT.sub("%25", tag).replace(",", "%2C")


def _unescaped(category: str) -> str:
    return _ESCAPED.sub(lambda found: "%" if found[1] == "25" else ",", category)
