"""What the adapter for Mastodon makes of accounts, tags and lists of statuses."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters.mastodon import Mastodon
from feeds.document import Media, links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Flow, Pages, Response, Visit
from feeds.model import Batch, Extent, Kind
from tests.adapters import conformance
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Mastodon()
PROFILE = "https://social.test/@valley"
CALL = "https://social.test/api/v1/accounts/7/statuses?exclude_replies=true&limit=40"
HTML = "<!doctype html><html><body><div id='mastodon'></div><script id='initial-state'>{}</script></body></html>"
ACCOUNT = {"id": "7", "acct": "valley", "display_name": "Valley Watch", "note": "<p>River &amp; rain</p>"}
STATUSES = json.loads((PAGES / "mastodon/statuses.json").read_text())


def statuses(*keys: int, **words: str) -> str:
    found = [
        {
            "id": str(key),
            "created_at": f"2026-03-01T09:{key:02}:00.000Z",
            "content": f"<p>{words.get(f's{key}', f'What was said in status {key}, at some length')}</p>",
            "account": {"acct": "valley"},
        }
        for key in keys
    ]
    return json.dumps(found)


def answered(flow: Flow[Batch]) -> Batch:
    """What comes of a visit to a host that answers every call as it should."""
    request = next(flow)
    while True:
        assert request.url.startswith("https://social.test/")
        body = HTML if request.url == PROFILE else json.dumps(ACCOUNT) if "lookup" in request.url else statuses(1)
        try:
            request = flow.send(answer(body, request.url))
        except StopIteration as done:
            batch: Batch = done.value
            return batch


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (PROFILE, Confidence.MAYBE),
        ("https://social.test/@hills@hills.test", Confidence.MAYBE),
        ("https://social.test/tags/river", Confidence.MAYBE),
        ("https://social.test/api/v1/accounts/7/statuses?limit=3", Confidence.LIKELY),
        ("https://social.test/api/v1/timelines/tag/river", Confidence.LIKELY),
        ("https://social.test/@valley.rss", Confidence.NO),
        ("https://social.test/tags/river.rss", Confidence.NO),
        ("https://social.test/@valley/113", Confidence.NO),
        ("https://social.test/about", Confidence.NO),
        ("https://[/@valley", Confidence.NO),
    ],
)
def test_addresses_look_like_mastodons_at_most(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.claim(url) is confidence


def test_lists_and_pages_are_recognised() -> None:
    assert ADAPTER.sniff(page("mastodon/statuses.json")) is Confidence.MINE
    assert ADAPTER.sniff(answer(HTML, PROFILE)) is Confidence.LIKELY
    assert ADAPTER.sniff(answer(HTML, "https://social.test/about")) is Confidence.NO
    assert ADAPTER.sniff(answer("<html><body>@valley", PROFILE)) is Confidence.NO


# ------------------------------------------------------------------ statuses


def test_statuses_are_read_with_what_they_hold() -> None:
    batch = poll(ADAPTER, page("mastodon/statuses.json"))
    shut, passed_on, asked = batch.posts
    assert (batch.kind, batch.extent, batch.title) == (Kind.FEED, Extent.SINCE, "Valley Watch")
    assert (shut.key, shut.title, shut.authors, shut.language) == ("113", "", ("Valley Watch",), "en")
    assert shut.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert shut.updated == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert plain(shut.body[:1]) == "Bridge shut #river"
    assert shut.body[1:] == (
        Media("image", "https://files.test/b.jpg", "The bridge"),
        Media("embed", "https://far.test/x"),
    )
    assert shut.tags == ("river",)
    assert (passed_on.key, passed_on.title, passed_on.origin) == ("112", "Weather", "hills@hills.test")
    assert passed_on.url == "https://hills.test/@hills/99"
    assert passed_on.published == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert plain(passed_on.body) == "From the hills"
    assert (asked.key, asked.pinned) == ("111", True)
    assert plain(asked.body) == "Open it?\n\n- Yes\n- No"


def test_counts_change_nothing() -> None:
    later = (
        json.dumps(STATUSES)
        .replace('"favourites_count": 3', '"favourites_count": 99')
        .replace('_count": 4', '_count": 7')
    )
    assert poll(ADAPTER, answer(later)).posts == poll(ADAPTER, page("mastodon/statuses.json")).posts


def test_the_preview_of_a_link_which_a_host_makes_in_its_own_time_is_no_part_of_a_status() -> None:
    ledger = Ledger()
    preview = {"url": "https://news.test/bridge?from=social", "title": "Bridge shut"}
    status = {**STATUSES[0], "content": '<p>See <a href="https://news.test/bridge">the news</a></p>'}
    status["media_attachments"] = []
    told = []
    for minutes, card in enumerate((None, preview, {**preview, "title": "Bridge open"})):
        batch = poll(ADAPTER, answer(json.dumps([{**status, "card": card}])))
        assert links(batch.posts[0].body) == ("https://news.test/bridge",)
        told += ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))
    assert told == ["added 113"]


# ------------------------------------------------------------------ the conversation


def test_a_profile_leads_to_its_account_which_is_asked_alone_from_then_on() -> None:
    batch, asked = converse(ADAPTER, Visit(PROFILE), HTML, json.dumps(ACCOUNT), statuses(3, 2, 1))
    assert [request.url for request in asked] == [
        PROFILE,
        "https://social.test/api/v1/accounts/lookup?acct=valley",
        CALL,
    ]
    assert (batch.title, batch.description, batch.link) == ("Valley Watch", "River & rain", PROFILE)
    later, asked = converse(ADAPTER, Visit(PROFILE, cursor=batch.cursor), statuses(3, 2, 1))
    assert [(request.url, request.conditional) for request in asked] == [(CALL, True)]
    assert later == batch


def test_a_tag_leads_to_its_timeline() -> None:
    url = "https://social.test/tags/h%C3%B6he"
    batch, asked = converse(ADAPTER, Visit(url), HTML, statuses(1))
    assert asked[1].url == "https://social.test/api/v1/timelines/tag/h%C3%B6he?limit=40"
    assert batch.title == "#höhe"
    _, asked = converse(ADAPTER, Visit(url, cursor=batch.cursor), statuses(1))
    assert len(asked) == 1


def test_what_came_instead_is_said() -> None:
    for body, says in (
        ('{"error": "This method requires an authenticated user"}', "requires an authenticated user"),
        ('[{"id": 1}]', "not a list of statuses"),
        ("<html><title>Hello</title>", "title “Hello”"),
    ):
        with pytest.raises(NotAFeedError, match=says):
            poll(ADAPTER, answer(body))
    with pytest.raises(NotAFeedError, match="no account or tag"):
        poll(ADAPTER, answer("<html><title>Hello</title>", PROFILE))
    with pytest.raises(NotAFeedError, match="Record not found"):
        converse(ADAPTER, Visit(PROFILE), HTML, '{"error": "Record not found"}')


# ------------------------------------------------------------------ a short life


def test_a_new_status_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()

    def told(body: str, minutes: int) -> list[str]:
        batch = poll(ADAPTER, answer(body))
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    assert told(statuses(4, 3, 2, 1), 0) == ["added 1", "added 2", "added 3", "added 4"]
    later = statuses(5, 4, 3, 1, s3="Something else altogether")
    assert told(later, 1) == ["added 5", "edited 3"]
    assert told(later, 2) == ["withdrawn 2"]
    assert told(statuses(6, 5, 4, 3, s3="Something else altogether"), 3) == ["added 6"]


# ------------------------------------------------------------------ older statuses


KNOWN: dict[str, object] = {"id": "7", "name": "Valley Watch"}


def linked(body: str, link: str) -> Response:
    return Response("", headers=(("link", link),), body=body.encode())


def back(
    older: dict[str, object], *answers: str | Response, url: str = PROFILE, cursor: dict[str, object] = KNOWN
) -> tuple[Batch, list[str]]:
    batch, asked = converse(ADAPTER, Visit(url, cursor=cursor, older=older), *answers)
    assert not any(request.conditional or request.optional for request in asked)
    assert_clean(batch)
    return batch, [request.url for request in asked]


def test_an_account_is_read_backwards_to_its_end() -> None:
    first, _ = converse(ADAPTER, Visit(PROFILE, cursor=KNOWN), statuses(9, 8))
    assert first.older == {"max_id": "8"}
    middle, asked = back(first.older, statuses(7, 6))
    assert asked == [f"{CALL}&max_id=8"]
    assert (keys(middle), middle.older) == (["7", "6"], {"max_id": "6"})
    last, asked = back(middle.older, "[]")
    assert asked == [f"{CALL}&max_id=6"]
    assert (last.posts, last.older) == ((), {})


def test_an_older_status_is_the_one_that_a_poll_would_have_shown() -> None:
    older, _ = back({"max_id": "999"}, json.dumps(STATUSES))
    assert older.posts == converse(ADAPTER, Visit(PROFILE, cursor=KNOWN), json.dumps(STATUSES))[0].posts


@pytest.mark.parametrize(
    ("link", "older"),
    [
        ('<https://social.test/x?max_id=4>; rel="next", <https://social.test/x?since_id=7>; rel="prev"', "4"),
        ("<https://social.test/x?since_id=7>;rel=prev,<https://elsewhere.test/x?limit=2&max_id=4>;REL=Next", "4"),
        ('<https://social.test/x?since_id=7>; rel="prev"', ""),
        ('<https://social.test/x?since_id=7>; rel="next"', ""),
        ('<https://social.test/x?max_id=../4>; rel="next"', ""),
        ('<https://social.test/x?max_id=8>; rel="next"', ""),
        ('<https://social.test/x?max_id=4&max_id=2>; rel="next"', "4"),
        (f'<https://social.test/x?{"a=1&" * 150}max_id=4>; rel="next"', "4"),
        ('<https://files.test/>; rel="preconnect"', "6"),
        ("nonsense", "6"),
    ],
)
def test_the_link_header_knows_where_a_list_goes_on(link: str, older: str) -> None:
    batch, _ = back({"max_id": "8"}, linked(statuses(7, 6), link))
    assert batch.older == ({"max_id": older} if older else {})


def test_an_account_that_is_not_known_any_more_is_looked_up_again() -> None:
    _, asked = back({"max_id": "8"}, json.dumps(ACCOUNT), statuses(7), cursor={})
    assert asked == ["https://social.test/api/v1/accounts/lookup?acct=valley", f"{CALL}&max_id=8"]


def test_tags_and_calls_are_read_backwards_as_well() -> None:
    tag = "https://social.test/tags/h%C3%B6he"
    _, asked = back({"max_id": "8"}, statuses(7), url=tag, cursor={"tag": "höhe"})
    assert asked == ["https://social.test/api/v1/timelines/tag/h%C3%B6he?limit=40&max_id=8"]
    assert back({"max_id": "8"}, statuses(7), url=tag, cursor={})[1] == asked
    call = "https://social.test/api/v1/timelines/public?local=true&min_id=3&max_id=9&limit=20"
    first, _ = converse(ADAPTER, Visit(call), statuses(5, 4))
    assert first.older == {"max_id": "4"}
    batch, asked = back(first.older, statuses(3), url=call, cursor={})
    assert asked == ["https://social.test/api/v1/timelines/public?local=true&limit=20&max_id=4"]
    assert (keys(batch), batch.older) == (["3"], {"max_id": "3"})


def test_a_list_at_an_address_that_is_no_call_leads_nowhere() -> None:
    assert poll(ADAPTER, page("mastodon/statuses.json")).older == {}


def test_a_list_that_does_not_go_back_is_the_last() -> None:
    assert back({"max_id": "6"}, statuses(7, 6))[0].older == {}


@pytest.mark.parametrize("body", ["{}", "", "<html><title>Busy</title>", '{"error": "Rate limit"}', '[{"id": 1}]'])
def test_an_older_page_that_is_none_is_refused(body: str) -> None:
    with pytest.raises(ParseError):
        back({"max_id": "8"}, body)


def test_a_place_in_other_hands_leads_to_the_same_host_or_nowhere() -> None:
    conformance.check_hostile_older(ADAPTER, answer(statuses(3, 2), PROFILE), {"max_id": "8"})
    conformance.check_hostile_older(ADAPTER, answer(json.dumps(ACCOUNT), PROFILE), {"max_id": "8"})


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=150)
@given(mangled(STATUSES))
def test_values_of_any_type_anywhere_are_read_or_refused(body: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(body)))


LEAVES = st.one_of(st.none(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=3)), st.just("7"))


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(st.sampled_from(["id", "tag", "name", "note"]), LEAVES))
def test_a_cursor_of_any_kind_is_borne(cursor: dict[str, object]) -> None:
    batch = answered(ADAPTER.poll(Visit(PROFILE, cursor=cursor)))
    assert keys(batch) == ["1"]
