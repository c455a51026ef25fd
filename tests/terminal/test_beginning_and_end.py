from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.support.terminal import ALTERNATE_SCREEN, Desk, assert_gone, descendants

ENTRY = r"\d\d:\d\d +\S"


def test_with_nothing_configured_the_first_screen_shows_ways_on_and_q_leaves_everything_as_it_was(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.sees("W I R E W A T C H", "a +add a source", "d +see the demo", "q +quit")
        terminal.press("q")
        assert terminal.ends() == 0
        terminal.assert_restored()
        assert not desk.config.exists()


def test_the_demo_survives_every_size_and_leaves_no_process_behind(desk: Desk) -> None:
    with desk.open("demo", columns=200, rows=50) as terminal:
        terminal.sees("The Meridian", "Halvard Wire", ENTRY, "follow")
        children = [pid for pid, _ in descendants(terminal.process.pid)]
        assert children
        for columns, rows in ((80, 24), (40, 10), (1, 1), (120, 36)):
            terminal.resize(columns, rows)
            # One that is drawn for this size leaves nothing of the last one: its last line is the last of the screen.
            if rows > 1:
                terminal.until(lambda: re.search("follow|▲", terminal.lines[-1]), f"the status line at {columns}")
        terminal.sees(ENTRY, "All sources")
        terminal.press("q")
        assert terminal.ends() == 0
        terminal.assert_restored()
        assert_gone(children)
        assert list(desk.temporary.iterdir()) == []
        assert not desk.data.exists() or list(desk.data.iterdir()) == []


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("ctrl+c", 0),
        (signal.SIGINT, 128 + signal.SIGINT),
        (signal.SIGTERM, 128 + signal.SIGTERM),
        (signal.SIGHUP, 128 + signal.SIGHUP),
        (signal.SIGQUIT, 128 + signal.SIGQUIT),
    ],
)
def test_whatever_ends_the_program_the_terminal_is_restored_and_no_process_is_left(
    desk: Desk, how: str | signal.Signals, status: int
) -> None:
    with desk.open("demo") as terminal:
        terminal.sees(ENTRY)
        children = [pid for pid, _ in descendants(terminal.process.pid)]
        if isinstance(how, signal.Signals):
            os.kill(terminal.process.pid, how)
        else:
            terminal.press("\x03")
        assert terminal.ends() == status
        terminal.assert_restored()
        assert_gone(children)
        assert list(desk.temporary.iterdir()) == []
        assert "Traceback" not in terminal.raw.decode("utf-8", "replace")


def test_a_window_that_is_closed_ends_the_program_and_its_processes(desk: Desk) -> None:
    with desk.open("demo") as terminal:
        terminal.sees(ENTRY)
        pids = [pid for pid, _ in descendants(terminal.process.pid)]
        terminal.hang_up()
        # No signal had to end it; the status says in one way or the other that it was not the reader.
        assert terminal.process.wait(20) > 0
        assert_gone(pids)
        assert list(desk.temporary.iterdir()) == []


def test_control_z_gives_the_terminal_back_until_it_is_continued(desk: Desk) -> None:
    with desk.open("demo") as terminal:
        terminal.sees(ENTRY)
        terminal.press("\x1a")
        stopped = os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOWAIT)
        assert stopped is not None
        terminal.read()
        assert not terminal.modes.get(ALTERNATE_SCREEN)
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.until(lambda: terminal.modes.get(ALTERNATE_SCREEN), "the program's screen")
        terminal.press("?")
        terminal.sees("Esc closes")
        terminal.press("\x03")
        assert terminal.ends() == 0
        terminal.assert_restored()


def test_a_file_is_opened_for_this_visit_only(desk: Desk, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(
        '<rss version="2.0"><channel><title>Harbour Wire</title><item><title>Ferries run again</title>'
        "<guid>1</guid></item></channel></rss>"
    )
    with desk.open(str(feed)) as terminal:
        terminal.sees("Ferries run again")
        terminal.press("q")
        assert terminal.ends() == 0
        assert list(desk.temporary.iterdir()) == []
        assert not desk.data.exists() or list(desk.data.iterdir()) == []
