"""When a connection is used again, replaced, refused or closed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from pathlib import Path

import pytest

from feeds.errors import FetchFault
from feeds.fetch import HttpFetcher, connections, tls
from feeds.fetch.faults import RequestError
from feeds.flow import Request
from feeds.model import Validators
from tests.feeds.fetch.conftest import StoppedClock, Visitor, look_up
from tests.support.server import AUTHORITY, Answer, client_context, exact, serve, server_context

OK = Answer(b"ok")


def head(length: int, rest: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + rest


async def test_a_connection_is_used_again_inside_its_channel_only(visitor: Visitor) -> None:
    with serve({"/": OK}) as server:
        for channel in ("a", "a", "b", "a"):
            await visitor.get(server.url(), channel=channel)
    assert [asked.connection for asked in server.asked] == [1, 1, 2, 1]


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GET", Answer(status=304)),
        ("GET", Answer(status=204)),
        ("HEAD", exact(head(5), close=False)),
        ("GET", Answer(b"here", 302, (("Location", "/"),))),
    ],
)
async def test_a_connection_is_used_again_after_an_answer_that_is_not_read(
    visitor: Visitor, method: str, answer: Answer
) -> None:
    with serve({"/": OK, "/first": answer}) as server:
        await visitor.get(server.url("/first"), method=method, etag='"x"')
        await visitor.get(server.url())
    assert server.connections == 1


async def test_a_connection_is_used_again_for_its_origin_only(visitor: Visitor) -> None:
    with serve({"/": OK}) as server:
        for host in ("news.example", "inside.example", "news.example"):
            await visitor.get(server.url(host=host))
    assert [asked.connection for asked in server.asked] == [1, 2, 1]


async def test_two_requests_at_once_do_not_share_a_connection(visitor: Visitor) -> None:
    both = threading.Barrier(2, timeout=20)

    def script(_: object) -> Answer:
        return exact(head(2, b"ok"), close=False)

    with serve({"/": script, "/wait": exact(_When(both), head(2, b"ok"), close=False)}) as server:
        await asyncio.gather(visitor.get(server.url("/wait")), visitor.get(server.url("/wait")))
        assert server.connections == 2
        await visitor.get(server.url())
        assert server.connections == 2


class _When(threading.Event):
    """An event that has come when as many wait for it as the barrier needs."""

    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__()
        self._barrier = barrier

    def wait(self, timeout: float | None = None) -> bool:
        self._barrier.wait(timeout)
        return True


async def test_a_kept_connection_that_was_closed_is_replaced(visitor: Visitor) -> None:
    with serve({"/": [exact(head(2, b"ok")), OK]}) as server:
        assert (await visitor.get(server.url())).body == b"ok"
        assert (await visitor.get(server.url())).body == b"ok"
    assert server.connections == 2


async def test_a_kept_connection_that_brings_nothing_is_replaced_once(visitor: Visitor) -> None:
    closing = exact(b"")
    with serve({"/": [OK, closing, OK], "/never": [OK, closing, closing]}) as server:
        await visitor.get(server.url())
        assert (await visitor.get(server.url())).body == b"ok"
        assert [asked.connection for asked in server.asked] == [1, 1, 2]
        await visitor.get(server.url("/never"))
        error = await visitor.fails(server.url("/never"))
    assert error.fault is FetchFault.PROTOCOL
    assert server.targets.count("/never") == 3


async def test_a_connection_known_to_be_closed_is_not_used_for_contents(visitor: Visitor) -> None:
    with serve({"/": [exact(head(2, b"ok")), OK]}) as server:
        await visitor.get(server.url())
        for kept in visitor.fetcher._connections._kept.values():
            while not kept.wire.is_stale:
                await asyncio.sleep(0)
        assert (await visitor.get(server.url(), method="POST", body=b"q")).body == b"ok"
    assert [asked.method for asked in server.asked] == ["GET", "POST"]


async def test_contents_are_not_sent_twice(visitor: Visitor) -> None:
    with serve({"/": [OK, exact(b""), OK]}) as server:
        await visitor.get(server.url())
        error = await visitor.fails(server.url(), method="POST", body=b"pay")
    assert error.fault is FetchFault.PROTOCOL
    assert len(server.asked) == 2


async def test_an_answer_that_breaks_off_is_not_asked_again(visitor: Visitor) -> None:
    with serve({"/": [OK, exact(head(9, b"broken"))]}) as server:
        await visitor.get(server.url())
        error = await visitor.fails(server.url())
    assert error.fault is FetchFault.PROTOCOL
    assert len(server.asked) == 2


@pytest.mark.parametrize("rest", [head(8, b"injected"), b"rubbish", b"HTTP/1.1 200 OK\r\n"])
async def test_what_follows_an_answer_is_never_the_next_one(visitor: Visitor, rest: bytes) -> None:
    with serve({"/": [exact(head(2, b"ok") + rest, close=False), OK]}) as server:
        for _ in range(2):
            assert (await visitor.get(server.url())).body == b"ok"
    assert server.connections == 2


@pytest.mark.parametrize("beside", [b"odd!", head(4, b"odd!")])
async def test_a_body_beside_304_harms_nobody(visitor: Visitor, beside: bytes) -> None:
    odd = exact(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n" + beside, close=False)
    with serve({"/": [odd, OK]}) as server:
        assert (await visitor.get(server.url(), etag='"x"')).not_modified
        assert (await visitor.get(server.url(), etag='"x"')).body == b"ok"


async def test_only_so_many_connections_are_kept(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_KEPT", 2)
    with serve({"/": OK}) as server:
        for channel in ("a", "b", "c", "c", "b", "a"):
            await visitor.get(server.url(), channel=channel)
    assert [asked.connection for asked in server.asked] == [1, 2, 3, 3, 2, 4]


async def test_an_idle_connection_is_closed_after_a_while(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE", 0.0)
    with serve({"/": OK}) as server:
        await visitor.get(server.url())
        while visitor.fetcher._connections._kept:
            await asyncio.sleep(0)
        await visitor.get(server.url())
    assert server.connections == 2


async def test_an_error_page_without_end_costs_its_connection_and_no_time(visitor: Visitor) -> None:
    never = threading.Event()
    with serve({"/": exact(b"HTTP/1.1 404 Not Found\r\n\r\nsorry", never)}) as server:
        assert (await visitor.fails(server.url())).status == 404
        never.set()


async def test_closing_waits_for_nobody_and_what_ends_later_is_not_kept(visitor: Visitor) -> None:
    came, release = threading.Event(), threading.Event()

    def script(_: object) -> Answer:
        came.set()
        return exact(release, head(2, b"ok"), close=False)

    with serve({"/": OK, "/late": script}) as server:
        await visitor.get(server.url(), channel="resting")
        late = asyncio.create_task(visitor.get(server.url("/late")))
        await asyncio.to_thread(came.wait, 10)
        await visitor.fetcher.close()
        release.set()
        assert (await late).body == b"ok"
    assert not visitor.fetcher._connections._kept


# ------------------------------------------------------------------ connecting


async def test_a_refused_connection_is_said_so(visitor: Visitor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = await visitor.fails(f"http://127.0.0.1:{port}/")
    assert error.fault is FetchFault.CONNECT
    assert "127.0.0.1 does not accept connections" in str(error)


async def test_the_next_address_of_a_name_is_tried(visitor: Visitor) -> None:
    with serve({"/": OK}) as server:
        assert (await visitor.get(server.url(host="two.example"))).body == b"ok"


async def test_a_name_without_an_address_is_not_found(visitor: Visitor) -> None:
    error = await visitor.fails("http://empty.example/")
    assert error.fault is FetchFault.NAME


async def test_ipv6_is_spoken(visitor: Visitor) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with serve({"/": OK}, host="::1") as server:
        assert (await visitor.get(server.url())).url == f"http://[::1]:{server.port}/"
        assert (await visitor.get(server.url(host="six.example"))).body == b"ok"
        assert server.asked[0].header("host") == f"[::1]:{server.port}"


# ------------------------------------------------------------------ bad answers


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\0\0\0",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000,
    ],
)
async def test_an_answer_that_is_none_is_an_error_with_a_sentence(visitor: Visitor, sent: bytes) -> None:
    with serve({"/": exact(sent)}) as server:
        error = await visitor.fails(server.url())
    assert error.fault is FetchFault.PROTOCOL
    assert "127.0.0.1" in str(error)


async def test_interim_answers_without_end_are_cut_off(visitor: Visitor) -> None:
    with serve({"/": exact(*[b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000] * 100)}) as server:
        error = await visitor.fails(server.url())
    assert error.fault is FetchFault.PROTOCOL
    assert "point" in str(error)


# ------------------------------------------------------------------ TLS


async def test_https_is_spoken_and_its_connection_used_again(visitor: Visitor) -> None:
    with serve({"/": OK}, tls=server_context()) as server:
        for _ in range(2):
            assert (await visitor.get(server.url(host="localhost"))).body == b"ok"
    assert server.connections == 1


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ("expired", "has expired"),
        ("future", "not valid yet"),
        ("elsewhere", "is not for 127.0.0.1"),
        ("unknown", "not from an authority"),
    ],
)
async def test_a_certificate_that_is_not_accepted_is_explained(visitor: Visitor, certificate: str, words: str) -> None:
    with serve({"/": OK}, tls=server_context(certificate)) as server:
        error = await visitor.fails(server.url())
    assert error.fault is FetchFault.TLS
    assert words in str(error)
    assert server.asked == []


async def test_a_server_without_tls_is_explained(visitor: Visitor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer() -> None:
            connected, _ = plain.accept()
            with connected:
                connected.recv(4096)
                connected.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        error = await visitor.fails(f"https://127.0.0.1:{plain.getsockname()[1]}/")
        thread.join()
    assert error.fault is FetchFault.TLS
    assert "127.0.0.1 does not speak https" in str(error)


async def test_a_handshake_that_stalls_ends_at_the_deadline(hasty: Visitor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = await hasty.fails(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert error.fault is FetchFault.TIMEOUT


def test_a_file_of_authorities_is_believed() -> None:
    context = tls.make_context({"SSL_CERT_FILE": str(AUTHORITY)})
    assert any("Wirewatch test authority" in str(each["subject"]) for each in context.get_ca_certs())


def test_no_other_version_of_http_is_offered() -> None:
    server = server_context()
    server.set_alpn_protocols(["h2", "http/1.1"])
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = tls.make_context({"SSL_CERT_FILE": str(AUTHORITY)})
    client_side = ours.wrap_bio(back, there, server_hostname="news.example")
    server_side = server.wrap_bio(there, back, server_side=True)
    for side in (client_side, server_side, client_side, server_side):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    assert server_side.selected_alpn_protocol() == "http/1.1"


def test_without_a_file_the_authorities_of_the_system_are_believed() -> None:
    context = tls.make_context({})
    assert context.check_hostname
    assert tls._has_authorities(context)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_of_authorities_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RequestError, match=r"SSL_CERT_FILE names “.*authorities\.pem”"):
        tls.make_context({"SSL_CERT_FILE": str(file)})


async def test_the_context_is_made_for_the_first_secure_address_and_once() -> None:
    made = []

    def context() -> ssl.SSLContext:
        made.append(client_context())
        return made[-1]

    fetcher = HttpFetcher(StoppedClock(), environment={}, lookup=look_up, context=context)
    with serve({"/": OK}) as plain, serve({"/": OK}, tls=server_context()) as secure:
        await fetcher.fetch(Request(plain.url()), validators=Validators(), channel="a")
        assert made == []
        for channel in ("a", "b"):
            await fetcher.fetch(Request(secure.url()), validators=Validators(), channel=channel)
    await fetcher.close()
    assert len(made) == 1
