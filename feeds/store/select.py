"""From a view to SQL: the tree of a query becomes one statement over the tables of `feeds.store.schema`.

Owns the translation, which means what `feeds.query.matches` means; a generated test holds the two equal. Issues no
statement.

The search index takes whole expressions (FTS5, sqlite.org/fts5.html, 3), but can only take away from what it found and
not return what does not match. So every part of a tree that holds only words of titles and texts becomes a set that was
found, or everything but such a set: `All` and `AnyOf` of these are such again (De Morgan), and one `NOT IN` at most is
left for SQL. Everything else becomes a condition: on the columns of `entry` or, where only the post says it, a question
(`feeds.store.asking`). What is cheap stands first, and SQLite asks no further where the answer is clear; so the index
bounds the posts that are read. What goes deeper than FTS5's parser, or SQLite's own, can follow becomes a table in
front of the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json import dumps
from typing import NamedTuple

from feeds.query import All, AnyOf, Field, Is, Leaf, Not, Pattern, Query, Revised, Scene, Side, State, Timed, Words
from feeds.query.matching import names, stretch_of, tags
from feeds.store.asking import ASK, Question, saying, showing, stating
from feeds.store.rows import micros

_DEEPEST = 16
"""Brackets inside one another in one expression of the index; its parser gives up at about a hundred."""
_DEEPEST_CONDITION = 12
"""Brackets inside one another in a condition; SQLite's parser gives up at a hundred symbols, up to four a bracket."""

Bound = tuple[str | int, ...]


class Statement(NamedTuple):
    """A statement and what is bound to it."""

    sql: str
    parameters: Bound
    questions: tuple[Question, ...] = ()
    """What is asked of posts, by number."""


def selecting(query: Query | None, scene: Scene, sources: Sequence[int] | None, newest: int | None) -> Statement:
    """Return the statement for ids and sort keys of matching entries, oldest first, all in one row.

    `sources` None means all that are stored. The row holds 32 hexadecimal digits an entry: id and sort key, 64 bits
    each. A row an entry would cost Python three objects each, and the interpreter's lock, at a million entries.
    """
    compiler = _Compiler(scene)
    rows = _rows(compiler, _EVERYTHING if query is None else compiler.compile(query), sources)
    if newest is None:
        ordered = f"{rows.sql} ORDER BY entry.sort_at, entry.id"
    else:
        ordered = f"{rows.sql} ORDER BY entry.sort_at DESC, entry.id DESC LIMIT {max(newest, 0)}"
        ordered = f"SELECT id, sort_at FROM ({ordered}) ORDER BY sort_at, id"
    return compiler.statement(
        f"SELECT group_concat(printf('%016x%016x', id, sort_at), '') FROM ({ordered})", rows.bound
    )


def counting(query: Query | None, scene: Scene, sources: Sequence[int] | None) -> Statement:
    """Return the statement for the number of matching entries."""
    among, bound = ("", ()) if sources is None else _among("source.id", sources)
    total = f"SELECT coalesce(sum(entries), 0) FROM source{' WHERE ' + among if among else ''}"
    compiler = _Compiler(scene)
    part = _EVERYTHING if query is None else compiler.compile(query)
    found = part.found
    if part.conditions:
        rows = _rows(compiler, part, sources)
        return compiler.statement(f"SELECT count(*) FROM ({rows.sql})", rows.bound)
    if not found.table and not found.expression:
        return Statement(total if found.others else "SELECT 0", bound if found.others else ())
    rows = _rows(compiler, _Part(found._replace(others=False)), sources)
    counted = f"SELECT count(*) FROM ({rows.sql})"
    if sources is None and not found.table:
        counted = "SELECT count(*) FROM words WHERE words MATCH ?"
    if found.others:
        return compiler.statement(f"SELECT ({total}) - ({counted})", (*bound, *rows.bound))
    return compiler.statement(counted, rows.bound)


# ------------------------------------------------------------------ which rows


class _Condition(NamedTuple):
    """A condition on a row of `entry`, true or false and never null."""

    sql: str
    bound: Bound = ()
    cost: int = 0
    """What it takes to know: 0 for columns, 1 for the index, 2 for a post's outline, 3 for its text."""
    depth: int = 0
    """Brackets inside one another."""


def _rows(compiler: _Compiler, part: _Part, sources: Sequence[int] | None) -> _Condition:
    """Return the statement for the entries of a part, and what is bound to it."""
    conditions = list(part.conditions)
    tables, found = "entry", part.found
    where: list[_Condition] = []
    if found.expression and not found.others:
        # The index first, then its entries by id: both in order of id, and nothing kept in between.
        tables = "words CROSS JOIN entry ON entry.id = words.rowid"
        where.append(_Condition("words MATCH ?", (found.expression,)))
    elif found != _EVERYTHING.found:
        conditions.append(found.condition())
    if sources is not None:
        conditions.append(_Condition(*_among("entry.source_id", sources)))
    if conditions:
        where.append(_joined("AND", sorted(conditions, key=lambda each: each.cost)))
    sql = f"SELECT entry.id, entry.sort_at FROM {tables}"
    if where:
        sql += f" WHERE {' AND '.join(each.sql for each in where)}"
    return _Condition(sql, tuple(value for each in where for value in each.bound))


def _among(column: str, sources: Sequence[int]) -> tuple[str, Bound]:
    if len(sources) == 1:
        return f"{column} = ?", (sources[0],)
    # The plus keeps the order of time: by the index of sources, everything would have to be sorted.
    return f"+{column} IN (SELECT value FROM json_each(?))", (dumps(list(sources)),)


# ------------------------------------------------------------------ the tree


class _Found(NamedTuple):
    """The entries that the index finds by an expression, or those in a table; or all but these."""

    expression: str = ""
    table: str = ""
    others: bool = False
    depth: int = 0
    """Brackets inside one another in the expression."""

    def but(self) -> _Found:
        """Return all the others."""
        return self._replace(others=not self.others)

    def condition(self) -> _Condition:
        """Return the condition that an entry is among them."""
        if not self.table and not self.expression:
            return _Condition("1" if self.others else "0")
        inside = self.table or "(SELECT rowid FROM words WHERE words MATCH ?)"
        bound = () if self.table else (self.expression,)
        return _Condition(f"entry.id {'NOT IN' if self.others else 'IN'} {inside}", bound, 1)


class _Part(NamedTuple):
    """The entries that were found and meet every condition."""

    found: _Found = _Found(others=True)
    conditions: tuple[_Condition, ...] = ()


_EVERYTHING = _Part()
_NOTHING = _Part(_Found())

_COLUMNS = {
    State.UNREAD: "entry.read = 0",
    State.READ: "entry.read != 0",
    State.STARRED: "entry.starred != 0",
    State.EDITED: "entry.revision > 1",
    State.WITHDRAWN: "entry.withdrawn_at IS NOT NULL",
    State.RESTORED: "(entry.withdrawn_at IS NULL AND entry.restored_at IS NOT NULL)",
    State.LATE: "entry.late != 0",
}
"""The states that columns say."""

_POST = "(SELECT post FROM content WHERE content.entry_id = entry.id)"
"""Read where nothing cheaper has decided."""


class _Compiler:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._tables: list[str] = []
        self._bound: list[str | int] = []
        self._questions: list[Question] = []

    def statement(self, sql: str, bound: Bound) -> Statement:
        """Return a statement with the tables in front of it that were made for it."""
        tables = f"WITH {', '.join(self._tables)} " if self._tables else ""
        return Statement(tables + sql, (*self._bound, *bound), tuple(self._questions))

    def compile(self, tree: Query) -> _Part:
        match tree:
            case All(parts):
                return self._all([self.compile(part) for part in parts])
            case AnyOf(parts):
                return self._any([self.compile(part) for part in parts])
            case Not(part):
                return self._not(self.compile(part))
            case Words(field=Field.ANYWHERE | Field.TITLE | Field.TEXT):
                return _Part(_Found(_term(tree)))
            case _:
                return self._leaf(tree)

    # ------------------------------------------------------------------ operators

    def _all(self, parts: list[_Part]) -> _Part:
        if _NOTHING in parts:
            return _NOTHING
        found = self._all_found([part.found for part in parts])
        return _NOTHING if found == _NOTHING.found else _Part(found, tuple(_conditions(parts)))

    def _any(self, parts: list[_Part]) -> _Part:
        if _EVERYTHING in parts:
            return _EVERYTHING
        # One of them matches unless none does.
        found = self._all_found([part.found.but() for part in parts if not part.conditions]).but()
        mixed = [self._one(part) for part in parts if part.conditions]
        if not mixed:
            return _Part(found)
        if found != _NOTHING.found:
            mixed.append(found.condition())
        return self._checked(_joined("OR", sorted(mixed, key=lambda each: each.cost)))

    def _not(self, part: _Part) -> _Part:
        if not part.conditions:
            return _Part(part.found.but())
        one = self._one(part)
        return self._checked(one._replace(sql=f"NOT ({one.sql})", depth=one.depth + 1))

    def _one(self, part: _Part) -> _Condition:
        """Return a part as one condition."""
        conditions = (
            [*part.conditions] if part.found == _EVERYTHING.found else [part.found.condition(), *part.conditions]
        )
        return _joined("AND", sorted(conditions, key=lambda each: each.cost))

    def _checked(self, condition: _Condition) -> _Part:
        """Return a condition as a part, one that is too deep as a table."""
        if condition.depth <= _DEEPEST_CONDITION:
            return _Part(conditions=(condition,))
        return _Part(self._table(condition.sql, condition.bound))

    def _table(self, condition: str, bound: Iterable[str | int]) -> _Found:
        """Return the entries that meet a condition, as a table."""
        name = f"found_{len(self._tables) + 1}"
        self._tables.append(f"{name} (id) AS MATERIALIZED (SELECT entry.id FROM entry WHERE {condition})")
        self._bound.extend(bound)
        return _Found(table=name)

    # ------------------------------------------------------------------ what the index finds

    def _all_found(self, parts: list[_Found]) -> _Found:
        if _NOTHING.found in parts:
            return _NOTHING.found
        parts = [part for part in parts if part != _EVERYTHING.found]
        if len(parts) < 2:
            return parts[0] if parts else _EVERYTHING.found
        if any(part.table or part.depth >= _DEEPEST for part in parts):
            return self._all_in_table(parts)
        return _all_in_index(parts)

    def _all_in_table(self, parts: list[_Found]) -> _Found:
        deep = [part for part in parts if part.table or part.depth >= _DEEPEST]
        flat = [part for part in parts if not part.table and part.depth < _DEEPEST]
        parts = [*deep, *([_all_in_index(flat)] if len(flat) > 1 else flat)]
        wanted = any(not part.others for part in parts)
        # Where only others are wanted: everything but what is in one of them.
        joined = _joined("AND" if wanted else "OR", [(part if wanted else part.but()).condition() for part in parts])
        return self._table(joined.sql, joined.bound)._replace(others=not wanted)

    # ------------------------------------------------------------------ terms

    def _leaf(self, leaf: Leaf) -> _Part:
        match leaf:
            case Is(state) if state in _COLUMNS:
                return _Part(conditions=(_Condition(_COLUMNS[state]),))
            case Revised(least, most):
                condition = _Condition("entry.revision >= ?", (least,))
                if most is not None:
                    condition = _Condition("entry.revision BETWEEN ? AND ?", (least, most))
                return _Part(conditions=(condition,))
            case Timed():
                return self._timed(leaf)
            case Words(field=Field.SOURCE) | Pattern(field=Field.SOURCE):
                return self._of([number for number, source in self._scene.sources.items() if names(leaf, source)])
            case Words(field=Field.TAG) | Pattern(field=Field.TAG):
                tagged = self._of([number for number, source in self._scene.sources.items() if tags(leaf, source)])
                return self._any([tagged, self._asked(stating(leaf), 2)])
            case Pattern(field=Field.ANYWHERE | Field.TEXT):
                return self._asked(saying(leaf), 3)
            case _:
                return self._asked(stating(leaf), 2)

    def _of(self, sources: Sequence[int]) -> _Part:
        return _Part(conditions=(_Condition(*_among("entry.source_id", sources)),)) if sources else _NOTHING

    def _asked(self, question: Question, cost: int) -> _Part:
        self._questions.append(question)
        asked = f"{ASK}({len(self._questions) - 1}, {_POST}, entry.first_seen)"
        return _Part(conditions=(_Condition(asked, (), cost, 2),))

    def _timed(self, leaf: Timed) -> _Part:
        stretch = stretch_of(leaf, self._scene.now, self._scene.zone)
        if stretch is None:
            return _NOTHING
        asked = self._asked(showing(stretch), 2)
        # The time shown is never later than the first sight, so that decides for most without their posts.
        if leaf.side is Side.BEFORE:
            seen = _Condition("entry.first_seen <= ?", (micros(stretch.last),))
            return self._any([_Part(conditions=(seen,)), asked])
        return self._all([_Part(conditions=(_Condition("entry.first_seen >= ?", (micros(stretch.first),)),)), asked])


def _conditions(parts: Iterable[_Part]) -> list[_Condition]:
    return [condition for part in parts for condition in part.conditions]


def _joined(operator: str, conditions: Sequence[_Condition]) -> _Condition:
    """Return conditions joined, in their order. As a tree: SQLite bounds how deep a chain of a thousand would be."""
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    left, right = _joined(operator, conditions[:half]), _joined(operator, conditions[half:])
    return _Condition(
        f"({left.sql} {operator} {right.sql})",
        (*left.bound, *right.bound),
        max(left.cost, right.cost),
        max(left.depth, right.depth) + 1,
    )


def _all_in_index(parts: list[_Found]) -> _Found:
    depth = max(part.depth for part in parts) + 1
    wanted = [part.expression for part in parts if not part.others]
    unwanted = [part.expression for part in parts if part.others]
    if not wanted:
        return _Found(f"({' OR '.join(unwanted)})", others=True, depth=depth)
    expression = " AND ".join(wanted)
    if unwanted:
        expression = f"({expression}) NOT ({' OR '.join(unwanted)})"
        depth += 1
    return _Found(f"({expression})", depth=depth)


def _term(term: Words) -> str:
    """Return a term as a string of FTS5, in which nothing has a meaning but the quotation mark, and its column."""
    quoted = '"' + " ".join(term.words).replace('"', '""') + '"'
    column = f"{term.field} : " if term.field else ""
    return f"{column}{quoted} *" if term.stem else f"{column}{quoted}"
