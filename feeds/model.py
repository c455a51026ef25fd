"""The values the program is made of. All frozen, all times UTC, all collections tuples.

Owns the names of fields and what they mean. Two types carry the news: a `Post` is what an adapter saw,
an `Entry` is what the store knows and holds a `Post`; a field of a post is written down here only.
Behaviour beyond small derived properties lives elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from feeds.document import Document

# ------------------------------------------------------------------ what an adapter sees


class Enclosure(Struct, frozen=True, omit_defaults=True):
    """A file that belongs to a post."""

    url: str
    type: str | None = None
    """Media type as stated."""
    length: int | None = None
    """Bytes as stated; None where the source does not say."""


class Post(Struct, frozen=True, omit_defaults=True):
    """One item of a source as an adapter saw it, text already safe."""

    key: str = ""
    """The id the source gives, verbatim; empty where it gives none. Never resolved against an address."""
    url: str | None = None
    """Where the post can be read: absolute http or https, with its fragment."""
    title: str = ""
    """One line of plain text; empty where there is none, never invented."""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    summary: Document = ()
    """A summary, only where the source gives one beside the body."""
    body: Document = ()
    """The text: the fullest the source gives."""
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    """BCP 47 tag where the post or its source states one."""
    origin: str | None = None
    """Name of the publication a planet or aggregator took the post from."""
    key_event: bool = False
    """The source marks it as important."""
    pinned: bool = False
    """The source keeps it on top, whatever its time."""
    withdrawn: bool = False
    """The source itself says that the post is deleted or retracted (a tombstone)."""


class Coverage(Struct, frozen=True, omit_defaults=True):
    """What a live blog says of itself."""

    headline: str = ""
    description: Document = ()
    started: datetime | None = None
    ended: datetime | None = None
    """When coverage is said to end. Often a guess of the publisher's software: never proof of an end."""
    live: bool | None = None
    """Whether the source says it is still live; None where it does not say."""


class Hints(Struct, frozen=True, omit_defaults=True):
    """What a source asks of those who poll it."""

    interval: float | None = None
    """Seconds between polls (RSS `ttl`, `sy:updatePeriod`/`updateFrequency`, a live page's poll interval)."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, UTC 0–23, in which nothing new comes (RSS 2.0 `skipHours`)."""
    skip_days: tuple[int, ...] = ()
    """Days of the week, Monday 0, in which nothing new comes (RSS 2.0 `skipDays`)."""
    expired: bool = False
    """The source says it will never change again (JSON Feed `expired`)."""
    listening: bool = False
    """Its answer is a stream that stays open: the next visit takes what has come on it, which costs the server
    nothing, so it may come at once."""


class Extent(StrEnum):
    """How much of a source the posts of a batch are."""

    WHOLE = "whole"
    """All there is: what is missing is gone (RFC 5005 `fh:complete`)."""
    SINCE = "since"
    """Everything from the oldest post shown onwards."""
    PART = "part"
    """A window or a selection: only positions say something about what is missing."""
    DELTA = "delta"
    """Only what is new since the cursor: nothing can be said about what is missing."""


class Kind(StrEnum):
    """What a source turned out to be."""

    FEED = "feed"
    LIVEBLOG = "liveblog"
    PAGE = "page"
    """A web page that is neither; it may offer feeds."""


class Offer(Struct, frozen=True):
    """A feed or live blog that a page points to."""

    url: str
    type: str = ""
    """Media type as stated, or empty."""
    title: str = ""
    adapter: str = ""
    """The adapter by which it has to be read, where nothing else would recognise it as a source."""


class Batch(Struct, frozen=True, omit_defaults=True):
    """What one visit to a source brought."""

    kind: Kind
    adapter: str = ""
    """Name of the adapter that read it; filled in by `feeds.visit`."""
    reason: str = ""
    """Why that adapter was chosen, a sentence; filled in by `feeds.visit`."""
    posts: tuple[Post, ...] = ()
    """In the order the source lists them: position is the only ordering every publisher gets right."""
    title: str = ""
    description: str = ""
    """Plain text."""
    link: str | None = None
    """The page for people."""
    language: str | None = None
    coverage: Coverage | None = None
    """Given by live blogs only."""
    hints: Hints = Hints()
    extent: Extent = Extent.PART
    cursor: dict[str, object] = field(default_factory=dict)
    """Plain JSON the adapter wants back at its next visit."""
    older: dict[str, object] = field(default_factory=dict)
    """Where the posts are that come before these, plain JSON for `flow.Pages.older`; empty where there are none, or the
    format does not page back. A name for the last post shown is better than the number of a page: pages move on."""
    offers: tuple[Offer, ...] = ()
    problems: tuple[str, ...] = ()
    """Sentences about what was wrong and read all the same."""
    cut: bool = False
    """The answer ends inside the last post (tombstones not counted), of which only the beginning was read."""

    @property
    def finished(self) -> tuple[Post, ...]:
        """The posts that were read to their ends."""
        last = max((place for place, post in enumerate(self.posts) if self.cut and not post.withdrawn), default=-1)
        return tuple(post for place, post in enumerate(self.posts) if place != last)


# ------------------------------------------------------------------ what the store knows


class Outcome(StrEnum):
    """How a poll ended."""

    NEVER = "never"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Standing(StrEnum):
    """Whether a source is polled."""

    ACTIVE = "active"
    ENDED = "ended"
    """A live blog whose coverage is over."""
    GONE = "gone"
    """The server said 410."""


class Health(Struct, frozen=True, omit_defaults=True):
    """How a source fares."""

    outcome: Outcome = Outcome.NEVER
    message: str = ""
    """A sentence for people: why the last poll failed, or what is odd about the source; empty when all is well."""
    polled_at: datetime | None = None
    """End of the last poll, of whatever outcome."""
    changed_at: datetime | None = None
    """End of the last poll that brought a change."""
    failing_since: datetime | None = None
    failures: int = 0
    """Failed polls in a row."""
    quiet_polls: int = 0
    """Successful polls in a row that brought nothing new."""
    next_poll: datetime | None = None
    standing: Standing = Standing.ACTIVE


class Validators(Struct, frozen=True, omit_defaults=True):
    """What the server gave to ask «has it changed?» with (RFC 9110, 8.8); byte for byte, Latin-1 decoded."""

    etag: str | None = None
    last_modified: str | None = None


class SourceSpec(Struct, frozen=True, omit_defaults=True):
    """A source as a person configured it."""

    url: str
    name: str = ""
    """Empty: the title the source gives itself is shown."""
    tags: tuple[str, ...] = ()
    every: float | None = None
    """Seconds between polls, None for the adaptive schedule."""
    adapter: str | None = None
    """Name of the adapter to use, None to recognise it."""


class Source(Struct, frozen=True):
    """A source as the store knows it: what was configured and what was learned."""

    id: int
    spec: SourceSpec
    url: str
    """Where it is polled: `spec.url` until a permanent redirect moved it."""
    adapter: str | None = None
    """The adapter that read it last."""
    kind: Kind | None = None
    title: str = ""
    description: str = ""
    link: str | None = None
    language: str | None = None
    coverage: Coverage | None = None
    hints: Hints = Hints()
    cursor: dict[str, object] = field(default_factory=dict)
    older: dict[str, object] | None = None
    """Where the posts are that come before those known; empty where there are none, None where it was never read."""
    validators: Validators = Validators()
    digest: str = ""
    """Hash of the last body that was read; the same body is not parsed again."""
    health: Health = Health()

    @property
    def name(self) -> str:
        """The name shown: the person's, else the source's own, else its address."""
        return self.spec.name or self.title or self.spec.url


class Entry(Struct, frozen=True, kw_only=True):
    """One item of a source as the store knows it."""

    id: int
    source_id: int
    identity: str
    """Stable inside the source, the `id` of the JSON form."""
    post: Post
    """The newest state seen."""
    revision: int = 1
    sort_at: datetime
    """Its place on the timeline; see `reconcile.place_in_time`."""
    first_seen: datetime
    revised_at: datetime
    """When the newest revision was seen; `first_seen` where there is only one."""
    read: bool = False
    starred: bool = False
    late: bool = False
    """It appeared after newer entries had been seen."""
    withdrawn_at: datetime | None = None
    restored_at: datetime | None = None
    folded: int = 0
    """Edits that made no revision: of white space and typography only, or of an entry that changes all the time."""

    @property
    def when(self) -> datetime:
        """The time shown: published, else updated, else first seen, and never in the future of its first sight."""
        return min(self.post.published or self.post.updated or self.first_seen, self.first_seen)


class Article(Struct, frozen=True):
    """The text of the page an entry leads to."""

    url: str
    """The address that answered."""
    fetched: datetime
    document: Document
    note: str = ""
    """What is odd about it, a sentence."""


class Gap(Struct, frozen=True):
    """A stretch of time of which entries of a source may be missing: two polls in a row had none in common."""

    source_id: int
    after: datetime
    """Place in time of the newest entry before it."""
    before: datetime
    """Place in time of the oldest entry after it."""


class Revision(Struct, frozen=True):
    """One observed state of an entry."""

    number: int
    """Counted from 1."""
    seen: datetime
    post: Post


class ChangeKind(StrEnum):
    """What happened to an entry."""

    ADDED = "added"
    OLDER = "older"
    """Fetched because somebody looked further back: it is new here, and no news."""
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    MARKED = "marked"
    """The reader's doing: read, starred."""


class ChangeRecord(Struct, frozen=True):
    """A line of the store's change log, from which every face of the program learns what is new."""

    seq: int
    """Grows by at least one a change; a face remembers the last it has shown."""
    entry_id: int
    kind: ChangeKind
    revision: int
    at: datetime
