"""Rows and values: how times, posts and sources are written into columns, and made of them again.

Owns the encodings and what is derived from a post for its being found: its names and its words. Issues no statement.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from msgspec import Struct, msgpack
from msgspec.structs import replace

from feeds import identity
from feeds.document import Document
from feeds.model import Entry, Post, Source
from feeds.query import haystack, searched
from feeds.reconcile import Seen

DERIVED_BY = f"4, Unicode {unicodedata.unidata_version}"
"""What `names` and `words` were made by. A store made by another is indexed again when it is opened for writing.

The number is to be raised with every change of `feeds.text.tokens` or `fold`, of `feeds.query.searched`, or of
`feeds.identity.key` or `aliases`: the index forgets a word only when it is given the same again.
"""

ENTRY = """
    entry.id, entry.source_id, content.identity, content.post, entry.revision, entry.sort_at, entry.sort_micros,
    entry.first_seen, entry.revised_at, entry.read, entry.starred, entry.late, entry.withdrawn_at, entry.restored_at,
    entry.folded
"""
"""The columns of an `EntryRow`, of `entry JOIN content`."""

EntryRow = tuple[int, int, str, bytes, int, int, int, int, int | None, int, int, int, int | None, int | None, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

encode = msgpack.Encoder().encode
post = msgpack.Decoder(Post).decode
"""Return the post that was encoded."""
document = msgpack.Decoder(Document).decode
"""Return the document that was encoded."""


class Outline(Struct, frozen=True):
    """What a post says of itself, without its text: read in a tenth of the time of a `Post`."""

    title: str = ""
    url: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    key_event: bool = False
    pinned: bool = False


outline = msgpack.Decoder(Outline).decode
"""Return the outline of the post that was encoded."""
window = msgpack.Decoder(tuple[Seen, ...]).decode
"""Return the window that was encoded."""
_source = msgpack.Decoder(Source).decode


def micros(when: datetime) -> int:
    """Return a time in microseconds since 1970, exactly."""
    return (when - _EPOCH) // _MICROSECOND


def moment(micros: int) -> datetime:
    """Return the time of so many microseconds since 1970, UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def optional_micros(when: datetime | None) -> int | None:
    """Like `micros`, None for None."""
    return None if when is None else micros(when)


def optional_moment(micros: int | None) -> datetime | None:
    """Like `moment`, None for None."""
    return None if micros is None else moment(micros)


def entry(row: EntryRow) -> Entry:
    """Return the entry of a row."""
    number, source, name, blob, revision, sort, rest, first, revised, read, starred, late, *fates, folded = row
    withdrawn, restored = fates
    first_seen = moment(first)
    return Entry(
        id=number,
        source_id=source,
        identity=name,
        post=post(blob),
        revision=revision,
        sort_at=moment(sort * 1000 + rest),
        first_seen=first_seen,
        revised_at=first_seen if revised is None else moment(revised),
        read=bool(read),
        starred=bool(starred),
        late=bool(late),
        withdrawn_at=optional_moment(withdrawn),
        restored_at=optional_moment(restored),
        folded=folded,
    )


def source(number: int, state: bytes) -> Source:
    """Return the source of that id and encoded state."""
    return replace(_source(state), id=number)


# ------------------------------------------------------------------ what is derived from a post


def words(post: Post) -> tuple[str, str]:
    """Return what the search index is fed of a post: the folded words of its title and of its text."""
    title, text = searched(post)
    return haystack(title), haystack(text)


def names(post: Post) -> set[int]:
    """Return the hashes by which a post is found: of its key and of its aliases."""
    return {*key_hashes((identity.key(post),)), *alias_hashes(identity.aliases(post))}


def key_hashes(keys: Iterable[str]) -> list[int]:
    """Return the hashes of keys."""
    return [_hash("key", key) for key in keys]


def alias_hashes(aliases: Iterable[str]) -> list[int]:
    """Return the hashes of aliases."""
    return [_hash("alias", alias) for alias in aliases]


def _hash(kind: str, name: str) -> int:
    """Return 64 bits. An entry found by a chance collision is one candidate too many for `reconcile`, no more."""
    digest = blake2b(name.encode(), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "big", signed=True)
