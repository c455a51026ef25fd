"""A live blog as it truly is, and what happens to it between two looks.

The words are made of the number of a story alone, so a life is the same whenever it is lived. Nothing here knows how
a blog is written down; what a format can express of it is said by its `Traits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

START = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)

Event = tuple[str, int]
"""What happens, and a number that says to whom and how much."""


@dataclass(frozen=True)
class Traits:
    """What a format can express: what of a life may happen in it, and what of that can be known by looking."""

    bylines: bool = True
    """A post says who wrote it. Where it does not, its words hold its number: “(report 17)”."""
    titles: bool = True
    brief: bool = False
    """A post is one paragraph."""
    window: tuple[int, int] | None = (8, 14)
    """The least and most posts of an answer; None where all of them are shown."""
    apart: bool = False
    """Posts of one minute do not begin alike, and none of them is edited but at its end."""
    counted: bool = False
    """Ids are the numbers of places: a post that slips in where another is deleted bears the number of that."""
    order: str = "shown"
    """What the list is sorted by: `shown` (whatever was published last is on top, whatever its date) or `date`."""
    oldest_first: bool = False
    dates: str = "true"
    """`true`, `minute` (no seconds), `none`, or `blog` (every post carries the blog's own)."""
    ids: str = "last"
    """`last` (for ever), `anew` (others at every answer), or `none`."""
    churn: bool = True
    """All ids may become others once: the publisher moves to another system. Posts are then known by date and words."""
    alike: bool = True
    """Different posts may say the same (“Goal!”). Not where nothing else tells them apart."""
    pins: str = ""
    """`top` (marked, on top only), `twice` (on top, and in its place too, as any other), `marked` (both, and marked),
    `place` (in its place only, and marked), or nothing."""
    keys: bool = False
    """Key events are marked."""
    absence: bool = True
    """What is missing between others counts as deleted; not where answers hold only what is new."""
    strikes: bool = False
    """Deletions are stated."""
    restores: bool = True
    late: bool = True
    """A post may surface hours after its date."""
    slips: bool = True
    """A post may surface in the middle."""
    redates: bool = True
    """A post may be given another date."""
    moves: bool = True
    """A post may be published again on top, with another date."""
    edits: bool = True
    ends: bool = False
    """The format states that a blog is over."""
    ends_after: float = 0.0
    """Seconds for which it may go unnoticed, where that is said in an answer that is asked for now and then."""
    pages: bool = False
    """Older posts can be asked for."""
    whole: bool = False
    """An answer says that it is everything there is."""
    why: str = ""
    """Why the format cannot tell what these traits forbid."""


@dataclass(frozen=True)
class State:
    """What a reader reads of a story."""

    title: str
    words: tuple[str, ...]
    """Its paragraphs."""

    @property
    def letters(self) -> str:
        return letters(self.title, *self.words)


def letters(*texts: str) -> str:
    """Return nothing but the letters and digits of some texts: what no format loses."""
    return "".join(each for text in texts for each in text if each.isalnum())


@dataclass
class Story:
    """One post."""

    number: int
    title: str
    words: list[str]
    date: datetime
    """The date it carries."""
    surfaced: datetime
    """When it was shown first."""
    updated: datetime | None = None
    pinned: bool = False
    key: bool = False
    deleted: bool = False
    archived: bool = False
    """Never shown again, and not deleted."""
    noise: int = 0
    """How often it was touched without being edited."""

    def snapshot(self) -> Story:
        """Return the story as it is now, for later."""
        return replace(self, words=list(self.words))

    @property
    def state(self) -> State:
        return State(self.title, tuple(self.words))

    @property
    def author(self) -> str:
        """Who wrote it. Plays no part in who it is: it tells the judge which story an entry is of."""
        return "Ada Bell" + "".join("abcdefghij"[int(digit)] for digit in str(self.number))

    @property
    def paragraphs(self) -> list[str]:
        """Its words as the publisher's software sets them today: quotes, dashes and white space vary."""
        quotes = self.noise % 2 == 1
        turned = [_typographic(each) if quotes else each for each in self.words]
        return [each.replace(", ", ",  \n") for each in turned] if self.noise % 4 == 2 else turned

    @property
    def clock(self) -> str:
        """The time of day of its date, as “09:10”."""
        return f"{self.date:%H:%M}"


def _typographic(text: str) -> str:
    return text.replace(' "', " “").replace('"', "”").replace("'", "’").replace(" - ", " – ")


# ------------------------------------------------------------------ words

_PLACES = ("the old bridge", "Market Square", "the north bank", "Mill Lane", "the station", "Åsgård", "the 3 & 5 docks")
_WHO = ("The fire service", "A spokesman", "Our reporter", "Mayor Ines O'Hara", "The water board", "Łukasz Żak")
_DID = ("closed", "reopened", "searched", "left", "reached", "evacuated", "described")
_SAID = ('"We have seen nothing like it"', '"It is under control"', '"Stay at home"', '"Is 5 < 6?"', "No one is hurt")


def _words(number: int, luck: int, traits: Traits) -> list[str]:
    mark = "" if traits.bylines else f" (report {number})"
    if luck % 9 == 4 and traits.alike:
        return [("Goal!", "More to follow.", "Read more here.")[luck % 3] + mark]
    who, place, did = _WHO[luck % 6], _PLACES[luck % 7], _DID[luck // 7 % 7]
    first = f"{who} {did} {place} at {number % 24}.{luck % 60:02}, {luck % 90 + number} people were there{mark}."
    said = f"{_SAID[luck % 5]}, {_WHO[(luck // 3) % 6]} said - {number * 7 + luck % 7} homes are without power."
    return [first, said, f"The river stands at {luck % 400 + number} cm."][: 1 if traits.brief else 1 + luck % 3]


def _title(number: int, luck: int, traits: Traits) -> str:
    if not traits.titles or luck % 3 == 0:
        return ""
    return f"{_PLACES[luck % 7].capitalize()} {_DID[luck % 5]}, day {number % 5 + 1}"


def _exact(date: datetime) -> datetime:
    """Return a date in whole seconds, and never that of a full minute: such a one may be a day without a time."""
    return date.replace(microsecond=0, second=max(date.second, 1))


# ------------------------------------------------------------------ the blog


@dataclass
class Blog:
    """The blog as it is now: every story there ever was, in the order of the list, the newest on top."""

    traits: Traits
    seed: int = 0
    stories: list[Story] = field(default_factory=list)
    now: datetime = START
    started: datetime = START
    ended: datetime | None = None
    size: int = 10
    """How many posts an answer shows."""
    generation: int = 0
    """How often all ids were made anew."""
    headline: str = "River Wend rises: live"
    headlines: set[str] = field(default_factory=set)
    """All it has had."""
    standfirst: str = "The valley braces for the highest water in forty years"
    language: str = "en-GB"

    def begin(self) -> None:
        """Settle how many posts an answer shows."""
        least, most = self.traits.window or (10_000, 10_000)
        self.size = least + self.seed % (most - least + 1)
        self.headlines.add(self.headline)

    @property
    def alive(self) -> list[Story]:
        return [story for story in self.stories if not story.deleted and not story.archived]

    @property
    def pinned(self) -> list[Story]:
        """The stories on top, where the format has that."""
        return [story for story in self.alive if story.pinned] if self.traits.pins not in ("", "place") else []

    @property
    def window(self) -> list[Story]:
        """The stories of the list in its order, newest first, without those on top where these stand there only."""
        on_top = self.traits.pins == "top"
        return [story for story in self.alive if not (on_top and story.pinned)][: self.size]

    @property
    def modified(self) -> datetime:
        """When anything was last changed."""
        times = [each for story in self.stories for each in (story.surfaced, story.updated) if each]
        return max(times, default=self.started)

    def snapshot(self) -> Blog:
        """Return the blog as it is now, for later."""
        return replace(self, stories=[story.snapshot() for story in self.stories])

    # ------------------------------------------------------------------ what happens

    def happen(self, what: str, luck: int) -> str:
        """Let something happen; return a sentence of it, empty where it cannot happen now."""
        self.now += timedelta(seconds=(30 if self.traits.apart else 6) + luck % 400)
        return _EVENTS[what](self, luck)

    def _one(self, luck: int) -> Story | None:
        """Pick a story, the newest more often."""
        alive = self.alive
        near = alive[: max(self.size, 1)] if luck % 4 else alive
        return near[luck // 4 % len(near)] if near else None

    def _add(self, luck: int, date: datetime, place: int) -> Story:
        number = len(self.stories)
        while self.traits.apart and self._begins_alike(_words(number, luck, self.traits), _exact(date)):
            luck += 1
        words, title = _words(number, luck, self.traits), _title(number, luck, self.traits)
        story = Story(number, title, words, _exact(date), self.now)
        self.stories.insert(place, story)
        return story

    def _begins_alike(self, words: list[str], date: datetime) -> bool:
        there = (each for each in self.stories if each.clock == f"{date:%H:%M}")
        return any(each.words[0].split()[:2] == words[0].split()[:2] for each in there)

    def _place_of(self, date: datetime) -> int:
        """Return where a story of that date stands in a list that is sorted by dates."""
        return next((place for place, each in enumerate(self.stories) if each.date <= date), len(self.stories))

    def _post(self, luck: int) -> str:
        if self.ended is not None:
            return ""
        story = self._add(luck, self.now, self._place_of(self.now) if self.traits.order == "date" else 0)
        return f"{story.number} is posted"

    def _burst(self, luck: int) -> str:
        return ", ".join(filter(None, (self.happen("post", luck * 31 + each) for each in range(3 + luck % 14))))

    def _late(self, luck: int) -> str:
        """Let a story surface that was written long ago."""
        if self.ended is not None or not self.traits.late:
            return ""
        date = self.now - timedelta(minutes=luck % 300)
        story = self._add(luck, date, self._place_of(date) if self.traits.order == "date" else 0)
        return f"{story.number} surfaces late, dated {story.clock}"

    def _slip(self, luck: int) -> str:
        """Let a story surface in the middle, under a date that fits its place."""
        if self.ended is not None or not self.traits.slips or not self.alive:
            return ""
        above = self.alive[luck % min(len(self.alive), self.size)]
        date = above.date - timedelta(seconds=1 if above.date.second > 1 else 30)
        place = self._place_of(date) if self.traits.order == "date" else self.stories.index(above) + 1
        if self.traits.apart:
            # In a minute of its own, where there is one between the two.
            date = above.date - timedelta(minutes=1)
            if any(each.date.replace(second=0) >= date.replace(second=0) for each in self.stories[place:]):
                return ""
        if self.traits.counted and self.stories[place : place + 1] and self.stories[place].deleted:
            return ""
        story = self._add(luck, date, place)
        return f"{story.number} slips in below {above.number}"

    def _edit(self, luck: int) -> str:
        story = self._one(luck)
        if story is None or not self.traits.edits:
            return ""
        mark = "" if self.traits.bylines else f" (report {story.number})"
        match self._how(story, luck):
            case 0 | 1:
                story.words.append(f"Update {luck}: the pumps are on, {len(story.words)} teams are out.")
            case 2:
                story.words[-1] += f" That is {luck % 100} more than before."
            case 3:
                story.words = [f"This has been corrected, {luck} homes are meant.{mark}", *story.words[1:]]
            case _ if self.traits.titles:
                story.title = f"Correction {luck}: {_PLACES[luck % 7]}"
            case _:
                story.words[-1] += " We will have more."
        story.updated = self.now
        return f"{story.number} is edited"

    def _how(self, story: Story, luck: int) -> int:
        """Return the way in which a story is edited: 0 to 2 at its end, 3 or 4 at its beginning."""
        if self.traits.apart and any(other.clock == story.clock for other in self.stories if other is not story):
            return luck % 3
        return 2 + luck % 2 if self.traits.brief else luck % 5

    def _touch(self, luck: int) -> str:
        story = self._one(luck)
        if story is None:
            return ""
        story.noise += 1
        if luck % 3 == 0:
            story.updated = self.now
        return f"{story.number} is touched"

    def _redate(self, luck: int) -> str:
        story = self._one(luck)
        if story is None or not self.traits.redates:
            return ""
        date = story.date + timedelta(minutes=luck % 21 - 10)
        if self.traits.order == "date":
            # In its place: one that is dated out of the list cannot be told from one that was deleted.
            place = self.stories.index(story)
            above, below = self.stories[:place][-1:], self.stories[place + 1 :][:1]
            date = min([date, *(each.date - timedelta(seconds=1) for each in above)])
            date = max([date, *(each.date + timedelta(seconds=1) for each in below)])
            if above and date >= above[0].date:
                return ""
        story.date = _exact(min(date, self.now))
        return f"{story.number} is dated {story.clock} now"

    def _move(self, luck: int) -> str:
        story = self._one(luck)
        if story is None or not self.traits.moves or self.ended is not None:
            return ""
        story.date = _exact(self.now)
        self.stories.remove(story)
        self.stories.insert(0, story)
        return f"{story.number} is published again on top"

    def _pin(self, luck: int) -> str:
        story = self._one(luck)
        if story is None or not self.traits.pins:
            return ""
        for other in self.stories:
            if other is not story:
                other.pinned = False
        story.pinned = not story.pinned
        return f"{story.number} is {'pinned' if story.pinned else 'unpinned'}"

    def _mark(self, luck: int) -> str:
        story = self._one(luck)
        if story is None or not self.traits.keys:
            return ""
        story.key = not story.key
        return f"{story.number} is {'a' if story.key else 'no'} key event"

    def _delete(self, luck: int) -> str:
        story = self._one(luck)
        if story is None or (self.traits.counted and self._slipped_near(story)):
            return ""
        story.deleted, story.pinned = True, False
        return f"{story.number} is deleted"

    def _slipped_near(self, story: Story) -> bool:
        """Say whether the post below one, or above it, slipped in."""
        place = self.stories.index(story)
        near = self.stories[max(place - 2, 0) : place + 2]
        return any(above.number < below.number for above, below in pairwise(near))

    def _restore(self, luck: int) -> str:
        gone = [story for story in self.stories if story.deleted and not story.archived]
        if not gone or not self.traits.restores:
            return ""
        story = gone[luck % len(gone)]
        story.deleted = False
        return f"{story.number} is restored"

    def _resize(self, luck: int) -> str:
        if self.traits.window is None:
            return ""
        least, most = self.traits.window
        self.size = least + luck % (most - least + 1)
        return f"{self.size} posts are shown from now on"

    def _night(self, luck: int) -> str:
        later = self.now + timedelta(hours=2 + luck % 8)
        newest = max((story.date for story in self.stories), default=self.now)
        if self.traits.apart and later - newest > timedelta(hours=16):
            # Clocks alone do not tell a silence of nearly a day from one of minutes.
            return ""
        self.now = later
        return f"hours pass, it is {self.now:%H:%M}"

    def _rename(self, luck: int) -> str:
        """Give the blog another headline: that of a story, or one of its own."""
        titled = [story.title for story in self.alive[: self.size] if story.title]
        self.headline = titled[luck % len(titled)] if titled and luck % 3 else f"River Wend: day {luck} live"
        self.headlines.add(self.headline)
        return f"the blog is called “{self.headline}” now"

    def _end(self, luck: int) -> str:
        if self.ended is not None or luck % 2:
            return ""
        self.ended = self.now
        return "the blog ends"

    def churn(self) -> str:
        """Make all ids anew. What is not shown at that moment is never shown again: nobody could tell who it is."""
        shown = {story.number for story in (*self.window, *self.pinned)}
        for story in self.stories:
            story.archived = story.archived or story.number not in shown
        self.generation += 1
        return "all ids are others now"


_EVENTS: dict[str, Callable[[Blog, int], str]] = {
    "post": Blog._post,
    "burst": Blog._burst,
    "late": Blog._late,
    "slip": Blog._slip,
    "edit": Blog._edit,
    "touch": Blog._touch,
    "redate": Blog._redate,
    "move": Blog._move,
    "pin": Blog._pin,
    "mark": Blog._mark,
    "delete": Blog._delete,
    "restore": Blog._restore,
    "resize": Blog._resize,
    "night": Blog._night,
    "rename": Blog._rename,
    "end": Blog._end,
}
