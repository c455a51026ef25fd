"""What the adapter for server-sent events makes of streams."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters.eventstream import TOLD_FOR, EventStream
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.eventstream import LOST, PLACE, STATE
from feeds.flow import Confidence, Request, Response, Visit
from feeds.model import Batch, Extent, Hints, Kind, Post
from tests.adapters.feedflow import PAGES, answer, assert_clean
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = EventStream()
URL = "https://valley.test/live/stream"
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def heard(body: bytes | str, state: str = "open", place: str = "", lost: int = 0) -> Response:
    """An answer as the fetcher gives it."""
    fields = (("content-type", "text/event-stream"), (STATE, state), (PLACE, place), (LOST, str(lost)))
    return Response(URL, headers=fields, body=body.encode() if isinstance(body, str) else body)


def asked(cursor: dict[str, object] | None = None) -> Request:
    return next(ADAPTER.poll(Visit(URL, cursor=cursor or {})))


def poll(response: Response | str, cursor: dict[str, object] | None = None, now: datetime | None = NOW) -> Batch:
    flow = ADAPTER.poll(Visit(URL, cursor=cursor or {}, now=now))
    assert next(flow).listen
    try:
        flow.send(heard(response) if isinstance(response, str) else response)
    except StopIteration as done:
        batch: Batch = done.value
        return batch
    raise AssertionError("one request is enough")


def page(name: str) -> Batch:
    return poll(answer((PAGES / "eventstream" / name).read_bytes(), URL))


def event(data: object, **fields: str) -> str:
    """One event."""
    lines = [f"{name}: {value}" for name, value in fields.items()]
    written = data if isinstance(data, str) else json.dumps(data)
    return "\n".join([*lines, *(f"data: {line}" for line in written.split("\n")), "", ""])


def only(data: object, **fields: str) -> Post:
    (post,) = poll(event(data, **fields)).posts
    return post


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


# ------------------------------------------------------------------ recognition


def test_a_stream_is_recognised_by_its_type_even_before_anything_came() -> None:
    for body in ("", "data: a\n\n", "<html>"):
        assert ADAPTER.sniff(answer(body, URL, "Text/Event-Stream; charset=utf-8")) is Confidence.MINE


def test_a_file_of_events_is_recognised_by_its_lines() -> None:
    assert ADAPTER.sniff(answer("id: 1\ndata: a\n\n", URL, "text/plain")) is Confidence.LIKELY
    assert ADAPTER.sniff(answer("Dear Sir,\ndata: a\n\n", URL)) is Confidence.NO
    assert ADAPTER.claim(URL) is Confidence.NO


@pytest.mark.parametrize("body", ["<!doctype html><title>Sign in</title>", "plain text", '{"a": 1}', ""])
def test_another_answer_is_refused(body: str) -> None:
    with pytest.raises(NotAFeedError):
        poll(answer(body, URL, "text/html"))


def test_a_stream_that_holds_something_else_is_refused_at_its_beginning_only() -> None:
    with pytest.raises(NotAFeedError, match="sends something else"):
        poll(heard("<html>\n<body>\n\n"))
    assert poll(heard("<html>\n\n"), {"place": "x.1"}).hints.listening


# ------------------------------------------------------------------ what is asked and remembered


def test_the_first_visit_listens_without_an_id() -> None:
    assert asked() == Request(
        URL, headers=(("accept", "text/event-stream"), ("cache-control", "no-store")), listen=True
    )


def test_the_next_visit_says_what_it_has() -> None:
    cursor = poll(heard(event("a", id="41é") + event("b"), place="x.1")).cursor
    assert dict(asked(cursor).headers)["last-event-id"] == "41é".encode().decode("latin-1")
    assert dict(asked(cursor).headers)[PLACE] == "x.1"
    cursor = poll(heard(""), cursor).cursor
    assert dict(asked(cursor).headers)["last-event-id"] == "41é".encode().decode("latin-1")
    cursor = poll(heard("id\n\n"), cursor).cursor
    assert "last-event-id" not in dict(asked(cursor).headers)


@pytest.mark.parametrize("name", ["a\x01b", "a\u202eb", "x" * 2_000])
def test_an_id_that_cannot_be_sent_is_none(name: str) -> None:
    batch = poll(event("a", id=name))
    assert keys(batch) == [""]
    assert "last-event-id" not in dict(asked(batch.cursor).headers)


@pytest.mark.parametrize(
    "cursor",
    [
        {"last": "a\r\nx: y", "place": 4, "retry": -1, "seen": "yes", "first_id": [], "trouble": {}, "since": 5},
        {"last": "\ud800", "place": "\n", "retry": "1e400", "trouble": "a\x1b", "since": "9999-12-31T23:59:59-23:00"},
        {"retry": True, "since": "soon", "trouble": "x" * 9_999, "first_said": "\0"},
    ],
)
def test_a_cursor_may_hold_anything(cursor: dict[str, object]) -> None:
    for _, value in asked(cursor).headers:
        assert value.isprintable()
    assert_clean(poll(heard(event("a", id="1"), "over"), cursor))


# ------------------------------------------------------------------ how a stream fares


def test_an_open_stream_is_listened_to() -> None:
    batch = poll("retry: 7000\n\n")
    assert (batch.kind, batch.extent, batch.title) == (Kind.LIVEBLOG, Extent.DELTA, "valley.test")
    assert batch.hints == Hints(listening=True)


def test_a_stream_that_is_over_is_opened_again_when_it_allows() -> None:
    assert poll(heard("", "over")).hints == Hints(interval=3.0)
    cursor = poll("retry: 7000\n\n").cursor
    assert poll(heard("", "over"), cursor).hints == Hints(interval=7.0)
    assert poll(heard("retry: 0\n\n", "over"), cursor).hints == Hints(interval=0.0)


def test_a_stream_that_is_stopped_is_expired() -> None:
    cursor: dict[str, object] = {"last": "41"}
    batch = poll(Response(URL, status=204, headers=heard("", "stopped").headers), cursor)
    assert batch.hints == Hints(expired=True)
    assert batch.cursor == cursor


def test_a_document_of_events_is_none_that_stays_open() -> None:
    assert poll(answer(event("a"), URL, "text/event-stream")).hints == Hints()


def test_events_that_were_lost_are_told_for_a_while() -> None:
    batch = poll(heard(event("a"), lost=2))
    assert batch.problems == ("So much came on the stream that 2 events could not be kept until the visit.",)
    later = NOW + timedelta(seconds=TOLD_FOR - 1)
    assert poll(heard(""), batch.cursor, later).problems == batch.problems
    assert poll(heard(""), batch.cursor, later + timedelta(seconds=1)).problems == ()
    assert poll(heard(""), batch.cursor, NOW - timedelta(hours=1)).problems == ()
    assert "1 event could" in poll(heard("", lost=1)).problems[0]


def test_a_break_is_told_where_there_are_no_ids_to_go_on_from() -> None:
    without = poll(event("a")).cursor
    assert "no ids to go on from" in poll(heard("", "over"), without).problems[0]
    assert poll(heard("", "over"), poll(event("a", id="1")).cursor).problems == ()
    assert poll(heard("", "over"), poll("").cursor).problems == ()


def test_a_stream_that_was_opened_anew_without_ids_to_go_on_from_is_told() -> None:
    before = poll(heard(event("a"), place="x.1")).cursor
    assert poll(heard(event("b"), place="x.2"), before).problems == ()
    assert "some may be missing" in poll(heard(event("b"), place="y.1"), before).problems[0]
    before = poll(heard(event("a", id="1"), place="x.1")).cursor
    assert poll(heard(event("b"), place="y.1"), before).problems == ()


def test_events_in_which_nothing_can_be_read_are_told() -> None:
    assert poll(event({"price": 1.5}) + event({"price": 2})).problems == ("Nothing in 2 events can be read as a post.",)
    assert poll(event({"price": 1.5}) + event("A text")).problems == ()


# ------------------------------------------------------------------ our pages


def test_every_kind_of_data_is_read() -> None:
    batch = page("posts.txt")
    assert keys(batch) == ["45", "b", "a", "43", "42", "41"]
    text, second, first, ferry, water, bridge = batch.posts
    assert (bridge.title, plain(bridge.body)) == ("Bridge & road shut", "The old bridge is closed.")
    assert (bridge.url, bridge.authors, bridge.tags) == ("https://valley.test/live/41", ("Ida Brook",), ("Traffic",))
    assert bridge.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert (water.title, water.key_event) == ("Water rises", True)
    assert water.published == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert plain(water.body).startswith("Two metres < the mark.\nIt goes on.")
    assert water.body[-1] == Media("image", "https://news.test/water.jpg", "The river")
    assert (ferry.title, plain(ferry.body)) == ("", "The ferry does not run.\nBuses go instead.")
    assert plain(text.body) == "A text in JSON"
    assert (first.title, first.withdrawn, second.withdrawn) == ("First of a list", True, False)
    assert batch.cursor["last"] == "46"
    assert batch.problems == ()


def test_statuses_of_mastodon_are_read() -> None:
    passed_on, edited, gone = page("mastodon.txt").posts
    assert (passed_on.key, passed_on.origin, plain(passed_on.body)) == ("1003", "Al Reed", "Passed on")
    assert passed_on.published == datetime(2026, 3, 1, 9, 13, tzinfo=UTC)
    assert (edited.key, plain(edited.body), edited.authors) == ("1002", "Water high", ("bo",))
    assert edited.updated == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert (gone.key, gone.withdrawn, gone.tags, gone.language) == ("1001", True, ("valley",), "en")
    assert gone.body[-1] == Media("image", "https://town.test/9.jpg", "The bridge")


def test_activities_are_read() -> None:
    batch = page("activities.txt")
    assert [(post.key, plain(post.body), post.withdrawn) for post in batch.posts] == [
        ("8", "", True),
        ("7", "In a text", False),
        ("https://town.test/n/2", "Gone soon", True),
        ("https://town.test/n/1", "Bridge open", False),
    ]


# ------------------------------------------------------------------ one event


@pytest.mark.parametrize("name", ["ping", "heartbeat", "keep-alive", "Keep_Alive", "noop"])
def test_a_sign_of_life_is_no_post(name: str) -> None:
    for body in (event("anything", event=name), event(name), event({"type": name, "at": 5}), event({}), event("")):
        assert (poll(body).posts, poll(body).problems) == ((), ())


def test_a_greeting_is_no_post_unless_it_holds_one() -> None:
    assert poll(event("client 7", event="connected")).posts == ()
    assert poll(event({"client": 7}, event="hello")).problems == ()
    assert only({"id": 5, "title": "Power cut"}, event="open").key == "5"


@pytest.mark.parametrize("data", ["41", "null", "true", "-1.5", "[DONE]", '{"id": ', '[{"title": "a"}', '{"a": 5}'])
def test_a_value_that_says_nothing_is_no_post(data: str) -> None:
    assert poll(event(data)).posts == ()


@pytest.mark.parametrize("data", ["[BREAKING] Bridge shut", '"Shut", said Ida', "{sic}", "Pinging begins", "12 dead"])
def test_a_text_that_looks_like_something_else_is_a_post(data: str) -> None:
    assert plain(only(data).body) == data


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({"id": 41}, {"event": "delete"}),
        ({"id": "41"}, {"event": "post.removed"}),
        ("41", {"event": "delete"}),
        ('"41"', {"event": "entryDeleted"}),
        ({"id": "41", "deleted": True}, {}),
        ({"id": "41", "deleted_at": "2026-03-01T09:00:00Z"}, {}),
        ({"id": "41", "status": "withdrawn"}, {}),
        ({"action": "delete", "post": {"id": 41}}, {}),
        ({"type": "Delete", "id": "x", "object": "41"}, {}),
        ({"type": "Delete", "id": "x", "object": {"type": "Tombstone", "id": "41"}}, {}),
        ({"event": "delete", "payload": "41"}, {}),
        ({"op": "delete", "data": 41}, {}),
    ],
)
def test_what_is_taken_back_is_withdrawn(data: object, fields: dict[str, str]) -> None:
    assert only(data, **fields) == Post(key="41", withdrawn=True)


@pytest.mark.parametrize("data", [{"id": 41, "deleted": 0, "title": "x"}, {"id": 41, "removed": 1, "title": "x"}])
def test_what_is_not_taken_back_is_not_withdrawn(data: object) -> None:
    assert not only(data).withdrawn


@pytest.mark.parametrize(
    "data",
    [
        {"post": {"id": "41", "title": "Bridge shut"}},
        {"type": "new", "data": {"item": {"id": "41", "headline": "Bridge shut"}}},
        {"items": [{"id": "41", "name": "Bridge shut"}]},
        [[{"guid": "41", "title": {"rendered": "Bridge shut"}}]],
        {"event": "update", "payload": '{"_id": "41", "title": "Bridge shut"}'},
        {"id": "41", "data": {"title": "Bridge shut"}},
    ],
)
def test_a_post_is_found_in_what_is_wrapped_around_it(data: object) -> None:
    assert (only(data, id="7").key, only(data).title) == ("41", "Bridge shut")


def test_the_names_of_a_post_are_those_in_use() -> None:
    post = only(
        {
            "uuid": "u-1",
            "headline": "Water &lt; 2 m",
            "summary": "In short.",
            "content": ["First.", "Second."],
            "permalink": "/p/1",
            "created": 1772356200000,
            "updatedAt": "2026-03-01T09:30:00+01:00",
            "authors": [{"name": "Ida"}, "Bo", {"name": "Ida"}, "https://u.test/al"],
            "categories": [{"label": "Rain"}, "#Flood", 5],
            "lang": "de",
            "pinned": True,
            "attachments": [{"url": "https://v.test/a.mp4", "mediaType": "video/mp4"}, "https://v.test/b.jpg", None],
        }
    )
    assert (post.key, post.title, post.url) == ("u-1", "Water < 2 m", "https://valley.test/p/1")
    assert (plain(post.summary), plain(post.body[:2])) == ("In short.", "First.\n\nSecond.")
    assert (post.authors, post.tags, post.language, post.pinned) == (("Ida", "Bo"), ("Rain", "Flood"), "de", True)
    assert post.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert post.updated == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert [(each.kind, each.url) for each in post.body[2:] if isinstance(each, Media)] == [
        ("video", "https://v.test/a.mp4"),
        ("image", "https://v.test/b.jpg"),
    ]


def test_markup_is_read_as_markup_and_text_as_text() -> None:
    assert plain(only("<p>One</p><p>Two <b>bold</b></p>").body) == "One\n\nTwo bold"
    assert plain(only({"id": 1, "text": "1 < 2 & 3 > 2\nnext"}).body) == "1 < 2 & 3 > 2\nnext"
    assert plain(only({"id": 1, "message": "a &amp; b\nc"}).body) == "a & b\nc"
    assert_clean(poll(event("\x1b[31mred\u202e")))


# ------------------------------------------------------------------ names of posts


def test_an_id_in_the_data_goes_before_that_of_the_event() -> None:
    assert only({"id": 5, "title": "a"}, id="41").key == "5"
    assert only({"title": "a"}, id="41").key == "41"
    assert only({"title": "a"}).key == ""


def test_the_id_of_an_event_names_neither_the_next_nor_several() -> None:
    assert keys(poll(event("a", id="1") + event("b"))) == ["", "1"]
    assert keys(poll(event([{"title": "a"}, {"title": "b"}], id="1"))) == ["", ""]


def test_a_post_stands_in_a_batch_once_in_its_last_state() -> None:
    stream = event({"title": "a"}, id="1") + event({"title": "b"}, id="2") + event({"title": "c"}, id="1", event="edit")
    assert [(post.key, post.title) for post in poll(stream).posts] == [("2", "b"), ("1", "c")]
    back = event({"id": 1, "title": "a"}) + event({"id": 1}, event="delete") + event({"id": 1, "title": "d"})
    assert [(post.title, post.withdrawn) for post in poll(back).posts] == [("d", False)]


def test_ids_that_are_counted_anew_are_no_names() -> None:
    first = poll(event("The bridge is shut.", id="0") + event("The water rises.", id="1"))
    assert keys(first) == ["1", "0"]
    same = poll(event("The bridge is shut.", id="0"), first.cursor)
    assert keys(same) == ["0"]
    again = poll(event("Another thing.", id="0") + event("One more.", id="1"), same.cursor)
    assert keys(again) == ["", ""]
    assert keys(poll(event("And so on.", id="2"), again.cursor)) == [""]
    assert keys(poll(event("a", id="0") + event("b", id="0"))) == ["", ""]


def test_a_list_is_turned_so_that_the_newest_comes_first() -> None:
    dated = [{"id": number, "title": "t", "date": f"2026-03-01T09:{number:02}:00Z"} for number in range(3)]
    for data in (dated, dated[::-1]):
        assert keys(poll(event(data))) == ["2", "1", "0"]


def test_a_short_life_gives_the_changes_that_happened() -> None:
    ledger = Ledger()
    lives = [
        event({"id": 1, "text": "The bridge is shut."}) + event({"id": 2, "text": "Water is high."}),
        event({"id": 2, "text": "Water is very high."}, event="update") + event({"id": 3, "text": "Rain."}),
        event({"id": 1}, event="delete") + event({"id": 3, "text": "Rain."}),
        "",
    ]
    cursor: dict[str, object] = {}
    told = []
    for minutes, body in enumerate(lives):
        batch = poll(body, cursor)
        cursor = batch.cursor
        changes = ledger.poll(batch.posts, minutes=minutes, extent=batch.extent).changes
        told.append(sorted(type(change).__name__ for change in changes))
    assert told == [["Added", "Added"], ["Added", "Edited"], ["Withdrawn"], []]


# ------------------------------------------------------------------ whatever comes

STATUS = {"event": "update", "payload": {"id": 5, "title": "t", "body": "<p>b</p>", "author": {"name": "n"}, "date": 5}}


@settings(max_examples=150)
@given(st.lists(mangled([STATUS, {"reblog": STATUS, "media": [{"url": "/a"}]}]), max_size=3), st.text(max_size=12))
def test_whatever_an_event_holds_is_read_or_left_out(data: list[str], name: str) -> None:
    batch = poll(heard("".join(f"event: {name}\nid: {name}\ndata: {each}\n\n" for each in data)))
    assert_clean(batch)
    named = [post.key for post in batch.posts if post.key]
    assert len(named) == len(set(named))


@settings(max_examples=150)
@given(st.binary(max_size=200), st.sampled_from(["open", "over", "stopped", "", "x"]), st.text(max_size=5))
def test_whatever_bytes_come_nothing_else_is_raised(body: bytes, state: str, lost: str) -> None:
    response = heard(b"data: " + body + b"\n\n", state)
    response = Response(URL, headers=(*response.headers[:-1], (LOST, lost)), body=response.body)
    with contextlib.suppress(ParseError):
        assert_clean(poll(response))
