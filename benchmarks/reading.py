"""Reading documents: a changed feed beside feedparser itself, a live-blog page beside what its libraries take."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks import corpus, table
from benchmarks.table import Row, Size
from feeds import parser
from feeds.adapters import Registry
from feeds.flow import Response, Visit
from feeds.model import Batch

_FEED = "https://paper.example/feed"
_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}


def reading(size: Size) -> Iterator[Row]:
    """Feeds of each kind, and live blogs, short and long."""
    import feedparser

    registry = Registry.installed()
    for form in corpus.FORMS:
        body = corpus.document(1, form, corpus.items(1, 100))
        kind = _TYPES.get(form, "application/feed+json")
        adapter = "jsonfeed" if form == "json" else "syndication"
        floor, ours = table.pair(
            (lambda body=body: json.loads(body)) if form == "json" else (lambda body=body: feedparser.parse(body)),  # type: ignore[misc]  # defaults bind the loop's values
            lambda body=body, kind=kind, adapter=adapter: _read(registry, adapter, body, kind),  # type: ignore[misc]  # defaults bind the loop's values
            size.runs,
        )
        name = f"a changed feed read: {form}, 100 entries, {len(body) // 1000} kB"
        beside, goal = ("json.loads", None) if form == "json" else ("feedparser.parse", 0.1)
        yield Row(name, ours * 1000, "ms", floor * 1000, beside, ratio=goal)
    for posts, bound in ((50, 5.0), (size.few, 100.0)):
        page = corpus.live_blog(posts)
        floor, ours = table.pair(
            lambda page=page: _libraries(page),  # type: ignore[misc]  # defaults bind the loop's values
            lambda page=page: _read(registry, "jsonld", page, "text/html; charset=utf-8"),  # type: ignore[misc]  # as above
            size.runs,
        )
        yield Row(f"a live blog read, {posts:,} posts", ours * 1000, "ms", floor * 1000, "lxml, json", bound=bound)


def _read(registry: Registry, adapter: str, body: bytes, kind: str) -> Batch:
    response = Response(_FEED, request=_FEED, headers=(("content-type", kind),), body=body)
    batch = parser.step(registry, Visit(_FEED, adapter=adapter), (response,))
    assert isinstance(batch, Batch)
    assert batch.posts
    return batch


def _libraries(page: bytes) -> None:
    """Do what no reader of a page can do without: build its tree, load its data."""
    from lxml import etree

    tree = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    json.loads(tree.findtext(".//script") or "")
