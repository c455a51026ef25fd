"""`wirewatch add`, `sources` and `remove`."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from feeds.cli import DONE, FAILED, INTERRUPTED, SOME_FAILED
from feeds.store import open_store
from tests.support.clock import START
from tests.support.commands import Commands, Ran, page, rss, saved
from tests.support.server import Answer, Server, serve


def configured(wirewatch: Commands) -> list[dict[str, object]]:
    if not wirewatch.config.exists():
        return []
    sources: list[dict[str, object]] = tomllib.loads(wirewatch.config.read_text()).get("sources", [])
    return sources


def addresses(wirewatch: Commands) -> list[object]:
    return [source["url"] for source in configured(wirewatch)]


# ------------------------------------------------------------------ add


def test_a_feed_is_saved_as_the_person_says(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    url = Path(file).resolve().as_uri()
    ran = wirewatch("add", file, "--name", " The  Harbour ", "--tag", "sea", "--tag", "news", "--every", "2m")
    assert (ran.status, ran.out, ran.err) == (DONE, f"The Harbour  {url}\n", "")
    assert configured(wirewatch) == [{"url": url, "name": "The Harbour", "tags": ["sea", "news"], "every": "120s"}]


def test_a_feed_without_a_name_keeps_the_title_it_gives_itself(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One", name="Harbour\x1b[31m &amp; Sea"))])
    ran = wirewatch("add", file)
    assert ran.out.startswith("Harbour[31m & Sea  file://")
    assert "name" not in configured(wirewatch)[0]


def test_politeness_has_a_floor(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    assert wirewatch("add", file, "--every", "1s").status == DONE
    assert configured(wirewatch)[0]["every"] == "10s"


def test_what_is_there_is_not_added_twice(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    wirewatch("add", file)
    before = wirewatch.config.read_text()
    ran = wirewatch("add", file)
    assert (ran.status, ran.out) == (DONE, "")
    assert ran.err.endswith("feed.xml is already there.\n")
    assert wirewatch.config.read_text() == before


def test_a_page_that_offers_one_feed_leads_to_it(wirewatch: Commands) -> None:
    with serve({"/": Answer(page("/feed")), "/feed": Answer(rss("One"))}) as server:
        ran = wirewatch("add", server.url("/"))
        assert (ran.status, addresses(wirewatch)) == (DONE, [server.url("/feed")])
        assert f"offers {server.url('/feed')}" in ran.err
        again = wirewatch("add", server.url("/"))
    assert (again.status, again.out) == (DONE, "")
    assert "already there" in again.err


def offering(server: Server) -> str:
    server.answers["/"] = Answer(page("/news", "/sport", "/sea"))
    return server.url("/")


def test_several_feeds_are_listed_where_nobody_can_be_asked(wirewatch: Commands) -> None:
    with serve() as server:
        ran = wirewatch("add", offering(server))
    assert (ran.status, ran.out, configured(wirewatch)) == (FAILED, "", [])
    for name in ("1. {}/news", "2. {}/sport", "3. {}/sea"):
        assert name.format(server.url("")) in ran.err
    assert "name one of them, or take the first with --yes" in ran.err


def test_yes_takes_the_first_of_several(wirewatch: Commands) -> None:
    with serve() as server:
        ran = wirewatch("add", offering(server), "--yes")
    assert (ran.status, addresses(wirewatch)) == (DONE, [server.url("/news")])


def asked(wirewatch: Commands, url: str, answer: bytes) -> Ran:
    terminal = patch("feeds.cli.sources.is_terminal", return_value=True)
    with terminal:
        return wirewatch("add", url, stdin=answer)


@pytest.mark.parametrize(
    ("answer", "status", "chosen"),
    [
        (b"2\n", DONE, "/sport"),
        (b"\n", DONE, "/news"),
        (b"7\nx\n3\n", DONE, "/sea"),
        (b"0\n", FAILED, ""),
        (b"", INTERRUPTED, ""),
    ],
)
def test_at_a_terminal_the_person_is_asked_which(wirewatch: Commands, answer: bytes, status: int, chosen: str) -> None:
    with serve() as server:
        ran = asked(wirewatch, offering(server), answer)
    assert ran.status == status
    assert "Which one?" in ran.err
    assert "Which one?" not in ran.out
    assert addresses(wirewatch) == ([server.url(chosen)] if chosen else [])


def test_what_cannot_be_read_is_not_saved(wirewatch: Commands) -> None:
    with serve({"/page": Answer(page())}) as server:
        for target, told in (("/page", "web page"), ("/gone", "404")):
            ran = wirewatch("add", server.url(target))
            assert (ran.status, ran.out, configured(wirewatch)) == (FAILED, "", [])
            assert f"{server.url(target)} was not added." in ran.err
            assert told in ran.err


def test_force_saves_what_cannot_be_read_now(wirewatch: Commands) -> None:
    with serve() as server:
        ran = wirewatch("add", server.url("/later"), "--force", "--name", "Later")
    assert (ran.status, configured(wirewatch)) == (DONE, [{"url": server.url("/later"), "name": "Later"}])
    assert "is saved unread" in ran.err


def test_some_of_several_addresses_fail(wirewatch: Commands, tmp_path: Path) -> None:
    good, bad = saved(tmp_path, [("feed.xml", rss("One")), ("page.html", page())])
    ran = wirewatch("add", bad, good)
    assert (ran.status, addresses(wirewatch)) == (SOME_FAILED, [Path(good).resolve().as_uri()])


def test_a_broken_configuration_is_told_of_before_anything_is_asked(wirewatch: Commands) -> None:
    wirewatch.configure("[[sources]\n")
    with serve({"/feed": Answer(rss("One"))}) as server:
        ran = wirewatch("add", server.url("/feed"))
        assert server.asked == []
    assert ran.status == FAILED
    assert "is broken and is left as it is" in ran.err
    assert wirewatch.config.read_text() == "[[sources]\n"


# ------------------------------------------------------------------ remove


THREE = """
[[sources]]
url = "https://a.example/live"
name = "Harbour"

[[sources]]
url = "https://www.b.example/feed"
name = "Harbour: weather"  # windy

[[sources]]
url = "https://c.example/feed"
"""


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("Harbour", ["b", "c"]),
        ("HARBOUR: W", ["a", "c"]),
        ("https://a.example/live", ["b", "c"]),
        ("a.example/live", ["b", "c"]),
        ("b.example", ["a", "c"]),
        ("https://c.ex", ["a", "b"]),
    ],
)
def test_a_source_is_removed_by_name_address_or_a_beginning(wirewatch: Commands, word: str, left: list[str]) -> None:
    wirewatch.configure(THREE)
    ran = wirewatch("remove", word)
    assert ran.status == DONE
    assert len(ran.lines) == 1
    assert "stays stored" in ran.err
    assert [str(url).removeprefix("https://").removeprefix("www.")[0] for url in addresses(wirewatch)] == left


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("harb",), None),
        (("Harbor",), "Did you mean “Harbour”?"),
        (("zebra",), "No saved source is called “zebra”. “wirewatch sources” lists them."),
        (("c.example", "zebra"), "“zebra”"),
        (("",), "No saved source"),
    ],
)
def test_nothing_is_removed_where_a_word_is_not_understood(
    wirewatch: Commands, words: tuple[str, ...], told: str | None
) -> None:
    wirewatch.configure(THREE)
    ran = wirewatch("remove", *words)
    assert (ran.status, ran.out, wirewatch.config.read_text()) == (FAILED, "", THREE)
    assert (told or "may mean “Harbour” (https://a.example/live), “Harbour: weather” (") in ran.err


def test_the_title_a_source_gives_itself_is_a_name_too(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    wirewatch("add", file)
    wirewatch("refresh")
    assert wirewatch("remove", "harbour news").status == DONE
    assert configured(wirewatch) == []


def test_removed_entries_come_back_with_their_source(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One", "Two"))])
    for words in (("add", file), ("refresh",), ("remove", file), ("add", file)):
        assert wirewatch(*words).status == DONE
    (listed,) = wirewatch("sources", "--json").lines
    assert json.loads(listed)["entries"] == 2


# ------------------------------------------------------------------ sources


def test_no_sources_are_no_failure(wirewatch: Commands) -> None:
    ran = wirewatch("sources")
    assert (ran.status, ran.out, ran.err) == (DONE, "", "No sources are saved yet. Add one: wirewatch add URL\n")
    assert wirewatch("sources", "--json").out == ""


def test_sources_are_listed_in_columns_with_how_they_fare(
    wirewatch: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.clock.SystemClock.now", lambda clock: START)
    good, bad = saved(tmp_path, [("feed.xml", rss("One", "Two", name="港の新聞")), ("page.html", page())])
    wirewatch("add", good)
    wirewatch("add", bad, "--force", "--name", "Not a feed")
    wirewatch("refresh")
    wirewatch("add", "file:///nowhere/feed.xml", "--force", "--name", "New")
    monkeypatch.setattr("feeds.clock.SystemClock.now", lambda clock: START + timedelta(seconds=150))
    ran = wirewatch("sources")
    assert (ran.status, ran.err) == (DONE, "")
    head, news, page_, new = ran.lines
    assert head == "NAME        KIND  UNREAD  LAST POLL          NEXT"
    assert news.startswith("港の新聞    feed  2       changed 2 min ago")
    assert news.endswith("feed.xml")
    assert page_.startswith("Not a feed        0       failed 2 min ago   due   ")
    assert "web page" in page_
    assert new.startswith("New               0       never                    file://")


def test_sources_as_json_lines(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One", "Two"))])
    wirewatch("add", file, "--tag", "sea")
    (before,) = map(json.loads, wirewatch("sources", "--json").lines)
    assert (before["outcome"], before["kind"], before["polled"], before["entries"]) == ("never", None, None, 0)
    wirewatch("refresh")
    (after,) = map(json.loads, wirewatch("sources", "--json").lines)
    assert list(after) == [
        "name", "url", "tags", "kind", "adapter", "entries", "unread", "standing", "outcome", "message", "polled",
        "changed", "failing_since", "next_poll",
    ]  # fmt: skip
    assert (after["name"], after["tags"], after["kind"]) == ("Harbour News", ["sea"], "feed")
    assert (after["entries"], after["unread"], after["outcome"]) == (2, 2, "changed")
    assert after["polled"].endswith("Z")


def test_sources_are_listed_although_the_store_cannot_be_read(wirewatch: Commands) -> None:
    wirewatch.configure(THREE)
    wirewatch.data.write_text("a file where the folder should be")
    ran = wirewatch("sources")
    assert ran.status != DONE
    wirewatch.data.unlink()
    wirewatch.data.mkdir()
    (wirewatch.data / "wirewatch.db").write_bytes(b"This is no database. " * 100)
    ran = wirewatch("sources")
    assert (ran.status, len(ran.lines)) == (FAILED, 4)
    assert "damaged" in ran.err


def test_sources_are_listed_while_another_writes(wirewatch: Commands) -> None:
    wirewatch.configure(THREE)
    store = open_store(wirewatch.data)
    try:
        assert len(wirewatch("sources").lines) == 4
    finally:
        store.close()


def test_problems_of_the_configuration_are_told_and_the_rest_is_listed(wirewatch: Commands) -> None:
    wirewatch.configure(THREE + 'nme = "C"\n')
    ran = wirewatch("sources")
    assert (ran.status, len(ran.lines)) == (DONE, 4)
    assert "did you mean “name”?" in ran.err
