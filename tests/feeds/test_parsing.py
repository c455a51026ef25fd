"""The processes that parse: what they answer, and how they end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import msgpack

from feeds import parser, parsing
from feeds.adapters import Registry
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Request, Response, Visit
from feeds.model import Batch, Kind
from feeds.parser import Answer, Fault, Step
from feeds.parsing import InlineParsing, ParserPool
from tests.support.adapters import ALL, Scripted

ROOT = Path(__file__).parents[2]
URL = "https://feed.example/feed.xml"
RSS = b"<rss><channel><title>Valley</title><item><guid>a</guid><title>Bridge shut</title></item></channel></rss>"
PATIENCE = 20.0
"""Seconds after which a test that waits for a process has failed."""


def told(body: bytes | str, url: str = URL) -> Response:
    return Response(url, request=url, body=body.encode() if isinstance(body, str) else body)


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    pool = ParserPool(adapters=ALL)
    yield pool
    await pool.close()


async def batch(pool: ParserPool, adapter: str, body: bytes | str) -> Batch:
    found = await pool.step(Visit(URL, adapter), (told(body),))
    assert isinstance(found, Batch)
    return found


async def process(pool: ParserPool) -> int:
    """The id of the process that answers now."""
    pid = (await batch(pool, "titled", "x")).cursor["pid"]
    assert isinstance(pid, int)
    return pid


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "begun"
    os.mkfifo(path)
    return path


async def begun(fifo: Path) -> int:
    """Wait until the adapter that waits has begun, and return the id of its process."""
    return int(await asyncio.wait_for(asyncio.to_thread(fifo.read_text), PATIENCE))


def waiting(pool: ParserPool, fifo: Path) -> asyncio.Task[Request | Batch]:
    return asyncio.create_task(pool.step(Visit(URL, "waiting", {"fifo": str(fifo)}), ()))


# ------------------------------------------------------------------ answers


async def test_a_visit_is_answered_with_its_request_and_then_with_its_batch(pool: ParserPool) -> None:
    asked = await pool.step(Visit(URL), ())
    assert isinstance(asked, Request)
    assert (asked.url, asked.conditional) == (URL, True)
    found = await pool.step(Visit(URL), (told(RSS),))
    assert isinstance(found, Batch)
    assert (found.kind, found.adapter, found.title) == (Kind.FEED, "syndication", "Valley")
    assert [post.title for post in found.posts] == ["Bridge shut"]


async def test_both_ways_to_parse_answer_the_same(pool: ParserPool) -> None:
    inline = InlineParsing()
    for responses in ((), (told(RSS),)):
        assert await pool.step(Visit(URL), responses) == await inline.step(Visit(URL), responses)
    await inline.close()


async def test_a_page_is_read_for_its_text_by_both_ways(pool: ParserPool) -> None:
    words = "<p>The bridge is open again after a night of repairs, and the drivers are asked to be patient.</p>"
    page = told(f"<html><body><article>{words * 4}</article></body></html>")
    read = await pool.read(page)
    assert read == await InlineParsing().read(page)
    assert len(read.document) == 4
    for way in (pool, InlineParsing()):
        with pytest.raises(ParseError, match="No text was found"):
            await way.read(told("<html><body>Nothing</body></html>"))


async def test_a_flow_of_many_requests_is_run_again_from_its_start(pool: ParserPool) -> None:
    visit = Visit(URL, "pages", {"pages": 3})
    responses: tuple[Response, ...] = ()
    for number in range(3):
        asked = await pool.step(visit, responses)
        assert isinstance(asked, Request)
        assert asked.url == f"{URL}?page={number}"
        responses += (told(str(number), asked.url),)
    found = await pool.step(visit, responses)
    assert isinstance(found, Batch)
    assert found.title == "0 1 2"


async def test_errors_arrive_with_their_type_and_their_sentence(pool: ParserPool) -> None:
    with pytest.raises(ParseError, match=r"\AThis\[31m cannot be read\.\Z"):
        await batch(pool, "misbehaving", "refuse")
    with pytest.raises(NotAFeedError, match="This is a letter"):
        await batch(pool, "misbehaving", "not a feed")
    with pytest.raises(AdapterError, match="“misbehaving” failed: KeyError: 'items'") as caught:
        await batch(pool, "misbehaving", "raise")
    assert caught.value.adapter == "misbehaving"
    with pytest.raises(AdapterError, match="There is no adapter “absent”"):
        await batch(pool, "absent", "x")


async def test_twenty_steps_side_by_side_share_two_processes(pool: ParserPool) -> None:
    found = await asyncio.gather(*(batch(pool, "titled", f"number {number}") for number in range(20)))
    assert [each.title for each in found] == [f"number {number}" for number in range(20)]
    assert len({each.cursor["pid"] for each in found}) == 2


async def test_a_large_answer_passes(pool: ParserPool) -> None:
    items = "".join(
        f"<item><guid>{number}</guid><description>{'word ' * 400}</description></item>" for number in range(2000)
    )
    found = await pool.step(Visit(URL), (told(f"<rss version='2.0'><channel>{items}</channel></rss>"),))
    assert isinstance(found, Batch)
    assert len(found.posts) == 2000


# ------------------------------------------------------------------ bounds


@pytest.mark.parametrize("way", ["loop", "sleep"])
async def test_a_step_that_takes_too_long_is_killed_and_the_next_one_works(way: str) -> None:
    pool = ParserPool(1, 0.2, adapters=ALL)
    pid = await process(pool)
    with pytest.raises(ParseError, match=r"longer than 0\.2 s"):
        await batch(pool, "misbehaving", way)
    assert await process(pool) != pid
    await pool.close()
    assert not exists(pid)


async def test_a_document_that_needs_too_much_memory_is_given_up(pool: ParserPool) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux keeps the bound on the address space")
    with pytest.raises(ParseError, match="more than 512 MB of memory"):
        await batch(pool, "misbehaving", "remember")
    assert (await batch(pool, "misbehaving", "fine")).title == "behaved"


async def test_endless_recursion_is_an_error_of_that_document(pool: ParserPool) -> None:
    pid = await process(pool)
    with pytest.raises(ParseError, match="nested too deeply"):
        await batch(pool, "misbehaving", "recurse")
    assert await process(pool) == pid


async def test_what_an_adapter_prints_or_reads_does_not_reach_the_frames(pool: ParserPool) -> None:
    assert (await batch(pool, "misbehaving", "print")).title == "printed, and read “”"
    assert (await batch(pool, "misbehaving", "fine")).title == "behaved"


async def test_an_adapter_that_exits_is_an_error_of_that_adapter(pool: ParserPool) -> None:
    with pytest.raises(AdapterError, match="SystemExit: 3"):
        await batch(pool, "misbehaving", "exit")


@pytest.mark.parametrize(("way", "how"), [("stop", "exit status 3"), ("kill", "SIGKILL")])
async def test_a_process_that_dies_with_a_step_costs_that_step(pool: ParserPool, way: str, how: str) -> None:
    with pytest.raises(ParseError, match=how):
        await batch(pool, "misbehaving", way)
    assert (await batch(pool, "misbehaving", "fine")).title == "behaved"


async def test_a_process_killed_while_it_was_idle_is_not_noticed() -> None:
    pool = ParserPool(1, adapters=ALL)
    pid = await process(pool)
    os.kill(pid, signal.SIGKILL)
    other = await process(pool)  # the event loop has not heard of it yet
    assert other != pid
    os.kill(other, signal.SIGKILL)
    await pool._idle[0]._process.wait()
    assert await process(pool) not in (pid, other)
    await pool.close()


async def test_a_process_is_replaced_before_it_has_grown_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_STEPS", 2)
    pool = ParserPool(1, adapters=ALL)
    found = [await process(pool) for _ in range(5)]
    assert found[0] == found[1] != found[2] == found[3] != found[4]
    await pool.close()


async def test_an_answer_without_end_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ParserPool(1, adapters=ALL)
    pid = await process(pool)
    monkeypatch.setattr(parsing, "MAX_ANSWER", 100)
    with pytest.raises(ParseError, match="answered something else"):
        await batch(pool, "titled", "long " * 100)
    monkeypatch.undo()
    assert await process(pool) != pid
    await pool.close()


async def test_no_package_of_the_folder_somebody_stands_in_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: ParserPool
) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert (await batch(pool, "titled", "x")).title == "x"


async def test_a_process_that_does_not_start_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ParserPool(adapters=ALL)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ParseError, match="does not start"):
        await batch(pool, "titled", "x")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ParseError, match="no process could be started"):
        await batch(pool, "titled", "x")
    await pool.close()


async def test_a_cancelled_step_ends_its_process_and_frees_its_place(fifo: Path) -> None:
    pool = ParserPool(1, 600, adapters=ALL)
    task = waiting(pool, fifo)
    pid = await begun(fifo)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await batch(pool, "titled", "next")).title == "next"
    await pool.close()
    assert not exists(pid)


async def test_a_step_cancelled_at_any_moment_leaves_the_pool_whole() -> None:
    pool = ParserPool(1, adapters=ALL)
    for turns in range(12):
        task = asyncio.create_task(pool.step(Visit(URL, "titled"), (told("x"),)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    assert (await batch(pool, "titled", "next")).title == "next"
    await pool.close()


# ------------------------------------------------------------------ endings


async def test_closing_ends_what_is_under_way_and_what_waits(fifo: Path) -> None:
    pool = ParserPool(1, 600, adapters=ALL)
    busy = waiting(pool, fifo)
    pid = await begun(fifo)
    queued = asyncio.create_task(pool.step(Visit(URL), ()))
    await pool.close()
    for task in (busy, queued):
        with pytest.raises(ParseError, match="closing"):
            await task
    await pool.close()
    assert not exists(pid)
    with pytest.raises(ParseError, match="closing"):
        await pool.step(Visit(URL), ())


async def test_closing_ends_idle_processes_and_leaves_no_zombie() -> None:
    pool = ParserPool(adapters=ALL)
    found = await asyncio.gather(*(batch(pool, "titled", "x") for _ in range(4)))
    await pool.close()
    for each in found:
        pid = each.cursor["pid"]
        assert isinstance(pid, int)
        assert not exists(pid)


async def test_a_pool_that_was_never_used_starts_nothing_and_closes() -> None:
    await ParserPool().close()


def alone(*options: str) -> subprocess.Popen[bytes]:
    arguments = [part for adapter in ALL for part in ("--adapter", adapter)]
    return subprocess.Popen(
        [sys.executable, "-m", "feeds.parser", *arguments, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # `communicate` does not see what a buffer holds
        cwd=ROOT,
        start_new_session=True,
    )


def test_a_process_ends_with_its_standard_input() -> None:
    with alone() as process:
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


def test_a_process_ignores_the_interrupt_of_the_terminal() -> None:
    step = parser.frame(msgpack.encode(Step(Visit(URL, "titled"), (told("x"),))))
    with alone() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(step)
        process.stdin.flush()
        assert process.stdout.read(parser.LENGTH) == b"\0\0\0\0"
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(step, timeout=PATIENCE)
        assert process.returncode == 0
    assert msgpack.decode(rest[-int.from_bytes(rest[:4], "big") :], type=Answer).batch is not None


@pytest.mark.parametrize("way", ["loop", "sleep"])
def test_a_busy_process_without_a_parent_ends_by_itself(way: str) -> None:
    step = parser.frame(msgpack.encode(Step(Visit(URL, "misbehaving"), (told(way),))))
    with alone("--seconds", "-0.9") as process:
        process.communicate(step, timeout=PATIENCE)
        assert -process.returncode in (signal.SIGALRM, signal.SIGXCPU)


def test_a_mistake_of_our_own_costs_one_step() -> None:
    class Broken(Registry):
        def claim(self, url: str) -> None:
            raise LookupError("a mistake")

    answer = parser._answer(Broken({"a": Scripted("a")}), msgpack.encode(Step(Visit(URL))))
    assert answer.failure is not None
    assert answer.failure.fault is Fault.PARSE
    assert "error in Wirewatch: LookupError: a mistake" in answer.failure.message


def test_starting_a_process_imports_no_parser_and_nothing_of_the_other_processes() -> None:
    code = "import sys, feeds.parser; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"lxml", "feedparser", "httpx", "sqlite3", "textual", "asyncio", "tomlkit", "importlib.metadata"}
    assert not heavy.intersection(done.stdout.split())
