"""`wirewatch show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeds.cli import DONE, FAILED, MISUSE
from tests.support.commands import Commands, rss
from tests.support.server import Answer, Server, serve


def feed(text: str, title: str = "The river") -> bytes:
    item = (
        f"<item><guid>flood-1</guid><title>{title}</title><link>https://u:secret@harbour.example/1</link>"
        f"<author>Anna Harbour</author><category>Sea</category><description>{text}</description>"
        f"<pubDate>Sun, 01 Mar 2026 09:01:00 GMT</pubDate></item>"
    )
    other = "<item><guid>flood-2</guid><title>Other</title></item><item><guid>ebb</guid><title>Ebb</title></item>"
    return f'<rss version="2.0"><channel><title>Harbour News</title>{item}{other}</channel></rss>'.encode()


STATES = [("The river rose by 40 cm.", "The river"), ("The river rose by 41 cm.", "The river"), ("It fell.", "A river")]


@pytest.fixture
def told(wirewatch: Commands, tmp_path: Path) -> Commands:
    """A source one of whose entries was seen in three states."""
    path = tmp_path / "feed.xml"
    for number, (text, title) in enumerate(STATES):
        path.write_bytes(feed(text, title))
        if not number:
            wirewatch("add", str(path), "--name", "Harbour")
        wirewatch("refresh")
    return wirewatch


@pytest.fixture
def identity(told: Commands) -> str:
    return ids(told)["A river"]


def ids(wirewatch: Commands) -> dict[str, str]:
    lines = wirewatch("tail", "--once", "--json", "-n", "99").lines
    return {record["title"]: record["id"] for record in map(json.loads, lines)}


WORDS = "The bridge over the Varda is open again after a night of repairs; drivers are asked to be patient."
PAGE = f"<html><body><nav>Menu</nav><article><p>{WORDS}</p><p>{WORDS * 2}</p></article></body></html>".encode()


def served(server: Server, wirewatch: Commands) -> None:
    """Poll a feed at that server whose entries lead to pages there."""
    items = "".join(
        f"<item><guid>{name}</guid><title>{name}</title><link>{server.url('/' + name)}</link>"
        "<description>A teaser.</description></item>"
        for name in ("bridge", "closed")
    )
    feed = f'<rss version="2.0"><channel><title>Varda</title>{items}</channel></rss>'
    server.answers["/feed"] = Answer(feed.encode())
    wirewatch("add", server.url("/feed"))
    wirewatch("refresh")


def test_the_full_text_is_fetched_once_and_kept(wirewatch: Commands) -> None:
    with serve({"/bridge": Answer(PAGE, headers=[("Content-Type", "text/html")])}) as server:
        served(server, wirewatch)
        number = ids(wirewatch)["bridge"]
        ran = wirewatch("show", number, "--full")
        assert (ran.status, ran.err) == (DONE, "")
        assert ran.lines[ran.lines.index("") + 1 :] == [WORDS, "", WORDS * 2]
        assert server.targets.count("/bridge") == 1
        del server.answers["/bridge"]
        again = wirewatch("show", number, "--full", "--json")
        assert json.loads(again.out)["text"] == f"{WORDS}\n\n{WORDS * 2}"
        assert server.targets.count("/bridge") == 1
        assert "A teaser." in wirewatch("show", number).out


def test_without_a_full_text_it_says_why(wirewatch: Commands) -> None:
    with serve({"/closed": Answer(b"", status=403)}) as server:
        served(server, wirewatch)
        ran = wirewatch("show", ids(wirewatch)["closed"], "--full")
    assert (ran.status, ran.out) == (FAILED, "")
    assert "There is no full text. 127.0.0.1 refuses this address to Wirewatch (403)." in ran.err
    assert wirewatch("show", "bridge", "--full", "--revisions").status == MISUSE


def test_an_entry_is_shown_in_full(told: Commands, identity: str) -> None:
    ran = told("show", identity)
    assert (ran.status, ran.err) == (DONE, "")
    assert ran.lines[0] == "A river"
    facts = dict(text.split(maxsplit=1) for text in ran.lines[1 : ran.lines.index("")])
    assert facts["id"] == identity
    assert facts["source"].startswith("Harbour  file://")
    assert (facts["authors"], facts["tags"]) == ("Anna Harbour", "Sea")
    assert facts["published"] == "2026-03-01 09:01:00"
    assert facts["state"].startswith("3, edited 20")
    assert facts["address"] == "https://harbour.example/1"
    assert ran.lines[ran.lines.index("") + 1 :] == ["It fell."]


def test_for_scripts_it_is_the_entry_tail_prints(told: Commands, identity: str) -> None:
    (record,) = map(json.loads, told("show", identity, "--json").lines)
    assert record in [json.loads(text) for text in told("tail", "--once", "--json").lines]


def test_the_beginning_of_an_id_is_enough_where_it_means_one(told: Commands) -> None:
    assert told("show", "eb").lines[0] == "Ebb"
    ran = told("show", "flood-")
    assert (ran.status, ran.out) == (FAILED, "")
    assert ran.err == (
        "“flood-” may mean “flood-1” (Harbour), “flood-2” (Harbour); write more of the id, or name the source with "
        "--source.\n"
    )


@pytest.mark.parametrize("word", ["none", "", "%", "_", "\udcff", "flood-1x", "FLOOD"])
def test_an_id_of_nothing_is_told(told: Commands, word: str) -> None:
    ran = told("show", word)
    assert (ran.status, ran.out) == (FAILED, "")
    assert ran.err.startswith("No entry has an id that is or begins with “")


def test_the_source_decides_where_several_have_the_id(told: Commands, tmp_path: Path) -> None:
    (tmp_path / "second.xml").write_bytes(feed("Elsewhere.", "Second"))
    told("add", str(tmp_path / "second.xml"), "--name", "Second paper")
    told("refresh", "Second")
    ran = told("show", "flood-1")
    assert (ran.status, ran.out) == (FAILED, "")
    assert (
        ran.err == "“flood-1” may mean “flood-1” (Harbour), “flood-1” (Second paper); name the source with --source.\n"
    )
    assert told("show", "flood-1", "--source", "sec").lines[0] == "Second"
    assert told("show", "flood-1", "--source", "harb").lines[0] == "A river"
    assert "No saved source is called" in told("show", "flood-1", "--source", "third").err


def test_a_whole_id_goes_before_those_it_begins(wirewatch: Commands, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(*(f"Title {number}" for number in range(12, 0, -1))))
    wirewatch("add", str(tmp_path / "feed.xml"))
    wirewatch("refresh")
    assert wirewatch("show", "1").lines[0] == "Title 1"


# ------------------------------------------------------------------ what was changed


def test_every_state_is_shown_with_what_was_changed_in_it(told: Commands, identity: str) -> None:
    ran = told("show", identity, "--revisions")
    assert ran.status == DONE
    heads = [text for text in ran.lines if text.startswith("--- state")]
    assert [head.split(",")[0] for head in heads] == ["--- state 1", "--- state 2", "--- state 3"]
    assert [head.rsplit(", ", 1)[1] for head in heads] == ["as first seen", "against state 1", "against state 2"]
    parts = [part.splitlines() for part in ran.out.split("--- state")[1:]]
    assert parts[0][1:3] == ["The river", "The river rose by 40 cm."]
    assert parts[1][1:3] == ["The river", "The river rose by [-40-]{+41+} cm."]
    assert parts[2][1] == "[-The-]{+A+} river"
    assert parts[2][2].startswith("[-The river rose")


def test_two_states_can_be_compared(told: Commands, identity: str) -> None:
    ran = told("show", identity, "--revisions", "1..3")
    (head,) = (text for text in ran.lines if text.startswith("--- state"))
    assert head.startswith("--- state 3, ")
    assert head.endswith(", against state 1")
    back = told("show", identity, "--revisions", "2..1").out
    assert "The river rose by [-41-]{+40+} cm." in back


@pytest.mark.parametrize("words", ["0..2", "2..9"])
def test_a_state_that_was_never_seen_is_told(told: Commands, identity: str, words: str) -> None:
    ran = told("show", identity, "--revisions", words)
    assert (ran.status, ran.out) == (FAILED, "")
    assert "the entry has the states 1 to 3." in ran.err


@pytest.mark.parametrize("words", ["x", "1-2", "1..", "..2", "99999999999..1"])
def test_what_names_no_states_is_misuse(told: Commands, identity: str, words: str) -> None:
    ran = told("show", identity, "--revisions", words)
    assert (ran.status, ran.out) == (MISUSE, "")
    assert "is not two states such as 2..4; the ID stands before --revisions." in ran.err


def test_for_scripts_a_state_is_an_object(told: Commands, identity: str) -> None:
    records = list(map(json.loads, told("show", identity, "--revisions", "--json").lines))
    assert [record["revision"] for record in records] == [1, 2, 3]
    assert [record["against"] for record in records] == [None, 1, 2]
    assert [(record["text"], record["title"]) for record in records] == STATES
    assert (records[0]["text_changes"], records[0]["title_changes"]) == ([], [])
    assert records[1]["text_changes"] == [["=", "The river rose by "], ["-", "40"], ["+", "41"], ["=", " cm."]]
    assert records[1]["title_changes"] == [["=", "The river"]]
    assert records[0]["seen"] <= records[1]["seen"] <= records[2]["seen"]
    assert {record["id"] for record in records} == {identity}


def test_an_entry_that_never_changed_has_one_state(told: Commands) -> None:
    ran = told("show", "ebb", "--revisions")
    assert [text.rsplit(", ", 1)[1] for text in ran.lines if text.startswith("--- ")] == ["as first seen"]


def test_trivial_edits_are_counted_beside_the_states(told: Commands, tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(feed("“It  fell.”", "A river"))
    told("refresh")
    (tmp_path / "feed.xml").write_bytes(feed('"It fell."', "A river"))
    told("refresh")
    ran = told("show", "flood-1", "--revisions")
    assert sum(text.startswith("--- state") for text in ran.lines) == 4
    assert ran.lines[-1] == "--- 1 trivial edit was folded away"
    assert json.loads(told("show", "flood-1", "--revisions", "--json").lines[-1])["folded"] == 1


def test_an_entry_that_was_withdrawn_and_the_watches_it_matches_are_told(wirewatch: Commands, tmp_path: Path) -> None:
    wirewatch.configure('[[watches]]\nname = "Two"\nmatch = "second"\n')
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("First", "Second", "Third", "Fourth"))
    wirewatch("add", str(path))
    wirewatch("refresh")
    assert "watches     Two" in wirewatch("show", "3").lines
    whole = rss("First", "Second", "Third", "Fourth").decode()
    start, end = whole.index("<item><guid>3"), whole.index("<item><guid>2")
    path.write_text(whole[:start] + whole[end:])
    wirewatch("refresh")
    wirewatch("refresh")
    (state,) = (text for text in wirewatch("show", "3").lines if text.startswith("state"))
    assert state.startswith("state       1, withdrawn 20")
