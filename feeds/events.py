"""What the engine tells its faces, and what they ask of it.

Owns the messages, which travel between tasks or between processes as they are (tagged, plain values).
Events are past tense, commands imperative. News itself does not travel: it is committed to the store
first, and `Changed` only says how far the change log has grown.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from feeds.model import Kind, Outcome, SourceSpec

# ------------------------------------------------------------------ events


class Ready(Struct, frozen=True, tag="ready"):
    """The engine runs. `writing` is false when another Wirewatch writes to the same data."""

    writing: bool
    message: str = ""
    """A sentence when it is not writing: who is."""


class Changed(Struct, frozen=True, tag="changed"):
    """Changes were committed; read the change log after the last sequence number you know."""

    seq: int


class SourcesChanged(Struct, frozen=True, tag="sources"):
    """Sources were added, removed, or learned something about (health, title, next poll)."""

    source_ids: tuple[int, ...]


class PollStarted(Struct, frozen=True, tag="poll-started"):
    """A visit began."""

    source_id: int


class PollFinished(Struct, frozen=True, tag="poll-finished"):
    """A visit ended."""

    source_id: int
    outcome: Outcome
    message: str = ""
    """Why it failed, or what was odd; a sentence."""
    added: int = 0
    edited: int = 0
    withdrawn: int = 0
    restored: int = 0
    gap: bool = False
    """It shares no entry with the visit before: entries may be missing between them."""


class OlderRead(Struct, frozen=True, tag="older-read"):
    """What came before the oldest entries of a source was looked for."""

    source_id: int
    added: int = 0
    more: bool = False
    """There is more before that."""
    message: str = ""
    """Why nothing came; a sentence."""


class ArticleRead(Struct, frozen=True, tag="article-read"):
    """The page of an entry was read for its text, which is stored now; or it was not."""

    entry_id: int
    message: str = ""
    """Why there is no text; a sentence. Empty where there is."""


class SourceAdded(Struct, frozen=True, tag="source-added"):
    """A source asked for by `AddSource` or `KeepSources` is there (or already was)."""

    source_id: int
    url: str
    name: str


class Candidate(Struct, frozen=True):
    """A source that may be meant by an address."""

    url: str
    title: str = ""
    kind: Kind = Kind.FEED
    adapter: str = ""
    """The adapter by which it has to be read, where nothing else would recognise it: then it is a guess."""


class SourcesFound(Struct, frozen=True, tag="sources-found"):
    """An address asked for by `AddSource` leads to several sources, or to a guess; nothing was added.

    What a person takes of them is asked for by `AddSource` again, as chosen.
    """

    url: str
    """The address asked."""
    found: tuple[Candidate, ...]
    """The best first."""


class SourcesImported(Struct, frozen=True, tag="sources-imported"):
    """The list asked for by `ImportSources` was read, and what may be a source was added."""

    file: str
    added: int
    there: int
    """Sources of the list that were there already."""
    refused: tuple[str, ...] = ()
    """A sentence for each that was refused, the first ones only."""
    refusals: int = 0
    """How many were refused."""


class Problem(Struct, frozen=True, tag="problem"):
    """Something a person should read once; a sentence."""

    message: str


Event = (
    Ready
    | Changed
    | SourcesChanged
    | PollStarted
    | PollFinished
    | OlderRead
    | ArticleRead
    | SourceAdded
    | SourcesFound
    | SourcesImported
    | Problem
)

# ------------------------------------------------------------------ commands


class Refresh(Struct, frozen=True, tag="refresh"):
    """Poll these sources now, all when empty; a floor of politeness still holds."""

    source_ids: tuple[int, ...] = ()


class LookBack(Struct, frozen=True, tag="look-back"):
    """Fetch the page that comes before the oldest entries of these sources; each is answered by an `OlderRead`."""

    source_ids: tuple[int, ...]


class Mark(Struct, frozen=True, tag="mark"):
    """Set the reader's marks on entries; None leaves a mark as it is."""

    entry_ids: tuple[int, ...]
    read: bool | None = None
    starred: bool | None = None


class ReadArticle(Struct, frozen=True, tag="read-article"):
    """Fetch the page an entry leads to and keep its text; answered by an `ArticleRead`."""

    entry_id: int


class AddSource(Struct, frozen=True, tag="add-source"):
    """Find what `spec.url` is, save it and poll it; where that is not certain, say what it may be."""

    spec: SourceSpec
    chosen: bool = False
    """A person took it from what was found: it is saved and polled as it is, and not looked at before."""
    title: str = ""
    """What it was found to be called; it is named so until it was polled."""


class ImportSources(Struct, frozen=True, tag="import-sources"):
    """Add the sources that a list names: OPML, the `urls` file of newsboat, or addresses line by line."""

    file: str
    """Its path."""


class KeepSources(Struct, frozen=True, tag="keep-sources"):
    """Save the sources of this visit to the configuration."""


class Stop(Struct, frozen=True, tag="stop"):
    """End: finish the transaction under way and close."""


Command = Refresh | LookBack | ReadArticle | Mark | AddSource | ImportSources | KeepSources | Stop

# ------------------------------------------------------------------ the engine's process


class ServiceOptions(Struct, frozen=True):
    """What the process is to do."""

    data: str
    """Folder of stored data."""
    config: str
    """The configuration file."""
    visiting: tuple[str, ...] | None = None
    """Addresses to poll instead of the configured sources, for this visit only."""
    demo_start: datetime | None = None
    """The moment the demo began, to play it; None to work live."""
    logs: str = ""
    """Folder of the crash log; empty for that of the data."""
