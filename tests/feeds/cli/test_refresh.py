"""`wirewatch refresh`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from feeds.cli import DONE, FAILED, SOME_FAILED
from feeds.store import open_store
from tests.support.commands import Commands, page, rss, saved
from tests.support.server import Answer, serve


@pytest.fixture
def files(wirewatch: Commands, tmp_path: Path) -> tuple[Path, Path]:
    """A feed and a page that is none, both saved as sources."""
    good, bad = saved(tmp_path, [("feed.xml", rss("Two|Old words", "One")), ("page.html", page())])
    wirewatch("add", good, "--name", "Harbour")
    wirewatch("add", bad, "--force", "--name", "Page")
    return Path(good), Path(bad)


@pytest.mark.usefixtures("files")
def test_an_outcome_is_printed_for_each_source(wirewatch: Commands) -> None:
    ran = wirewatch("refresh")
    harbour, page_ = ran.lines
    assert (ran.status, ran.err) == (SOME_FAILED, "")
    assert harbour == "changed    Harbour  2 added"
    assert page_.startswith("failed     Page  ")
    assert "web page" in page_


@pytest.mark.usefixtures("files")
def test_only_those_named_are_polled(wirewatch: Commands) -> None:
    assert wirewatch("refresh", "harb").lines == ["changed    Harbour  2 added"]
    assert wirewatch("refresh", "harb").lines == ["unchanged  Harbour"]
    assert wirewatch("refresh", "page").status == SOME_FAILED
    ran = wirewatch("refresh", "zebra", "harb")
    assert (ran.status, ran.out) == (FAILED, "")


def test_edits_are_counted(wirewatch: Commands, files: tuple[Path, Path]) -> None:
    wirewatch("refresh")
    files[0].write_bytes(rss("Three", "Two|New words", "One"))
    (record,) = map(json.loads, wirewatch("refresh", "Harbour", "--json").lines)
    assert record == {
        "source": "Harbour",
        "source_url": files[0].resolve().as_uri(),
        "outcome": "changed",
        "message": "",
        "added": 1,
        "edited": 1,
        "withdrawn": 0,
        "restored": 0,
        "gap": False,
    }


def test_a_gap_is_told(wirewatch: Commands, files: tuple[Path, Path]) -> None:
    wirewatch("refresh")
    files[0].write_bytes(rss(*"IHGFEDC").replace(b"<guid>", b"<guid>9").replace(b"01 Mar", b"02 Mar"))
    ran = wirewatch("refresh", "Harbour")
    assert "Entries may be missing since the last poll." in ran.out


def test_without_sources_there_is_nothing_to_poll(wirewatch: Commands) -> None:
    ran = wirewatch("refresh")
    assert (ran.status, ran.out, ran.err) == (FAILED, "", "No sources are saved yet. Add one: wirewatch add URL\n")


@pytest.mark.usefixtures("files")
def test_beside_another_wirewatch_it_says_who_writes(wirewatch: Commands) -> None:
    store = open_store(wirewatch.data)
    try:
        ran = wirewatch("refresh")
    finally:
        store.close()
    assert (ran.status, ran.out) == (FAILED, "")
    assert ran.err.startswith(f"Another Wirewatch (process {os.getpid()}) already writes to")


def test_a_server_is_asked_as_conditionally_as_ever(wirewatch: Commands) -> None:
    with serve({"/feed": [Answer(rss("One"), headers=[("ETag", '"1"')]), Answer(status=304)]}) as server:
        wirewatch.configure(f'[[sources]]\nurl = "{server.url("/feed")}"\nname = "Harbour"\n')
        assert wirewatch("refresh").lines == ["changed    Harbour  1 added"]
        assert wirewatch("refresh").lines == ["unchanged  Harbour"]
        assert [asked.header("if-none-match") for asked in server.asked] == [None, '"1"']


def test_the_status_is_0_where_all_went_well(wirewatch: Commands, files: tuple[Path, Path]) -> None:
    files[1].write_bytes(rss("It is one now"))
    assert wirewatch("refresh").status == DONE
