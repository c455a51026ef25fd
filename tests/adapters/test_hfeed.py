"""What the adapter for h-feed makes of pages."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.hfeed import HFeed
from feeds.document import Media, links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Pages, Visit
from feeds.model import Batch, Extent, Kind, Post
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support.posts import Ledger

ADAPTER = HFeed()
URL = "https://valley.test/notes/"
NOTES = (PAGES / "hfeed/notes.html").read_bytes()


def read() -> Batch:
    return poll(ADAPTER, page("hfeed/notes.html", URL))


def note(key: str, words: str = "") -> str:
    said = words or f"What was said in note {key}, at some length"
    return f'<li class="h-entry"><a class="u-url" href="/n/{key}">#</a><p class="e-content p-name">{said}</p></li>'


def notes(*keys: str, **words: str) -> str:
    return f"<html><body><ul>{''.join(note(key, words.get(key, '')) for key in keys)}</ul></body></html>"


def entry(inner: str) -> Post:
    return poll(ADAPTER, answer(f'<div class="h-feed"><div class="h-entry">{inner}</div></div>', URL)).posts[0]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        (NOTES.decode(), Confidence.MAYBE),
        (notes("1", "2"), Confidence.MAYBE),
        (notes("1"), Confidence.NO),
        (f'<div class="h-feed">{note("1")}</div>', Confidence.MAYBE),
        ('<div class="hentry h-entryish">x</div>', Confidence.NO),
        (
            notes("1", "2").replace("<ul>", "<link rel=alternate type='application/rss+xml' href='/rss'><ul>"),
            Confidence.NO,
        ),
        ("{}", Confidence.NO),
    ],
)
def test_a_page_is_read_as_one_where_it_lists_entries_and_offers_no_feed(body: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.claim(URL) is Confidence.NO
    assert ADAPTER.sniff(answer(body, URL)) is confidence


# ------------------------------------------------------------------ entries


def test_the_feed_with_the_most_entries_is_the_pages_own() -> None:
    batch = read()
    assert (batch.kind, batch.extent, batch.language) == (Kind.FEED, Extent.PART, "en")
    assert (batch.title, batch.description) == ("Valley notes", "River, rain & roads")
    assert [post.key for post in batch.posts] == [
        "/n/41",
        "https://valley.test/n/40",
        "https://valley.test/l/7",
        "",
        "/n/38",
    ]


def test_a_note_has_no_title() -> None:
    post = read().posts[0]
    assert (post.title, plain(post.body)) == ("", "Bridge shut")
    assert post.url == "https://valley.test/n/41"
    assert post.published == datetime(2026, 3, 1, 8, 10, tzinfo=UTC)
    assert (post.authors, post.tags) == (("A. Writer",), ("river",))


def test_an_article_has_all_it_says() -> None:
    post = read().posts[1]
    assert (post.title, post.authors) == ("The river", ("B. Guest",))
    assert post.published == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert post.updated == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert plain(post.summary) == "High water."
    assert plain(post.body[:1]) == "The rain goes on."
    assert links(post.body) == ("https://valley.test/notes/rain", "https://valley.test/river.jpg")
    assert post.body[1:] == (Media("image", "https://valley.test/river.jpg", "The river"),)


def test_a_title_inside_the_content_is_not_said_twice() -> None:
    post = read().posts[2]
    assert post.title == "A map of roads"
    assert plain(post.body[:1]) == "Useful."
    assert post.body[1:] == (Media("embed", "https://roads.test/map"),)
    assert post.published == datetime(2026, 2, 28, tzinfo=UTC)


def test_an_entry_may_be_a_summary_or_what_it_is_about() -> None:
    summary, liked = read().posts[3:]
    assert (plain(summary.body), summary.summary, summary.title) == ("Only a summary", (), "")
    assert liked.body == (Media("embed", "https://hills.test/9"),)
    assert liked.url == "https://valley.test/n/38"


@pytest.mark.parametrize(
    ("inner", "title"),
    [
        ('<abbr class="p-name" title="Full">F.</abbr>', "Full"),
        ('<data class="p-name" value="Set"></data>', "Set"),
        ('<img class="p-name" alt="Drawn">', "Drawn"),
        ('<p class="p-name">  In\n one  line </p>', "In one line"),
        ('<p class="name">Not one</p>', ""),
        ('<div class="h-card"><p class="p-name">Somebody</p></div>', ""),
    ],
)
def test_values_are_where_the_rules_have_them(inner: str, title: str) -> None:
    assert entry(f"{inner}<a class='u-url' href='/1'>#</a>").title == title


@pytest.mark.parametrize(
    "inner",
    [
        '<div class="e-content p-name"><p>Bridge shut.</p><p>Go by the mill.</p></div>',
        '<div class="p-name"><div class="e-content"><p>Bridge shut.</p><p>Go by the mill.</p></div></div>',
        '<div class="e-content p-name"><ul><li>Bridge shut</li><li>Mill open</li></ul></div>',
        '<p class="p-name">Bridge shut. Go by it.</p><div class="e-content">Bridge shut.<br>Go by it.</div>',
        f'<div class="e-content p-name">{"Long. " * 800}</div>',
        '<div class="p-summary p-name"><p>Bridge shut.</p><p>Go by the mill.</p></div>',
    ],
)
def test_a_name_that_is_the_text_is_no_title(inner: str) -> None:
    post = entry(inner)
    assert post.title == ""
    assert plain(post.body)


def test_a_title_that_begins_the_text_is_one() -> None:
    assert entry('<b class="p-name">Bridge</b><p class="e-content">Bridge shut</p>').title == "Bridge"
    assert entry('<b class="p-name">🌊</b><p class="e-content">!</p>').title == "🌊"


def test_addresses_that_are_none_are_none() -> None:
    post = entry('<a class="u-url" href="javascript:alert(1)">x</a><p class="e-content">Text</p>')
    assert (post.url, post.key) == (None, "javascript:alert(1)")


def test_entries_that_share_an_address_are_kept_apart_and_one_shown_twice_is_one() -> None:
    batch = poll(ADAPTER, answer(notes("3", "3", "2", "1").replace("/n/2", "#").replace("/n/1", "#"), URL))
    assert [post.key for post in batch.posts] == ["/n/3", "#", "#"]
    assert [plain(post.body)[:23] for post in batch.posts[1:]] == ["What was said in note 2", "What was said in note 1"]


def test_what_came_instead_is_said() -> None:
    for body, says in (("<html><p>Hello", "marks up no entries"), ("<html></html>", "empty"), ("{}", "JSON")):
        with pytest.raises(NotAFeedError, match=says):
            poll(ADAPTER, answer(body))


# ------------------------------------------------------------------ older entries


def way(*links: str, older: dict[str, object] | None = None) -> tuple[str, str]:
    """Where a page with these links leads, and which way that is."""
    body = notes("2", "1").replace("</body>", f"{''.join(links)}</body>")
    place = converse(ADAPTER, Visit(URL, older=older or {}), body)[0].older
    return str(place.get("page", "")), str(place.get("way", ""))


NEXT, PREV = '<a rel="next" href="/next">b</a>', '<a rel="nofollow prev" href="/prev">a</a>'


@pytest.mark.parametrize(
    ("links", "leads"),
    [
        ([NEXT], ("/next", "next")),
        ([PREV], ("/prev", "prev")),
        (['<link rel="Previous" href="/prev">'], ("/prev", "prev")),
        # Both, and nothing says which of them leads to what is older.
        ([NEXT, PREV], ("", "")),
        ([NEXT, PREV.replace(">a<", ">Older posts<")], ("/prev", "prev")),
        ([NEXT.replace(">b<", ">&larr; earlier<"), PREV], ("/next", "next")),
        ([NEXT, PREV.replace(">a<", ">Newer<")], ("/next", "next")),
        ([NEXT, PREV.replace("href", 'title="newer notes" href')], ("/next", "next")),
        ([NEXT.replace(">b<", ">Newer<")], ("", "")),
        ([NEXT.replace('"/next"', '""')], ("", "")),
        ([NEXT.replace("rel", "data-rel")], ("", "")),
        ([], ("", "")),
    ],
)
def test_the_page_of_the_newest_entries_shows_which_way_is_back(links: list[str], leads: tuple[str, str]) -> None:
    assert way(*links) == leads


def test_from_there_on_it_goes_the_same_way() -> None:
    assert way(NEXT, PREV, older={"page": "/x", "way": "prev"}) == ("/prev", "prev")
    assert way(NEXT, PREV, older={"page": "/x", "way": "next"}) == ("/next", "next")
    assert way(NEXT, older={"page": "/x", "way": "prev"}) == ("", "")
    assert way(NEXT, PREV, older={"page": "/x", "way": "up"}) == ("", "")
    assert way(NEXT, PREV, older={"page": "/x", "way": ["next"]}) == ("", "")


def test_links_in_an_entry_lead_to_other_entries() -> None:
    batch = poll(ADAPTER, page("hfeed/paged.html", URL))
    assert [post.key for post in batch.posts] == ["/n/42", "/n/41"]
    assert (batch.older["page"], batch.older["way"]) == ("/notes/?before=41", "prev")


# ------------------------------------------------------------------ a short life, and damage


def test_a_new_note_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()

    def told(body: str, minutes: int) -> list[str]:
        batch = poll(ADAPTER, answer(body, URL))
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    assert told(notes("4", "3", "2", "1"), 0) == [f"added /n/{key}" for key in "1234"]
    later = notes("5", "4", "3", "1", **{"3": "Something else altogether"})
    assert told(later, 1) == ["added /n/5", "edited /n/3"]
    assert told(later, 2) == ["withdrawn /n/2"]


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_damaged_page_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(NOTES)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        piece = data.draw(
            st.one_of(
                st.binary(max_size=3), st.sampled_from([b"<", b"</div>", b'"', b"\x1b[2J", b" h-entry p-name u-url "])
            )
        )
        body[place : place + data.draw(st.integers(0, 60))] = piece
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(bytes(body), URL)))


def test_items_nested_without_end_are_read_to_a_bound() -> None:
    body = '<div class="h-feed">' + '<div class="u-url h-cite">' * 3_000 + note("1")
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(body, URL)))
    deep = '<div class="h-feed"><div class="h-entry">' + '<div class="u-url h-cite">' * 3_000
    assert_clean(poll(ADAPTER, answer(deep, URL)))


def test_the_real_page_is_read_where_it_is_asked_for_and_its_feeds_are_preferred(shared: Path) -> None:
    response = answer(
        (shared / "samples/more-feeds/adactio-links-hfeed.html").read_bytes(), "https://adactio.com/links/"
    )
    assert Registry.installed().recognise(response) == []
    batch = poll(ADAPTER, response)
    assert len(batch.posts) == 20
    assert all(post.key and post.title and post.body and post.published and post.url for post in batch.posts)
    assert (batch.older["page"], batch.older["way"]) == ("/links/?start=20", "next")
    assert batch.posts[0].title == "A Book Apart, Front-End Next Steps"
    assert plain(batch.posts[0].body).startswith("If you buy this bundle of books")
    assert links(batch.posts[0].body)[-1] == "https://abookapart.com/collections/front-end-next-steps"
    assert_clean(batch)


def test_links_nested_without_end_are_read_to_a_bound() -> None:
    body = notes("2", "1").replace("</body>", '<a rel="next" href="/2"><b>' * 3_000)
    assert poll(ADAPTER, answer(body, URL)).older["page"] == "/2"
