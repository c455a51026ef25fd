"""The query language: parsing, the tree, matching in memory, and what to light up.

One language for watches, filters, search and `--match`. This module owns its grammar and meaning; `feeds.store.select`
compiles the same tree to SQL, and a generated test holds the two equal. It knows no SQL.

Grammar (upper-case `OR` and `NOT` are operators, in lower case they are words)::

    query    = any
    any      = all ("OR" all)*
    all      = unary+
    unary    = ("-" | "NOT") unary | "(" any ")" | term
    term     = word | stem "*" | '"' phrase '"'

Words match whole words, without regard to case or accents; a word that the tokenizer splits (`well-known`, most CJK) is
matched as a phrase. A phrase never reaches across title, text, or source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec import Struct

from feeds.errors import QueryError
from feeds.text import tokens

MAX_LENGTH = 10_000
"""Characters of a query; a longer one is refused."""

MAX_DEPTH = 50
"""Brackets and negations inside one another; deeper is refused."""


class Words(Struct, frozen=True, tag="words"):
    """One or more folded words in a row; the last may be a stem."""

    words: tuple[str, ...]
    stem: bool = False
    """Whether the last word matches as a beginning."""


class All(Struct, frozen=True, tag="all"):
    """Every part matches."""

    parts: tuple[Query, ...]


class AnyOf(Struct, frozen=True, tag="any"):
    """At least one part matches."""

    parts: tuple[Query, ...]


class Not(Struct, frozen=True, tag="not"):
    """The part does not match."""

    part: Query


Query = Words | All | AnyOf | Not
