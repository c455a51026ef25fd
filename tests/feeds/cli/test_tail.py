"""`wirewatch tail`: arguments, and the whole of it in a process that is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from feeds.cli import DONE, FAILED, INTERRUPTED, MISUSE, SOME_FAILED
from feeds.store import open_store
from tests.support.commands import MODULE, Commands, page, rss, saved
from tests.support.server import Answer, serve

TWELVE = tuple(f"Title {number}" for number in range(12, 0, -1))


@pytest.fixture
def feed(tmp_path: Path) -> str:
    return saved(tmp_path, [("feed.xml", rss("Three|The harbour", "Two|Old words", "One|The sea"))])[0]


# ------------------------------------------------------------------ polling once


def test_what_is_named_is_printed_oldest_first_and_not_saved(wirewatch: Commands, feed: str) -> None:
    ran = wirewatch("tail", feed, "--once")
    assert (ran.status, ran.err) == (DONE, "")
    assert ran.lines == [
        "2026-03-01 09:01  Harbour News  One",
        "2026-03-01 09:02  Harbour News  Two",
        "2026-03-01 09:03  Harbour News  Three",
    ]
    assert not wirewatch.config.exists()
    assert not wirewatch.data.exists()


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ((), [f"Title {number}" for number in range(3, 13)]),
        (("-n", "2"), ["Title 11", "Title 12"]),
        (("-n", "0"), []),
        (("-n", "100"), [f"Title {number}" for number in range(1, 13)]),
        (("--since", "2026-03-01T09:10"), ["Title 10", "Title 11", "Title 12"]),
        (("--since", "2026-03-01T09:10", "-n", "1"), ["Title 12"]),
        (("--match", "title -12 -11", "-n", "2"), ["Title 9", "Title 10"]),
    ],
)
def test_how_many_it_begins_with(
    wirewatch: Commands, tmp_path: Path, words: tuple[str, ...], titles: list[str]
) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss(*TWELVE))])
    fresh = wirewatch("tail", file, "--once", "--json", *words)
    wirewatch("add", file)
    wirewatch("refresh")
    stored = wirewatch("tail", "--once", "--json", *words)
    for ran in (fresh, stored):
        assert [json.loads(line)["title"] for line in ran.lines] == titles
        assert (ran.status, ran.err) == (DONE, "")


def test_several_sources_are_one_timeline(wirewatch: Commands, tmp_path: Path) -> None:
    files = saved(tmp_path, [("a.xml", rss("A2", "", name="A")), ("b.xml", rss("B3", "B2", "", name="B"))])
    ran = wirewatch("tail", *files, "--once", "-n", "3")
    titles = [line.rpartition("  ")[2] for line in ran.lines]
    assert (sorted(titles[:2]), titles[2:]) == (["A2", "B2"], ["B3"])  # two have one time


def test_the_fields_are_those_of_the_contract(wirewatch: Commands, feed: str) -> None:
    wirewatch.configure('[[watches]]\nname = "Port"\nmatch = "harbour"\n')
    ran = wirewatch("tail", feed, "--once", "--json", "-n", "1")
    found = json.loads(ran.out)
    assert found.pop("seen").endswith("Z")
    assert found == {
        "change": "added",
        "id": "3",
        "source": "Harbour News",
        "source_url": Path(feed).resolve().as_uri(),
        "url": None,
        "title": "Three",
        "authors": [],
        "published": "2026-03-01T09:03:00Z",
        "updated": None,
        "text": "The harbour",
        "html": "<p>The harbour</p>",
        "summary": None,
        "tags": [],
        "key_event": False,
        "enclosures": [],
        "revision": 1,
        "matches": ["Port"],
    }


def test_the_saved_sources_are_polled_and_what_is_new_follows_what_is_stored(wirewatch: Commands, feed: str) -> None:
    wirewatch("add", feed, "--name", "Harbour")
    wirewatch("refresh")
    Path(feed).write_bytes(rss("Four", "Three|The harbour", "Two|New words", "One|The sea"))
    ran = wirewatch("tail", "--once", "-n", "1")
    assert [line.partition("  ")[2] for line in ran.lines] == [
        "Harbour  Three",
        "Harbour  Four",
        "Harbour  (edited)  Two",
    ]


@pytest.mark.parametrize("word", ["old", "new"])
def test_an_edit_that_brings_a_word_in_or_takes_it_out_is_printed(wirewatch: Commands, feed: str, word: str) -> None:
    wirewatch("add", feed)
    wirewatch("refresh")
    Path(feed).write_bytes(rss("Three|The harbour", "Two|New words", "One|The sea, edited"))
    ran = wirewatch("tail", "--once", "-n", "0", "--match", word, "--json")
    (found,) = map(json.loads, ran.lines)
    assert (found["change"], found["id"], found["revision"], found["text"]) == ("edited", "2", 2, "New words")


def test_what_was_changed_before_says_so_at_the_beginning(wirewatch: Commands, feed: str) -> None:
    wirewatch("add", feed)
    wirewatch("refresh")
    Path(feed).write_bytes(rss("Three|The harbour", "Two|New words", "One|The sea"))
    wirewatch("refresh")
    found = [json.loads(line) for line in wirewatch("tail", "--once", "--json").lines]
    assert [(each["title"], each["change"], each["revision"]) for each in found] == [
        ("One", "added", 1),
        ("Two", "edited", 2),
        ("Three", "added", 1),
    ]


def test_a_source_that_fails_is_told_once_and_the_status_is_3(wirewatch: Commands, feed: str, tmp_path: Path) -> None:
    (bad,) = saved(tmp_path, [("page.html", page())])
    ran = wirewatch("tail", feed, bad, "--once", "-n", "1")
    assert (ran.status, len(ran.lines)) == (SOME_FAILED, 1)
    assert len(ran.err.splitlines()) == 1
    assert "page.html: " in ran.err


def test_without_sources_there_is_nothing_to_follow(wirewatch: Commands) -> None:
    ran = wirewatch("tail", "--once")
    assert (ran.status, ran.out) == (FAILED, "")
    assert "wirewatch tail URL" in ran.err


def test_beside_another_wirewatch_what_that_stores_is_printed(wirewatch: Commands, feed: str) -> None:
    wirewatch("add", feed)
    wirewatch("refresh")
    store = open_store(wirewatch.data)
    try:
        ran = wirewatch("tail", "--once", "-n", "1")
    finally:
        store.close()
    assert (ran.status, len(ran.lines)) == (DONE, 1)
    assert ran.err == f"Another Wirewatch (process {os.getpid()}) polls these sources; what it stores is printed.\n"


def test_a_store_that_is_damaged_is_told(wirewatch: Commands, feed: str) -> None:
    wirewatch("add", feed)
    wirewatch.data.mkdir()
    (wirewatch.data / "wirewatch.db").write_bytes(b"This is no database. " * 100)
    ran = wirewatch("tail", "--once")
    assert (ran.status, ran.out) == (FAILED, "")
    assert "damaged" in ran.err


def test_hostile_titles_are_just_text(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("&#27;[2J&#10;two\u202e", name="&#155;31mname"))])
    ran = wirewatch("tail", file, "--once")
    assert len(ran.lines) == 1
    assert ran.lines[0].isprintable()


# ------------------------------------------------------------------ a process of its own


def following(wirewatch: Commands, *words: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.Popen(
        [*MODULE, *wirewatch.options, "tail", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_follows_until_it_is_ended_and_leaves_nothing_behind(
    wirewatch: Commands, feed: str, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with following(wirewatch, feed, folder=folder) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # Lines come although it has not ended: each is flushed.
        assert [process.stdout.readline().rpartition("  ")[2] for _ in range(3)] == ["One\n", "Two\n", "Three\n"]
        assert list(folder.iterdir())
        process.send_signal(number)
        assert process.wait() == INTERRUPTED
        assert (process.stdout.read(), process.stderr.read()) == ("", "")
    assert list(folder.iterdir()) == []


def test_it_ends_quietly_when_nobody_reads_any_more(wirewatch: Commands, feed: str, tmp_path: Path) -> None:
    with following(wirewatch, feed, folder=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        # There is nothing more to print that would show it.
        assert process.wait() == DONE
        assert process.stderr.read() == ""


def test_a_source_that_is_gone_ends_it(wirewatch: Commands, tmp_path: Path) -> None:
    with (
        serve({"/live": Answer(status=410)}) as server,
        following(wirewatch, server.url("/live"), folder=tmp_path) as process,
    ):
        out, err = process.communicate()
    assert (process.returncode, out) == (SOME_FAILED, "")
    assert err.endswith("Every source is over; nothing will come any more.\n")


# ------------------------------------------------------------------ what is looked for


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("title:three OR text:old", ["Two", "Three"]),
        ("source:harbour -title:/^T/", ["One"]),
        ("watch:port", ["Three"]),
        ("watch:PORT OR watch:waters", ["One", "Three"]),
        ("on:2026-03-01 -before:2026-03-01T09:02", ["Two", "Three"]),
        ("is:unread revisions:1 -is:withdrawn", ["One", "Two", "Three"]),
        ("after:1m", []),
    ],
)
def test_the_whole_language_is_understood(wirewatch: Commands, feed: str, query: str, titles: list[str]) -> None:
    wirewatch.configure(
        '[[watches]]\nname = "Port"\nmatch = "harbour"\n[[watches]]\nname = "Waters"\nmatch = "sea -watch:port"\n'
    )
    ran = wirewatch("tail", feed, "--once", "--json", "--match", query)
    assert [json.loads(line)["title"] for line in ran.lines] == titles
    assert (ran.status, ran.err) == (DONE, "")


def test_the_names_of_watches_by_state_and_source_are_printed(wirewatch: Commands, feed: str) -> None:
    wirewatch.configure(
        '[[watches]]\nname = "Here"\nmatch = "source:harbour"\n[[watches]]\nname = "Gone"\nmatch = "is:withdrawn"\n'
        '[[watches]]\nname = "Late"\nmatch = "before:1m"\n'
    )
    for command in (("tail", feed, "--once"), ("inspect", feed)):
        assert sum(line.endswith("[Here, Late]") for line in wirewatch(*command).lines) == 3
    wirewatch("add", feed)
    wirewatch("refresh")
    assert "watches     Here, Late" in wirewatch("show", "3").lines


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("is:withdrwan", "“withdrwan” at position 4 is no state; did you mean “is:withdrawn”?"),
        ("watch:prot", "There is no watch “prot” (position 7); did you mean “Port”?"),
        ("a /(b/", "The regular expression at position 3 cannot be used: a closing ) is missing."),
    ],
)
def test_a_query_that_is_not_understood_is_said_with_its_place(
    wirewatch: Commands, feed: str, query: str, sentence: str
) -> None:
    wirewatch.configure('[[watches]]\nname = "Port"\nmatch = "harbour"\n')
    ran = wirewatch("tail", feed, "--once", "--match", query)
    assert (ran.status, ran.out) == (MISUSE, "")
    assert sentence in ran.err
