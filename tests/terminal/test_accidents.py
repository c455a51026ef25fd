"""What is left when a process is killed, and two of them on the same data."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.support.liveblog import Press, Update, blog, minutes_ago
from tests.support.server import Answer, Server, exact, serve
from tests.support.stores import assert_sound, raw
from tests.support.terminal import PATIENCE, Desk, Terminal, assert_gone, descendants

SOURCES = 4


def page(number: int) -> bytes:
    """Return the live blog of a village; each has its own news."""
    updates = [
        Update(
            f"{number}-{each}", f"News {each} of village {number}", "Nothing happened.", minutes_ago(5 * each + number)
        )
        for each in range(3)
    ]
    return blog(f"Village {number}", updates)


def villages(server: Server) -> list[tuple[str, str]]:
    return [(f"Village {number}", server.url(f"/{number}")) for number in range(SOURCES)]


def news(terminal: Terminal) -> set[str]:
    """Return the news that is on the screen."""
    return set(re.findall(r"News \d of village \d", terminal.text))


def engine_of(terminal: Terminal) -> int:
    (pid,) = [pid for pid, command in descendants(terminal.process.pid) if "feeds.service" in command]
    return pid


def kill_screen(terminal: Terminal) -> list[int]:
    pids = [pid for pid, _ in descendants(terminal.process.pid)]
    os.kill(terminal.process.pid, signal.SIGKILL)
    assert terminal.ends() == -signal.SIGKILL
    return pids


def kill_engine(terminal: Terminal) -> list[int]:
    pids = [pid for pid, _ in descendants(terminal.process.pid)]
    os.kill(engine_of(terminal), signal.SIGKILL)
    terminal.sees("engine")
    terminal.press("q")
    assert terminal.ends() == 0
    terminal.assert_restored()
    return pids


@pytest.mark.parametrize("kill", [kill_screen, kill_engine])
def test_what_had_been_shown_is_shown_again_after_a_process_is_killed(
    desk: Desk, kill: Callable[[Terminal], list[int]]
) -> None:
    go_on = [threading.Event() for _ in range(SOURCES)]

    def half(number: int) -> Answer:
        body = page(number)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        return exact(head + body[:200], go_on[number], body[200:])

    with serve({f"/{number}": half(number) for number in range(SOURCES)}) as server, ExitStack() as stack:
        desk.configure(*villages(server))
        shown: set[str] = set()
        for round_number in range(SOURCES):
            terminal = stack.enter_context(desk.open(columns=160, rows=40))
            terminal.until(lambda: shown <= news(terminal), "everything there was")  # noqa: B023 - called at once
            # The answers of this round come one after the other; the next is under way when the process dies.
            go_on[round_number].set()
            terminal.sees(f"News 2 of village {round_number}")
            shown |= news(terminal)
            assert_gone(kill(terminal))
            assert_sound(desk.data)
        last = stack.enter_context(desk.open(columns=160, rows=40))
        last.until(lambda: shown <= news(last), "everything there was")
        assert len(shown) == 3 * SOURCES
        assert "read only" not in last.text
        last.press("q")
        assert last.ends() == 0
        assert list(desk.temporary.iterdir()) == []


def test_an_engine_that_stands_still_does_not_stop_the_screen(desk: Desk) -> None:
    with serve({"/0": Press(page(0))}) as server:
        desk.configure(("Village 0", server.url("/0")))
        with desk.open() as terminal:
            terminal.sees("News 2 of village 0")
            engine = engine_of(terminal)
            os.kill(engine, signal.SIGSTOP)
            terminal.press("j")
            terminal.sees(r"▌.{0,4} \d\d:\d\d .*News 1 of village 0")
            terminal.press("?")
            terminal.sees("Previous entry")
            terminal.press("q")
            terminal.loses("Previous entry")
            terminal.press("q")
            # It is given a moment, then ended.
            assert terminal.ends() == 0
            terminal.assert_restored()
            assert_gone([engine])
            assert_sound(desk.data)


def test_a_second_wirewatch_reads_what_the_first_stores_and_says_so(desk: Desk) -> None:
    press = Press(page(0))
    with serve({"/0": press}) as server:
        desk.configure(("Village 0", server.url("/0")))
        with desk.open() as first, desk.open() as second:
            first.sees("News 2 of village 0")
            second.sees("News 2 of village 0")
            reader, writer = (second, first) if "read only" not in first.text else (first, second)
            reader.sees("read only")
            assert "read only" not in writer.text
            late = Update("late", "Something happened", "At last.", minutes_ago(0))
            press.print(blog("Village 0", [late, *_of_page_0()]))
            for _ in range(int(PATIENCE)):
                writer.press("r")
                if press.fetched("/0", 1):
                    break
            writer.sees("Something happened")
            reader.sees("Something happened")
            # The one that only read is the one that polls once it is alone.
            writer.press("q")
            assert writer.ends() == 0
            reader.loses("read only")
            reader.press("q")
            assert reader.ends() == 0
            assert_sound(desk.data)


def _of_page_0() -> list[Update]:
    return [
        Update(f"0-{each}", f"News {each} of village 0", "Nothing happened.", minutes_ago(5 * each))
        for each in range(3)
    ]


def test_sources_named_on_the_command_line_leave_nothing_until_they_are_kept(desk: Desk) -> None:
    with serve({"/0": Press(page(0))}) as server:
        address = server.url("/0")
        with desk.open(address) as terminal:
            terminal.sees("News 2 of village 0")
            assert [path.name for path in desk.temporary.iterdir()] != []
            terminal.press("q")
            assert terminal.ends() == 0
        assert not desk.config.exists()
        assert not desk.data.exists()
        assert list(desk.temporary.iterdir()) == []
        with desk.open(address) as terminal:
            terminal.sees("News 2 of village 0")
            terminal.press("+")
            terminal.until(desk.config.exists, "the configuration")
            terminal.sees("Added ")
            terminal.press("q")
            assert terminal.ends() == 0
        assert address in desk.config.read_text(encoding="utf-8")
        assert not (desk.data / "wirewatch.db").exists()
        with desk.open() as terminal:
            terminal.sees("News 2 of village 0")
            with raw(desk.data) as connection:
                assert connection.execute("SELECT count(*) FROM entry").fetchone() == (3,)
