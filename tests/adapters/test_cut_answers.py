"""Answers that end before they should: half of their last post is not taken for the whole of it."""

from __future__ import annotations

import pytest

from feeds.adapters import BUILT_IN, Registry
from feeds.adapters.jsonld import JsonLd
from feeds.errors import ParseError
from feeds.flow import Request, Visit
from feeds.html import CUT, is_cut
from feeds.model import Batch
from tests.adapters import feedflow

URL = "https://news.test/live/flood"


def read(adapter: str, name: str, size: int | None = None) -> Batch:
    """What an adapter makes of the first bytes of one of our pages."""
    body = (feedflow.PAGES / name).read_bytes()
    flow = Registry(BUILT_IN).load(adapter).poll(Visit(URL))
    assert isinstance(next(flow), Request)
    with pytest.raises(StopIteration) as done:
        flow.send(feedflow.answer(body[:size], URL))
    batch = done.value.value
    assert isinstance(batch, Batch)
    return batch


@pytest.mark.parametrize(
    ("adapter", "name"),
    [
        ("amp", "amp/shown-times.html"),
        ("guardian", "guardian/page.html"),
        ("hfeed", "hfeed/notes.html"),
        ("microdata", "microdata/visible.html"),
    ],
)
def test_a_page_that_is_cut_off_says_so(adapter: str, name: str) -> None:
    whole = read(adapter, name)
    size = (feedflow.PAGES / name).read_bytes().rindex(b"</body>")
    cut = read(adapter, name, size)
    assert (whole.cut, whole.finished, whole.problems) == (False, whole.posts, ())
    assert (cut.cut, cut.finished, cut.problems) == (True, whole.posts[:-1], (CUT,))


def test_a_feed_is_cut_off_where_it_ends_inside_an_entry() -> None:
    name = "syndication/rss20.xml"
    body = (feedflow.PAGES / name).read_bytes()
    inside = read("syndication", name, body.rindex(b"</item>"))
    behind = read("syndication", name, body.rindex(b"</item>") + len(b"</item>"))
    assert (inside.cut, behind.cut, read("syndication", name).cut) == (True, False, False)
    assert inside.finished == behind.posts[:-1]
    assert inside.problems == behind.problems != ()


@pytest.mark.parametrize(
    ("page", "cut"),
    [
        (b"<html><head></head><body><p>Words</body></html>", False),
        (b"<html><head></HEAD ><body><p>Words</BODY\n>", False),
        (b"<html><head></head><body><p>Words", True),
        (b"<title>One</title><p>Words", False),
        (b"<html><body><p>Words", False),
        (b"", False),
    ],
)
def test_who_closes_the_head_of_a_page_closes_the_page(page: bytes, cut: bool) -> None:
    assert is_cut(page) is cut


def test_a_blog_whose_markup_is_missing_at_the_end_of_a_page_waits_for_the_whole_page() -> None:
    # What the page's own markup knows better is not there: the same posts would have other ids and texts.
    update = '{"@type": "BlogPosting", "@id": "#a", "headline": "Bridge shut", "articleBody": "Closed at nine."}'
    blog = f'{{"@type": "LiveBlogPosting", "headline": "River rises", "liveBlogUpdate": [{update}]}}'
    head = f'<!doctype html><html><head><script type="application/ld+json">{blog}</script></head><body><p>x'
    adapter = JsonLd()
    whole, _ = feedflow.converse(adapter, Visit(URL), f"{head}</body></html>")
    assert [each.title for each in whole.posts] == ["Bridge shut"]
    with pytest.raises(ParseError, match="cut off"):
        feedflow.converse(adapter, Visit(URL, cursor=whole.cursor), head)
    assert len(feedflow.converse(adapter, Visit(URL), head)[0].posts) == 1
