"""Where a request may be led, and what goes along."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from feeds.errors import FetchFault
from tests.feeds.fetch.conftest import Visitor
from tests.support.server import Answer, exact, redirect, serve, server_context

FEED = b"<rss version='2.0'/>"
OK = Answer(FEED)


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ([301], "/1"),
        ([308], "/1"),
        ([302], None),
        ([303], None),
        ([307], None),
        ([301, 308], "/2"),
        ([301, 302], "/1"),
        ([301, 302, 301], "/1"),
        ([307, 301], None),
    ],
)
async def test_only_the_permanent_redirects_at_the_start_move_a_source(
    visitor: Visitor, statuses: list[int], moved_to: str | None
) -> None:
    answers = {f"/{n}": redirect(status, f"/{n + 1}") for n, status in enumerate(statuses)}
    with serve({**answers, f"/{len(statuses)}": OK}) as server:
        response = await visitor.get(server.url("/0"))
        assert response.moved_to == (moved_to and server.url(moved_to))
        assert response.url == server.url(f"/{len(statuses)}")
        assert response.request == server.url("/0")
        assert response.body == FEED


async def test_an_unchanged_answer_may_move_too(visitor: Visitor) -> None:
    with serve({"/old": redirect(301, "new"), "/new": Answer(status=304)}) as server:
        response = await visitor.get(server.url("/old"), etag='"x"')
        assert response.not_modified
        assert response.moved_to == server.url("/new")


async def test_an_address_with_credentials_is_not_moved(visitor: Visitor) -> None:
    with serve({"/old": redirect(301, "/new"), "/new": OK}) as server:
        response = await visitor.get(server.url("/old").replace("://", "://a:b@"))
    assert response.moved_to is None
    assert server.asked[1].header("authorization") == "Basic YTpi"


async def test_five_redirects_are_followed_and_no_more(visitor: Visitor) -> None:
    answers = {f"/{n}": redirect(302, f"/{n + 1}") for n in range(9)}
    with serve({**answers, "/9": OK}) as server:
        assert (await visitor.get(server.url("/4"))).body == FEED
        error = await visitor.fails(server.url("/3"))
    assert error.fault is FetchFault.REDIRECT
    assert error.url == server.url("/3")


async def test_a_circle_is_named_as_one(visitor: Visitor) -> None:
    with serve({"/a": redirect(302, "/b"), "/b": redirect(302, "/a#x")}) as server:
        error = await visitor.fails(server.url("/a"))
    assert error.fault is FetchFault.REDIRECT
    assert "circle" in str(error)
    assert server.targets == ["/a", "/b"]


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("", FetchFault.REDIRECT),
        ("file:///etc/passwd", FetchFault.ADDRESS),
        ("ftp://x.example/", FetchFault.ADDRESS),
        ("javascript:alert(1)", FetchFault.ADDRESS),
        ("data:text/plain,x", FetchFault.ADDRESS),
        ("mailto:a@b.example", FetchFault.ADDRESS),
        ("http://[::1", FetchFault.ADDRESS),
        ("http://nina:secret@x.example:99999/", FetchFault.ADDRESS),
    ],
)
async def test_a_redirect_that_leads_nowhere_is_an_error(visitor: Visitor, location: str, fault: FetchFault) -> None:
    with serve({"/": redirect(302, location)}) as server:
        error = await visitor.fails(server.url())
    assert error.fault is fault
    assert "secret" not in str(error)


async def test_a_redirect_is_read_as_utf_8(visitor: Visitor) -> None:
    location = "/caf\xe9".encode().decode("latin-1")
    with serve({"/": redirect(302, location), "/caf%C3%A9": OK}) as server:
        assert (await visitor.get(server.url())).body == FEED


async def test_no_redirect_leads_from_a_secure_address_to_an_open_one(visitor: Visitor) -> None:
    with serve({"/": OK}) as plain, serve(tls=server_context()) as secure:
        secure.answers["/"] = redirect(301, plain.url())
        error = await visitor.fails(secure.url())
    assert error.fault is FetchFault.ADDRESS
    assert "secure" in str(error)
    assert plain.asked == []


# ------------------------------------------------------------------ where it may not lead


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.",
        "a.localhost",
        "127.0.0.1",
        "127.0.0.2",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "224.0.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "inside.example",
        "INSIDE.example",
    ],
)
async def test_a_public_source_cannot_lead_inside(visitor: Visitor, host: str) -> None:
    with serve() as server:
        server.answers["/"] = redirect(302, f"http://{host}:{server.port}/secret")
        error = await visitor.fails(server.url(host="news.example"))
    assert error.fault is FetchFault.ADDRESS
    assert "inside this machine" in str(error)
    assert server.targets == ["/"]


async def test_what_the_person_typed_may_be_inside_and_lead_to_itself(visitor: Visitor) -> None:
    with serve({"/": redirect(302, "/feed"), "/feed": OK}) as server:
        for host in ("127.0.0.1", "localhost", "inside.example"):
            assert (await visitor.get(server.url(host=host))).body == FEED


async def test_an_address_that_a_source_wrote_may_not_be_inside(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    with serve({"/": OK}) as server:
        for host in ("127.0.0.1", "localhost", "inside.example", "news.example"):
            error = await visitor.fails(server.url(host=host), stranger=True)
            assert error.fault is FetchFault.ADDRESS
            assert "inside this machine" in str(error)
        assert server.asked == []
        assert (await visitor.get(server.url(host="other.example"), stranger=True)).body == FEED
    error = await visitor.fails((tmp_path / "secret").as_uri(), stranger=True)
    assert error.fault is FetchFault.ADDRESS


async def test_an_inside_host_that_was_allowed_is_followed_to(visitor: Visitor) -> None:
    with serve({"/feed": OK}) as server:
        server.answers["/"] = redirect(302, server.url("/feed", host="Other.Example."))
        assert (await visitor.get(server.url(host="news.example"))).body == FEED


# ------------------------------------------------------------------ what goes along


async def test_nothing_meant_for_one_origin_reaches_another(visitor: Visitor) -> None:
    given = (("Accept", "text/xml"), ("X-Api-Key", "s"), ("Authorization", "Bearer s"))
    with serve({"/feed": OK}) as other, serve() as first:
        first.answers["/"] = redirect(302, other.url("/feed", host="other.example"))
        url = first.url(host="news.example")
        await visitor.get(url, headers=given, etag='"x"', last_modified="d")
        await visitor.get(url.replace("://", "://nina:secret@"))
    assert {"x-api-key", "authorization", "if-none-match", "if-modified-since"} <= first.asked[0].names
    assert first.asked[1].header("authorization") is not None
    for asked in other.asked:
        assert asked.names == {"host", "accept", "accept-encoding", "user-agent"}
    assert other.asked[0].header("accept") == "text/xml"


async def test_credentials_in_a_redirect_are_not_used(visitor: Visitor) -> None:
    with serve({"/feed": OK}) as server:
        server.answers["/"] = redirect(302, server.url("/feed").replace("://", "://eve:x@"))
        response = await visitor.get(server.url())
    assert server.asked[1].header("authorization") is None
    assert "eve" not in response.url


async def test_validators_go_back_to_whom_they_came_from(visitor: Visitor) -> None:
    tagged = Answer(FEED, headers=(("ETag", '"of other"'),))
    with serve({"/feed": [tagged, Answer(status=304)]}) as other, serve() as first:
        first.answers["/"] = redirect(302, other.url("/feed", host="other.example"))
        url = first.url(host="news.example")
        given = (await visitor.get(url)).validators
        response = await visitor.get(url, etag=given.etag)
    assert response.not_modified
    assert first.asked[1].header("if-none-match") is None
    assert other.asked[1].header("if-none-match") == '"of other"'


async def test_contents_are_dropped_by_303_kept_by_307_and_never_carried_abroad(visitor: Visitor) -> None:
    with serve({"/see": redirect(303, "/x"), "/keep": redirect(307, "/x"), "/post": redirect(301, "/x")}) as server:
        server.answers["/x"] = OK
        server.answers["/abroad"] = redirect(307, server.url("/x", host="other.example"))
        for target in ("/see", "/keep", "/post"):
            await visitor.get(server.url(target), method="POST", body=b"q")
        error = await visitor.fails(server.url("/abroad"), method="POST", body=b"q")
    arrived = [(asked.method, asked.body) for asked in server.asked if asked.target == "/x"]
    assert arrived == [("GET", b""), ("POST", b"q"), ("GET", b"")]
    assert error.fault is FetchFault.REDIRECT


async def test_a_redirect_with_a_little_beside_it_keeps_its_connection(visitor: Visitor) -> None:
    with serve({"/": redirect(302, "/x", body=b"moved"), "/x": OK}) as server:
        await visitor.get(server.url())
    assert server.connections == 1


async def test_a_redirect_with_much_beside_it_is_followed_all_the_same(visitor: Visitor) -> None:
    with serve({"/": redirect(302, "/x", body=b"m" * 500_000), "/x": OK}) as server:
        assert (await visitor.get(server.url())).body == FEED
    assert server.connections == 2


async def test_a_redirect_whose_body_never_comes_is_followed_all_the_same(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.fetch._DRAIN_TIME", 0.05)
    never = threading.Event()
    held = exact(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 9\r\n\r\n", never)
    with serve({"/": held, "/x": OK}) as server:
        assert (await visitor.get(server.url())).body == FEED
        never.set()
