"""Whole lives of made-up live blogs, polled at odd moments: what is told is held against what happened."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import identity
from feeds.document import paragraphs
from feeds.model import Entry, Post
from feeds.reconcile import POLLS_TO_WITHDRAW, Edited, Reconciled, Withdrawn
from tests.support.posts import Ledger, at

PAGE = "https://a.example/live"


@dataclass
class Story:
    number: int
    minutes: float
    version: int = 0
    noise: int = 0
    pinned: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Shape:
    """What kind of source it is."""

    ids: str = "stable"
    """stable, anew (others at every answer), none, page (all have the page's address), shared (there are three)."""
    dates: str = "true"
    """true, none, or wild: nothing to do with when a post was shown."""
    oldest_first: bool = False
    twice: bool = False
    """A pinned post stands in its place too, and carries no mark."""
    stale: bool = False
    """Now and then the answer is the one before: another machine gave it. Posts only come on top."""

    @property
    def holds_ids(self) -> bool:
        return self.ids == "stable"


@dataclass
class Blog:
    """A live blog as it is: every post that exists, newest on top."""

    shape: Shape
    stories: list[Story] = field(default_factory=list)
    now: float = 0.0
    size: int = 10
    answers: int = 0

    def shown(self) -> list[Story]:
        """Return the stories of an answer, each once: the pinned ones, then the newest."""
        alive = [story for story in self.stories if not story.deleted]
        pinned = [story for story in alive if story.pinned]
        if self.shape.twice:
            return alive[: self.size]
        return pinned + [story for story in alive if not story.pinned][: self.size]

    def answer(self) -> list[Post]:
        self.answers += 1
        stories = self.shown()
        posts = [self._post(story) for story in stories]
        if self.shape.twice:
            places = [place for place, story in enumerate(stories) if story.pinned and place > 1][:1]
            posts = [posts[place] for place in places] + posts
        return posts[::-1] if self.shape.oldest_first else posts

    def _post(self, story: Story) -> Post:
        number = story.number
        keys = {"stable": f"p{number}", "anew": f"{self.answers}-{number}", "shared": f"p{number % 3}"}
        noise = ["", "\n\nUpdated at 12:10", "\n\n5 minutes ago", "  \n"][story.noise % 4]
        text = f"Report number {number} from the valley, where the river rose over the second mark at nine o'clock."
        dates = {"true": at(story.minutes), "none": None, "wild": at(-number * 7919 % 1000)}
        return Post(
            key=keys.get(self.shape.ids, ""),
            url=PAGE if self.shape.ids == "page" else None,
            # Who wrote it plays no part in who it is: it tells this test which story an entry is of.
            authors=(str(number),),
            body=paragraphs(f"{text} State {story.version}.{noise}"),
            published=dates[self.shape.dates],
            pinned=story.pinned and not self.shape.twice,
        )

    # ------------------------------------------------------------------ what happens to it

    def happen(self, what: str, luck: int) -> None:
        self.now += 0.1 + luck % 7
        alive = [story for story in self.stories if not story.deleted]
        one = alive[luck % len(alive)] if alive else None
        if what == "post":
            self.stories.insert(0, Story(len(self.stories), self.now))
        elif what == "slip in" and not self.shape.oldest_first and not self.shape.stale:
            # Shown late, under a date that fits its place.
            place = luck % (min(len(self.stories), self.size) + 1)
            before = self.stories[place].minutes if place < len(self.stories) else self.now
            self.stories.insert(place, Story(len(self.stories), before + 0.001 + len(self.stories) / 1e6))
        elif what == "shrink":
            self.size = 5 + luck % 10
        elif what == "restore" and not self.shape.stale:
            gone = [story for story in self.stories if story.deleted]
            if gone:
                gone[luck % len(gone)].deleted = False
        elif one is not None:
            self._change(one, what)

    def _change(self, one: Story, what: str) -> None:
        if what == "edit":
            one.version += 1
        elif what == "touch":
            one.noise += 1
        elif what == "date" and self.shape.holds_ids and not self.shape.oldest_first:
            one.minutes = self.now
        elif (
            what == "move"
            and self.shape.holds_ids
            and self.shape.dates == "true"
            and not (self.shape.oldest_first or self.shape.stale)
        ):
            one.minutes = self.now
            self.stories.remove(one)
            self.stories.insert(0, one)
        elif what == "pin" and not self.shape.oldest_first and not self.shape.stale:
            one.pinned = not one.pinned
        elif what == "delete":
            one.deleted = True


class Watcher:
    """Polls a blog and knows what must and what must not be told."""

    def __init__(self, blog: Blog) -> None:
        self.blog = blog
        self.ledger = Ledger()
        self.before: list[Story] = []
        """What the last answer that listed anything showed."""
        self.loose_before: list[int] = []
        self.observed: dict[int, int] = {}
        """Version of each story when it was last seen."""
        self.due: dict[int, tuple[int, set[int]]] = {}
        """Of stories that are gone: polls in a row that showed both sides, and what has stood below all the time."""
        self.order: list[int] = []
        self.last: tuple[list[Story], list[Post]] = ([], [])

    def poll(self, *, stale: bool = False) -> None:
        if stale:
            shown, posts = self.last
        else:
            shown, posts = [replace(story) for story in self.blog.shown()], self.blog.answer()
            self.last = shown, posts
        read_at, count = self.ledger.read_at, len(self.ledger.entries)
        told = self.ledger.poll(posts, self.blog.now)
        assert not any("nearly every visit" in problem for problem in told.problems), "a life was taken for a ticker"
        for number in range(count + 1, len(self.ledger.entries) + 1):
            assert read_at is None or self.ledger.entries[number].sort_at > read_at, "something moved above the reader"
        if shown:
            self._check_shown(shown, told)
            self._check_gap(shown, told)
        self._check_withdrawn(told)
        if shown:
            self._check_missing(shown)
            self.before = shown
            self.loose_before = [story.number for story in shown if not story.pinned]
            self.order = [story.number for story in self.blog.stories]

    def unchanged(self) -> None:
        told = self.ledger.unchanged(self.blog.now)
        assert all(isinstance(change, Withdrawn) for change in told.changes)
        self._check_withdrawn(told)

    # ------------------------------------------------------------------ checks

    def _by_story(self) -> dict[int, Entry]:
        out: dict[int, Entry] = {}
        for entry in self.ledger.entries.values():
            number = int(entry.post.authors[0])
            assert number not in out, f"two entries for story {number}"
            out[number] = entry
        return out

    def _check_shown(self, shown: list[Story], told: Reconciled) -> None:
        entries = self._by_story()
        edited = {
            int(self.ledger.entries[change.entry_id].post.authors[0])
            for change in told.changes
            if isinstance(change, Edited)
        }
        expected = {story.number for story in shown if self.observed.get(story.number, story.version) != story.version}
        assert edited == expected
        for story in shown:
            entry = entries[story.number]
            assert entry.withdrawn_at is None, f"story {story.number} is shown and counts as withdrawn"
            assert f"State {story.version}." in identity.text_of(entry.post)
            self.observed[story.number] = story.version
        for posts in self.ledger.revisions.values():
            assert len({each.authors for each in posts}) == 1, "an entry holds two stories"

    def _check_gap(self, shown: list[Story], told: Reconciled) -> None:
        pinned = {story.number for story in shown if story.pinned}
        shared = set(self.loose_before) & {story.number for story in shown}
        if told.gap:
            assert not shared - pinned
        elif self.loose_before and not self.blog.shape.twice and not shared:
            assert not [story for story in shown if not story.pinned]

    def _check_withdrawn(self, told: Reconciled) -> None:
        deleted = {story.number for story in self.blog.stories if story.deleted}
        for change in told.changes:
            if isinstance(change, Withdrawn):
                number = int(self.ledger.entries[change.entry_id].post.authors[0])
                assert number in deleted, f"story {number} exists and was said to be withdrawn"

    def _check_missing(self, shown: list[Story]) -> None:
        """Hold that what is missing between others at two polls in a row is withdrawn."""
        few = self.blog.shape.oldest_first and min(len(self.before), len(shown)) < 5
        if self.blog.shape.dates == "wild" or self.blog.shape.twice or self.blog.shape.stale or few:
            self.due = {}
            return
        order = [story.number for story in self.blog.stories]
        moved = [each for each in order if each in self.order] != self.order
        loose = [story for story in shown if not story.pinned and story.number in self.loose_before]
        missing = [story for story in self.blog.stories if story.deleted and story.number in self.observed]
        entries = self._by_story()
        candidates = set(self.due) | {story.number for story in self.before if not story.pinned}
        missing = [
            story for story in missing if story.number in candidates and entries[story.number].withdrawn_at is None
        ]
        due: dict[int, tuple[int, set[int]]] = {}
        vanished = [story for story in missing if story.number not in self.due]
        if not moved and len(vanished) <= len(loose) // 2:
            oldest = at(min((each.minutes for each in shown if not each.pinned), default=0))
            for story in missing:
                post = entries[story.number].post
                fallen = post.published is not None and post.published < oldest
                place = order.index(story.number)
                above = any(order.index(each.number) < place for each in shown if not each.pinned)
                below = {each.number for each in loose if order.index(each.number) > place}
                count, held = self.due.get(story.number, (0, below))
                if below & held and not fallen and not post.pinned:
                    due[story.number] = (count + 1 if above else 0, below & held)
        self.due = due
        late = [number for number, (count, _) in due.items() if count >= POLLS_TO_WITHDRAW]
        assert not late, f"stories {late} are gone for {due} polls and nothing was told"


WHATS = ["post"] * 8 + ["slip in", "edit", "edit", "touch", "date", "move", "pin", "pin", "delete", "delete", "restore"]
POLLS = ["poll"] * 12 + ["again", "stale", "empty", "shrink"]

lives = st.lists(st.tuples(st.sampled_from(WHATS + POLLS), st.integers(0, 999)), min_size=5, max_size=120)

SHAPES = [
    Shape(),
    Shape(dates="none"),
    Shape(dates="wild"),
    Shape(oldest_first=True),
    Shape(twice=True),
    Shape(ids="anew"),
    Shape(ids="none"),
    Shape(ids="page"),
    Shape(ids="shared"),
    Shape(stale=True),
    Shape(stale=True, dates="none"),
]


def live(shape: Shape, life: list[tuple[str, int]]) -> Watcher:
    blog = Blog(shape)
    watcher = Watcher(blog)
    for number in range(6):
        blog.happen("post", number)
    watcher.poll()
    fresh = True
    for what, luck in life:
        blog.now += 0.01
        if what == "poll":
            watcher.poll()
            fresh = True
        elif what == "again" and fresh:
            watcher.unchanged() if luck % 2 else watcher.poll()
        elif what == "stale" and shape.stale:
            # Once, and then the true state again: what is missing in the middle of it is missing once.
            watcher.poll(stale=True)
            blog.now += 0.01
            watcher.poll()
            fresh = True
        elif what == "empty":
            watcher.ledger.poll([], blog.now)
        else:
            blog.happen(what, luck)
            fresh = False
    return watcher


def named(shape: Shape) -> str:
    marks = [name for name in ("oldest_first", "twice", "stale") if getattr(shape, name)]
    return "-".join((shape.ids, shape.dates, *marks))


@pytest.mark.parametrize("shape", SHAPES, ids=named)
@settings(max_examples=20, deadline=None)
@given(life=lives)
def test_what_is_told_is_what_happened(shape: Shape, life: list[tuple[str, int]]) -> None:
    live(shape, life)


@pytest.mark.parametrize("shape", SHAPES, ids=named)
def test_what_is_told_is_what_happened_in_long_lives(shape: Shape) -> None:
    for seed in range(40):
        luck = random.Random(seed)
        life = [(luck.choice(WHATS + POLLS), luck.randrange(1_000)) for _ in range(luck.randrange(50, 150))]
        live(shape, life)


def test_a_post_that_is_written_while_people_read_it_keeps_all_its_states() -> None:
    """Twelve edits in as many minutes, as the first hour of a disaster brings, and one every ten for a day."""
    blog = Blog(Shape())
    watcher = Watcher(blog)
    for number in range(6):
        blog.happen("post", number)
    pace = [1.0] * 12 + [10.0] * 144
    for minutes in pace:
        watcher.poll()
        blog.now += minutes
        blog.stories[2].version += 1
    watcher.poll()
    (entry,) = (each for each in watcher.ledger.entries.values() if each.revision > 1)
    assert entry.revision == len(pace) + 1


def test_the_watcher_of_lives_sees_withdrawn_edited_and_restored_ones() -> None:
    life = [("poll", 0), ("post", 1), ("delete", 3), ("edit", 1), ("poll", 0), ("poll", 0), ("restore", 0), ("poll", 0)]
    watcher = live(Shape(), life)
    (restored,) = (each for each in watcher.ledger.entries.values() if each.restored_at)
    assert restored.withdrawn_at is None
    assert [each for each in watcher.ledger.entries.values() if each.revision == 2]
