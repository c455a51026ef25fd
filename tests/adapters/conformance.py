"""What every adapter must hold to, whatever it reads. A new one passes by having pages of its own.

Adapters run on foreign bytes in a process that may be killed and begun again, so the same visit must come out the
same, an answer that is not theirs must be a `ParseError`, and what they return must be safe as it is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from feeds import admission
from feeds.errors import ParseError
from feeds.flow import Adapter, Confidence, Request, Response, Visit
from feeds.model import Batch
from tests.adapters.feedflow import PAGES, answer, assert_clean

ROOT = Path(__file__).parents[2]
MOST = 10
"""Requests after which a visit that is answered with one page only is given up."""

WRONG = (
    b"",
    b" \n",
    b"{}",
    b"[]",
    b"null",
    b"[" * 50_000,
    b"<",
    b"<" * 5_000,
    b"<html></html>",
    b"<html><title>Sign in</title><body><form></form></body></html>",
    b"<?xml version='1.0'?><opml><body/></opml>",
    b"plain text",
    b"\0" * 100,
    bytes(range(256)) * 4,
    b"\xff\xfe",
    b"\x89PNG\r\n\x1a\n",
    b"%PDF-1.7",
    b"\x1f\x8b\x08",
    "Ж".encode("koi8-r") * 50,
)
"""Answers that are nobody's."""


def pages(name: str) -> list[Path]:
    """Return our own pages of an adapter; there must be some."""
    found = sorted((PAGES / name).iterdir())
    assert found, f"the adapter {name} has no pages in {PAGES / name}"
    return found


def visited(adapter: Adapter, visit: Visit, page: Response) -> Batch:
    """Return what an adapter makes of a page that answers each of its requests. Raises what it raises."""
    flow = adapter.poll(visit)
    request = next(flow)
    try:
        for _ in range(MOST):
            assert isinstance(request, Request)
            assert request.url.startswith(("http://", "https://"))
            request = flow.send(page)
    except StopIteration as done:
        batch: Batch = done.value
        return batch
    raise AssertionError(f"{adapter.name} made more than {MOST} requests")


def check_page(adapter: Adapter, page: Response) -> Batch:
    """Check what an adapter makes of a page of its own, and return it."""
    visit = Visit(page.url)
    batch = visited(adapter, visit, page)
    assert visited(adapter, visit, page) == batch, "the same bytes twice give equal batches"
    assert adapter.sniff(page) is adapter.sniff(page)
    assert json.loads(json.dumps(batch.cursor)) == batch.cursor, "a cursor is plain JSON"
    assert_clean(batch)
    for when in times(batch):
        assert when.utcoffset() == timedelta(0), "times are UTC"
    assert admission.clean(batch, adapter.name).posts == batch.posts, "nothing is left to be made safe"
    again = visited(adapter, Visit(page.url, cursor=batch.cursor), page)
    assert again.posts == batch.posts, "its own cursor changes nothing about a page that has not changed"
    keys = [post.key for post in batch.posts if post.key]
    assert len(keys) == len(set(keys)), "an id names one post"
    return batch


def check_cut(adapter: Adapter, page: Response) -> None:
    """Check that a page cut anywhere is read as far as it goes or refused, and refused alone with `ParseError`."""
    size = len(page.body)
    for end in {0, 1, 2, 3, size - 1, size - 2, *range(0, size, max(1, size // 24))}:
        check_any(adapter, Response(page.url, headers=page.headers, body=page.body[:end]))


def check_any(adapter: Adapter, page: Response) -> None:
    """Check that an adapter reads an answer or refuses it, and that sniffing does not raise."""
    assert adapter.sniff(page) in Confidence
    sentence = "."
    try:
        admission.clean(visited(adapter, Visit(page.url), page), adapter.name)
    except ParseError as error:
        sentence = str(error)
    assert sentence.isprintable(), "an error is a sentence"
    assert sentence.endswith("."), "an error is a sentence"


def check_wrong(adapter: Adapter, url: str) -> None:
    """Check that what is nobody's is refused."""
    for body in WRONG:
        page = answer(body, url)
        assert adapter.sniff(page) is Confidence.NO, body[:40]
        try:
            batch = visited(adapter, Visit(url), page)
        except ParseError:
            continue
        raise AssertionError(f"{adapter.name} read {body[:40]!r} as {batch!r}")


def check_import(module: str) -> None:
    """Check that importing an adapter's module is cheap and pulls in none of what it is forbidden."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    for heavy in ("lxml", "feedparser", "httpx", "sqlite3", "textual", "tomlkit", "asyncio"):
        assert heavy not in loaded, f"importing {module} imports {heavy}"


def times(batch: Batch) -> Iterator[datetime]:
    """Yield every time of a batch."""
    for post in batch.posts:
        yield from (when for when in (post.published, post.updated) if when is not None)
    if batch.coverage is not None:
        yield from (when for when in (batch.coverage.started, batch.coverage.ended) if when is not None)
