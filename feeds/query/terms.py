"""The vocabulary of the query language, and what each word of it means to people.

Owns the names the parser knows; help pages, the README and suggestions are made from the same table.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

from feeds.query.tree import Field, Side, State


class Term(NamedTuple):
    """Something that can be written in a query."""

    example: str
    meaning: str


OPERATORS = (
    Term("kyiv zelensky", "both words, anywhere in title and text"),
    Term("kyiv OR odesa", "either of them"),
    Term("-sport", "not this word; also NOT sport"),
    Term("( )", "brackets put words together"),
    Term('"peace talks"', "these words in a row"),
    Term("zelensky*", "words that begin so"),
    Term("/ky[ií]v/i", "a regular expression (RE2); i: either case, m: ^ and $ at lines, s: a dot is a line break too"),
)

STATES = {
    State.UNREAD: "not read yet",
    State.READ: "read",
    State.STARRED: "with your star",
    State.EDITED: "edited after it was first seen",
    State.WITHDRAWN: "withdrawn by its source",
    State.RESTORED: "withdrawn once, and shown again",
    State.KEY: "a key event, says the source",
    State.PINNED: "kept on top by the source",
    State.LATE: "came after newer entries",
}

FIELDS = {
    Field.TITLE: Term("title:kyiv", "in the title; title:(kyiv OR lviv), title:/^Live:/"),
    Field.TEXT: Term('text:"oil price"', "in the text"),
    Field.SOURCE: Term("source:guardian", "in the name of the source"),
    Field.AUTHOR: Term("author:rivera", "in the name of an author"),
    Field.TAG: Term("tag:war", "in a tag of the entry or of its source"),
    Field.URL: Term("url:bbc.com/live", "a part of its address, in either case"),
    "is": Term("is:withdrawn", ", ".join(STATES)),
    "watch": Term("watch:Kyiv", "whatever that watch matches, switched on or off"),
    Side.AFTER: Term("after:2h", "from then on: 2h (ago), 14:30, yesterday, 2026-02-13, 2026-02-13T14:30Z"),
    Side.BEFORE: Term("before:14:30", "earlier than that"),
    Side.ON: Term("on:2026-02-13", "on that day, or in that minute"),
    "revisions": Term("revisions:>2", "so many states seen: 3, >2, >=2, <5, 2..4"),
}
"""Fields by their names, in the order of the help."""

HELP = (*OPERATORS, *FIELDS.values())
"""The whole language by example."""


_MEANT = {
    "deleted": "withdrawn", "removed": "withdrawn", "retracted": "withdrawn", "changed": "edited", "new": "unread",
    "fav": "starred", "favourite": "starred", "favorite": "starred", "flagged": "starred", "important": "key",
    "from": "source", "feed": "source", "site": "source", "by": "author", "body": "text", "content": "text",
    "headline": "title", "link": "url", "label": "tag", "since": "after", "newer": "after", "until": "before",
    "older": "before", "date": "on",
}  # fmt: skip
"""What other programs call what has a name of its own here."""


def closest(name: str, names: list[str]) -> str:
    """Return the name somebody may have meant, empty where none is near."""
    meant = _MEANT.get(name.casefold(), "")
    if meant in names:
        return meant
    close = get_close_matches(name.casefold()[:40], [each.casefold() for each in names], n=1)
    return next((each for each in names if close and each.casefold() == close[0]), "")


def markdown_table() -> str:
    """Return the language as a table for the README."""
    rows = [f"| `{term.example.replace('|', chr(92) + '|')}` | {term.meaning} |\n" for term in HELP]
    states = "".join(f"| `is:{state}` | {meaning} |\n" for state, meaning in STATES.items())
    return "| query | finds |\n| --- | --- |\n" + "".join(rows) + states
