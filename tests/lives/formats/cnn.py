"""A live story of CNN's as its pages carried it to about 2021: in the state of the page's program."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Writer, hexed, respond

Data = dict[str, object]


class Page(Writer):
    """The page of a live story: pinned posts on top, below them all others, or the newest of them."""

    url = "https://edition.cnn.com/europe/live-news/river-wend-03-01-26-intl/index.html"

    def answer(self, request: Request, now: datetime) -> Response:
        pinned, loose = self.blog.pinned, self.blog.window
        self.sight.lists(loose)
        self.sight.tells(pinned)
        state: Data = {
            "NewsWebData:b432e6": {
                "id": None,
                "title": self.blog.headline,
                "description": self.blog.standfirst,
                "canonicalUrl": self.url,
                "firstPublishDate": _written(self.blog.started),
                "__typename": "NewsWebData",
            },
            "LivestoryWebData:h_0": {
                "id": "h_0",
                "headline": "River Wend 3/1",
                "activityStatus": "live" if self.blog.ended is None else "complete",
                "lastPublishDate": _written(self.blog.modified),
                "pinnedPosts": list(map(self.reference, pinned)),
                "unpinnedPostsCount": sum(story not in pinned for story in self.blog.alive),
                'unpinnedPosts({"start":0})': list(map(self.reference, loose)),
                "__typename": "LivestoryWebData",
            },
            **{f"Post:{self.id(story)}": self.post(story) for story in (*pinned, *loose)},
        }
        written = b64encode(json.dumps(state).encode()).decode()
        title = escape(self.blog.headline)
        return respond(
            request,
            f'<!doctype html><html lang="en"><head><title>{title} - CNN</title></head><body><h1>{title}</h1>'
            f"<p>Updated {now - timedelta(hours=5):%-I:%M %p} ET</p>"
            f'<script id="apollo-client" type="text/javascript">window.__APOLLO_STATE__="{written}";</script>'
            "</body></html>",
        )

    def id(self, story: Story) -> str:
        return f"h_{self.name(story, 32)}"

    def reference(self, story: Story) -> Data:
        return {"type": "id", "generated": False, "id": f"Post:{self.id(story)}", "typename": "Post"}

    def post(self, story: Story) -> Data:
        changed = story.updated or story.date
        byline = f"From CNN’s {story.author}"
        return {
            "id": self.id(story),
            "firstPublishDate": _written(story.date),
            "lastPublishDate": _written(changed),
            "lastPublishDateFormatted": f"{changed - timedelta(hours=5):%-I:%M %p} ET",
            "headline": {"type": "json", "json": [{"plaintext": story.title or None}]},
            "byline": {"type": "json", "json": [{"plaintext": byline, "richtext": byline}]},
            "content": {"type": "json", "json": [self.paragraph(story, each) for each in story.paragraphs]},
            "tags": {"type": "json", "json": []},
            "__typename": "Post",
        }

    def paragraph(self, story: Story, words: str) -> Data:
        return {
            "id": f"paragraph_{hexed(32, story.number, story.noise, words).upper()}",
            "plaintext": f"{words} ",
            "format": [],
            "richtext": f"{escape(words, quote=False)} ",
            "elements": [],
        }


class Window(Page):
    """One that has gone on for a while: it never shows all there is, but in the end where much is deleted."""

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        for number in range(blog.size + 2):
            blog.happen("post", blog.seed + number * 37)


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"


FORMS = (
    Form("cnn", "cnn", Traits(window=None, pins="top", whole=True, ends=True), Page),
    Form("cnn-window", "cnn", Traits(pins="top", ends=True), Window),
)
