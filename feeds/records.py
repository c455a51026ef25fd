"""Entries as the command line writes them: one JSON object, or one line.

Owns the names and order of the JSON fields, which scripts rely on, and what may be shown of a text or an address.
Writes nothing itself.
"""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct

from feeds.diff import Change, words
from feeds.document import html, plain
from feeds.events import PollFinished
from feeds.identity import text_of
from feeds.model import Enclosure, Entry, Offer, Post, Revision, Source, SourceSpec
from feeds.store import SourceCounts
from feeds.text import line

HEADLINE_LENGTH = 100
"""Characters of the text that stand for a headline where there is none."""


_CREDENTIALS = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#\\]*@")


def readable(text: str) -> str:
    """Return a text as it may be shown: clean, in one line, the addresses in it without name and password."""
    return without_credentials(line(text))


def without_credentials(text: str) -> str:
    """Return a text with its addresses without name and password (RFC 3986, 3.2.1)."""
    return _CREDENTIALS.sub(r"\1", text) if "@" in text else text


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


class RevisionRecord(Struct, frozen=True):
    """A state of an entry in JSON, and what was changed in it since another."""

    id: str
    source: str
    source_url: str
    revision: int
    seen: datetime
    title: str
    text: str
    against: int | None
    """The state it is held against, `null` for the first."""
    title_changes: tuple[Change, ...]
    text_changes: tuple[Change, ...]
    """Pairs in reading order: `=` kept, `-` taken out, `+` put in; and the text. Empty without `against`."""
    folded: int
    """Edits of the entry that made no state: see `Entry.folded`."""


class OfferRecord(Struct, frozen=True):
    """A feed or live blog a page leads to, in JSON."""

    url: str
    type: str
    title: str
    adapter: str | None
    """The adapter by which it has to be read, `null` where it is recognised as what it is."""


class InspectionRecord(Struct, frozen=True):
    """What `inspect` found, in JSON."""

    url: str
    kind: str
    adapter: str | None
    reason: str | None
    """Why that adapter was chosen, `null` where none was."""
    title: str
    description: str
    language: str | None
    live: bool | None
    started: datetime | None
    ended: datetime | None
    poll_after_seconds: int | None
    entries: tuple[EntryRecord, ...]
    feeds: tuple[OfferRecord, ...]
    """Live blogs as well; the best first."""
    problems: tuple[str, ...]


class SourceRecord(Struct, frozen=True):
    """A saved source and how it fares, in JSON; `null` where nothing is known yet."""

    name: str
    url: str
    tags: tuple[str, ...]
    kind: str | None
    adapter: str | None
    entries: int
    unread: int
    standing: str
    """`active`, `ended` or `gone`."""
    outcome: str
    """`never`, `changed`, `unchanged` or `failed`."""
    message: str
    """Why it failed, or what is odd; empty when all is well."""
    polled: datetime | None
    changed: datetime | None
    failing_since: datetime | None
    next_poll: datetime | None


class OutcomeRecord(Struct, frozen=True):
    """How a poll ended, in JSON."""

    source: str
    source_url: str
    outcome: str
    message: str
    added: int
    edited: int
    withdrawn: int
    restored: int
    gap: bool
    """It shares no entry with the poll before: entries may be missing between them."""


def offer_record(offer: Offer) -> OfferRecord:
    """Return the JSON form of what a page leads to."""
    return OfferRecord(without_credentials(offer.url), offer.type, offer.title, offer.adapter or None)


def _past(when: datetime | None, seen: datetime) -> datetime | None:
    """Return a time a source gives; one after its entry was seen is the time at which it was."""
    return whole_seconds(min(when, seen) if when else None)


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
        published=_past(post.published, seen),
        updated=_past(post.updated, seen),
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
        source=source_name(source),
        source_url=without_credentials(source.spec.url),
        seen=_seen(entry, change),
        revision=entry.revision,
        matches=matches,
    )


def revision_record(before: Revision | None, state: Revision, entry: Entry, source: Source) -> RevisionRecord:
    """Return the JSON form of a state of an entry, held against an earlier one."""
    title, text = changes(before.post, state.post) if before else ((), ())
    return RevisionRecord(
        id=entry.identity,
        source=source_name(source),
        source_url=without_credentials(source.spec.url),
        revision=state.number,
        seen=state.seen.replace(microsecond=0),
        title=state.post.title,
        text=text_of(state.post),
        against=before.number if before else None,
        title_changes=title,
        text_changes=text,
        folded=entry.folded,
    )


def changes(before: Post, after: Post) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what was changed in the title of a post and in its text, word by word."""
    return tuple(words(before.title, after.title)), tuple(words(text_of(before), text_of(after)))


def folded(count: int) -> str:
    """Return how many edits made no revision, in words; see `Entry.folded`."""
    return f"{count:,} trivial edit{' was' if count == 1 else 's were'} folded away"


def _seen(entry: Entry, change: str) -> datetime:
    """Return when a change was seen."""
    seen = {"edited": entry.revised_at, "withdrawn": entry.withdrawn_at, "restored": entry.restored_at}.get(change)
    return seen or entry.first_seen


def last_change(entry: Entry) -> str:
    """Return what happened to an entry last, in the word of the JSON field `change`."""
    if entry.withdrawn_at is not None:
        return "withdrawn"
    if entry.restored_at is not None and entry.restored_at >= entry.revised_at:
        return "restored"
    return "edited" if entry.revision > 1 else "added"


def source_name(source: Source) -> str:
    """Return the name of a source as it may be shown."""
    return readable(source.name)


def source_record(spec: SourceSpec, source: Source | None, counts: SourceCounts) -> SourceRecord:
    """Return the JSON form of a saved source; `source` is None where it was never polled."""
    known = source or Source(id=0, spec=spec, url=spec.url)
    health = known.health
    return SourceRecord(
        name=readable(spec.name) or source_name(known),
        url=without_credentials(spec.url),
        tags=spec.tags,
        kind=known.kind,
        adapter=known.adapter,
        entries=counts.entries,
        unread=counts.unread,
        standing=health.standing,
        outcome=health.outcome,
        message=readable(health.message),
        polled=whole_seconds(health.polled_at),
        changed=whole_seconds(health.changed_at),
        failing_since=whole_seconds(health.failing_since),
        next_poll=whole_seconds(health.next_poll),
    )


def outcome_record(finished: PollFinished, source: Source) -> OutcomeRecord:
    """Return the JSON form of how a poll ended."""
    return OutcomeRecord(
        source=source_name(source),
        source_url=without_credentials(source.spec.url),
        outcome=finished.outcome,
        message=readable(finished.message),
        added=finished.added,
        edited=finished.edited,
        withdrawn=finished.withdrawn,
        restored=finished.restored,
        gap=finished.gap,
    )


def headline(post: Post) -> str:
    """Return the title in one line, or the beginning of the text where there is none."""
    if title := line(post.title):
        return title
    text = line(text_of(post))
    if len(text) > HEADLINE_LENGTH:
        text = text[:HEADLINE_LENGTH].rsplit(" ", 1)[0] + "…"
    return text or "(no text)"


def to_line(entry: Entry, source: Source, *, change: str, matches: tuple[str, ...] = ()) -> str:
    """Return an entry as one line for people: local time, source, what happened, headline, watches."""
    parts = [f"{entry.when.astimezone():%Y-%m-%d %H:%M}", source_name(source)]
    if change != "added":
        parts.append(f"({change})")
    parts.append(headline(entry.post))
    if matches:
        parts.append(f"[{line(', '.join(matches))}]")
    return "  ".join(parts)
