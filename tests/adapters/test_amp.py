"""Live blogs in an `amp-live-list`, and the JSON-LD beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from feeds.adapters import Registry
from feeds.adapters.amp import Amp
from feeds.document import Listing, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Response, Visit
from feeds.model import Batch, Extent, Kind, Offer, Post
from tests.adapters import feedflow
from tests.adapters.feedflow import answer, assert_clean, poll
from tests.support.jumbled import jumbled
from tests.support.posts import Ledger

URL = "https://news.test/live/flood"
NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PROSE = "The river has risen by a hand since the morning, and it is still rising."


def read(response: Response, cursor: Mapping[str, object], now: datetime | None = None) -> Batch:
    visit = Visit(response.url, cursor=dict(cursor), now=now)
    flow = Amp().poll(visit)
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(response)
    found = done.value.value
    assert isinstance(found, Batch)
    return found


def batch(name: str) -> Batch:
    page = feedflow.page(f"amp/{name}.html", URL)
    assert Amp().sniff(page) is Confidence.LIKELY
    found = poll(Amp(), page)
    assert_clean(found)
    return found


def ms(minutes: float) -> int:
    return int((NINE + timedelta(minutes=minutes)).timestamp() * 1000)


def item(number: int, minutes: float, text: str = PROSE, inside: str = "", **attributes: object) -> str:
    given = {name.replace("_", "-"): value for name, value in attributes.items()}
    written = {"id": f"post-{number}", "data-sort-time": ms(minutes), **given}
    pairs = " ".join(f'{name}="{value}"' for name, value in written.items())
    return f"<div {pairs}>{inside}<p>{text}</p></div>"


def page(*items: str, head: str = "", before: str = "", attributes: str = "", url: str = URL) -> Response:
    inner = "".join(items)
    return answer(
        f'<html amp><head><title>Flood</title>{head}</head><body>{before}<amp-live-list id="l" {attributes}>'
        f"<button update>New</button><div items>{inner}</div></amp-live-list></body></html>",
        url,
    )


def blog(*updates: Mapping[str, object], **fields: object) -> str:
    data = {"@type": "LiveBlogPosting", "headline": "River rises: live", "liveBlogUpdate": list(updates), **fields}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def update(name: str, text: str = PROSE, **fields: object) -> dict[str, object]:
    return {"@type": "BlogPosting", "url": f"{URL}/#{name}", "articleBody": text, **fields}


def posts(response: Response, **cursor: object) -> tuple[Post, ...]:
    return read(response, cursor).posts


# ------------------------------------------------------------------ pages


def test_of_several_lists_the_one_with_the_posts_is_read_and_the_others_introduce_it() -> None:
    found = batch("several-lists")
    assert (found.kind, found.title, found.link, found.language) == (Kind.LIVEBLOG, "River rises: live", URL, "en-GB")
    assert found.description == "The river is higher than ever this year."
    assert found.hints.interval == 20.0
    first, second, third, stone = found.posts
    assert (first.title, first.authors) == ("Bridge shut", ("Ann Lee",))
    assert (first.published, first.updated) == (NINE + timedelta(minutes=10), NINE + timedelta(minutes=12))
    assert first.key == "post--0b7f4c4e-aa11-4e0e-9d55-0f6c5e2a0003"
    assert first.url == f"{URL}#{first.key}"
    assert plain(first.body) == "Police closed the old bridge at nine.\n\n- No cars\n- No boats"
    assert isinstance(first.body[1], Listing)
    assert (second.title, second.key_event, second.published) == ("Rain", True, NINE)
    assert plain(second.body) == "It has rained since eight in the whole of the valley."
    assert (third.title, third.published, third.updated) == ("", NINE - timedelta(hours=1), None)
    assert stone == Post(first.key[:-1] + "1", withdrawn=True)


def test_a_post_is_dated_by_when_it_is_shown_and_advertisements_are_none() -> None:
    found = batch("shown-times")
    assert [post.key for post in found.posts] == ["post-1003", "post-1002", "post-1001"]
    assert [post.title for post in found.posts] == ["", "", ""]
    assert [post.authors for post in found.posts] == [("Ann Lee",), ("Bo Ek",), ("Ann Lee",)]
    assert [post.key_event for post in found.posts] == [False, False, True]
    first, second, third = found.posts
    assert first.published == datetime(2026, 3, 1, 14, 1, 52, tzinfo=UTC)
    assert (first.updated, third.updated) == (None, None)  # changed before it was shown
    assert second.updated == datetime(2026, 3, 1, 15, 46, 40, tzinfo=UTC)
    assert plain(first.body) == "The captain will play, her coach says.\n\nShe trained with the others."
    assert "https://news.test/training" in str(first.body)
    assert found.coverage is not None
    assert plain(found.coverage.description) == "The cup final is tomorrow.\n\nBoth teams have arrived."
    assert found.extent is Extent.SINCE


def test_a_list_that_is_disabled_is_over_and_names_its_successor() -> None:
    found = batch("closed")
    assert found.coverage is not None
    assert found.coverage.live is False
    assert found.hints.interval == 15.0
    assert found.offers == (Offer("https://news.test/live/budget-day-two", "text/html", "the live blog of day two"),)


def test_ids_made_of_the_last_change_are_not_kept_and_a_post_placed_years_ahead_is_pinned() -> None:
    edited, plain_one, pinned = batch("closed").posts
    assert (edited.key, edited.url) == ("post1772359200", f"{URL}#post1772362800")
    assert (plain_one.key, plain_one.pinned) == ("post1772355600", False)
    assert (pinned.key, pinned.pinned, pinned.published) == ("post1772352000", True, NINE - timedelta(hours=1))


# ------------------------------------------------------------------ attributes


def test_times_are_read_in_seconds_and_in_thousandths() -> None:
    found = posts(page(item(2, 10), item(1, 0, data_sort_time=ms(0) // 1000)))
    assert [post.published for post in found] == [NINE + timedelta(minutes=10), NINE]


@pytest.mark.parametrize("written", ["", "soon", "-5", "9" * 30, "0", "１７７２３５６２００"])
def test_a_time_that_is_none_costs_nothing_else(written: str) -> None:
    (post, _) = posts(page(item(2, 10, data_sort_time=written), item(1, 0)))
    assert (post.key, post.published, plain(post.body)) == ("post-2", None, PROSE)


@pytest.mark.parametrize("name", ["ad-1", "ads_top", "advert1", "mpu-2", "promo-7", "AD-3", "sponsored-1"])
def test_a_place_for_advertisements_is_no_post(name: str) -> None:
    assert [post.key for post in posts(page(item(2, 10), item(1, 0, id=name)))] == ["post-2"]


def test_a_name_that_begins_like_an_advertisement_is_a_post() -> None:
    assert [post.key for post in posts(page(item(2, 10, id="address-2"), item(1, 0, id="promotion9")))] == [
        "address-2",
        "promotion9",
    ]


def test_an_item_without_an_id_or_without_anything_to_see_is_no_post() -> None:
    empty = f'<div id="post-3" data-sort-time="{ms(1)}"></div>'
    film = f'<div id="post-4" data-sort-time="{ms(2)}"><amp-youtube data-videoid="abc"></amp-youtube></div>'
    assert [post.key for post in posts(page(item(2, 10, id=""), empty, film, item(1, 0)))] == ["post-4", "post-1"]


def test_a_tombstone_of_a_post_that_is_listed_says_nothing() -> None:
    found = posts(page(item(1, 0), '<div id="post-1" data-tombstone></div>', '<div id="post-0" data-tombstone></div>'))
    assert [(post.key, post.withdrawn) for post in found] == [("post-1", False), ("post-0", True)]


def test_labels_that_count_the_minutes_are_no_text() -> None:
    for label in ("20m ago", "Updated 1:48 AM", "<time>3 hours ago</time>", "1 March 2026 09:00", "just now"):
        (post, *_) = posts(page(item(2, 10, inside=f"<span>{label}</span>"), item(1, 0)))
        assert plain(post.body) == PROSE, label


def test_an_answer_to_what_is_newer_says_nothing_of_what_is_missing() -> None:
    dated = (item(2, 10), item(1, 0))
    assert read(page(*dated), {}).extent is Extent.SINCE
    assert read(page(*dated, url=f"{URL}?amp_latest_update_time=1772355600000"), {}).extent is Extent.DELTA


def test_a_list_never_says_that_it_is_all_there_is() -> None:
    start = blog(coverageStartTime=NINE.isoformat())
    first = read(page(item(2, 10), item(1, 1), head=start), {})
    assert read(page(item(2, 10), item(1, 1), head=start), first.cursor).extent is Extent.SINCE


# ------------------------------------------------------------------ JSON-LD beside it


def test_json_ld_fills_what_the_list_does_not_say() -> None:
    head = blog(
        update("live2", "The bridge is shut.", headline="Bridge", author={"name": "Ann Lee"}, keywords="Bridges"),
        update("live1", "It rains in the valley.", author={"name": "Bo Ek"}, datePublished=NINE.isoformat()),
        description="<p>Latest</p>",
        coverageStartTime=NINE.isoformat(),
    )
    listed = (item(4002, 10, "The bridge is <a href='/b'>shut</a>."), item(4001, 0, "It rains in the valley."))
    found = read(page(*listed, head=head.replace("live2", "live4002").replace("live1", "live4001")), {})
    assert (found.title, found.description) == ("River rises: live", "Latest")
    assert found.coverage is not None
    assert found.coverage.started == NINE
    first, second = found.posts
    assert (first.key, first.url) == ("post-4002", f"{URL}#post-4002")
    assert (first.title, first.authors, first.tags) == ("Bridge", ("Ann Lee",), ("Bridges",))
    assert second.authors == ("Bo Ek",)
    assert "https://news.test/b" in str(first.body)


def test_the_text_is_the_lists_own_without_what_stands_around_it() -> None:
    around = "<div><em>Follow us everywhere</em></div>"
    listed = (item(4002, 10, f"{PROSE} Two.", around), item(4001, 0, f"{PROSE} One.", around))
    bare = [plain(post.body) for post in posts(page(*listed))]
    assert all("Follow us" in each for each in bare)
    head = blog(update("l4002", f"{PROSE} Two."), update("l4001", f"{PROSE} One."))
    assert [plain(post.body) for post in posts(page(*listed, head=head))] == [f"{PROSE} Two.", f"{PROSE} One."]


def test_posts_are_found_in_json_ld_by_their_texts_where_ids_differ() -> None:
    texts = ["Rain falls on the mountains in the north.", "The bridge over the river is shut for good."]
    listed = [item(700 + n, -n, text) for n, text in enumerate(texts)]
    head = blog(*(update(f"update{9 - n}", text, author={"name": f"Ann Lee{n}"}) for n, text in enumerate(texts)))
    assert [post.authors for post in posts(page(*listed, head=head))] == [("Ann Lee0",), ("Ann Lee1",)]


def test_the_examples_of_a_template_describe_no_post() -> None:
    example = {"@type": "BlogPosting", "headline": "Green landscape", "url": "https://ampbyexample.test/#post1"}
    found = read(page(item(4002, 10), item(4001, 0), head=blog(example)), {})
    assert [(post.title, post.key) for post in found.posts] == [("", "post-4002"), ("", "post-4001")]


def test_json_ld_that_cannot_be_read_costs_nothing() -> None:
    head = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "liveBlogUpdate": [</script>'
    assert len(posts(page(item(2, 10), item(1, 0), head=head))) == 2


def test_a_list_is_preferred_to_json_ld_on_the_same_page() -> None:
    response = page(item(4002, 10), item(4001, 0), head=blog(update("l4002"), update("l4001")))
    assert [each.adapter for each in Registry.installed().recognise(response)] == ["amp", "jsonld"]


# ------------------------------------------------------------------ recognition


def test_what_lies_on_a_shelf_is_no_live_blog() -> None:
    shelf = [item(number, number, f"Tent {number}") for number in range(5)]
    assert Amp().sniff(page(*shelf)) is Confidence.NO
    assert Amp().sniff(page(item(1, 0))) is Confidence.NO
    assert Amp().sniff(page()) is Confidence.NO
    assert Amp().sniff(page(*(item(n, 0, data_sort_time="") for n in range(3)))) is Confidence.NO


def test_a_page_without_a_list_is_an_error_that_names_it() -> None:
    response = answer("<html><title>Not here</title><p>amp-live-list</p></html>", URL)
    assert Amp().sniff(response) is Confidence.NO
    with pytest.raises(NotAFeedError, match=r"\(title “Not here”\) describes no live blog \(no amp-live-list\)"):
        read(response, {})


def test_a_list_that_has_become_empty_is_an_empty_batch() -> None:
    found = read(page(), {})
    assert (found.posts, found.extent) == ((), Extent.PART)


def test_an_address_tells_nothing() -> None:
    assert Amp().claim(URL) is Confidence.NO


# ------------------------------------------------------------------ older posts


def leads(slot: str, url: str = URL) -> object:
    """Where a list leads whose slot for pages holds this."""
    body = page(item(2, 10), item(1, 1), url=url).body.decode().replace("</amp-live-list>", f"{slot}</amp-live-list>")
    return read(answer(body, url), {}).older.get("page", "")


LINKS = '<a href="?p=1">{}</a><a href="?p=2">{}</a><a href="?p=3">{}</a>'


@pytest.mark.parametrize(
    ("slot", "found"),
    [
        ('<a href="/2" rel="nofollow next">Weiter</a>', "/2"),
        ('<a href="/9">Last</a> <a href="/2">Next page &raquo;</a>', "/2"),
        ('<a href="/9">Last</a> <a href="/2">Older updates</a>', "/2"),
        ('<a href="/0">Newer</a> <a href="/2" aria-label="Earlier posts"><svg></svg></a>', "/2"),
        ('<a href="/0">&lsaquo;</a> <a href="/2">&rsaquo;</a> <a href="/9">&raquo;</a>', "/2"),
        ('<a href="/2" title="Load more">+</a>', "/2"),
        # Translated, as the theme of a widespread plugin is: the class tells, and its first link.
        (
            '<b>1 von 5</b><a href="/2" class="page-next">Vor</a><a href="/5" class="page-next">Ende</a>',
            "/2",
        ),
        (f"<ul><li>1</li><li>{LINKS.format(2, 3, 9)}</li></ul>", "/live/flood?p=1"),
        (f"{LINKS.format(1, 2, 3)}<b>4</b><a href='?p=5'>5</a>", "/live/flood?p=5"),
        (LINKS.format(1, 2, 3).replace('<a href="?p=2"', '<a aria-current="page" href="?p=2"'), "/live/flood?p=3"),
        (LINKS.format(1, 2, 3), ""),
        ("<span>5</span>" + LINKS.format(1, 2, 3), ""),
        ('<a href="">Next</a><a>Next</a><span>Next</span>', ""),
        (
            '<a href="/0">Newer</a><a href="/1">Previous</a><a href="/9">Last &raquo;</a><a href="/3">A next</a>',
            "",
        ),
        ('<a href="https://elsewhere.test/2">Next</a>', ""),
        ("", ""),
    ],
)
def test_the_slot_for_pages_leads_to_the_next_one(slot: str, found: str) -> None:
    assert leads(f"<div pagination>{slot}</div>") == found


def test_links_beside_the_slot_for_pages_lead_elsewhere() -> None:
    assert leads('<div><a rel="next" href="/2">Next</a></div>') == ""
    assert leads('<div pagination></div><div><a rel="next" href="/2">Next</a></div>') == ""


def test_a_page_shows_its_posts_and_leads_to_the_next() -> None:
    found = batch("paged")
    assert [post.key for post in found.posts] == ["post-12", "post-11"]
    assert found.older["page"] == "/live/flood?page=2"


# ------------------------------------------------------------------ a life


def test_an_edit_a_deletion_and_a_new_post_are_what_is_found() -> None:
    ledger = Ledger()
    first = read(page(*(item(n, n, f"{PROSE} {n}.") for n in (3, 2, 1))), {})
    ledger.poll(first.posts, 0, extent=first.extent)
    stone = f'<div id="post-2" data-sort-time="{ms(2)}" data-tombstone></div>'
    edited = item(3, 3, f"{PROSE} Three, corrected.", data_update_time=ms(9))
    later = read(page(item(4, 8, f"{PROSE} 4."), edited, stone, item(1, 1, f"{PROSE} 1.")), first.cursor)
    told = ledger.told(ledger.poll(later.posts, 10, extent=later.extent))
    assert sorted(told) == ["added post-4", "edited post-3", "withdrawn post-2"]
    assert ledger.told(ledger.poll(later.posts, 11, extent=later.extent)) == []


# ------------------------------------------------------------------ whatever it is

SHAPES = [feedflow.page(f"amp/{name}.html", URL).body.decode() for name in ("several-lists", "shown-times", "closed")]


@settings(max_examples=60)
@given(jumbled(*SHAPES, page(item(4002, 1), head=blog(update("l4002"))).body.decode()))
def test_pages_whose_pieces_are_lost_doubled_and_moved_are_read_or_refused(markup: str) -> None:
    response = answer(markup, URL)
    cursor = {"numbering": 7, "start": [], "generic": "x"}
    Amp().sniff(response)
    try:
        found = read(response, cursor, NINE)
    except ParseError:
        return
    assert_clean(found)
    assert read(response, cursor, NINE) == found
