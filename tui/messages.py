"""Every message between the session and the screens: past tense for facts, imperative for requests.

Owns names and fields, no logic. Bursts are gathered before they become a message: one a frame at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.message import Message

from feeds.diff import Change
from feeds.events import SourcesFound
from feeds.model import Article, ChangeRecord, Entry, Gap, Revision, Source
from feeds.store import Selection, SourceCounts
from tui.revisions import Fold, Tally


@dataclass
class EntriesChanged(Message):
    """Entries were added, edited, withdrawn, restored or marked, as gathered in one frame."""

    records: tuple[ChangeRecord, ...]
    """The change log, oldest first."""
    entries: Mapping[int, Entry] = field(repr=False)
    """What they are now, by id; only the newest state of each."""
    more: bool = False
    """More are waiting: they are read once these were taken in, so that keys are answered in between."""


@dataclass
class SelectionReady(Message):
    """The entries of a view were read."""

    token: int
    """Names the question; an answer to another than the last one is dropped."""
    selection: Selection = field(repr=False)
    whole: bool = True
    """False for the newest entries alone: the rest follows."""


@dataclass
class CountsReady(Message):
    """The numbers around a view were counted."""

    token: int
    hidden: int
    """Entries of the source shown that the filter and the watches hide."""
    watches: tuple[int, ...]
    """Entries of the view by watch; of a watch that mutes, what it hides or would hide."""


@dataclass
class Sought(Message):
    """The next entry that was wanted was looked for, to the end of the view."""

    token: int
    """Names the question; an answer to another than the last one is dropped."""
    entry_id: int | None
    """None where there is none."""


@dataclass
class CameMeanwhile(Message):
    """What came since the last visit was counted."""

    entries: int
    key_events: int
    watches: tuple[tuple[str, int], ...] = ()
    """How many of them which watch matches."""


@dataclass
class SourcesRead(Message):
    """What is known of the sources was read again."""

    sources: tuple[Source, ...]
    counts: Mapping[int, SourceCounts] = field(repr=False)
    pulses: Mapping[int, tuple[int, ...]] = field(repr=False)
    """Arrivals by source id over the last hour, in equal parts, oldest first."""
    gaps: tuple[Gap, ...] = ()


@dataclass
class PollingChanged(Message):
    """Visits began or ended."""

    source_ids: frozenset[int]
    """The sources being visited now."""


@dataclass
class WritingChanged(Message):
    """The engine is ready, or another Wirewatch writes to the same data and this one only reads."""

    writing: bool


@dataclass
class RevisionsRead(Message):
    """All states seen of an entry were read."""

    entry_id: int
    revisions: tuple[Revision, ...] = field(repr=False)
    log: tuple[ChangeRecord, ...] = field(default=(), repr=False)
    """What the change log still says of it, oldest first."""


@dataclass
class DifferenceReady(Message):
    """Two states of an entry were compared."""

    before: int
    """Number of the older revision."""
    after: int
    title: tuple[Change, ...] = field(repr=False)
    text: tuple[Change, ...] = field(repr=False)
    short: tuple[Change | Fold, ...] = field(repr=False)
    """The text with long stretches that stayed counted."""
    tally: Tally
    besides: tuple[str, ...]
    """What differs besides the words."""


@dataclass
class EditCounted(Message):
    """It was counted how much one edit of an entry changed."""

    number: int
    """Number of the revision the edit led to."""
    tally: Tally


@dataclass
class FullTextRead(Message):
    """The full text of an entry was found, here or on its page; or it was not."""

    entry_id: int
    article: Article | None = field(repr=False)
    message: str = ""
    """Why there is none; a sentence."""


@dataclass
class SourceAdded(Message):
    """A source that was asked for is saved."""

    source_id: int


@dataclass
class SourcesOffered(Message):
    """An address leads to several sources, or to a guess: somebody has to say which are meant."""

    found: SourcesFound


@dataclass
class Noticed(Message):
    """Something to be read once, in a sentence."""

    sentence: str
    problem: bool = False
    """Whether something is wrong."""


@dataclass
class Broken(Message):
    """Something went wrong in a thread that can only be a mistake in the program."""

    error: Exception
