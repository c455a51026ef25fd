"""The demo: a made-up live story that plays itself through the real engine and adapters, offline.

Owns the story (`story.toml`, ours) and how its pages and feeds look at any minute. They are recorded from the
story as a live blog page, an RSS feed and a JSON Feed, and played by `feeds.replay`; nothing else in the program
knows that it is a demo.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from json import dumps

import msgspec
from msgspec import Struct, field

from feeds.flow import Clock
from feeds.model import SourceSpec
from feeds.query import parse
from feeds.replay import Player, Take
from feeds.watches import Action, Watch

SCALE = 12.0
"""Minutes of the story in a minute of the demo: it plays for about five minutes."""

LENGTH = 60
"""Minutes of the story after its beginning."""


class StorySource(Struct, frozen=True):
    """A paper, an agency or a radio of the story."""

    id: str
    url: str
    form: str
    """`liveblog`, `rss` or `json`."""
    title: str
    name: str
    every: float
    """Seconds of the story between polls."""
    headline: str = ""
    standfirst: str = ""


class Edit(Struct, frozen=True):
    """A later state of a post."""

    at: float
    title: str | None = None
    body: str | None = None


class StoryPost(Struct, frozen=True):
    """Something a source publishes at a minute of the story."""

    source: str
    at: float
    title: str
    body: str
    author: str = ""
    page: str = ""
    """What its page says besides; empty where it has none of its own."""
    withdrawn: float | None = None
    edits: tuple[Edit, ...] = field(default=(), name="edit")

    def state(self, minute: float) -> tuple[str, str, float]:
        """Return its title, body and minute of the last edit as they are at a minute."""
        title, body, edited = self.title, self.body, self.at
        for edit in self.edits:
            if edit.at <= minute:
                title = title if edit.title is None else edit.title
                body = body if edit.body is None else edit.body
                edited = edit.at
        return title, body.strip(), edited


class Outage(Struct, frozen=True, rename={"since": "from"}):
    """A time in which a source answers with an error."""

    source: str
    since: float
    until: float
    status: int


class StoryWatch(Struct, frozen=True):
    """A watch that suits the story."""

    name: str
    match: str
    key: int
    color: str
    actions: tuple[Action, ...] = (Action.HIGHLIGHT,)


class Story(Struct, frozen=True):
    """All of it."""

    sources: tuple[StorySource, ...] = field(name="source")
    posts: tuple[StoryPost, ...] = field(name="post")
    outages: tuple[Outage, ...] = field(name="outage")
    watches: tuple[StoryWatch, ...] = field(name="watch")


def story() -> Story:
    """Read the story."""
    text = files("feeds.demo").joinpath("story.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Story)


def specs() -> tuple[SourceSpec, ...]:
    """Return the sources of the story as a configuration would have them."""
    return tuple(SourceSpec(url=source.url, name=source.name, every=source.every) for source in story().sources)


def watches() -> tuple[Watch, ...]:
    """Return the watches of the story as a configuration would have them."""
    return tuple(
        Watch(watch.name, tree, watch.key, watch.color, watch.actions)
        for watch in story().watches
        if (tree := parse(watch.match)) is not None
    )


def player(clock: Clock, start: datetime) -> Player:
    """Return the fetcher that plays the story from `start` on."""
    return Player(takes(story(), start), clock, start)


def takes(told: Story, start: datetime) -> Iterator[Take]:
    """Record the story: a take of a source for each minute at which it looks different."""
    for source in told.sources:
        posts = [post for post in told.posts if post.source == source.id]
        outages = [outage for outage in told.outages if outage.source == source.id]
        for minute in _moments(posts, outages):
            broken = next((outage for outage in outages if outage.since <= minute < outage.until), None)
            if broken:
                yield Take(at=minute * 60, url=source.url, status=broken.status)
                continue
            shown = [post for post in posts if post.at <= minute and not _is_withdrawn(post, minute)]
            shown.sort(key=lambda post: post.at, reverse=True)
            content_type, body = _FORMS[source.form](source, shown, minute, start)
            yield Take(at=minute * 60, url=source.url, body=body.encode(), content_type=content_type)
        for post in posts:
            if post.page:
                yield from _pages(source, post)


def _pages(source: StorySource, post: StoryPost) -> Iterator[Take]:
    """Record the page of a post: all of the text of which the feed has the beginning."""
    link = f"{source.url.rpartition('/')[0]}/{_anchor(post)}"
    for minute in (post.at, *(edit.at for edit in post.edits)):
        title, body, _ = post.state(minute)
        first = body if body.startswith("<") else _html(body)
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>{escape(title)} | {escape(source.title)}</title></head><body>"
            '<nav><a href="/">Home</a> <a href="/all">All news</a></nav><main><article>'
            f"<h1>{escape(title)}</h1>{first}{_html(post.page.strip())}</article></main>"
            f"<footer>{escape(source.title)} is made up, as is all it says.</footer></body></html>"
        )
        yield Take(at=minute * 60, url=link, body=page.encode())


def _is_withdrawn(post: StoryPost, minute: float) -> bool:
    return post.withdrawn is not None and post.withdrawn <= minute


def _moments(posts: list[StoryPost], outages: list[Outage]) -> list[float]:
    """Return the minutes at which a source changes; the first is the earliest that anybody can see."""
    moments = {0.0}
    moments |= {post.at for post in posts}
    moments |= {edit.at for post in posts for edit in post.edits}
    moments |= {post.withdrawn for post in posts if post.withdrawn is not None}
    moments |= {minute for outage in outages for minute in (outage.since, outage.until)}
    return sorted(minute for minute in moments if minute >= 0)


def _liveblog(source: StorySource, posts: list[StoryPost], minute: float, start: datetime) -> tuple[str, str]:
    updates = []
    for post in posts:
        title, body, edited = post.state(minute)
        anchor = f"{source.url}#post-{_anchor(post)}"
        updates.append(
            {
                "@type": "BlogPosting",
                "@id": anchor,
                "url": anchor,
                "headline": title or source.headline,
                "datePublished": _time(start, post.at),
                "dateModified": _time(start, edited),
                "author": {"@type": "Person", "name": post.author},
                "articleBody": _html(body),
            }
        )
    blog = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "url": source.url,
        "headline": source.headline,
        "description": source.standfirst,
        "inLanguage": "en",
        "coverageStartTime": _time(start, min(post.at for post in posts)),
        "liveBlogUpdate": updates,
    }
    data = dumps(blog, ensure_ascii=False).replace("</", "<\\/")
    title = escape(source.title)
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="canonical" href="{source.url}"><script type="application/ld+json">{data}</script></head>'
        f"<body><h1>{escape(source.headline)}</h1></body></html>"
    )
    return "text/html; charset=utf-8", page


def _rss(source: StorySource, posts: list[StoryPost], minute: float, start: datetime) -> tuple[str, str]:
    items = []
    for post in posts:
        title, body, _ = post.state(minute)
        link = f"{source.url.rpartition('/')[0]}/{_anchor(post)}"
        items.append(
            f"<item><guid>{link}</guid><link>{link}</link><title>{escape(title)}</title>"
            f"<pubDate>{format_datetime(_when(start, post.at))}</pubDate>"
            f"<description>{escape(body)}</description></item>"
        )
    head = f"<title>{escape(source.title)}</title><link>{source.url.rpartition('/')[0]}/</link><ttl>1</ttl>"
    feed = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'
    return "application/rss+xml", feed


def _json(source: StorySource, posts: list[StoryPost], minute: float, start: datetime) -> tuple[str, str]:
    items = []
    for post in posts:
        title, body, edited = post.state(minute)
        items.append(
            {
                "id": _anchor(post),
                "url": f"{source.url.rpartition('/')[0]}/{_anchor(post)}",
                "title": title,
                "content_text": body,
                "date_published": _time(start, post.at),
                "date_modified": _time(start, edited),
            }
        )
    version = "https://jsonfeed.org/version/1.1"
    return "application/feed+json", dumps({"version": version, "title": source.title, "items": items})


_FORMS = {"liveblog": _liveblog, "rss": _rss, "json": _json}


def _anchor(post: StoryPost) -> str:
    """Return an id that does not change: no two posts of a source share a minute."""
    return f"{round(post.at) + 1000}"


def _when(start: datetime, minute: float) -> datetime:
    return start + timedelta(minutes=minute)


def _time(start: datetime, minute: float) -> str:
    return _when(start, minute).isoformat(timespec="seconds")


def _html(body: str) -> str:
    """Return the story's light notation as HTML: paragraphs, `-` and `1.` lists, `>` quotes."""
    out = []
    for block in body.split("\n\n"):
        lines = block.split("\n")
        if all(text.startswith("- ") for text in lines):
            out.append("<ul>" + "".join(f"<li>{escape(text[2:])}</li>" for text in lines) + "</ul>")
        elif lines[0].startswith("1. "):
            out.append("<ol>" + "".join(f"<li>{escape(text.partition(' ')[2])}</li>" for text in lines) + "</ol>")
        elif block.startswith("> "):
            out.append(f"<blockquote><p>{escape(block[2:])}</p></blockquote>")
        else:
            out.append(f"<p>{escape(block)}</p>")
    return "".join(out)
