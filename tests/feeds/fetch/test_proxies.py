"""Through a proxy, where the environment names one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from feeds.errors import FetchFault
from feeds.fetch.address import Origin
from feeds.fetch.faults import RequestError
from feeds.fetch.proxies import Proxies
from tests.feeds.fetch.conftest import Visitor
from tests.support.server import Answer, exact, redirect, serve, server_context

FEED = b"<rss/>"
OK = Answer(FEED)
OPEN = exact(b"HTTP/1.1 200 Connection established\r\n\r\n", close=False)
NEWS = "http://news.example/feed?x=1"


@pytest.fixture
async def through() -> AsyncIterator[Callable[[str], Visitor]]:
    visitors: list[Visitor] = []

    def visit(proxy: str) -> Visitor:
        visitors.append(Visitor(environment={"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        await visitor.fetcher.close()


Through = Callable[[str], Visitor]


async def test_an_open_address_is_asked_of_the_proxy(through: Through) -> None:
    with serve({NEWS: OK}) as proxy:
        visitor = through(proxy.url().replace("://", "://nina:pw@"))
        for _ in range(2):
            response = await visitor.get(NEWS.replace("://", "://me:mine@"))
    assert response.body == FEED
    assert response.url == NEWS
    asked = proxy.asked[0]
    assert asked.target == NEWS
    assert asked.header("host") == "news.example"
    assert asked.header("proxy-authorization") == "Basic bmluYTpwdw=="
    assert asked.header("authorization") == "Basic bWU6bWluZQ=="
    assert proxy.connections == 1


async def test_a_secure_address_is_asked_through_a_tunnel(through: Through) -> None:
    answers = {"news.example:443": OPEN, "/feed": OK}
    with serve(answers, tunnel=server_context()) as proxy:
        visitor = through(proxy.url().replace("://", "://nina:pw@"))
        for _ in range(2):
            response = await visitor.get("https://news.example/feed")
    assert response.body == FEED
    opened, asked, again = proxy.asked
    assert (opened.method, opened.target) == ("CONNECT", "news.example:443")
    assert opened.header("proxy-authorization") == "Basic bmluYTpwdw=="
    assert opened.header("user-agent") is None
    assert asked.header("proxy-authorization") is None
    assert asked.header("host") == "news.example"
    assert again.connection == asked.connection


async def test_the_certificate_behind_a_tunnel_is_checked(through: Through) -> None:
    with serve({"news.example:443": OPEN}, tunnel=server_context("elsewhere")) as proxy:
        error = await through(proxy.url()).fails("https://news.example/feed")
    assert error.fault is FetchFault.TLS
    assert "not for news.example" in str(error)


@pytest.mark.parametrize(
    ("answer", "fault", "words"),
    [
        (Answer(status=407), FetchFault.CONNECT, "asks for a name and a password"),
        (Answer(status=502), FetchFault.CONNECT, "does not connect to news.example (502)"),
        (exact(b"rubbish\r\n\r\n"), FetchFault.PROTOCOL, "does not answer as a proxy"),
    ],
)
async def test_a_proxy_that_refuses_is_named(through: Through, answer: Answer, fault: FetchFault, words: str) -> None:
    with serve({"news.example:443": answer}) as proxy:
        error = await through(proxy.url().replace("://", "://nina:secret@")).fails("https://news.example/feed")
    assert error.fault is fault
    assert words in str(error)
    assert f"127.0.0.1:{proxy.port}" in str(error)
    assert "secret" not in str(error)


async def test_a_proxy_that_is_down_is_named(through: Through) -> None:
    with serve() as proxy:
        pass
    error = await through(proxy.url()).fails(NEWS)
    assert error.fault is FetchFault.CONNECT
    assert f"the proxy 127.0.0.1:{proxy.port} does not accept connections" in str(error)


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "2130706433", "[fd00::1]"])
async def test_no_redirect_leads_inside_through_a_proxy(through: Through, host: str) -> None:
    with serve({NEWS: redirect(302, f"http://{host}/")}) as proxy:
        error = await through(proxy.url()).fails(NEWS)
    assert error.fault is FetchFault.ADDRESS
    assert len(proxy.asked) == 1


async def test_this_machine_is_asked_directly(through: Through) -> None:
    with serve() as proxy, serve({"/": OK}) as server:
        assert (await through(proxy.url()).get(server.url())).body == FEED
        assert (await through(proxy.url()).get(server.url(host="localhost"))).body == FEED
    assert proxy.asked == []


# ------------------------------------------------------------------ the environment

ORIGIN = Origin("https", "news.example", 443)


def chosen(environment: dict[str, str], origin: Origin = ORIGIN) -> str | None:
    proxy = Proxies(environment).of(origin)
    return None if proxy is None else proxy.origin.host_and_port


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p.example:3128"}, "p.example:3128"),
        ({"https_proxy": "http://q.example", "HTTPS_PROXY": "http://p.example"}, "q.example:80"),
        ({"HTTP_PROXY": "http://p.example"}, None),
        ({"ALL_PROXY": "p.example:8080"}, "p.example:8080"),
        ({"all_proxy": "http://[::1]:8080"}, "[::1]:8080"),
        ({"HTTPS_PROXY": " "}, None),
    ],
)
def test_the_environment_chooses_the_proxy(environment: dict[str, str], proxy: str | None) -> None:
    assert chosen(environment) == proxy


@pytest.mark.parametrize(
    ("exempt", "host", "port", "direct"),
    [
        ("*", "news.example", 443, True),
        ("news.example", "news.example", 443, True),
        ("example", "news.example", 443, True),
        (".example", "news.example", 443, True),
        ("*.example", "news.example", 443, True),
        ("other.example, NEWS.example", "news.example", 443, True),
        ("ews.example", "news.example", 443, False),
        ("news.example:443", "news.example", 443, True),
        ("news.example:80", "news.example", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3:443", "10.1.2.3", 443, True),
        ("fd00::/8", "fd00::1", 443, True),
        ("[fd00::1]", "fd00::1", 443, True),
        (",,", "news.example", 443, False),
    ],
)
def test_some_hosts_are_asked_directly(exempt: str, host: str, port: int, direct: bool) -> None:
    environment = {"ALL_PROXY": "http://p.example", "NO_PROXY": exempt}
    assert (chosen(environment, Origin("https", host, port)) is None) is direct


def test_a_request_cannot_choose_the_proxy_of_a_program_behind_a_web_server() -> None:
    environment = {"HTTP_PROXY": "http://evil.example", "REQUEST_METHOD": "GET"}
    assert chosen(environment, Origin("http", "news.example", 80)) is None


@pytest.mark.parametrize(
    "proxy", ["socks5://nina:secret@p.example:1080", "https://p.example", "http://", "http://[::1"]
)
def test_a_proxy_that_cannot_be_used_is_an_error_and_not_passed_by(proxy: str) -> None:
    with pytest.raises(RequestError, match="cannot be used") as raised:
        chosen({"ALL_PROXY": proxy})
    assert raised.value.fault is FetchFault.CONNECT
    assert "secret" not in raised.value.sentence
