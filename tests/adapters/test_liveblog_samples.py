"""Live blogs of other people: what their pages say, and pages that are none."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from feeds.adapters import Registry
from feeds.adapters.jsonld import JsonLd
from feeds.document import plain
from feeds.errors import NotAFeedError
from feeds.flow import Confidence, Response, Visit
from feeds.model import Batch, Extent, Kind, Post
from tests.adapters.feedflow import answer, assert_clean, poll
from tests.support import shared as collection

SAMPLES = collection.FOLDER / "samples"


class Blog(msgspec.Struct, frozen=True):
    """What is known of a page: from SOURCES.md, and from its JSON-LD read by hand."""

    file: str
    url: str
    posts: int
    newest: str | None
    """Published time of the first post listed; None where it has none."""
    oldest: str | None
    started: str
    extent: Extent
    first_title: str
    keys: tuple[str, str]
    """Of the first post and of the last."""
    without_text: int = 0
    adapters: tuple[str, ...] = ("jsonld",)
    """Those that read it, the preferred one first."""


WORLD_CUP = Blog(
    "independent/womens-world-cup-2023-08-14.html",
    "https://www.independent.co.uk/sport/football/womens-world-cup-england-news-latest-australia-b2392480.html",
    10,
    "2023-08-14T09:01:52Z",  # shown; written at 04:20:06
    "2023-08-14T04:15:52Z",
    "2023-08-14T04:09:57Z",
    Extent.SINCE,
    "",
    ("liveblogPost", "liveblogPost"),
    adapters=("amp", "jsonld"),
)
UKRAINE = Blog(
    "guardian/ukraine-2023-05-15.html",
    "https://www.theguardian.com/world/live/2023/may/15/russia-ukraine-war-latest-g7-reportedly-set-to-tighten-russia-sanctions-france-to-send-kyiv-military-aid-live",
    10,
    "2023-05-15T11:50:54Z",
    "2023-05-15T10:42:56Z",
    "2023-05-15T11:50:54Z",
    Extent.SINCE,
    "",
    ("646219928f08e408b758af95", "64620b708f08e408b758aedb"),
    adapters=("guardian", "jsonld"),
)
ROYALS = Blog(
    "express/royals-2024-07-18.html",
    "https://www.express.co.uk/news/royal/1924698/prince-harry-meghan-markle-live-grifters",
    9,
    "2024-07-18T10:48:00Z",
    "2024-07-18T06:06:00Z",
    "2024-07-18T06:06:00Z",
    Extent.PART,
    "The only person Prince Harry and Meghan Markle trust to look after Archie and Lilibet",
    ("", ""),
)
CORK = Blog(
    "corkbeo/level3-2020-10-06.html",
    "https://www.corkbeo.ie/news/local-news/level-3-live-cork-ireland-19056312",
    26,
    "2020-10-06T20:22:53.212Z",
    "2020-10-06T07:44:43.784Z",
    "2020-10-06T07:15:59Z",
    Extent.SINCE,
    "Goodnight",
    ("", ""),
    without_text=5,
)
GAZA = Blog(
    "repubblica/israele-hamas-2023-11-02.html",
    "https://www.repubblica.it/esteri/2023/11/02/diretta/israele_hamas_news_guerra_gaza_oggi-419364605/",
    79,
    "2023-11-02T15:56:32Z",
    "2023-11-01T23:30:20Z",
    "2023-11-01T23:01:39Z",
    Extent.SINCE,
    "Oms: “A Gaza fermi 14 ospedali su 36, gli altri in sovraccarico”",
    ("419364605_event79", "419364605_event1"),
)
DEBATE = Blog(
    "cbsnews/nevada-debate-2020-02-20.html",
    "https://www.cbsnews.com/live-updates/democratic-debate-nevada-clash-bloomberg/",
    29,
    "2020-02-20T06:46:54Z",
    "2020-02-19T19:09:14Z",
    "2020-02-20T06:46:00Z",
    Extent.SINCE,
    "Trump tweets about performance of “Mini Mike” in debate",
    ("content__post--e415194e-50cb-486a-a36b-53d5286f0503", "content__post--9ef1c704-5bb2-4278-82fd-1d4a11491d53"),
    adapters=("amp", "jsonld"),
)
REOPENING = Blog(
    "bbc/live-world-52627824-2020-05-12.html",
    "https://www.bbc.co.uk/news/live/world-52627824",
    20,
    "2020-05-12T15:05:08Z",
    "2020-05-12T12:34:41Z",
    "2020-05-12T00:00:00Z",
    Extent.SINCE,
    "Where does the US stand on testing?",
    ("post_5ebab4a75c8cf7066b", "post_5eba97a75c8cf7066b"),
    adapters=("bbc", "jsonld"),
)
APPLE = Blog(
    "schemaorg/liveblogposting-example-jsonld.html",
    "https://news.example/apple",
    3,
    "2015-03-09T20:08:00Z",
    "2015-03-09T20:17:00Z",
    "2015-03-09T18:30:00Z",
    Extent.PART,
    "Coming this April, HBO NOW will be available exclusively in the U.S. on Apple TV and the App Store.",
    ("", ""),
)
BLOGS = (WORLD_CUP, UKRAINE, ROYALS, CORK, GAZA, DEBATE, REOPENING, APPLE)
each_blog = pytest.mark.parametrize("blog", BLOGS, ids=lambda blog: blog.file.partition("/")[0])


def sample(file: str, url: str) -> Response:
    return answer((SAMPLES / file).read_bytes(), url, "text/html; charset=utf-8")


@functools.cache
def read(blog: Blog) -> Batch:
    return poll(JsonLd(), sample(blog.file, blog.url))


def time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None


@each_blog
def test_a_blog_is_recognised_by_its_publishers_format_before_its_json_ld(blog: Blog, shared: Path) -> None:
    found = Registry.installed().recognise(sample(blog.file, blog.url))
    assert tuple(each.adapter for each in found) == blog.adapters
    assert found[-1].confidence is Confidence.LIKELY


@each_blog
def test_posts_times_and_titles_are_what_the_page_states(blog: Blog, shared: Path) -> None:
    batch = read(blog)
    posts = batch.posts
    assert batch.kind is Kind.LIVEBLOG
    assert len(posts) == blog.posts
    assert (posts[0].published, posts[-1].published) == (time(blog.newest), time(blog.oldest))
    assert posts[0].title.replace('"', "“", 1).replace('"', "”", 1) == blog.first_title
    assert posts[0].key.startswith(blog.keys[0])
    assert posts[-1].key.startswith(blog.keys[1])
    assert sum(not plain(post.body) for post in posts) <= blog.without_text
    assert batch.link == blog.url
    assert batch.coverage is not None
    assert batch.coverage.started == time(blog.started)
    assert batch.coverage.headline == batch.title
    assert batch.title
    assert batch.extent is blog.extent
    assert batch.problems == ()
    assert_clean(batch)


@each_blog
def test_ids_and_addresses_are_each_posts_own(blog: Blog, shared: Path) -> None:
    posts = read(blog).posts
    for values in ([post.key for post in posts if post.key], [post.url for post in posts if post.url]):
        assert len(values) == len(set(values))
    assert all(post.url is None or post.url.startswith("https://") for post in posts)


@each_blog
def test_a_second_look_at_the_same_page_changes_no_post(blog: Blog, shared: Path) -> None:
    batch = read(blog)
    flow = JsonLd().poll(Visit(blog.url, cursor=batch.cursor))
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(sample(blog.file, blog.url))
    assert done.value.value.posts == batch.posts
    assert done.value.value.cursor == batch.cursor


def titles(blog: Blog) -> list[str]:
    return [post.title for post in read(blog).posts]


def bodies(posts: tuple[Post, ...]) -> str:
    return "\n".join(plain(post.body) for post in posts)


def test_a_headline_on_every_post_is_no_title(shared: Path) -> None:
    assert set(titles(UKRAINE)) == {""}
    assert titles(WORLD_CUP).count("") >= 8
    assert all(titles(blog).count("") == 0 for blog in (ROYALS, CORK, GAZA, DEBATE, REOPENING, APPLE))


def test_no_entity_and_no_tag_is_left_in_any_text(shared: Path) -> None:
    for blog in BLOGS:
        text = "\n".join((*titles(blog), bodies(read(blog).posts)))
        for mark in ("&amp;", "&ldquo;", "&#39;", "&nbsp;", "<p>", "</", "<br"):
            assert mark not in text, (blog.file, mark)


def test_a_page_that_gives_all_posts_its_own_date_dates_none_of_them_so(shared: Path) -> None:
    published = [post.published for post in read(UKRAINE).posts]
    assert len(set(published)) == 10
    changed = datetime(2023, 5, 15, 11, 50, 54, tzinfo=UTC)  # when its newest post was published
    assert all(when is not None and when < changed for when in published[1:])


def test_a_page_of_an_amp_list_says_how_often_it_may_be_asked(shared: Path) -> None:
    assert read(DEBATE).hints.interval == 60.0


@pytest.mark.parametrize(
    "file",
    [
        "not-live/guardian-amp-article-2016.html",
        "not-live/timesofisrael-article-2020.html",
        "cnn/coronavirus-2020-02-19.html",
        "cnbc/coronavirus-2020-02-20.html",
        "ndtv/cricket-ind-sl-2023-11-02.html",
        "wp-sportowefakty/speedway-relacja.html",
        "schemaorg/liveblogposting-example-microdata.html",
        "schemaorg/liveblogposting-example-rdfa.html",
        "guardian-app/brexit-live-2016-06-28.html",
        "superdesk/posts-2017-03-23.json",
        "reddit-live/ta535s1hq2je-2020-05-21-poll1.json",
    ],
)
def test_what_describes_no_live_blog_in_json_ld_is_not_read_as_one(file: str, shared: Path) -> None:
    response = answer((shared / "samples" / file).read_bytes(), "https://news.example/page")
    assert JsonLd().sniff(response) is Confidence.NO
    with pytest.raises(NotAFeedError, match="describes no live blog"):
        poll(JsonLd(), response)


def test_no_page_of_the_traps_is_recognised_by_anybody(shared: Path) -> None:
    for path in collection.paths("samples/not-live"):
        assert Registry.installed().recognise(answer(path.read_bytes(), "https://news.example/page")) == [], path
