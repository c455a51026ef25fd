"""The command in a real terminal: it opens, plays, ends as it should, and leaves the terminal as it was."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from feeds import cli
from feeds.cli import Place
from feeds.config import Settings
from tui import __main__ as command

ROOT = Path(__file__).parents[2]
LEFT = b"\x1b[?1049l"


class Terminal:
    """The program in a terminal of 120 by 36."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        own = {
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "TMPDIR": str(folder),
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "PATH": os.environ["PATH"],
        }
        self.child = pexpect.spawn(
            sys.executable, ["-m", "tui", *arguments], dimensions=(36, 120), env=own | environment, cwd=str(ROOT)
        )
        self.screen = pyte.Screen(120, 36)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""

    def until(self, pattern: str, seconds: float = 30) -> str:
        """Read until something is on the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = "\n".join(self.screen.display)
            if re.search(pattern, text):
                return text
            try:
                data = self.child.read_nonblocking(65_536, 0.2)
            except pexpect.TIMEOUT:
                continue
            self.raw += data
            self.stream.feed(data)
        raise AssertionError("\n".join(self.screen.display))

    def end(self) -> int | None:
        """Read to the end and return the exit status."""
        self.raw += self.child.read()
        self.child.close()
        status: int | None = self.child.exitstatus
        return status


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    left = [each.name for each in tmp_path.iterdir() if each.name.startswith("wirewatch-")]
    assert left == [], "what was for this visit only is gone"


def test_the_demo_plays_and_q_leaves(folder: Path) -> None:
    terminal = Terminal(folder, "demo")
    terminal.until(r"Good morning from Tarsk")
    terminal.child.send("q")
    assert terminal.end() == 0
    assert LEFT in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(folder: Path, number: signal.Signals) -> None:
    terminal = Terminal(folder, "demo")
    terminal.until(r"follow")
    terminal.child.kill(number)
    assert terminal.end() == 128 + number
    assert LEFT in terminal.raw


def test_the_first_screen_leads_into_the_demo_and_control_c_leaves(folder: Path) -> None:
    terminal = Terminal(folder, LANG="C", LC_ALL="C")
    text = terminal.until(r"see the demo")
    assert text.isascii()
    terminal.child.send("d")
    terminal.until(r"Good morning from Tarsk")
    terminal.child.send("\x03")
    assert terminal.end() == 0
    assert LEFT in terminal.raw


def test_control_z_suspends_and_comes_back(folder: Path) -> None:
    terminal = Terminal(folder, "demo")
    terminal.until(r"Good morning from Tarsk")
    terminal.child.send("\x1a")
    pid = terminal.child.pid
    _, status = os.waitpid(pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    os.kill(pid, signal.SIGCONT)
    terminal.child.send("?")
    terminal.until(r"Esc closes")
    terminal.child.send("\x03")
    assert terminal.end() == 0


def test_a_file_is_opened_for_this_visit_only(folder: Path) -> None:
    feed = folder / "feed.xml"
    feed.write_text(
        '<rss version="2.0"><channel><title>Harbour Wire</title><item><title>Ferries run again</title>'
        "<guid>1</guid></item></channel></rss>"
    )
    terminal = Terminal(folder, str(feed))
    terminal.until(r"Ferries run again")
    terminal.child.send("q")
    assert terminal.end() == 0
    assert not (folder / "data").exists()


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tui", "--data", str(tmp_path)],
        capture_output=True, stdin=subprocess.DEVNULL, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert ended.returncode == cli.MISUSE
    assert ended.stdout == ""
    assert "wirewatch tail" in ended.stderr


# ------------------------------------------------------------------ what it is opened on


def place(folder: Path) -> Place:
    made = Place()
    made.config, made.data = folder / "config.toml", folder / "data"
    return made


def test_a_visit_keeps_its_entries_apart_and_everything_else(tmp_path: Path) -> None:
    settings = Settings(theme="nord", ascii=True)
    options = command.visit_options(tmp_path / "visit", place(tmp_path), settings, ("https://example.org/live",))
    assert options.visit_only
    assert (options.data, options.logs) == (tmp_path / "visit", tmp_path / "data")
    assert [spec.url for spec in options.settings.sources] == ["https://example.org/live"]
    assert (options.settings.theme, options.settings.ascii) == ("nord", True)


def test_the_demo_has_its_own_sources_watches_and_clock(tmp_path: Path) -> None:
    options = command.demo_options(tmp_path / "demo", place(tmp_path), Settings(theme="nord"))
    assert options.demo
    assert len(options.settings.sources) == 3
    assert [watch.key for watch in options.settings.watches] == [1, 2, 3]
    assert options.settings.theme == "nord"


def test_the_saved_sources_are_in_the_folder_of_data(tmp_path: Path) -> None:
    options = command.saved_options(place(tmp_path), Settings())
    assert (options.data, options.visit_only, options.demo) == (tmp_path / "data", False, False)
