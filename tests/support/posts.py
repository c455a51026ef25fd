"""Posts, entries and batches with defaults, and a store in memory that keeps what was reconciled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from feeds import identity
from feeds.document import Paragraph, Run, paragraphs
from feeds.model import Batch, Entry, Extent, Kind, Post
from feeds.reconcile import (
    Added,
    Edited,
    Known,
    Reconciled,
    Refreshed,
    Restored,
    Seen,
    Withdrawn,
    confirm,
    reconcile,
)

NOON = datetime(2026, 2, 13, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def post(
    key: str = "",
    text: str | None = None,
    *,
    title: str = "",
    minutes: float | None = None,
    url: str | None = None,
    pinned: bool = False,
    withdrawn: bool = False,
    tags: tuple[str, ...] = (),
) -> Post:
    """Post whose text is its key's own unless said otherwise; `minutes` after noon is its date."""
    words = f"What was said about {key} at some length." if text is None else text
    return Post(
        key=key,
        url=url,
        title=title,
        published=None if minutes is None else at(minutes),
        body=paragraphs(words),
        pinned=pinned,
        withdrawn=withdrawn,
        tags=tags,
    )


def entry(title: str = "", text: str = "", *, number: int = 1) -> Entry:
    """Entry with that title and text."""
    body = (Paragraph((Run(text),)),) if text else ()
    return Entry(
        id=number,
        source_id=1,
        identity=str(number),
        post=Post(key=str(number), title=title, body=body),
        sort_at=NOON,
        first_seen=NOON,
        revised_at=NOON,
    )


def batch(posts: Iterable[Post], extent: Extent = Extent.PART, problems: tuple[str, ...] = ()) -> Batch:
    """Batch of a live blog, listed as given."""
    return Batch(Kind.LIVEBLOG, posts=tuple(posts), extent=extent, problems=problems)


class Ledger:
    """A store of one source in memory: answers `known` and applies a `Reconciled` as `feeds.store.Store` says."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.window: tuple[Seen, ...] | None = None
        self.read_at: datetime | None = None
        self.revisions: dict[int, list[Post]] = {}
        self._names: dict[int, tuple[Post, set[str]]] = {}
        self._former: dict[str, set[int]] = {}
        """Keys that entries had before, with the ids of these."""

    # ------------------------------------------------------------------ polls

    def poll(
        self,
        posts: Sequence[Post] | str,
        minutes: float,
        *,
        extent: Extent = Extent.PART,
        problems: tuple[str, ...] = (),
    ) -> Reconciled:
        """Reconcile a list and apply it. A string lists one undated post a letter."""
        listed = [post(letter) for letter in posts] if isinstance(posts, str) else posts
        keys = {identity.key(each) for each in listed}
        aliases = {alias for each in listed for alias in identity.aliases(each)}
        known = self.known(keys, aliases)
        return self._apply(reconcile(known, batch(listed, extent, problems), at(minutes)))

    def unchanged(self, minutes: float) -> Reconciled:
        """Poll that finds the source as it was."""
        return self._apply(confirm(self.known(set(), set()), at(minutes)))

    def known(self, keys: set[str], aliases: set[str]) -> Known:
        """Return the entries of these keys, identities or aliases, and the last window with its own."""
        names = keys | aliases
        shown = {seen.identity for seen in self.window or ()}
        former = tuple((key, number) for key in sorted(keys) for number in sorted(self._former.get(key, ())))
        held = {number for _, number in former}
        wanted = [
            each
            for each in self.entries.values()
            if each.identity in shown or each.identity in keys or names & self._named(each) or each.id in held
        ]
        # Newest first: nothing says in which order a store returns them.
        return Known(tuple(reversed(wanted)), self.window, self.read_at, former)

    def _named(self, entry: Entry) -> set[str]:
        kept = self._names.get(entry.id)
        if kept is None or kept[0] is not entry.post:
            kept = entry.post, {identity.key(entry.post), *identity.aliases(entry.post)}
            self._names[entry.id] = kept
        return kept[1]

    # ------------------------------------------------------------------ applying

    def _apply(self, reconciled: Reconciled) -> Reconciled:
        for change in reconciled.changes:
            self._change(change, reconciled.now)
        self.window, self.read_at = reconciled.window, reconciled.now
        names = [seen.identity for seen in reconciled.window]
        assert len(names) == len(set(names)), "an identity stands twice in the window"
        return reconciled

    def _change(self, change: Added | Edited | Refreshed | Withdrawn | Restored, now: datetime) -> None:
        if isinstance(change, Added):
            number = len(self.entries) + 1
            assert all(each.identity != change.identity for each in self.entries.values()), "an identity given twice"
            self.entries[number] = Entry(
                id=number,
                source_id=1,
                identity=change.identity,
                post=change.post,
                sort_at=change.sort_at,
                first_seen=now,
                revised_at=now,
                late=change.late,
                withdrawn_at=now if change.withdrawn else None,
            )
            self.revisions[number] = [change.post]
            return
        old = self.entries[change.entry_id]
        if isinstance(change, Edited | Refreshed) and identity.key(change.post) != identity.key(old.post):
            self._former.setdefault(identity.key(old.post), set()).add(old.id)
        match change:
            case Edited(post=new):
                self.entries[old.id] = replace(old, post=new, revision=old.revision + 1, revised_at=now)
                self.revisions[old.id].append(new)
            case Refreshed(post=new):
                self.entries[old.id] = replace(old, post=new)
            case Withdrawn():
                assert old.withdrawn_at is None, "withdrawn twice"
                self.entries[old.id] = replace(old, withdrawn_at=now)
            case Restored():
                assert old.withdrawn_at is not None, "restored without having been withdrawn"
                self.entries[old.id] = replace(old, withdrawn_at=None, restored_at=now)

    # ------------------------------------------------------------------ asking

    @property
    def timeline(self) -> list[str]:
        """The keys of the entries, oldest first."""
        return [each.post.key for each in sorted(self.entries.values(), key=lambda each: (each.sort_at, each.id))]

    def of(self, key: str) -> Entry:
        """Return the one entry whose post has that key."""
        (found,) = (each for each in self.entries.values() if each.post.key == key)
        return found

    def told(self, reconciled: Reconciled) -> list[str]:
        """Return the changes as words: “added a”, “withdrawn b”; in their order."""
        return [self._words(change) for change in reconciled.changes]

    def _words(self, change: Added | Edited | Refreshed | Withdrawn | Restored) -> str:
        named = change.post.key if isinstance(change, Added) else self.entries[change.entry_id].post.key
        return f"{type(change).__name__.lower()} {named}"
