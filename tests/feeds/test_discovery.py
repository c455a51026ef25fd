"""The feeds a page points to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import discovery, html
from feeds.model import Offer

if TYPE_CHECKING:
    from lxml.etree import _Element

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


# ------------------------------------------------------------------ live blogs and AMP


def tree(body: str, head: str = "") -> _Element:
    found = html.tree(f"<!doctype html><html><head><title>t</title>{head}</head><body>{body}</body></html>".encode())
    assert found is not None
    return found


def blogs(body: str, head: str = "", url: str = PAGE) -> discovery.LiveBlogs:
    return discovery.live_blogs(tree(body, head), url, lambda address: "/claimed/" in address)


def anchors(*references: str) -> str:
    return "".join(f'<a href="{reference}">Story {number}</a>' for number, reference in enumerate(references))


def test_links_an_adapter_is_certain_of_are_live_blogs_of_the_site_or_of_others() -> None:
    found = blogs(
        anchors(
            "/claimed/flood", "https://www.site.example/claimed/fire", "//live.site.example/claimed/vote", "/news/a"
        )
        + anchors(
            "https://other.example/claimed/x", "mailto:a@site.example", "javascript:x", "#claimed", "http://[/claimed/"
        )
    )
    assert [offer.url for offer in found.claimed] == [
        "https://site.example/claimed/flood",
        "https://www.site.example/claimed/fire",
        "https://live.site.example/claimed/vote",
    ]
    assert [offer.url for offer in found.elsewhere] == ["https://other.example/claimed/x"]
    assert found.claimed[0] == Offer("https://site.example/claimed/flood", "text/html", "Story 0")
    assert found.guessed == ()


def test_numbered_messages_of_one_channel_are_one_live_blog() -> None:
    found = blogs(anchors("/claimed/valley/41", "/claimed/valley", "/claimed/valley/42", "/claimed/harbour/41"))
    assert [offer.url.removeprefix("https://site.example") for offer in found.claimed] == [
        "/claimed/valley/41",
        "/claimed/harbour/41",
    ]


def test_a_canonical_address_is_a_link() -> None:
    found = blogs("", link('rel="canonical" href="/claimed/flood"'), "https://m.site.example/x")
    assert [offer.url for offer in found.claimed] == ["https://m.site.example/claimed/flood"]


def test_a_page_does_not_lead_to_itself() -> None:
    url = "https://site.example/claimed/flood"
    canonical = link('rel=canonical href="http://www.site.example/claimed/flood/?x#y"')
    assert blogs(anchors(url, f"{url}#post-1", f"{url}?page=2"), canonical, url) == discovery.LiveBlogs()


def test_a_live_blog_is_offered_once_with_words_that_say_something() -> None:
    body = """<a href="/claimed/flood?page=2#post-9"><img src=x></a><a href="/claimed/flood#top"><b>Live</b></a>
    <a href="/claimed/flood">River <i>rises</i>: live</a><a href="/claimed/flood">12 new comments</a>"""
    assert blogs(body).claimed == (Offer("https://site.example/claimed/flood", "text/html", "River rises: live"),)
    labelled = '<a href="/claimed/fire" aria-label="The fire: live"><img src=x></a>'
    assert blogs(labelled).claimed[0].title == "The fire: live"


@pytest.mark.parametrize(
    "path",
    [
        "/live/2026/flood",
        "/news/live/flood-1",
        "/world/live-news/flood/",
        "/liveblog/2026/3/1/flood",
        "/sport/liveticker/match-1",
        "/2026/03/01/en-direct/la-crue",
        "/diretta/alluvione",
        "/en-vivo/inundacion.html",
        "/ao-vivo/enchente.ghtml",
        "/news/flood-live-updates-rcna1",
        "/news/liveblog-flood",
        "/news/flood-liveblog.html",
    ],
)
def test_an_address_of_the_same_site_may_look_like_a_live_blog(path: str) -> None:
    (guess,) = blogs(anchors(path)).guessed
    assert guess == Offer(f"https://site.example{path}", "text/html", "Story 0")
    assert blogs(anchors(f"https://other.example{path}")) == discovery.LiveBlogs()


@pytest.mark.parametrize(
    "path", ["/news/olive/oil", "/alive", "/lives/of-others", "/news/we-live-here", "/?live", "/", ""]
)
def test_other_addresses_do_not(path: str) -> None:
    assert blogs(anchors(path)) == discovery.LiveBlogs()


def test_what_ends_with_the_name_of_a_section_comes_after_what_goes_on_behind_it() -> None:
    found = blogs(anchors("/live", "/en-direct/", "/live/flood", "/sport/live/match"))
    assert [offer.url.removeprefix("https://site.example") for offer in found.guessed] == [
        "/live/flood", "/sport/live/match", "/live", "/en-direct/",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("www.news.co.uk", "live.news.co.uk", True),
        ("news.co.uk", "other.co.uk", False),
        ("m.dw.de", "www.dw.de", True),
        ("127.0.0.1:80", "127.0.0.1:81", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("[::1]", "[::1]:8", True),
        ("localhost", "localhost", True),
    ],
)
def test_a_site_is_known_by_its_name(one: str, other: str, same: bool) -> None:
    found = blogs(anchors(f"http://{other}/live/flood"), url=f"http://{one}/")
    assert bool(found.guessed) is same


def test_the_number_of_live_blogs_and_of_links_looked_at_is_bounded() -> None:
    many = anchors(*(f"/live/{number}" for number in range(100)), *(f"/claimed/a{number}" for number in range(100)))
    found = blogs(many)
    assert (len(found.claimed), len(found.guessed)) == (discovery.MAX_BLOGS, discovery.MAX_BLOGS)
    asked: list[str] = []

    def claimed(url: str) -> bool:
        asked.append(url)
        return False

    start = time.process_time()
    discovery.live_blogs(tree(anchors(*(f"/n/{number}" for number in range(30_000)))), PAGE, claimed)
    assert len(asked) == discovery.MAX_LINKS
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ('rel="amphtml" href="/amp/today"', "https://site.example/amp/today"),
        ('rel="nofollow AmpHtml" href="https://amp.site.example/news/today"', "https://amp.site.example/news/today"),
        ('rel=amphtml href="//site-example.cdn.ampproject.org/c/s/x"', "https://site-example.cdn.ampproject.org/c/s/x"),
        ('rel=amphtml href="https://www.bing-amp.com/c/x"', "https://www.bing-amp.com/c/x"),
        ('rel=amphtml href="https://other.example/amp"', None),
        ('rel=amphtml href="https://evilcdn.ampproject.org.other.example/amp"', None),
        ('rel=amphtml href="https://evil-bing-amp.com/amp"', None),
        ('rel=amphtml href="file:///etc/passwd"', None),
        ('rel=amphtml href="/news/today#x"', None),
        ("rel=amphtml", None),
        ('rel=canonical href="/amp"', None),
    ],
)
def test_the_amp_form_is_looked_for_on_the_site_and_in_caches_only(attributes: str, found: str | None) -> None:
    assert discovery.amp(tree("", link(attributes)), PAGE) == found


def test_a_file_has_no_site() -> None:
    assert discovery.amp(tree("", link('rel=amphtml href="https://site.example/amp"')), "file:///home/x.html") is None
    assert blogs(anchors("/live/a", "https://site.example/live/a"), url="file:///home/x.html") == discovery.LiveBlogs()


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
PIECES += [
    "rel=amphtml ",
    "rel=canonical ",
    "/live/",
    "http://[",
    "\x1b",
    "//",
    ":",
    "<title>",
    "&#x",
    "]",
    "\ud800",
    "x.example",
    "/rss.xml",
]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_page_is_read(parts: list[str]) -> None:
    for offer in discovery.offers("".join(parts).encode("utf-8", "surrogatepass"), PAGE):
        assert offer.url.startswith(("http://", "https://"))
        assert offer.url.isprintable()
        assert offer.title.isprintable()
    found = html.tree("".join(parts).encode("utf-8", "surrogatepass"))
    if found is not None:
        discovery.amp(found, PAGE)
        for offer in discovery.live_blogs(found, PAGE, lambda url: True).claimed:
            assert offer.url.startswith(("http://", "https://"))
            assert offer.title.isprintable()
