from __future__ import annotations

import pytest

from feeds import html
from feeds.liveblogs import successor
from feeds.model import Post

OWN = "https://paper.test/live/1"
NEXT = "https://paper.test/live/2"


def is_live(url: str) -> bool:
    return url.startswith("https://paper.test/live/")


def urls(markup: str) -> list[str]:
    last = Post(body=html.document(markup, OWN))
    return [offer.url for offer in successor.offers(last, is_live, (OWN,))]


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>This blog is now closed. <a href='{NEXT}'>Follow us here</a>.</p>",
        f"<p>We are closing. <a href='{NEXT}?page=3#post'>Here</a> it goes on.</p>",
        f"<ul><li>Our coverage continues <a href='{NEXT}'>in a new page</a></li></ul>",
        f"<p>There is <a href='{NEXT}'>a new live blog</a> and <a href='https://else.test/'>a map</a>.</p>",
        f"<h3>Pick up our coverage <a href='{NEXT}'>here</a></h3>",
    ],
)
def test_the_blog_a_farewell_leads_to_is_offered(markup: str) -> None:
    assert urls(markup) == [NEXT]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>This blog is now closed.</p>",
        f"<p>Here is <a href='{NEXT}'>the match</a> of last night.</p>",
        f"<p>We are closing. See <a href='{OWN}?page=1'>the beginning</a>.</p>",
        "<p>We are closing. Read <a href='https://paper.test/articles/3'>what we know</a>.</p>",
        f"<p>We are closing: <a href='{NEXT}'>this</a> or <a href='{NEXT}b'>that</a>.</p>",
        f"<blockquote><p>We are closing. <a href='{NEXT}'>Follow us</a></p></blockquote>",
    ],
)
def test_other_links_and_other_words_offer_nothing(markup: str) -> None:
    assert urls(markup) == []


def test_no_post_offers_nothing() -> None:
    assert successor.offers(None, is_live, (OWN,)) == ()


def test_an_offer_is_named_by_its_link_or_by_the_words_around_a_bare_one() -> None:
    long = Post(body=html.document(f"<p>It continues in <a href='{NEXT}'>our next live blog</a>.</p>", OWN))
    short = Post(body=html.document(f"<p>It continues <a href='{NEXT}'>here</a>.</p>", OWN))
    assert successor.offers(long, is_live, (OWN,))[0].title == "our next live blog"
    assert successor.offers(short, is_live, (OWN,))[0].title == "It continues here."
