"""A live blog as server-sent events, as the fetcher hands them over: what has come since the last visit, in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from html import escape

from feeds import eventstream
from feeds.eventstream import State
from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Writer

Data = dict[str, object]
Mark = tuple[object, ...]
GONE: Mark = ()


class Stream(Writer):
    """Posts as data. It begins with the newest; after a break the last events come again."""

    url = "https://paper.example/live/river-wend/events"
    breaks = True
    hello = ": welcome to the valley stream\n\nretry: 5000\n\n"

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        self.sent: dict[int, Mark] = {}
        """How each story was when an event told of it last."""
        self.arrived: dict[int, Mark] = {}
        """The same, as far as it is known that the answers arrived."""
        self.turn, self.place, self.count = 0, "", 0
        self.latest = blog.now

    def answer(self, request: Request, now: datetime) -> Response:
        if dict(request.headers).get(eventstream.PLACE, "") == self.place:
            self.arrived = self.sent
        self.sent = dict(self.arrived)
        body = "" if self.arrived else self.hello
        if self.blog.now >= self.latest:
            # There are no old copies of a stream.
            self.latest = self.blog.now
            self.turn += 1
            body += "".join(self.event(story, kind) for story, kinds in self.news() for kind in kinds)
            self.place = f"c0ffee{self.turn // 5 if self.breaks else ''}.{self.turn}"
        state = State.OVER if self.breaks and self.turn % 5 == 4 else State.OPEN
        headers = (
            ("content-type", eventstream.MEDIA_TYPE),
            (eventstream.STATE, state.value),
            (eventstream.LOST, "0"),
            (eventstream.PLACE, self.place),
        )
        return Response(request.url, request=request.url, headers=headers, body=body.encode())

    def news(self) -> Iterator[tuple[Story, list[str]]]:
        """Yield the stories that events tell of, the oldest first, and what these do; some wait for the next piece."""
        first = not self.arrived
        newest = {story.number for story in self.first()}
        for story in reversed(self.blog.stories):
            number, mark = story.number, GONE if story.deleted else self.mark(story)
            before = self.sent.get(number)
            if first and number not in newest:
                self.sent[number] = mark
                continue
            again = self.breaks and self.turn % 5 == 0 and number % 7 == self.turn % 7
            if (mark == before and not again) or (not first and (number + self.turn) % 4 == 3):
                continue
            kinds = ["delete"] if story.deleted else ["post" if before is None else "update"]
            if story.deleted and before is None:
                # It came and went.
                kinds = ["post", "delete"]
            self.sent[number] = mark
            if "delete" in kinds:
                self.sight.strikes([story])
            if kinds != ["delete"]:
                self.sight.tells([story])
            yield story, kinds

    def first(self) -> list[Story]:
        """Return the stories that a stream begins with."""
        return self.blog.window

    def mark(self, story: Story) -> Mark:
        return (story.state, story.date, story.updated, story.noise, story.pinned, story.key)

    def event(self, story: Story, kind: str) -> str:
        self.count += 1
        data: object = self.data(story) if kind != "delete" else {"id": self.name(story)}
        lines = "".join(f"data: {line}\n" for line in json.dumps(data, indent=1).split("\n"))
        return f"id: {self.count}\nevent: {kind}\n{lines}\n" + ": keep-alive\n\n" * (self.count % 2)

    def data(self, story: Story) -> Data:
        return {
            "id": self.name(story),
            "title": escape(story.title, quote=False),
            "body": "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs),
            "published_at": story.date.isoformat(),
            "updated_at": story.updated.isoformat() if story.updated else None,
            "author": {"name": story.author},
            "url": f"/live/river-wend/{self.name(story)}",
            "pinned": story.pinned,
            "key_event": story.key,
            "likes": self.answers,
        }


class Named(Stream):
    """Texts in plain words, named by the ids of their events."""

    breaks = False
    hello = ""

    def event(self, story: Story, kind: str) -> str:
        words = "\n\n".join(story.paragraphs)
        told = {"headline": story.title, "text": words, "timestamp": int(story.date.timestamp()), "by": story.noise}
        data = json.dumps({**told, "author": story.author, "pinned": story.pinned, "breaking": story.key})
        gone = json.dumps({"id": self.name(story)})
        return f"id: {self.name(story)}\r\nevent: {kind}\r\ndata: {gone if kind == 'delete' else data}\r\n\r\n"


class Mastodon(Stream):
    """A stream of Mastodon: it begins with nothing, and its events have no ids."""

    url = "https://social.example/api/v1/streaming/public"
    breaks = False
    hello = ":)\n\n"

    def first(self) -> list[Story]:
        return []

    def event(self, story: Story, kind: str) -> str:
        name = {"post": "update", "update": "status.update"}.get(kind, kind)
        number = str(114_000_000_000_000_000 + story.number)
        status = {
            "id": number,
            "created_at": f"{story.date:%Y-%m-%dT%H:%M:%S}.000Z",
            "edited_at": f"{story.updated:%Y-%m-%dT%H:%M:%S}.000Z" if story.updated else None,
            "url": f"https://social.example/@wend/{number}",
            "content": "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs),
            "spoiler_text": story.title,
            "account": {"id": "7", "acct": f"ada{story.number}", "display_name": story.author},
            "tags": [{"name": "wend"}],
            "language": "en",
            "media_attachments": [],
            "reblog": None,
        }
        return f"event: {name}\ndata: {number if kind == 'delete' else json.dumps(status)}\n\n:thump\n"


ONCE = "A stream says everything once, and under another id nobody can tell what an event is about."

FORMS = (
    Form(
        "eventstream",
        "eventstream",
        Traits(pins="place", keys=True, absence=False, strikes=True, churn=False, why=ONCE),
        Stream,
    ),
    Form(
        "eventstream-named",
        "eventstream",
        Traits(pins="place", keys=True, absence=False, strikes=True, churn=False, why=ONCE),
        Named,
    ),
    Form(
        "eventstream-mastodon",
        "eventstream",
        Traits(absence=False, strikes=True, churn=False, why=ONCE),
        Mastodon,
    ),
)
