"""A live blog that changes while it is read: on two screens of two people, and by a script beside one of them."""

from __future__ import annotations

import json
import queue
import re
import signal
import subprocess
import threading
from collections import Counter
from contextlib import ExitStack
from functools import partial

import pytest

from tests.support.liveblog import Press, Update, blog, minutes_ago
from tests.support.server import serve
from tests.support.terminal import PATIENCE, Desk, Terminal

SIZES = {"wide": (200, 50), "medium": (80, 24)}
CURSOR = "▌.{0,4} "
"""Before a time: the list of sources has a cursor of its own."""
TITLE = "Flood on the Orla"

OLDEST = [
    Update(f"old-{number}", f"Earlier report {number}", "Water.", minutes_ago(60 + number)) for number in range(3)
]
RIVER = Update("river", "River rises by a metre", "The gauge at Tarn stands at five metres.", minutes_ago(40))
ROAD = Update("road", "Road to Tarn is closed", "The valley road is closed to all traffic.", minutes_ago(35))
SCHOOL = Update("school", "Schools stay open", "The schools of the valley stay open.", minutes_ago(30))
BRIDGE = Update("bridge", "Bridge holds for now", "Engineers look at the bridge.", minutes_ago(25))
ROAD_EDITED = Update("road", "Road to Tarn is closed", "The valley road is open to buses and closed to cars.", ROAD.at)


def page(*updates: Update) -> bytes:
    return blog(TITLE, [*updates, *OLDEST])


class Edition:
    """What the readers saw of an edition."""

    def __init__(self) -> None:
        self.text: dict[str, str] = {}
        self.cursor: dict[str, int] = {}
        self.struck: dict[str, bool] = {}


class Story:
    """Everything that was seen and printed."""

    def __init__(self) -> None:
        self.editions: dict[str, Edition] = {}
        self.printed: list[dict[str, object]] = []
        self.interrupted = 0


def headline(title: str, marks: str = ".*") -> str:
    """Return the pattern of a row of the timeline; `marks` stand before its time."""
    return rf"{marks}\d\d:\d\d [^─\n]*{title}"


def poll(terminal: Terminal, press: Press, target: str) -> None:
    """Press r until the edition has been fetched: what was polled a moment ago is left alone for a while."""
    for _ in range(int(PATIENCE)):
        terminal.press("r")
        if press.fetched(target, 1):
            return
    raise AssertionError(f"{target} was never polled")


def next_line(lines: queue.Queue[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(lines.get(timeout=PATIENCE))
    return found


def told(source: subprocess.Popen[str]) -> queue.Queue[str]:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert source.stdout is not None
        for line in source.stdout:
            lines.put(line)

    threading.Thread(target=read, daemon=True).start()
    return lines


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Read the blog through four editions."""
    told_of = Story()
    first = page(BRIDGE, SCHOOL, ROAD, RIVER)
    presses = {name: Press(first) for name in SIZES}
    desks = {name: Desk(tmp_path_factory.mktemp(name)) for name in SIZES}
    with ExitStack() as stack:
        server = stack.enter_context(serve({f"/{name}": press for name, press in presses.items()}))

        screens: dict[str, Terminal] = {}
        for name, (columns, rows) in SIZES.items():
            desks[name].configure(("Valley", server.url(f"/{name}")))
            screens[name] = stack.enter_context(desks[name].open(columns=columns, rows=rows))

        def note(name: str) -> None:
            edition = told_of.editions[name] = Edition()
            for each, terminal in screens.items():
                edition.text[each] = terminal.text
                edition.cursor[each] = terminal.row(headline(ROAD.title, marks=CURSOR))
                edition.struck[each] = terminal.is_struck(SCHOOL.title)

        def issue(body: bytes | None) -> None:
            for press in presses.values():
                press.print(body)
            for each, terminal in screens.items():
                poll(terminal, presses[each], f"/{each}")

        for terminal in screens.values():
            terminal.sees(headline(RIVER.title), headline("Earlier report 2"))
            terminal.press("jj")
            terminal.sees(headline(ROAD.title, marks=CURSOR), "hold")
        # The screen polls; the script prints what that stores.
        lines = told(script := stack.enter_context(desks["wide"].started("tail", "--json", "-n", "100")))
        told_of.printed += [next_line(lines) for _ in range(7)]
        note("first")

        # Two are new, one is edited, one is gone.
        dam = Update("dam", "Dam opens its gates", "Upstream.", minutes_ago(0))
        ferry = Update("ferry", "Ferry is stopped", "Downstream.", minutes_ago(0))
        second = page(ferry, dam, BRIDGE, ROAD_EDITED, RIVER)
        issue(second)
        for terminal in screens.values():
            terminal.sees("2 new", headline(ROAD.title, marks="▌.{0,3}✎.? "))
        told_of.printed += [next_line(lines) for _ in range(3)]
        note("second")

        issue(None)
        for terminal in screens.values():
            terminal.until(partial(terminal.is_struck, SCHOOL.title), "a line through what was withdrawn")
        told_of.printed.append(next_line(lines))
        note("third")

        issue(page(ferry, dam, BRIDGE, SCHOOL, ROAD_EDITED, RIVER))
        for terminal in screens.values():
            terminal.until(partial(terminal.is_whole, SCHOOL.title), "what was restored")
        told_of.printed.append(next_line(lines))
        note("fourth")

        for terminal in screens.values():
            terminal.press("g")
            terminal.sees("follow", headline(dam.title), headline(ferry.title))
        told_of.editions["end"] = Edition()
        told_of.editions["end"].text = {each: terminal.text for each, terminal in screens.items()}
        script.send_signal(signal.SIGINT)
        told_of.interrupted = script.wait(PATIENCE)
        assert lines.empty()
        for terminal in screens.values():
            terminal.press("q")
        assert [terminal.ends() for terminal in screens.values()] == [0, 0]
    return told_of


@pytest.mark.parametrize("size", SIZES)
class TestOnTheScreen:
    def test_the_row_under_the_cursor_stays_where_it_is_whatever_arrives(self, story: Story, size: str) -> None:
        rows = {story.editions[name].cursor[size] for name in ("first", "second", "third", "fourth")}
        assert len(rows) == 1

    def test_new_entries_are_counted_while_the_reader_holds_and_shown_once(self, story: Story, size: str) -> None:
        assert "2 new" not in story.editions["first"].text[size]
        for name in ("second", "third", "fourth"):
            assert "2 new" in story.editions[name].text[size]
        end = story.editions["end"].text[size]
        for title in ("Dam opens its gates", "Ferry is stopped"):
            assert len(re.findall(headline(title), end)) == 1

    def test_an_edited_entry_and_only_that_is_marked(self, story: Story, size: str) -> None:
        assert "✎" not in story.editions["first"].text[size]
        for name in ("second", "third", "fourth"):
            marked = re.findall(r"✎ *\d\d:\d\d .*", story.editions[name].text[size])
            assert len(marked) == 1
            assert ROAD.title in marked[0]

    def test_an_entry_is_withdrawn_at_the_second_poll_without_it_and_stands_again_when_it_is_back(
        self, story: Story, size: str
    ) -> None:
        struck = {name: story.editions[name].struck[size] for name in ("first", "second", "third", "fourth")}
        assert struck == {"first": False, "second": False, "third": True, "fourth": False}
        assert [name for name in struck if "✖" in story.editions[name].text[size]] == ["third"]


class TestInAScript:
    def test_every_change_is_one_line(self, story: Story) -> None:
        changes = [(line["change"], line["title"]) for line in story.printed]
        assert [change for change, _ in changes[:7]] == ["added"] * 7
        assert Counter(changes[7:]) == Counter(
            [
                ("added", "Dam opens its gates"),
                ("added", "Ferry is stopped"),
                ("edited", ROAD.title),
                ("withdrawn", SCHOOL.title),
                ("restored", SCHOOL.title),
            ]
        )

    def test_what_was_stored_is_printed_oldest_first(self, story: Story) -> None:
        times = [str(line["published"]) for line in story.printed[:7]]
        assert times == sorted(times)

    def test_ids_are_stable_and_each_is_of_one_entry(self, story: Story) -> None:
        names: dict[object, set[object]] = {}
        for line in story.printed:
            names.setdefault(line["id"], set()).add(line["title"])
        assert len(names) == 9
        assert all(len(titles) == 1 for titles in names.values())

    def test_ctrl_c_ends_it_with_130(self, story: Story) -> None:
        assert story.interrupted == 130


def test_tail_alone_polls_for_itself_and_a_pipe_that_is_closed_ends_it_quietly(desk: Desk) -> None:
    with serve({"/live": Press(page(BRIDGE, SCHOOL, ROAD, RIVER))}) as server:
        desk.configure(("Valley", server.url("/live")))
        with desk.started("tail", "--json") as script:
            assert script.stdout is not None
            assert script.stderr is not None
            json.loads(script.stdout.readline())
            script.stdout.close()
            assert script.wait(PATIENCE) == 0
            assert script.stderr.read() == ""
            script.stdout = None
