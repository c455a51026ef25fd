"""One visit: who reads the answer, what is asked for, and what becomes of an adapter that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping

import pytest
from msgspec.structs import replace

from feeds import visit as visiting
from feeds.adapters import Registry
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Flow, Request, Response, Visit
from feeds.model import Batch, Kind, Offer, Post
from tests.support.adapters import Scripted

URL = "https://news.example/live"
FEED = b'<rss version="2.0"><channel><title>Valley</title><item><title>Bridge shut</title></item></channel></rss>'
PAGE = b"""<!doctype html><html><head><title>The  Valley &amp; its rivers</title>
<link rel="alternate" type="application/rss+xml" href="/rss" title="News">
<link rel="alternate" type="application/atom+xml" href="/atom"></head><body><p>Hello</p></body></html>"""
BARE_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><p>Password?</p></body></html>"
BLOG = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>
<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "River rises",
"liveBlogUpdate": [{"@id": "#a", "headline": "Bridge shut", "articleBody": "Closed."}]}</script></body></html>"""

Poll = Callable[[Visit], Flow[Batch]]


def visited(
    visit: Visit, pages: Mapping[str, bytes | Response], *adapters: Adapter, registry: Registry | None = None
) -> tuple[Batch, list[Request]]:
    """What a visit brings, and what it asked for."""
    registry = registry or (Registry({each.name: each for each in adapters}) if adapters else Registry.installed())
    asked: list[Request] = []
    flow = visiting.visit(registry, visit)
    try:
        request = next(flow)
        while True:
            asked.append(request)
            answer = pages[request.url]
            request = flow.send(answer if isinstance(answer, Response) else told(answer, request.url))
    except StopIteration as done:
        batch: Batch = done.value
        return batch, asked


def told(body: bytes, url: str = URL, *, final: str = "", content_type: str = "") -> Response:
    headers = (("content-type", content_type),) if content_type else ()
    return Response(final or url, request=url, headers=headers, body=body)


def reading(poll: Poll, *, claims: str = "") -> Scripted:
    return Scripted("reading", poll, reads="Hello", claims=claims)


# ------------------------------------------------------------------ recognition


def test_an_unknown_source_is_fetched_once_and_read_by_who_recognises_it() -> None:
    batch, asked = visited(Visit(URL), {URL: FEED})
    assert (batch.adapter, batch.title) == ("syndication", "Valley")
    assert asked == [Request(URL, headers=(("accept", visiting.ACCEPT),), conditional=True)]


def test_a_live_blog_is_recognised_by_what_its_page_says() -> None:
    batch, asked = visited(Visit(URL), {URL: BLOG})
    assert (batch.adapter, batch.kind, batch.title, len(batch.posts)) == ("jsonld", Kind.LIVEBLOG, "River rises", 1)
    assert len(asked) == 1


def test_an_address_that_is_an_adapters_own_goes_to_it_at_once() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        response = yield Request("https://api.example/1")
        return Batch(Kind.LIVEBLOG, title=response.body.decode())

    batch, asked = visited(Visit(URL), {"https://api.example/1": b"it"}, reading(poll, claims="news.example"))
    assert (batch.title, batch.adapter, [each.url for each in asked]) == ("it", "reading", ["https://api.example/1"])


def test_the_answer_at_hand_is_not_fetched_again_after_a_redirect_either() -> None:
    final = "https://www.news.example/live/"

    def poll(visit: Visit) -> Flow[Batch]:
        page = yield Request(final)
        more = yield Request(final)
        return Batch(Kind.FEED, title=f"{page.body.decode()} {more.body.decode()}")

    pages: dict[str, bytes | Response] = {URL: told(b"Hello", final=final), final: b"again"}
    batch, asked = visited(Visit(URL), pages, reading(poll))
    assert batch.title == "Hello again"
    assert [each.url for each in asked] == [URL, final]


@pytest.mark.parametrize("other", [Request(URL, method="POST", body=b"x"), Request(f"{URL}?page=2")])
def test_another_request_is_not_answered_with_what_is_at_hand(other: Request) -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        response = yield other
        return Batch(Kind.FEED, title=response.body.decode())

    asked: list[Request] = []
    flow = visiting.visit(Registry({"reading": reading(poll)}), Visit(URL))
    asked.append(next(flow))
    asked.append(flow.send(told(b"Hello")))
    assert asked[1] == other


def test_what_the_surest_cannot_read_is_given_to_the_next() -> None:
    def refuse(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        raise ParseError("Too odd.")

    adapters = (Scripted("sure", refuse, reads="Hello", confidence=Confidence.MINE), Scripted("less", reads="Hello"))
    batch, asked = visited(Visit(URL), {URL: b"Hello"}, *adapters)
    assert (batch.adapter, batch.problems, len(asked)) == ("less", (), 1)
    with pytest.raises(ParseError, match=r"Too odd\."):
        visited(Visit(URL), {URL: b"Hello"}, adapters[0])


def test_an_adapter_that_breaks_leaves_the_answer_to_the_next_and_is_told_of() -> None:
    def broken(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        raise KeyError("items")

    adapters = (Scripted("sure", broken, reads="Hello", confidence=Confidence.MINE), Scripted("less", reads="Hello"))
    batch, _ = visited(Visit(URL), {URL: b"Hello"}, *adapters)
    assert batch.adapter == "less"
    assert batch.problems == ("The adapter “sure” failed: KeyError: 'items'",)


# ------------------------------------------------------------------ a source that became another


def test_a_live_blog_that_became_a_feed_is_read_as_one() -> None:
    batch, asked = visited(Visit(URL, "jsonld", {"start": "2026-03-01"}), {URL: FEED})
    assert batch.adapter == "syndication"
    assert len(asked) == 1


def test_a_cursor_is_shown_to_the_adapter_that_returned_it_only() -> None:
    seen: list[dict[str, object]] = []

    def poll(visit: Visit) -> Flow[Batch]:
        seen.append(visit.cursor)
        yield Request(visit.url)
        raise ParseError("Not mine.")

    adapters = (Scripted("old", poll), Scripted("new", poll, reads="Hello"))
    with pytest.raises(ParseError):
        visited(Visit(URL, "old", {"page": 3}), {URL: b"Hello"}, *adapters)
    assert seen == [{"page": 3}, {}]


def test_the_first_error_is_raised_where_nobody_reads_it() -> None:
    with pytest.raises(NotAFeedError, match=r"This page \(title “Sign in”\) describes no live blog"):
        visited(Visit(URL, "jsonld"), {URL: BARE_PAGE})


def test_an_answer_to_another_address_is_not_recognised_afresh() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request("https://api.example/1")
        raise ParseError("The list is broken.")

    with pytest.raises(ParseError, match="The list is broken"):
        visited(Visit(URL, "old"), {"https://api.example/1": b"Hello"}, Scripted("old", poll), reading(poll))


# ------------------------------------------------------------------ what is no source


def test_a_page_is_no_feed_and_its_feeds_are_named() -> None:
    with pytest.raises(NotAFeedError) as caught:
        visited(Visit(URL), {URL: PAGE})
    assert str(caught.value) == (
        "This is a web page (title “The Valley & its rivers”), not a feed. "
        "It offers: https://news.example/rss, https://news.example/atom."
    )


def test_of_many_feeds_a_few_are_named_and_the_rest_counted() -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/rss{number}">' for number in range(9))
    with pytest.raises(
        NotAFeedError, match=r"rss0, https://news\.example/rss1, https://news\.example/rss2 and 6 more\.\Z"
    ):
        visited(Visit(URL), {URL: f"<html><head>{links}</head></html>".encode()})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The answer was empty"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b'{"error": "Not allowed"}', "JSON"),
        (b"<opml><body/></opml>", "root “opml”"),
        (b"Hello", "plain text"),
        (BARE_PAGE, r"\AThis is a web page \(title “Sign in”\), not a feed\.\Z"),
    ],
)
@pytest.mark.parametrize("inspecting", [False, True])
def test_what_came_instead_of_a_feed_is_said(body: bytes, sentence: str, inspecting: bool) -> None:
    if inspecting and body == BARE_PAGE:
        return  # an answer, to a person
    with pytest.raises(NotAFeedError, match=sentence):
        visited(Visit(URL, inspecting=inspecting), {URL: body})


def test_a_person_who_asks_is_told_what_a_page_is_and_what_it_offers() -> None:
    batch, asked = visited(Visit(URL, inspecting=True), {URL: PAGE})
    assert (batch.kind, batch.adapter, batch.posts) == (Kind.PAGE, "", ())
    assert (batch.title, batch.link) == ("The Valley & its rivers", URL)
    assert batch.offers == (
        Offer("https://news.example/rss", "application/rss+xml", "News"),
        Offer("https://news.example/atom", "application/atom+xml", ""),
    )
    assert len(asked) == 1


def test_the_title_of_a_page_is_read_in_its_own_encoding() -> None:
    page = "<html><head><title>Überflutung – Überblick</title></head></html>".encode("cp1252")
    response = told(page, content_type="text/html; charset=windows-1252")
    assert visited(Visit(URL, inspecting=True), {URL: response})[0].title == "Überflutung – Überblick"


def test_a_live_blogs_page_offers_its_feeds_to_a_person_only() -> None:
    assert visited(Visit(URL, inspecting=True), {URL: BLOG})[0].offers[0].url == "https://news.example/rss"
    assert visited(Visit(URL), {URL: BLOG})[0].offers == ()
    assert visited(Visit(URL, "jsonld", inspecting=True), {URL: BLOG})[0].offers[0].url == "https://news.example/rss"
    assert visited(Visit(URL, inspecting=True), {URL: FEED})[0].offers == ()


def test_a_live_blog_that_nothing_can_mend_is_told_of() -> None:
    broken = BLOG.replace(b'"Closed."}', b'"Closed."')
    with pytest.raises(ParseError, match=r"live blog cannot be read\. The JSON is broken at line"):
        visited(Visit(URL), {URL: broken})
    batch, _ = visited(Visit(URL, inspecting=True), {URL: broken})
    assert batch.kind is Kind.PAGE
    assert "live blog cannot be read" in batch.problems[0]
    assert batch.offers[0].url == "https://news.example/rss"


# ------------------------------------------------------------------ adapters that break their contract


def failing(poll: Poll, pages: Mapping[str, bytes] | None = None) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        visited(Visit(URL, "bad"), pages or {URL: b"Hello"}, Scripted("bad", poll))
    assert caught.value.adapter == "bad"
    return caught.value


def test_an_adapter_that_raises_anything_else_is_an_adapter_error() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError

    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        raise MuteError

    assert str(failing(poll)).startswith("The adapter “bad” failed: ")

    def at_once(visit: Visit) -> Flow[Batch]:
        raise OSError("no\x1b[31m disk")

    assert str(failing(at_once)) == "The adapter “bad” failed: OSError: no[31m disk"


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, StopIteration, asyncio.CancelledError, OSError])
def test_an_adapter_ends_nobody_but_itself(kind: type[BaseException]) -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        raise kind

    assert str(failing(poll)).startswith("The adapter “bad” failed: ")


def test_endless_recursion_is_the_documents_fault() -> None:
    def deeper(visit: Visit) -> Batch:
        return deeper(visit)

    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        return deeper(visit)

    with pytest.raises(ParseError, match="nested too deeply"):
        visited(Visit(URL, "bad"), {URL: b"Hello"}, Scripted("bad", poll))


def test_the_sentence_of_an_adapter_is_one_clean_line() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        raise NotAFeedError("no\x1b[31m\nfeed")

    with pytest.raises(NotAFeedError) as caught:
        visited(Visit(URL, "bad"), {URL: b"Hello"}, Scripted("bad", poll))
    assert str(caught.value) == "no[31m feed"


def test_an_adapter_that_never_stops_asking_is_stopped_and_its_generator_closed() -> None:
    closed = []

    def poll(visit: Visit) -> Flow[Batch]:
        try:
            while True:
                yield Request(visit.url)
        finally:
            closed.append(True)

    assert "more than 200 requests" in str(failing(poll))
    assert closed == [True]


def test_an_adapter_may_make_as_many_requests_as_are_allowed() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        for _ in range(visiting.MAX_REQUESTS):
            yield Request(visit.url)
        return Batch(Kind.FEED)

    assert len(visited(Visit(URL, "good"), {URL: b"Hello"}, Scripted("good", poll))[1]) == visiting.MAX_REQUESTS


def test_an_adapter_that_will_not_end_is_left_behind() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        try:
            yield Request("file:///etc/passwd")
        finally:
            yield Request(visit.url)
        raise AssertionError

    assert "no web address" in str(failing(poll))


def strange(poll: object) -> Scripted:
    """An adapter whose poll is of another type than it should be."""
    adapter = Scripted("bad")
    setattr(adapter, "poll", poll)  # noqa: B010 -- the type checker would refuse the assignment, as it should
    return adapter


def yielding(value: object) -> Scripted:
    def poll(visit: Visit) -> object:
        yield value

    return strange(poll)


@pytest.mark.parametrize(
    ("adapter", "sentence"),
    [
        (yielding("https://api.example/"), "yielded str where a request was due"),
        (yielding(None), "yielded NoneType"),
        (strange(lambda visit: Batch(Kind.FEED)), "its poll is no generator"),
        (strange(None), "lacks name, claim, sniff or poll"),
        (strange(lambda visit: iter(())), "its poll is no generator"),
    ],
)
def test_an_adapter_of_the_wrong_shape_is_an_adapter_error(adapter: Scripted, sentence: str) -> None:
    with pytest.raises(AdapterError, match=sentence):
        visited(Visit(URL, "bad"), {URL: b"Hello"}, adapter)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/", "javascript:alert(1)", "/relative", "", "x"])
def test_an_adapter_may_ask_for_web_addresses_only(url: str) -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(url)
        return Batch(Kind.FEED)

    assert "which is no web address" in str(failing(poll))


@pytest.mark.parametrize(
    "request_made",
    [
        Request(url=None),  # type: ignore[arg-type]  # what is tested
        Request(URL, headers={"a": "b"}),  # type: ignore[arg-type]  # what is tested
        Request(URL, headers=(("a", 1),)),  # type: ignore[arg-type]  # what is tested
        Request(URL, body="text é"),  # type: ignore[arg-type]  # what is tested
        Request(URL, method="\ud800"),
    ],
)
def test_a_request_with_a_field_of_the_wrong_type_is_an_adapter_error(request_made: Request) -> None:
    with pytest.raises(AdapterError, match="a request that is none"):
        visited(Visit(URL, "bad"), {URL: b"Hello"}, yielding(request_made))


def test_a_file_that_is_the_source_may_be_read_and_no_other() -> None:
    here = "file:///home/reader/page.html"
    batch, asked = visited(Visit(here), {here: BLOG})
    assert (batch.title, [each.url for each in asked]) == ("River rises", [here])
    assert batch.link is None

    def poll(visit: Visit) -> Flow[Batch]:
        yield Request("file:///home/reader/other.html")
        return Batch(Kind.FEED)

    with pytest.raises(AdapterError, match="no web address"):
        visited(Visit(here, "bad"), {}, Scripted("bad", poll))


def test_every_batch_is_made_safe_and_named() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        return Batch(Kind.FEED, adapter="another", title="a\x1b[2Jb", posts=(Post(url="javascript:alert(1)"),))

    batch, _ = visited(Visit(URL, "bad"), {URL: b"Hello"}, Scripted("bad", poll))
    assert (batch.adapter, batch.title, batch.posts) == ("bad", "a[2Jb", (Post(),))


def test_a_return_that_is_no_batch_is_an_adapter_error() -> None:
    def poll(visit: Visit) -> Generator[Request, Response, object]:
        yield Request(visit.url)
        return [Post()]

    with pytest.raises(AdapterError, match="returned list where a batch"):
        visited(Visit(URL, "bad"), {URL: b"Hello"}, strange(poll))


def test_later_answers_are_looked_at_before_an_adapter_gets_them() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        yield Request(f"{URL}?page=2")
        raise AssertionError

    with pytest.raises(NotAFeedError, match="a PNG picture"):
        visited(Visit(URL, "bad"), {URL: b"Hello", f"{URL}?page=2": b"\x89PNG\r\n\x1a\n"}, Scripted("bad", poll))


def test_closing_a_visit_closes_the_adapter() -> None:
    closed = []

    def poll(visit: Visit) -> Flow[Batch]:
        try:
            yield Request(visit.url)
        finally:
            closed.append(True)
        return Batch(Kind.FEED)

    flow = visiting.visit(Registry({"good": Scripted("good", poll)}), Visit(URL, "good"))
    next(flow)
    flow.close()
    assert closed == [True]


@pytest.mark.parametrize("kind", [MemoryError, KeyboardInterrupt])
def test_too_little_memory_and_an_interrupt_are_not_the_adapters_fault(kind: type[BaseException]) -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        raise kind

    with pytest.raises(kind):
        visited(Visit(URL, "bad"), {URL: b"Hello"}, Scripted("bad", poll))


# ------------------------------------------------------------------ older posts


def nothing(visit: Visit) -> Flow[Batch]:
    yield Request(visit.url)
    return Batch(Kind.FEED)


class Paging(Scripted):
    """Names the last post it showed, and shows the one before when asked."""

    def older(self, visit: Visit) -> Flow[Batch]:
        response = yield Request(f"{URL}?before={visit.older['before']}")
        return Batch(Kind.LIVEBLOG, posts=(Post(key=response.body.decode()),), older={"before": "3"})


def test_older_posts_are_asked_of_the_adapter_that_said_where_they_are() -> None:
    visit = Visit(URL, adapter="paging", older={"before": "5"})
    batch, asked = visited(visit, {f"{URL}?before=5": b"4"}, Paging("paging"))
    assert [each.key for each in batch.posts] == ["4"]
    assert batch.older == {"before": "3"}
    assert [each.url for each in asked] == [f"{URL}?before=5"]


@pytest.mark.parametrize("adapter", ["reading", "", "missing"])
def test_an_adapter_that_does_not_page_back_is_not_asked_to(adapter: str) -> None:
    with pytest.raises(AdapterError):
        visited(Visit(URL, adapter=adapter, older={"before": "5"}), {}, reading(nothing))


# ------------------------------------------------------------------ requests a visit can do without


def test_the_empty_answer_to_an_optional_request_is_given_to_the_adapter() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        response = yield Request(f"{URL}/more", optional=True)
        return Batch(Kind.FEED, title=response.failed)

    failed = Response(f"{URL}/more", request=f"{URL}/more", status=404, failed="news.example has no such page (404).")
    batch, _ = visited(Visit(URL, adapter="reading"), {f"{URL}/more": failed}, reading(poll))
    assert batch.title == "news.example has no such page (404)."
    # An answer that no adapter may be given is none either.
    bomb = told(b'<!DOCTYPE rss [<!ENTITY b "c">]><rss>&b;</rss>', f"{URL}/more")
    batch, _ = visited(Visit(URL, adapter="reading"), {f"{URL}/more": bomb}, reading(poll))
    assert "declares entities" in batch.title


# ------------------------------------------------------------------ why an adapter was chosen


def test_it_is_said_why_an_adapter_was_chosen() -> None:
    def reason(visit: Visit, body: bytes, *adapters: Adapter) -> str:
        return visited(visit, {URL: body}, *adapters)[0].reason

    assert reason(Visit(URL), b"Hello", reading(nothing, claims="news.example")) == visiting.CLAIMED
    assert reason(Visit(URL), b"Hello", reading(nothing)) == "The answer holds what it reads."
    assert reason(Visit(URL, "reading", inspecting=True), b"Hello", reading(nothing)) == visiting.NAMED
    assert reason(Visit(URL, "reading"), b"Hello", reading(nothing)) == visiting.KNOWN
    assert reason(Visit(URL, "jsonld"), FEED) == "The answer is in its format."
    assert reason(Visit(URL, inspecting=True), PAGE) == ""


class Boasting(Paging):
    def older(self, visit: Visit) -> Flow[Batch]:
        return replace((yield from super().older(visit)), reason="Because.")


def test_an_adapter_gives_no_reason_of_its_own() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        return Batch(Kind.FEED, reason="Because.")

    assert visited(Visit(URL, "reading"), {URL: b"Hello"}, reading(poll))[0].reason == visiting.KNOWN
    older = Visit(URL, adapter="paging", older={"before": "5"})
    assert visited(older, {f"{URL}?before=5": b"4"}, Boasting("paging"))[0].reason == ""


def test_a_person_is_told_why_the_adapter_that_was_named_did_not_read_it() -> None:
    batch, _ = visited(Visit(URL, "amp", inspecting=True), {URL: BLOG})
    assert batch.adapter == "jsonld"
    assert batch.reason == "The answer holds what it reads."
    assert batch.problems[0].startswith("“amp” would be the one to read it, and cannot. This page")
    assert visited(Visit(URL, "amp"), {URL: BLOG})[0].problems == ()


def test_adapters_that_cannot_be_used_are_told_of_to_a_person_only() -> None:
    class Broken(Scripted):
        def sniff(self, response: Response) -> Confidence:
            raise ValueError("no")

    def registry() -> Registry:
        return Registry({"broken": Broken("broken"), "gone": "nowhere.at.all:Gone", "reading": reading(nothing)})

    batch, _ = visited(Visit(URL, inspecting=True), {URL: b"Hello"}, registry=registry())
    assert batch.adapter == "reading"
    gone, broken = sorted(batch.problems, reverse=True)
    assert broken == "The adapter “broken” failed in sniff: ValueError: no"
    assert gone.startswith("The adapter “gone” cannot be loaded from nowhere.at.all:Gone: ")
    assert visited(Visit(URL), {URL: b"Hello"}, registry=registry())[0].problems == ()


# ------------------------------------------------------------------ what a page leads to

LINKS = b"""<a href="/sport/live/match">Match</a> <a href="https://t.me/s/valley">Our channel</a>
<a href="/en-direct">TV</a>
<a href="https://www.theguardian.com/world/live/2026/mar/01/flood#block-1"><i>Flood</i>: live</a>"""
GUARDIAN = "https://www.theguardian.com/world/live/2026/mar/01/flood"


def leading(
    *parts: bytes, url: str = URL, pages: Mapping[str, bytes | Response] | None = None
) -> tuple[Batch, list[Request]]:
    """What a person is told of a page made of these parts."""
    page = b"<!doctype html><html><head><title>Valley</title></head><body>" + b"".join(parts) + b"</body></html>"
    return visited(Visit(url, inspecting=True), {url: page, **(pages or {})})


CLOCKS = b"<h2>13:47 A</h2><p>a</p><h2>13:30 B</h2><p>b</p><h2>13:10 C</h2><p>c</p>"
POINTER = b'<link rel="alternate" type="application/rss+xml" href="/rss" title="News">'


def test_what_a_page_leads_to_stands_in_the_order_of_its_certainty() -> None:
    batch, asked = leading(POINTER, LINKS, CLOCKS)
    assert batch.kind is Kind.PAGE
    assert batch.offers == (
        Offer("https://news.example/rss", "application/rss+xml", "News"),
        Offer("https://t.me/s/valley", "text/html", "Our channel"),
        Offer(GUARDIAN, "text/html", "Flood: live"),
        Offer("https://news.example/sport/live/match", "text/html", "Match"),
        Offer("https://news.example/en-direct", "text/html", "TV"),
        Offer(URL, "text/html", "Read by its clock times, which is a guess", "clockpage"),
    )
    assert len(asked) == 1


def test_the_sites_own_live_blogs_that_are_certain_go_before_its_feeds() -> None:
    batch, _ = leading(POINTER, LINKS, url="https://www.theguardian.com/uk")
    assert [offer.url for offer in batch.offers] == [
        GUARDIAN,
        "https://www.theguardian.com/rss",
        "https://t.me/s/valley",
        "https://www.theguardian.com/sport/live/match",
        "https://www.theguardian.com/en-direct",
    ]


def test_an_address_is_offered_once_where_it_is_surest() -> None:
    twice = b'<a href="https://www.theguardian.com/rss">Feed</a>' + LINKS + LINKS
    batch, _ = leading(POINTER, twice, url="https://www.theguardian.com/uk")
    urls = [offer.url for offer in batch.offers]
    assert len(urls) == len(set(urls))


def test_nobody_is_offered_anything_by_a_poll() -> None:
    with pytest.raises(NotAFeedError, match=r"not a feed\.\Z"):
        visited(Visit(URL), {URL: b"<!doctype html><html><title>V</title>" + LINKS + CLOCKS + b"</html>"})


def test_a_page_is_read_by_its_clock_times_where_a_person_says_so() -> None:
    page = b"<!doctype html><html><title>Valley</title>" + CLOCKS + b"</html>"
    batch, _ = visited(Visit(URL, "clockpage"), {URL: page})
    assert (batch.kind, batch.adapter, len(batch.posts)) == (Kind.LIVEBLOG, "clockpage", 3)


def test_an_adapter_that_is_only_asked_may_say_how_it_reads() -> None:
    class Loud(Scripted):
        @property
        def guess(self) -> str:
            raise ValueError("no")

    asked = {name: Scripted(name, reads="Hello", confidence=Confidence.ASKED) for name in ("plain", "own")}
    setattr(asked["own"], "guess", " Read\x1b by\nears ")  # noqa: B010 -- no attribute of the contract
    registry = Registry({**asked, "loud": Loud("loud", reads="Hello", confidence=Confidence.ASKED)})
    batch, _ = visited(Visit(URL, inspecting=True), {URL: b"<html><p>Hello</html>"}, registry=registry)
    assert [(offer.adapter, offer.title) for offer in batch.offers] == [
        ("plain", "Read by “plain”, which is a guess"),
        ("own", "Read by ears"),
        ("loud", "Read by “loud”, which is a guess"),
    ]
    assert not visited(Visit(URL, inspecting=True), {URL: BARE_PAGE}, registry=registry)[0].offers


AMP = b'<link rel="amphtml" href="/amp/flood">'
AMP_URL = "https://news.example/amp/flood"


def test_the_amp_form_of_a_page_is_asked_once_and_offered_first_if_it_is_a_live_blog() -> None:
    batch, asked = leading(AMP, POINTER, LINKS, pages={AMP_URL: BLOG})
    assert batch.kind is Kind.PAGE
    assert batch.title == "Valley"
    assert batch.offers[0] == Offer(AMP_URL, "text/html", "River rises")
    assert batch.offers[1].url == "https://news.example/rss"
    assert [(each.url, each.optional, each.conditional) for each in asked] == [
        (URL, False, True),
        (AMP_URL, True, False),
    ]
    assert batch.problems == ()


@pytest.mark.parametrize(
    "body", [PAGE, BARE_PAGE, FEED, b"", b"\x89PNG\r\n\x1a\n", b"<", BLOG.replace(b'"Closed."}', b'"Closed."')]
)
def test_an_amp_form_that_is_no_live_blog_is_not_offered(body: bytes) -> None:
    batch, asked = leading(AMP, pages={AMP_URL: body})
    assert (batch.kind, batch.offers, len(asked)) == (Kind.PAGE, (), 2)


def test_an_amp_form_that_cannot_be_had_is_told_of() -> None:
    failed = Response(AMP_URL, request=AMP_URL, status=404, failed="news.example has no such page (404).")
    batch, _ = leading(AMP, POINTER, pages={AMP_URL: failed})
    assert [offer.url for offer in batch.offers] == ["https://news.example/rss"]
    assert batch.problems == (
        "Its AMP page, which may be a live blog, could not be looked at. news.example has no such page (404).",
    )


def test_no_amp_form_is_asked_for_where_the_page_is_read_or_nobody_asks() -> None:
    live = BLOG.replace(b"<body>", AMP + b"<body>")
    assert len(visited(Visit(URL, inspecting=True), {URL: live})[1]) == 1
    with pytest.raises(NotAFeedError):
        visited(Visit(URL), {URL: b"<html>" + AMP + b"</html>"})
    assert len(leading(b'<link rel="amphtml" href="https://other.example/amp">')[1]) == 1


def test_an_amp_form_that_needs_more_answers_gets_them() -> None:
    def poll(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url)
        response = yield Request(f"{visit.url}/list")
        return Batch(Kind.LIVEBLOG, title=response.body.decode())

    adapter = Scripted("reading", poll, reads="Hello")
    pages = {URL: b"<html><body>" + AMP + b"</html>", AMP_URL: b"Hello", f"{AMP_URL}/list": b"Flood"}
    batch, _ = visited(Visit(URL, inspecting=True), pages, adapter)
    assert batch.offers == (Offer(AMP_URL, "text/html", "Flood"),)


def test_half_a_page_is_not_handed_to_another_adapter() -> None:
    def refuse(visit: Visit) -> Flow[Batch]:
        yield Request(visit.url, conditional=True)
        raise ParseError("It holds no posts.")

    half = b"<!doctype html><html><head><title>River</title></head><body><p>Hello"
    adapters = (Scripted("known", refuse, reads="Hello"), Scripted("other", reads="Hello"))
    visit = Visit(URL, adapter="known")
    with pytest.raises(ParseError, match="cut off"):
        visited(visit, {URL: half}, *adapters)
    assert visited(visit, {URL: half + b"</body></html>"}, *adapters)[0].adapter == "other"
