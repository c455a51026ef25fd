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
from feeds.adapters.wpliveblog import FIRST_PAGES, OLDER_PAGES, WpLiveblog
from feeds.document import links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Request, Visit
from feeds.model import Batch, Extent
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing, page, poll
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


def test_a_page_of_entries_that_cannot_be_read_costs_no_more_than_itself() -> None:
    batch, asked = converse(
        ADAPTER, Visit(PAGE, now=at(0)), html(), entries(entry("7"), entry("6"), pages=3), failing()
    )
    assert [request.optional for request in asked] == [False, False, True]
    assert (keys(batch), batch.extent, batch.older) == (["7", "6"], Extent.SINCE, {"entry": f"6-{START}"})
    assert batch.problems == ("Not all entries could be read. The server did not answer.",)


def test_the_page_is_not_needed_to_read_what_was_recorded_since() -> None:
    cursor = first(entry("7")).cursor
    batch, asked = converse(
        ADAPTER, Visit(PAGE, cursor=cursor, now=at(700)), failing(), entries(entry("8", stamp=START + 9))
    )
    assert [request.optional for request in asked] == [True, False]
    assert (keys(batch), batch.title) == (["8"], "River & rain")
    assert batch.problems == (
        "The page of the live blog could not be read: it may be closed. The server did not answer.",
    )
    _, asked = converse(ADAPTER, Visit(PAGE, cursor=batch.cursor, now=at(720)), entries())
    assert asked[0].url.startswith(API)


# ------------------------------------------------------------------ older entries


class Site:
    """A blog of entries, the newest first, five on a page; answers as the plugin does."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.asked: list[str] = []
        self.down = ""

    def answer(self, request: Request) -> str:
        self.asked.append(request.url.removeprefix(API))
        call = self.asked[-1].split("/")
        if call[0] == "get-entries":
            start = int(call[2].partition("-")[0])
            listed = self.numbers[self.numbers.index(start) if start in self.numbers else 0 :]
            number = int(call[1])
            return entries(*map(self.entry, listed[5 * number - 5 : 5 * number]), pages=-(-len(listed) // 5))
        if call[0] == "lazyload":
            return json.dumps(
                {"entries": [self.entry(each) for each in self.numbers if START + each < int(call[1])][:5]}
            )
        newest = self.numbers[0]
        return html(latest_entry_id=newest, latest_entry_timestamp=START + newest)

    def entry(self, number: int) -> dict[str, object]:
        return entry(str(number), stamp=START + number)

    def visit(self, older: dict[str, object], cursor: dict[str, object] | None = None, url: str = PAGE) -> Batch:
        self.asked.clear()
        visit = Visit(url, older=older, cursor=cursor or {}, now=at(100))
        flow = ADAPTER.older(visit) if older else ADAPTER.poll(visit)
        request = next(flow)
        try:
            while True:
                body = self.answer(request)
                if self.down and self.down in self.asked[-1]:
                    assert request.optional
                    request = flow.send(failing())
                else:
                    request = flow.send(answer(body, request.url))
        except StopIteration as done:
            batch: Batch = done.value
            assert_clean(batch)
            assert json.loads(json.dumps(batch.older)) == batch.older
            return batch


def test_a_blog_is_read_backwards_to_its_end() -> None:
    site = Site(*range(5 * FIRST_PAGES + 10 * OLDER_PAGES + 3, 0, -1))
    batch = site.visit({})
    cursor, found = batch.cursor, keys(batch)
    assert batch.older == {"entry": f"{site.numbers[49]}-{START + site.numbers[49]}"}
    while batch.older:
        batch = site.visit(batch.older, cursor)
        assert site.asked[0].startswith("get-entries/1/")
        assert len(site.asked) <= OLDER_PAGES
        found += keys(batch)
    assert found == [str(number) for number in site.numbers]


def test_an_older_entry_is_the_one_that_a_poll_would_have_shown() -> None:
    site = Site(3, 2, 1)
    polled = site.visit({})
    assert site.visit({"entry": f"3-{START + 3}"}, polled.cursor).posts == polled.posts[1:]


def test_without_what_is_remembered_the_page_says_where_the_entries_are() -> None:
    site = Site(3, 2, 1)
    older: dict[str, object] = {"entry": f"3-{START + 3}"}
    cursor = site.visit({}).cursor
    foreign = {**cursor, "endpoint": API.replace("news.test", "elsewhere.test")}
    for remembered in ({}, foreign, {**cursor, "endpoint": "https://news.test/admin/"}):
        assert keys(site.visit(older, remembered)) == ["2", "1"]
        assert site.asked == [PAGE, f"get-entries/1/3-{START + 3}"]


def test_entries_that_come_and_go_meanwhile_do_not_move_what_is_older() -> None:
    site = Site(9, 8, 7, 6, 5, 4)
    cursor = site.visit({}).cursor
    older: dict[str, object] = {"entry": f"7-{START + 7}"}
    site.numbers = [12, 11, 10, 9, 8, 7, 5, 4]
    assert keys(site.visit(older, cursor)) == ["5", "4"]
    site.numbers = [12, 11, 10, 9, 8, 5, 4]
    batch = site.visit(older, cursor)
    assert site.asked[-1] == f"lazyload/{START + 7}/0/"
    assert (keys(batch), batch.older) == (["5", "4"], {"entry": f"4-{START + 4}"})
    assert (keys(site.visit(batch.older, cursor)), batch.posts[0].published) == ([], at(5))


def test_a_page_of_older_entries_that_cannot_be_read_is_asked_for_again() -> None:
    site = Site(*range(30, 0, -1))
    cursor = site.visit({}).cursor
    site.down = "get-entries/2"
    batch = site.visit({"entry": f"20-{START + 20}"}, cursor)
    assert (keys(batch), batch.older) == (["19", "18", "17", "16"], {"entry": f"16-{START + 16}"})
    assert batch.problems == (
        "Some older entries could not be read; they are asked for again. The server did not answer.",
    )


def test_where_no_older_entry_could_be_read_that_is_said() -> None:
    cursor = first(entry("7")).cursor
    visit = Visit(PAGE, older={"entry": f"7-{START}"}, cursor=cursor, now=at(9))
    with pytest.raises(ParseError, match=r"^The older entries could not be read. The server did not answer\.$"):
        converse(ADAPTER, visit, entries(entry("7"), pages=3), failing())


def test_the_newest_entries_are_never_taken_for_older_ones() -> None:
    cursor = Site(9, 8, 7).visit({}).cursor
    newest = entries(entry("9", stamp=START + 9))
    with pytest.raises(ParseError, match="another page"):
        converse(ADAPTER, Visit(PAGE, older={"entry": f"5-{START + 5}"}, cursor=cursor, now=at(9)), newest, newest)


@pytest.mark.parametrize(
    "answered", ["<html><title>Hello</title>", '{"code": "rest_no_route"}', "{}", "", "plain", "[1]"]
)
def test_an_older_page_that_is_none_is_refused(answered: str) -> None:
    for cursor in (first(entry("7")).cursor, {}):
        with pytest.raises(ParseError):
            converse(ADAPTER, Visit(PAGE, older={"entry": f"5-{START}"}, cursor=cursor, now=at(9)), answered)


@pytest.mark.parametrize("name", ["../../x-1", "5", "5-", "-5", "1/2-3", "1" * 30 + "-1", 5, None, ["5-5"], "５-5"])
def test_a_place_that_names_no_entry_asks_for_nothing(name: object) -> None:
    with pytest.raises(ParseError, match=r"not known any more\.$"):
        next(ADAPTER.older(Visit(PAGE, older={"entry": name}, now=at(9))))


# ------------------------------------------------------------------ the older generation

POST = "https://news.test/2013/river/"


def rendered(key: str, words: str = "", *, stamp: int = START, kind: str = "new", extra: str = "") -> dict[str, object]:
    """Record as versions before 1.7 give it: the markup that is put into the page."""
    said = words or f"What was said in entry {key}, at some length"
    markup = (
        f'<div id="liveblog-entry-{key}" class="liveblog liveblog-entry {extra}" data-timestamp="{stamp}">'
        '<header class="liveblog-meta"><span class="liveblog-author-avatar"><img src="https://pictures.test/a.png"></span>'
        '<span class="liveblog-author-name"><a href="https://news.test/aw">A. Writer</a></span>'
        f'<span class="liveblog-meta-time"><a href="#liveblog-entry-{key}"><span class="date">1 March</span></a></span>'
        f'</header><div class="liveblog-entry-text" data-original-content="{said}"><p>{said}</p></div></div>'
    )
    return {"id": key, "type": kind, "html": "" if kind == "delete" else markup}


def between(*found: dict[str, object], latest: int = START) -> str:
    return json.dumps({"entries": found, "latest_timestamp": latest if found else None})


def old_page(endpoint: str, **changes: object) -> str:
    page = html(endpoint_url=endpoint, **changes)
    return page.replace('"latest_entry_id": "7", ', "")


@pytest.mark.parametrize(
    "endpoint",
    [
        f"{POST}liveblog/",
        "https://news.test/?p=41&liveblog=",
        "https://www.news.test/?p=41&liveblog=",
        "https://news.test/wp-json/liveblog/v1/41/",
    ],
)
def test_a_blog_of_the_older_generation_is_read_from_its_first_second(endpoint: str) -> None:
    found = between(rendered("5", stamp=START - 60), rendered("6", extra="type-key"))
    batch, asked = converse(ADAPTER, Visit(POST, now=at(37)), old_page(endpoint), found)
    assert [request.url for request in asked] == [POST, f"{endpoint}1/{START + 30}/"]
    assert (keys(batch), batch.extent, batch.older) == (["6", "5"], Extent.WHOLE, {})
    newest, oldest = batch.posts
    assert (newest.published, newest.updated, newest.authors) == (at(0), None, ("A. Writer",))
    assert plain(newest.body) == "What was said in entry 6, at some length"
    assert (newest.url, newest.key_event, oldest.key_event) == (f"{POST}#liveblog-entry-6", True, False)
    records = between(
        rendered("5", "Another text", stamp=START + 40, kind="update"),
        rendered("7", stamp=START + 45),
        rendered("6", kind="delete"),
        latest=START + 45,
    )
    batch, asked = converse(ADAPTER, Visit(POST, cursor=batch.cursor, now=at(50)), records)
    assert [request.url for request in asked] == [f"{endpoint}{START}/{START + 50}/"]
    assert (keys(batch), batch.extent) == (["6", "7", "5"], Extent.DELTA)
    gone, new, edited = batch.posts
    assert gone.withdrawn
    assert (plain(edited.body), edited.published, edited.updated) == ("Another text", at(-60), at(40))
    assert new.published == at(45)
    _, asked = converse(ADAPTER, Visit(POST, cursor=batch.cursor, now=at(65)), between())
    assert asked[0].url == f"{endpoint}{START + 40}/{START + 60}/"


def test_a_blog_of_the_older_generation_lives_as_any_other() -> None:
    ledger = Ledger()
    page = old_page(f"{POST}liveblog/")
    batch, _ = converse(ADAPTER, Visit(POST, now=at(0)), page, between(rendered("5"), rendered("6"), rendered("7")))
    assert ledger.told(ledger.poll(batch.posts, 0, extent=batch.extent)) == ["added 5", "added 6", "added 7"]
    records = between(rendered("6", "Something else altogether", kind="update"), rendered("8"), {"id": "5", "html": ""})
    cursor = batch.cursor
    for told in (["added 8", "edited 6", "withdrawn 5"], []):
        batch, _ = converse(ADAPTER, Visit(POST, cursor=cursor, now=at(40)), records)
        assert ledger.told(ledger.poll(batch.posts, 1, extent=batch.extent)) == told


def test_entries_of_the_older_generation_are_recognised() -> None:
    assert ADAPTER.sniff(page("wpliveblog/rendered.json")) is Confidence.MINE
    assert ADAPTER.sniff(answer('{"entries": [{"id": 1, "html": "<p>liveblog-entry</p>"}]}')) is Confidence.NO
    batch = poll(ADAPTER, page("wpliveblog/rendered.json", f"{POST}liveblog/1/2/"))
    assert keys(batch) == ["311", "312", "313"]
    assert [post.withdrawn for post in batch.posts] == [False, False, True]
    assert [plain(post.body) for post in batch.posts][:2] == ["Bridge shut.", "River high"]


def test_a_site_with_the_rest_api_but_without_permalinks_is_asked_in_the_query() -> None:
    endpoint = "https://news.test/?rest_route=/liveblog/v1/41/"
    batch, asked = converse(ADAPTER, Visit(PAGE, now=at(0)), html(endpoint_url=endpoint), entries(entry("7")))
    assert (asked[1].url, keys(batch)) == (f"{endpoint}get-entries/1/7-{START}", ["7"])


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://elsewhere.test/2013/river/liveblog/",
        f"{POST}admin/",
        f"{POST}liveblog/?x=",
        f"{POST}liveblog/#x",
        "https://news.test/?liveblog=../",
        "https://news.test/liveblog",
        "",
    ],
)
def test_records_of_the_older_generation_are_asked_for_at_the_visited_host_alone(endpoint: str) -> None:
    flow = ADAPTER.poll(Visit(POST, now=at(0)))
    next(flow)
    with pytest.raises(ParseError):
        flow.send(answer(old_page(endpoint), POST))


def test_a_blog_of_the_older_generation_has_no_older_entries() -> None:
    flow = ADAPTER.older(Visit(POST, older={"entry": "5-5"}, now=at(0)))
    next(flow)
    with pytest.raises(ParseError, match="not known any more"):
        flow.send(answer(old_page(f"{POST}liveblog/"), POST))


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
@given(st.sampled_from(["endpoint", "latest", "refresh", "read", "title", "state", "old", "times"]), LEAVES)
def test_a_cursor_of_any_kind_is_borne(name: str, value: object) -> None:
    cursor = {**first(entry("7")).cursor, name: value}
    flow = ADAPTER.poll(Visit(PAGE, cursor=cursor, now=at(40)))
    request = next(flow)
    assert request.url == PAGE or request.url.startswith((f"{API}entries/", f"{API}{START}/"))
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
