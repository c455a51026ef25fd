"""From a view to SQL: the tree of a query becomes one statement over the tables of `feeds.store.schema`.

Owns the translation, which means what `feeds.query.matches` means; a generated test holds the two equal. Issues no
statement.

The search index takes whole expressions (FTS5, sqlite.org/fts5.html, 3), but can only take away from what it found and
not return what does not match. So every part of a tree becomes a set that was found, or everything but such a set:
`All` and `AnyOf` of these are such again (De Morgan), and one `NOT IN` at most is left for SQL. FTS5's parser bounds
how deep an expression goes; what is deeper becomes a table of its own in front of the statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import NamedTuple

from feeds.query import All, AnyOf, Not, Query, Words

_DEEPEST = 16
"""Brackets inside one another in one expression of the index; its parser gives up at about a hundred."""


class Statement(NamedTuple):
    """A statement and what is bound to it."""

    sql: str
    parameters: tuple[str | int, ...]


def selecting(query: Query | None, sources: Sequence[int] | None, newest: int | None) -> Statement:
    """Return the statement for ids and sort keys of matching entries, oldest first, all in one row.

    `sources` None means all that are stored. The row holds 32 hexadecimal digits an entry: id and sort key, 64 bits
    each. A row an entry would cost Python three objects each, and the interpreter's lock, at a million entries.
    """
    rows = _matching(query, sources)
    if newest is None:
        ordered = f"{rows.sql} ORDER BY entry.sort_at, entry.id"
    else:
        ordered = f"{rows.sql} ORDER BY entry.sort_at DESC, entry.id DESC LIMIT {max(newest, 0)}"
        ordered = f"SELECT id, sort_at FROM ({ordered}) ORDER BY sort_at, id"
    return Statement(
        f"{rows.tables}SELECT group_concat(printf('%016x%016x', id, sort_at), '') FROM ({ordered})", rows.parameters
    )


def counting(query: Query | None, sources: Sequence[int] | None) -> Statement:
    """Return the statement for the number of matching entries."""
    among, parameters = ("", ()) if sources is None else _among("source.id", sources)
    total = f"SELECT coalesce(sum(entries), 0) FROM source{' WHERE ' + among if among else ''}"
    if query is None:
        return Statement(total, parameters)
    compiler = _Compiler()
    found = compiler.compile(query)
    if not found.table and not found.expression:
        return Statement(total if found.others else "SELECT 0", parameters if found.others else ())
    rows = _rows(compiler, found._replace(others=False), sources)
    counted = f"SELECT count(*) FROM ({rows.sql})"
    if sources is None and not found.table:
        counted = "SELECT count(*) FROM words WHERE words MATCH ?"
    if found.others:
        counted = f"SELECT ({total}) - ({counted})"
        return Statement(rows.tables + counted, (*compiler.parameters, *parameters, *rows.own))
    return Statement(rows.tables + counted, rows.parameters)


# ------------------------------------------------------------------ which rows


class _Rows(NamedTuple):
    tables: str
    """What stands in front of the statement: `WITH`, or nothing."""
    sql: str
    parameters: tuple[str | int, ...]
    own: tuple[str | int, ...]
    """Those of `parameters` that belong to `sql`, not to `tables`."""


def _matching(query: Query | None, sources: Sequence[int] | None) -> _Rows:
    compiler = _Compiler()
    found = _EVERYTHING if query is None else compiler.compile(query)
    return _rows(compiler, found, sources)


def _rows(compiler: _Compiler, found: _Found, sources: Sequence[int] | None) -> _Rows:
    where: list[str] = []
    own: list[str | int] = []
    tables = "entry"
    if found.expression and not found.others:
        # The index first, then its entries by id: both in order of id, and nothing kept in between.
        tables = "words CROSS JOIN entry ON entry.id = words.rowid"
        where.append("words MATCH ?")
        own.append(found.expression)
    elif found.table or found.expression:
        where.append(found.condition())
        own.extend(found.bound())
    elif not found.others:
        where.append("0")
    if sources is not None:
        among, bound = _among("entry.source_id", sources)
        where.append(among)
        own.extend(bound)
    sql = f"SELECT entry.id, entry.sort_at FROM {tables}" + (f" WHERE {' AND '.join(where)}" if where else "")
    return _Rows(compiler.with_clause(), sql, (*compiler.parameters, *own), tuple(own))


def _among(column: str, sources: Sequence[int]) -> tuple[str, tuple[str | int, ...]]:
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

    def condition(self) -> str:
        """Return the condition that an entry is among them."""
        inside = self.table or "(SELECT rowid FROM words WHERE words MATCH ?)"
        return f"entry.id {'NOT IN' if self.others else 'IN'} {inside}"

    def bound(self) -> tuple[str, ...]:
        """Return what is bound to the condition."""
        return () if self.table else (self.expression,)


_NOTHING = _Found()
_EVERYTHING = _NOTHING.but()


class _Compiler:
    def __init__(self) -> None:
        self.parameters: list[str | int] = []
        self._tables: list[str] = []

    def compile(self, tree: Query) -> _Found:
        match tree:
            case Words():
                return _Found(_term(tree))
            case Not(part):
                return self.compile(part).but()
            case All(parts):
                return self._all([self.compile(part) for part in parts])
            case AnyOf(parts):
                # One of them matches unless none does.
                return self._all([self.compile(part).but() for part in parts]).but()

    def with_clause(self) -> str:
        return f"WITH {', '.join(self._tables)} " if self._tables else ""

    def _all(self, parts: list[_Found]) -> _Found:
        if _NOTHING in parts:
            return _NOTHING
        parts = [part for part in parts if part != _EVERYTHING]
        if len(parts) < 2:
            return parts[0] if parts else _EVERYTHING
        if any(part.table or part.depth >= _DEEPEST for part in parts):
            return self._all_in_table(parts)
        return _all_in_index(parts)

    def _all_in_table(self, parts: list[_Found]) -> _Found:
        deep = [part for part in parts if part.table or part.depth >= _DEEPEST]
        flat = [part for part in parts if not part.table and part.depth < _DEEPEST]
        parts = [*deep, *([_all_in_index(flat)] if len(flat) > 1 else flat)]
        wanted = [part for part in parts if not part.others]
        if wanted:
            select = "SELECT entry.id FROM entry WHERE " + " AND ".join(part.condition() for part in parts)
        else:
            # None of them: everything but what is in one of them.
            select = "SELECT entry.id FROM entry WHERE " + " OR ".join(part.but().condition() for part in parts)
        for part in parts:
            self.parameters.extend(part.bound())
        name = f"found_{len(self._tables) + 1}"
        self._tables.append(f"{name} (id) AS MATERIALIZED ({select})")
        return _Found(table=name, others=not wanted)


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
    """Return a term as a string of FTS5, in which nothing has a meaning but the quotation mark."""
    quoted = '"' + " ".join(term.words).replace('"', '""') + '"'
    return f"{quoted} *" if term.stem else quoted
