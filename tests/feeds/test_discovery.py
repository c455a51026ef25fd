"""The feeds a page points to."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import discovery
from feeds.model import Offer

PAGE = "https://site.example/news/today"


def offers(head: str, body: str = "", url: str = PAGE) -> tuple[Offer, ...]:
    page = f"<!doctype html><html><head><title>t</title>{head}</head><body>{body}</body></html>"
    return discovery.offers(page.encode(), url)


def urls(head: str, body: str = "") -> list[str]:
    return [offer.url for offer in offers(head, body)]


def link(attributes: str) -> str:
    return f"<link {attributes}>"


@pytest.mark.parametrize(
    "attributes",
    [
        'rel="alternate" type="application/rss+xml" href="/feed"',
        'REL="Alternate" TYPE="Application/RSS+XML" HREF="/feed"',
        'rel=" alternate\n home " type=" application/atom+xml ; charset=utf-8 " href=" /feed\n"',
        'rel="home alternate" type="application/feed+json" href="/feed"',
        "rel=alternate type=application/json href=/feed",
        'rel="alternate" type="text/xml" href="https:&#x2F;&#47;site.example/feed"',
        'rel="feed" href="/feed"',
        'rel="alternate" href="/feed"',
        'rel="alternate" type="application/rss+xml" href="//site.example/feed"',
        'rel="alternate" type="application/rss+xml" href="feed:https://site.example/feed"',
        'rel="alternate" type="application/rss+xml" href="feed://site.example/feed"',
    ],
)
def test_pointers_are_found_however_they_are_written(attributes: str) -> None:
    (url,) = urls(link(attributes))
    assert url.partition("://")[2] == "site.example/feed"


@pytest.mark.parametrize(
    "attributes",
    [
        'rel="stylesheet alternate" type="application/rss+xml" href="/feed"',
        'rel="alternate" type="text/html" hreflang="de" href="/de/"',
        'rel="alternate" hreflang="de" href="/de/news"',
        'rel="alternate" type="application/rss+xml" href=""',
        'rel="alternate" type="application/rss+xml"',
        'rel="alternate" type="application/rss+xml" href="#"',
        'rel="alternate" type="application/rss+xml" href="javascript:alert(1)"',
        'rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1"',
        'rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed?url=x"',
        'rel="alternate" type="text/xml" href="/oembed?format=xml"',
        'rel="icon" href="/feed.xml"',
        'rel="alternate" type="application/x-wiki" href="/edit"',
    ],
)
def test_what_is_no_feed_is_not_offered(attributes: str) -> None:
    assert urls(link(attributes)) == []


def test_titles_and_types_come_along_clean() -> None:
    head = link('rel=alternate type="application/RSS+xml; x" title=" All &amp; \x1b[31m everything\n" href=/feed')
    (offer,) = offers(head)
    assert offer.type == "application/rss+xml"
    assert offer.title == "All & [31m everything"


def test_the_base_counts_the_first_one_with_an_address() -> None:
    pointer = link("rel=alternate type=application/rss+xml href=feed")
    assert urls('<base target="x"><base href="/a/b/"><base href="/c/">' + pointer) == ["https://site.example/a/b/feed"]
    assert urls('<base href="javascript:x">' + pointer) == ["https://site.example/news/feed"]


def test_feeds_of_comments_come_last_and_the_rest_in_the_pages_order() -> None:
    kind = "rel=alternate type=application/rss+xml"
    head = (
        link(f"{kind} href=/comments/feed/ title='Site » Comments Feed'")
        + link(f"{kind} href=/b/feed title=B")
        + link(f"{kind} href=/story/feed/ title='Story: Comments'")
        + link(f"{kind} href=/a/feed title=A")
    )
    assert urls(head) == [
        "https://site.example/b/feed",
        "https://site.example/a/feed",
        "https://site.example/comments/feed/",
        "https://site.example/story/feed/",
    ]


def test_a_feed_is_offered_once() -> None:
    kind = "rel=alternate type=application/rss+xml"
    head = "".join(
        link(f"{kind} href={href}") for href in ("/feed", "/feed/", "http://site.example/feed", "/feed#x", "/feed?x=1")
    )
    assert urls(head) == ["https://site.example/feed", "https://site.example/feed?x=1"]


def test_links_in_the_text_count_only_without_pointers() -> None:
    body = '<p><a href="/feed.xml">Our <b>RSS</b> feed</a> <a href="/about">About</a> <a href="/x">X</a></p>'
    assert [(offer.url, offer.title) for offer in offers("", body)] == [
        ("https://site.example/feed.xml", "Our RSS feed"),
    ]
    assert urls(link("rel=alternate type=application/rss+xml href=/main"), body) == ["https://site.example/main"]


def test_pointers_in_the_body_of_a_page_count() -> None:
    assert urls("", link("rel=alternate type=application/rss+xml href=/channel-feed")) == [
        "https://site.example/channel-feed"
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1251"])
def test_pages_in_other_encodings_are_read(encoding: str) -> None:
    pointer = link('rel=alternate type=application/rss+xml href=/feed title="Новости"')
    page = f'<html><meta charset="windows-1251">{pointer}'
    (offer,) = discovery.offers(page.encode(encoding), PAGE, encoding if encoding == "windows-1251" else "")
    assert (offer.url, offer.title) == ("https://site.example/feed", "Новости")


@pytest.mark.parametrize("body", [b"", b"plain", b"\0\0\0", b"<", b"<html>", b"\xff\xfe"])
def test_a_page_without_feeds_offers_none(body: bytes) -> None:
    assert discovery.offers(body, PAGE) == ()


def test_the_number_of_offers_is_bounded_and_the_work_linear() -> None:
    head = "".join(link(f"rel=alternate type=application/rss+xml href=/feed/{number}") for number in range(20_000))
    start = time.process_time()
    assert len(offers(head)) == discovery.MAX_OFFERS
    assert len(offers("", '<a href="/rss">x</a>' * 20_000)) == 1
    assert time.process_time() - start < 3


PIECES = [
    "<link ",
    "rel=alternate ",
    "type=application/rss+xml ",
    "href='",
    "feed",
    "'",
    ">",
    "<a ",
    "<base href=",
]
PIECES += ["http://[", "\x1b", "//", ":", "<title>", "&#x", "]", "\ud800", "x.example", "/rss.xml"]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_page_is_read(parts: list[str]) -> None:
    for offer in discovery.offers("".join(parts).encode("utf-8", "surrogatepass"), PAGE):
        assert offer.url.startswith(("http://", "https://"))
        assert offer.url.isprintable()
        assert offer.title.isprintable()
