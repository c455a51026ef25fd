"""Look-ups, and what counts as inside."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from feeds.errors import FetchFault
from feeds.fetch import names
from feeds.fetch.faults import RequestError
from feeds.fetch.names import IPAddress, Names, is_inside, is_local, literal
from feeds.fetch.threads import Threads
from tests.feeds.fetch.conftest import Visitor
from tests.support.server import Answer, serve

HOME: list[IPAddress] = [ipaddress.ip_address("127.0.0.1")]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "3fff::1",
        "4000::1",
    ],
)
def test_an_address_that_is_not_public_is_inside(address: str) -> None:
    assert is_inside(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
    ],
)
def test_a_public_address_is_not_inside(address: str) -> None:
    assert not is_inside(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("a.example", None),
        ("1.2.3.4.5", None),
        ("256.256.256.256", None),
        ("4294967296", None),
        ("", None),
        ("dead.beef", None),
    ],
)
def test_a_host_in_numbers_is_read_as_the_system_reads_it(host: str, address: str | None) -> None:
    assert literal(host) == (None if address is None else ipaddress.ip_address(address))


def test_some_names_are_this_machine_whatever_a_name_server_says() -> None:
    assert is_local("localhost")
    assert is_local("LOCALHOST.")
    assert is_local("x.localhost")
    assert not is_local("notlocalhost")
    assert not is_local("localhost.example")


def test_the_system_is_asked() -> None:
    try:
        found = names.look_up("localhost")
    except socket.gaierror:
        pytest.skip("this machine has no name for itself")
    assert all(address.is_loopback for address in found)


# ------------------------------------------------------------------ the look-ups


@pytest.fixture
async def threads() -> AsyncIterator[Threads]:
    threads = Threads()
    yield threads
    threads.close()


class Counted:
    def __init__(self, answer: Callable[[], list[IPAddress]] = HOME.copy) -> None:
        self.asked: list[str] = []
        self._answer = answer

    def __call__(self, host: str) -> list[IPAddress]:
        self.asked.append(host)
        return self._answer()


async def test_a_name_is_remembered_for_a_while(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted()
    looked_up = Names(threads, counted)
    for _ in range(3):
        assert await looked_up.addresses("a.example", inside=True) == HOME
    assert counted.asked == ["a.example"]
    monkeypatch.setattr(names, "FRESH", 0.0)
    await looked_up.addresses("a.example", inside=True)
    assert len(counted.asked) == 2


async def test_only_so_many_names_are_remembered(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MAX_NAMES", 2)
    counted = Counted()
    looked_up = Names(threads, counted)
    for host in ("a", "b", "c", "c", "a"):
        await looked_up.addresses(host, inside=True)
    assert counted.asked == ["a", "b", "c", "a"]


async def test_a_failed_look_up_is_not_remembered(threads: Threads) -> None:
    def fails() -> list[IPAddress]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    counted = Counted(fails)
    looked_up = Names(threads, counted)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await looked_up.addresses("a.example", inside=True)
    assert len(counted.asked) == 2


async def test_a_name_is_looked_up_once_for_all_who_wait(threads: Threads) -> None:
    release = threading.Event()

    def answer() -> list[IPAddress]:
        release.wait(10)
        return HOME

    counted = Counted(answer)
    looked_up = Names(threads, counted)
    waiting = [asyncio.create_task(looked_up.addresses("a.example", inside=True)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    release.set()
    assert await asyncio.gather(*waiting[1:]) == [HOME, HOME]
    assert waiting[0].cancelled()
    assert len(counted.asked) == 1


async def test_of_mixed_addresses_a_public_source_is_given_the_public(threads: Threads) -> None:
    mixed = [ipaddress.ip_address(address) for address in ("10.0.0.1", "1.1.1.1", "::1")]
    looked_up = Names(threads, Counted(lambda: mixed))
    assert await looked_up.addresses("a.example", inside=False) == [ipaddress.ip_address("1.1.1.1")]
    assert await looked_up.addresses("a.example", inside=True) == mixed


async def test_a_name_that_is_inside_is_refused(threads: Threads) -> None:
    counted = Counted()
    looked_up = Names(threads, counted)
    for host in ("a.example", "localhost", "127.1"):
        with pytest.raises(RequestError) as raised:
            await looked_up.addresses(host, inside=False)
        assert raised.value.fault is FetchFault.ADDRESS
    assert counted.asked == ["a.example"]


# ------------------------------------------------------------------ names that hang


async def test_hung_names_hold_up_neither_healthy_ones_nor_closing() -> None:
    release, hanging = threading.Event(), threading.Semaphore(0)

    def look_up(host: str) -> list[IPAddress]:
        if host != "news.example":
            hanging.release()
            release.wait(20)
        return HOME

    visitor = Visitor(lookup=look_up)
    hung = [asyncio.create_task(visitor.get(f"http://hung{n}.example/")) for n in range(20)]
    for _ in hung:
        await asyncio.to_thread(hanging.acquire)
    with serve({"/": Answer(b"ok")}) as server:
        assert (await visitor.get(server.url(host="news.example"))).body == b"ok"
    await visitor.fetcher.close()
    for task in hung:
        task.cancel()
    await asyncio.gather(*hung, return_exceptions=True)
    assert not release.is_set()
    release.set()


async def test_a_name_that_hangs_ends_at_the_deadline() -> None:
    release = threading.Event()

    def look_up(host: str) -> list[IPAddress]:
        release.wait(20)
        return HOME

    visitor = Visitor(timeout=0.2, lookup=look_up)
    error = await visitor.fails("http://hung.example/")
    assert error.fault is FetchFault.TIMEOUT
    await visitor.fetcher.close()
    release.set()


QUIT = """
import asyncio, threading
from feeds.fetch.names import Names
from feeds.fetch.threads import Threads

hung = threading.Semaphore(0)

def hang(host):
    hung.release()
    threading.Event().wait()

async def main():
    looked_up = Names(Threads(), hang)
    tasks = [asyncio.create_task(looked_up.addresses(f"{n}.example", inside=True)) for n in range(20)]
    for _ in tasks:
        await asyncio.sleep(0)
    for _ in tasks:
        assert hung.acquire(timeout=10)
    looked_up.forget()

asyncio.run(main())
print("left")
"""


def test_the_program_ends_while_names_hang() -> None:
    ended = subprocess.run([sys.executable, "-c", QUIT], capture_output=True, text=True, timeout=30, check=False)
    assert ended.stdout == "left\n"
    assert ended.stderr == ""
    assert ended.returncode == 0


async def test_no_more_threads_are_started_than_allowed() -> None:
    threads = Threads(2)
    running = threading.Semaphore(0)
    release = threading.Event()
    together: list[int] = []
    lock = threading.Lock()
    current = 0

    def call() -> None:
        nonlocal current
        with lock:
            current += 1
            together.append(current)
        running.release()
        release.wait(10)
        with lock:
            current -= 1

    tasks = [asyncio.create_task(threads.run(call)) for _ in range(6)]
    await asyncio.sleep(0)
    for _ in range(2):
        assert running.acquire(timeout=10)
    release.set()
    await asyncio.gather(*tasks)
    threads.close()
    assert max(together) == 2
    assert len(together) == 6
