"""What the adapter for the BBC makes of live pages of both generations, and of their data alone."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from feeds.adapters.bbc import Bbc
from feeds.document import Listing, Media, html, links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Response, Visit
from feeds.model import Batch, Extent, Kind
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Bbc()
OWN = PAGES / "bbc"
BLOG = "https://www.bbc.com/news/live/c0vq3x1y2z3t"
OLD = "https://www.bbc.co.uk/news/live/world-52600000"
STREAM = json.loads((OWN / "stream.json").read_text())
PAGED = json.loads((OWN / "paged.json").read_text())
API = "https://push.api.bbci.co.uk/batch?t=%2Fdata%2Fbbc-morph-lx-commentary-data-paged/pageNumber/1/version/1.5.6"
ONE, TWO, THREE = (f"asset:0000000{n}-aaaa-4bbb-8ccc-0123456789ab" for n in (1, 2, 3))


def text(name: str) -> str:
    return (OWN / name).read_text()


def read(body: str | bytes, url: str = BLOG, cursor: dict[str, object] | None = None) -> Batch:
    batch, _ = converse(ADAPTER, Visit(url, cursor=cursor or {}), body)
    assert_clean(batch)
    return batch


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def result(number: int, words: str, edited: int | None = None) -> dict[str, object]:
    """Result of today's generation, published at that minute after nine."""
    fragment = {"type": "fragment", "model": {"text": words, "attributes": []}}
    return {
        "urn": f"asset:{number:08}",
        "type": "POST",
        "content": {"model": {"blocks": [{"type": "paragraph", "model": {"text": words, "blocks": [fragment]}}]}},
        "dates": {
            "firstPublished": f"2026-03-01T09:{number:02}:00Z",
            "lastPublished": f"2026-03-01T09:{edited or number:02}:00Z",
            "curated": f"2026-03-01T09:{number:02}:01Z",
        },
    }


def stream(*results: dict[str, object], index: int = 1, total: int = 4) -> str:
    """Page of the World Service with these results."""
    data = {"data": {"results": results, "page": {"index": index, "total": total}}}
    page = {"title": "River", "isLive": True, "liveTextStream": {"content": data}}
    written = json.dumps({"props": {"pageProps": {"pageData": page}}})
    return f'<html lang="en"><script id="__NEXT_DATA__" type="application/json">{written}</script></html>'


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (BLOG, Confidence.MINE),
        (OLD, Confidence.MINE),
        (f"{BLOG}?post=asset%3A1#post", Confidence.MINE),
        ("https://www.bbc.co.uk/sport/live/football/c0mn93jz28nt", Confidence.NO),
        ("https://www.bbc.co.uk/sport/football/live/c0mn93jz28nt", Confidence.MINE),
        ("https://www.bbc.com/pidgin/live/c7p765ynk9qt", Confidence.MINE),
        ("https://www.bbc.com/serbian/lat/live/c7p765ynk9qt", Confidence.MINE),
        ("https://www.bbc.co.uk/news/live/uk-england-52600000/", Confidence.MINE),
        (API, Confidence.MINE),
        ("https://push.api.bbci.co.uk/batch?t=%2Fdata%2Fweather", Confidence.NO),
        ("https://www.bbc.co.uk/iplayer/live/bbcnews", Confidence.NO),
        ("https://www.bbc.co.uk/sounds/play/live/c0vq3x1y2z3t", Confidence.NO),
        ("https://www.bbc.com/news/articles/c0vq3x1y2z3t", Confidence.NO),
        ("https://bbc.com.evil.test/news/live/c0vq3x1y2z3t", Confidence.NO),
        ("ftp://www.bbc.com/news/live/c0vq3x1y2z3t", Confidence.NO),
        ("https://[/news/live/c0vq3x1y2z3t", Confidence.NO),
        ("", Confidence.NO),
    ],
)
def test_live_pages_are_claimed_by_their_address_and_nothing_else(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


@pytest.mark.parametrize("name", sorted(path.name for path in OWN.iterdir() if path.stem != "empty"))
def test_every_shape_is_recognised_wherever_it_is(name: str) -> None:
    assert ADAPTER.sniff(answer(text(name), "https://mirror.test/copy")) is Confidence.MINE


@pytest.mark.parametrize(
    "body",
    [
        '{"results": [{"firstPublished": 1, "title": "Of another"}]}',
        '{"results": [], "firstPublished": 1}',
        '<html><script>x = {"results": [{"firstPublished": 1}]}</script></html>',
        '<html><script>window.a = {"results": [{"firstPublished": 1}</script></html>',
        '<html><script type="application/json">{"results": [{"firstPublished": </script></html>',
    ],
)
def test_results_of_others_are_not_its_own(body: str) -> None:
    assert ADAPTER.sniff(answer(body)) is Confidence.NO
    with pytest.raises(ParseError):
        read(body)


def test_a_page_without_posts_is_refused_with_its_title() -> None:
    with pytest.raises(NotAFeedError, match=r"This page .title “Sign in”. is no live page of the BBC"):
        read("<html><title>Sign in</title><body><form></form></body></html>")


def test_data_that_is_cut_off_is_refused_with_a_sentence() -> None:
    page = text("news.html")
    cut = page[: page.index("School") if "School" in page else len(page) // 2] + "</script></body></html>"
    with pytest.raises(ParseError, match=r"The data of the BBC's live page is not JSON, or is cut off\."):
        read(cut)


def test_a_page_that_has_not_begun_has_no_posts() -> None:
    assert read(text("empty.json")).posts == ()


@pytest.mark.parametrize("url", [BLOG, f"{BLOG}/", f"{BLOG}?post=asset%3A1#post", f"{BLOG}?page=3"])
def test_a_link_to_one_post_follows_the_whole_page_with_one_request(url: str) -> None:
    _, asked = converse(ADAPTER, Visit(url), text("world-service.html"))
    assert [(each.url, each.conditional) for each in asked] == [(BLOG, True)]


# ------------------------------------------------------------------ pages of today


def test_a_page_gives_its_posts_in_their_order_with_their_own_times() -> None:
    batch = read(text("world-service.html"))
    assert batch.kind is Kind.LIVEBLOG
    assert [post.key for post in batch.posts] == [ONE, TWO, THREE]
    assert [post.title for post in batch.posts] == ["Bridge shut", "", "Four metres"]
    assert batch.posts[0].published == datetime(2026, 3, 1, 9, 44, 1, 200_000, UTC)  # as the page shows it: curated
    assert [post.updated for post in batch.posts] == [None, at("2026-03-01T09:50:00"), None]
    assert [post.key_event for post in batch.posts] == [True, False, False]
    assert batch.posts[0].authors == ("Ann Lee",)
    assert batch.posts[0].url == f"{BLOG}?post={ONE.replace(':', '%3A')}#post"
    assert batch.extent is Extent.SINCE


def test_a_page_says_what_it_is() -> None:
    batch = read(text("world-service.html"))
    assert (batch.title, batch.link, batch.language) == ("River rises in the lower valley", BLOG, "en-GB")
    coverage = batch.coverage
    assert coverage is not None
    assert (coverage.headline, coverage.live) == (batch.title, True)
    assert (coverage.started, coverage.ended) == (at("2026-03-01T06:00:00"), at("2026-03-02T06:00:00"))
    assert plain(coverage.description) == "Two villages cut off\n\n- Bridge shut\n- School open"


def test_the_text_of_a_post_keeps_its_lists_links_and_styles() -> None:
    first, second, _ = read(text("world-service.html")).posts
    assert plain(first.body) == (
        "At the quay\n\nPolice closed the old bridge, as the plan has it.\n\n- no cars\n- no carts\n\n1. go back"
    )
    assert "<b>old bridge</b>" in html(first.body)
    assert links(first.body) == ("https://www.bbc.com/news/plan",)
    assert [block.start for block in first.body if isinstance(block, Listing)] == [None, 1]
    assert second.body[1:4] == (
        Media("image", "https://ichef.bbci.co.uk/ace/ws/800/cpsprodpb/ab12/live/0c.jpg.webp", "The gauge at noon"),
        Media("video", "", "The bridge from the air"),
        Media("embed", "https://social.test/1"),
    )
    assert plain(second.body[4:]) == "> Stay away."


def test_data_in_a_string_of_a_script_is_read_and_a_single_page_is_whole() -> None:
    batch = read(text("news.html"))
    assert batch.posts == read(text("world-service.html")).posts
    assert batch.extent is Extent.WHOLE
    assert batch.coverage is not None
    assert (batch.title, batch.coverage.live) == ("River rises in the lower valley", False)


def test_data_alone_is_read() -> None:
    batch = read(text("stream.json"), "https://stream.test/posts?page=1")
    assert [post.key for post in batch.posts] == [ONE, TWO, THREE]
    assert (batch.title, batch.coverage and batch.coverage.live, batch.extent) == ("", None, Extent.SINCE)


def test_a_result_that_is_a_story_keeps_its_title_its_words_and_its_address() -> None:
    story: dict[str, object] = {
        "urn": "asset:story",
        "type": "STORY",
        "link": "https://www.bbc.com/news/articles/c1",
        "titles": [{"title": None}, {"title": "The valley explained"}],
        "descriptions": [{"text": "What lies where."}],
        "dates": {"firstPublished": "2026-03-01T09:00:00Z"},
    }
    (post,) = read(stream(story)).posts
    assert (post.title, plain(post.body)) == ("The valley explained", "What lies where.")
    assert (post.url, post.published) == ("https://www.bbc.com/news/articles/c1", at("2026-03-01T09:00:00"))


def test_a_page_without_a_title_in_its_data_has_that_of_its_heading() -> None:
    page = text("news.html").replace("isLive", "wasLive")
    assert read(page).title == "River rises"
    assert read(page.replace("<h1>River rises</h1>", "")).title == "River rises"


def test_the_longest_list_of_posts_is_the_pages_own() -> None:
    teaser = {
        "promo": {"results": [result(1, "A teaser.")]},
        "main": {"results": [result(3, "Three."), result(2, "Two.")]},
    }
    assert [post.key for post in read(json.dumps(teaser)).posts] == ["asset:00000003", "asset:00000002"]


# ------------------------------------------------------------------ pages up to about 2021


def test_an_old_page_gives_its_posts_and_says_what_it_is() -> None:
    batch = read(text("morph.html"), OLD)
    assert [post.key for post in batch.posts] == [
        "5ebab4a75c8cf7066bdfaa01",
        "5ebab4a75c8cf7066bdfaa02",
        "sty_52600001",
    ]
    first, second, story = batch.posts
    assert (first.title, first.key_event, first.url) == ("Bridge shut", True, f"{OLD}#post_{first.key}")
    assert (first.published, first.updated) == (at("2020-05-12T15:05:07"), None)  # published a second after it was made
    assert (second.authors, second.updated) == (("Ann Lee",), at("2020-05-12T15:20:00"))
    assert (story.url, story.published) == ("https://www.bbc.co.uk/news/world-52600001", at("2020-05-12T14:50:00"))
    assert first.language == "en-gb"
    assert (batch.title, batch.link, batch.description) == (
        "River rises in the lower valley",
        OLD,
        "Two villages cut off.",
    )
    assert batch.coverage is not None
    assert (batch.coverage.live, batch.coverage.started) == (True, at("2020-05-12T06:00:00"))
    assert batch.extent is Extent.SINCE


def test_the_tree_of_an_old_post_is_its_text() -> None:
    first, second, _ = read(text("morph.html"), OLD).posts
    assert first.body[0] == Media("image", "http://c.files.bbci.co.uk/live/x.png", "The bridge at noon")
    assert plain(first.body[1:]) == "Police closed the old bridge, as the plan has it."
    assert "<b>old bridge</b>" in html(first.body)
    assert links(first.body)[-1] == "https://www.bbc.co.uk/news/plan"
    assert plain(second.body) == (
        "- Cricket: cancelled\n- Tennis\n\nLater\n\n> Nobody plays.\n\n[embed: social.test/1]"
    )


def test_films_and_recordings_of_an_old_post_are_lines() -> None:
    films = [
        {"name": "video", "title": "The bridge", "href": "https://www.bbc.co.uk/news/av/1", "children": []},
        {"name": "audio", "caption": "Rain", "children": []},
        {"name": "unheard-of", "children": [{"name": "text", "text": "Words stay."}]},
    ]
    data = {"results": [PAGED["body"]["results"][0] | {"body": films}]}
    (post,) = read(json.dumps(data), OLD).posts
    assert post.body[:2] == (
        Media("video", "https://www.bbc.co.uk/news/av/1", "The bridge"),
        Media("audio", "", "Rain"),
    )
    assert plain(post.body[2:]) == "Words stay."


def test_text_that_is_not_cut_into_fragments_is_text_as_well() -> None:
    bare = {"type": "paragraph", "model": {"text": "Police <closed> it.", "blocks": []}}
    title = {"type": "headline", "model": {"text": "Bridge shut"}}
    changed = result(3, "") | {"header": {"model": {"blocks": [title]}}, "content": {"model": {"blocks": [bare]}}}
    (post,) = read(stream(changed)).posts
    assert (post.title, plain(post.body)) == ("Bridge shut", "Police <closed> it.")


def test_old_data_alone_is_the_same_posts() -> None:
    page, data = (read(text(name), OLD).posts for name in ("morph.html", "paged.json"))
    assert data[:2] == page[:2]
    assert [post.language for post in (page[2], data[2])] == ["en-GB", None]  # only the page states that of the third


# ------------------------------------------------------------------ what follows, what was missed


def test_the_last_post_of_a_page_offers_the_next() -> None:
    farewell = result(9, "This page is closing.")
    farewell["content"] = {
        "model": {
            "blocks": [
                {
                    "type": "paragraph",
                    "model": {
                        "blocks": [
                            {"type": "fragment", "model": {"text": "Our coverage continues on "}},
                            {
                                "type": "urlLink",
                                "model": {"locator": f"{BLOG[:-1]}u?post=1", "text": "our new live page"},
                            },
                        ]
                    },
                }
            ]
        }
    }
    (offer,) = read(stream(farewell, result(8, "Eight."))).offers
    assert (offer.url, offer.title) == (f"{BLOG[:-1]}u", "our new live page")
    assert read(stream(result(8, "Eight."), farewell)).offers == ()


def listed(*numbers: int, index: int = 1, total: int = 4) -> str:
    """Page of the World Service with results of these numbers, published at these minutes."""
    return stream(*(result(number, f"Number {number}, at length.") for number in numbers), index=index, total=total)


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


def asset(*numbers: int) -> list[str]:
    return [f"asset:{number:08}" for number in numbers]


@pytest.mark.parametrize("slash", ["/", "%2F", "%2f"])
def test_older_data_is_asked_for_by_its_page_number(slash: str) -> None:
    address = API.replace("/pageNumber/1/", f"{slash}pageNumber{slash}1{slash}")
    assert ADAPTER.claim(address) is Confidence.MINE
    batch, _ = converse(ADAPTER, Visit(address), text("paged.json"))
    older = next(ADAPTER.older(Visit(address, older=batch.older)))
    assert older.url == address.replace(f"{slash}1{slash}", f"{slash}2{slash}")


def test_older_pages_of_the_old_generation_have_addresses_of_their_own() -> None:
    batch, asked = converse(ADAPTER, Visit(f"{OLD}/page/3"), text("morph.html"))
    older = next(ADAPTER.older(Visit(f"{OLD}/page/3", older=batch.older)))
    assert [asked[0].url, older.url] == [OLD, f"{OLD}/page/2"]


# ------------------------------------------------------------------ older posts


def back(older: dict[str, object], *answers: str | Response, url: str = BLOG) -> tuple[Batch, list[str]]:
    batch, asked = converse(ADAPTER, Visit(url, older=older), *answers)
    assert_clean(batch)
    return batch, [each.url for each in asked]


def test_a_page_is_read_backwards_to_its_end() -> None:
    first = read(listed(9, 8, total=3))
    middle, asked = back(first.older, listed(7, 6, index=2, total=3))
    assert (keys(middle), asked) == (asset(7, 6), [f"{BLOG}?page=2"])
    oldest, asked = back(middle.older, listed(5, index=3, total=3))
    assert (keys(oldest), asked, oldest.older) == (asset(5), [f"{BLOG}?page=3"], {})


def test_an_older_post_is_the_post_that_a_poll_would_have_shown() -> None:
    assert back(read(listed(9)).older, listed(7, 6, index=2))[0].posts == read(listed(7, 6)).posts


def test_data_alone_and_pages_of_the_old_generation_are_read_backwards() -> None:
    for url, name, older in (
        (API, "paged.json", API.replace("Number/1", "Number/2")),
        (OLD, "morph.html", f"{OLD}/page/2"),
    ):
        place = read(text(name), url).older
        second = (
            text(name).replace('"currentPage": 1', '"currentPage": 2').replace('"currentPage":1', '"currentPage":2')
        )
        batch, asked = back(place, second, url=url)
        assert asked == [older]
        assert batch.posts == ()  # the page holds the same posts, the last of which is the last known one


def test_a_page_that_moved_on_brings_what_comes_after_the_last_known_post() -> None:
    place = read(listed(9, 8)).older
    assert keys(back(place, listed(10, 9, 8, 7, index=2))[0]) == asset(7)


def test_what_is_newer_than_the_last_known_post_is_left_to_a_poll() -> None:
    place = read(listed(9, 8)).older
    batch, _ = back(place, listed(14, 13, 12, index=2))
    assert (keys(batch), batch.older["page"]) == ([], 3)


def test_what_moved_on_to_an_older_page_before_it_was_seen_is_told_unless_it_may_be_news() -> None:
    first = read(listed(9, 7))
    assert first.cursor == {"newest": first.posts[0].published.isoformat() if first.posts[0].published else ""}
    for answered, found in ((listed(10, 8, 7, 6, index=2), (8, 6)), (listed(12, 10, 8, 6, index=2), (8, 6))):
        batch, _ = converse(ADAPTER, Visit(BLOG, older=first.older, cursor=first.cursor), answered)
        assert keys(batch) == asset(*found)
    batch, _ = converse(ADAPTER, Visit(BLOG, older=first.older, cursor={"newest": 7}), listed(8, 7, 6, index=2))
    assert keys(batch) == asset(6)


@pytest.mark.parametrize("answered", [failing(404), failing(410), listed(9, 8, total=1), listed(index=2, total=1)])
def test_a_page_that_is_no_more_since_posts_were_deleted_is_the_end(answered: str | Response) -> None:
    batch, asked = back({"page": 2}, answered)
    assert (keys(batch), batch.older, asked) == ([], {}, [f"{BLOG}?page=2"])


def test_an_older_page_that_brings_no_answer_is_said_to() -> None:
    with pytest.raises(ParseError, match=r"^The older posts could not be read. The server did not answer\.$"):
        back({"page": 2}, failing())


@pytest.mark.parametrize("answered", [listed(9, 8), listed(9, index=3), "<html><body>Sorry</body></html>", "", "{}"])
def test_another_page_than_the_older_one_is_refused(answered: str) -> None:
    with pytest.raises(ParseError):
        back({"page": 2}, answered)


@pytest.mark.parametrize(
    "older",
    [
        {"page": 1},
        {"page": 0},
        {"page": -2},
        {"page": True},
        {"page": "2"},
        {"page": 10**9},
        {"page": 2.0},
        {"after": "a"},
    ],
)
def test_a_place_that_is_no_page_asks_for_nothing(older: dict[str, object]) -> None:
    with pytest.raises(ParseError, match=r"not known any more\.$"):
        next(ADAPTER.older(Visit(BLOG, older=older)))


def test_a_page_at_another_address_has_no_older_one_that_is_known() -> None:
    assert read(listed(9), "https://mirror.test/copy").older == {}
    with pytest.raises(ParseError):
        next(ADAPTER.older(Visit("https://mirror.test/copy", older={"page": 2})))


def test_a_short_life() -> None:
    ledger = Ledger()
    morning = [result(n, f"Number {n} of the morning.") for n in (5, 4, 3, 2)]
    ledger.poll(read(stream(*morning)).posts, 10)
    later = [
        result(6, "Number six, quite new."),
        result(5, "Number 5 of the morning, corrected.", edited=9),
        *morning[2:],
    ]
    told = ledger.told(ledger.poll(read(stream(*later)).posts, 11))
    assert told == ["added asset:00000006", "edited asset:00000005"]
    assert ledger.told(ledger.poll(read(stream(*later)).posts, 12)) == ["withdrawn asset:00000004"]
    assert ledger.told(ledger.poll(read(stream(*later)).posts, 13)) == []


# ------------------------------------------------------------------ whatever comes


@settings(max_examples=60)
@given(mangled(STREAM))
def test_mangled_data_is_read_or_refused(written: str) -> None:
    with contextlib.suppress(ParseError):
        read(written)
    assert ADAPTER.sniff(answer(written)) in Confidence


@settings(max_examples=60)
@given(mangled(PAGED))
def test_mangled_old_data_is_read_or_refused(written: str) -> None:
    with contextlib.suppress(ParseError):
        read(
            f"<html><script>Morph.setPayload('/data/bbc-morph-lx-commentary-data-paged/1', {written});</script></html>"
        )


def test_one_bad_post_costs_itself() -> None:
    bad = {"urn": "asset:bad", "dates": {"curated": [], "firstPublished": {}}, "header": 7, "content": {"model": []}}
    batch = read(stream(result(3, "Three."), bad, result(2, "Two.")))
    assert [(post.key, post.published is None) for post in batch.posts] == [
        ("asset:00000003", False),
        ("asset:bad", True),
        ("asset:00000002", False),
    ]


def test_a_tree_without_end_is_read_as_far_as_it_goes() -> None:
    inner: dict[str, object] = {"type": "fragment", "model": {"text": "deep"}}
    for _ in range(300):
        inner = {"type": "text", "model": {"blocks": [inner]}}
    wide = result(3, "Three.") | {"content": {"model": {"blocks": [inner] * 200}}}
    (post,) = read(json.dumps({"results": [wide]})).posts
    assert plain(post.body).startswith("deep")


# ------------------------------------------------------------------ what the BBC published


def test_a_page_of_2020(shared: Path) -> None:
    body = (shared / "samples/bbc/live-world-52627824-2020-05-12.html").read_bytes()
    url = "https://www.bbc.co.uk/news/live/world-52627824"
    assert ADAPTER.sniff(answer(body, url)) is Confidence.MINE
    batch = read(body, url)
    posts = batch.posts
    assert len(posts) == 20
    assert (posts[0].published, posts[-1].published) == (at("2020-05-12T15:05:07"), at("2020-05-12T12:34:40"))
    assert (posts[0].key, posts[0].title) == ("5ebab4a75c8cf7066bdfaa58", "Where does the US stand on testing?")
    assert sum(post.key_event for post in posts) == 2
    assert [post.authors for post in posts if post.authors] == [("Marianna Spring",), ("Faisal Islam",)]
    assert all(plain(post.body) and post.title for post in posts)
    assert sum(isinstance(block, Media) for post in posts for block in post.body) == 13  # ten pictures, three tweets
    assert batch.title == "Reopening US too early risks 'serious consequences'"
    assert batch.coverage is not None
    assert (batch.coverage.live, batch.extent) == (True, Extent.SINCE)
    assert batch.older["page"] == 2
    alone = read((shared / "samples/bbc/lx-commentary-data-paged-2020-05-12.json").read_bytes(), url)
    assert [post.body for post in alone.posts] == [post.body for post in posts]


def test_a_stream_of_the_world_service(shared: Path) -> None:
    batch = read((shared / "samples/bbc/simorgh-post-stream-fixture-2023.json").read_bytes())
    assert [post.title for post in batch.posts] == [
        "Breaking news",
        "Published 6.07pm Tues 9th",
        "Another post",
        "Post headline",
    ]
    assert [post.key_event for post in batch.posts] == [True, False, False, False]
    assert [post.updated for post in batch.posts] == [None, None, None, at("2023-03-21T13:19:11")]
    assert plain(batch.posts[2].body).endswith("- Bullet 1\n- Bullet 2\n- Bullet 3\n\nHere is a Link")
    assert batch.extent is Extent.WHOLE
