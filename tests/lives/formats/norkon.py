"""A live blog of Norkon Live Center: its newest posts, what was changed since, and what came before."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from feeds.flow import Request, Response
from tests.lives.world import START, Blog, Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

CHANNEL = "valley/4118"
FEED = f"/BulletinFeed/{CHANNEL}"
KEPT = 7_200
"""Seconds for which the server remembers changes."""
Data = dict[str, object]
State = tuple[object, ...]


class Channel(Writer):
    """A channel, read from the API. Changes are remembered as what was there at each id that was given out."""

    url = f"https://livecentercdn.norkon.net{FEED}/Initial/"

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        self.given: dict[int, dict[str, State]] = {}

    def answer(self, request: Request, now: datetime) -> Response:
        path = urlsplit(request.url).path.rstrip("/")
        what, _, number = path.removeprefix(f"{FEED}/").partition("/")
        match what:
            case "Initial":
                return self.say(request, self.initial())
            case "Changes":
                return self.changes(request, int(number))
            case "EarlierObj":
                return self.say(request, self.earlier(number))
            case _:
                raise missing(request)

    def say(self, request: Request, result: Data) -> Response:
        body = "\ufeff" + json.dumps({"success": True, "result": {**result, "ts": int(self.blog.now.timestamp())}})
        return respond(request, body, "application/json; charset=utf-8")

    def id(self, story: Story) -> str:
        return str(88_000 + 1_000 * self.blog.generation + story.number)

    def reached(self) -> int:
        """Return the id of changes as things stand, and remember how they do."""
        reached = 573_000 + int((self.blog.now - START).total_seconds())
        self.given[reached] = {self.id(each): self.state(each) for each in self.blog.alive}
        return reached

    def state(self, story: Story) -> State:
        return (*story.state.words, story.title, story.date, story.updated, story.pinned, story.noise)

    def initial(self) -> Data:
        stories = self.blog.window
        self.sight.lists(stories)
        self.sight.tells(self.blog.pinned)
        return {
            "table": 22_207_263,
            "channelContent": {"title": self.blog.headline, "closed": self.blog.ended is not None, "avatars": []},
            "lastChangesId": self.reached(),
            "hasMore": len(self.blog.alive) > len(stories) or self.blog.generation > 0,
            "addedOrChanged": [self.bulletin(each) for each in (*self.blog.pinned, *stories)],
        }

    def changes(self, request: Request, since: int) -> Response:
        before, reached = self.given.get(since), self.reached()
        if before is None or reached - since > KEPT or (self.blog.generation and not self.knows(before)):
            said = {"success": False, "errMessage": "Changes are not available."}
            return respond(request, json.dumps(said), "application/json; charset=utf-8")
        if reached < since:
            # An older answer, out of a cache.
            return self.say(request, {"lastChangesId": reached, "addedOrChanged": []})
        changed = [each for each in self.blog.alive if before.get(self.id(each)) != self.state(each)]
        gone = [each for each in self.blog.stories if each.deleted and self.id(each) in before]
        self.sight.lists(changed)
        self.sight.strikes(gone)
        removed = [int(self.id(each)) if each.number % 2 else {"id": int(self.id(each))} for each in gone]
        bulletins = [self.bulletin(each) for each in changed]
        return self.say(request, {"lastChangesId": reached, "addedOrChanged": bulletins, "removed": removed})

    def knows(self, before: dict[str, State]) -> bool:
        """Say whether what was remembered is of the system the blog is in now."""
        return any(int(each) >= 88_000 + 1_000 * self.blog.generation for each in before)

    def earlier(self, before: str) -> Data:
        alive = self.blog.alive
        place = next((place for place, each in enumerate(alive, 1) if self.id(each) == before), None)
        rest = alive[place:] if place else [each for each in alive if int(self.id(each)) < int(before)]
        stories = rest[: self.blog.size]
        self.sight.tells(stories)
        return {"hasMore": len(rest) > len(stories), "bulletins": [self.bulletin(each) for each in stories]}

    def bulletin(self, story: Story) -> Data:
        words = "".join(f'<p ncpost-position="{n}">{escape(each)}</p>' for n, each in enumerate(story.paragraphs))
        source = f"https://i.test/{story.number}.jpg?s={hexed(8, self.answers)}"
        picture = f'<ncpost-content data-type="BILDE" data-src="{source}"></ncpost-content>'
        return {
            "id": int(self.id(story)),
            "title": escape(story.title, quote=False),
            "authorName": story.author,
            "created": int(story.date.timestamp()),
            "updated": int((story.updated or story.date).timestamp()),
            "importance": story.number % 3,
            "isPinned": story.pinned,
            "content": {"html": words + picture},
        }


class Framed(Channel):
    """A publisher's page that shows the channel in a frame."""

    url = "https://paper.example/live/river-wend"

    def answer(self, request: Request, now: datetime) -> Response:
        if request.url != self.url:
            return super().answer(request, now)
        title = escape(self.blog.headline)
        frame = f'<iframe src="https://livecentercdn.norkon.net/frame/{CHANNEL}/"></iframe>'
        head = f"<head><title>{title}</title><link rel=canonical href={self.url}></head>"
        page = f"<!doctype html><html lang=nb>{head}<body><h1>{title}</h1><p>{now:%H:%M}</p>{frame}</body></html>"
        return respond(request, page)


CHANGES = "An answer of changes lists nothing else: what is missing from it may be there all the same."


def _traits(*, pins: str) -> Traits:
    return Traits(pins=pins, absence=False, strikes=True, ends=True, ends_after=600, pages=True, why=CHANGES)


FORMS = (
    Form("norkon", "norkon", _traits(pins="marked"), Channel),
    Form("norkon-framed", "norkon", _traits(pins=""), Framed),
)
