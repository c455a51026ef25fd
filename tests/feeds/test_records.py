"""Entries as JSON and as lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.document import BOLD, Paragraph, Run, paragraphs
from feeds.events import PollFinished
from feeds.model import Enclosure, Entry, Health, Kind, Outcome, Post, Source, SourceSpec
from feeds.records import (
    entry_record,
    headline,
    last_change,
    outcome_record,
    readable,
    source_record,
    to_line,
    without_credentials,
)
from feeds.store import SourceCounts

SEEN = datetime(2026, 2, 13, 9, 31, 22, 345678, tzinfo=UTC)
SOURCE = Source(1, SourceSpec("https://anna:secret@a.example/live", name="Example: Ukraine"), "https://a.example/live")
POST = Post(
    key="17",
    url="https://a.example/live#17",
    title="Bridge shut",
    authors=("Nora Feld",),
    published=datetime(2026, 2, 13, 9, 31, tzinfo=UTC),
    summary=paragraphs("In short."),
    body=(Paragraph((Run("The "), Run("old", BOLD), Run(" bridge <is> shut."))), *paragraphs("More.")),
    tags=("bridges",),
    enclosures=(Enclosure("https://a.example/1.jpg", "image/jpeg", 12), Enclosure("https://a.example/2")),
    key_event=True,
)


def entry(post: Post = POST, **facts: object) -> Entry:
    made = Entry(
        id=1, source_id=1, identity="17", post=post, sort_at=SEEN, first_seen=SEEN, revised_at=SEEN
    )  # fmt: skip
    return replace(made, **facts)


def test_an_entry_in_json_is_as_the_contract_says() -> None:
    written = msgspec.json.encode(entry_record(entry(), SOURCE, change="added", matches=("Kyiv",)))
    assert b"\n" not in written
    assert list(json.loads(written).items()) == [
        ("change", "added"),
        ("id", "17"),
        ("source", "Example: Ukraine"),
        ("source_url", "https://a.example/live"),
        ("url", "https://a.example/live#17"),
        ("title", "Bridge shut"),
        ("authors", ["Nora Feld"]),
        ("published", "2026-02-13T09:31:00Z"),
        ("updated", None),
        ("seen", "2026-02-13T09:31:22Z"),
        ("text", "The old bridge <is> shut.\n\nMore."),
        ("html", "<p>The <b>old</b> bridge &lt;is&gt; shut.</p><p>More.</p>"),
        ("summary", "In short."),
        ("tags", ["bridges"]),
        ("key_event", True),
        (
            "enclosures",
            [
                {"url": "https://a.example/1.jpg", "type": "image/jpeg", "length": 12},
                {"url": "https://a.example/2", "type": None, "length": None},
            ],
        ),
        ("revision", 1),
        ("matches", ["Kyiv"]),
    ]


def test_what_the_source_does_not_say_is_null_and_a_title_never_invented() -> None:
    found = json.loads(msgspec.json.encode(entry_record(entry(Post(key="1")), SOURCE, change="added")))
    assert [name for name, value in found.items() if value is None] == ["url", "published", "updated", "summary"]
    assert (found["title"], found["text"], found["html"], found["authors"], found["matches"]) == ("", "", "", [], [])


def test_a_summary_alone_is_the_text() -> None:
    found = entry_record(entry(Post(key="1", summary=paragraphs("In short."))), SOURCE, change="added")
    assert (found.text, found.summary) == ("In short.", None)


@pytest.mark.parametrize(("change", "minutes"), [("added", 0), ("edited", 1), ("withdrawn", 2), ("restored", 3)])
def test_seen_is_when_the_change_was_seen(change: str, minutes: int) -> None:
    at = [SEEN.replace(microsecond=0) + timedelta(minutes=number) for number in range(4)]
    made = entry(first_seen=at[0], revised_at=at[1], withdrawn_at=at[2], restored_at=at[3])
    assert entry_record(made, SOURCE, change=change).seen == at[minutes]


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "added"),
        ({"revision": 2}, "edited"),
        ({"revision": 2, "withdrawn_at": SEEN}, "withdrawn"),
        ({"restored_at": SEEN}, "restored"),
        ({"revision": 2, "restored_at": SEEN - timedelta(hours=1)}, "edited"),
        ({"withdrawn_at": SEEN, "restored_at": SEEN}, "withdrawn"),
    ],
)
def test_the_last_change_is_a_word(facts: dict[str, object], word: str) -> None:
    assert last_change(entry(**facts)) == word


def test_a_line_says_when_who_what(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "XYZ-3")
    time.tzset()
    try:
        assert to_line(entry(), SOURCE, change="added") == "2026-02-13 12:31  Example: Ukraine  Bridge shut"
        written = to_line(entry(), SOURCE, change="edited", matches=("Kyiv", "Port"))
        assert written == "2026-02-13 12:31  Example: Ukraine  (edited)  Bridge shut  [Kyiv, Port]"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_without_a_title_the_text_stands_for_it() -> None:
    assert headline(Post(body=paragraphs("Short\nand so on."))) == "Short and so on."
    long = headline(Post(summary=paragraphs("word " * 50)))
    assert long == "word " * 19 + "word…"
    assert headline(Post()) == "(no text)"
    assert len(headline(Post(body=paragraphs("x" * 500)))) <= 101


@given(st.text(), st.text(), st.text())
def test_no_text_leaves_the_line(title: str, name: str, watch: str) -> None:
    source = replace(SOURCE, spec=SourceSpec("https://a.example/", name=name))
    written = to_line(entry(replace(POST, title=title)), source, change="added", matches=(watch,))
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written
    assert "\x9b" not in written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://anna:secret@a.example/x", "https://a.example/x"),
        ("https://anna:p@ss@a.example/x?q=a@b", "https://a.example/x?q=a@b"),
        ("failed: https://anna@a.example and http://b:c@d.example/", "failed: https://a.example and http://d.example/"),
        ("https://a.example/@anna", "https://a.example/@anna"),
        ("mail anna@a.example", "mail anna@a.example"),
        ("//anna@a.example", "//anna@a.example"),
    ],
)
def test_names_and_passwords_in_addresses_are_not_shown(text: str, shown: str) -> None:
    assert without_credentials(text) == readable(text) == shown


def test_a_hostile_sentence_is_one_clean_line() -> None:
    assert readable("a\x1b[2J\nb\u202e") == "a[2J b"


def test_a_source_that_was_never_polled() -> None:
    found = source_record(SourceSpec("https://a:b@a.example/", tags=("x",)), None, SourceCounts())
    assert (found.name, found.url, found.tags) == ("https://a.example/", "https://a.example/", ("x",))
    assert (found.kind, found.adapter, found.polled, found.next_poll) == (None, None, None, None)
    assert (found.outcome, found.standing, found.entries) == ("never", "active", 0)


def test_a_source_that_fares_badly() -> None:
    health = Health(Outcome.FAILED, "No.\x1b", polled_at=SEEN, failing_since=SEEN, failures=3)
    source = replace(SOURCE, kind=Kind.LIVEBLOG, adapter="jsonld", health=health)
    found = json.loads(msgspec.json.encode(source_record(SOURCE.spec, source, SourceCounts(5, 2))))
    assert (found["kind"], found["outcome"], found["message"]) == ("liveblog", "failed", "No.")
    assert (found["polled"], found["failing_since"]) == ("2026-02-13T09:31:22Z", "2026-02-13T09:31:22Z")
    assert (found["entries"], found["unread"]) == (5, 2)


def test_an_outcome() -> None:
    found = outcome_record(PollFinished(1, Outcome.CHANGED, added=2, gap=True), SOURCE)
    assert (found.source, found.source_url, found.outcome) == ("Example: Ukraine", "https://a.example/live", "changed")
    assert (found.added, found.edited, found.gap) == (2, 0, True)
