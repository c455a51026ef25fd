"""A live blog of 24liveblog: what its event says of itself, and pages of its news."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

EVENT = "2916401707872447130"
HERE = f"/v1/retrieve_server/x/event/{EVENT}"
Data = dict[str, object]


class Frame(Writer):
    """The platform's own page of the blog, which the data server fills."""

    url = f"https://v.24liveblog.com/live/?id={EVENT}"

    def answer(self, request: Request, now: datetime) -> Response:
        parts = urlsplit(request.url)
        if parts.path == f"{HERE}/":
            return self.say(request, {"event": self.event()})
        if parts.path != f"{HERE}/news/":
            raise missing(request)
        query = parse_qs(parts.query)
        return self.news(request, query.get("last_nid", [""])[0], int(query["limit"][0]))

    def say(self, request: Request, data: Data) -> Response:
        return respond(request, json.dumps({"err_code": 100, "err_msg": "", "data": data}), "application/json")

    def event(self) -> Data:
        return {
            "eid": EVENT,
            "title": self.blog.headline,
            "description": f"<p>{escape(self.blog.standfirst)}</p>",
            "start_time": int(self.blog.started.timestamp()),
            "last_updated": int(self.blog.modified.timestamp()),
            "closed": 0 if self.blog.ended is None else 1,
            "newscount": len(self.blog.alive),
            "viewers": self.answers * 13,
        }

    def news(self, request: Request, last: str, limit: int) -> Response:
        """Answer with the posts before one, or the newest, those on top repeated; a hundred make a page of this one."""
        stories = [each for each in self.blog.alive if not last or int(self.nid(each)) < int(last)]
        stories = stories[: self.blog.size * limit // 100]
        pinned = [] if last else self.blog.pinned
        if last:
            # At a poll it is only asked whether there are any.
            self.sight.tells([] if self.sight.listed else stories)
        else:
            self.sight.lists(stories)
            self.sight.tells(pinned)
            self.sight.whole = len(stories) == len(self.blog.alive)
        news = [self.item(each) for each in (*pinned, *stories)]
        return self.say(request, {"count": len(news), "news": news})

    def nid(self, story: Story) -> str:
        return str(int(EVENT) + 10_000_000 * (1 + self.blog.generation) + story.number * 37)

    def item(self, story: Story) -> Data:
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        return {
            "nid": self.nid(story),
            "eid": EVENT,
            "newstitle": escape(story.title, quote=False),
            "contents": f'{words}<p><img src="https://i.test/{story.number}.jpg?s={hexed(8, self.answers)}"></p>',
            "created": int(story.date.timestamp()),
            "updated": int((story.updated or story.date).timestamp()),
            "author": story.author,
            "is_pinned": int(story.pinned),
            "likes": self.answers,
        }


class Embedded(Frame):
    """A publisher's page with the blog in it; some of its servers write ids as numbers."""

    url = "https://paper.example/live/river-wend"

    def answer(self, request: Request, now: datetime) -> Response:
        if request.url != self.url:
            return super().answer(request, now)
        title = escape(self.blog.headline)
        place = f'<div id="LB24_LIVE_CONTENT" data-eid="{EVENT}"></div><script src="https://v.24liveblog.com/24.js">'
        page = (
            f"<!doctype html><html lang={self.blog.language}><head><title>{title} | The Paper</title>"
            f'<link rel="canonical" href="{self.url}"><meta property="og:title" content="{title}"></head>'
            f"<body><h1>{title}</h1><p>{now:%H:%M}</p>{place}</script></body></html>"
        )
        return respond(request, page)

    def item(self, story: Story) -> Data:
        return {**super().item(story), "nid": int(self.nid(story)), "author": {"name": story.author}}


IN_ORDER = "Posts are listed by their ids, which count up as they are made."

FORMS = (
    Form(
        "liveblog24",
        "liveblog24",
        Traits(pins="marked", slips=False, moves=False, ends=True, ends_after=300, pages=True, why=IN_ORDER),
        Frame,
    ),
    Form(
        "liveblog24-embedded",
        "liveblog24",
        Traits(slips=False, moves=False, ends=True, ends_after=300, pages=True, why=IN_ORDER),
        Embedded,
    ),
)
