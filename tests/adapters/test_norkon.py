"""What the adapter for Norkon Live Center makes of channels, lists of posts and pages."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.norkon import API, Norkon
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Flow, Pages, Request, Response, Visit
from feeds.model import Batch, Extent
from feeds.visit import visit as visiting
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing, page, poll
from tests.support.jumbled import jumbled
from tests.support.mangled import ODD, mangled
from tests.support.posts import Ledger

ADAPTER = Norkon()
CHANNEL = "valley/90611"
HERE = f"{API}/{CHANNEL}"
FRAME = f"https://livecenter.norkon.net/frame/{CHANNEL}/default"
PAGE = "https://news.test/live/flood"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
START = 1_772_352_000
INITIAL = json.loads((PAGES / "norkon/initial.json").read_bytes())
CHANGES = json.loads((PAGES / "norkon/changes.json").read_text())
EARLIER = json.loads((PAGES / "norkon/earlier.json").read_text())
EMBED = f'<div class="live-center-embed" data-src="{FRAME}"></div>'


def bulletin(number: int, words: str = "", **more: object) -> dict[str, object]:
    said = words or f"What was said in post {number}, at some length"
    return {"id": number, "title": "", "created": START + number * 60, "content": {"html": f"<p>{said}</p>"}, **more}


def newest(*numbers: int | dict[str, object], last: int = 100, more: bool | None = True, **content: object) -> str:
    listed = [bulletin(each) if isinstance(each, int) else each for each in numbers]
    result = {"lastChangesId": last, "addedOrChanged": listed, "channelContent": content, "hasMore": more}
    return json.dumps({"success": True, "result": result})


def changed(*numbers: int | dict[str, object], last: int = 101, removed: tuple[int, ...] = ()) -> str:
    listed = [bulletin(each) if isinstance(each, int) else each for each in numbers]
    return json.dumps(
        {"success": True, "result": {"lastChangesId": last, "addedOrChanged": listed, "removed": removed}}
    )


def earlier(*numbers: int, more: bool = True) -> str:
    return json.dumps({"success": True, "result": {"bulletins": [bulletin(each) for each in numbers], "hasMore": more}})


def refused(message: str = "Unknown id") -> str:
    return json.dumps({"success": False, "errMessage": message})


def html(inside: str, head: str = "<title>Flood - News</title>") -> str:
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{inside}</body></html>'


def visit(cursor: dict[str, object] | None = None, minutes: float = 0, url: str = FRAME) -> Visit:
    return Visit(url, cursor=cursor or {}, now=NOON + timedelta(minutes=minutes))


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


def asked(*requests: Request) -> list[str]:
    return [each.url.removeprefix(f"{HERE}/") for each in requests]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (f"{HERE}/Initial/", Confidence.MINE),
        (f"{HERE}/Changes/563905", Confidence.MINE),
        (FRAME, Confidence.MINE),
        (f"https://livecenter.norkon.net/frame/{CHANNEL}", Confidence.MINE),
        ("https://livecenter.norkon.net/Login", Confidence.NO),
        ("https://livecentercdn.norkon.net/LiveCenter/ExtensionJs/valley", Confidence.NO),
        (f"https://norkon.net.elsewhere.test/frame/{CHANNEL}", Confidence.NO),
        ("https://livecenter.norkon.net/frame/../90611/default", Confidence.NO),
        ("https://livecenter.norkon.net/frame/valley/90611x", Confidence.NO),
        (f"ftp://livecenter.norkon.net/frame/{CHANNEL}", Confidence.NO),
        (PAGE, Confidence.NO),
        ("https://[/frame", Confidence.NO),
    ],
)
def test_addresses_of_channels_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.claim(url) is confidence


EMBEDDED = [
    EMBED,
    f'<iframe src="//livecenter.norkon.net/frame/{CHANNEL}/dark?1000"></iframe>',
    f'<amp-iframe src="{FRAME}"></amp-iframe>',
    f"<script>document.write('<iframe src=\"{FRAME}?'+e+'\">')</script>",
    r'<script type="application/json">{"embed":"https:\/\/livecenter.norkon.net\/frame\/valley\/90611\/x"}</script>',
    "<!-- norkon --><script>NcPosts.start({ channelId: 90611, container: c, tenantKey: 'valley' });</script>",
    '<script>norkon; x = {"tenantKey":"valley","name":"Flood","channelId":"90611"}</script>',
    "<script>/* ncpost */ setJsonContent('valley', 90611)</script>",
    "<script>/* ncpost */ setJsonContent('ld-json', 'valley', '90611')</script>",
    f'<script>fetch("{HERE}/Initial/")</script>',
    f'<script>new WebSocket("wss://livecenterws.norkon.net/BulletinWebSocket/{CHANNEL}")</script>',
    '<div data-norkon-tenant-key="valley" data-norkon-channel-id="90611"></div>',
    '<script src="https://livecentercdn.norkon.net/LiveCenter/ExtensionJs/valley"></script>'
    '<div data-norkon-channel-id="90611"></div>',
]
NOT_EMBEDDED = [
    f'<p>norkon <a href="{FRAME}">Our live blog</a></p>',
    f"<!-- {EMBED} -->",
    '<script src="https://livecenter.norkon.net/scripts/ncposts/ncposts-6.1.1.min.js"></script>',
    '<script src="https://livecentercdn.norkon.net/LiveCenter/ExtensionJs/valley"></script>',
    '<div class="live-center-embed" data-src="https://livecenter.norkon.net/frame/../../90611/default"></div>',
    '<div class="live-center-embed" data-src="https://livecenter.norkon.net/frame/valley/1234567890123"></div>',
    "<script>NcPosts.start({ channelId: channel, tenantKey: tenant });</script>",
    '<div data-channel-id="90611">norkon</div>',
    "<p>norkon</p>",
]


@pytest.mark.parametrize("inside", EMBEDDED)
def test_a_page_that_embeds_a_channel_is_recognised_and_leads_to_it(inside: str) -> None:
    assert ADAPTER.sniff(answer(html(inside), PAGE)) is Confidence.LIKELY
    batch, requests = converse(ADAPTER, visit(url=PAGE), html(inside), newest(2, 1))
    assert [each.url for each in requests] == [PAGE, f"{HERE}/Initial/"]
    assert (keys(batch), batch.link) == (["2", "1"], PAGE)


@pytest.mark.parametrize("inside", NOT_EMBEDDED)
def test_a_page_that_embeds_none_is_not_its_own(inside: str) -> None:
    assert ADAPTER.sniff(answer(html(inside), PAGE)) is Confidence.NO
    with pytest.raises(NotAFeedError, match="shows no live blog of Norkon"):
        poll(ADAPTER, answer(html(inside), PAGE))


@pytest.mark.parametrize(
    ("url", "channel"),
    [("https://news.sky.com/story/flood-1", "sky/7"), ("https://www.skysports.com/live", "sky-sports-prod/7")],
)
def test_pages_of_publishers_that_name_the_number_alone_are_known(url: str, channel: str) -> None:
    body = html('<div class="ncpost" data-channel-id="7"></div>')
    assert ADAPTER.sniff(answer(body, url)) is Confidence.LIKELY
    _, requests = converse(ADAPTER, visit(url=url), body, newest(1))
    assert requests[1].url == f"{API}/{channel}/Initial/"


@pytest.mark.parametrize("name", ["initial", "changes", "earlier"])
def test_answers_of_the_api_are_its_own(name: str) -> None:
    response = page(f"norkon/{name}.json")
    assert ADAPTER.sniff(response) is Confidence.MINE
    assert [each.adapter for each in Registry.installed().recognise(response)] == ["norkon"]


@pytest.mark.parametrize(
    "body",
    [
        '{"result": {"addedOrChanged": []}}',
        '{"result": {"bulletins": []}}',
        '{"result": []}',
        '{"success": false, "result": null}',
        '{"bulletins": [], "result": 1}',
    ],
)
def test_other_json_is_not(body: str) -> None:
    assert ADAPTER.sniff(answer(body)) is Confidence.NO


# ------------------------------------------------------------------ posts


def test_posts_are_read_with_what_they_hold() -> None:
    batch = poll(ADAPTER, page("norkon/initial.json"))
    shut, rain, known, gone = batch.posts
    assert (shut.key, shut.title, shut.authors) == ("88121", "Bridge & road shut", ("A. Writer",))
    assert shut.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert shut.updated == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert plain(shut.body[:1]) == "Police closed the old bridge."
    assert shut.body[1:] == (
        Media("image", "https://pictures.test/bridge.jpg"),
        Media("embed", "https://films.test/bridge"),
    )
    assert (rain.title, rain.authors, rain.updated, plain(rain.summary)) == ("", (), None, "In short")
    assert rain.body[1:] == (Media("embed", "https://weather.test/today", "Weather: Rain & wind"),)
    assert (known.key, known.pinned, shut.pinned) == ("88119", True, False)
    assert (gone.key, gone.withdrawn) == ("88118", True)
    assert (batch.extent, batch.hints.interval) == (Extent.PART, 30.0)


def test_a_pinned_post_that_stands_twice_is_one_where_it_belongs() -> None:
    first = {**bulletin(3), "content": {"html": "<p>On top</p>", "sticky": True}}
    batch, _ = converse(ADAPTER, visit(), newest(first, 4, 3, 2))
    assert [(post.key, post.pinned) for post in batch.posts] == [("4", False), ("3", True), ("2", False)]
    batch, _ = converse(ADAPTER, visit(), newest(3, 2, {**bulletin(3), "content": {"html": "", "sticky": True}}))
    assert [(post.key, post.pinned, bool(post.body)) for post in batch.posts] == [("2", False, True), ("3", True, True)]
    batch, _ = converse(ADAPTER, visit(), newest({**bulletin(1), "author": {"name": "B. Writer"}, "isPinned": 0}))
    assert [(post.authors, post.pinned) for post in batch.posts] == [(("B. Writer",), False)]


def test_what_was_removed_is_told_from_what_was_changed() -> None:
    boats, removed, also = poll(ADAPTER, page("norkon/changes.json")).posts
    assert (boats.key, boats.withdrawn) == ("88122", False)
    assert [(each.key, each.withdrawn, each.body) for each in (removed, also)] == [
        ("88120", True, ()),
        ("88117", True, ()),
    ]


@pytest.mark.parametrize("name", ["removed", "removedIds", "deleted", "deletedIds"])
def test_removals_are_read_however_they_are_called(name: str) -> None:
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    body = json.dumps({"success": True, "result": {"lastChangesId": 101, "added": [bulletin(3)], name: [1, "2", {}]}})
    batch, _ = converse(ADAPTER, visit(cursor, 1), body)
    assert [(post.key, post.withdrawn) for post in batch.posts] == [("3", False), ("1", True), ("2", True)]


def test_what_an_answer_lists_and_removes_is_there() -> None:
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    batch, _ = converse(ADAPTER, visit(cursor, 1), changed(2, removed=(2,)))
    assert [(post.key, post.withdrawn) for post in batch.posts] == [("2", False)]


# ------------------------------------------------------------------ the cycle


def test_a_first_visit_reads_the_newest_posts() -> None:
    batch, requests = converse(ADAPTER, visit(), newest(3, 2, name="River rises", isClosed=False))
    assert asked(*requests) == ["Initial/"]
    assert not requests[0].conditional
    assert (keys(batch), batch.extent, batch.title) == (["3", "2"], Extent.PART, "River rises")
    assert batch.coverage is not None
    assert batch.coverage.live is True
    assert batch.older == {"channel": CHANNEL, "before": "2"}
    assert batch.hints.interval == 30.0


def test_a_channel_with_no_more_posts_is_whole() -> None:
    batch, _ = converse(ADAPTER, visit(), newest(2, 1, more=False))
    assert (batch.extent, batch.older) == (Extent.WHOLE, {})


def test_where_it_is_not_said_whether_there_are_more_there_may_be() -> None:
    batch, _ = converse(ADAPTER, visit(), newest(2, 1, more=None))
    assert (batch.extent, batch.older) == (Extent.PART, {"channel": CHANNEL, "before": "1"})


def test_the_next_visits_ask_for_changes_alone() -> None:
    cursor = converse(ADAPTER, visit(), newest(2, 1, name="River rises"))[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 1), changed(3, last=105))
    assert asked(*requests) == ["Changes/100"]
    assert not requests[0].conditional
    assert (keys(batch), batch.extent, batch.title) == (["3"], Extent.DELTA, "River rises")
    assert batch.older == {"channel": CHANNEL, "before": "1"}
    _, requests = converse(ADAPTER, visit(batch.cursor, 2), changed(last=105))
    assert asked(*requests) == ["Changes/105"]


def test_now_and_then_the_newest_posts_are_read_again() -> None:
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 11), changed(3, last=105, removed=(1,)), newest(3, 2, last=105))
    assert asked(*requests) == ["Changes/100", "Initial/"]
    assert [(post.key, post.withdrawn) for post in batch.posts] == [("3", False), ("2", False), ("1", True)]
    assert batch.extent is Extent.PART
    _, requests = converse(ADAPTER, visit(batch.cursor, 12), changed(last=105))
    assert asked(*requests) == ["Changes/105"]


@pytest.mark.parametrize(
    "initial",
    [
        newest(2, 1, last=104),  # from a cache, older than the changes
        refused(),
        failing(),
        "<html><title>Down</title></html>",
    ],
)
def test_newest_posts_that_do_not_cover_the_changes_are_left_for_another_time(initial: str | Response) -> None:
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    batch, _ = converse(ADAPTER, visit(cursor, 11), changed(3, last=105), initial)
    assert (keys(batch), batch.extent) == (["3"], Extent.DELTA)
    _, requests = converse(ADAPTER, visit(batch.cursor, 12), changed(last=106), newest(3, 2, 1, last=106))
    assert asked(*requests) == ["Changes/105", "Initial/"]


def test_a_change_further_back_is_told_beside_newest_posts_that_are_as_new_and_says_nothing_of_what_is_missing() -> (
    None
):
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    batch, _ = converse(ADAPTER, visit(cursor, 11), changed(1, last=105), newest(4, 3, 2, last=105))
    assert (keys(batch), batch.extent) == (["4", "3", "2", "1"], Extent.DELTA)
    _, requests = converse(ADAPTER, visit(batch.cursor, 12), changed(last=106))
    assert asked(*requests) == ["Changes/105"]


@pytest.mark.parametrize(
    "changes",
    [
        refused(),
        failing(404),
        "{}",
        "[]",
        "<html><title>Down</title></html>",
        changed(3, last=99),
        '{"success": true, "result": {"addedOrChanged": []}}',
        '{"success": true, "result": {"lastChangesId": "x"}}',
    ],
)
def test_where_changes_do_not_follow_what_is_known_the_newest_posts_are_read(changes: str | Response) -> None:
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 1), changes, newest(4, 3, 2, last=7))
    assert asked(*requests) == ["Changes/100", "Initial/"]
    assert (keys(batch), batch.extent) == (["4", "3", "2"], Extent.PART)
    _, requests = converse(ADAPTER, visit(batch.cursor, 2), changed(last=8))
    assert asked(*requests) == ["Changes/7"]


def test_what_came_instead_is_said() -> None:
    for body, says in (
        (refused("No such channel"), "It says: “No such channel”"),
        ("{}", "not a channel of Norkon"),
        ('{"success": true, "result": {}}', "not the newest posts"),
        ("<html><title>Hello</title>", "answered with a web page"),
    ):
        with pytest.raises(NotAFeedError, match=says):
            converse(ADAPTER, visit(), body)


def test_a_channel_may_say_that_it_is_closed() -> None:
    batch, _ = converse(ADAPTER, visit(), newest(1, closed=True))
    assert batch.coverage is not None
    assert batch.coverage.live is False
    batch, _ = converse(ADAPTER, visit(), newest(1))
    assert batch.coverage is not None
    assert batch.coverage.live is None


# ------------------------------------------------------------------ the page around it


LD = {
    "@type": "LiveBlogPosting",
    "headline": "River rises: live",
    "description": "<p>From the valley</p>",
    "coverageStartTime": "2026-03-01T07:00:00Z",
    "liveBlogUpdate": [{"@type": "BlogPosting", "url": "#1", "headline": "One", "articleBody": "Words", "@id": "x1"}],
}
HOST = html(EMBED, f'<title>Flood</title><script type="application/ld+json">{json.dumps(LD)}</script>')


def test_the_platform_has_the_posts_and_the_page_the_title() -> None:
    response = answer(HOST, PAGE)
    assert [each.adapter for each in Registry.installed().recognise(response)] == ["norkon", "jsonld"]
    batch, _ = converse(ADAPTER, visit(url=PAGE), HOST, newest(2, 1, name="valley-flood-1"))
    assert (keys(batch), batch.title, batch.description) == (["2", "1"], "River rises: live", "From the valley")
    assert (batch.language, batch.posts[0].language, batch.link) == ("en", "en", PAGE)
    assert batch.coverage is not None
    assert batch.coverage.started == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def test_a_page_without_json_ld_has_its_title_in_its_head() -> None:
    head = '<title>Flood - News</title><meta property="og:title" content="The &amp;quot;flood&amp;quot;">'
    head += '<meta name="description" content="All day">'
    batch, _ = converse(ADAPTER, visit(url=PAGE), html(EMBED, head), newest(1))
    assert (batch.title, batch.description) == ("The “flood”".replace("“", '"').replace("”", '"'), "All day")
    batch, _ = converse(ADAPTER, visit(url=PAGE), html(f"<h1>River</h1>{EMBED}"), newest(1))
    assert batch.title == "River"


def test_the_page_is_read_again_only_after_a_while_and_may_embed_another_channel() -> None:
    batch, _ = converse(ADAPTER, visit(url=PAGE), HOST, newest(2, 1))
    batch, requests = converse(ADAPTER, visit(batch.cursor, 5, PAGE), changed(3))
    assert (asked(*requests), batch.title) == (["Changes/100"], "River rises: live")
    other = html(EMBED.replace("90611", "90612"))
    batch, requests = converse(ADAPTER, visit(batch.cursor, 31, PAGE), other, newest(9))
    assert [each.url for each in requests] == [PAGE, f"{API}/valley/90612/Initial/"]
    assert requests[0].optional
    assert not requests[0].conditional
    assert (keys(batch), batch.title) == (["9"], "Flood - News")


@pytest.mark.parametrize("around", [failing(), html("<p>Over</p>"), "{}", "\0"])
def test_a_page_that_cannot_be_had_again_does_not_matter(around: str | Response) -> None:
    cursor = converse(ADAPTER, visit(url=PAGE), HOST, newest(2, 1))[0].cursor
    batch, requests = converse(ADAPTER, visit(cursor, 31, PAGE), around, changed(3), newest(3, 2, 1, last=101))
    assert asked(*requests) == [PAGE, "Changes/100", "Initial/"]
    assert (keys(batch), batch.title) == (["3", "2", "1"], "River rises: live")
    _, requests = converse(ADAPTER, visit(batch.cursor, 32, PAGE), changed(last=101))
    assert asked(*requests) == ["Changes/101"]


def test_a_page_at_hand_is_not_asked_for_twice() -> None:
    flow = visiting(Registry.installed(), Visit(PAGE, now=NOON))
    request = next(flow)
    assert request.url == PAGE
    request = flow.send(Response(PAGE, request=PAGE, body=HOST.encode()))
    assert request.url == f"{HERE}/Initial/"
    with pytest.raises(StopIteration) as done:
        flow.send(Response(request.url, request=request.url, body=newest(2, 1).encode()))
    assert (done.value.value.adapter, keys(done.value.value)) == ("norkon", ["2", "1"])


# ------------------------------------------------------------------ older posts


def back(older: dict[str, object]) -> Visit:
    return Visit(FRAME, older=older, now=NOON)


def test_older_posts_are_read_to_the_end() -> None:
    batch, _ = converse(ADAPTER, visit(), newest({**bulletin(1), "pinned": True}, 30, 29))
    assert batch.older == {"channel": CHANNEL, "before": "29"}
    batch, requests = converse(ADAPTER, back(batch.older), earlier(28, 27))
    assert asked(*requests) == ["EarlierObj/29/"]
    assert (keys(batch), batch.older) == (["28", "27"], {"channel": CHANNEL, "before": "27"})
    batch, requests = converse(ADAPTER, back(batch.older), earlier(26, 25, more=False))
    assert asked(*requests) == ["EarlierObj/27/"]
    assert (keys(batch), batch.older) == (["26", "25"], {})


@pytest.mark.parametrize("first", [failing(404), refused(), "{}", "<html></html>"])
def test_where_the_later_call_is_not_known_the_earlier_is_asked(first: str | Response) -> None:
    place: dict[str, object] = {"channel": CHANNEL, "before": "29"}
    batch, requests = converse(ADAPTER, back(place), first, json.dumps([bulletin(28), bulletin(27)]))
    assert asked(*requests) == ["EarlierObj/29/", "Earlier/29/"]
    assert (keys(batch), batch.older) == (["28", "27"], {"channel": CHANNEL, "before": "27"})
    wrapped = json.dumps({"success": True, "result": []})
    batch, _ = converse(ADAPTER, back(place), first, wrapped)
    assert (batch.posts, batch.older) == ((), {})


@pytest.mark.parametrize("last", [refused(), "{}", "[]", "<html><title>Down</title></html>"])
def test_an_older_page_that_cannot_be_read_is_an_error(last: str) -> None:
    with pytest.raises(ParseError, match="not a list of older posts"):
        converse(ADAPTER, back({"channel": CHANNEL, "before": "29"}), failing(), last)


def test_a_page_that_leads_back_is_the_last() -> None:
    batch, _ = converse(ADAPTER, back({"channel": CHANNEL, "before": "29"}), earlier(29, 31, 30))
    assert (keys(batch), batch.older) == (["31", "30"], {})


LEAVES = st.one_of(ODD, st.sampled_from([CHANNEL, "valley/../x", "valley/1/Initial/?", "29", "29/../..", "-1", "２９"]))


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(st.sampled_from(["channel", "before", "x"]), LEAVES, min_size=1))
def test_a_place_of_any_kind_leads_only_to_the_platform(older: dict[str, object]) -> None:
    flow = ADAPTER.older(back(older))
    with contextlib.suppress(ParseError):
        assert next(flow).url == f"{HERE}/EarlierObj/29/"


# ------------------------------------------------------------------ a short life


def test_a_life_of_a_channel_is_told_as_it_was() -> None:
    ledger = Ledger()
    pinned = {**bulletin(1, "What we know"), "pinned": True}
    cursor: dict[str, object] = {}
    edited = bulletin(3, "Something else altogether", updated=START + 9_000)
    life: list[tuple[float, tuple[str, ...], list[str]]] = [
        (0, (newest(pinned, 4, 3, 2, 1),), ["added 1", "added 2", "added 3", "added 4"]),
        (1, (changed(5, edited, last=103, removed=(2,)),), ["added 5", "edited 3", "withdrawn 2"]),
        (2, (changed(2, last=104),), ["restored 2"]),
        (3, (changed(last=104),), []),
        (4, (refused(), newest(pinned, 5, 4, edited, 2, 1, last=104)), []),
        # A cache brings a list from before the edit: nothing is edited back.
        (15, (changed(last=104), newest(pinned, 4, 3, 2, 1, last=100)), []),
        # What was removed while nobody looked is missing twice.
        (16, (changed(6, last=106), newest(pinned, 6, 5, edited, 2, 1, last=106)), ["added 6"]),
        (27, (changed(last=106), newest(pinned, 6, 5, edited, 2, 1, last=106)), ["withdrawn 4"]),
        (28, (changed(4, last=107),), ["restored 4"]),
    ]
    for minutes, answers, expected in life:
        batch, _ = converse(ADAPTER, visit(cursor, minutes), *answers)
        told = ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))
        assert sorted(told) == expected, minutes
        cursor = json.loads(json.dumps(batch.cursor))


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=100)
@given(mangled(INITIAL), mangled(CHANGES), mangled(EARLIER))
def test_values_of_any_type_anywhere_are_read_or_refused(initial: str, changes: str, older: str) -> None:
    for body in (initial, changes, older):
        with contextlib.suppress(ParseError):
            assert_clean(poll(ADAPTER, answer(body)))
    cursor = converse(ADAPTER, visit(), newest(2, 1))[0].cursor
    for told, minutes in ((cursor, 1), (cursor, 11), ({}, 0)):
        run(ADAPTER.poll(visit(told, minutes)), lambda url: initial if url.endswith("/Initial/") else changes)
    run(ADAPTER.older(back({"channel": CHANNEL, "before": "88119"})), lambda _: older)


def run(flow: Flow[Batch], answers: Callable[[str], str]) -> Batch | None:
    """What comes of a flow whose requests are answered by their addresses; None where it refuses an answer."""
    try:
        request = next(flow)
        while True:
            assert request.url == PAGE or request.url.startswith(f"{API}/valley/")
            request = flow.send(answer(answers(request.url), request.url))
    except StopIteration as done:
        batch: Batch = done.value
        assert_clean(batch)
        return batch
    except ParseError:
        return None


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


CURSOR = converse(ADAPTER, visit(url=PAGE), HOST, newest(2, 1))[0].cursor


@settings(deadline=None, max_examples=100)
@given(mangled(CURSOR) | st.dictionaries(st.sampled_from(sorted(CURSOR)), LEAVES).map(json.dumps))
def test_a_cursor_of_any_kind_is_borne(written: str) -> None:
    found = json.loads(written)
    told = found if isinstance(found, dict) else {}
    for url in (FRAME, PAGE):
        batch = run(ADAPTER.poll(visit(told, 1, url)), said)
        assert batch is not None
        assert keys(batch) == ["2", "1"]


def said(url: str) -> str:
    return HOST if url == PAGE else refused() if "Changes" in url else newest(2, 1)
