"""Live blogs in microdata and RDFa."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from feeds.adapters.microdata import Microdata, read
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Response
from feeds.model import Batch, Extent, Kind
from tests.adapters import feedflow
from tests.adapters.feedflow import answer, assert_clean, poll
from tests.support.jumbled import jumbled
from tests.support.posts import Ledger

URL = "https://news.test/dir/source"
PAGES = ("meta", "visible", "rdfa", "container")


def batch(name: str, url: str = URL) -> Batch:
    page = feedflow.page(f"microdata/{name}.html", url)
    assert Microdata().sniff(page) is Confidence.LIKELY
    found = poll(Microdata(), page)
    assert_clean(found)
    return found


def page(*updates: str, head: str = "", blog: str = "") -> Response:
    inner = "".join(updates)
    return answer(
        f"<html><head><title>Flood</title>{head}</head><body>"
        '<div itemscope itemtype="https://schema.org/LiveBlogPosting"><h1 itemprop="headline">Flood: live</h1>'
        f"{blog}{inner}</div></body></html>",
        URL,
    )


def update(inner: str, attributes: str = "") -> str:
    return (
        f'<div itemprop="liveBlogUpdate" itemscope itemtype="https://schema.org/BlogPosting" {attributes}>{inner}</div>'
    )


# ------------------------------------------------------------------ pages


def test_articles_in_meta_elements_get_the_links_the_page_shows() -> None:
    found = batch("meta", "https://sport.test/live/valley-hill-77")
    assert (found.kind, found.title, found.language) == (Kind.LIVEBLOG, "Valley v Hill: live", "en-IN")
    assert (found.description, found.link) == ("The Valley's day", "https://sport.test/live/valley-hill-77")
    assert found.coverage is not None
    assert found.coverage.started == datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
    assert found.extent is Extent.SINCE
    assert [post.key for post in found.posts] == ["3", "2", "1"]
    first, second, _ = found.posts
    assert first.url == "https://sport.test/live/valley-hill-77#3"
    assert (first.title, first.authors) == ("Valley win", ("Ann Lee",))
    assert (first.published, first.updated) == (
        datetime(2026, 3, 1, 6, 36, 52, tzinfo=UTC),
        datetime(2026, 3, 1, 6, 37, 52, tzinfo=UTC),
    )
    assert plain(first.body) == (
        "That's it from the valley, read more here. Goodbye until the next match of the season."
    )
    assert "https://sport.test/more" in str(first.body)
    assert plain(second.body) == "Two more for the Valley."  # and not the picture that stands with every update


def test_values_are_taken_from_attributes_and_from_texts() -> None:
    found = batch("visible")
    assert (found.title, found.description, found.language) == ("Launch: live", "All about the launch", "en-US")
    first, second, third = found.posts
    assert (first.key, first.url, first.title) == ("u2", f"{URL}#u2", "It flies")
    assert (first.authors, first.published) == (("Ann Lee",), datetime(2026, 3, 1, 15, 17, tzinfo=UTC))
    assert first.body == (Media("video"),)
    assert second.published == datetime(2026, 3, 1, 15, 13, tzinfo=UTC)
    assert plain(second.body[:1]) == "It's ready.\nSee the pad."
    assert second.body[1:] == (Media("image", "https://news.test/pad.jpg"),)
    assert "https://news.test/pad'" in str(second.body)
    assert (third.key, plain(third.body)) == ("", "Good morning.")


def test_rdfa_is_read_as_microdata_is() -> None:
    found = batch("rdfa")
    assert (found.title, found.description) == ("Launch: live", "All about the launch")
    first, second = found.posts
    assert (first.key, first.url, first.title, first.authors) == ("u2", f"{URL}#u2", "It flies", ("Ann Lee",))
    assert plain(first.body) == "High and higher."
    assert (second.key, second.published) == ("u1", datetime(2026, 3, 1, 15, 13, tzinfo=UTC))


def test_the_children_of_a_typed_container_are_its_posts_dated_by_the_event() -> None:
    found = batch("container")
    assert (found.title, found.language, found.extent) == ("Valley - Hill", "pl-PL", Extent.PART)
    assert [post.key for post in found.posts] == ["904253", "102457", "904241", "904200", "903923"]
    late = datetime(2026, 3, 1, 23, 10, tzinfo=UTC)  # ten past midnight in Warsaw
    assert [post.published for post in found.posts] == [
        late,
        late,
        late,
        datetime(2026, 3, 1, 22, 30, tzinfo=UTC),
        datetime(2026, 3, 1, 17, 5, tzinfo=UTC),
    ]
    card = found.posts[1]
    assert (card.title, plain(card.body)) == ("Heat 15", "65.06 s\n\n- Ann Lee 3\n- Bo Ek 2\n\nA quick start for Lee.")
    assert plain(found.posts[2].body) == "The last heat has begun, after midnight."


# ------------------------------------------------------------------ shapes


def test_items_may_name_elements_elsewhere() -> None:
    elsewhere = '<div id="more"><meta itemprop="headline" content="Bridge shut"></div>'
    found = read(page(update('<p itemprop="articleBody">Closed.</p>', 'itemref="more none"'), elsewhere), {})
    assert (found.posts[0].title, plain(found.posts[0].body)) == ("Bridge shut", "Closed.")


def test_items_that_name_one_another_are_read_once() -> None:
    circle = update('<p itemprop="articleBody">Closed.</p>', 'id="a" itemref="b a"')
    other = update('<p itemprop="articleBody">Open.</p>', 'id="b" itemref="a"')
    assert {post.key for post in read(page(circle, other), {}).posts} <= {"a", "b"}


def test_updates_that_are_mere_texts_are_posts() -> None:
    found = read(page('<p itemprop="liveBlogUpdate">Bridge shut.</p><p itemprop="liveBlogUpdate">Rain.</p>'), {})
    assert [plain(post.body) for post in found.posts] == ["Bridge shut.", "Rain."]


def test_an_update_inside_another_item_of_the_blog_is_found() -> None:
    listed = update('<p itemprop="articleBody">Closed.</p>', 'id="a"')
    inside = f'<div itemprop="mainEntity" itemscope itemtype="https://schema.org/Thing">{listed}</div>'
    assert [post.key for post in read(page(inside), {}).posts] == ["a"]


def test_positions_are_no_ids() -> None:
    dated = '<meta itemprop="datePublished" content="2026-03-01T09:0{}:00Z"><p itemprop="articleBody">{} is said.</p>'
    found = read(page(*(update(dated.format(9 - n, n), f'id="post{n}"') for n in (1, 2, 3))), {})
    assert [post.key for post in found.posts] == ["", "", ""]


def test_a_page_of_clock_times_without_a_day_or_a_zone_is_not_dated() -> None:
    body = feedflow.page("microdata/container.html").body
    for cut in (b"SportsEvent", b".pl/"):
        found = read(answer(body.replace(cut, b"x"), URL), {})
        assert [post.published for post in found.posts] == [None] * 5


# ------------------------------------------------------------------ recognition


def test_a_blog_that_has_not_begun_is_one_with_a_start_to_come() -> None:
    body = feedflow.page("microdata/not-begun.html").body
    for clock, confidence in (("18:59:00", Confidence.LIKELY), ("19:01:00", Confidence.NO)):
        dated = Response(URL, headers=(("date", f"Sun, 01 Mar 2026 {clock} GMT"),), body=body)
        assert Microdata().sniff(dated) is confidence


def test_a_type_alone_says_nothing() -> None:
    assert Microdata().sniff(feedflow.page("microdata/ordinary-article.html")) is Confidence.NO


def test_a_page_that_describes_none_is_an_error_that_names_it() -> None:
    response = answer("<html><title>Not here</title><p>LiveBlogPosting</p></html>", URL)
    assert Microdata().sniff(response) is Confidence.NO
    with pytest.raises(
        NotAFeedError, match=r"“Not here”\) describes no live blog \(no schema.org LiveBlogPosting in its"
    ):
        read(response, {})


def test_an_address_tells_nothing() -> None:
    assert Microdata().claim(URL) is Confidence.NO


# ------------------------------------------------------------------ a life


def test_an_edit_a_deletion_and_a_new_post_are_what_is_found() -> None:
    start = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def listed(**texts: str) -> Response:
        out = []
        for name, text in texts.items():
            when = (start + timedelta(minutes=int(name[1:]))).isoformat()
            dated = f'<meta itemprop="datePublished" content="{when}">'
            out.append(update(f'{dated}<p itemprop="articleBody">{text}</p>', f'id="{name}"'))
        return page(*out)

    ledger = Ledger()
    first = read(listed(u4="Four of it.", u3="Three of it.", u2="Two of it.", u1="One of it."), {})
    ledger.poll(first.posts, 0, extent=first.extent)
    later = read(listed(u5="Five of it.", u4="Four, corrected.", u2="Two of it.", u1="One of it."), first.cursor)
    told = ledger.told(ledger.poll(later.posts, 10, extent=later.extent))
    assert sorted(told) == ["added u5", "edited u4"]
    assert ledger.told(ledger.poll(later.posts, 11, extent=later.extent)) == ["withdrawn u3"]
    assert ledger.told(ledger.poll(later.posts, 12, extent=later.extent)) == []


# ------------------------------------------------------------------ whatever it is

SHAPES = [feedflow.page(f"microdata/{name}.html", URL).body.decode() for name in PAGES]


@settings(max_examples=60)
@given(jumbled(*SHAPES))
def test_pages_whose_pieces_are_lost_doubled_and_moved_are_read_or_refused(markup: str) -> None:
    response = answer(markup, URL)
    cursor = {"numbering": 7, "start": [], "generic": "x"}
    Microdata().sniff(response)
    try:
        found = read(response, cursor)
    except ParseError:
        return
    assert_clean(found)
    assert read(response, cursor) == found
