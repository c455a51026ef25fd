"""Whatever a publisher writes, the terminal is told nothing but what the program has to say."""

from __future__ import annotations

import re

import pytest

from tests.support.liveblog import Press, Update, blog, feed, minutes_ago
from tests.support.server import serve
from tests.support.terminal import FEEDS, Desk

MARK = "ATTACK"
"""In every payload, where a terminal would take it for a command."""
PAYLOADS = [
    f"\x1b]0;{MARK}\x07",
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]8;;https://evil.example/{MARK}\x1b\\link\x1b]8;;\x1b\\",
    f"\x1b[2J\x1b[31m{MARK}",
    f"\x9b2J\x9d0;{MARK}\x9c",
    f"\x90q{MARK}\x9c",
    f"\u202e{MARK}\u202c\u2066{MARK}\u2069",
    f"\r\n\x08\x07\x00{MARK}",
    f"[/foo] [bold]{MARK}[/] [@click=app.quit]{MARK}[/] [link='x']{MARK}",
    f"${{{MARK}}} %s {{0}} %n",
]
FORBIDDEN = re.compile(
    rb"\x1b\]0;|\x1b\]2;|\x1b\]52|\x1b\]8;[^;]*;(?!https://paper\.example/n|\x1b)|\x1bP|\x1b\[2J|\xc2[\x80-\x9f]"
    rb"|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|[\x00\x07\x08](?<!default\x07)"
)
"""What the program has no use for (it links to the addresses of entries), C1 in UTF-8, bidirectional overrides."""


def updates() -> list[Update]:
    return [
        Update(f"n{number}", f"Item {number} {payload} end", f"Body {payload} end", minutes_ago(number))
        for number, payload in enumerate(PAYLOADS)
    ]


@pytest.mark.parametrize("kind", ["feed", "escaped feed", "live blog"])
def test_nothing_a_publisher_writes_reaches_the_terminal_as_a_command(desk: Desk, kind: str) -> None:
    body = (
        blog("Hostile \x1b]0;ATTACK\x07", updates()) if kind == "live blog" else feed("Hostile \x9d0;x\x9c", updates())
    )
    if kind == "escaped feed":
        text = body.decode("utf-8")
        body = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda found: f"&#{ord(found[0])};", text).encode()
    content = "text/html" if kind == "live blog" else "application/rss+xml"
    with serve({"/hostile": Press(body, content)}) as server:
        desk.configure(("Hostile \\u001b]0;ATTACK\\u0007", server.url("/hostile")))
        with desk.open(columns=200, rows=50) as terminal:
            terminal.sees("Item 0", "Item 9")
            terminal.press("d")
            for number in range(1, len(PAYLOADS)):
                terminal.press("j")
                terminal.sees(rf"▌.{{0,4}} \d\d:\d\d .*Item {number} ")
            for key, seen in (("?", "Previous entry"), (":", "Search for commands")):
                terminal.press(key)
                terminal.sees(seen)
                terminal.press("\x1b")
                terminal.loses(seen)
            terminal.press("q")
            assert terminal.ends() == 0
            terminal.assert_restored()
            assert FORBIDDEN.findall(terminal.raw) == []
            assert "Traceback" not in terminal.text
        ran = desk.run(*FEEDS, "tail", *desk.places, "--once")
        assert ran.returncode == 0
        said = (ran.stdout + ran.stderr).decode("utf-8")
        assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said) == []
        assert len(ran.stdout.splitlines()) == len(PAYLOADS)


def test_a_title_of_three_megabytes_is_one_row(desk: Desk) -> None:
    long = [
        Update("long", "Endless " * 375_000, "Body.", minutes_ago(1)),
        Update("short", "A short one", "Body.", minutes_ago(2)),
    ]
    with serve({"/feed": Press(feed("Paper", long), "application/rss+xml")}) as server:
        desk.configure(("Paper", server.url("/feed")))
        with desk.open(columns=80, rows=24) as terminal:
            terminal.sees(r"\d\d:\d\d .*Endless", r"\d\d:\d\d .*A short one")
            assert len(re.findall(r"\d\d:\d\d +Paper", terminal.text)) == 2
            terminal.press("j")
            terminal.sees(r"▌.{0,4} \d\d:\d\d .*A short one")
            terminal.press("q")
            assert terminal.ends() == 0
