"""What the adapter for Automattic's Liveblog makes of pages, entries and records."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.wpliveblog import FIRST_PAGES, WpLiveblog
from feeds.document import links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Visit
from feeds.model import Batch, Extent
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = WpLiveblog()
PAGE = "https://news.test/2026/river/"
API = "https://news.test/wp-json/liveblog/v1/41/"
START = 1772356000
"""A second that the page knows as that of its newest entry."""
ENTRIES = json.loads((PAGES / "wpliveblog/entries.json").read_text())


def html(**changes: object) -> str:
    written = {
        "endpoint_url": API,
        "latest_entry_id": "7",
        "latest_entry_timestamp": str(START),
        "refresh_interval": "10",
        "state": "enable",
        **changes,
    }
    script = f"<script id='liveblog-js-extra'>\nvar liveblog_settings = {json.dumps(written)};\n</script>"
    head = "<title>River | News</title><meta property='og:title' content='River &amp; rain'>"
    return f"<!doctype html><html><head>{head}</head><body>{script}</body></html>"


def entry(
    key: str, words: str = "", *, kind: str = "new", stamp: int = START, time: int | None = None
) -> dict[str, object]:
    said = words or f"What was said in entry {key}, at some length"
    body = "" if kind == "delete" else f"<p>{said}</p>"
    return {
        "id": key,
        "type": kind,
        "render": body,
        "timestamp": stamp,
        "entry_time": time or stamp,
        "key_event": False,
    }


def entries(*found: dict[str, object], pages: int = 1) -> str:
    return json.dumps({"entries": found, "page": 1, "pages": pages})


def at(second: int) -> datetime:
    return datetime.fromtimestamp(START + second, UTC)


def first(*found: dict[str, object]) -> Batch:
    return converse(ADAPTER, Visit(PAGE, now=at(0)), html(), entries(*found))[0]


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (f"{API}get-entries/1/0-0", Confidence.MINE),
        ("https://news.test/blog/wp-json/liveblog/v1/41/entries/1/2/", Confidence.MINE),
        (PAGE, Confidence.NO),
        ("https://news.test/wp-json/wp/v2/posts", Confidence.NO),
        ("file:///wp-json/liveblog/v1/41/x", Confidence.NO),
        ("https://[/wp-json/liveblog/v1/41/x", Confidence.NO),
    ],
)
def test_calls_of_the_api_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


def test_entries_and_pages_with_settings_are_recognised() -> None:
    assert ADAPTER.sniff(page("wpliveblog/entries.json")) is Confidence.MINE
    assert ADAPTER.sniff(page("wpliveblog/key-events.json")) is Confidence.MINE
    assert ADAPTER.sniff(answer(html())) is Confidence.LIKELY
    assert ADAPTER.sniff(answer("<html><script>liveblog_settings = {broken")) is Confidence.NO
    assert ADAPTER.sniff(answer("<html><script>var liveblog_settings = {};</script>")) is Confidence.NO


# ------------------------------------------------------------------ entries


def test_entries_are_read_with_what_they_say() -> None:
    batch = poll(ADAPTER, page("wpliveblog/entries.json", f"{API}get-entries/1/0-0"))
    shut, high, rain, unnamed = batch.posts
    assert (shut.key, shut.title, shut.authors) == ("2977", "The bridge & the river", ("A. Writer", "B. Writer"))
    assert (shut.url, shut.updated, shut.key_event) == ("https://news.test/live/#2977", None, False)
    assert shut.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert (high.key, high.authors, high.key_event) == ("2976", ("C. Writer",), True)
    assert plain(high.body) == "River high"
    assert high.updated == datetime(2026, 3, 1, 9, 8, 20, tzinfo=UTC)
    assert high.published == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert (plain(rain.body), rain.key_event) == ("Rain", False)
    assert (unnamed.key, unnamed.published, plain(unnamed.body)) == ("", None, "Nobody knows")


# ------------------------------------------------------------------ the conversation


def test_a_first_visit_reads_the_page_and_its_entries() -> None:
    visit = Visit(PAGE, now=at(0))
    batch, asked = converse(
        ADAPTER, visit, html(), entries(entry("7"), entry("6"), pages=2), entries(entry("5"), pages=2)
    )
    assert [request.url for request in asked] == [
        PAGE,
        f"{API}get-entries/1/7-{START}",
        f"{API}get-entries/2/7-{START}",
    ]
    assert [request.conditional for request in asked] == [True, False, False]
    assert keys(batch) == ["7", "6", "5"]
    assert (batch.title, batch.link, batch.extent) == ("River & rain", PAGE, Extent.WHOLE)
    assert batch.hints.interval == 10.0
    assert batch.coverage is not None
    assert batch.coverage.live is True


def test_the_pages_of_a_first_visit_are_bounded() -> None:
    answers = [entries(entry(str(number)), pages=99) for number in range(FIRST_PAGES)]
    batch, _ = converse(ADAPTER, Visit(PAGE, now=at(0)), html(), *answers)
    assert len(batch.posts) == FIRST_PAGES
    assert batch.extent is Extent.SINCE


def test_the_next_visits_ask_what_was_recorded_since_rounded_as_the_site_does() -> None:
    cursor = first(entry("7")).cursor
    records = entries(
        entry("6", "Another text altogether", kind="update", stamp=START + 20, time=START - 60),
        entry("8", stamp=START + 22),
        entry("8", "It was this", kind="update", stamp=START + 25, time=START + 22),
        entry("5", kind="delete", stamp=START + 26, time=START - 90),
    )
    batch, asked = converse(ADAPTER, Visit(PAGE, cursor=cursor, now=at(37)), records)
    assert [request.url for request in asked] == [f"{API}entries/{START}/{START + 30}/"]
    assert keys(batch) == ["5", "8", "6"]
    assert (batch.extent, batch.title) == (Extent.DELTA, "River & rain")
    gone, new, edited = batch.posts
    assert gone.withdrawn
    assert (plain(new.body), new.published, new.updated) == ("It was this", at(22), at(25))
    assert (edited.published, edited.updated) == (at(-60), at(20))
    _, asked = converse(ADAPTER, Visit(PAGE, cursor=batch.cursor, now=at(47)), entries())
    assert asked[0].url == f"{API}entries/{START + 20}/{START + 40}/"


def test_no_call_is_for_a_time_to_come() -> None:
    cursor = first(entry("7")).cursor
    _, asked = converse(ADAPTER, Visit(PAGE, cursor=cursor, now=at(4)), '{"entries": [], "latest_timestamp": null}')
    assert asked[0].url == f"{API}entries/{START}/{START}/"


def test_the_page_is_read_again_now_and_then_since_it_says_whether_the_blog_is_closed() -> None:
    cursor = first(entry("7")).cursor
    visit = Visit(PAGE, cursor=cursor, now=at(700))
    batch, asked = converse(ADAPTER, visit, html(state="archive"), entries())
    assert [request.conditional for request in asked] == [False, False]
    assert batch.coverage is not None
    assert batch.coverage.live is False
    assert asked[1].url == f"{API}entries/{START}/{START + 700}/"


def test_a_blog_without_entries_is_remembered_as_nothing() -> None:
    visit = Visit(PAGE, now=at(0))
    batch, asked = converse(ADAPTER, visit, html(latest_entry_timestamp=False, latest_entry_id=0), entries())
    assert (batch.posts, batch.cursor) == ((), {})
    assert asked[1].url.endswith("get-entries/1/0-0")


@pytest.mark.parametrize("endpoint", ["https://elsewhere.test/wp-json/liveblog/v1/41/", "https://news.test/admin/", ""])
def test_entries_are_asked_for_at_the_visited_host_alone(endpoint: str) -> None:
    flow = ADAPTER.poll(Visit(PAGE, now=at(0)))
    next(flow)
    with pytest.raises(ParseError):
        flow.send(answer(html(endpoint_url=endpoint), PAGE))


def test_what_came_instead_is_said() -> None:
    for body, says in (
        ("<html><title>Hello</title>", "holds no live blog"),
        ('{"code": "rest_no_route", "message": "No route"}', "It says: “No route”"),
        ("plain", "plain text"),
    ):
        with pytest.raises(NotAFeedError, match=says):
            poll(ADAPTER, answer(body))


# ------------------------------------------------------------------ a short life


def test_a_new_entry_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()
    batch = first(entry("7"), entry("6", stamp=START - 60), entry("5", stamp=START - 90))
    assert ledger.told(ledger.poll(batch.posts, 0, extent=batch.extent)) == ["added 5", "added 6", "added 7"]
    records = entries(
        entry("6", "Another text altogether", kind="update", stamp=START + 20, time=START - 60),
        entry("8", stamp=START + 22),
        entry("5", kind="delete", stamp=START + 26, time=START - 90),
    )
    cursor = batch.cursor
    for told in (["added 8", "edited 6", "withdrawn 5"], []):
        batch, _ = converse(ADAPTER, Visit(PAGE, cursor=cursor, now=at(40)), records)
        assert ledger.told(ledger.poll(batch.posts, 1, extent=batch.extent)) == told


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=150)
@given(mangled(ENTRIES))
def test_values_of_any_type_anywhere_are_read_or_refused(body: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(body)))


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("https://["))


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(["endpoint_url", "latest_entry_id", "latest_entry_timestamp", "refresh_interval", "state"]),
        LEAVES,
    )
)
def test_settings_of_any_kind_are_borne(changes: dict[str, object]) -> None:
    flow = ADAPTER.poll(Visit(PAGE, now=at(0)))
    next(flow)
    with contextlib.suppress(ParseError):
        request = flow.send(answer(html(**changes), PAGE))
        assert request.url.startswith(API)


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(["endpoint", "latest", "refresh", "read", "title", "state"]), LEAVES)
def test_a_cursor_of_any_kind_is_borne(name: str, value: object) -> None:
    cursor = {**first(entry("7")).cursor, name: value}
    flow = ADAPTER.poll(Visit(PAGE, cursor=cursor, now=at(40)))
    request = next(flow)
    assert request.url == PAGE or request.url.startswith(f"{API}entries/")
    assert not request.conditional


# ------------------------------------------------------------------ other people's blogs


def test_real_answers_are_what_they_are_said_to_be(shared: Path) -> None:
    folder = shared / "samples/automattic-liveblog"
    batch = poll(ADAPTER, answer((folder / "get-entries-page1.json").read_bytes()))
    assert keys(batch) == ["2977", "2976", "2975", "2974", "2973"]
    assert {post.published for post in batch.posts} == {datetime(2017, 11, 28, 12, 43, 31, tzinfo=UTC)}
    assert {plain(post.body) for post in batch.posts} == {"This is some test content"}
    assert batch.posts[0].authors == ("bb_admin",)
    body = (folder / "get-key-events.json").read_bytes()
    (event,) = poll(ADAPTER, answer(body)).posts
    assert (event.key, event.key_event, plain(event.body)) == ("3251", True, "This is a test Key Event")
    assert links(event.body) == ()
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["wpliveblog"]
