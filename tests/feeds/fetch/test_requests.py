"""What is asked, and what an answer becomes."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import __version__
from feeds.errors import FetchError, FetchFault
from feeds.fetch import HttpFetcher
from feeds.fetch.address import parse, without_credentials
from feeds.fetch.names import IPAddress
from feeds.flow import Fetcher, Request
from feeds.model import Validators
from tests.feeds.fetch.conftest import StoppedClock, Visitor
from tests.support.server import Answer, exact, serve

FEED = b"<rss version='2.0'><channel><title>Harbour</title></channel></rss>"


def test_it_is_a_fetcher() -> None:
    fetcher: Fetcher = HttpFetcher(StoppedClock())
    assert fetcher is not None


async def test_an_answer_comes_whole(visitor: Visitor) -> None:
    answer = Answer(FEED, headers=(("Content-Type", "application/rss+xml; charset=utf-8"), ("X-Odd", "a\x1b[31mb")))
    with serve({"/feed?x=1": answer}) as server:
        url = server.url("/feed?x=1#part")
        response = await visitor.get(url)
    assert response.body == FEED
    assert response.status == 200
    assert response.request == url
    assert response.url == server.url("/feed?x=1")
    assert response.content_type == "application/rss+xml"
    assert response.header("x-odd") == "a[31mb"
    assert response.moved_to is None
    assert not response.not_modified


async def test_nothing_more_is_told_than_is_needed(visitor: Visitor) -> None:
    with serve({"/": Answer(FEED, headers=(("Set-Cookie", "id=1"),))}) as server:
        for _ in range(2):
            await visitor.get(server.url(), headers=(("Accept", "application/rss+xml"),))
    for asked in server.asked:
        assert asked.names == {"host", "accept", "accept-encoding", "user-agent"}
        assert asked.header("host") == f"127.0.0.1:{server.port}"
        assert asked.header("accept") == "application/rss+xml"
        assert asked.header("accept-encoding") == "gzip, deflate"
        assert asked.header("user-agent") == f"Wirewatch/{__version__} (news reader)"


async def test_an_adapter_cannot_set_what_is_ours_nor_break_a_field(visitor: Visitor) -> None:
    given = (
        ("Cookie", "a=b"),
        ("Referer", "http://x.example/"),
        ("Host", "x.example"),
        ("If-None-Match", '"made up"'),
        ("X-Key", "kept"),
        ("X-Broken", "a\r\nInjected: yes"),
        ("Bad name", "x"),
        ("X-Ключ", "x"),
        ("X-Wide", "\u4e2d"),
    )
    with serve({"/": Answer(FEED)}) as server:
        await visitor.get(server.url(), headers=given)
    assert server.asked[0].names == {"host", "accept", "accept-encoding", "user-agent", "x-key"}


async def test_a_request_with_contents_is_sent_with_its_length(visitor: Visitor) -> None:
    with serve({"/": Answer(FEED)}) as server:
        await visitor.get(server.url(), method="POST", body=b"{}", headers=(("Content-Type", "application/json"),))
    asked = server.asked[0]
    assert (asked.method, asked.body, asked.header("content-type")) == ("POST", b"{}", "application/json")


async def test_a_head_request_brings_no_body(visitor: Visitor) -> None:
    with serve({"/": exact(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")}) as server:
        response = await visitor.get(server.url(), method="HEAD")
    assert response.body == b""


async def test_an_answer_without_a_length_ends_with_the_connection(visitor: Visitor) -> None:
    with serve({"/": exact(b"HTTP/1.0 200 OK\r\n\r\n", FEED)}) as server:
        response = await visitor.get(server.url())
    assert response.body == FEED


async def test_interim_answers_are_passed_over(visitor: Visitor) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    with serve({"/": exact(early, early, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")}) as server:
        assert (await visitor.get(server.url())).body == b"ok"


# ------------------------------------------------------------------ conditional requests


async def test_validators_go_out_byte_for_byte_and_304_is_no_change(visitor: Visitor) -> None:
    etag, date = 'W/"caf\xe9 ""', "Thursday, the 12th"
    with serve({"/": Answer(status=304)}) as server:
        response = await visitor.get(server.url(), etag=etag, last_modified=date)
    assert server.asked[0].header("if-none-match") == etag
    assert server.asked[0].header("if-modified-since") == date
    assert response.not_modified
    assert response.status == 304
    assert response.body == b""
    assert response.validators == Validators(etag, date)


async def test_a_304_may_bring_new_validators(visitor: Visitor) -> None:
    with serve({"/": Answer(status=304, headers=(("ETag", '"new"'), ("Cache-Control", "max-age=90")))}) as server:
        response = await visitor.get(server.url(), etag='"old"', last_modified="a date")
    assert response.validators == Validators('"new"', "a date")
    assert response.max_age == 90.0


async def test_validators_absent_from_an_answer_are_let_go(visitor: Visitor) -> None:
    with serve({"/": Answer(FEED, headers=(("Last-Modified", "Thu, 12 Feb 2026 08:00:00 GMT"),))}) as server:
        response = await visitor.get(server.url(), etag='"old"')
    assert response.validators == Validators(None, "Thu, 12 Feb 2026 08:00:00 GMT")


async def test_an_unconditional_request_sends_no_validators(visitor: Visitor) -> None:
    with serve({"/": Answer(FEED)}) as server:
        await visitor.get(server.url(), etag='"x"', conditional=False)
    assert server.asked[0].header("if-none-match") is None


@pytest.mark.parametrize("etag", ['"a\nb"', "\u4e2d", "", " ", '"\0"', "x" * 5000])
async def test_a_validator_that_can_be_no_field_is_skipped(visitor: Visitor, etag: str) -> None:
    with serve({"/": Answer(FEED)}) as server:
        await visitor.get(server.url(), etag=etag, last_modified="a date")
    assert server.asked[0].header("if-none-match") is None
    assert server.asked[0].header("if-modified-since") == "a date"


async def test_a_304_that_nobody_asked_for_is_a_fault(visitor: Visitor) -> None:
    with serve({"/": Answer(status=304)}) as server:
        error = await visitor.fails(server.url())
    assert error.fault is FetchFault.PROTOCOL
    assert "304" in str(error)


# ------------------------------------------------------------------ statuses


async def test_an_answer_without_content_is_empty(visitor: Visitor) -> None:
    with serve({"/": Answer(status=204)}) as server:
        response = await visitor.get(server.url())
    assert (response.status, response.body) == (204, b"")


@pytest.mark.parametrize("status", [206, 226, 300, 305])
async def test_an_answer_to_another_question_is_refused(visitor: Visitor, status: int) -> None:
    with serve({"/": Answer(FEED, status)}) as server:
        error = await visitor.fails(server.url())
    assert error.fault is FetchFault.PROTOCOL
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "does not understand"),
        (401, "a name and a password"),
        (403, "refuses"),
        (404, "nothing at this address"),
        (410, "gone for good"),
        (418, "418, I'm a Teapot"),
        (429, "fewer requests"),
        (499, "(499)"),
        (500, "fault of its own"),
        (503, "overloaded"),
        (507, "507, Insufficient Storage"),
        (599, "(599)"),
    ],
)
async def test_an_error_status_says_what_it_means(visitor: Visitor, status: int, words: str) -> None:
    answer = exact(b"HTTP/1.1 %d \x1b[31mred\r\nContent-Length: 3\r\n\r\nbad" % status)
    with serve({"/": answer}) as server:
        error = await visitor.fails(server.url())
    assert words in str(error)
    assert "127.0.0.1" in str(error)
    assert "\x1b" not in str(error)
    assert error.status == status
    assert error.fault is (FetchFault.GONE if status == 410 else FetchFault.STATUS)
    assert error.retry_after is None
    assert error.url == server.url()


async def test_a_wish_to_wait_is_passed_on_and_said(visitor: Visitor) -> None:
    answers = {
        "/seconds": Answer(status=429, headers=(("Retry-After", "120"),)),
        "/date": Answer(status=503, headers=(("Retry-After", "Fri, 13 Feb 2026 11:30:00 GMT"),)),
        "/nonsense": Answer(status=429, headers=(("Retry-After", "1_000"),)),
    }
    with serve(answers) as server:
        seconds = await visitor.fails(server.url("/seconds"))
        date = await visitor.fails(server.url("/date"))
        nonsense = await visitor.fails(server.url("/nonsense"))
    assert seconds.retry_after == 120.0
    assert str(seconds).endswith("It asks to wait 2 minutes.")
    assert date.retry_after == 7200.0
    assert nonsense.retry_after is None


# ------------------------------------------------------------------ credentials


async def test_credentials_in_the_address_are_sent_and_never_shown(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serve({"/": [Answer(FEED), Answer(status=401)]}) as server:
        url = server.url().replace("://", "://nina:p%40ss@")
        response = await visitor.get(url)
        error = await visitor.fails(url)
    assert server.asked[0].header("authorization") == "Basic bmluYTpwQHNz"
    assert response.url == server.url()
    assert "does not accept the name and password" in str(error)
    assert error.url == server.url()
    assert "p%40ss" not in str(error) + caplog.text
    assert "p@ss" not in str(error) + caplog.text


async def test_a_password_in_an_address_that_is_none_is_not_shown(visitor: Visitor) -> None:
    error = await visitor.fails("http://nina:secret@[::1/x")
    assert error.fault is FetchFault.ADDRESS
    assert "secret" not in str(error) + error.url


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_address_shows_what_stands_before_its_host(rest: str) -> None:
    shown = without_credentials(f"https://nina:secret@host.example/{rest}")
    assert shown.startswith("https://host.example/")


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http:///x",
        "ftp://x.example/",
        "gopher://x/",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://[::1",
        "nothing",
        "http://x y/",
        "http://a\x1bb\n",
    ],
)
async def test_an_address_that_cannot_be_asked_is_an_error_with_a_sentence(visitor: Visitor, url: str) -> None:
    error = await visitor.fails(url)
    assert error.fault in (FetchFault.ADDRESS, FetchFault.NAME)
    assert "\x1b" not in str(error) + error.url


@pytest.mark.parametrize(
    "url", ["http://xn--/", "http://a..b/", f"http://{'x' * 70}.example/", "http://xn--a-0.example/"]
)
async def test_a_host_that_can_be_no_name_is_an_error_with_a_sentence(url: str) -> None:
    visitor = Visitor(lookup=_no_name)
    error = await visitor.fails(url)
    assert error.fault in (FetchFault.ADDRESS, FetchFault.NAME)
    await visitor.fetcher.close()


def _no_name(host: str) -> list[IPAddress]:
    raise UnicodeError("label empty or too long")


@pytest.mark.parametrize("method", ["CONNECT", "get", "GET /x", ""])
async def test_a_method_that_cannot_be_asked_is_an_error(visitor: Visitor, method: str) -> None:
    with serve({"/": Answer(FEED)}) as server:
        error = await visitor.fails(server.url(), method=method)
    assert error.fault is FetchFault.ADDRESS
    assert server.asked == []


def test_a_path_never_becomes_a_host() -> None:
    address = parse("http://x.example//evil.example/x?y")
    assert address is not None
    assert address.target == "//evil.example/x?y"
    assert address.url == "http://x.example//evil.example/x?y"


# ------------------------------------------------------------------ whatever happens


async def test_an_error_nobody_thought_of_costs_one_request() -> None:
    def fails(host: str) -> list[IPAddress]:
        raise ExceptionGroup("several", [ZeroDivisionError()])

    visitor = Visitor(lookup=fails)
    error = await visitor.fails("http://news.example/")
    assert error.fault is FetchFault.PROTOCOL
    assert "ExceptionGroup" in str(error)
    await visitor.fetcher.close()


async def test_a_caller_that_is_cancelled_is_not_answered_with_an_error(visitor: Visitor) -> None:
    came, release = threading.Event(), threading.Event()

    def script(_: object) -> Answer:
        came.set()
        return exact(release, b"")

    with serve({"/": script}) as server:
        task = asyncio.create_task(visitor.get(server.url()))
        await asyncio.to_thread(came.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()


async def test_the_deadline_covers_head_and_body(hasty: Visitor) -> None:
    never = threading.Event()
    answers = {
        "/head": exact(b"HTTP/1.1 200 OK\r\n", never),
        "/body": exact(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", never),
    }
    with serve(answers) as server:
        for target in answers:
            error = await hasty.fails(server.url(target))
            assert error.fault is FetchFault.TIMEOUT
            assert str(error) == "127.0.0.1 did not answer within 0.3 seconds."
        never.set()


async def test_the_error_is_chained_to_its_cause(visitor: Visitor) -> None:
    with pytest.raises(FetchError) as raised:
        await visitor.fetcher.fetch(Request("http://nowhere.example/"), validators=Validators(), channel="x")
    assert raised.value.__cause__ is not None
    assert raised.value.fault is FetchFault.NAME
    assert "nowhere.example" in str(raised.value)
