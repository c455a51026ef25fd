"""Streams of events on the command line: a visit to one ends, though the stream does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeds.cli import DONE
from feeds.fetch import streams
from tests.support.commands import Commands, saved
from tests.support.server import Live, serve

EVENTS = (
    b'id: 1\ndata: {"title": "One", "date": "2026-03-01T09:01:00Z"}\n\n'
    b'id: 2\ndata: {"title": "Two", "date": "2026-03-01T09:02:00Z"}\n\n'
)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET", 0.01)


def test_a_file_of_events_is_a_live_blog(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("events.txt", EVENTS)])
    found = json.loads(wirewatch("inspect", file, "--json").out)
    assert (found["kind"], found["adapter"], found["problems"]) == ("liveblog", "eventstream", [])
    assert [entry["title"] for entry in found["entries"]] == ["Two", "One"]
    ran = wirewatch("tail", file, "--once")
    assert [line.rpartition("  ")[2] for line in ran.lines] == ["One", "Two"]


def test_events_on_standard_input_are_read_to_their_end(wirewatch: Commands) -> None:
    arguments = ("--url", "https://valley.test/live", "--content-type", "text/event-stream")
    found = json.loads(wirewatch("inspect", "-", *arguments, "--json", stdin=EVENTS).out)
    assert (found["adapter"], found["title"], len(found["entries"])) == ("eventstream", "valley.test", 2)


def test_a_stream_that_is_open_is_inspected_and_left(wirewatch: Commands) -> None:
    live = Live(EVENTS)
    with serve({"/": live.answer()}) as server:
        ran = wirewatch("inspect", server.url(), "--json")
        found = json.loads(ran.out)
        while not live.left.wait(0.001):
            live.send(b": there?\n\n")
        assert len(server.asked) == 1
    assert (ran.status, ran.err) == (DONE, "")
    assert (found["adapter"], found["poll_after_seconds"], len(found["entries"])) == ("eventstream", 2, 2)


def test_a_stream_that_is_open_is_printed_once_and_left(wirewatch: Commands) -> None:
    live = Live(EVENTS)
    with serve({"/": live.answer()}) as server:
        ran = wirewatch("tail", server.url(), "--once")
        while not live.left.wait(0.001):
            live.send(b": there?\n\n")
    assert (ran.status, ran.err) == (DONE, "")
    assert [line.rpartition("  ")[2] for line in ran.lines] == ["One", "Two"]
