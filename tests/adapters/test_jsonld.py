"""Live blogs in JSON-LD, in every shape publishers give them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters.jsonld import JsonLd, read
from feeds.document import Document, Listing, Media, Paragraph, Run, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Response, Visit
from feeds.model import Batch, Extent, Kind, Post
from feeds.schemaorg import linkeddata, livepost, liveupdates
from tests.adapters import feedflow
from tests.adapters.feedflow import answer, assert_clean, poll

URL = "https://news.test/live/flood"
NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def page(name: str) -> Response:
    return feedflow.page(f"jsonld/{name}.html", URL)


def batch(name: str) -> Batch:
    assert JsonLd().sniff(page(name)) is Confidence.LIKELY
    found = poll(JsonLd(), page(name))
    assert_clean(found)
    return found


def posts(name: str) -> dict[str, Post]:
    """The posts of a page by their keys."""
    found = batch(name).posts
    assert len({post.key for post in found}) == len(found)
    return {post.key: post for post in found}


def script(content: object, attributes: str = "") -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    return f'<script type="application/ld+json" {attributes}>{text}</script>'


def html(*scripts: object, head: str = "") -> Response:
    return answer(f"<html><head>{head}{''.join(map(script, scripts))}</head><body></body></html>", URL)


def blog(*updates: object, **fields: object) -> dict[str, object]:
    return {"@type": "LiveBlogPosting", "headline": "River rises: live", "liveBlogUpdate": list(updates), **fields}


def update(key: str = "#1", **fields: object) -> dict[str, object]:
    return {"@id": key, "articleBody": "Closed.", **fields}


def of(*updates: object, cursor: Mapping[str, object] | None = None, **fields: object) -> Batch:
    return read(html(blog(*updates, **fields)), cursor or {})


def one(**fields: object) -> Post:
    (post,) = of(update() | fields).posts
    return post


def minutes(*ago: int) -> list[str]:
    return [(NINE - timedelta(minutes=each)).isoformat() for each in ago]


# ------------------------------------------------------------------ shapes


def test_a_blog_that_is_one_object() -> None:
    found = batch("object")
    assert (found.kind, found.title, found.link, found.language) == (Kind.LIVEBLOG, "River rises: live", URL, "en-GB")
    assert found.description == "Latest from the valley"
    assert found.coverage is not None
    assert found.coverage.headline == "River rises: live"
    assert plain(found.coverage.description) == "Latest from the valley"
    assert found.coverage.started == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert found.coverage.ended == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert found.coverage.live is None
    first, second, third = found.posts
    assert first == Post(
        key="u-9f31",
        url=f"{URL}#u-9f31",
        title="Bridge shut",
        authors=("Ann Lee", "Bo Ek"),
        published=datetime(2026, 3, 1, 9, 10, tzinfo=UTC),
        updated=datetime(2026, 3, 1, 9, 12, tzinfo=UTC),
        body=(Paragraph((Run("Police closed the old bridge at nine."),)),),
        tags=("bridges", "Rivers"),
        language="en-GB",
    )
    assert (second.key, second.url, second.authors) == ("u-77aa", f"{URL}/#u-77aa", ("Ann Lee", "Bo Ek"))
    assert second.published == datetime(2026, 3, 1, 8, 10, tzinfo=UTC)
    assert (third.key, third.url, third.authors) == ("u-0001", f"{URL}#u-0001", ("Marks and Spencer",))
    assert third.published == third.updated == datetime(2026, 3, 1, 7, 2, 18, tzinfo=UTC)


def test_a_blog_in_a_list_in_the_third_script_with_bare_ids() -> None:
    found = posts("array")
    assert list(found) == ["646219928f08aa1122334455", "646219928f08aa1122334400"]
    assert [post.title for post in found.values()] == ["Bridge shut", ""]
    assert {post.url for post in found.values()} == {None}


def test_a_blog_in_a_graph_whose_nodes_point_to_one_another() -> None:
    found = posts("graph")
    assert list(found) == ["2", "1"]
    assert [post.title for post in found.values()] == ["Bridge shut", "Rain"]
    assert {post.authors for post in found.values()} == {("Ann Lee",)}
    assert found["2"].body[1:] == (Media("image", "https://news.test/bridge.jpg", "The bridge"),)


def test_a_blog_without_a_type_inside_an_article_with_one_update() -> None:
    found = batch("nested")
    assert found.title == "River rises: live"
    assert [(post.key, post.title) for post in found.posts] == [("1", "Bridge shut")]


def test_of_two_blogs_the_one_at_the_pages_address_is_read_from_all_its_nodes() -> None:
    found = batch("two-blogs")
    assert found.title == "River rises: live"
    assert [post.key for post in found.posts] == ["f2", "f1", "f0"]
    assert found.coverage is not None
    assert found.coverage.started == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def test_of_two_blogs_of_other_addresses_the_longer_one_is_read() -> None:
    one = blog(update("#a"), url="https://news.test/1", headline="One")
    two = blog(update("#b"), update("#c"), url="https://news.test/2", headline="Two")
    assert read(html([one, two]), {}).title == "Two"


def test_json_that_is_no_page_is_read_too() -> None:
    response = answer(json.dumps(blog(update())), URL, "application/ld+json")
    assert JsonLd().sniff(response) is Confidence.LIKELY
    assert poll(JsonLd(), response).posts[0].key == "1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
def test_a_page_is_read_in_its_own_encoding(encoding: str) -> None:
    source = json.dumps(blog(update(headline="Brücke zu")), ensure_ascii=False)
    text = f"<html><head>{script(source)}</head></html>"
    response = answer(text.encode(encoding), URL, f"text/html; charset={encoding}")
    assert JsonLd().sniff(response) is Confidence.LIKELY
    assert poll(JsonLd(), response).posts[0].title == "Brücke zu"


def test_a_page_that_was_packed_twice_is_recognised() -> None:
    assert JsonLd().sniff(answer(gzip.compress(html(blog(update())).body), URL)) is Confidence.LIKELY


def test_updates_inside_each_kind_of_list_are_found() -> None:
    items = [{"@type": "ListItem", "item": update("#a")}, update("#b")]
    for value in ({"@type": "ItemList", "itemListElement": items}, {"@set": [update("#a"), update("#b")]}):
        found = read(html(blog() | {"liveBlogUpdate": value}), {})
        assert [post.key for post in found.posts] == ["a", "b"]


def test_what_is_no_update_costs_nothing_else() -> None:
    assert [post.key for post in of(None, 7, "text", [], {}, update("#a"), {"@id": "#gone"}).posts] == ["a"]


# ------------------------------------------------------------------ titles


def test_the_pages_own_headline_is_no_title_of_an_update() -> None:
    found = batch("repeated-headline")
    assert found.title == "River rises & falls: live"
    assert [post.title for post in found.posts] == ["", "", "Good morning"]


def test_one_headline_on_most_updates_is_no_title_and_stays_none() -> None:
    found = batch("generic-headline")
    assert [post.title for post in found.posts] == ["", "", "", "Good morning"]
    later = of(
        *(update(f"#{n}", headline=f"News {n}") for n in range(9)),
        update("#old", headline="Flood latest"),
        cursor=found.cursor,
    )
    assert later.posts[-1].title == ""
    assert later.posts[0].title == "News 0"


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ("09:10 Bridge shut", "Bridge shut"),
        ("14:40(IST) Bridge shut", "Bridge shut"),
        ("10.10 - Bridge shut", "Bridge shut"),
        ("9.10am: Bridge shut", "Bridge shut"),
        ("17.33 GMT Bridge shut", "Bridge shut"),
        ("10.31 is the new nine", "10.31 is the new nine"),
        ("24/7 care", "24/7 care"),
        ("3:2 for the valley", "3:2 for the valley"),
        ("09:10", ""),
        ("  Bridge\n shut ", "Bridge shut"),
        ("Bridge <b>shut</b> &amp;amp; closed", "Bridge shut & closed"),
        ("If x < y", "If x < y"),
        ("", ""),
        (["Bridge shut", "Again"], "Bridge shut"),
        ({"@value": "Bridge shut"}, "Bridge shut"),
        (None, ""),
        (42, ""),
    ],
)
def test_titles_are_one_line_without_the_time_of_day(headline: object, title: str) -> None:
    assert one(headline=headline, datePublished="2026-03-01T09:10:00Z").title == title


# ------------------------------------------------------------------ texts


def test_a_text_comes_plain_as_html_escaped_or_doubly_escaped() -> None:
    found = posts("bodies")
    text = {key: plain(post.body) for key, post in found.items()}
    closed = "Police closed it."
    assert {key for key, value in text.items() if value == closed} == {
        "doubly",
        "object",
        "text",
        "description",
        "summary",
    }
    assert text["plain"] == "Police closed it.\n\nNobody was hurt.\n\nMore soon."
    assert text["wrapped"].startswith(
        "Police closed the old bridge over the river at nine o'clock this morning. Nobody"
    )
    assert text["html"] == "Police closed it.\n\n- one\n- two"
    assert text["escaped"] == "Police closed it & left."
    assert text["entities"].replace("\xa0", " ") == "Police & firemen closed it – again: 3 < 4."
    assert text["list"] == text["inline"] == "Police closed it.\n\nNobody was hurt."
    assert text["surrogate"] == "Police \ufffd closed it."
    assert text["evil"] == "Police[2J closed it."
    assert text["missing"] == ""


def test_links_in_a_text_stand_on_the_pages_address() -> None:
    document: Document = posts("bodies")["html"].body
    assert isinstance(document[0], Paragraph)
    assert Run("closed", 0, "https://news.test/police") in document[0].runs
    assert isinstance(document[1], Listing)


def test_an_embed_without_text_is_a_line() -> None:
    found = posts("bodies")
    assert found["embed"].body == (Media("embed"),)
    assert found["empty"].body == (Media("video", "https://film.test/1", "The bridge"),)


def test_a_summary_is_kept_only_beside_a_text() -> None:
    found = posts("bodies")
    assert plain(found["summary"].summary) == "In short."
    assert found["description"].summary == ()
    assert one(description="Closed.").summary == ()


def test_a_picture_of_the_whole_blog_is_no_updates_own() -> None:
    found = posts("generic-headline")
    own = {key: [block.url for block in post.body if isinstance(block, Media)] for key, post in found.items()}
    assert own == {
        "liveblogPost104": [],
        "liveblogPost103": ["https://news.test/rain.jpg"],
        "liveblogPost102": ["https://news.test/wind.jpg"],
        "liveblogPost101": [],
    }


def test_a_picture_in_several_shapes_or_on_several_updates_is_shown_once_or_not() -> None:
    shapes = [
        {"@type": "ImageObject", "url": f"/bridge-{shape}.jpg", "caption": "The bridge"} for shape in ("16x9", "4x3")
    ]
    found = of(update("#a", image=shapes), update("#b", image="/logo.png"), update("#c", image=["/logo.png"])).posts
    assert found[0].body[1:] == (Media("image", "https://news.test/bridge-16x9.jpg", "The bridge"),)
    assert [len(post.body) for post in found[1:]] == [1, 1]


def test_films_sounds_and_passed_on_pages_are_lines() -> None:
    post = one(
        video={"@type": "VideoObject", "name": "The bridge", "contentUrl": "https://film.test/1.mp4"},
        audio="https://radio.test/1.mp3",
        sharedContent=[
            {"@type": "WebPage", "headline": "The report", "url": "https://report.test/"},
            {"@type": "ImageObject", "url": "javascript:alert(1)", "caption": ""},
            {"@type": "VideoObject", "url": "https://film.test/1.mp4"},
        ],
    )
    assert post.body[1:] == (
        Media("video", "https://film.test/1.mp4", "The bridge"),
        Media("audio", "https://radio.test/1.mp3"),
        Media("embed", "https://report.test/", "The report"),
    )


def test_a_text_without_end_is_cut_and_told_of() -> None:
    found = of(update(articleBody="word " * 50_000))
    assert len(plain(found.posts[0].body)) <= livepost.MAX_BODY
    assert "longer than 200,000 characters" in found.problems[0]


# ------------------------------------------------------------------ authors


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ann Lee", ("Ann Lee",)),
        ({"@type": "Person", "name": "Ann Lee"}, ("Ann Lee",)),
        ([{"name": "Ann Lee"}, {"name": "ANN LEE"}, "Bo Ek"], ("Ann Lee", "Bo Ek")),
        ({"name": "Ann Lee and Bo Ek"}, ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Bo Ek & Cy Day", ("Ann Lee", "Bo Ek", "Cy Day")),
        ("Ann Lee und Bo Ek", ("Ann Lee", "Bo Ek")),
        ({"@type": "Organization", "name": "Lee and Ek Press"}, ("Lee and Ek Press",)),
        ({"@type": "NewsMediaOrganization", "name": "Big Hill and Low Dale"}, ("Big Hill and Low Dale",)),
        ("Marks and Spencer", ("Marks and Spencer",)),
        ({"@id": "#nobody"}, ()),
        ("https://news.test/people/ann", ()),
        ("", ()),
        (None, ()),
        ([[], {}, 7], ()),
    ],
)
def test_who_wrote_it(author: object, names: tuple[str, ...]) -> None:
    assert one(author=author).authors == names


# ------------------------------------------------------------------ dates


def test_dates_without_a_zone_are_in_the_zone_of_the_blogs_own() -> None:
    found = posts("zoneless")
    assert batch("zoneless").language == "en-GB"
    assert [post.published for post in found.values()] == [
        NINE + timedelta(minutes=10),
        NINE,
        NINE - timedelta(minutes=50),
    ]
    assert found["1"].updated is None


def test_dates_without_a_zone_are_in_the_zone_of_the_page_else_in_utc() -> None:
    zoneless = blog(update(datePublished="2026-03-01T09:00:00"))
    meta = '<meta property="article:modified_time" content="2026-03-01T08:00:00-05:00">'
    assert read(html(zoneless, head=meta), {}).posts[0].published == NINE + timedelta(hours=5)
    assert read(html(zoneless), {}).posts[0].published == NINE


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2026-03-01T09:00:00Z", NINE),
        ("2026-03-01T09:00:00.000Z", NINE),
        ("2026-03-01T10:00:00+0100", NINE),
        ("2026-03-01T14:30:00+05:30", NINE),
        (1772355600, NINE),
        (1772355600000, NINE),
        ({"@type": "Date", "@value": "2026-03-01T09:00:00Z"}, NINE),
        (["2026-03-01T09:00:00Z"], NINE),
        ("", None),
        ("soon", None),
        (True, None),
        (1e300, None),
    ],
)
def test_a_date_in_every_form(written: object, when: datetime | None) -> None:
    assert one(datePublished=written).published == when


def test_updates_that_all_carry_the_blogs_last_change_are_not_dated_by_it() -> None:
    found = batch("repeated-headline")
    first, second, third = found.posts
    # The seconds in which their ids were made.
    assert first.published == datetime(2026, 3, 1, 8, 42, 40, tzinfo=UTC)
    assert second.published == datetime(2026, 3, 1, 8, 8, 32, tzinfo=UTC)
    assert third.published is None
    assert (first.updated, second.updated) == (None, datetime(2026, 3, 1, 9, 1, tzinfo=UTC))
    assert found.extent is Extent.PART


# ------------------------------------------------------------------ identity


@pytest.mark.parametrize(
    ("fields", "key", "url"),
    [
        ({"@id": "646219928f08"}, "646219928f08", None),
        ({"@id": f"{URL}#a"}, "a", None),
        ({"@id": "http://www.news.test/live/flood/#a"}, "a", None),
        ({"@id": "/live/flood#a"}, "a", None),
        ({"@id": "_:b7", "url": f"{URL}#a"}, "a", f"{URL}#a"),
        ({"@id": URL, "url": f"{URL}#a"}, "a", f"{URL}#a"),
        ({"url": "https://news.test/story/9"}, "https://news.test/story/9", "https://news.test/story/9"),
        ({"url": URL}, "", URL),
        ({"@id": "https://news.test/story/9#x"}, "https://news.test/story/9#x", None),
        ({"url": "javascript:alert(1)"}, "javascript:alert(1)", None),
        ({"url": {"@id": f"{URL}#a"}}, "a", f"{URL}#a"),
        ({"@id": 7}, "", None),
        ({}, "", None),
    ],
)
def test_a_key_is_the_id_or_the_fragment_of_an_address(fields: dict[str, object], key: str, url: str | None) -> None:
    (post,) = of({"articleBody": "Closed.", **fields}).posts
    assert (post.key, post.url) == (key, url)


def test_positions_are_no_ids_and_never_become_any() -> None:
    found = batch("positions")
    assert [post.key for post in found.posts] == ["", "", ""]
    assert {post.url for post in found.posts} == {URL}
    assert [post.title for post in found.posts] == ["Bridge shut", "Rain", "10.30 is the new nine"]
    (later,) = of({"url": f"{URL}#post1", "articleBody": "New."}, cursor=found.cursor).posts
    assert (later.key, later.url) == ("", URL)


def test_numbers_that_count_from_the_oldest_are_ids_and_stay_ids() -> None:
    found = batch("generic-headline")
    assert [post.key for post in found.posts] == [f"liveblogPost{number}" for number in (104, 103, 102, 101)]
    again = of(update("#liveblogPost1"), update("#liveblogPost2"), cursor=found.cursor)
    assert [post.key for post in again.posts] == ["liveblogPost1", "liveblogPost2"]


def test_numbers_of_a_blog_that_lists_its_oldest_first_are_ids() -> None:
    dates = minutes(30, 20, 10)
    found = of(*(update(f"#post{n}", datePublished=date) for n, date in enumerate(dates)))
    assert [post.key for post in found.posts] == ["post0", "post1", "post2"]


def test_large_numbers_are_ids_in_any_order() -> None:
    dates = minutes(10, 20)
    found = of(update("#18990123", datePublished=dates[0]), update("#18990455", datePublished=dates[1]))
    assert [post.key for post in found.posts] == ["18990123", "18990455"]


def test_a_pinned_update_is_one_update_in_its_own_place() -> None:
    found = batch("pinned").posts
    assert [(post.key, post.title, post.pinned) for post in found] == [
        ("b", "Bridge shut", False),
        ("p", "What we know", True),
        ("", "One", False),
        ("", "Other", False),
        ("", "Good morning", False),
    ]


def test_the_examples_of_a_template_are_not_read_where_the_page_is_an_amp_list() -> None:
    found = batch("amp-placeholder")
    assert [post.key for post in found.posts] == ["post-7"]
    assert found.hints.interval == 20.0
    assert found.problems == ("The live blog's data is not quite JSON; mended: doubled quotes.",)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1000", 15.0), ("30000", 30.0), ("99999999", 3600.0), ("soon", None), ("-5", None), ("", None)],
)
def test_the_interval_a_page_asks_for_is_bounded(written: str, seconds: float | None) -> None:
    amp = f'<amp-live-list data-poll-interval="{written}"></amp-live-list>'
    assert read(html(blog(update()), head=amp), {}).hints.interval == seconds


# ------------------------------------------------------------------ what may be concluded


def dated(*ago: int) -> list[dict[str, object]]:
    return [update(f"#{n}", datePublished=date) for n, date in zip("abcdefgh", minutes(*ago), strict=False)]


def test_only_a_list_that_falls_by_date_leaves_nothing_out() -> None:
    assert of(*dated(1, 2, 3)).extent is Extent.SINCE
    assert of(*dated(1, 3, 2)).extent is Extent.PART
    assert of(*dated(1, 2, 2)).extent is Extent.PART
    assert of(*dated(3, 2, 1)).extent is Extent.PART
    assert of(*dated(1, 2), update("#undated")).extent is Extent.PART
    assert of().extent is Extent.PART


def test_a_title_stays_where_the_blog_is_named_after_it_later() -> None:
    shut, rain = update("#a", headline="Bridge shut"), update("#b", headline="River rises: live")
    first = of(shut, rain)
    assert [post.title for post in first.posts] == ["Bridge shut", ""]
    new = update("#c", headline="Bridge shut")
    later = of(new, shut, rain | {"headline": "Bridge shut"}, cursor=first.cursor, headline="Bridge shut")
    assert [post.title for post in later.posts] == ["", "Bridge shut", ""]
    # It left the list for a while, and stands under another id.
    last = of(new, cursor=later.cursor, headline="Bridge shut")
    again = of(new, shut, cursor=last.cursor, headline="Bridge shut")
    assert [post.title for post in again.posts] == ["", "Bridge shut"]


def test_a_line_on_most_posts_stays_a_title_where_it_was_one() -> None:
    slugs = [update(f"#{number}", headline="River Wend", datePublished=minutes(number)[0]) for number in range(4)]
    first = of(*slugs[2:])
    assert [post.title for post in first.posts] == ["River Wend"] * 2
    renamed = [each | {"@id": f"#n{number}"} for number, each in enumerate(slugs)]
    assert [post.title for post in of(*renamed, cursor=first.cursor).posts] == ["", "", "River Wend", "River Wend"]


def test_a_list_that_reaches_the_start_may_be_a_window_all_the_same() -> None:
    start = minutes(60)[0]
    first = of(*dated(1, 30, 60), coverageStartTime=start)
    again = of(*dated(1, 30, 60), coverageStartTime=start, cursor=first.cursor)
    assert {first.extent, again.extent} == {Extent.SINCE}


def test_an_end_of_coverage_is_a_guess_and_ends_nothing() -> None:
    coverage = of(update(datePublished=minutes(0)[0]), coverageEndTime=minutes(60)[0]).coverage
    assert coverage is not None
    assert (coverage.live, coverage.ended) == (None, NINE - timedelta(hours=1))


@pytest.mark.parametrize(
    ("fields", "live"),
    [
        ({"creativeWorkStatus": "Ended"}, False),
        ({"creativeWorkStatus": "https://schema.org/Live"}, True),
        ({"creativeWorkStatus": "Published"}, None),
        ({"isLiveBroadcast": True}, True),
        ({"isLiveBroadcast": "yes"}, None),
        ({}, None),
    ],
)
def test_a_blog_may_say_whether_it_is_live(fields: dict[str, object], live: bool | None) -> None:
    coverage = read(html(blog(update()) | fields), {}).coverage
    assert coverage is not None
    assert coverage.live is live


@pytest.mark.parametrize(
    ("headline", "text", "hours", "live"),
    [
        ("River rises – as it happened", "This blog is now closed.", 0, False),
        ("River rises – as it happened", "That’s all for today.", 0, False),
        ("River rises – as it happened", "More rain.", 7, False),
        ("River rises – as it happened", "More rain.", 1, None),
        ("River rises: live", "This blog is now closed.", 7, None),
    ],
)
def test_two_signs_together_say_that_it_is_over(headline: str, text: str, hours: int, live: bool | None) -> None:
    updates = (update("#b", datePublished=minutes(0)[0], articleBody=text), *dated(5))
    response = html(blog(*updates, headline=headline))
    coverage = read(response, {}, NINE + timedelta(hours=hours)).coverage
    assert coverage is not None
    assert coverage.live is live


# ------------------------------------------------------------------ what is no live blog


def test_a_blog_that_has_not_begun_is_one_with_a_start_to_come() -> None:
    response = page("not-begun")
    assert JsonLd().sniff(response) is Confidence.NO  # nobody says when this was
    for clock, confidence in (("18:59:00", Confidence.LIKELY), ("19:01:00", Confidence.NO)):
        dated = Response(URL, headers=(("date", f"Sun, 01 Mar 2026 {clock} GMT"),), body=response.body)
        assert JsonLd().sniff(dated) is confidence
    found = poll(JsonLd(), response)
    assert (found.posts, found.title, found.extent) == ((), "Final: live from 20:00", Extent.PART)
    assert found.coverage is not None
    assert found.coverage.started == datetime(2026, 3, 1, 19, 0, tzinfo=UTC)


def test_an_article_with_the_type_alone_is_not_recognised() -> None:
    assert JsonLd().sniff(page("ordinary-article")) is Confidence.NO


@pytest.mark.parametrize(
    "body",
    [
        "<p>LiveBlogPosting</p>",
        "<script>var liveBlogUpdate = {}</script>",
        script({"@type": "NewsArticle"}),
        script({"about": "LiveBlogPosting"}),
    ],
)
def test_a_page_without_a_blog_is_an_error_that_names_it(body: str) -> None:
    response = answer(f"<html><head><title>Not here</title>{body}</head></html>", URL)
    assert JsonLd().sniff(response) is Confidence.NO
    with pytest.raises(NotAFeedError, match=r"This page \(title “Not here”\) describes no live blog"):
        poll(JsonLd(), response)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n LiveBlogPosting", "a PNG picture"),
        (b"<rss><title>LiveBlogPosting</title></rss>", "an XML feed"),
        (b"a text about a LiveBlogPosting", "plain text"),
        (b'{"@type": "LiveBlogPosting"', "cut off"),
        (b"{}", "describes no live blog"),
    ],
)
def test_what_is_neither_page_nor_json_is_said(body: bytes, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        poll(JsonLd(), answer(body, URL))
    assert JsonLd().sniff(answer(body, URL)) in (Confidence.NO, Confidence.MAYBE)


# ------------------------------------------------------------------ broken JSON

GOOD = json.dumps(blog(update("#a", headline="Bridge shut")))


@pytest.mark.parametrize(
    ("source", "repair"),
    [
        (GOOD.replace("Closed.", "Closed.\n\tAgain."), "raw line breaks in texts"),
        (f"\ufeff<!-- {GOOD} -->", "a wrapper around it"),
        (f"//<![CDATA[\n{GOOD}\n//]]>", "a wrapper around it"),
        (f"/* <![CDATA[ */ {GOOD} /* ]]> */", "a wrapper around it"),
        (f"{GOOD};", ""),
        (GOOD.replace('"', "&quot;"), "HTML entities instead of quotes"),
        (GOOD.replace("{", "{ // the blog\n", 1), "comments or trailing commas"),
        (GOOD.replace("{", '{ /* the "blog" */', 1), "comments or trailing commas"),
        (GOOD.replace("}]}", "},]}"), "comments or trailing commas"),
        (GOOD.replace('"Bridge shut"', '""Bridge shut""'), "doubled quotes"),
        (f'{{"@type": "WebSite"}}\n{GOOD}', ""),
        (f'{{"@type": "WebSite"}},{GOOD}', ""),
        (f"{GOOD} </div>", "something after its end"),
    ],
)
def test_broken_json_is_mended_beside_json_that_is_not(source: str, repair: str) -> None:
    for scripts in ((source,), ('{"@type": "WebSite"', source), (source, '{"broken'), ({"@type": "WebSite"}, source)):
        found = read(html(*scripts), {})
        assert [(post.key, post.title) for post in found.posts] == [("a", "Bridge shut")]
        expected = (f"The live blog's data is not quite JSON; mended: {repair}.",) if repair else ()
        assert found.problems == expected


def test_a_blog_that_nothing_can_mend_is_said_to_be_one() -> None:
    response = html({"@type": "WebSite"}, GOOD[:-20])
    assert JsonLd().sniff(response) is Confidence.MAYBE
    with pytest.raises(ParseError, match=r"The page's live blog cannot be read\. The JSON is cut off"):
        poll(JsonLd(), response)
    both = html(GOOD[:-20], blog(update("#b")))
    assert [post.key for post in poll(JsonLd(), both).posts] == ["b"]


def test_json_that_is_nested_without_end_is_an_error() -> None:
    deep = '{"@type": "LiveBlogPosting", "x": ' + "[" * 100_000
    with pytest.raises(ParseError, match=r"nested too deeply|cut off"):
        poll(JsonLd(), html(deep))


# ------------------------------------------------------------------ bounds


def test_more_updates_than_are_read_are_left_out_and_told_of() -> None:
    found = of(*(update(f"#{number}") for number in range(liveupdates.MAX_UPDATES, -1, -1)))
    assert len(found.posts) == liveupdates.MAX_UPDATES
    assert "more than 5,000 updates" in found.problems[0]
    assert found.extent is Extent.PART


def test_a_page_of_too_many_nodes_is_read_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkeddata, "MAX_NODES", 20)
    found = read(html(blog(update("#a")), [{}] * 30), {})
    assert len(found.posts) == 1
    assert "describes more than can be read" in found.problems[0]
    assert found.extent is Extent.PART


def test_an_address_tells_nothing() -> None:
    assert JsonLd().claim("https://news.test/live/flood-liveblog") is Confidence.NO


def test_a_visit_tells_the_adapter_its_cursor_and_the_time() -> None:
    flow = JsonLd().poll(Visit(URL, cursor={"numbering": "positions", "generic": "nonsense"}, now=NINE))
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(html(blog(update("#post1"))))
    assert done.value.value.posts[0].key == ""


PROPERTIES = """@id @type @list @value url headline name articleBody description datePublished author image video
keywords sharedContent itemListElement liveBlogUpdate"""
names = st.sampled_from(PROPERTIES.split())
shapes = st.sampled_from(["LiveBlogPosting", "#a", URL, "&lt;p&gt;x", "2026-03-01T09:00:00"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12) | shapes
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)


@settings(max_examples=150)
@given(values, st.dictionaries(st.sampled_from(["generic", "numbering", "start"]), scalars, max_size=3))
def test_whatever_the_values_are_the_answer_is_a_batch_or_a_parse_error(
    value: object, cursor: dict[str, object]
) -> None:
    response = html(blog(value, update("#a"), author=value, image=value, coverageStartTime=value))
    JsonLd().sniff(response)
    found = read(response, cursor, NINE)
    assert_clean(found)
    assert json.loads(json.dumps(found.cursor)) == found.cursor
    assert read(response, cursor, NINE) == found
