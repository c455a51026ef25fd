"""The query language: one parser, one tree, matching in memory, and what to light up.

One language for watches, filters, search and `--match`. This package owns its grammar and meaning; `feeds.store.select`
compiles the same tree to SQL, and a generated test holds the two equal. It knows no SQL and no clock: what time it is
and what the sources are called is told with the `Scene` in which entries are matched.

Grammar (operators are upper case; in lower case they are words)::

    query    = all ("OR" all)*
    all      = unary ("AND"? unary)*
    unary    = ("-" | "NOT") unary | "(" query ")" | term
    term     = text | field ":" text | field ":" "(" query ")" | name ":" value
    text     = word | stem "*" | '"' phrase '"' | "/" expression "/" flag*
    field    = "title" | "text" | "source" | "author" | "tag" | "url"
    name     = "is" | "watch" | "after" | "before" | "on" | "revisions"
    value    = word | '"' phrase '"'

A dash negates what directly follows it, and so stands in front of a field; a field's value follows its colon without
a blank. Brackets behind a field hold texts and operators only. Words match whole words, without regard to case or
accents. What the tokenizer splits (`well-known`, most Chinese and Japanese) is matched as a phrase. A phrase never
reaches across the title and the text, nor across two authors or tags. `url:` finds any part of the address, in either
case. What is no field though it holds a colon is said in `feeds.query.tokens`.
"""

from __future__ import annotations

from feeds.query.lighting import Finder, positive
from feeds.query.matching import Scene, Stretch, Subject, haystack, matches, matches_in, searched
from feeds.query.parsing import MAX_DEPTH, MAX_LENGTH, MAX_PATTERNS, MAX_TERMS, NO_WATCHES, called, parse, watches_named
from feeds.query.terms import FIELDS, HELP, STATES, markdown_table
from feeds.query.tree import (
    Address,
    All,
    AnyOf,
    Field,
    Is,
    Leaf,
    Not,
    Pattern,
    Query,
    Revised,
    Side,
    State,
    Timed,
    Words,
    is_timely,
    leaves,
    minds_marks,
    minds_sources,
)

__all__ = [
    "FIELDS",
    "HELP",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_PATTERNS",
    "MAX_TERMS",
    "NO_WATCHES",
    "STATES",
    "Address",
    "All",
    "AnyOf",
    "Field",
    "Finder",
    "Is",
    "Leaf",
    "Not",
    "Pattern",
    "Query",
    "Revised",
    "Scene",
    "Side",
    "State",
    "Stretch",
    "Subject",
    "Timed",
    "Words",
    "called",
    "haystack",
    "is_timely",
    "leaves",
    "markdown_table",
    "matches",
    "matches_in",
    "minds_marks",
    "minds_sources",
    "parse",
    "positive",
    "searched",
    "watches_named",
]
