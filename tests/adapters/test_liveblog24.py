"""What the adapter for 24liveblog makes of events, pages of news and pages of publishers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.liveblog24 import API, PER_PAGE, Liveblog24
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Flow, Pages, Request, Response, Visit
from feeds.model import Batch, Extent
from feeds.visit import visit as visiting
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing, page, poll
from tests.support.jumbled import jumbled
from tests.support.mangled import ODD, mangled
from tests.support.posts import Ledger

ADAPTER = Liveblog24()
EVENT = "2916125192049037403"
HERE = f"{API}/{EVENT}"
FRAME = f"https://v.24liveblog.com/iframe/?id={EVENT}"
PAGE = "https://news.test/live/flood"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
START = 1_772_352_000
NEWS = json.loads((PAGES / "liveblog24/news.json").read_text())
SAYS = {"err_code": 100, "data": {"event": {"title": "River &amp; rain", "closed": False, "start_time": START}}}
EMBED = f'<div id="LB24_LIVE_CONTENT" data-eid="{EVENT}"></div><script src="https://v.24liveblog.com/24.js"></script>'
LD = {
    "@type": "LiveBlogPosting",
    "headline": "River rises: live",
    "description": "<p>From the valley</p>",
    "liveBlogUpdate": [{"@type": "BlogPosting", "url": "#liveblog-1", "articleBody": "Words", "headline": "One"}],
}


def item(number: int, words: str = "", **more: object) -> dict[str, object]:
    said = words or f"What was said in post {number}, at some length"
    return {"nid": str(10_000 + number), "newstitle": "", "created": START + number * 60, "contents": said, **more}


def news(*numbers: int | dict[str, object]) -> str:
    listed = [item(each) if isinstance(each, int) else each for each in numbers]
    return json.dumps({"err_code": 100, "data": {"count": len(listed), "news": listed}})


def says(*, closed: object = False, **more: object) -> str:
    event = {**SAYS["data"]["event"], "closed": closed, **more}  # type: ignore[index]  # written above
    return json.dumps({"err_code": 100, "data": {"event": event}})


def html(inside: str, head: str = "<title>Flood - News</title>") -> str:
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{inside}</body></html>'


HOST = html(EMBED, f'<title>Flood</title><script type="application/ld+json">{json.dumps(LD)}</script>')


def visit(cursor: dict[str, object] | None = None, minutes: float = 0, url: str = FRAME) -> Visit:
    return Visit(url, cursor=cursor or {}, now=NOON + timedelta(minutes=minutes))


def back(older: dict[str, object]) -> Visit:
    return Visit(FRAME, older=older, now=NOON)


def keys(batch: Batch) -> list[int]:
    return [int(post.key) - 10_000 for post in batch.posts]


def asked(*requests: Request) -> list[str]:
    """What was asked for: «about», «news», or «news before» a post."""
    out = []
    for each in requests:
        before = each.url.partition("last_nid=")[2].partition("&")[0]
        out.append(
            "about" if each.url == f"{HERE}/" else each.url if HERE not in each.url else f"news {before}".strip()
        )
    return out


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (f"{HERE}/", Confidence.MINE),
        (f"{HERE}/news/?inverted_order=1&last_nid=&limit=10", Confidence.MINE),
        (FRAME, Confidence.MINE),
        (f"http://v.24liveblog.com/live/?id={EVENT}", Confidence.MINE),
        ("https://v.24liveblog.com/live/?id=1312491", Confidence.MINE),
        (f"https://v.24liveblog.com/chat/?id={EVENT}", Confidence.NO),
        ("https://v.24liveblog.com/live/?id=x", Confidence.NO),
        ("https://v.24liveblog.com/live/", Confidence.NO),
        ("https://v.24liveblog.com/24.js", Confidence.NO),
        ("https://update.24liveplus.com/v1/update_server/user/1/events/", Confidence.NO),
        (f"https://data.24liveplus.com.elsewhere.test/v1/retrieve_server/x/event/{EVENT}/", Confidence.NO),
        (f"file://data.24liveplus.com/v1/retrieve_server/x/event/{EVENT}/", Confidence.NO),
        (PAGE, Confidence.NO),
        ("https://[/live", Confidence.NO),
    ],
)
def test_addresses_of_events_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.claim(url) is confidence


EMBEDDED = [
    EMBED,
    f'<iframe name="lb24" class="lb24-iframe" src="//v.24liveblog.com/iframe/?id={EVENT}"></iframe>',
    f'<iframe src="http://v.24liveblog.com/live/?lang=en&amp;id={EVENT}"></iframe>',
    f'<amp-iframe src="https://v.24liveblog.com/iframe/?id={EVENT}"></amp-iframe>',
    f'<div id="24lb_thread" class="lb24 lb_{EVENT}"></div><script src="//v.24liveblog.com/embed/24.js"></script>',
    f"<div id='24lb_thread'></div><script>lb24.src = '//v.24liveblog.com/embed/24.js?id={EVENT}';</script>",
    f'<div id="LB24"><div></div></div><div id="LB24" eid="{EVENT}"></div><!-- --><i>24liveblog.com</i>',
    f'<script>fetch("{HERE}/news/?limit=10")</script>',
    rf'<script>{{"u":"https:\/\/v.24liveblog.com\/iframe\/?id={EVENT}"}}</script>',
]
NOT_EMBEDDED = [
    f'<p><a href="{FRAME}">Our live blog</a></p>',
    f"<!-- {EMBED} -->",
    f'<iframe src="//v.24liveblog.com/chat/?id={EVENT}"></iframe>',
    '<div id="LB24_LIVE_CONTENT" data-eid="../../user/1"></div>',
    '<div id="LB24_LIVE_CONTENT"></div><script src="https://v.24liveblog.com/24.js"></script>',
    f'<div data-eid="{EVENT}">24liveblog.com</div>',
]


@pytest.mark.parametrize("inside", EMBEDDED)
def test_a_page_that_embeds_an_event_is_recognised_and_leads_to_it(inside: str) -> None:
    assert ADAPTER.sniff(answer(html(inside), PAGE)) is Confidence.LIKELY
    batch, requests = converse(ADAPTER, visit(url=PAGE), html(inside), says(), news(2, 1), news())
    assert asked(*requests) == [PAGE, "about", "news", "news 10001"]
    assert (keys(batch), batch.link) == ([2, 1], PAGE)


@pytest.mark.parametrize("inside", NOT_EMBEDDED)
def test_a_page_that_embeds_none_is_not_its_own(inside: str) -> None:
    assert ADAPTER.sniff(answer(html(inside), PAGE)) is Confidence.NO
    with pytest.raises(NotAFeedError, match="shows no live blog of 24liveblog"):
        poll(ADAPTER, answer(html(inside), PAGE))


def test_an_answer_of_the_api_is_its_own() -> None:
    response = page("liveblog24/news.json")
    assert ADAPTER.sniff(response) is Confidence.MINE
    assert [each.adapter for each in Registry.installed().recognise(response)] == ["liveblog24"]


@pytest.mark.parametrize(
    "body",
    ['{"data": {"news": []}}', '{"news": [{"nid": 1, "contents": ""}]}', '{"data": {"news": [{"nid": 1}]}}', "[]"],
)
def test_other_json_is_not(body: str) -> None:
    assert ADAPTER.sniff(answer(body)) is Confidence.NO


# ------------------------------------------------------------------ posts


def test_posts_are_read_with_what_they_hold() -> None:
    shut, rain, known, nameless = poll(ADAPTER, page("liveblog24/news.json")).posts
    assert (shut.key, shut.title, shut.authors) == ("2916401707872447139", "Bridge & road shut", ("A. Writer",))
    assert shut.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert shut.updated == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert plain(shut.body[:1]) == "Police closed the old bridge."
    assert shut.body[1:] == (Media("image", "https://pictures.test/bridge.jpg", "The bridge"),)
    assert (rain.key, rain.title, rain.updated) == ("2916401707872447135", "", None)
    assert rain.body[1:] == (Media("embed", "https://films.test/rain"),)
    assert (known.pinned, known.authors, rain.pinned) == (True, ("B. Writer",), False)
    assert known.published == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert (nameless.key, nameless.title, nameless.published) == ("", "Nameless", None)


def test_a_pinned_post_that_stands_twice_is_one_where_it_belongs() -> None:
    batch, _ = converse(ADAPTER, visit(), says(), news({**item(2), "pinned": True}, 3, 2, 1), news())
    assert [(int(post.key) - 10_000, post.pinned) for post in batch.posts] == [(3, False), (2, True), (1, False)]
    batch, _ = converse(ADAPTER, visit(), says(), news(3, 2, {**item(3), "sticky": "1"}), news())
    assert [(int(post.key) - 10_000, post.pinned) for post in batch.posts] == [(2, False), (3, True)]


# ------------------------------------------------------------------ the conversation


def test_a_first_visit_reads_the_event_and_all_its_posts() -> None:
    batch, requests = converse(ADAPTER, visit(), says(description="<p>All day</p>"), news(3, 2, 1), news())
    assert asked(*requests) == ["about", "news", "news 10001"]
    assert f"limit={PER_PAGE}" in requests[1].url
    assert [each.conditional for each in requests] == [False, False, False]
    assert [each.optional for each in requests] == [True, False, True]
    assert (batch.title, batch.description) == ("River & rain", "All day")
    assert (keys(batch), batch.extent, batch.older) == ([3, 2, 1], Extent.WHOLE, {})
    assert batch.coverage is not None
    assert (batch.coverage.live, batch.coverage.started) == (True, datetime.fromtimestamp(START, UTC))


def test_the_next_visits_ask_for_the_newest_page_alone() -> None:
    cursor = converse(ADAPTER, visit(), says(), news(3, 2, 1), news())[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 1), news(4, 3, 2, 1))
    assert (asked(*requests), requests[0].conditional) == (["news"], True)
    assert (keys(batch), batch.extent, batch.title) == ([4, 3, 2, 1], Extent.WHOLE, "River & rain")


def test_a_list_that_ends_elsewhere_than_the_blog_is_part_of_it() -> None:
    # The first post was deleted, or fell off a page that is shorter than was asked for: asking tells.
    cursor = converse(ADAPTER, visit(), says(), news(3, 2, 1), news())[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 1), news(4, 3, 2), news())
    assert (asked(*requests), batch.extent) == (["news", "news 10002"], Extent.WHOLE)
    batch, requests = converse(ADAPTER, visit(cursor, 1), news(4, 3, 2), news(1))
    assert (batch.extent, batch.older) == (Extent.PART, {"event": EVENT, "before": "10002"})
    batch, requests = converse(ADAPTER, visit(batch.cursor, 2), news(5, 4, 3))
    assert (asked(*requests), batch.extent) == (["news"], Extent.PART)


@pytest.mark.parametrize("before", [failing(), "{}", "<html></html>", news(1), news(2, 1)])
def test_that_nothing_is_older_is_not_believed_without_being_told(before: str | Response) -> None:
    batch, _ = converse(ADAPTER, visit(), says(), news(3, 2), before)
    assert (batch.extent, batch.older) == (Extent.PART, {"event": EVENT, "before": "10002"})


def test_an_answer_that_holds_the_post_it_was_asked_for_alone_has_nothing_older() -> None:
    batch, _ = converse(ADAPTER, visit(), says(), news(3, 2), news(2))
    assert batch.extent is Extent.WHOLE


def test_a_full_page_is_part() -> None:
    batch, requests = converse(ADAPTER, visit(), says(), news(*range(PER_PAGE, 0, -1)))
    assert asked(*requests) == ["about", "news"]
    assert (batch.extent, batch.older) == (Extent.PART, {"event": EVENT, "before": "10001"})


def test_an_event_without_posts_is_one() -> None:
    batch, requests = converse(ADAPTER, visit(), says(), news())
    assert (len(requests), batch.posts, batch.extent, batch.older) == (2, (), Extent.PART, {})


@pytest.mark.parametrize(
    ("closed", "live"), [(True, False), (1, False), ("1", False), (0, True), (False, True), (None, None)]
)
def test_an_event_is_asked_again_whether_it_is_closed(closed: object, live: bool | None) -> None:
    cursor = converse(ADAPTER, visit(), says(), news(1), news())[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 6), says(closed=closed), news(1))
    assert (asked(*requests), [each.conditional for each in requests]) == (["about", "news"], [False, False])
    assert batch.coverage is not None
    assert batch.coverage.live is live


@pytest.mark.parametrize("about", [failing(404), "{}", '{"data": {"event": []}}', "<html><title>Down</title></html>"])
def test_an_event_that_says_nothing_of_itself_is_read_all_the_same(about: str | Response) -> None:
    batch, _ = converse(ADAPTER, visit(), about, news(2, 1), news())
    assert (keys(batch), batch.title) == ([2, 1], "")
    assert "What the live blog says of itself could not be read" in batch.problems[0]
    batch, requests = converse(ADAPTER, visit(batch.cursor, 1), news(3, 2, 1))
    assert (asked(*requests), batch.problems) == (["news"], ())
    cursor = converse(ADAPTER, visit(), says(), news(2, 1), news())[0].cursor
    batch, _ = converse(ADAPTER, visit(cursor, 6), about, news(2, 1))
    assert (batch.title, batch.problems) == ("River & rain", ())


def test_what_came_instead_is_said() -> None:
    for body, says_ in (
        ('{"err_code": 404, "err_msg": "No such\\u001b event"}', "It says: “No such event”"),
        ("{}", "not the news of a live blog"),
        ("<html><title>Hello</title>", "answered with a web page"),
    ):
        with pytest.raises(NotAFeedError, match=says_):
            converse(ADAPTER, visit(), says(), body)


# ------------------------------------------------------------------ the page around it


def test_the_platform_has_the_posts_and_the_page_the_title() -> None:
    assert [each.adapter for each in Registry.installed().recognise(answer(HOST, PAGE))] == ["liveblog24", "jsonld"]
    batch, _ = converse(ADAPTER, visit(url=PAGE), HOST, says(), news(2, 1), news())
    assert (keys(batch), batch.title, batch.description) == ([2, 1], "River rises: live", "From the valley")
    assert (batch.language, batch.posts[0].language, batch.link) == ("en", "en", PAGE)
    assert batch.coverage is not None
    assert batch.coverage.started == datetime.fromtimestamp(START, UTC)


def test_the_page_is_read_again_only_after_a_while_and_may_embed_another_event() -> None:
    cursor = converse(ADAPTER, visit(url=PAGE), HOST, says(), news(2, 1), news())[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 2, PAGE), news(2, 1))
    assert (asked(*requests), batch.title) == (["news"], "River rises: live")
    other = html(EMBED.replace(EVENT, "2916125192049037404"))
    batch, requests = converse(ADAPTER, visit(cursor, 31, PAGE), other, says(), news(9), news())
    assert [each.url.removeprefix(API).partition("?")[0] for each in requests[1:3]] == [
        "/2916125192049037404/",
        "/2916125192049037404/news/",
    ]
    assert (requests[0].url, requests[0].optional, requests[0].conditional) == (PAGE, True, False)
    assert not any(each.conditional for each in requests)
    assert (keys(batch), batch.extent) == ([9], Extent.WHOLE)


@pytest.mark.parametrize("around", [failing(), html("<p>Over</p>"), "{}", "\0"])
def test_a_page_that_cannot_be_had_again_does_not_matter(around: str | Response) -> None:
    cursor = converse(ADAPTER, visit(url=PAGE), HOST, says(), news(2, 1), news())[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 31, PAGE), around, says(), news(3, 2, 1))
    assert asked(*requests) == [PAGE, "about", "news"]
    assert (keys(batch), batch.title) == ([3, 2, 1], "River rises: live")
    _, requests = converse(ADAPTER, visit(batch.cursor, 32, PAGE), news(3, 2, 1))
    assert asked(*requests) == ["news"]


def test_a_page_at_hand_is_not_asked_for_twice() -> None:
    flow = visiting(Registry.installed(), Visit(PAGE, now=NOON))
    assert next(flow).url == PAGE
    request = flow.send(Response(PAGE, request=PAGE, body=HOST.encode()))
    assert request.url == f"{HERE}/"


# ------------------------------------------------------------------ older posts


def test_older_posts_are_read_to_the_end() -> None:
    batch, _ = converse(ADAPTER, visit(), says(), news({**item(1), "pinned": True}, *range(300, 201, -1)))
    assert batch.older == {"event": EVENT, "before": "10202"}
    batch, requests = converse(ADAPTER, back(batch.older), news(202, 201, 200))
    assert asked(*requests) == ["news 10202"]
    assert (keys(batch), batch.older) == ([201, 200], {"event": EVENT, "before": "10200"})
    batch, _ = converse(ADAPTER, back(batch.older), news(199))
    assert (keys(batch), batch.older) == ([199], {"event": EVENT, "before": "10199"})
    batch, _ = converse(ADAPTER, back(batch.older), news())
    assert (batch.posts, batch.older) == ((), {})


def test_a_page_that_leads_back_is_the_last() -> None:
    batch, _ = converse(ADAPTER, back({"event": EVENT, "before": "10200"}), news(202, 201, 200))
    assert (keys(batch), batch.older) == ([202, 201], {})


@pytest.mark.parametrize("body", ["{}", "[]", '{"err_code": 1}', "<html><title>Down</title></html>"])
def test_an_older_page_that_cannot_be_read_is_an_error(body: str) -> None:
    with pytest.raises(NotAFeedError):
        converse(ADAPTER, back({"event": EVENT, "before": "10200"}), body)


LEAVES = st.one_of(ODD, st.sampled_from([EVENT, f"{EVENT}/../x", "10200", "10200&x=1", "-10200", "１０２００"]))


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(st.sampled_from(["event", "before", "x"]), LEAVES, min_size=1))
def test_a_place_of_any_kind_leads_only_to_the_platform(older: dict[str, object]) -> None:
    with contextlib.suppress(ParseError):
        url = next(ADAPTER.older(back(older))).url
        allowed = {f"{API}/{event}/news/?inverted_order=1&last_nid=" for event in (EVENT, "10200")}
        assert url.partition("last_nid=")[0] + "last_nid=" in allowed
        assert url.rpartition("last_nid=")[2] in {f"10200&limit={PER_PAGE}", f"{EVENT}&limit={PER_PAGE}"}


# ------------------------------------------------------------------ a short life


def test_a_life_of_an_event_is_told_as_it_was() -> None:
    ledger = Ledger()
    pinned = {**item(1, "What we know"), "pinned": True}
    edited = item(3, "Something else altogether")
    nothing = news()
    life: list[tuple[float, tuple[str, ...], list[str]]] = [
        (0, (says(), news(pinned, 4, 3, 2), nothing), ["added 10001", "added 10002", "added 10003", "added 10004"]),
        (1, (news(pinned, 5, 4, edited, 2),), ["added 10005", "edited 10003"]),
        (2, (news(pinned, 5, edited, 2),), []),
        (3, (news(pinned, 5, edited, 2),), ["withdrawn 10004"]),
        (4, (news(pinned, 5, 4, edited, 2),), ["restored 10004"]),
        # The newest and the oldest are deleted, which a window would not tell.
        (6, (says(), news(pinned, 4, edited), nothing), []),
        (7, (news(pinned, 4, edited),), ["withdrawn 10002", "withdrawn 10005"]),
        # It grows beyond a page: what falls off its end is not deleted.
        (8, (news(*range(109, 9, -1)),), [f"added {10_000 + number}" for number in range(10, 110)]),
        (9, (news(*range(112, 12, -1)),), ["added 10110", "added 10111", "added 10112"]),
        (12, (says(closed=True), news(*range(112, 12, -1))), []),
    ]
    cursor: dict[str, object] = {}
    for minutes, answers, expected in life:
        batch, _ = converse(ADAPTER, visit(cursor, minutes), *answers)
        told = ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent, problems=batch.problems))
        assert sorted(told) == sorted(expected), minutes
        cursor = json.loads(json.dumps(batch.cursor))


# ------------------------------------------------------------------ damage


def run(flow: Flow[Batch], answers: Callable[[str], str]) -> Batch | None:
    """What comes of a flow whose requests are answered by their addresses; None where it refuses an answer."""
    try:
        request = next(flow)
        while True:
            assert request.url == PAGE or request.url.startswith(f"{API}/")
            request = flow.send(answer(answers(request.url), request.url))
    except StopIteration as done:
        batch: Batch = done.value
        assert_clean(batch)
        return batch
    except ParseError:
        return None


@settings(deadline=None, max_examples=100)
@given(mangled(NEWS), mangled(SAYS))
def test_values_of_any_type_anywhere_are_read_or_refused(listed: str, about: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(listed)))
    cursor = converse(ADAPTER, visit(), says(), news(2, 1), news())[0].cursor
    for told, minutes in ((cursor, 1), (cursor, 6), ({}, 0)):
        run(ADAPTER.poll(visit(told, minutes)), lambda url: listed if "/news/" in url else about)
    run(ADAPTER.older(back({"event": EVENT, "before": "2916401707872447139"})), lambda _: listed)


@settings(deadline=None, max_examples=60)
@given(jumbled(HOST, *(html(each) for each in EMBEDDED)))
def test_a_page_in_disorder_leads_to_the_platform_or_nowhere(body: str) -> None:
    response = answer(body, PAGE)
    found = ADAPTER.sniff(response)
    flow = ADAPTER.poll(visit(url=PAGE))
    next(flow)
    try:
        assert flow.send(response).url.startswith(f"{API}/")
        assert found is Confidence.LIKELY
    except ParseError:
        assert found is Confidence.NO


CURSOR = converse(ADAPTER, visit(url=PAGE), HOST, says(), news(2, 1), news())[0].cursor


@settings(deadline=None, max_examples=100)
@given(mangled(CURSOR) | st.dictionaries(st.sampled_from(sorted(CURSOR)), LEAVES).map(json.dumps))
def test_a_cursor_of_any_kind_is_borne(written: str) -> None:
    found = json.loads(written)
    told = found if isinstance(found, dict) else {}
    for url in (FRAME, PAGE):
        batch = run(ADAPTER.poll(visit(told, 1, url)), said)
        assert batch is not None
        assert keys(batch) == [2, 1]


def said(url: str) -> str:
    if url == PAGE:
        return HOST
    return says() if "/news/" not in url else news(2, 1) if "last_nid=&" in url else news()
