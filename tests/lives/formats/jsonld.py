"""Live blogs as a LiveBlogPosting in JSON-LD, each publisher in its own way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, counted, hexed, respond

SUMMER = timezone(timedelta(hours=1))

Data = dict[str, object]


class Page(Writer):
    """A page that holds the data of its blog, and little else."""

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        if self.blog.traits.pins == "twice":
            stories = [*self.blog.pinned, *stories]
        self.sight.lists(self.blog.window)
        self.sight.tells(stories)
        data = self.data([self.update(place, story) for place, story in enumerate(stories, 1)])
        return respond(request, self.page(data, now))

    def page(self, data: object, now: datetime) -> str:
        title = escape(self.blog.headline)
        teaser = {"@context": "https://schema.org", "@type": "WebPage", "name": self.blog.headline, "url": self.url}
        return (
            f"<!doctype html><html lang={self.blog.language}><head><title>{title} | The Paper</title>"
            f'<link rel="canonical" href="{self.url}"><meta property="og:url" content="{self.url}">'
            f'<script type="application/ld+json">{json.dumps(teaser)}</script>'
            f'<script data-rh="true" type="application/ld+json">{json.dumps(data)}</script></head>'
            f"<body><h1>{title}</h1><p>{now:%H:%M}, {self.answers * 17} people are reading this</p></body></html>"
        )

    def data(self, updates: list[Data]) -> object:
        return {
            "@context": "http://schema.org",
            "@type": "LiveBlogPosting",
            "name": self.blog.headline,
            "headline": self.blog.headline,
            "description": self.blog.standfirst,
            "url": self.url,
            "datePublished": self.blog.started.isoformat(),
            "dateModified": self.blog.modified.isoformat(),
            "coverageStartTime": self.blog.started.isoformat(),
            "liveBlogUpdate": updates,
        }

    def update(self, place: int, story: Story) -> Data:
        raise NotImplementedError


class Reach(Page):
    """As the Express and the Mirror: fragments, entities, two zones in one post."""

    def update(self, place: int, story: Story) -> Data:
        body = "\n".join(story.paragraphs)
        changed = story.updated or story.date
        return {
            "@context": "http://schema.org",
            "@type": "BlogPosting",
            "headline": escape(story.title) or self.blog.headline,
            "datePublished": story.date.astimezone(SUMMER).isoformat(),
            "dateModified": changed.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "articleBody": escape(body).replace("&#x27;", "&#39;"),
            "url": f"{self.url}#live-1924698-{self.name(story, 6)}",
            "author": story.author,
            "image": {"@type": "ImageObject", "url": f"https://cdn.test/{hexed(8, self.answers)}.jpg", "width": 1200},
        }


class Bbc(Page):
    """As the BBC: inside a graph, the blog's own headline on posts without one, nobody's name."""

    def data(self, updates: list[Data]) -> object:
        blog = super().data(updates)
        assert isinstance(blog, dict)
        blog["coverageEndTime"] = self.blog.started.isoformat()
        return {"@context": "http://schema.org", "@graph": [{"@type": "WebSite", "name": "The Paper"}, blog]}

    def update(self, place: int, story: Story) -> Data:
        return {
            "@type": "BlogPosting",
            "headline": story.title or self.blog.headline,
            "datePublished": f"{story.date:%Y-%m-%dT%H:%M:%SZ}",
            "dateModified": f"{story.updated or story.date:%Y-%m-%dT%H:%M:%SZ}",
            "url": f"{self.url}#post_{self.name(story, 24)}",
            "articleBody": " ".join(story.paragraphs),
        }


class Cbs(Page):
    """As CBS: every post there is, as markup, dated without a colon in the zone."""

    def update(self, place: int, story: Story) -> Data:
        markup = "".join(f"<p>{escape(each)} <span data-uuid='{self.answers}'></span></p>" for each in story.paragraphs)
        noise = f'<p><a href="https://paper.example/more?utm_source=live{story.noise}">»</a></p>'
        return {
            "@type": "BlogPosting",
            "url": f"{self.url}/#post-update-{self.name(story)}",
            "headline": story.title,
            "datePublished": f"{story.date:%Y-%m-%dT%H:%M:%S+0000}",
            "dateModified": f"{story.updated or story.date:%Y-%m-%dT%H:%M:%S+0000}",
            "author": {"@type": "Person", "name": story.author},
            "publisher": {"@id": "https://paper.example/"},
            "articleBody": markup + noise,
        }


class Counted(Cbs):
    """As CBS may do it: numbers counted from the oldest, so that a deletion gives all above it other ids."""

    def update(self, place: int, story: Story) -> Data:
        return super().update(place, story) | {"url": f"{self.url}/#post-update{counted(self.blog, story)}"}


class Repubblica(Page):
    """As la Repubblica: every post there is, without any id."""

    def update(self, place: int, story: Story) -> Data:
        return {
            "@type": "BlogPosting",
            "headline": story.title + "\n" * (story.noise % 2),
            "datePublished": f"{story.date:%Y-%m-%dT%H:%M:%SZ}",
            "dateModified": f"{story.updated or story.date:%Y-%m-%dT%H:%M:%SZ}",
            "articleBody": escape(" ".join(story.paragraphs)),
            "author": [{"@type": "Person", "name": story.author}],
        }


class TimesOfIndia(Page):
    """As the Times of India: ids that are positions, clock times before the titles."""

    def update(self, place: int, story: Story) -> Data:
        zone = timezone(timedelta(hours=5, minutes=30))
        local = story.date.astimezone(zone)
        return {
            "@type": "BlogPosting",
            "headline": f"{local:%H:%M}(IST) {story.title}" if story.title else "",
            "url": f"{self.url}#post{place}",
            "datePublished": local.isoformat(),
            "dateModified": (story.updated or story.date).astimezone(zone).isoformat(),
            "articleBody": "<br>".join(map(escape, story.paragraphs)),
            "author": {"@type": "Person", "name": story.author},
        }


class GuardianData(Page):
    """As the Guardian's data: bare ids, and the blog's own date on every post."""

    def data(self, updates: list[Data]) -> object:
        blog = super().data(updates)
        assert isinstance(blog, dict)
        blog["datePublished"] = blog["dateModified"] = f"{self.blog.modified:%Y-%m-%dT%H:%M:%S.000Z}"
        blog["coverageStartTime"] = blog["coverageEndTime"] = f"{self.blog.modified:%Y-%m-%dT%H:%M:%S+0000}"
        return [{"@type": "NewsArticle", "headline": self.blog.headline}, blog]

    def update(self, place: int, story: Story) -> Data:
        made = int(story.surfaced.timestamp())
        return {
            "@type": "BlogPosting",
            "@id": f"{made:08x}{hexed(16, self.blog.generation, story.number)}",
            "headline": story.title or self.blog.headline,
            "datePublished": f"{self.blog.modified:%Y-%m-%dT%H:%M:%S.000Z}",
            "dateModified": f"{self.blog.modified:%Y-%m-%dT%H:%M:%S.000Z}",
            "author": [{"@type": "Person", "name": story.author}],
            "articleBody": " ".join(story.paragraphs),
            "image": [f"https://i.test/{story.number}.jpg?s={hexed(16, self.answers)}"],
        }


class Pinning(Reach):
    """As one that repeats a pinned post on top."""


def _form(name: str, traits: Traits, writer: Callable[..., Writer]) -> Form:
    return Form(f"jsonld-{name}", "jsonld", traits, writer)


NO_IDS = "Without ids, posts are told apart by date and words: none may be alike or have its date changed."

COUNTED = "A number is an id until one below it is deleted; then posts are told apart by date and words."

FORMS = (
    _form("reach", Traits(), Reach),
    _form("bbc", Traits(bylines=False, window=(20, 20)), Bbc),
    _form("cbs", Traits(window=None), Cbs),
    _form(
        "counted",
        Traits(window=None, ids="none", churn=False, redates=False, moves=False, counted=True, why=COUNTED),
        Counted,
    ),
    _form(
        "repubblica",
        Traits(window=None, ids="none", churn=False, alike=False, redates=False, moves=False, why=NO_IDS),
        Repubblica,
    ),
    _form(
        "positions",
        Traits(ids="none", churn=False, alike=False, redates=False, moves=False, why=NO_IDS),
        TimesOfIndia,
    ),
    _form("guardian", Traits(dates="blog", churn=False, why="Without dates, new ids name new posts."), GuardianData),
    _form("pinning", Traits(pins="twice"), Pinning),
)
