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
from tests.support.commands import Commands, Ran, clocks, linking, liveblog, page, rss, saved
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
        assert ran.err == f"{server.url('/')} offers {server.url('/feed')}, a feed.\n"
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
    assert ran.err.startswith(f"{server.url('/')} offers 3 feeds:\n")
    assert "name one of them, or take the first with --yes" in ran.err


def test_yes_takes_the_first_of_several(wirewatch: Commands) -> None:
    with serve() as server:
        ran = wirewatch("add", offering(server), "--yes")
    assert (ran.status, addresses(wirewatch)) == (DONE, [server.url("/news")])
    assert ran.err == f"{server.url('/')} offers 3 feeds; the first is taken, a feed: {server.url('/news')}\n"


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
    assert ran.err.count("Error: Write a number from 0 to 3.\n") == answer.count(b"7") + answer.count(b"x")
    assert ran.err.endswith("Nothing was added.\n") is (status == FAILED)
    assert ran.err.endswith("Which one? 0 for none [1]: \n") is (status == INTERRUPTED)


# What a page leads to, by what it is.

RSS = '<link rel="alternate" type="application/rss+xml" href="/feed" title="All news">'
GUARDIAN = "https://www.theguardian.com/world/live/2026/mar/01/flood"


def test_a_live_blog_is_saved_as_itself(wirewatch: Commands) -> None:
    with serve({"/live/flood": Answer(liveblog("Bridge shut"))}) as server:
        ran = wirewatch("add", server.url("/live/flood"))
    assert (ran.status, ran.err, configured(wirewatch)) == (DONE, "", [{"url": server.url("/live/flood")}])
    assert ran.out == f"River rises  {server.url('/live/flood')}\n"


def test_a_front_page_that_links_one_live_blog_leads_to_it_once_that_is_sure(wirewatch: Commands) -> None:
    front = linking("/news/a", "/live/flood", "/live/flood#post-3")
    with serve({"/": Answer(front), "/live/flood": Answer(liveblog("Bridge shut"))}) as server:
        ran = wirewatch("add", server.url("/"))
        assert server.targets == ["/", "/live/flood"]
    assert (ran.status, configured(wirewatch)) == (DONE, [{"url": server.url("/live/flood")}])
    assert ran.err == f"{server.url('/')} offers {server.url('/live/flood')}, a live blog.\n"
    assert ran.out.startswith("River rises  ")


def test_what_only_looked_like_a_live_blog_is_told_of_and_not_saved(wirewatch: Commands) -> None:
    with serve({"/": Answer(linking("/live/flood")), "/live/flood": Answer(page())}) as server:
        ran = wirewatch("add", server.url("/"))
        assert server.targets == ["/", "/live/flood"]
        gone = wirewatch("add", server.url("/"), "--yes") if server.answers.pop("/live/flood") else ran
    assert (ran.status, ran.out, configured(wirewatch)) == (FAILED, "", [])
    assert f"{server.url('/live/flood')}, to which it links, is no live blog." in ran.err
    assert (gone.status, configured(wirewatch)) == (FAILED, [])
    assert "404" in gone.err


def test_several_guesses_are_not_visited(wirewatch: Commands) -> None:
    with serve({"/": Answer(linking("/live/flood", "/live/fire"))}) as server:
        ran = wirewatch("add", server.url("/"))
        assert server.targets == ["/"]
        assert wirewatch("add", server.url("/"), "--yes").status == DONE
    assert (ran.status, ran.out) == (FAILED, "")
    assert f"{server.url('/')} offers 2 live blogs:\n1. {server.url('/live/flood')} (a live blog: Story 1)\n" in ran.err
    assert addresses(wirewatch) == [server.url("/live/flood")]


def test_a_page_with_feeds_and_live_blogs_lists_both_in_order(wirewatch: Commands) -> None:
    front = linking("/live/fire", "https://t.me/s/harbour", "/live/flood", head=RSS)
    with serve({"/": Answer(front)}) as server:
        ran = wirewatch("add", server.url("/"))
        chosen = asked(wirewatch, server.url("/"), b"2\n")
    listed = [line for line in ran.err.splitlines() if line[:1].isdigit()]
    assert listed == [
        f"1. {server.url('/feed')} (a feed: All news)",
        "2. https://t.me/s/harbour (a live blog: Story 2)",
        f"3. {server.url('/live/fire')} (a live blog: Story 1)",
        f"4. {server.url('/live/flood')} (a live blog: Story 3)",
    ]
    assert "offers 1 feed and 3 live blogs:" in ran.err
    assert (chosen.status, addresses(wirewatch)) == (DONE, ["https://t.me/s/harbour"])


def test_somebody_elses_live_blog_comes_after_the_feeds_of_the_page(wirewatch: Commands) -> None:
    front = linking(GUARDIAN, head=f'{RSS}<link rel="canonical" href="{GUARDIAN}">')
    with serve({"/": Answer(front)}) as server:
        ran = wirewatch("add", server.url("/"), "--yes")
    assert addresses(wirewatch) == [server.url("/feed")]
    assert "offers 1 feed and 1 live blog; the first is taken, a feed: " in ran.err


def test_an_amp_page_that_is_a_live_blog_is_saved_at_its_own_address(wirewatch: Commands) -> None:
    article = page().replace(b"<head>", b'<head><link rel="amphtml" href="/amp">')
    with serve({"/": Answer(article), "/amp": Answer(liveblog("Bridge shut"))}) as server:
        ran = wirewatch("add", server.url("/"))
        assert server.targets[:2] == ["/", "/amp"]
        assert set(server.targets) == {"/", "/amp"}
    assert (ran.status, configured(wirewatch)) == (DONE, [{"url": server.url("/amp")}])


def test_an_amp_page_that_is_gone_costs_the_page_nothing(wirewatch: Commands) -> None:
    article = page("/feed").replace(b"<head>", b'<head><link rel="amphtml" href="/amp">')
    with serve({"/": Answer(article)}) as server:
        ran = wirewatch("add", server.url("/"))
    assert (ran.status, addresses(wirewatch)) == (DONE, [server.url("/feed")])


def test_a_page_of_clock_times_is_never_taken_silently(wirewatch: Commands) -> None:
    with serve({"/": Answer(clocks())}) as server:
        ran = wirewatch("add", server.url("/"))
    assert (ran.status, ran.out, configured(wirewatch)) == (FAILED, "", [])
    assert "can be read by its clock times, which is a guess. Nothing was added: --yes takes it so." in ran.err


def test_a_page_of_clock_times_alone_is_taken_with_yes_and_polled_so(wirewatch: Commands) -> None:
    with serve({"/": Answer(clocks())}) as server:
        ran = wirewatch("add", server.url("/"), "--yes")
        assert (ran.status, configured(wirewatch)) == (DONE, [{"url": server.url("/"), "adapter": "clockpage"}])
        assert "which is a guess; it is taken so." in ran.err
        assert ran.out == f"A storm  {server.url('/')}\n"
        assert wirewatch("refresh").status == DONE
        told = wirewatch("tail", "--once", "-n", "5")
    assert [line.rpartition("  ")[2] for line in told.lines] == ["Post 1", "Post 2", "Post 3"]


@pytest.mark.parametrize(
    ("answer", "status", "saved"), [(b"y\n", DONE, True), (b"\n", FAILED, False), (b"n\n", FAILED, False)]
)
def test_at_a_terminal_the_person_is_asked_about_a_guess(
    wirewatch: Commands, answer: bytes, status: int, saved: bool
) -> None:
    with serve({"/": Answer(clocks())}) as server:
        ran = asked(wirewatch, server.url("/"), answer)
    assert (ran.status, bool(configured(wirewatch))) == (status, saved)
    assert "Add it so?" in ran.err
    assert ("Nothing was added." in ran.err) is not saved


def test_a_guess_is_not_taken_where_there_is_anything_else(wirewatch: Commands) -> None:
    with serve({"/": Answer(clocks(RSS))}) as server:
        ran = wirewatch("add", server.url("/"), "--yes")
        assert addresses(wirewatch) == [server.url("/feed")]
        assert "offers 1 feed and itself as a guess; the first is taken, a feed: " in ran.err
        chosen = asked(wirewatch, server.url("/"), b"2\n")
    assert chosen.status == DONE
    assert f"2. {server.url('/')} (this page, by its clock times: a guess)" in chosen.err
    assert configured(wirewatch)[1] == {"url": server.url("/"), "adapter": "clockpage"}


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


def test_an_address_that_is_the_name_too_is_said_once(wirewatch: Commands) -> None:
    wirewatch.configure('[[sources]]\nurl = "https://a.example/1"\n[[sources]]\nurl = "https://a.example/2"\n')
    ran = wirewatch("remove", "a.example")
    assert "may mean “https://a.example/1”, “https://a.example/2”; write more" in ran.err
    _, *rows = wirewatch("sources").lines
    assert [row.count("a.example") for row in rows] == [1, 1]


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
