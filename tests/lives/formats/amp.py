"""Live blogs on pages that update themselves with an `amp-live-list`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, respond


def millis(when: datetime) -> int:
    """Return a time as the contract writes it."""
    return int(when.timestamp() * 1000)


class Contract(Writer):
    """A list that keeps the contract: lasting ids, update times, tombstones, a state."""

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        self.sight.tells(self.blog.pinned)
        listed = [*(each for each in self.blog.pinned if each not in stories), *stories]
        gone: list[Story] = []
        if self.blog.traits.strikes and stories:
            # A tombstone stands where the post stood, as long as that is on the page.
            last = self.blog.stories.index(stories[-1])
            gone = [story for story in self.blog.stories[:last] if story.deleted and not story.archived]
            self.sight.strikes(gone)
        order = {story.number: place for place, story in enumerate(self.blog.stories)}
        rest = sorted([*stories, *gone], key=lambda story: order[story.number])
        items = [self.item(story) for story in listed if story not in stories]
        items += [self.tombstone(story) if story.deleted else self.item(story) for story in rest]
        disabled = " disabled" if self.blog.ended is not None and self.blog.traits.ends else ""
        body = (
            f'<!doctype html><html amp lang="{self.blog.language}"><head><title>{escape(self.blog.headline)}</title>'
            f'<link rel="canonical" href="{self.url}">{self.head(listed)}</head><body><h1>'
            f"{escape(self.blog.headline)}</h1><p>{escape(self.blog.standfirst)}</p>"
            f'<amp-live-list id="lb"{disabled} data-poll-interval="15000" data-max-items-per-page="{self.blog.size}">'
            f'<button update on="tap:lb.update">Show latest update</button><div items>{"".join(items)}</div>'
            f"</amp-live-list></body></html>"
        )
        return respond(request, body)

    def head(self, stories: Sequence[Story]) -> str:
        return ""

    def tombstone(self, story: Story) -> str:
        return f'<div id="{self.key(story)}" data-sort-time="{millis(story.date)}" data-tombstone></div>'

    def key(self, story: Story) -> str:
        return f"post-{self.name(story)}"

    def item(self, story: Story) -> str:
        times = f'data-sort-time="{millis(story.date)}" data-update-time="{millis(story.updated or story.date)}"'
        title = f"<h2>{escape(story.title)}</h2>" if story.title else ""
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        share = "<amp-social-share type=email></amp-social-share><div class='share-tools'>Share 12</div>"
        return f'<div id="{self.key(story)}" {times} class="post-{hexed(4, self.answers)}">{title}{words}{share}</div>'


class Independent(Contract):
    """As the Independent: data of the same posts beside the list, dated when they were written; places for ads."""

    url = "https://paper.example/news/river-wend-latest-b2392480.html"

    def written(self, story: Story) -> datetime:
        return story.date - timedelta(minutes=story.number * 37 % 290)

    def key(self, story: Story) -> str:
        return f"post-{1288000 + story.number + 5000 * self.blog.generation}"

    def head(self, stories: Sequence[Story]) -> str:
        updates = [
            {
                "@type": "BlogPosting",
                "headline": story.title or "River Wend",
                "url": f"{self.url}/#liveblogPost{self.key(story).removeprefix('post-')}",
                "datePublished": f"{self.written(story):%Y-%m-%dT%H:%M:%S.000Z}",
                "dateModified": f"{story.updated or self.written(story):%Y-%m-%dT%H:%M:%S.000Z}",
                "author": {"@type": "Person", "name": story.author},
                "articleBody": "\n".join(story.paragraphs),
            }
            for story in stories
        ]
        data = {
            "@context": "http://schema.org",
            "@type": "LiveBlogPosting",
            "url": self.url,
            "headline": self.blog.headline,
            "description": f"<p>{self.blog.standfirst}</p>",
            "datePublished": self.blog.started.isoformat(),
            "coverageStartTime": self.blog.started.isoformat(),
            "coverageEndTime": self.blog.modified.isoformat(),
            "liveBlogUpdate": updates,
        }
        return f'<script type="application/ld+json">{json.dumps(data)}</script>'

    def item(self, story: Story) -> str:
        written = self.written(story)
        key = self.key(story)
        times = f'data-sort-time="{millis(written)}" data-update-time="{millis(story.updated or written)}"'
        shown = f"{story.date:%Y-%m-%dT%H:%M:%S.000Z}"
        ago = f'<a href="#{key}"><amp-timeago datetime="{shown}">{self.answers}</amp-timeago></a>'
        words = "".join(f'<div class="sc-x"><p>{escape(each)}</p></div>' for each in story.paragraphs)
        byline = f"<div><div><span>{story.author}</span><span>{story.date:%d %B %Y %H:%M}</span></div></div>"
        title = escape(story.title or "River Wend")
        post = f'<div {times} id="{key}">{ago}<div><h3>{title}</h3>{words}</div>{byline}</div>'
        ad = f'<div data-sort-time="{millis(written) // 1000}" id="ad-{key[5:]}"><div data-mpu="true"></div></div>'
        return post + ad


class Superdesk(Contract):
    """As Superdesk's theme: what is pinned is placed ten years ahead."""

    def item(self, story: Story) -> str:
        item = super().item(story)
        if not story.pinned:
            return item
        ahead = story.date + timedelta(days=3650)
        return item.replace(f'data-sort-time="{millis(story.date)}"', f'data-sort-time="{millis(ahead)}"')


class Automattic(Contract):
    """As a plugin for WordPress: the time of the last change in the id."""

    def key(self, story: Story) -> str:
        return f"post{int((story.updated or story.date).timestamp())}"

    def item(self, story: Story) -> str:
        changed = (story.updated or story.date).replace(microsecond=0)
        return super().item(story).replace(f"{millis(story.updated or story.date)}", f"{millis(changed)}")


SLUG = "One line stands above most posts; it is no title."
AT_A_TIME = "The place in time is the id."

FORMS = (
    Form("amp-contract", "amp", Traits(bylines=False, strikes=True, ends=True, order="date"), Contract, 2),
    Form("amp-independent", "amp", Traits(window=(10, 10), why=SLUG), Independent, 2),
    Form("amp-superdesk", "amp", Traits(bylines=False, pins="top", dates="other", alike=False), Superdesk, 2),
    Form(
        "amp-automattic",
        "amp",
        Traits(bylines=False, order="date", churn=False, redates=False, moves=False, alike=False, why=AT_A_TIME),
        Automattic,
        2,
    ),
)
