"""What the adapter for Reddit live threads makes of threads and lists."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.reddit import Reddit
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Pages, Response, Visit
from feeds.model import Batch, Extent, Kind, Post
from tests.adapters import conformance
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Reddit()
THREAD = "https://www.reddit.com/live/abc123def456"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ABOUT = {
    "kind": "LiveUpdateEvent",
    "data": {
        "title": "River &amp; rain",
        "description_html": '<div class="md"><p>What the valley says</p></div>',
        "state": "live",
        "created_utc": 1772352600.0,
    },
}
ASKED = {"title": "River", "state": "live", "asked": NOON.isoformat(), "description": "", "started": None}
UPDATES = json.loads((PAGES / "reddit/updates.json").read_text())


def listing(*keys: str, after: str | None = None, **more: object) -> str:
    updates = [
        {
            "id": key,
            "body_html": f"<p>What was said of {key} at length</p>",
            "created_utc": 1772356000 + ord(key),
            **more,
        }
        for key in keys
    ]
    children = [{"kind": "LiveUpdate", "data": update} for update in updates]
    return json.dumps({"kind": "Listing", "data": {"after": after, "children": children}})


def keys(batch: Batch) -> str:
    return "".join(post.key for post in batch.posts)


# ------------------------------------------------------------------ whose it is


def test_it_is_an_adapter() -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (THREAD, Confidence.MINE),
        (f"{THREAD}/", Confidence.MINE),
        (f"{THREAD}.json?limit=100", Confidence.MINE),
        (f"{THREAD}/about.json", Confidence.MINE),
        ("http://old.reddit.com/live/abc123def456/updates", Confidence.MINE),
        ("https://www.reddit.com/live/", Confidence.NO),
        ("https://www.reddit.com/live/happening_now", Confidence.NO),
        ("https://www.reddit.com/r/live/abc123def456", Confidence.NO),
        ("https://notreddit.com/live/abc123def456", Confidence.NO),
        ("https://reddit.com.test/live/abc123def456", Confidence.NO),
        ("ftp://reddit.com/live/abc123def456", Confidence.NO),
        ("https://[/live/abc123def456", Confidence.NO),
    ],
)
def test_the_addresses_of_threads_are_its_own(url: str, confidence: Confidence) -> None:
    assert ADAPTER.claim(url) is confidence


def test_a_list_is_known_by_its_updates_and_an_empty_one_is_anybodys() -> None:
    assert ADAPTER.sniff(page("reddit/updates.json")) is Confidence.MINE
    assert ADAPTER.sniff(answer(listing())) is Confidence.NO
    assert ADAPTER.sniff(answer(listing("a").replace("Listing", "Thing"))) is Confidence.NO


# ------------------------------------------------------------------ updates


def test_updates_are_read_newest_first_with_all_they_say() -> None:
    batch = poll(ADAPTER, page("reddit/updates.json"))
    shut, missing, pictures, bare = batch.posts
    assert batch.kind is Kind.LIVEBLOG
    assert batch.extent is Extent.SINCE
    assert (shut.key, shut.title, shut.authors) == ("9a11-e", "", ("ferrywatch",))
    assert shut.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert plain(shut.body) == "Bridge shut, says the council"
    assert (missing.withdrawn, plain(missing.body)) == (True, "Two are missing")
    assert pictures.authors == ()
    assert pictures.body[1:] == (Media("embed", "https://films.test/river"),)
    assert (bare.key, bare.published, bare.authors, bare.withdrawn) == ("9a11-b", None, (), False)
    assert plain(bare.body) == "Only *markdown* here"
    assert_clean(batch)


def test_html_that_is_escaped_once_more_is_decoded_once_more() -> None:
    batch = poll(ADAPTER, page("reddit/escaped.json"))
    assert plain(batch.posts[0].body) == "Bridge shut & locked"
    assert batch.extent is Extent.WHOLE


def test_an_update_listed_twice_is_one() -> None:
    assert keys(poll(ADAPTER, answer(listing("b", "b", "a")))) == "ba"


# ------------------------------------------------------------------ the conversation


def test_a_first_visit_asks_what_the_thread_is_and_for_its_updates() -> None:
    batch, asked = converse(ADAPTER, Visit(f"{THREAD}/", now=NOON), json.dumps(ABOUT), listing("b", "a", after="x"))
    assert [request.url for request in asked] == [
        f"{THREAD}/about.json?raw_json=1",
        f"{THREAD}.json?limit=100&raw_json=1",
    ]
    assert not any(request.conditional for request in asked)
    assert (batch.title, batch.description, batch.link) == ("River & rain", "What the valley says", THREAD)
    assert batch.coverage is not None
    assert batch.coverage.live is True
    assert batch.coverage.started == datetime(2026, 3, 1, 8, 10, tzinfo=UTC)
    assert batch.posts[0].url == f"{THREAD}/updates/b"


def test_the_next_visit_asks_for_updates_alone_and_remembers_the_rest() -> None:
    first, _ = converse(ADAPTER, Visit(THREAD, now=NOON), json.dumps(ABOUT), listing("b", "a"))
    later = Visit(THREAD, cursor=first.cursor, now=NOON.replace(minute=1))
    batch, asked = converse(ADAPTER, later, listing("c", "b", "a"))
    assert [request.conditional for request in asked] == [True]
    assert (batch.title, batch.coverage) == (first.title, first.coverage)
    assert keys(batch) == "cba"


def test_a_thread_is_asked_again_whether_it_is_over() -> None:
    over = json.dumps(ABOUT).replace('"live"', '"complete"')
    visit = Visit(THREAD, cursor={"about": ASKED}, now=NOON.replace(minute=6))
    batch, _ = converse(ADAPTER, visit, over, listing("a"))
    assert batch.coverage is not None
    assert batch.coverage.live is False


def test_a_thread_that_does_not_say_what_it_is_is_read_all_the_same() -> None:
    batch, _ = converse(ADAPTER, Visit(THREAD), "<html><title>Busy</title>", listing("a"))
    assert keys(batch) == "a"
    (problem,) = batch.problems
    assert "could not be read" in problem
    assert batch.coverage is not None
    assert batch.coverage.live is None


@pytest.mark.parametrize(
    "cursor",
    [
        {"about": 3, "listed": {}},
        {"about": {"asked": "never"}, "listed": [1, None]},
        {"about": {"asked": "2999-01-01", "title": [], "state": {}, "started": "x"}, "listed": "a"},
    ],
)
def test_a_cursor_with_anything_wrong_in_it_costs_a_request_at_most(cursor: dict[str, object]) -> None:
    batch, _ = converse(ADAPTER, Visit(THREAD, cursor=cursor, now=NOON), json.dumps(ABOUT), listing("b", after="x"))
    assert keys(batch) == "b"


def test_what_came_instead_is_said() -> None:
    with pytest.raises(NotAFeedError, match="It says: “Too Many Requests”"):
        poll(ADAPTER, answer('{"message": "Too Many Requests", "error": 429}'))
    with pytest.raises(NotAFeedError, match="title “Blocked”"):
        poll(ADAPTER, answer("<!doctype html><html><title>Blocked</title>"))
    with pytest.raises(ParseError, match="cut off"):
        poll(ADAPTER, answer(listing("a")[:-20]))


# ------------------------------------------------------------------ a short life


def read(body: str) -> tuple[tuple[Post, ...], Extent]:
    batch = poll(ADAPTER, answer(body))
    return batch.posts, batch.extent


def test_a_new_update_a_struck_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()
    bodies = json.loads(listing("d", "c", "b", "a", after="x"))
    posts, extent = read(json.dumps(bodies))
    ledger.poll(posts, 0, extent=extent)
    children = bodies["data"]["children"]
    children[0]["data"]["stricken"] = True  # d
    del children[2]  # b
    children.insert(0, json.loads(listing("e"))["data"]["children"][0])
    posts, extent = read(json.dumps(bodies))
    assert ledger.told(ledger.poll(posts, 1, extent=extent)) == ["added e", "withdrawn d"]
    assert ledger.told(ledger.poll(posts, 2, extent=extent)) == ["withdrawn b"]
    assert ledger.told(ledger.poll(posts, 3, extent=extent)) == []


def test_an_update_that_is_born_struck_is_shown_so() -> None:
    ledger = Ledger()
    for minutes in (0, 1):
        posts, extent = read(listing("b", stricken=True))
        ledger.poll(posts, minutes, extent=extent)
    assert ledger.of("b").withdrawn_at is not None
    assert len(ledger.entries) == 1


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=120)
@given(mangled(UPDATES), mangled(ABOUT))
def test_values_of_any_type_anywhere_are_read_or_refused(updates: str, about: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(updates)))
    with contextlib.suppress(ParseError):
        assert_clean(converse(ADAPTER, Visit(THREAD), about, updates)[0])


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(["about", "listed"]), st.one_of(st.none(), st.integers(), st.text())))
def test_a_cursor_of_any_kind_is_borne(cursor: dict[str, object]) -> None:
    batch, _ = converse(ADAPTER, Visit(THREAD, cursor=cursor), json.dumps(ABOUT), listing("a"))
    assert keys(batch) == "a"


# ------------------------------------------------------------------ other people's threads


def sample(shared: Path, name: str) -> Batch:
    return poll(ADAPTER, answer((shared / "samples/reddit-live" / name).read_bytes(), f"{'https://x.test/'}{name}"))


def test_four_polls_of_one_thread_bring_one_arrival(shared: Path) -> None:
    ledger = Ledger()
    told = []
    for minutes, number in enumerate(("1", "2-before-cursor", "3", "6")):
        batch = sample(shared, f"ta535s1hq2je-2020-05-21-poll{number}.json")
        told.append(ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent)))
    assert [len(each) for each in told] == [100, 0, 0, 1]
    assert told[3] == ["added 1a007a36-9bbc-11ea-8729-0e04d4b4c4e7"]
    born = ledger.of("1a007a36-9bbc-11ea-8729-0e04d4b4c4e7")
    assert born.withdrawn_at is not None
    assert plain(born.post.body) == "17,126,296"


def test_pages_of_a_thread_are_what_they_are_said_to_be(shared: Path) -> None:
    one, two, three = (sample(shared, f"ukaeu1ik4sw5-2016-12-19-page{number}.json") for number in (1, 2, 3))
    assert [len(batch.posts) for batch in (one, two, three)] == [100, 100, 0]
    assert one.posts[0].published == datetime(2016, 10, 21, 21, 6, 17, tzinfo=UTC)
    assert [str(batch.posts[-1].published)[:10] for batch in (one, two)] == ["2015-07-21", "2015-03-13"]
    assert [batch.extent for batch in (one, two, three)] == [Extent.SINCE, Extent.SINCE, Extent.WHOLE]
    assert all(post.body and post.key for post in (*one.posts, *two.posts))
    assert "browser's address bar" in plain(one.posts[0].body)


def test_the_thread_describes_itself(shared: Path) -> None:
    about = (shared / "samples/reddit-live/ukaeu1ik4sw5-2016-12-19-about.json").read_bytes()
    batch, _ = converse(ADAPTER, Visit("https://www.reddit.com/live/ukaeu1ik4sw5"), about, listing("a"))
    assert batch.title == "reddit updates"
    assert batch.description.startswith("A reddit-official thread")
    assert batch.coverage is not None
    assert batch.coverage.live is True


def test_nobody_else_reads_it(shared: Path) -> None:
    body = (shared / "samples/reddit-live/ta535s1hq2je-2020-05-21-poll1.json").read_bytes()
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["reddit"]


# ------------------------------------------------------------------ older updates


def back(older: dict[str, object], *answers: str | Response) -> tuple[Batch, list[str]]:
    batch, asked = converse(ADAPTER, Visit(THREAD, older=older, now=NOON), *answers)
    assert not any(request.conditional or request.optional for request in asked)
    assert_clean(batch)
    return batch, [request.url for request in asked]


def test_a_thread_is_read_backwards_to_its_end() -> None:
    first, _ = converse(
        ADAPTER, Visit(THREAD, cursor={"about": ASKED}, now=NOON), listing("f", "e", after="LiveUpdate_e")
    )
    assert first.older == {"after": ["LiveUpdate_e", "LiveUpdate_f"]}
    middle, asked = back(first.older, listing("d", "c", after="LiveUpdate_c"))
    assert asked == [f"{THREAD}.json?limit=100&raw_json=1&after=LiveUpdate_e"]
    assert (keys(middle), middle.older) == ("dc", {"after": ["LiveUpdate_c", "LiveUpdate_d"]})
    last, asked = back(middle.older, listing("b", "a"))
    assert asked == [f"{THREAD}.json?limit=100&raw_json=1&after=LiveUpdate_c"]
    assert (keys(last), last.older) == ("ba", {})


def test_an_older_update_is_the_one_that_a_poll_would_have_shown() -> None:
    older, _ = back({"after": ["LiveUpdate_z"]}, json.dumps(UPDATES))
    assert older.posts == converse(ADAPTER, Visit(THREAD), json.dumps(ABOUT), json.dumps(UPDATES))[0].posts


def test_where_the_named_update_was_deleted_the_one_above_it_leads_on() -> None:
    older: dict[str, object] = {"after": ["LiveUpdate_c", "LiveUpdate_d"]}
    batch, asked = back(older, listing(), listing("b", "a", after="LiveUpdate_a"))
    assert [address.rpartition("=")[2] for address in asked] == ["LiveUpdate_c", "LiveUpdate_d"]
    assert (keys(batch), batch.older) == ("ba", {"after": ["LiveUpdate_a", "LiveUpdate_b"]})
    batch, _ = back(older, listing(), listing("c"))
    assert (keys(batch), batch.older) == ("c", {})


def test_an_empty_page_is_the_end() -> None:
    for answers in ([listing()], [listing(after="LiveUpdate_b")]):
        batch, _ = back({"after": ["LiveUpdate_a"]}, *answers)
        assert (batch.posts, batch.older) == ((), {})


def test_a_list_that_leads_to_itself_is_the_last() -> None:
    batch, _ = back({"after": ["LiveUpdate_c", "LiveUpdate_d"]}, listing("b", after="LiveUpdate_c"))
    assert (keys(batch), batch.older) == ("b", {})
    batch, _ = back({"after": ["LiveUpdate_c", "LiveUpdate_d"]}, listing("b", after="LiveUpdate_d"))
    assert batch.older == {}


def test_a_list_of_no_thread_of_reddits_leads_nowhere() -> None:
    assert poll(ADAPTER, answer(listing("b", "a", after="LiveUpdate_a"))).older == {}


@pytest.mark.parametrize("body", ["{}", "[]", "", "<html><title>Blocked</title>", '{"message": "Too Many Requests"}'])
def test_an_older_page_that_is_none_is_refused(body: str) -> None:
    with pytest.raises(ParseError):
        back({"after": ["LiveUpdate_c"]}, body)


def test_a_place_in_other_hands_leads_to_reddit_or_nowhere() -> None:
    conformance.check_hostile_older(ADAPTER, answer(listing("b", "a"), THREAD), {"after": ["LiveUpdate_c", "d"]})
    for odd in conformance.ELSEWHERE:
        conformance.check_older(ADAPTER, answer(listing("b"), THREAD), {"after": [odd, odd]})


# ------------------------------------------------------------------ what may fail


@pytest.mark.parametrize("answered", [failing(403), "{}", "<html><title>Blocked</title>", ""])
def test_a_thread_that_cannot_be_asked_what_it_is_is_read_all_the_same(answered: str | Response) -> None:
    batch, asked = converse(ADAPTER, Visit(THREAD, now=NOON), answered, listing("a"))
    assert [request.optional for request in asked] == [True, False]
    assert keys(batch) == "a"
    (problem,) = batch.problems
    assert problem.startswith("What the thread says of itself could not be read. ")
    assert "about" not in batch.cursor


def test_what_a_thread_said_of_itself_holds_while_it_cannot_be_asked_again() -> None:
    visit = Visit(THREAD, cursor={"about": ASKED}, now=NOON.replace(minute=6))
    batch, _ = converse(ADAPTER, visit, failing(), listing("a"))
    assert batch.title == "River"
    later = Visit(THREAD, cursor=batch.cursor, now=NOON.replace(minute=7))
    _, asked = converse(ADAPTER, later, listing("a"))
    assert [request.conditional for request in asked] == [True]


def test_pages_of_another_thread_are_read_backwards_to_its_end(shared: Path) -> None:
    one, two, three = (
        (shared / f"samples/reddit-live/ukaeu1ik4sw5-2016-12-19-page{number}.json").read_text() for number in (1, 2, 3)
    )
    url = "https://www.reddit.com/live/ukaeu1ik4sw5"
    batch, _ = converse(ADAPTER, Visit(url, cursor={"about": ASKED}, now=NOON), one)
    sizes = []
    for body in (two, three):
        last = batch.posts[-1].key
        answers = (body,) if body == two else (body, body)
        batch, asked = converse(ADAPTER, Visit(url, older=batch.older), *answers)
        assert asked[0].url.endswith(f"&after=LiveUpdate_{last}")
        sizes.append(len(batch.posts))
    assert sizes == [100, 0]
    assert batch.older == {}
