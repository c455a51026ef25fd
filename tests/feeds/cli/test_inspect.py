"""`wirewatch inspect`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.cli import DONE, FAILED
from feeds.fetch import MAX_BODY
from tests.support.commands import Commands, Ran, clocks, page, rss, saved
from tests.support.server import Answer, serve

FIELDS = [
    "url", "kind", "adapter", "reason", "title", "description", "language", "live", "started", "ended",
    "poll_after_seconds", "entries", "feeds", "problems",
]  # fmt: skip
ENTRY_FIELDS = [
    "change", "id", "source", "source_url", "url", "title", "authors", "published", "updated", "seen", "text", "html",
    "summary", "tags", "key_event", "enclosures", "revision", "matches",
]  # fmt: skip

BLOG = b"""<!doctype html><html lang="en"><head><title>River: live</title>
<link rel="alternate" type="application/rss+xml" href="/rss" title="All news"></head><body>
<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "River rises",
"description": "The <b>day</b>.",
"coverageStartTime": "2026-03-01T08:00:00Z", "coverageEndTime": "2026-03-02T08:00:00Z", "inLanguage": "en",
"creativeWorkStatus": "live", "liveBlogUpdate": [
{"@id": "#b", "headline": "Bridge shut", "datePublished": "2026-03-01T10:00:00Z", "articleBody": "Closed to Kyiv."},
{"@id": "#a", "headline": "Water", "datePublished": "2026-03-01T09:00:00Z", "articleBody": "High."}]}</script>
</body></html>"""


def record(ran: Ran) -> dict[str, object]:
    assert (ran.status, ran.err, len(ran.lines)) == (DONE, "", 1)
    found: dict[str, object] = json.loads(ran.out)
    return found


def test_a_live_blog_in_json_has_the_fields_of_the_contract_in_their_order(wirewatch: Commands) -> None:
    wirewatch.configure('[[watches]]\nname = "Kyiv"\nmatch = "kyiv"\n')
    found = record(wirewatch("inspect", "-", "--url", "https://river.example/live", "--json", stdin=BLOG))
    assert list(found) == FIELDS
    entries = found.pop("entries")
    assert isinstance(entries, list)
    assert isinstance(found.pop("poll_after_seconds"), int)
    assert found == {
        "url": "https://river.example/live",
        "kind": "liveblog",
        "adapter": "jsonld",
        "reason": "The answer holds what it reads.",
        "title": "River rises",
        "description": "The day.",
        "language": "en",
        "live": True,
        "started": "2026-03-01T08:00:00Z",
        "ended": "2026-03-02T08:00:00Z",
        "feeds": [
            {"url": "https://river.example/rss", "type": "application/rss+xml", "title": "All news", "adapter": None}
        ],
        "problems": [],
    }
    assert [list(entry) for entry in entries] == [ENTRY_FIELDS] * 2
    assert [entry["title"] for entry in entries] == ["Bridge shut", "Water"]
    assert [entry["matches"] for entry in entries] == [["Kyiv"], []]
    assert entries[0]["source"] == "River rises"
    assert entries[0]["published"] == "2026-03-01T10:00:00Z"
    assert entries[0]["change"] == "added"


def test_a_feed_for_people(wirewatch: Commands, tmp_path: Path) -> None:
    wirewatch.configure('[[watches]]\nname = "Bridge"\nmatch = "bridge"\n')
    (file,) = saved(tmp_path, [("feed.xml", rss("Bridge shut", "|Water is  high", about="All the news"))])
    ran = wirewatch("inspect", file)
    assert (ran.status, ran.err) == (DONE, "")
    head, _, entries = ran.out.partition("\n\n")
    assert head.splitlines()[1:5] == [
        "kind        feed",
        "adapter     syndication: The answer is in its format, and the address looks like one of its own.",
        "title       Harbour News",
        "about       All the news",
    ]
    assert "polling     again after " in head
    assert entries == "2026-03-01 09:02  Bridge shut  [Bridge]\n2026-03-01 09:01  Water is high\n"


def test_a_live_blog_for_people(wirewatch: Commands) -> None:
    ran = wirewatch("inspect", "-", "--url", "https://river.example/live", stdin=BLOG)
    assert "kind        live blog\n" in ran.out
    assert "coverage    live, since 2026-03-01 08:00, said to end 2026-03-02 08:00\n" in ran.out
    assert ran.out.endswith("\noffers  https://river.example/rss  application/rss+xml  All news\n")


def test_a_page_is_an_answer_too(wirewatch: Commands) -> None:
    with serve({"/": Answer(page("/feed"), headers=[("Content-Type", "text/html")])}) as server:
        found = record(wirewatch("inspect", server.url("/"), "--json"))
        ran = wirewatch("inspect", server.url("/"))
    assert (found["kind"], found["adapter"], found["reason"], found["poll_after_seconds"]) == ("page", None, None, None)
    assert [feed["url"] for feed in found["feeds"]] == [server.url("/feed")]  # type: ignore[attr-defined]  # a list
    assert "web page, neither a feed nor a live blog" in ran.out
    assert f"offers  {server.url('/feed')}" in ran.out
    assert "entries" not in ran.out


def test_a_page_says_what_it_leads_to_the_best_first(wirewatch: Commands) -> None:
    body = clocks(
        '<a href="/live/flood">Flood: live</a><a href="https://www.theguardian.com/x/live/2026/mar/01/y">G</a>'
    )
    with serve({"/": Answer(body.replace(b"<head>", b'<head><link rel="alternate" href="/feed.xml">'))}) as server:
        found = record(wirewatch("inspect", server.url("/"), "--json"))
        ran = wirewatch("inspect", server.url("/"))
        named = record(wirewatch("inspect", server.url("/"), "--adapter", "clockpage", "--json"))
    assert [(offer["url"], offer["adapter"]) for offer in found["feeds"]] == [  # type: ignore[attr-defined]  # a list
        (server.url("/feed.xml"), None),
        ("https://www.theguardian.com/x/live/2026/mar/01/y", None),
        (server.url("/live/flood"), None),
        (server.url("/"), "clockpage"),
    ]
    assert ran.lines[-1] == (
        f"offers  {server.url('/')}  text/html  Read by its clock times, which is a guess  (--adapter clockpage)"
    )
    assert (named["kind"], named["adapter"], named["reason"]) == ("liveblog", "clockpage", "It was named.")
    assert len(named["entries"]) == 3  # type: ignore[arg-type]  # a list


def test_an_amp_page_that_is_a_live_blog_is_offered_first(wirewatch: Commands) -> None:
    front = page("/feed").replace(b"<head>", b'<head><link rel="amphtml" href="/amp">')
    with serve({"/": Answer(front), "/amp": Answer(BLOG)}) as server:
        found = record(wirewatch("inspect", server.url("/"), "--json"))
        assert [asked.target for asked in server.asked] == ["/", "/amp"]
    feeds = found["feeds"]
    assert isinstance(feeds, list)
    assert (feeds[0]["url"], feeds[0]["title"]) == (server.url("/amp"), "River rises")
    assert [feed["url"] for feed in feeds[1:]] == [server.url("/feed")]


def test_an_adapter_that_was_named_and_cannot_read_it_says_why(wirewatch: Commands) -> None:
    found = record(wirewatch("inspect", "-", "--adapter", "amp", "--json", stdin=BLOG))
    assert found["adapter"] == "jsonld"
    problems = found["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 1
    assert problems[0].startswith("“amp” would be the one to read it, and cannot. This page")


def test_what_a_feed_asks_for_is_told(wirewatch: Commands) -> None:
    asking = rss("One").replace(
        b"</title>",
        b"</title><ttl>30</ttl><skipHours><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>",
        1,
    )
    ran = wirewatch("inspect", "-", stdin=asking)
    assert "asks for    1800 s between polls, no polls in the hours 1, 2 (UTC), no polls on Sundays\n" in ran.out


def test_nothing_is_saved(wirewatch: Commands) -> None:
    assert wirewatch("inspect", "-", stdin=rss("One")).status == DONE
    assert not wirewatch.config.exists()
    assert not wirewatch.data.exists()


def test_standard_input_alone_is_read_where_more_would_be_asked(wirewatch: Commands) -> None:
    with serve() as server:
        ran = wirewatch("inspect", "-", "--url", server.url("/live"), stdin=BLOG)
        assert (ran.status, server.asked) == (DONE, [])


def test_the_media_type_counts(wirewatch: Commands) -> None:
    body = rss("Größe").decode().encode("latin-1")
    found = record(wirewatch("inspect", "-", "--content-type", "text/xml; charset=iso-8859-1", "--json", stdin=body))
    assert found["entries"][0]["title"] == "Größe"  # type: ignore[index]  # a list


def test_an_adapter_is_chosen_by_name(wirewatch: Commands) -> None:
    for name in ("jsonld", "jsonfeed"):
        # One that cannot read the answer leaves it to who can.
        assert record(wirewatch("inspect", "-", "--adapter", name, "--json", stdin=BLOG))["adapter"] == "jsonld"
    ran = wirewatch("inspect", "-", "--adapter", "nosuch", stdin=BLOG)
    assert (ran.status, ran.out) == (FAILED, "")
    assert "There is no adapter “nosuch”" in ran.err
    ran = wirewatch("inspect", "-", "--adapter", "jsonfeed", stdin=b"just words")
    assert (ran.status, ran.out) == (FAILED, "")


HOSTILE = [
    b"",
    b" \n ",
    b"\0" * 1000,
    bytes(range(256)) * 50,
    b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    b"%PDF-1.7 x",
    b"just words",
    b"{",
    b"[" * 100_000,
    b"<" * 100_000,
    b"<rss><channel>" + b"<item>" * 500,
    b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>',
    gzip.compress(b"x" * 100, mtime=0)[:-4],
    b"\x1b]0;pwned\x07\x1b[2J<html><title>\x1b[31mred</title>",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_at_all_ends_with_an_answer_or_a_sentence(wirewatch: Commands, body: bytes) -> None:
    for words in ((), ("--json",), ("--adapter", "syndication")):
        well_ended(wirewatch("inspect", "-", *words, stdin=body))


@given(body=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"<rss>{text}</rss>".encode()))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_with_an_answer_or_a_sentence(wirewatch: Commands, body: bytes) -> None:
    well_ended(wirewatch("inspect", "-", stdin=body))


def well_ended(ran: Ran) -> None:
    assert ran.status in (DONE, FAILED)
    if ran.status == FAILED:
        assert ran.out == ""
        assert len(ran.err.splitlines()) == 1
        assert ran.err[:-1].isprintable()
    assert "\x1b" not in ran.out


def test_what_is_too_large_is_not_read(wirewatch: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.fetch.MAX_BODY", 1000)
    ran = wirewatch("inspect", "-", stdin=b"<rss>" + b"x" * 1000)
    assert (ran.status, ran.out) == (FAILED, "")
    assert "is larger than" in ran.err
    assert MAX_BODY > 1000


def test_a_hostile_title_is_just_text(wirewatch: Commands) -> None:
    ran = wirewatch("inspect", "-", stdin=rss("&#27;[2J red&#10;line \u202eevil", name="&#155;31m name"))
    assert ran.status == DONE
    assert "[2J red line evil" in ran.out
    assert all(line.isprintable() for line in ran.lines)


@pytest.mark.parametrize("make", ["missing", "folder", "unreadable"])
def test_a_file_that_cannot_be_read_is_a_sentence(wirewatch: Commands, tmp_path: Path, make: str) -> None:
    path = tmp_path / "feed.xml"
    if make == "folder":
        path.mkdir()
    ran = wirewatch("inspect", path.as_uri())
    if make == "unreadable":
        path.symlink_to(path)
        ran = wirewatch("inspect", path.as_uri())
    assert (ran.status, ran.out) == (FAILED, "")
    assert len(ran.err.splitlines()) == 1
