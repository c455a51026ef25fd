"""What must and what must not have been told of a life, given what could be seen of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds import identity
from feeds.model import ChangeKind, ChangeRecord, Entry, Outcome, Post, Source, Standing
from feeds.reconcile import POLLS_TO_WITHDRAW, STORM_REVISIONS
from feeds.schedule import LIVE_SILENCE, LIVE_WINDING_DOWN
from tests.lives.world import START, Blog, State, Story, letters
from tests.lives.writing import Sight

_BYLINE = re.compile(r"Bell([a-j]+)")
_MARK = re.compile(r"\(report (\d+)\)")
_SLACK = 120
"""Letters that a page may add to the words of a post: lines about when it was touched, how many people reacted."""


@dataclass(frozen=True)
class Told:
    """What came of one visit."""

    outcome: Outcome
    message: str
    gap: bool
    """It was told that entries may be missing; of a look back: that had been told, and they were looked for."""
    changes: list[ChangeRecord]
    entries: dict[int, Entry]
    """All entries of the source, by id."""
    source: Source
    read_at: datetime | None
    """When the source had been read last before the visit."""

    def numbers(self, *kinds: ChangeKind) -> list[int]:
        """Return the numbers of the stories of which such a change was told."""
        return [number_of(self.entries[each.entry_id].post) for each in self.changes if each.kind in kinds]

    def words(self) -> str:
        """Return what was told, for people."""
        said = [f"{each.kind} {number_of(self.entries[each.entry_id].post)}" for each in self.changes]
        gap = ["a gap"] if self.gap else []
        failed = [f"{self.outcome}: {self.message}"] if self.outcome is Outcome.FAILED or self.message else []
        return ", ".join([*said, *gap, *failed]) or "nothing"


def number_of(post: Post) -> int:
    """Return the number of the story a post is of."""
    text = f"{post.title}\n{identity.text_of(post)}"
    found = _BYLINE.search(" ".join(post.authors)) or _MARK.search(text)
    assert found is not None, f"nobody knows which story this is: {post.authors} {text[:300]!r}"
    return int("".join(str("abcdefghij".find(each)) if each.isalpha() else each for each in found[1]))


@dataclass
class Known:
    """What was observed of a story."""

    state: State
    edits: int = 0
    withdrawn: bool = False
    born_struck: bool = False


@dataclass
class Judge:
    """Holds what was told of one life against what happened."""

    blog: Blog
    known: dict[int, Known] = field(default_factory=dict)
    placed: dict[int, datetime] = field(default_factory=dict)
    """Where each entry stands in time."""
    before: list[int] = field(default_factory=list)
    """The list as it was last seen."""
    order: list[int] = field(default_factory=list)
    """The order of all stories then."""
    due: dict[int, tuple[int, set[int]]] = field(default_factory=dict)
    """Of stories that are gone: visits in a row that showed both sides, and what has stood below all the time."""
    last: dict[int, Post] = field(default_factory=dict)
    """Each entry as it was after the last visit."""
    churned: bool = False
    misled: datetime = START
    """When an answer last was broken, or older than one before."""

    # ------------------------------------------------------------------ visits

    def failed(self, told: Told) -> None:
        """Hold that a visit that got no answer, or a broken one, changed nothing."""
        assert told.outcome is Outcome.FAILED, f"a broken answer was taken for a good one: {told.words()}"
        assert not told.changes, f"a broken answer changed something: {told.words()}"
        self.misled = self.blog.now

    def partly(self, sight: Sight, told: Told) -> None:
        """Hold that a visit of whose answers a part was broken told nothing that is not so."""
        withdrawn = told.numbers(ChangeKind.WITHDRAWN)
        assert set(withdrawn) <= sight.struck, "something was withdrawn because an answer was broken"
        by_number = self._by_number(told)
        truth = {story.number: story for story in self.blog.stories}
        # Which of them could be read nobody can say here: each may be told or not, but nothing twice, nothing half.
        for number in told.numbers(ChangeKind.ADDED):
            assert number not in self.known, f"story {number} was told before"
            self.known[number] = Known(truth[number].state)
        for number in told.numbers(ChangeKind.EDITED):
            known = self.known[number]
            assert known.state != truth[number].state, f"story {number} is as it was and was told as edited"
            known.edits, known.state = known.edits + 1, truth[number].state
        for number in told.numbers(ChangeKind.RESTORED):
            assert self.known[number].withdrawn, f"story {number} was not withdrawn and was told as restored"
            self.known[number].withdrawn = False
        for number in withdrawn:
            assert not self.known[number].withdrawn, f"story {number} was withdrawn before"
            self.known[number].withdrawn = True
        self._check_unchanged(by_number)
        self._check_places(told, by_number)
        self._remember(by_number)
        self.due = {}
        # What came of the answer joins the lists, or does not.
        self.before = [] if told.changes else self.before
        self.misled = self.blog.now

    def looked_back(self, sight: Sight, told: Told) -> None:
        """Hold that a look at older posts found those that are not known, and changed nothing else.

        They are history, but for those that were missed in a gap.
        """
        found, withdrawn = told.numbers(ChangeKind.OLDER, ChangeKind.ADDED), told.numbers(ChangeKind.WITHDRAWN)
        assert len(found) + len(withdrawn) == len(told.changes), "looking back told news"
        assert set(withdrawn) <= sight.struck & set(found), "looking back withdrew something"
        by_number = self._by_number(told)
        # What is pinned is repeated on older pages; it is no history, and the next visit tells it.
        fresh = [number for number, story in sight.told.items() if number not in self.known and not story.pinned]
        assert sorted(found) == sorted(fresh), f"looking back found {found}, not {fresh}"
        for number in found:
            self._check_state(by_number[number], sight.told[number].state)
            self.known[number] = Known(sight.told[number].state, withdrawn=number in withdrawn)
            self.placed[number] = by_number[number].sort_at
        assert told.gap or not told.numbers(ChangeKind.ADDED), "what was found looking back is no news without a gap"
        self._check_unchanged(by_number)
        self._check_places(told, by_number)
        self._remember(by_number)

    def seen(self, sight: Sight, told: Told, shown: Blog) -> None:
        """Hold that what a whole answer showed was told, and nothing else.

        `shown` is the blog as the answer had it: an older one where that was stale.
        """
        stale = shown is not self.blog
        assert told.outcome is not Outcome.FAILED, f"a good answer was refused: {told.message}"
        # What is said to be deleted is withdrawn as it was known: its last words are no news.
        sight.told = {each: story for each, story in sight.told.items() if not {each} & sight.struck & set(self.known)}
        self.misled = self.blog.now if stale else self.misled
        traits = self.blog.traits
        if traits.ids == "last" and self.blog.generation == 0 and told.source.health.standing is Standing.ACTIVE:
            assert not told.message, f"something is said to be odd: {told.message}"
        by_number = self._by_number(told)
        self._check_news(sight, told)
        for number, story in sight.told.items():
            self._check_entry(by_number[number], story, sight)
        self._check_withdrawn(sight, told)
        self._check_places(told, by_number)
        self._check_gap(sight, told, stale=stale)
        self._check_end(told, stale=stale)
        self._check_missing(sight, by_number, stale=stale)
        self._remember(by_number)
        if sight.listed:
            self.before = sight.listed
            self.order = [story.number for story in shown.stories]
        self.churned = False

    def _remember(self, entries: dict[int, Entry]) -> None:
        self.last = {number: entry.post for number, entry in entries.items()}

    # ------------------------------------------------------------------ entries

    def _by_number(self, told: Told) -> dict[int, Entry]:
        out: dict[int, Entry] = {}
        for entry in told.entries.values():
            number = number_of(entry.post)
            assert number not in out, f"two entries for story {number}: {out[number].identity} and {entry.identity}"
            out[number] = entry
        return out

    def _check_news(self, sight: Sight, told: Told) -> None:
        """Hold that new, edited and restored ones are those that are, each told once."""
        fresh = [number for number in sight.told if number not in self.known]
        _same(told.numbers(ChangeKind.ADDED), fresh, "new")
        changed = {
            number: (self.known[number].state, story.state)
            for number, story in sight.told.items()
            if number in self.known and self.known[number].state != story.state
        }
        # A title that is the blog's headline cannot be told from none.
        repeated = {
            number
            for number, (old, new) in changed.items()
            if old.words == new.words and self.blog.headlines & {old.title, new.title}
        }
        edited = told.numbers(ChangeKind.EDITED)
        _same(edited, [number for number in changed if number not in repeated or number in edited], "edited")
        back = [
            number
            for number in sight.told
            if number in self.known and self.known[number].withdrawn and number not in sight.struck
        ]
        _same(told.numbers(ChangeKind.RESTORED), back, "restored")
        for number in fresh:
            self.known[number] = Known(sight.told[number].state)
        for number in changed:
            self.known[number].state = sight.told[number].state
            self.known[number].edits += number in edited
        for number in back:
            self.known[number].withdrawn = False

    def _check_entry(self, entry: Entry, story: Story, sight: Sight) -> None:
        number, traits, post = story.number, self.blog.traits, entry.post
        assert number in sight.struck or entry.withdrawn_at is None, f"story {number} is shown and counts as withdrawn"
        self._check_state(entry, story.state)
        if entry.revision < STORM_REVISIONS:
            assert entry.revision == self.known[number].edits + 1, f"story {number} has {entry.revision} revisions"
        # What stands on top only may have no more than a clock there.
        dated = post.published is not None or number in sight.listed
        if traits.dates in ("true", "minute") and dated:
            date = story.date if traits.dates == "true" else story.date.replace(second=0)
            assert post.published == date, f"story {number} is dated {post.published}, not {date}"
        if traits.pins in ("top", "marked", "place"):
            assert post.pinned == story.pinned, f"story {number} is pinned: {story.pinned}, and stored: {post.pinned}"
        elif not story.pinned:
            assert not post.pinned, f"story {number} is not pinned"
        if traits.keys:
            assert post.key_event == story.key, f"story {number} is a key event: {story.key}, not {post.key_event}"

    def _check_unchanged(self, entries: dict[int, Entry]) -> None:
        """Hold that every entry is as it was told."""
        assert sorted(entries) == sorted(self.known), f"there are entries {sorted(entries)}, not {sorted(self.known)}"
        for number, entry in entries.items():
            known = self.known[number]
            self._check_state(entry, known.state)
            assert (entry.withdrawn_at is not None) == known.withdrawn, f"story {number} is withdrawn, or not, untold"
            if entry.revision < STORM_REVISIONS:
                assert entry.revision == known.edits + 1, f"story {number} has {entry.revision} revisions"

    def _check_state(self, entry: Entry, state: State) -> None:
        held = letters(entry.post.title, identity.text_of(entry.post))
        number = number_of(entry.post)
        # Many publishers repeat the blog's headline where a post has none.
        if entry.post.title or state.title not in self.blog.headlines:
            wrong = f"story {number} has the title {entry.post.title!r}, not {state.title!r}"
            assert letters(state.title) in held, wrong
        wanted = letters(*state.words)
        assert wanted in held, f"story {number} says {identity.text_of(entry.post)!r}, not {state.words!r}"
        extra = len(held) - len(state.letters)
        assert extra <= _SLACK, f"story {number} says more than {state.words!r}: {identity.text_of(entry.post)!r}"

    # ------------------------------------------------------------------ what is gone

    def _check_withdrawn(self, sight: Sight, told: Told) -> None:
        deleted = {story.number for story in self.blog.stories if story.deleted}
        withdrawn = told.numbers(ChangeKind.WITHDRAWN)
        assert len(set(withdrawn)) == len(withdrawn), f"withdrawn twice: {withdrawn}"
        for number in withdrawn:
            assert number in deleted | sight.struck, f"story {number} exists and was said to be withdrawn"
            assert not self.known[number].withdrawn, f"story {number} was withdrawn before"
            self.known[number].withdrawn = True
        for number in sight.struck & set(self.known):
            assert self.known[number].withdrawn, f"story {number} is said to be deleted, and that was not told"

    def _check_missing(self, sight: Sight, entries: dict[int, Entry], *, stale: bool) -> None:
        """Hold that what is missing between others at two visits in a row is withdrawn.

        Above it stands anything that is not pinned; below it what stood there at the last visit, is not dated past it
        since, and was not pinned on top. In a list that is said to be whole nothing need stand around it.
        """
        traits = self.blog.traits
        few = traits.oldest_first and min(len(self.before), len(sight.listed)) < 5
        if not sight.listed:
            return
        if not traits.absence or traits.ids == "anew" or stale or few or self.churned:
            self.due = {}
            return
        stories = {story.number: story for story in self.blog.stories}
        order = list(stories)
        places = {number: place for place, number in enumerate(order)}
        moved = [each for each in order if each in self.order] != self.order
        on_top = self._on_top()
        pinned = on_top | {number for number, entry in entries.items() if number in sight.told and entry.post.pinned}
        # What only its id is shown of may be no entry yet.
        loose = [number for number in sight.listed if number in entries and number not in pinned]
        anchors = [number for number in loose if number in self.before]
        missing = [
            number
            for number in {*self.due, *self.before}
            if number in entries and stories[number].deleted and entries[number].withdrawn_at is None
        ]
        oldest = min((date for number in loose if (date := entries[number].post.published)), default=None)
        vanished = [number for number in missing if number not in self.due]
        due: dict[int, tuple[int, set[int]]] = {}
        # Where most of a list is gone at once, or it is in another order, nobody knows what became of it.
        for number in missing if len(vanished) <= len(anchors) // 2 and (traits.whole or not moved) else ():
            published = entries[number].post.published
            count, held = self.due.get(number, (0, set(anchors)))
            below = {each for each in held if each in anchors and places[each] > places[number]}
            below = {each for each in below if self._stays_below(entries[each], published)}
            above = any(places[each] < places[number] for each in loose)
            fallen = published is not None and oldest is not None and published < oldest
            # The place of one that was pinned is its own only if its date says so as well.
            placed = number not in on_top and (published is not None or not entries[number].post.pinned)
            if traits.whole:
                due[number] = (count + 1, below)
            elif below and placed and not fallen:
                due[number] = (count + 1 if above else 0, below)
        self.due = due
        late = [number for number, (count, _) in due.items() if count >= POLLS_TO_WITHDRAW]
        assert not late, f"stories {late} are gone for {POLLS_TO_WITHDRAW} visits and that was not told"

    def _on_top(self) -> set[int]:
        """Return the stories that stood on top at the last visit because they were pinned, or may have been."""
        out: set[int] = set()
        for number in self.before:
            if number in self.last and not self.last[number].pinned:
                break
            out.add(number)
        dates = [self.last[number].published for number in self.before[:2] if number in self.last]
        if len(dates) == 2 and dates[0] and dates[1] and dates[0] < dates[1]:
            # Without a mark.
            out.add(self.before[0])
        return out

    def _stays_below(self, entry: Entry, published: datetime | None) -> bool:
        """Say whether an entry that stood below another, of that date, does so still.

        One that has another date since may have been published again above it, and the other have fallen off the end.
        """
        before, now = self.last[number_of(entry.post)].published, entry.post.published
        return now == before or (now is not None and published is not None and now < published)

    # ------------------------------------------------------------------ time

    def _check_places(self, told: Told, entries: dict[int, Entry]) -> None:
        """Hold that the timeline does not move above what was read, and an entry stays where it is."""
        fresh = [(number, entry) for number, entry in entries.items() if number not in self.placed]
        for number, entry in entries.items():
            place = self.placed.setdefault(number, entry.sort_at)
            assert place == entry.sort_at, f"story {number} moved on the timeline"
        for number, entry in fresh:
            if told.read_at is not None:
                assert entry.sort_at > told.read_at, f"story {number} stands above what was read"
        if told.read_at is None and self.blog.traits.dates == "true":
            by_date = sorted(fresh, key=lambda each: each[1].post.published or each[1].sort_at)
            stands = [entry.sort_at for _, entry in by_date]
            assert stands == sorted(stands), "the first entries do not stand in the order of their dates"

    def _check_gap(self, sight: Sight, told: Told, *, stale: bool) -> None:
        pinned = {number for number, story in sight.told.items() if story.pinned}
        shared = set(self.before) & set(sight.listed)
        if told.gap:
            assert not shared - pinned, "a gap was told where the lists join"
        elif stale or self.blog.traits.whole or sight.whole or not self.blog.traits.absence:
            return  # what lies between an older copy and the list is known, or was missing before
        elif self.before and not shared:
            assert not set(sight.listed) - pinned, "no gap was told where the lists do not join"

    def _check_end(self, told: Told, *, stale: bool) -> None:
        coverage, health = told.source.coverage, told.source.health
        live = coverage.live if coverage is not None else None
        quiet = self.blog.now - (health.changed_at or self.blog.now)
        if self.blog.ended is None:
            assert live is not False, "a blog that goes on is said to be over"
            if quiet < timedelta(seconds=LIVE_SILENCE):
                assert health.standing is Standing.ACTIVE, f"a blog that goes on is not polled: {health.message}"
        elif self.blog.traits.ends and not stale and self._is_late(self.blog.ended):
            assert live is False, "a blog that is over is not said to be"
            if quiet >= timedelta(seconds=LIVE_WINDING_DOWN):
                assert health.standing is Standing.ENDED, "a blog that is over is polled for ever"

    def _is_late(self, ended: datetime) -> bool:
        """Say whether the end of the blog must be known."""
        return self.blog.now - max(ended, self.misled) >= timedelta(seconds=self.blog.traits.ends_after)


def _same(told: Iterable[int], true: Iterable[int], what: str) -> None:
    assert sorted(told) == sorted(true), f"told as {what}: {sorted(told)}; truly: {sorted(true)}"
