"""What the adapter for the Guardian makes of its pages, its data and the pages of its apps."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import identity
from feeds.adapters.guardian import Guardian
from feeds.document import Media, links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Response, Visit
from feeds.model import Batch, Extent, Kind, Post
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Guardian()
OWN = PAGES / "guardian"
BLOG = "https://www.theguardian.com/world/live/2026/mar/01/river-rises-in-the-lower-valley-live"
BRIDGE, SCHOOL, WATER, FERRY, FIRST = (
    "69a409708f08aa0000000044",
    "69a406a08f08aa0000000038",
    "69a403948f08aa000000002b",
    "69a400c48f08aa000000001f",
    "69a3fdb88f08aa0000000012",
)
DAWN = "69a3d6588f08aa000000006a"
OLDER = "69a3fb9c8f08aa0000000009"
APP = "https://app.test/harbour"
DATA = json.loads((OWN / "data.json").read_text())


def text(name: str) -> str:
    return (OWN / name).read_text()


def read(body: str | bytes, url: str = BLOG, cursor: dict[str, object] | None = None) -> Batch:
    batch, _ = converse(ADAPTER, Visit(url, cursor=cursor or {}), body)
    assert_clean(batch)
    return batch


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def block(name: str, minute: int, words: str, edited: int | None = None) -> str:
    """Block of a page as the site writes it, published at that minute after nine."""
    again = f'<time datetime="2026-03-01T09:{edited:02}:00.000Z">Updated at 09.{edited:02} GMT</time>' if edited else ""
    return (
        f'<article id="block-{name}" class="block dcr-1"><header><a href="#">'
        f'<time datetime="2026-03-01T09:{minute:02}:00Z">1h ago</time></a></header><p>{words}</p>'
        f"<footer>{again}</footer></article>"
    )


def site(*blocks: str, older: str = "") -> str:
    """Page of the site with these blocks."""
    link = f'<a href="?page=with:block-{older}&amp;filterKeyEvents=false">Next</a>' if older else ""
    return f'<html lang="en"><body><h1>River</h1><div id="liveblog-body">{"".join(blocks)}</div>{link}</body></html>'


def numbered(number: int) -> str:
    return f"69a4{number:020x}"


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (BLOG, Confidence.MINE),
        (f"{BLOG}?page=with:block-{BRIDGE}#block-{BRIDGE}", Confidence.MINE),
        (f"{BLOG}.json?dcr=true", Confidence.MINE),
        ("http://theguardian.com/football/live/2026/mar/01/upper-mill-v-quay-rovers", Confidence.MINE),
        ("https://amp.theguardian.com/sport/live/2026/mar/01/cricket", Confidence.MINE),
        ("https://www.theguardian.com/football/blog/live/2026/mar/01/a-blog-of-blogs", Confidence.MINE),
        ("https://content.guardianapis.com/world/live/2026/mar/01/river?show-blocks=all", Confidence.MINE),
        (
            "https://api.nextgen.guardianapps.co.uk/uk/live/2026/mar/01/river.json?lastUpdate=1",
            Confidence.MINE,
        ),
        ("https://www.theguardian.com/world/2026/mar/01/river-rises", Confidence.NO),
        ("https://www.theguardian.com/world/live", Confidence.NO),
        ("https://theguardian.com.evil.test/world/live/2026/mar/01/river", Confidence.NO),
        ("https://evil.test/www.theguardian.com/world/live/2026/mar/01/river", Confidence.NO),
        ("ftp://www.theguardian.com/world/live/2026/mar/01/river", Confidence.NO),
        ("https://[www.theguardian.com/world/live/2026/mar/01/river", Confidence.NO),
        ("", Confidence.NO),
    ],
)
def test_live_blogs_are_claimed_by_their_address_and_nothing_else(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


@pytest.mark.parametrize("name", sorted(path.name for path in OWN.iterdir() if path.stem != "empty"))
def test_every_shape_is_recognised_wherever_it_is(name: str) -> None:
    assert ADAPTER.sniff(answer((OWN / name).read_bytes(), "https://mirror.test/copy")) is Confidence.MINE


@pytest.mark.parametrize(
    "body",
    [
        '<html><body><article class="block">An article</article></body></html>',
        f'<html><body><div id="block-{BRIDGE}" class="sqs-block">A page of a shop</div></body></html>',
        f'<html><body><div id="block-{BRIDGE}" class="block">A page of a shop</div></body></html>',
        '{"blocks": [{"id": 1, "text": "another block"}]}',
        '{"blocks": ',
        '{"response": {"content": {"webTitle": "An article", "blocks": {"body": []}}}}',
    ],
)
def test_pages_with_blocks_of_others_are_not_its_own(body: str) -> None:
    assert ADAPTER.sniff(answer(body)) is Confidence.NO
    with pytest.raises(ParseError):
        read(body.replace('class="block"', ""))


def test_a_page_without_posts_is_refused_with_its_title() -> None:
    with pytest.raises(NotAFeedError, match=r"This page .title “Sign in”. is no live blog of the Guardian"):
        read("<html><title>Sign in</title><body><form></form></body></html>")


def test_a_blog_that_has_not_begun_has_no_posts() -> None:
    batch = read(text("empty.html"))
    assert (batch.posts, batch.coverage and batch.coverage.live, batch.extent) == ((), True, Extent.PART)


@pytest.mark.parametrize(
    "url",
    [
        BLOG,
        f"{BLOG}?page=with:block-{BRIDGE}#block-{BRIDGE}",
        f"{BLOG}/",
        BLOG.replace("www.", "amp."),
        BLOG.replace("https://www.", "http://"),
    ],
)
def test_a_link_to_one_post_follows_the_whole_blog_with_one_request(url: str) -> None:
    _, asked = converse(ADAPTER, Visit(url), text("page.html"))
    assert [(each.url, each.conditional) for each in asked] == [(BLOG, True)]


# ------------------------------------------------------------------ pages of the site


def test_a_page_gives_its_posts_in_their_order_with_their_own_times() -> None:
    batch = read(text("page.html"))
    assert batch.kind is Kind.LIVEBLOG
    assert [post.key for post in batch.posts] == [BRIDGE, SCHOOL, WATER, FERRY, FIRST]
    assert [post.published for post in batch.posts[:2]] == [at("2026-03-01T09:44:00"), at("2026-03-01T09:31:00")]
    assert [post.updated for post in batch.posts[:3]] == [None, at("2026-03-01T09:50:00"), at("2026-03-01T09:20:00")]
    assert [post.title for post in batch.posts] == ["", "", "Water at four metres", "", ""]
    assert [post.authors for post in batch.posts[:2]] == [("Ann Lee",), ()]
    assert batch.posts[0].url == f"{BLOG}?page=with:block-{BRIDGE}#block-{BRIDGE}"
    assert batch.extent is Extent.SINCE


def test_a_page_says_what_the_blog_is() -> None:
    batch = read(text("page.html"))
    assert batch.title == "River rises in the lower valley – live"
    assert batch.link == BLOG
    assert batch.language == "en"
    assert batch.description.startswith("Two villages cut off")
    coverage = batch.coverage
    assert coverage is not None
    assert (coverage.headline, coverage.live) == (batch.title, True)
    assert coverage.started == at("2026-03-01T05:58:00")
    assert "https://www.theguardian.com/world/2026/mar/01/what-we-know" in links(coverage.description)
    assert batch.offers == ()
    closed = read(text("page.html").replace('"isLive":true', '"isLive":false'))
    assert closed.coverage is not None
    assert closed.coverage.live is False


def test_the_text_of_a_post_is_its_own_without_buttons_clocks_and_ornaments() -> None:
    posts = read(text("page.html")).posts
    assert plain(posts[0].body) == "Police closed the old bridge at half past nine.\n\n> Nobody crosses."
    assert links(posts[0].body) == ("https://www.theguardian.com/world/valley",)
    assert plain(posts[1].body).endswith("[video: The bridge from the air – video]")
    film = posts[1].body[-1]
    assert film == Media("video", "https://www.youtube.com/watch?v=Ab3-xYz_901", "The bridge from the air – video")
    assert plain(posts[2].body).endswith("[image: The gauge at noon. Photograph: Bo Ek]")
    assert plain(posts[3].body) == "> Stay away from the quay.\n>\n> — Harbour Office 1 March\n\n[embed: The quay]"


def test_pinned_and_key_posts_stand_once_with_their_marks() -> None:
    posts = read(text("page.html")).posts
    assert [post.key for post in posts if post.pinned] == [WATER]
    assert [post.key for post in posts if post.key_event] == [WATER, FIRST]  # a summary is listed among key events


def test_a_pinned_post_of_another_page_stands_on_top() -> None:
    batch = read(text("pinned-elsewhere.html"))
    first = batch.posts[0]
    assert (first.key, first.pinned, first.key_event) == (DAWN, True, True)
    assert first.published == at("2026-03-01T06:05:00")
    assert plain(first.body) == "At six the river left its bed."
    assert [post.key for post in batch.posts[1:]] == [BRIDGE, SCHOOL, WATER, FERRY, FIRST]
    assert batch.extent is Extent.SINCE


def test_a_pinned_post_is_known_by_its_link_where_no_data_describes_it() -> None:
    island = "<gu-island name=.KeyEventsCarousel.*?</gu-island>"
    page = re.sub(island, "", text("pinned-elsewhere.html"), flags=re.DOTALL)
    first = read(page).posts[0]
    assert (first.key, first.pinned, first.title) == (DAWN, True, "The river leaves its bed")
    assert (first.published, first.updated) == (None, at("2026-03-01T09:20:00"))
    here = re.sub(island, "", text("page.html"), flags=re.DOTALL)
    assert [(post.key, post.key_event) for post in read(here).posts if post.pinned] == [(WATER, False)]


def test_broken_data_beside_the_posts_costs_its_marks_alone() -> None:
    page = text("page.html").replace("{&quot;keyEvents&quot;: [", "{&quot;keyEvents&quot;: [[[")
    posts = read(page).posts
    assert len(posts) == 5
    assert [post.key for post in posts if post.pinned] == [WATER]  # the link of the one on top still leads to it


def test_duplicate_blocks_are_one_post() -> None:
    posts = read(site(block(BRIDGE, 44, "Once."), block(SCHOOL, 31, "Twice."), block(BRIDGE, 44, "Once."))).posts
    assert [post.key for post in posts] == [BRIDGE, SCHOOL]


def test_a_block_inside_another_is_a_part_of_it() -> None:
    posts = read(site(block(BRIDGE, 44, f"Outer. {block(SCHOOL, 31, 'Inner.')}"))).posts
    assert [post.key for post in posts] == [BRIDGE]


def test_the_site_of_2016_is_read_too() -> None:
    batch = read(text("old-site.html"), "https://www.theguardian.com/money/live/2016/mar/16/budget-day-live")
    first, second = batch.posts
    assert (first.title, first.key_event, plain(first.body)) == ("A penny on ale", True, "A penny more.")
    assert (first.published, first.updated) == (at("2016-03-16T11:02:04"), at("2016-03-16T11:20:00"))
    assert (second.title, second.key_event, plain(second.body)) == ("", False, "He stands up.")
    assert batch.title == "Budget day – live"
    assert batch.description == "All the news"


# ------------------------------------------------------------------ the data of pages, and the APIs


def test_the_data_of_a_page_gives_the_same_posts_with_more_marks() -> None:
    batch = read(text("data.json"), f"{BLOG}.json?dcr=true")
    posts = batch.posts
    assert [post.key for post in posts] == [DAWN, BRIDGE, SCHOOL, WATER, FIRST]
    assert [post.key for post in posts if post.pinned] == [DAWN]
    assert [post.key for post in posts if post.key_event] == [DAWN, WATER, FIRST]
    assert (posts[1].authors, posts[1].updated, posts[2].updated) == (("Ann Lee",), None, at("2026-03-01T09:50:00"))
    assert batch.link == BLOG
    assert posts[1].url == f"{BLOG}?page=with:block-{BRIDGE}#block-{BRIDGE}"
    assert batch.coverage is not None
    assert (batch.coverage.live, batch.coverage.started) == (False, at("2026-03-01T05:58:00"))
    assert batch.extent is Extent.SINCE


def test_elements_of_a_block_become_what_a_reader_sees() -> None:
    posts = {post.key: post for post in read(text("data.json"), f"{BLOG}.json?dcr=true").posts}
    assert plain(posts[BRIDGE].body) == "Police closed the old bridge.\n\nRelated: What we know"
    assert posts[SCHOOL].body[1:] == (
        Media("video", "https://www.youtube.com/watch?v=Ab3-xYz_901", "The bridge from the air"),
        Media("video", "https://www.youtube.com/watch?v=Qq1-xYz_902", "Rain"),
        Media("audio", "https://audio.test/rain.mp3", "The rain"),
    )
    picture = posts[WATER].body[0]
    assert picture == Media("image", "https://media.test/master.jpg", "The gauge at noon. Photograph: Bo Ek")
    assert plain(posts[WATER].body[1:]) == "---\n\n> Stay away.\n>\n> — Harbour Office"


def test_a_blog_of_one_page_is_whole_and_a_later_page_is_a_part() -> None:
    one = DATA | {"pagination": {"currentPage": 1, "totalPages": 1}}
    assert read(json.dumps(one)).extent is Extent.WHOLE
    later = DATA | {"pagination": {"currentPage": 2, "totalPages": 3}}
    assert read(json.dumps(later)).extent is Extent.PART
    shuffled = DATA | {"blocks": DATA["blocks"][::-1]}
    assert read(json.dumps(shuffled)).extent is Extent.PART


def test_an_answer_of_the_update_endpoint_is_what_is_new() -> None:
    url = f"https://api.nextgen.guardianapps.co.uk{BLOG.removeprefix('https://www.theguardian.com')}.json?lastUpdate=x"
    batch = read(text("update.json"), url)
    assert ([post.key for post in batch.posts], batch.extent) == ([BRIDGE], Extent.DELTA)
    assert batch.posts[0].url == f"{BLOG}?page=with:block-{BRIDGE}#block-{BRIDGE}"
    nothing = read('{"timeline": "", "numNewBlocks": 0}', url, cursor=batch.cursor)
    assert (nothing.posts, nothing.extent, nothing.coverage) == ((), Extent.DELTA, None)
    assert nothing.cursor == batch.cursor


def test_an_answer_of_the_content_api_is_read() -> None:
    batch = read(text("content-api.json"), f"https://content.guardianapis.com/{DATA['pageId']}?show-blocks=all")
    first, second = batch.posts
    assert (first.key, first.title, first.key_event, first.authors) == (BRIDGE, "Bridge shut", True, ())
    assert (first.published, first.updated) == (at("2026-03-01T09:44:00"), at("2026-03-01T09:50:00"))
    assert (plain(second.body), second.updated) == ("No ferry.", None)
    assert (batch.title, batch.link) == ("River rises – live", BLOG)
    assert batch.coverage is not None
    assert batch.coverage.live is True


def test_blocks_that_were_asked_for_are_read_as_well() -> None:
    data = json.loads(text("content-api.json"))
    content = data["response"]["content"]
    content["blocks"] = {"requestedBodyBlocks": {"body:latest:2": content["blocks"]["body"]}}
    assert [post.key for post in read(json.dumps(data)).posts] == [BRIDGE, FERRY]


# ------------------------------------------------------------------ pages of the apps


def test_a_live_page_of_an_app_states_its_times() -> None:
    batch = read(text("app-live.html"), APP)
    first, second, third = batch.posts
    assert (first.title, first.authors, first.key_event) == ("Mast falls", ("Cy Dol",), True)
    assert (first.published, first.updated) == (at("2015-07-09T10:21:56"), at("2015-07-09T10:25:00"))
    assert second.updated is None  # edited in the minute in which it was published
    assert (third.key_event, plain(third.body)) == (True, "[image: Smoke]\n\nSmoke over the quay.")
    assert links(first.body) == ("https://www.theguardian.com/world/2015/jul/09/mast",)
    assert first.url == f"{APP}#block-{first.key}"
    assert batch.title == "Harbour blaze – live"
    assert batch.description == "- Three boats lost"
    assert batch.coverage is not None
    assert batch.coverage.live is True


def test_a_closed_page_of_an_app_has_its_dates_from_ids_and_its_zone_from_what_it_says() -> None:
    batch = read(text("app-closed.html"), APP)
    assert [post.published for post in batch.posts] == [
        at("2015-07-08T22:41:00"),
        at("2015-07-08T23:05:00"),  # five past midnight at «GMT+1»
        at("2015-07-08T23:21:00"),
        at("2015-07-09T05:03:00"),
        at("2015-07-09T05:44:00"),
    ]
    assert batch.posts[1].updated == at("2015-07-08T23:30:00")
    assert batch.coverage is not None
    assert (batch.coverage.live, batch.extent) == (False, Extent.PART)


def test_clocks_without_any_zone_are_those_of_london() -> None:
    summer = text("app-closed.html").replace("00:30 GMT+1 Thursday, 09 July 2015", "00:30")
    assert read(summer, APP).posts == read(text("app-closed.html"), APP).posts


def test_a_match_is_listed_from_its_beginning_and_named_by_its_teams() -> None:
    batch = read(text("app-match.html"), APP)
    times = [post.published for post in batch.posts]
    assert times == [at("2015-07-09T11:12:00"), at("2015-07-09T11:22:00"), at("2015-07-09T11:31:00")]
    assert batch.title == "Upper Mill v Quay Rovers"
    assert batch.coverage is not None
    assert batch.coverage.live is None


def test_a_block_without_a_usable_time_is_kept_without_one() -> None:
    page = text("app-closed.html").replace("06:44", "noon")
    last = read(page, APP).posts[-1]
    assert (last.key, last.published, last.updated) == ("559e094ee4b0aaaaaaaaaa54", None, None)


# ------------------------------------------------------------------ what follows, what was missed


def test_the_last_post_of_a_blog_offers_the_next() -> None:
    (offer,) = read(text("app-closed.html"), APP).offers
    assert offer.url == "https://www.theguardian.com/world/live/2015/jul/09/after-the-blaze"
    assert offer.title == "in a new blog"


@pytest.mark.parametrize(
    "words",
    [
        '<a href="https://www.theguardian.com/world/live/2015/jul/09/after-the-blaze">Elsewhere</a>, boats burn.',
        'Our coverage continues <a href="https://www.theguardian.com/world/2015/jul/09/an-article">here</a>.',
        'Our coverage continues <a href="https://paper.test/world/live/2015/jul/09/after-the-blaze">here</a>.',
    ],
)
def test_another_link_in_the_last_post_offers_nothing(words: str) -> None:
    assert read(site(block(BRIDGE, 44, words), block(SCHOOL, 31, "A shelter."))).offers == ()


def page_of(*numbers: int, older: int = 0) -> str:
    """Page of the site with blocks of these numbers, published at these minutes; the older page begins with `older`."""
    blocks = (block(numbered(number), number, f"What was said in block {number}.") for number in numbers)
    return site(*blocks, older=numbered(older) if older else "")


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


def test_older_data_is_asked_for_as_data() -> None:
    address = f"{BLOG}.json?dcr=true"
    batch, _ = converse(ADAPTER, Visit(address), text("data.json"))
    assert next(ADAPTER.older(Visit(address, older=batch.older))).url == f"{address}&page=with:block-{OLDER}"


# ------------------------------------------------------------------ older posts


def back(older: dict[str, object], *answers: str | Response, url: str = BLOG) -> tuple[Batch, list[str]]:
    batch, asked = converse(ADAPTER, Visit(url, older=older), *answers)
    assert_clean(batch)
    assert json.loads(json.dumps(batch.older)) == batch.older
    return batch, [each.url for each in asked]


def test_a_blog_is_read_backwards_to_its_end() -> None:
    first = read(page_of(9, 8, older=7))
    assert first.older == {"block": numbered(7), "after": numbered(8)}
    middle, asked = back(first.older, page_of(7, 6, 5, older=4))
    assert keys(middle) == [numbered(7), numbered(6), numbered(5)]
    assert asked == [f"{BLOG}?page=with:block-{numbered(7)}"]
    oldest, asked = back(middle.older, page_of(4, 3))
    assert (keys(oldest), oldest.older) == ([numbered(4), numbered(3)], {})
    assert asked == [f"{BLOG}?page=with:block-{numbered(4)}"]


def test_an_older_post_is_the_post_that_a_poll_would_have_shown() -> None:
    older = read(page_of(9, older=7)).older
    assert back(older, page_of(7, 6))[0].posts == read(page_of(7, 6)).posts


def test_data_is_read_backwards_as_data() -> None:
    url = f"{BLOG}.json?dcr=true"
    older = read(text("data.json"), url).older
    assert older["block"] == OLDER
    page = {**DATA, "blocks": [{**DATA["blocks"][0], "id": OLDER}], "pagination": {"currentPage": 2, "totalPages": 2}}
    batch, asked = back(older, json.dumps(page), url=url)
    assert asked == [f"{url}&page=with:block-{OLDER}"]
    assert (keys(batch), batch.older) == ([OLDER], {})


@pytest.mark.parametrize("first", [failing(404), page_of(20, 19, 18, older=17)])
def test_where_the_next_block_was_deleted_the_last_known_one_leads_on(first: str | Response) -> None:
    older: dict[str, object] = {"block": numbered(7), "after": numbered(8)}
    batch, asked = back(older, first, page_of(10, 9, 8, 6, older=5))
    assert asked == [f"{BLOG}?page=with:block-{numbered(number)}" for number in (7, 8)]
    assert keys(batch) == [numbered(6)]
    assert batch.older == {"block": numbered(5), "after": numbered(6)}


@pytest.mark.parametrize(
    ("first", "says"), [(failing(503), "The server did not answer."), (page_of(20, older=19), "another page")]
)
def test_a_page_that_only_fails_is_not_taken_to_be_gone(first: str | Response, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        back({"block": numbered(7), "after": numbered(8)}, first, page_of(9, 8, older=7))


def test_what_stands_above_the_last_known_block_is_left_to_a_poll() -> None:
    batch, _ = back({"block": numbered(7), "after": numbered(8)}, page_of(20, 8, 7, 6))
    assert keys(batch) == [numbered(7), numbered(6)]


def test_one_name_of_the_two_is_enough() -> None:
    assert keys(back({"block": numbered(7)}, page_of(7, 6))[0]) == [numbered(7), numbered(6)]
    assert keys(back({"after": numbered(8)}, page_of(8, 7, 6))[0]) == [numbered(7), numbered(6)]


@pytest.mark.parametrize(
    "answered", [page_of(20, 19, older=18), "<html><body>Sorry</body></html>", "", "{}", text("update.json")]
)
def test_another_page_than_the_older_one_is_refused(answered: str) -> None:
    with pytest.raises(ParseError):
        back({"block": numbered(7)}, answered)
    with pytest.raises(ParseError):
        back({"block": numbered(7), "after": numbered(8)}, failing(), answered)


@pytest.mark.parametrize(
    "older",
    [
        {"block": f"../{numbered(7)}"},
        {"block": numbered(7).upper()},
        {"block": [numbered(7)], "after": {"a": 1}},
        {"block": 7},
        {"page": 2},
    ],
)
def test_a_place_that_names_no_block_asks_for_nothing(older: dict[str, object]) -> None:
    with pytest.raises(ParseError, match=r"not known any more\.$"):
        next(ADAPTER.older(Visit(BLOG, older=older)))


def test_a_page_in_a_file_has_no_older_one() -> None:
    assert read(page_of(9, older=7), "file:///home/reader/blog.html").older == {}


@pytest.mark.parametrize("cursor", [{}, {"listed": None}, {"listed": [1, None]}, {"listed": {}}, {"other": 3}])
def test_a_cursor_that_says_nothing_asks_for_nothing(cursor: dict[str, object]) -> None:
    assert len(read(text("page.html"), cursor=cursor).posts) == 5


def test_a_short_life() -> None:
    ledger = Ledger()
    morning = [block(numbered(n), n, f"Number {n} of the morning.") for n in (5, 4, 3, 2)]
    ledger.poll(read(site(*morning)).posts, 10)
    later = [
        block(numbered(6), 6, "Number six, quite new."),
        block(numbered(5), 5, "Number 5 of the morning, corrected.", edited=9),
        *morning[2:],
    ]
    told = ledger.told(ledger.poll(read(site(*later)).posts, 11))
    assert told == [f"added {numbered(6)}", f"edited {numbered(5)}"]
    assert ledger.told(ledger.poll(read(site(*later)).posts, 12)) == [f"withdrawn {numbered(4)}"]
    assert ledger.told(ledger.poll(read(site(*later)).posts, 13)) == []


# ------------------------------------------------------------------ whatever comes


@settings(max_examples=60)
@given(mangled(DATA))
def test_mangled_data_is_read_or_refused(written: str) -> None:
    with contextlib.suppress(ParseError):
        read(written)
    assert ADAPTER.sniff(answer(written)) in Confidence


@settings(max_examples=60)
@given(st.sampled_from(["page.html", "app-closed.html", "old-site.html"]), st.data())
def test_a_mangled_page_is_read_or_refused(name: str, data: st.DataObject) -> None:
    page = text(name)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(page) - 1))
        odd = st.sampled_from(["<", ">", '"', "&#27;", "\u202e", "</article>", "25:61", "9999-12-31T23:59Z", "block-"])
        page = page[:place] + data.draw(odd) + page[place + data.draw(st.integers(0, 30)) :]
    with contextlib.suppress(ParseError):
        read(page, APP)


# ------------------------------------------------------------------ what the Guardian published

UKRAINE = (
    "https://www.theguardian.com/world/live/2023/may/15/russia-ukraine-war-latest-g7-reportedly-set-to-tighten-"
    "russia-sanctions-france-to-send-kyiv-military-aid-live"
)


def sample(shared: Path, name: str, url: str = APP) -> tuple[Post, ...]:
    response = answer((shared / "samples" / name).read_bytes(), url)
    assert ADAPTER.sniff(response) is Confidence.MINE
    return read(response.body, url).posts


def test_a_blog_of_2023_with_a_pinned_post(shared: Path) -> None:
    batch = read((shared / "samples/guardian/ukraine-2023-05-15.html").read_bytes(), UKRAINE)
    posts = batch.posts
    assert len(posts) == 10
    assert (posts[0].published, posts[-1].published) == (at("2023-05-15T11:50:54"), at("2023-05-15T10:42:56"))
    assert [post.key for post in posts if post.pinned] == ["646210cc8f0822aea831dd91"]
    assert sum(post.key_event for post in posts) == 3
    assert sum(post.updated is not None for post in posts) == 5
    assert posts[0].authors == ("Jennifer Rankin",)
    assert all(plain(post.body) for post in posts)
    assert batch.coverage is not None
    assert (batch.coverage.live, batch.coverage.started) == (True, at("2023-05-15T04:38:00"))
    assert (batch.link, batch.extent) == (UKRAINE, Extent.SINCE)
    words = "\n".join(plain(post.body) for post in posts)
    assert not re.search("Updated at|Share on|ago$|gu-island|Photograph:$", words, re.MULTILINE)
    assert batch.older == {"block": "64620b428f08e408b758aed8", "after": batch.posts[-1].key}


def test_two_builds_of_one_page_five_years_apart_differ_in_no_text(shared: Path) -> None:
    name = "guardian/dcr-nasa-perseverance-fixture-{}.json"
    before, after = (sample(shared, name.format(build), f"{BLOG}.json?dcr=true") for build in ("2021-08", "2026-07"))
    assert [post.key for post in before] == [post.key for post in after]
    assert len(before) == 13
    assert (before[0].published, before[-1].published) == (at("2021-02-19T19:30:03"), at("2021-02-19T18:42:02"))
    assert list(map(identity.text_of, before)) == list(map(identity.text_of, after))
    ledger = Ledger()
    ledger.poll(before, 10)
    # The newer data has titles, one of them on this page; its text, its pictures and its other posts are the same.
    edits = [change for change in ledger.told(ledger.poll(after, 11)) if not change.startswith("refreshed")]
    assert edits == ["edited 60300f5f8f08ad21ea60071e"]


@pytest.mark.parametrize(
    ("name", "count", "first", "last", "live"),
    [
        ("brexit-live-2016-06-28", 10, "2016-06-28T09:21:56", "2016-06-28T08:24:42", True),
        ("sisi-live-2015-11-05", 10, "2015-11-05T16:18:31", "2015-11-05T15:20:37", True),
        ("bitcoin-live-2017-12-07", 10, "2017-12-07T10:58:05", "2017-12-07T08:32:02", True),
        ("ashes-closed-2015-07-09", 123, "2015-07-09T09:19:00", "2015-07-09T17:40:00", False),
        ("ashes-2018-01-07-while-live", 10, "2018-01-07T05:39:00", "2018-01-07T23:38:00", True),
        ("ashes-2018-01-07-after-close", 10, "2018-01-07T05:39:00", "2018-01-07T23:38:00", False),
        ("ireland-england-football-2015-06-07", 10, "2015-06-07T11:10:50", "2015-06-07T11:52:42", None),
        ("pope-closed-2015-09-25-build1", 10, "2015-09-25T11:59:00", "2015-09-25T13:50:00", False),
        ("pope-closed-2015-09-25-build2", 10, "2015-09-25T11:49:00", "2015-09-25T13:50:00", False),
    ],
)
def test_pages_of_the_apps(name: str, count: int, first: str, last: str, live: bool | None, shared: Path) -> None:
    response = answer((shared / f"samples/guardian-app/{name}.html").read_bytes(), APP)
    assert ADAPTER.sniff(response) is Confidence.MINE
    batch = read(response.body, APP)
    assert len(batch.posts) == count
    assert (batch.posts[0].published, batch.posts[-1].published) == (at(first), at(last))
    times = [post.published for post in batch.posts if post.published]
    assert len(times) == count
    assert times in (sorted(times), sorted(times, reverse=True))
    assert batch.coverage is not None
    assert batch.coverage.live is live
    assert all(plain(post.body) for post in batch.posts)


def test_a_blog_that_is_closed_changes_no_post(shared: Path) -> None:
    live = sample(shared, "guardian-app/ashes-2018-01-07-while-live.html")
    assert sample(shared, "guardian-app/ashes-2018-01-07-after-close.html") == live


def test_a_page_that_is_built_again_may_date_a_post_anew(shared: Path) -> None:
    before, after = (sample(shared, f"guardian-app/pope-closed-2015-09-25-build{n}.html") for n in (1, 2))
    ledger = Ledger()
    ledger.poll(before, 10)
    told = ledger.told(ledger.poll(after, 11))
    assert [change for change in told if change.startswith(("added", "withdrawn"))] == []


def test_ordinary_articles_are_nobody_of_its(shared: Path) -> None:
    for path in sorted((shared / "samples/not-live").iterdir()):
        response = Response("https://news.test/x", body=path.read_bytes())
        assert ADAPTER.sniff(response) is Confidence.NO
