"""A live blog as publishers write it (schema.org, LiveBlogPosting), and a feed: pages of invented news for a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.support.server import Answer, Asked

PATIENCE = 20.0


@dataclass(frozen=True)
class Update:
    """One update of the blog."""

    key: str
    title: str
    text: str
    at: datetime


def minutes_ago(minutes: float) -> datetime:
    """Return a time, whole seconds: the program under test knows no other clock than this machine's."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes)


def blog(title: str, updates: Iterable[Update]) -> bytes:
    """Return the page of a live blog, updates in the order given."""
    data = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": title,
        "coverageStartTime": minutes_ago(300).isoformat(),
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "@id": f"#{update.key}",
                "headline": update.title,
                "articleBody": update.text,
                "datePublished": update.at.isoformat(),
            }
            for update in updates
        ],
    }
    return (
        f"<!doctype html><html lang=en><head><title>{escape(title)}</title>"
        f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
        f"<body><h1>{escape(title)}</h1></body></html>"
    ).encode()


def feed(title: str, updates: Iterable[Update]) -> bytes:
    """Return an RSS feed; titles and texts are escaped once, control characters left as they are."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{update.key}</guid><title>{escape(update.title)}</title>"
        f"<link>https://paper.example/{update.key}</link><description>{escape(update.text)}</description>"
        f"<pubDate>{format_datetime(update.at)}</pubDate></item>"
        for update in updates
    )
    head = f"<title>{escape(title)}</title><link>https://paper.example/</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


class Press:
    """What a publisher prints: one edition at a time, and who has fetched it."""

    def __init__(self, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self._body = body
        self._kind = kind
        self._edition = 0
        self._fetched: dict[str, int] = {}
        self._change = threading.Condition()

    def __call__(self, asked: Asked) -> Answer:
        with self._change:
            self._fetched[asked.target] = self._edition
            self._change.notify_all()
            return Answer(self._body, headers=(("Content-Type", self._kind),))

    def print(self, body: bytes | None = None) -> None:
        """Print another edition, the same again where nothing is given."""
        with self._change:
            self._body = self._body if body is None else body
            self._edition += 1

    def fetched(self, target: str, seconds: float = PATIENCE) -> bool:
        """Wait until somebody has fetched this edition; return whether that happened in time."""
        with self._change:
            return self._change.wait_for(lambda: self._fetched.get(target, -1) == self._edition, seconds)
