"""Live blogs of other people that are told in the markup of their pages: amp-live-list, microdata, RDFa."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.adapters import Registry
from feeds.adapters.amp import Amp
from feeds.adapters.jsonld import JsonLd
from feeds.adapters.microdata import Microdata
from feeds.document import plain
from feeds.flow import Adapter, Confidence, Response
from feeds.model import Batch, Extent
from tests.adapters.feedflow import answer, assert_clean, poll

CUP = "https://www.independent.co.uk/sport/football/womens-world-cup-england-news-latest-australia-b2392480.html"
DEBATE = "https://www.cbsnews.com/live-updates/democratic-debate-nevada-clash-bloomberg/"
CRICKET = (
    "https://sports.ndtv.com/cricket/india-vs-sri-lanka-live-cricket-score-icc-cricket-world-cup-2023-"
    "ind-vs-sl-latest-updates-4537334"
)
SPEEDWAY = "https://sportowefakty.wp.pl/zuzel/relacja/110331/fogo-unia-leszno-rm-solar-falubaz-zielona-gora"


def sample(shared: Path, file: str, url: str = "https://news.example/page") -> Response:
    return answer((shared / "samples" / file).read_bytes(), url, "text/html; charset=utf-8")


def read(adapter: Adapter, response: Response) -> Batch:
    found = poll(adapter, response)
    assert_clean(found)
    assert found.problems == ()
    keys = [post.key for post in found.posts if post.key]
    assert len(keys) == len(set(keys))
    return found


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def test_the_independents_posts_are_dated_as_shown_and_link_as_shown(shared: Path) -> None:
    response = sample(shared, "independent/womens-world-cup-2023-08-14.html", CUP)
    found = read(Amp(), response)
    assert len(found.posts) == 10
    assert found.posts[0].published == utc("2023-08-14T09:01:52Z")
    assert found.posts[-1].published == utc("2023-08-14T04:15:52Z")
    assert all(post.key.startswith("post-") and post.authors == ("Jamie Braidwood",) for post in found.posts)
    assert [post.key for post in found.posts if post.key_event] == ["post-1288922", "post-1288912", "post-1288930"]
    assert all(plain(post.body) and "August 2023" not in plain(post.body) for post in found.posts)
    assert found.title == "Women’s World Cup LIVE: England news as Lionesses prepare for Australia semi-final"
    assert found.coverage is not None
    assert len(found.coverage.description) == 5  # the standfirst, and four paragraphs above the list
    assert found.extent is Extent.SINCE
    told = read(JsonLd(), response)
    assert [post.published for post in told.posts] == [post.published for post in found.posts]
    assert [post.body for post in told.posts] == [post.body for post in found.posts]


def test_cbs_has_three_lists_of_which_one_holds_the_posts(shared: Path) -> None:
    response = sample(shared, "cbsnews/nevada-debate-2020-02-20.html", DEBATE)
    found = read(Amp(), response)
    assert len(found.posts) == 29
    assert found.hints.interval == 60.0
    assert found.posts[0].key == "content__post--e415194e-50cb-486a-a36b-53d5286f0503"
    assert found.posts[0].published == utc("2020-02-20T06:46:54Z")
    assert found.posts[0].updated == utc("2020-02-20T06:48:12Z")
    assert found.posts[-1].published == utc("2020-02-19T19:09:14Z")
    assert all(post.title and post.body and post.authors for post in found.posts)
    assert not any("Share" in plain(post.body) for post in found.posts)
    told = read(JsonLd(), response)
    assert [(post.key, post.title, post.body) for post in told.posts] == [
        (post.key, post.title, post.body) for post in found.posts
    ]


def test_ndtv_has_forty_posts_in_meta_elements(shared: Path) -> None:
    response = sample(shared, "ndtv/cricket-ind-sl-2023-11-02.html", CRICKET)
    assert [each.adapter for each in Registry.installed().recognise(response)] == ["microdata"]
    found = read(Microdata(), response)
    assert [post.key for post in found.posts] == [str(number) for number in range(80, 40, -1)]
    assert found.posts[0].published == utc("2023-11-02T21:06:52+05:30")
    assert found.posts[-1].published == utc("2023-11-02T16:00:24+05:30")
    assert found.posts[0].title == "India vs Sri Lanka: It's a wrap!"
    assert "https://sports.ndtv.com/" in str(found.posts[0].body)
    assert all(plain(post.body) and "facebook" not in plain(post.body) for post in found.posts)
    assert found.extent is Extent.SINCE


@pytest.mark.parametrize("syntax", ["microdata", "rdfa"])
def test_schema_orgs_example_is_the_same_in_each_syntax(syntax: str, shared: Path) -> None:
    found = read(Microdata(), sample(shared, f"schemaorg/liveblogposting-example-{syntax}.html"))
    told = read(JsonLd(), sample(shared, "schemaorg/liveblogposting-example-jsonld.html"))
    assert found.title == told.title
    assert found.coverage is not None
    assert told.coverage is not None
    assert found.coverage.started == told.coverage.started
    newest_first = sorted(told.posts, key=lambda post: str(post.published), reverse=True)
    for mine, its in zip(found.posts, newest_first, strict=True):
        assert (mine.title, mine.published) == (its.title, its.published)
        assert plain(mine.body).split() == plain(its.body).split()


def test_sportowefakty_has_posts_and_score_cards_with_times_of_day(shared: Path) -> None:
    response = sample(shared, "wp-sportowefakty/speedway-relacja.html", SPEEDWAY)
    assert [each.adapter for each in Registry.installed().recognise(response)] == ["microdata"]
    found = read(Microdata(), response)
    assert len(found.posts) == 53
    times = [post.published for post in found.posts if post.published]
    assert min(times) == utc("2020-09-28T18:05:00+02:00")
    assert max(times) == utc("2020-09-28T19:30:00+02:00")
    assert sum(post.title.startswith("Bieg ") for post in found.posts) == 15
    assert (found.language, found.extent) == ("pl-PL", Extent.PART)


def test_the_traps_are_no_live_blogs(shared: Path) -> None:
    for file in ("not-live/guardian-amp-article-2016.html", "not-live/timesofisrael-article-2020.html"):
        response = sample(shared, file)
        assert Amp().sniff(response) is Confidence.NO
        assert Microdata().sniff(response) is Confidence.NO
