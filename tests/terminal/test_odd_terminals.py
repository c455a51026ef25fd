from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.liveblog import Press, Update, feed, minutes_ago
from tests.support.server import serve
from tests.support.terminal import ALTERNATE_SCREEN, WIREWATCH, Desk

NEWS = [Update(f"{number}", f"Bulletin {number}", "All is well — “truly”.", minutes_ago(number)) for number in range(3)]


@pytest.mark.parametrize("arguments", [(), ("demo",), ("https://paper.example/feed",)])
def test_without_any_terminal_a_sentence_says_what_to_do(desk: Desk, arguments: tuple[str, ...]) -> None:
    ran = desk.run(*WIREWATCH, *desk.places, *arguments)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.count(b"\n") == 1
    assert b"is not a terminal" in ran.stderr
    assert b"wirewatch tail" in ran.stderr
    assert not desk.config.exists()
    assert not desk.data.exists()


def test_standard_input_that_is_no_terminal_is_refused_with_a_sentence(desk: Desk) -> None:
    with desk.open("demo", stdin=subprocess.DEVNULL) as terminal:
        assert terminal.ends() == 2
        assert "standard input is not a terminal" in terminal.text
        assert ALTERNATE_SCREEN not in terminal.modes


def test_a_terminal_that_is_dumb_is_refused_with_a_sentence(desk: Desk) -> None:
    desk.extra["TERM"] = "dumb"
    with desk.open("demo") as terminal:
        assert terminal.ends() == 2
        assert "TERM=dumb" in terminal.text
        assert b"\x1b" not in terminal.raw


def test_standard_output_that_is_a_file_gets_nothing_while_the_screen_works(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "output"
    with file.open("wb") as output, desk.open("demo", stdout=output.fileno()) as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        terminal.press("q")
        assert terminal.ends() == 0
        terminal.assert_restored()
    assert file.read_bytes() == b""


def test_no_color_draws_no_colour(desk: Desk) -> None:
    desk.extra["NO_COLOR"] = "1"
    with desk.open("demo") as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        terminal.press("j")
        terminal.sees("hold")
        colours = re.findall(rb"\x1b\[(?:[0-9;]*;)?[34]8;2;(\d+);(\d+);(\d+)", terminal.raw)
        assert colours
        assert [each for each in colours if len(set(each)) > 1] == [], "not every colour is a grey"
        terminal.press("q")
        assert terminal.ends() == 0


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "LANG": "C"}, {"LC_ALL": "", "LANG": "C"}, {"LC_ALL": "POSIX"}])
def test_in_a_locale_without_our_signs_the_screen_is_drawn_without_them(desk: Desk, locale: dict[str, str]) -> None:
    desk.extra.update(locale)
    with desk.open("demo") as terminal:
        terminal.sees(r"\d\d:\d\d +\S", r"\^ follow")
        terminal.press("j")
        terminal.sees("= hold")
        terminal.press("q")
        assert terminal.ends() == 0
        terminal.assert_restored()
        outside = set(re.findall(r"[^\x00-\x7f]", terminal.raw.decode()))
        # What a publisher wrote is the publisher's; every sign of ours has a twin.
        assert outside <= set("“”‘’–—…éüöäß")


def test_tail_prints_in_a_terminal_that_speaks_ascii_only(desk: Desk) -> None:
    desk.extra.update(LC_ALL="C", LANG="C", TERM="dumb", PYTHONIOENCODING="ascii")
    with serve({"/feed": Press(feed("Paper", NEWS), "application/rss+xml")}) as server:
        ran = desk.run(*WIREWATCH, *desk.places, "tail", "--once", server.url("/feed"))
        assert ran.returncode == 0
        assert [f"Bulletin {number}".encode() in ran.stdout for number in range(3)] == [True] * 3
        assert ran.stdout.isascii()
        assert b"Traceback" not in ran.stderr
        as_json = desk.run(*WIREWATCH, *desk.places, "tail", "--once", "--json", server.url("/feed"))
        assert "“truly”" in as_json.stdout.decode("utf-8")


def test_a_terminal_of_no_known_kind_still_works(desk: Desk) -> None:
    desk.extra["TERM"] = ""
    with desk.open("demo") as terminal:
        terminal.sees(r"\d\d:\d\d +\S", "follow")
        os.kill(terminal.process.pid, 2)
        assert terminal.ends() in (0, 130)
        terminal.assert_restored()
