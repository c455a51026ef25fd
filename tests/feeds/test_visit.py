"""One visit: who reads the answer, what is asked for, and what becomes of an adapter that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping

import pytest

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
