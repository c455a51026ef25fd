"""What is said of sources that are added, and which file is meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feeds.events import AddSource, Candidate, KeepSources, Refresh, SourcesFound, SourcesImported
from feeds.model import Kind, SourceSpec
from tests.tui.host import source
from tui import adding


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["A"], "Added A."),
        (["A", "B"], "Added 2 sources: A and B."),
        (["A", "B", "C", "D"], "Added 4 sources: A, B and 2 more."),
    ],
)
def test_sources_that_were_added_are_named(names: list[str], said: str) -> None:
    assert adding.added(names) == said


ASKED = AddSource(SourceSpec(url="https://example.org/page"))


def test_what_was_asked_for_together_is_told_of_together_however_slowly_it_comes() -> None:
    additions = adding.Additions()
    for _ in range(3):
        additions.asked(ASKED, ())
    said = []
    for number, name in enumerate("ABC"):
        additions.take(f"https://example.org/{number}", name)
        said.append(additions.sentence)
    assert said == ["Added A.", "Added 2 sources: A and B.", "Added 3 sources: A, B and 1 more."]
    additions.asked(ASKED, ())
    assert additions.sentence == said[-1]  # what is asked for next says nothing of what has come by now
    additions.take("https://example.org/9", "D")
    assert additions.sentence == "Added D."


def test_a_source_that_is_there_already_was_not_added() -> None:
    additions = adding.Additions()
    additions.asked(ASKED, [source(1), source(2)])
    additions.asked(Refresh(()), ())
    additions.take("https://example.org/1", "A")
    assert additions.sentence == "A is there already."
    additions.take("https://example.org/7", "B")
    assert additions.sentence == "Added B. 1 was there already."
    additions.asked(ASKED, [source(1), source(2)])
    additions.take("https://example.org/1", "A")
    additions.take("https://example.org/2", "C")
    assert additions.sentence == "All 2 are there already."


def test_the_sources_of_a_visit_are_added_when_they_are_kept() -> None:
    additions = adding.Additions()
    additions.asked(KeepSources(), [source(1)])
    additions.take("https://example.org/1", "A")
    assert additions.sentence == "Added A."


@pytest.mark.parametrize(
    ("added", "there", "refused", "said"),
    [
        (41, 0, 2, "41 sources were added; 2 were refused: “x” is a command."),
        (1, 0, 0, "1 source was added."),
        (0, 3, 0, "Nothing was added; 3 were there already."),
        (1_200, 1, 1, "1,200 sources were added; 1 was there already; 1 was refused: “x” is a command."),
        (0, 0, 0, "The list names no sources."),
    ],
)
def test_what_came_of_a_list_is_one_sentence(added: int, there: int, refused: int, said: str) -> None:
    sentences = ("“x” is a command.",) if refused else ()
    assert adding.imported(SourcesImported("/list", added, there, sentences, refused)) == said


def test_what_was_found_is_named() -> None:
    one, other = Candidate("https://a.example/1"), Candidate("https://a.example/2", kind=Kind.LIVEBLOG)
    guess = Candidate("https://a.example/3", kind=Kind.LIVEBLOG, adapter="clockpage")
    assert [adding.kind(each) for each in (one, other, guess)] == ["feed", "live blog", "a guess"]
    assert adding.offers(SourcesFound("https://a.example/page", (one, other))) == "a.example offers 2 sources"
    assert adding.offers(SourcesFound("https://a.example/page", (guess,))) == "a.example: follow this page?"
    assert adding.offers(SourcesFound("file:///page.html", (one, other))) == "file:///page.html offers 2 sources"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("~/feeds.opml", "/home/reader/feeds.opml"),
        ("feeds.opml", "feeds.opml"),
        (" '/lists/my feeds.opml' ", "/lists/my feeds.opml"),
        ("file:///lists/my%20feeds.opml", "/lists/my feeds.opml"),
        ("/lists/my\\ feeds\\ \\(old\\).opml", "/lists/my feeds (old).opml"),
    ],
)
def test_a_path_is_taken_as_it_is_typed_pasted_or_dropped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, typed: str, meant: str
) -> None:
    monkeypatch.setenv("HOME", "/home/reader")
    monkeypatch.chdir(tmp_path)
    assert adding.list_file(typed) == tmp_path / meant


@pytest.mark.parametrize("typed", ["", "  ", "https://example.org/feeds.opml", "~nobody-of-that-name/list", "''"])
def test_what_is_no_path_is_said(typed: str) -> None:
    assert adding.list_file(typed) is None


def test_a_file_whose_name_has_a_backslash_is_meant_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a\\ b"
    file.touch()
    assert adding.list_file(str(file)) == file


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdin", "pipe"])
def test_what_may_never_end_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    if path == "/dev/stdin":
        reading, writing = os.pipe()
        stdin = os.dup(0)
        os.dup2(reading, 0)
    try:
        assert adding.list_file(path) is None
    finally:
        if path == "/dev/stdin":
            os.dup2(stdin, 0)
            for descriptor in (reading, writing, stdin):
                os.close(descriptor)
