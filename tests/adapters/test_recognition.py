"""Which of several adapters reads an answer that more than one of them could."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import pytest

from feeds import visit as visiting
from feeds.adapters import BUILT_IN, Registry
from feeds.errors import ParseError
from feeds.flow import Confidence, Request, Response, Visit
from feeds.model import Batch
from tests.adapters.feedflow import PAGES, answer

URL = "https://news.test/story"

LIST = """<amp-live-list id="lb" data-poll-interval="15000"><div items>
<div id="post-2" data-sort-time="1772356200000"><h3>Bridge shut</h3><p>Police closed the old bridge at nine, and it
stays shut until the engineers have looked at its piers.</p></div>
<div id="post-1" data-sort-time="1772355600000"><h3>River rises</h3><p>The water stands at the upper mark, a hand below
the edge of the quay, and goes on rising for now.</p></div>
</div></amp-live-list>"""
LINKED = """<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Flood",
"liveBlogUpdate": [{"@id": "#a", "headline": "Bridge shut", "articleBody": "Closed."}]}</script>"""
MARKED = """<div itemscope itemtype="https://schema.org/LiveBlogPosting">
<div itemprop="liveBlogUpdate" itemscope itemtype="https://schema.org/BlogPosting">
<meta itemprop="headline" content="Bridge shut"><meta itemprop="articleBody" content="Closed."></div></div>"""
NOTES = """<div class="h-feed"><article class="h-entry"><a class="u-url" href="/n/2">2</a><p class="e-content">Two</p>
</article><article class="h-entry"><a class="u-url" href="/n/1">1</a><p class="e-content">One</p></article></div>"""
CLOCKS = "<h2>13:47 A</h2><p>a</p><h2>13:30 B</h2><p>b</p><h2>13:10 C</h2><p>c</p>"
WORDPRESS = """<script id="liveblog-js-extra">var liveblog_settings = {"endpoint_url":
"https://news.test/wp-json/liveblog/v1/7/", "latest_entry_id": "1", "latest_entry_timestamp": "1772356200",
"timestamp": "1772356200", "refresh_interval": "10", "state": "enable"};</script>
<div id="wpcom-liveblog-container" class="7"></div>"""
SUPERDESK = """<script>window.LB = {"api_host": "https://valley.liveblog.pro/api/",
"blog": {"_id": "58b6a1c39a9ee3cbf14e5f4c"}};
</script><div class="lb-post">...</div>"""

PLATFORMS = [
    ("wpliveblog", WORDPRESS),
    ("superdesk", SUPERDESK),
    ("norkon", '<iframe src="https://livecentercdn.norkon.net/frame/valley/12"></iframe>'),
    ("liveblog24", '<iframe src="https://v.24liveblog.com/live/?id=123456"></iframe>'),
]
ORDER = [
    ("amp", LIST),
    ("jsonld", LINKED),
    ("microdata", MARKED),
    ("hfeed", NOTES),
]
"""From the surest on a page that holds several; each platform comes before all of them."""


def page(*parts: str, head: str = "") -> Response:
    return answer(
        f"<!doctype html><html><head><title>Flood</title>{head}</head><body>{''.join(parts)}</body></html>", URL
    )


def reader(response: Response) -> str:
    """The adapter by which an answer is read."""
    return Registry(BUILT_IN).recognise(response)[0].adapter


@pytest.mark.parametrize(("name", "part"), [*PLATFORMS, *ORDER])
def test_each_is_recognised_alone(name: str, part: str) -> None:
    assert [each.adapter for each in Registry(BUILT_IN).recognise(page(part))] == [name]


@pytest.mark.parametrize(
    ("first", "second"), [*product(PLATFORMS, ORDER), *combinations(ORDER, 2)], ids=lambda each: str(each[0])
)
def test_of_two_formats_on_a_page_the_one_that_says_more_is_read(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    for parts in ((first[1], second[1]), (second[1], first[1])):
        assert reader(page(*parts)) == first[0]


def test_all_at_once_are_tried_in_the_same_order() -> None:
    found = Registry(BUILT_IN).recognise(page(*(part for _, part in reversed(ORDER)), CLOCKS))
    assert [each.adapter for each in found] == [name for name, _ in ORDER]


def test_platforms_stand_before_what_is_read_of_any_page() -> None:
    names = list(BUILT_IN)
    platforms = ("guardian", "bbc", "cnn", "superdesk", "wpliveblog", "norkon", "liveblog24", "arena", "tickaroo")
    of_pages = ["amp", "jsonld", "microdata", "hfeed", "clockpage"]
    assert [name for name in names if name in of_pages] == of_pages
    for name in platforms:
        assert name not in names or names.index(name) < names.index("amp"), name
    assert names.index("syndication") < names.index("hfeed")


def test_a_page_that_offers_a_feed_is_not_read_by_its_marked_up_entries() -> None:
    pointer = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    assert Registry(BUILT_IN).recognise(page(NOTES, head=pointer)) == []
    assert reader(page(NOTES, LINKED, head=pointer)) == "jsonld"


def test_a_page_with_clock_times_is_asked_about_only_where_nothing_else_reads_it() -> None:
    registry = Registry(BUILT_IN)
    for name, part in (*PLATFORMS, *ORDER):
        response = page(part, CLOCKS)
        assert reader(response) == name
    assert registry.recognise(page(CLOCKS)) == []
    assert registry.would_read(page(CLOCKS)) == ("clockpage",)


def test_the_address_is_believed_before_the_answer() -> None:
    registry = Registry(BUILT_IN)
    for url, name in {
        "https://www.theguardian.com/world/live/2026/mar/01/flood": "guardian",
        "https://www.bbc.co.uk/news/live/world-52627824": "bbc",
        "https://www.aljazeera.com/news/liveblog/2026/3/1/flood": "aljazeera",
        "https://t.me/s/valley": "telegram",
        "https://www.reddit.com/live/abcdefgh": "reddit",
        "https://www.githubstatus.com/api/v2/incidents.json": None,
        "https://x.statuspage.io/api/v2/incidents.json": "statuspage",
        "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_hour.geojson": "usgs",
        "https://news.test/live/flood": None,
    }.items():
        claimed = registry.claim(url)
        assert (claimed.name if claimed else None) == name, url


SAMPLES = {
    "independent/womens-world-cup-2023-08-14.html": "amp",
    "cbsnews/nevada-debate-2020-02-20.html": "amp",
    "guardian/ukraine-2023-05-15.html": "guardian",
    "guardian-app/brexit-live-2016-06-28.html": "guardian",
    "bbc/live-world-52627824-2020-05-12.html": "bbc",
    "cnn/coronavirus-2020-02-19.html": "cnn",
    "express/royals-2024-07-18.html": "jsonld",
    "corkbeo/level3-2020-10-06.html": "jsonld",
    "repubblica/israele-hamas-2023-11-02.html": "jsonld",
    "ndtv/cricket-ind-sl-2023-11-02.html": "microdata",
    "wp-sportowefakty/speedway-relacja.html": "microdata",
    "schemaorg/liveblogposting-example-jsonld.html": "jsonld",
    "schemaorg/liveblogposting-example-rdfa.html": "microdata",
    "more-feeds/adactio-links-hfeed.html": None,  # it offers feeds, which say the same
    "cnbc/coronavirus-2020-02-20.html": None,
    "not-live/guardian-amp-article-2016.html": None,
    "not-live/timesofisrael-article-2020.html": None,
}


@pytest.mark.parametrize(("path", "name"), SAMPLES.items())
def test_samples_are_read_by_what_says_most_of_them(shared: Path, path: str, name: str | None) -> None:
    body = (shared / "samples" / path).read_bytes()
    batch = inspected(answer(body, f"https://news.test/{path}"))
    assert (batch.adapter or None) == name
    assert bool(batch.posts) is bool(name)
    assert [offer.adapter for offer in batch.offers if offer.adapter] == (["clockpage"] if "cnbc" in path else [])


def inspected(response: Response) -> Batch:
    """What a person is told of an answer, everything else being away."""
    flow = visiting.visit(Registry(BUILT_IN), Visit(response.url, inspecting=True))
    request = next(flow)
    try:
        while True:
            assert isinstance(request, Request)
            here = request.url == response.url
            if not here and not request.optional:
                raise AssertionError(f"{request.url} is asked for")
            request = flow.send(
                response if here else Response(request.url, request=request.url, failed="There is no network.")
            )
    except StopIteration as done:
        batch: Batch = done.value
        return batch


def test_nothing_is_claimed_by_two() -> None:
    for name in BUILT_IN:
        adapter = Registry(BUILT_IN).load(name)
        for path in sorted((PAGES / name).iterdir()):
            response = answer(path.read_bytes(), URL)
            try:
                sure = [each for each in Registry(BUILT_IN).recognise(response) if each.confidence is Confidence.MINE]
            except ParseError:
                continue
            assert {each.adapter for each in sure} <= {name}, (path, adapter)
