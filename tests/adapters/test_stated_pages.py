"""Formats whose documents say where the older posts are: the same holds for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from feeds.adapters.amp import Amp
from feeds.adapters.hfeed import HFeed
from feeds.adapters.jsonfeed import JsonFeed
from feeds.adapters.syndication import Syndication
from feeds.errors import ParseError
from feeds.flow import Adapter, Pages, Response, Visit
from feeds.model import Batch
from tests.adapters import conformance
from tests.adapters.feedflow import answer, assert_clean, converse

SOURCE = "https://valley.test/dir/source"
SAID = "The river has risen by a hand since the morning, and it is still rising, says post"


def json_feed(keys: str, stated: str) -> str:
    items = [{"id": key, "content_text": f"{SAID} {key}"} for key in keys]
    next_url = {"next_url": stated} if stated else {}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **next_url})


def _feed(keys: str, link: str) -> str:
    entries = "".join(f"<entry><id>{key}</id><content>{SAID} {key}</content></entry>" for key in keys)
    space = 'xmlns:fh="http://purl.org/syndication/history/1.0"'
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {space}><title>T</title>{link}{entries}</feed>'


def paged_feed(keys: str, stated: str) -> str:
    return _feed(keys, f'<link rel="next" href="{stated}"/>' if stated else "")


def archived_feed(keys: str, stated: str) -> str:
    return _feed(keys, f'<link rel="prev-archive" href="{stated}"/>' if stated else "")


def live_list(keys: str, stated: str) -> str:
    items = "".join(
        f'<div id="{key}" data-sort-time="{1772355600 + ord(key)}"><p>{SAID} {key}</p></div>' for key in keys
    )
    link = f'<a href="{stated}">Next</a>' if stated else "<span>Next</span>"
    return f"<html amp><body><amp-live-list><div items>{items}</div><div pagination>{link}</div></amp-live-list>"


def h_feed(keys: str, stated: str) -> str:
    entries = "".join(
        f'<p class="h-entry"><a class="u-uid" href="{key}">#</a><b class="e-content">{SAID} {key}</b></p>'
        for key in keys
    )
    link = f'<a rel="next" href="{stated}">Page back</a>' if stated else ""
    return f'<html><body class="h-feed">{entries}{link}</body></html>'


class Format(NamedTuple):
    adapter: Adapter
    page: Callable[[str, str], str]


FORMATS = {
    "jsonfeed": Format(JsonFeed(), json_feed),
    "paged feed": Format(Syndication(), paged_feed),
    "archived feed": Format(Syndication(), archived_feed),
    "amp": Format(Amp(), live_list),
    "hfeed": Format(HFeed(), h_feed),
}
each_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


def polled(form: Format, keys: str, stated: str, url: str = SOURCE) -> Batch:
    return converse(form.adapter, Visit(url), form.page(keys, stated))[0]


def back(
    form: Format, older: dict[str, object], body: str | Response, cursor: dict[str, object] | None = None
) -> tuple[Batch, str]:
    assert isinstance(form.adapter, Pages)
    batch, (request,) = converse(form.adapter, Visit(SOURCE, older=older, cursor=cursor or {}), body)
    assert not request.conditional
    assert_clean(batch)
    assert json.loads(json.dumps(batch.older)) == batch.older
    return batch, request.url


def keys(batch: Batch) -> str:
    return "".join(post.key for post in batch.posts)


@each_format
def test_a_source_is_read_backwards_to_its_end(form: Format) -> None:
    first = polled(form, "fe", "?page=2")
    middle, asked = back(form, first.older, form.page("dc", "https://valley.test/dir/source?page=3"))
    assert (keys(middle), asked) == ("dc", "https://valley.test/dir/source?page=2")
    last, asked = back(form, middle.older, form.page("ba", ""))
    assert (keys(last), asked) == ("ba", "https://valley.test/dir/source?page=3")
    assert last.older == {}


@each_format
def test_an_older_post_is_the_one_that_a_poll_would_have_shown(form: Format) -> None:
    first = polled(form, "fe", "?page=2")
    second = converse(form.adapter, Visit(SOURCE, cursor=first.cursor), form.page("dcb", ""))[0]
    older, _ = back(form, first.older, form.page("dcb", ""), first.cursor)
    # The part of a page that a post without an address of its own is, is a part of another page.
    assert [replace(post, url=None) for post in older.posts] == [replace(post, url=None) for post in second.posts]


@each_format
def test_a_page_of_one_post_is_read(form: Format) -> None:
    assert keys(back(form, polled(form, "fe", "/2").older, form.page("a", ""))[0]) == "a"


@each_format
def test_a_circle_ends(form: Format) -> None:
    assert polled(form, "fe", SOURCE).older == {}
    assert polled(form, "fe", "source#top").older == {}
    first = polled(form, "fe", "/2")
    assert back(form, first.older, form.page("dc", "/2"))[0].older == {}
    assert back(form, first.older, form.page("dc", SOURCE))[0].older == {}
    second, _ = back(form, first.older, form.page("dc", "/3"))
    assert back(form, second.older, form.page("ba", "/2"))[0].older == {}


@each_format
@pytest.mark.parametrize(
    "stated",
    ["https://elsewhere.test/2", "//elsewhere.test/2", "http://127.0.0.1/2", "javascript:alert(1)", "https://["],
)
def test_nobody_else_is_asked_because_a_document_says_so(form: Format, stated: str) -> None:
    assert polled(form, "fe", stated).older == {}


@each_format
def test_credentials_of_a_source_go_where_the_source_is_and_are_not_kept(form: Format) -> None:
    url = "https://me:secret@valley.test/dir/source"
    response = answer(form.page("fe", "http://valley.test/2"), SOURCE)
    batch, _ = converse(form.adapter, Visit(url), response)
    assert "secret" not in json.dumps(batch.older)
    _, (request,) = converse(form.adapter, Visit(url, older=batch.older), form.page("dc", ""))
    assert request.url == "https://me:secret@valley.test/2"


@each_format
@pytest.mark.parametrize("body", [body for body in conformance.WRONG if len(body) < 10_000])
def test_an_older_page_that_is_nobodys_is_refused(form: Format, body: bytes) -> None:
    older = polled(form, "fe", "/2").older
    with pytest.raises(ParseError):
        back(form, older, answer(body, "https://valley.test/2"))


@each_format
def test_a_place_in_other_hands_leads_nowhere_else(form: Format) -> None:
    older = polled(form, "fe", "/2").older
    conformance.check_hostile_older(form.adapter, answer(form.page("dc", "/3"), SOURCE), older)
    with pytest.raises(ParseError, match="not known any more"):
        back(form, {"page": "https://elsewhere.test/"}, form.page("dc", ""))
