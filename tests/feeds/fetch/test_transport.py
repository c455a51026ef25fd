"""The seam to httpx: what it may add, keep, follow and hold back, which is nothing."""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
import threading

import pytest

from feeds import __version__
from feeds.errors import FetchFault
from feeds.fetch import HttpFetcher, address
from feeds.fetch.body import MAX_BODY
from feeds.fetch.connections import Call
from feeds.fetch.faults import RequestError
from feeds.fetch.library import httpx
from feeds.fetch.transport import LOCATION, make_request
from tests.feeds.fetch.conftest import Visitor
from tests.support.server import Answer, Script, exact, redirect, serve, server_context

OK = Answer(b"ok")


def call(url: str, *, method: str = "GET", body: bytes = b"", inside: bool = True) -> Call:
    parsed = address.parse(url)
    assert parsed is not None
    headers = ((b"Host", parsed.origin.authority.encode()), (b"X-Own", b"caf\xe9"))
    deadline = asyncio.get_running_loop().time() + 20
    return Call(method, parsed, headers, body, "a channel", inside, deadline)


@pytest.fixture
def client(visitor: Visitor) -> httpx.AsyncClient:
    """The client of a fetcher, as the fetcher uses it."""
    return visitor.fetcher._client


# ------------------------------------------------------------------ what is sent


async def test_exactly_our_bytes_are_sent(visitor: Visitor) -> None:
    with serve({"/feed?x=1": OK}) as server:
        for _ in range(2):
            await visitor.get(
                server.url("/feed?x=1"), etag='W/"caf\xe9"', last_modified="a date", headers=(("Accept", "text/xml"),)
            )
    expected = (
        "GET /feed?x=1 HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\n"
        "Accept: text/xml\r\n"
        'If-None-Match: W/"caf\xe9"\r\n'
        "If-Modified-Since: a date\r\n"
        "Accept-Encoding: gzip, deflate\r\n"
        f"User-Agent: Wirewatch/{__version__} (news reader)\r\n"
        "\r\n"
    )
    assert [asked.head for asked in server.asked] == [expected.encode("latin-1")] * 2


async def test_exactly_our_bytes_are_sent_with_contents(visitor: Visitor) -> None:
    with serve({"/": OK}) as server:
        await visitor.get(server.url(), method="POST", body=b"{}", headers=(("Content-Type", "application/json"),))
        await visitor.get(server.url(), method="POST")
    expected = (
        "POST / HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\n"
        "{type}"
        "Accept: */*\r\n"
        "Accept-Encoding: gzip, deflate\r\n"
        f"User-Agent: Wirewatch/{__version__} (news reader)\r\n"
        "{length}"
        "\r\n"
    )
    filled = expected.format(type="Content-Type: application/json\r\n", length="Content-Length: 2\r\n")
    assert [asked.head.decode() for asked in server.asked] == [filled, expected.format(type="", length="")]
    assert [asked.body for asked in server.asked] == [b"{}", b""]


@pytest.mark.parametrize("target", ["/a/../b/./c", "//x//y", "/a|b?c={d}|[e]'f", "/%7Ea%2fb?%41", "/?", "/a;b=c?d?e"])
async def test_the_target_is_sent_as_we_read_it(visitor: Visitor, target: str) -> None:
    with serve() as server:
        url = server.url(target)
        parsed = address.parse(url)
        assert parsed is not None
        await visitor.fails(url)
    assert server.targets == [parsed.target]


async def test_an_address_that_httpx_cannot_read_is_asked(visitor: Visitor) -> None:
    with serve({"/": OK}) as server:
        url = server.url(host="0177.0.0.1")
        with pytest.raises(httpx.InvalidURL):
            httpx.URL(url)
        assert (await visitor.get(url)).url == url
    assert server.asked[0].header("host") == f"0177.0.0.1:{server.port}"


async def test_the_environment_of_this_process_is_left_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as elsewhere, serve({"/": OK}) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, elsewhere.url())
        visitor = Visitor(environment={})
        assert (await visitor.get(server.url(host="news.example"))).body == b"ok"
        await visitor.fetcher.close()
    assert elsewhere.asked == []


# ------------------------------------------------------------------ what is kept


async def test_cookies_are_never_sent_back(visitor: Visitor) -> None:
    cookie = ("Set-Cookie", "id=1; Path=/; Max-Age=9999")
    answers = {
        "/": Answer(b"ok", headers=(cookie, ("Set-Cookie", "b=2"))),
        "/moved": Answer(status=302, headers=(cookie, ("Location", "/"))),
        "/gone": Answer(status=404, headers=(cookie,)),
    }
    with serve(answers) as server:
        await visitor.get(server.url("/moved"))
        await visitor.fails(server.url("/gone"))
        await visitor.get(server.url())
    assert len(server.asked) == 4
    assert all(asked.header("cookie") is None for asked in server.asked)


async def test_the_client_has_no_cookies_even_if_it_is_given_some(client: httpx.AsyncClient) -> None:
    with serve({"/": Answer(b"ok", headers=(("Set-Cookie", "id=1"),))}) as server:
        client.cookies = httpx.Cookies({"a": "b"})
        answer = await client.send(make_request(call(server.url())), stream=True)
        await answer.aclose()
        assert client.build_request("GET", server.url()).headers.get("cookie") is None
    assert dict(client.cookies) == {}


async def test_httpx_says_nothing_of_what_it_carries(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve({"/?token=secret": OK}) as server:
        await visitor.get(server.url("/?token=secret"))
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


# ------------------------------------------------------------------ what is answered


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/next", "http://[::1", "data:,x", "http://nina:pw@127.0.0.1:1/", "caf\xe9"])
async def test_httpx_follows_no_redirect(client: httpx.AsyncClient, status: int, location: str) -> None:
    with serve({"/": redirect(status, location), "/next": OK}) as server:
        answer = await client.send(make_request(call(server.url())), stream=True)
        assert await answer.aread() == b""
    assert answer.status_code == status
    assert answer.extensions[LOCATION] == location.encode("latin-1")
    assert answer.history == []
    assert answer.next_request is None
    assert server.targets == ["/"]


async def test_a_field_location_that_leads_nowhere_is_an_ordinary_one(visitor: Visitor) -> None:
    with serve({"/": Answer(b"ok", 201, (("Location", "http://[::1"),))}) as server:
        assert (await visitor.get(server.url())).header("location") == "http://[::1"


async def test_fields_come_byte_for_byte_and_the_body_still_packed(client: httpx.AsyncClient) -> None:
    sent = b'HTTP/1.1 200 OK\r\nETag: W/"caf\xe9"\r\nX-A: 1\r\nx-a: 2\r\nContent-Encoding: gzip\r\n\r\nno gzip'
    with serve({"/": exact(sent)}) as server:
        answer = await client.send(make_request(call(server.url())), stream=True)
        assert b"".join([chunk async for chunk in answer.aiter_raw()]) == b"no gzip"
    assert answer.headers.raw == [
        (b"etag", b'W/"caf\xe9"'),
        (b"x-a", b"1"),
        (b"x-a", b"2"),
        (b"content-encoding", b"gzip"),
    ]


async def test_a_body_is_handed_on_as_it_comes(client: httpx.AsyncClient) -> None:
    release = threading.Event()
    pieces = (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst", release, b"last")
    with serve({"/": exact(*pieces)}) as server:
        answer = await client.send(make_request(call(server.url())), stream=True)
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"first"
        release.set()
        assert b"".join([chunk async for chunk in chunks]) == b"last"


async def test_the_bound_holds_while_a_body_comes(visitor: Visitor) -> None:
    never = threading.Event()
    endless = exact(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (MAX_BODY + 1), never, close=False)
    with serve({"/": endless}) as server:
        # The server waits for ever for somebody to want the rest.
        assert (await visitor.fails(server.url())).fault is FetchFault.TOO_LARGE
        assert not visitor.fetcher._connections._kept


async def test_the_bounds_of_the_connection_hold_under_httpx(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.fetch.connections.MAX_WIRE", 1_000)
    with serve({"/": Answer(b"x" * 500_000)}) as server:
        answer = await client.send(make_request(call(server.url())), stream=True)
        with pytest.raises(RequestError, match="is larger than"):
            await answer.aread()
        await answer.aclose()


async def test_what_is_inside_is_not_connected_to_under_httpx(client: httpx.AsyncClient) -> None:
    with serve({"/": OK}) as server, pytest.raises(RequestError, match="inside this machine"):
        await client.send(make_request(call(server.url(host="inside.example"), inside=False)))
    assert server.connections == 0


async def test_an_answer_that_is_closed_twice_leaves_the_kept_connection_alone(client: httpx.AsyncClient) -> None:
    with serve({"/": OK}) as server:
        first = await client.send(make_request(call(server.url())))
        assert isinstance(first.stream, httpx.AsyncByteStream)
        await first.stream.aclose()
        await client.send(make_request(call(server.url())))
    assert server.connections == 1


# ------------------------------------------------------------------ the end


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("secure", [False, True])
def test_closing_lets_everything_go_without_a_warning(monkeypatch: pytest.MonkeyPatch, secure: bool) -> None:
    lost: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    never, came = threading.Event(), threading.Event()

    def hangs(_: object) -> Answer:
        came.set()
        return exact(b"HTTP/1.1 200 OK\r\n\r\nab", never)

    answers: dict[str, Script] = {
        "/kept": OK,
        "/unread": exact(b"HTTP/1.1 404 Not Found\r\n\r\nsorry", never),
        "/moved": exact(b"HTTP/1.1 302 Found\r\nLocation: /kept\r\n\r\n" + b"x" * 200_000, close=False),
        "/large": exact(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (MAX_BODY + 1), never),
        "/broken": exact(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"),
        "/hangs": hangs,
    }

    async def visit(url: str) -> HttpFetcher:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))
        visitor = Visitor()
        await visitor.get(f"{url}/kept", channel="another")
        await visitor.get(f"{url}/moved")
        for target in ("/unread", "/large", "/broken"):
            await visitor.fails(url + target)
        task = asyncio.create_task(visitor.get(f"{url}/hangs"))
        await asyncio.to_thread(came.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert visitor.fetcher._connections._kept
        await visitor.fetcher.close()
        return visitor.fetcher

    with serve(answers, tls=server_context() if secure else None) as server:
        fetcher = asyncio.run(visit(server.url("").removesuffix("/")))
        never.set()
    assert fetcher._client.is_closed
    del fetcher
    gc.collect()
    assert lost == []


def test_the_library_comes_without_its_command_line_and_leaves_that_to_others() -> None:
    code = "import sys, feeds.fetch; print(*sys.modules)\nimport httpx._main; print(httpx._main.__name__)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, command_line = ran.stdout.splitlines()
    assert {"rich", "pygments", "click", "httpx._main"} & set(loaded.split()) == set()
    assert command_line == "httpx._main"
