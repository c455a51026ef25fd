"""Entries as the command line writes them: one JSON object, or one line.

Owns the names and order of the JSON fields, which scripts rely on. Writes nothing itself.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, json

from feeds.document import html, plain
from feeds.model import Enclosure, Entry, Offer, Post, Source
from feeds.text import line

HEADLINE_LENGTH = 100
"""Characters of the text that stand for a headline where there is none."""


class EnclosureRecord(Struct, frozen=True):
    """A file that belongs to an entry."""

    url: str
    type: str | None
    length: int | None


class EntryRecord(Struct, frozen=True):
    """An entry in JSON. Times are UTC by RFC 3339, `null` where the source does not say."""

    change: str
    id: str
    source: str
    source_url: str
    url: str | None
    title: str
    authors: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    seen: datetime
    text: str
    html: str
    summary: str | None
    tags: tuple[str, ...]
    key_event: bool
    enclosures: tuple[EnclosureRecord, ...]
    revision: int
    matches: tuple[str, ...]


class InspectionRecord(Struct, frozen=True):
    """What `inspect` found, in JSON."""

    url: str
    kind: str
    adapter: str | None
    title: str
    description: str
    language: str | None
    live: bool | None
    started: datetime | None
    ended: datetime | None
    poll_after_seconds: int | None
    entries: tuple[EntryRecord, ...]
    feeds: tuple[Offer, ...]
    problems: tuple[str, ...]


def whole_seconds(when: datetime | None) -> datetime | None:
    """Return a time without its fraction: scripts compare these as text."""
    return when.replace(microsecond=0) if when else None


def post_record(
    post: Post,
    *,
    change: str,
    identity: str,
    source: str,
    source_url: str,
    seen: datetime,
    revision: int = 1,
    matches: tuple[str, ...] = (),
) -> EntryRecord:
    """Return the JSON form of a post."""
    body = post.body or post.summary
    return EntryRecord(
        change=change,
        id=identity,
        source=source,
        source_url=source_url,
        url=post.url,
        title=post.title,
        authors=post.authors,
        published=whole_seconds(post.published),
        updated=whole_seconds(post.updated),
        seen=seen.replace(microsecond=0),
        text=plain(body),
        html=html(body),
        summary=plain(post.summary) if post.body and post.summary else None,
        tags=post.tags,
        key_event=post.key_event,
        enclosures=tuple(map(_enclosure, post.enclosures)),
        revision=revision,
        matches=matches,
    )


def _enclosure(enclosure: Enclosure) -> EnclosureRecord:
    return EnclosureRecord(enclosure.url, enclosure.type, enclosure.length)


def entry_record(entry: Entry, source: Source, *, change: str, matches: tuple[str, ...] = ()) -> EntryRecord:
    """Return the JSON form of an entry as it stands."""
    return post_record(
        entry.post,
        change=change,
        identity=entry.identity,
        source=source.name,
        source_url=source.spec.url,
        seen=entry.revised_at if change == "edited" else entry.first_seen,
        revision=entry.revision,
        matches=matches,
    )


def to_json(record: EntryRecord | InspectionRecord) -> str:
    """Return a record as one line of JSON."""
    return json.encode(record).decode()


def headline(post: Post) -> str:
    """Return the title, or the beginning of the text where there is none."""
    if post.title:
        return post.title
    text = line(plain(post.body or post.summary))
    if len(text) > HEADLINE_LENGTH:
        text = text[:HEADLINE_LENGTH].rsplit(" ", 1)[0] + "…"
    return text or "(no text)"


def to_line(entry: Entry, source: Source, *, change: str, matches: tuple[str, ...] = ()) -> str:
    """Return an entry as one line for people: local time, source, what happened, headline, watches."""
    parts = [f"{entry.when.astimezone():%Y-%m-%d %H:%M}", source.name]
    if change != "added":
        parts.append(f"({change})")
    parts.append(headline(entry.post))
    if matches:
        parts.append(f"[{', '.join(matches)}]")
    return "  ".join(parts)
