"""Pages on which nothing but clock times says where a post begins."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import BUILT_IN, Registry
from feeds.adapters.clockpage import ClockPage
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Visit
from feeds.model import Batch, Extent, Kind, Post
from feeds.reconcile import Added, Edited
from tests.adapters.conformance import visited
from tests.adapters.feedflow import PAGES, answer, page, poll
from tests.support.posts import Ledger

URL = "https://herald.test/2026/03/02/storm"


def read(name: str) -> Batch:
    return poll(ClockPage(), page(f"clockpage/{name}.html", URL))


def made(*posts: tuple[str, str], modified: str = "2026-03-02T20:00:00+01:00", tag: str = "h2") -> str:
    """A page with these posts: what begins it, and its text."""
    body = "".join(f"<{tag}>{start}</{tag}><p>{said}</p>" for start, said in posts)
    meta = f'<meta property="article:modified_time" content="{modified}">' if modified else ""
    return f"<!doctype html><html><head><title>Storm</title>{meta}</head><body><main>{body}</main></body></html>"


def of(body: str, url: str = URL, cursor: dict[str, object] | None = None) -> Batch:
    return visited(ClockPage(), Visit(url, cursor=cursor or {}), answer(body, url))


def times(batch: Batch) -> list[str]:
    return [post.published.strftime("%d %H:%M") if post.published else "" for post in batch.posts]


# ------------------------------------------------------------------ the shapes


def test_headings_in_a_flat_text_are_posts_with_the_text_up_to_the_next() -> None:
    batch = read("headings")
    assert (batch.kind, batch.extent, batch.title) == (
        Kind.LIVEBLOG,
        Extent.PART,
        "Storm over the valley: live updates",
    )
    assert batch.link == "https://herald.test/2026/03/02/storm-live-updates.html"
    assert (batch.description, batch.language) == ("The river is expected to crest & fall.", "en")
    assert batch.coverage is not None
    assert (batch.coverage.headline, batch.coverage.live) == (batch.title, None)
    assert [post.title for post in batch.posts] == [
        "Old bridge shut, mayor says",
        "Ferries stop",
        "School closed <b>",
        "Wind at 90 km/h",
        "A quiet morning",
        "Forecast raised",
        "Sandbags handed out",
    ]
    first = batch.posts[0]
    assert plain(first.body).startswith("Police closed the old bridge at six.")
    assert plain(first.body).endswith("It stays shut until Friday.")
    assert "https://herald.test/bridge" in str(first.body)
    assert plain(batch.posts[-1].body) == "Sandbags are handed out at the fire station."
    assert not any("Share" in plain(post.body) for post in batch.posts)


def test_the_zone_is_that_of_the_prose_above_and_a_midnight_lies_where_the_clock_jumps() -> None:
    # Beijing down to 9:12 on the 2nd, then New York's afternoon of the day before.
    assert times(read("headings")) == [
        "02 10:15", "02 06:57", "02 07:05", "02 04:46", "02 01:12", "01 22:06", "01 19:41",
    ]  # fmt: skip


def test_bold_times_at_the_beginning_of_a_line_are_posts_and_others_are_not() -> None:
    batch = read("bold")
    assert [(post.title, plain(post.body)) for post in batch.posts] == [
        ("", "Der Pegel fällt wieder, meldet die Feuerwehr von Talbrück.\n\nDie Schule bleibt zu."),
        ("Brücke gesperrt.", "Die alte Brücke ist seit eben gesperrt. Bis zum Ufer sind es 10:15 Minuten."),
        ("", "Strom fällt aus In der Unterstadt ist es dunkel."),
        ("", "In der Oberstadt geht das Licht noch."),
        ("", "Guten Abend aus Talbrück."),
    ]
    # The page was changed at ten past midnight; its offset is the zone.
    assert times(batch) == ["01 23:05", "01 22:48", "01 21:30", "01 21:30", "01 20:00"]
    assert batch.posts[2].key != batch.posts[3].key


def test_a_page_with_the_oldest_first_is_turned_round() -> None:
    batch = read("rising")
    assert times(batch) == ["01 23:45", "01 20:15", "01 19:00", "01 18:30"]
    assert [post.title for post in batch.posts][2:] == ["premières estimations", "Les bureaux ferment"]


def test_posts_in_elements_of_their_own_end_with_those() -> None:
    batch = read("wrapped")
    assert [(post.title, plain(post.body), post.url) for post in batch.posts] == [
        ("It is over", "The visitors win by two runs.", f"{URL}#p3"),
        ("", "Rao is out for twelve.", f"{URL}#p2"),
        ("Play resumes after rain", "", f"{URL}#p1"),
    ]
    assert times(batch) == ["01 15:32", "01 15:10", "01 14:35"]


def test_a_page_that_does_not_say_when_it_was_changed_has_posts_without_dates() -> None:
    batch = read("undated")
    assert [post.published for post in batch.posts] == [None] * 4
    assert set(batch.cursor["days"].values()) == {""}
    keys = [post.key for post in batch.posts]
    assert keys[2:] == [f"{keys[3]} 2", keys[3]]  # equal ones are counted from the oldest
    assert plain(batch.posts[0].body) == "The council adjourns until noon."


def test_a_heading_as_long_as_a_text_is_the_text() -> None:
    long = "It rains. " * 25
    batch = of(made(("13:47 " + long, "More."), ("13:40 A", "b"), ("13:30 C", "d")))
    assert batch.posts[0].title == ""
    assert plain(batch.posts[0].body).startswith("It rains. It rains.")
    assert plain(batch.posts[0].body).endswith("More.")


# ------------------------------------------------------------------ what is no live blog


THREE = (("13:47 A", "One."), ("13:20 B", "Two."), ("12:58 C", "Three."))


@pytest.mark.parametrize(
    "body",
    [
        made(*THREE[:2]),
        made(("Bridge shut", "x"), ("Ferries stop", "y"), ("School closed", "z"), ("Wind", "w")),
        made(("13:47 A", "x"), ("9:10 B", "x"), ("12:20 C", "x"), ("8:05 D", "x"), ("11:00 E", "x"), ("9:30 F", "x")),
        made(("12:00 A", "x"), ("12:00 B", "x"), ("12:00 C", "x")),
        made(("3:2 A", "x"), ("2:1 B", "x"), ("1:0 C", "x")),
        made(("13.47 percent", "x"), ("12.50 percent", "x"), ("11.20 percent", "x")),
        made(("9:00-10:30 Opening", "x"), ("10:30 – 11:00 Coffee", "x"), ("11:00–12:00 Talks", "x")),
        made(*THREE, tag="h4"),
        "".join(f"<p>It was <b>1{hour}:47</b> when it rained.</p>" for hour in range(4)),
        f"<nav>{made(*THREE)}</nav>",
        f"<p>x</p><aside>{''.join(f'<b>1{hour}:47</b> News<br>' for hour in range(4))}</aside>",
    ],
)
def test_what_has_no_row_of_times_is_no_live_blog(body: str) -> None:
    response = answer(body, URL)
    assert ClockPage().sniff(response) is Confidence.NO
    with pytest.raises(NotAFeedError, match="describes no live blog"):
        of(body)


@pytest.mark.parametrize("sample", ["not-live", "schemaorg", "express", "independent", "more-feeds"])
def test_other_pages_are_not_asked_for(shared: Path, sample: str) -> None:
    found = sorted((shared / "samples" / sample).glob("*.html"))
    assert found
    for path in found:
        assert ClockPage().sniff(answer(path.read_bytes(), URL)) is Confidence.NO, path


def test_it_is_never_chosen_unasked() -> None:
    registry = Registry(BUILT_IN)
    for path in sorted((PAGES / "clockpage").iterdir()):
        response = answer(path.read_bytes(), URL)
        assert registry.recognise(response) == []
        assert registry.would_read(response) == ("clockpage",)
    assert ClockPage().claim(URL) is Confidence.NO


def test_a_page_in_another_encoding_is_seen() -> None:
    assert ClockPage().sniff(answer(made(*THREE).encode("utf-16"), URL)) is Confidence.ASKED


def test_once_or_twice_out_of_order_is_a_post_that_was_entered_late() -> None:
    clocks = ["18:00", "17:40", "17:50", "17:00", "16:30", "16:40", "16:00", "15:30"]
    assert len(of(made(*((f"{clock} A", clock) for clock in clocks))).posts) == 8
    with pytest.raises(NotAFeedError):
        of(made(*((f"{clock} A", clock) for clock in [*clocks, "15:45", "15:00"])))


def test_a_second_list_that_is_set_otherwise_is_not_mixed_in() -> None:
    side = "".join(f"<li><b>1{hour}:30</b> Elsewhere</li>" for hour in (2, 1, 0))
    body = made(*THREE, ("12:40 D", "Four.")).replace("</main>", f"</main><ul class=latest>{side}</ul>")
    assert [post.title for post in of(body).posts] == ["A", "B", "C", "D"]


def test_a_day_in_an_element_of_its_own_belongs_to_the_list() -> None:
    first = "".join(f"<h3>{hour}:30 A</h3><p>{hour}</p>" for hour in (9, 8, 7, 6))
    second = "".join(f"<h3>1{hour}:10 B</h3><p>y{hour}</p>" for hour in (9, 8))
    body = (
        f"<meta name=lastmod content='2026-03-02T20:00:00+01:00'><section>{first}</section><section>{second}</section>"
    )
    assert times(of(f"<html>{body}</html>")) == [
        "02 08:30", "02 07:30", "02 06:30", "02 05:30", "01 18:10", "01 17:10",
    ]  # fmt: skip


# ------------------------------------------------------------------ days and zones


@pytest.mark.parametrize(
    ("url", "modified", "first"),
    [
        (URL, "2026-03-02T20:00:00+01:00", "02 12:47"),
        (URL, "2026-03-02T20:00:00Z", "02 13:47"),
        ("https://zeitung.de/ticker", "2026-03-02T20:00:00Z", "02 12:47"),
        ("https://zeitung.de/ticker", "2026-03-02T20:00:00-0500", "02 18:47"),
        (URL, "2026-03-02T01:00:00+01:00", "01 12:47"),
        (URL, "2026-03-02 20:00", "02 13:47"),
        (URL, "soon", ""),
        (URL, "9999-12-31T23:59:59Z", ""),
    ],
)
def test_the_newest_is_of_the_day_of_the_last_change(url: str, modified: str, first: str) -> None:
    assert times(of(made(*THREE, modified=modified), url))[0] == first


def test_json_ld_says_when_where_the_head_does_not() -> None:
    script = '<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2026-03-02T20:00:00+01:00"}'
    body = made(*THREE, modified="").replace("<main>", f"{script}</script><main>")
    assert times(of(body))[0] == "02 12:47"


def test_a_zone_behind_the_time_goes_before_all_others() -> None:
    batch = of(made(("1:47 p.m. ET: A", "x"), ("13:20 GMT B", "x"), ("12:58 C", "x")))
    assert times(batch) == ["02 18:47", "02 13:20", "02 11:58"]
    assert [post.title for post in batch.posts] == ["A", "B", "C"]


# ------------------------------------------------------------------ a life


def life(before: str, after: str, *, minutes: float = 5) -> tuple[list[str], list[str], Batch]:
    """Titles that are added and edited by a second read; nothing else happens."""
    first, ledger = of(before), Ledger()
    ledger.poll(first.posts, 0)
    second = of(after, cursor=first.cursor)
    changes = ledger.poll(second.posts, minutes).changes
    added = [change.post.title for change in changes if isinstance(change, Added)]
    edited = [change.post.title for change in changes if isinstance(change, Edited)]
    assert len(changes) == len(added) + len(edited)
    return added, edited, second


def test_a_new_post_is_new_and_an_edited_title_is_an_edit() -> None:
    added, edited, _ = life(made(*THREE), made(("14:05 New", "Zero."), ("13:47 A, corrected", "One."), *THREE[1:]))
    assert (added, edited) == (["New"], ["A, corrected"])


def test_a_text_that_grows_is_an_edit() -> None:
    first = ("13:47 A", "The old bridge is shut, police say, and stays so.")
    longer = ("13:47 A", "The old bridge is shut, police say, and stays so. The mayor agrees.")
    assert life(made(first, *THREE[1:]), made(longer, *THREE[1:]))[:2] == ([], ["A"])


def test_a_text_whose_first_words_are_corrected_is_an_edit() -> None:
    a, b, c = THREE
    cursor: dict[str, object] = {}
    batches = []
    for shown in ([a, b, c], [a, (b[0], "Corrected."), c], [("14:05 New", "Zero."), a, (b[0], "Twice corrected."), c]):
        batches.append(of(made(*shown), cursor=cursor))
        cursor = batches[-1].cursor
    first, second, third = batches
    assert keys(second.posts) == keys(first.posts)
    assert keys(third.posts)[1:] == keys(first.posts)
    # A copy of the page from before knows none of it, and forgets nothing.
    stale = of(made(a, b, c), cursor=cursor)
    assert keys(stale.posts) == keys(first.posts)
    again = of(made(("14:05 New", "Others."), a, (b[0], "Corrected."), c), cursor=stale.cursor)
    assert keys(again.posts) == keys(third.posts)


def test_at_the_ends_of_the_list_posts_come_and_go() -> None:
    first = made(("14:05 New", "Zero."), *THREE, ("12:30 D", "Four."), ("12:30 E", "Five."))
    cursor = of(first).cursor
    later = made(("14:05 Newer", "One more."), ("14:05 New", "Corrected."), *THREE, ("12:30 D", "Corrected."))
    assert keys(of(later, cursor=cursor).posts)[1:] == keys(of(first).posts)[:5]
    assert keys(of(later, cursor=cursor).posts)[0] not in keys(of(first).posts)


def test_a_post_at_another_time_or_place_is_another_one() -> None:
    a, b, c = THREE
    first = of(made(a, b, c))
    elsewhere = of(made(a, c, ("13:20 B", "Something else."), ("12:40 D", "Four.")), cursor=first.cursor)
    later = of(made(a, ("13:00 B", "Something else."), c), cursor=first.cursor)
    assert [key in keys(first.posts) for key in keys(elsewhere.posts)] == [True, True, False, False]
    assert [key in keys(first.posts) for key in keys(later.posts)] == [True, False, True]


def test_the_post_in_which_a_page_is_cut_off_is_not_read() -> None:
    whole = made(*THREE)
    batch = of(whole[: whole.index("</main>") - 8])
    assert (batch.cut, batch.extent, len(batch.finished)) == (True, Extent.DELTA, 2)
    rising = made(*THREE[::-1])
    batch = of(rising[: rising.index("</main>") - 8])
    assert (batch.cut, batch.extent, [post.title for post in batch.finished]) == (False, Extent.DELTA, ["B", "C"])


def test_a_page_that_is_saved_again_the_next_day_has_no_new_posts() -> None:
    added, edited, second = life(made(*THREE), made(*THREE, modified="2026-03-03T21:00:00+01:00"))
    assert (added, edited) == ([], [])
    assert times(second)[0] == "02 12:47"


def test_a_new_post_the_next_day_is_of_that_day() -> None:
    day = made(("14:05 Next", "Zero."), *THREE, modified="2026-03-03T14:06:00+01:00")
    added, edited, second = life(made(*THREE), day)
    assert (added, edited) == (["Next"], [])
    assert times(second)[:2] == ["03 13:05", "02 12:47"]


def test_a_new_post_is_never_older_than_what_stands_below_it() -> None:
    # The page's own date was not changed when a post was added the next morning.
    stale = made(("7:10 Morning", "Zero."), *THREE)
    added, _, second = life(made(*THREE), stale)
    assert added == ["Morning"]
    assert times(second)[:2] == ["03 06:10", "02 12:47"]


def test_the_oldest_posts_that_scroll_off_change_nothing() -> None:
    more = made(*THREE, ("12:30 D", "Four."))
    assert life(more, made(("14:05 New", "Zero."), *THREE))[:2] == (["New"], [])


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("9999-12-31") | st.just("0001-01-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(ODD, ODD)
def test_whatever_stands_in_the_cursor_the_posts_are_read(days: object, each: object) -> None:
    for cursor in ({"days": days}, {"days": dict.fromkeys(of(made(*THREE)).cursor["days"], each)}):  # type: ignore[call-overload]  # a dict
        assert len(of(made(*THREE), cursor=cursor).posts) == 3


# ------------------------------------------------------------------ samples and anything else


def test_cnbcs_page_is_its_seventeen_posts_over_a_midnight(shared: Path) -> None:
    path = shared / "samples" / "cnbc" / "coronavirus-2020-02-20.html"
    response = answer(path.read_bytes(), "https://www.cnbc.com/2020/02/20/coronavirus-latest-updates.html")
    assert ClockPage().sniff(response) is Confidence.ASKED
    batch = poll(ClockPage(), response)
    assert len(batch.posts) == 17
    published = [post.published for post in batch.posts if post.published]
    assert published == sorted(published, reverse=True)
    assert (published[0], published[-1]) == (
        datetime(2020, 2, 20, 10, 15, tzinfo=UTC),  # 6.15 pm in Beijing; the page was changed at 10:20 Z
        datetime(2020, 2, 19, 19, 41, tzinfo=UTC),  # 2:41 pm in New York
    )
    assert batch.posts[1].title == "South Korea reports first death from the coronavirus"
    assert plain(batch.posts[1].body).startswith(
        "South Korea reported its first death from the coronavirus on Thursday."
    )
    assert len({post.key for post in batch.posts}) == 17
    assert all(post.body for post in batch.posts)


def keys(posts: tuple[Post, ...]) -> list[str]:
    return [post.key for post in posts]


def test_cnbcs_page_without_its_newest_posts_is_its_earlier_state(shared: Path) -> None:
    text = (shared / "samples" / "cnbc" / "coronavirus-2020-02-20.html").read_text()
    whole = of(text)
    start = text.index('<h2 class="ArticleBody-subtitle">6.15')
    end = text.index('<h2 class="ArticleBody-subtitle">3.51')
    earlier = of(text[:start] + text[end:])
    assert keys(earlier.posts) == keys(whole.posts)[2:]
    assert keys(of(text, cursor=earlier.cursor).posts) == keys(whole.posts)


PIECES = [
    "<h2>",
    "</h2>",
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<br>",
    "13:47 ",
    "12:10 pm: ",
    "9h",
    "text ",
]
PIECES += [
    "<section>",
    "</section>",
    "<ul><li>",
    "&nbsp;",
    "All times are in Beijing time. ",
    "(IST)",
    "<!--",
    "\0",
    "<",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_page_is_read_or_refused(parts: list[str]) -> None:
    body = made(*THREE).replace("</main>", "".join(parts))
    for each in (body, "<html>" + "".join(parts)):
        try:
            batch = of(each)
        except ParseError:
            continue
        assert len(keys(batch.posts)) == len(set(keys(batch.posts)))


@pytest.mark.parametrize(
    "body",
    [
        "<h2>13:47 A" * 30_000,
        "<div>" * 350 + "<p><b>13:47</b> a</p>" * 5_000,
        "<p>" + "<b>13:47</b> a<br>" * 20_000,
        "<div><b>13:47</b> a" * 3_000,
        "<h2 " + "a=b " * 50_000 + ">13:47" * 3,
        "<b>" + "<i>" * 100_000,
        made(*THREE) + "<p>All times are in Beijing time.</p>" * 20_000,
    ],
)
def test_no_page_takes_long(body: str) -> None:
    start = time.process_time()
    response = answer(f"<html>{body}", URL)
    ClockPage().sniff(response)
    with suppress(ParseError):
        poll(ClockPage(), response)
    assert time.process_time() - start < 4
