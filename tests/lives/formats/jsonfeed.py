"""A live blog as a JSON Feed."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, respond


class Feed(Writer):
    """JSON Feed 1.1, with markup."""

    url = "https://paper.example/river-wend/feed.json"

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        data: dict[str, object] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.blog.headline,
            "description": self.blog.standfirst,
            "home_page_url": "https://paper.example/live/river-wend",
            "feed_url": self.url,
            "language": self.blog.language,
            "items": [self.item(story) for story in stories],
        }
        if self.blog.ended is not None:
            data["expired"] = True
        return respond(request, json.dumps(data), "application/feed+json")

    def item(self, story: Story) -> dict[str, object]:
        number = story.number
        item: dict[str, object] = {
            "id": self.name(story),
            "url": f"https://paper.example/live/river-wend/{self.blog.generation}/{number}?utm_source=feed",
            "content_html": "".join(f"<p>{escape(each)}</p>\n" for each in story.paragraphs),
            "date_published": story.date.isoformat(),
            "authors": [{"name": story.author}],
        }
        if story.title:
            item["title"] = story.title
        if story.updated:
            item["date_modified"] = story.updated.isoformat()
        return item


class Plain(Feed):
    """JSON Feed 1.0: numbers for ids, plain texts, one author."""

    def item(self, story: Story) -> dict[str, object]:
        return {
            "id": 4_600_000 + story.number + 1_000 * self.blog.generation,
            "title": story.title,
            "content_text": "\n\n".join(story.paragraphs),
            "summary": story.words[0],
            "date_published": f"{story.date:%Y-%m-%dT%H:%M:%S-00:00}",
            "author": {"name": story.author},
        }


class Rss(Writer):
    """RSS in JSON."""

    url = "https://paper.example/river-wend/rss.json"

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        items = [
            {
                "title": story.title,
                "link": f"https://paper.example/{self.name(story)}",
                "guid": {"isPermaLink": "false", "#value": self.name(story)},
                "description": "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs),
                "pubDate": f"{story.date:%a, %d %b %Y %H:%M:%S GMT}",
                "author": story.author,
            }
            for story in stories
        ]
        channel = {"title": self.blog.headline, "link": "https://paper.example/", "item": items}
        return respond(request, json.dumps({"rss": {"version": "2.0", "channel": channel}}), "application/json")


FORMS = (
    Form("jsonfeed-1.1", "jsonfeed", Traits(), Feed),
    Form("jsonfeed-1.0", "jsonfeed", Traits(), Plain),
    Form("jsonfeed-rss", "jsonfeed", Traits(window=(3, 30)), Rss),
)
