"""What every adapter must hold to, whatever it reads. A new one passes by having pages of its own.

Adapters run on foreign bytes in a process that may be killed and begun again, so the same visit must come out the
same, an answer that is not theirs must be a `ParseError`, and what they return must be safe as it is.
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from feeds import admission
from feeds.errors import ParseError
from feeds.flow import Adapter, Confidence, Flow, Pages, Request, Response, Visit
from feeds.model import Batch
from tests.adapters.feedflow import PAGES, answer, assert_clean

ROOT = Path(__file__).parents[2]
MOST = 60
"""Requests after which a visit that is answered with one page only is given up."""
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

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

ELSEWHERE: tuple[object, ...] = (
    "https://elsewhere.test/x",
    "//elsewhere.test/x",
    "@elsewhere.test",
    "../../../etc/passwd",
    "a/b?c=d#e",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://[",
    "\x00\n\x1b",
    "\ud800",
    "",
    "1" * 5_000,
    10**30,
    -1,
    0,
    1,
    1e300,
    True,
    None,
    [],
    {},
    ["https://elsewhere.test/x", 1, None, {"a": "../"}],
    {"a": {"b": [[[["//elsewhere.test"]]]]}},
)
"""What may stand in a place that is given back to an adapter, once it was in somebody else's hands."""


def visit(url: str) -> Visit:
    """Return a visit to an address, at a time of day."""
    return Visit(url, now=NOON)


def pages(name: str) -> list[Path]:
    """Return our own pages of an adapter; there must be some."""
    found = sorted((PAGES / name).iterdir())
    assert found, f"the adapter {name} has no pages in {PAGES / name}"
    return found


def visited(adapter: Adapter, visit: Visit, page: Response, *, failing: bool = False) -> Batch:
    """Return what an adapter makes of a page that answers each of its requests. Raises what it raises.

    `failing` leaves those that are optional without an answer.
    """
    return _driven(adapter, adapter.poll(visit), visit, page, failing=failing)


def read_back(adapter: Adapter, visit: Visit, page: Response) -> Batch:
    """Return what an adapter makes of a page where it is asked for older posts. Raises what it raises."""
    assert isinstance(adapter, Pages)
    return _driven(adapter, adapter.older(visit), visit, page)


def _driven(adapter: Adapter, flow: Flow[Batch], visit: Visit, page: Response, *, failing: bool = False) -> Batch:
    try:
        request = next(flow)
        for _ in range(MOST):
            assert isinstance(request, Request)
            assert_asks_nobody_else(adapter, visit, request)
            assert not (request.optional and request.conditional), "what decides the visit is not optional"
            failed = Response(request.url, request=request.url, status=0, failed="The server did not answer.")
            request = flow.send(failed if failing and request.optional else page)
    except StopIteration as done:
        batch: Batch = done.value
        return batch
    raise AssertionError(f"{adapter.name} made more than {MOST} requests")


def assert_asks_nobody_else(adapter: Adapter, visit: Visit, request: Request) -> None:
    """A request is for the visited host, or for one that is written in the adapter's own source."""
    parts = urlsplit(request.url)
    assert parts.scheme in ("http", "https"), request.url
    host = parts.hostname or ""
    assert host, request.url
    assert host == urlsplit(visit.url).hostname or host in _source(type(adapter).__module__), request.url


@cache
def _source(module: str) -> str:
    """Return the source of an adapter: its module, or all those of its package."""
    path = Path(inspect.getfile(sys.modules[module]))
    return "".join(each.read_text() for each in (path.parent.glob("*.py") if path.stem == "__init__" else (path,)))


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
    check_optional(adapter, visit, page)
    check_place(adapter, batch)
    if batch.older:
        check_older(adapter, page, batch.older)
    return batch


def check_optional(adapter: Adapter, visit: Visit, page: Response) -> None:
    """Check that a visit that ends well does so as well where its optional requests bring nothing."""
    keys = {post.key for post in visited(adapter, visit, page).posts}
    alone = visited(adapter, visit, page, failing=True)
    assert {post.key for post in alone.posts} <= keys, "what is missing adds nothing"
    assert_clean(alone)


def check_place(adapter: Adapter, batch: Batch) -> None:
    """Check the place of older posts as a batch names it: plain JSON, and none where the adapter does not page back."""
    assert isinstance(adapter, Pages) or not batch.older, f"{adapter.name} does not page back"
    assert json.loads(json.dumps(batch.older)) == batch.older, "where older posts are is plain JSON"
    assert len(json.dumps(batch.older)) < 4_000, "where older posts are is a name, and no list of them"


def check_older(adapter: Adapter, page: Response, older: dict[str, object], visited: str = "") -> Batch | None:
    """Check what an adapter makes of a page where it is asked for the posts at a place; None where it refuses it.

    Whatever the place is, nobody else is asked, and nothing but `ParseError` is raised.
    """
    visit = Visit(visited or page.url, older=older, now=NOON)
    try:
        batch = read_back(adapter, visit, page)
    except ParseError as error:
        assert_sentence(error)
        return None
    assert read_back(adapter, visit, page) == batch, "the same bytes twice give equal batches"
    check_place(adapter, batch)
    assert_clean(batch)
    assert admission.clean(batch, adapter.name).posts == batch.posts, "nothing is left to be made safe"
    return batch


def check_hostile_older(adapter: Adapter, page: Response, older: dict[str, object]) -> None:
    """Check that a place in which anything was put instead of anything leads nowhere else."""
    for odd in ELSEWHERE:
        for name in older:
            check_older(adapter, page, {**older, name: odd})
        check_older(adapter, page, dict.fromkeys(older, odd))
        check_older(adapter, page, {"other": odd})
    check_older(adapter, page, older, visited="file:///home/reader/page")
    assert check_older(adapter, page, {}) is None, "nowhere is no place"


def check_older_wrong(adapter: Adapter, url: str, older: dict[str, object]) -> None:
    """Check that an answer that is nobody's is refused where older posts were asked for, and so is none at all."""
    for body in WRONG:
        assert check_older(adapter, answer(body, url), older) is None, body[:40]


def check_cut(adapter: Adapter, page: Response) -> None:
    """Check that a page cut anywhere is read as far as it goes or refused, and refused alone with `ParseError`."""
    size = len(page.body)
    for end in {0, 1, 2, 3, size - 1, size - 2, *range(0, size, max(1, size // 24))}:
        check_any(adapter, Response(page.url, headers=page.headers, body=page.body[:end]))


def check_any(adapter: Adapter, page: Response) -> None:
    """Check that an adapter reads an answer or refuses it, and that sniffing does not raise."""
    assert adapter.sniff(page) in Confidence
    try:
        admission.clean(visited(adapter, Visit(page.url), page), adapter.name)
    except ParseError as error:
        assert_sentence(error)


def assert_sentence(error: ParseError) -> None:
    """An error is a sentence for people."""
    assert str(error).isprintable(), "an error is a sentence"
    assert str(error).endswith("."), "an error is a sentence"


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
