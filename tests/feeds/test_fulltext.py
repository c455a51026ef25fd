from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import fulltext
from feeds.document import Listing, Media, Paragraph, Quote, links, plain
from feeds.errors import ParseError
from feeds.flow import Response

URL = "https://varda.example/news/bridge"
FIRST = "Engineers worked through the night to replace two bearings on the eastern span of the bridge over the Varda."
SECOND = (
    "Traffic was let through in one direction at first, and the city asked drivers to be patient until the evening."
)
THIRD = "“We have not slept, and it shows”, said Ada Lind, who leads the works, before she went home on a bicycle."
PARTS = (FIRST, SECOND, THIRD)
TEXT = "".join(f"<p>{each}</p>" for each in PARTS)
MENU = (
    "<nav><ul>" + "".join(f'<li><a href="/{n}">Another page of number {n}</a></li>' for n in range(40)) + "</ul></nav>"
)
SHARE = '<div class="share-bar"><p>Share this with all the people whom you know and like, or with others too.</p></div>'


def read(body: str, *, head: str = "", kind: str = "text/html; charset=utf-8") -> fulltext.FullText:
    page = (
        f"<!doctype html><html><head><title>Bridge opens | Varda Herald</title>{head}</head><body>{body}</body></html>"
    )
    return fulltext.read(Response(URL, headers=(("content-type", kind),), body=page.encode()))


def text(body: str, *, head: str = "") -> str:
    return plain(read(body, head=head).document)


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | fields)}</script>'


@pytest.mark.parametrize(
    "body",
    [
        f"{MENU}<article><h1>Bridge opens</h1>{TEXT}{SHARE}</article><footer>{MENU}</footer>",
        f'{MENU}<div itemprop="articleBody">{TEXT}</div>{SHARE}',
        f'{MENU}<div property="schema:articleBody">{TEXT}</div>{SHARE}',
        f"{MENU}<main><h2>Bridge opens</h2>{TEXT}<aside><p>{FIRST}</p></aside></main>",
        f'{MENU}<div role="main">{TEXT}</div>{SHARE}',
        f'{MENU}<div id="wrap"><div class="x">{TEXT}</div><div class="y">{MENU}</div></div>',
        f"<table><tr><td>{MENU}</td><td>{TEXT}</td></tr></table>",
        f"{MENU}<div><div>{'<br><br>'.join(PARTS)}</div></div>{SHARE}",
    ],
)
def test_the_text_is_found_and_what_stands_around_it_is_not(body: str) -> None:
    assert text(body) == "\n\n".join(PARTS)


def test_a_text_spread_over_neighbours_is_found_whole() -> None:
    body = f"{MENU}<div><div><p>{FIRST}</p></div><div><p>{SECOND}</p></div><div><p>{THIRD}</p></div></div>"
    assert text(body) == "\n\n".join(PARTS)


def test_an_article_that_is_a_teaser_of_another_gives_way_to_the_text() -> None:
    teaser = "<article><a href='/2'>Storm</a><p>The storm is on its way, says the weather office.</p></article>"
    assert text(f"{teaser}<div>{TEXT}</div>{teaser}") == "\n\n".join(PARTS)


def test_of_several_articles_the_one_with_most_prose_is_read() -> None:
    assert text(f"<article><p>{FIRST}</p></article><article>{TEXT}</article>") == "\n\n".join(PARTS)


def test_what_the_page_states_is_read_where_it_shows_nothing() -> None:
    found = text("<div id='app'></div>", head=ld(articleBody="\n".join(PARTS)))
    assert found == "\n\n".join(PARTS)
    assert text("<div id='app'></div>", head=ld(articleBody=TEXT)) == "\n\n".join(PARTS)
    escaped = "\n".join(PARTS).replace("“", "&ldquo;").replace("”", "&rdquo;")
    assert text("", head=ld(articleBody=escaped)) == "\n\n".join(PARTS)


def test_the_page_itself_is_read_where_it_has_what_it_states_for_it_has_the_links() -> None:
    linked = TEXT.replace("Ada Lind", '<a href="/people/lind">Ada Lind</a>')
    document = read(f"<article>{linked}</article>", head=ld(articleBody=" ".join(PARTS))).document
    assert links(document) == ("https://varda.example/people/lind",)
    assert len(document) == 3


def test_what_the_page_states_is_read_where_it_shows_only_the_beginning() -> None:
    long = "\n".join(PARTS * 4)
    assert text(f"<article>{TEXT}</article>", head=ld(articleBody=long)).count(FIRST) == 4


def test_addresses_are_resolved_against_the_base_of_the_page() -> None:
    plan = '<p><img src="span.jpg" alt="The span"><a href="plan">The plan of the works, in full</a></p>'
    body = f"<article>{TEXT}{plan}</article>"
    assert links(read(body).document) == (
        "https://varda.example/news/span.jpg",
        "https://varda.example/news/plan",
    )
    assert (
        links(read(body, head='<base href="https://cdn.example/a/">').document)[0] == "https://cdn.example/a/span.jpg"
    )


def test_lists_quotes_and_pictures_of_a_text_stay() -> None:
    body = (
        f"<article>{TEXT}<figure><img src='/1.jpg' alt='A bearing'></figure><blockquote><p>{THIRD}</p></blockquote>"
        "<ul><li>opens at six</li><li>closes at ten</li></ul></article>"
    )
    kinds = [type(block) for block in read(body).document]
    assert kinds == [Paragraph, Paragraph, Paragraph, Media, Quote, Listing]


def test_a_list_of_links_to_other_pages_goes_and_a_link_in_a_sentence_stays() -> None:
    related = "".join(f'<li><a href="/{n}">More about the bridge, part {n}</a></li>' for n in range(5))
    found = text(
        f"<article>{TEXT}<ul>{related}</ul><p>See <a href='/plan'>the plan</a>, which the city keeps.</p></article>"
    )
    assert "More about" not in found
    assert found.endswith("See the plan, which the city keeps.")


def test_a_text_in_an_element_that_is_called_like_something_beside_it_is_read() -> None:
    assert text(f'<body class="has-sidebar"><div class="story social"><div>{TEXT}</div></div>') == "\n\n".join(PARTS)


@pytest.mark.parametrize("name", ["form", "aside", "footer"])
def test_an_element_that_stands_beside_a_text_is_read_where_the_text_is_in_it(name: str) -> None:
    assert text(f"<{name} action='/page.aspx'>{MENU}<div>{TEXT}</div></{name}>") == "\n\n".join(PARTS)


def test_a_picture_for_those_without_scripts_stays() -> None:
    picture = "<figure><noscript><img src='/1.jpg' alt='A bearing'></noscript></figure>"
    assert Media("image", "https://varda.example/1.jpg", "A bearing") in read(f"<main>{TEXT}{picture}</main>").document


def test_a_plain_text_is_its_own_page() -> None:
    found = fulltext.read(Response(URL, headers=(("content-type", "text/plain"),), body=b"One.\n\nTwo."))
    assert plain(found.document) == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<div id=app></div><script>start()</script>", "only a browser can show"),
        ("<p>Please sign in.</p><form><input type=password></form>", "asks to sign in"),
        (ld(isAccessibleForFree="False") + "<p>Read on as a member.</p>", "subscribers only"),
        (MENU, "No text was found"),
    ],
)
def test_a_page_without_a_text_says_why(body: str, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        read(body)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [(b"", "empty"), (b"%PDF-1.7 ...", "a PDF document"), (b'{"a": 1}', "JSON"), (b"<rss version='2.0'/>", "a feed")],
)
def test_what_is_no_page_says_what_it_is(body: bytes, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        fulltext.read(Response(URL, body=body))


def test_what_is_shown_of_a_text_for_subscribers_says_that_there_is_more() -> None:
    found = read(f"<article>{TEXT}</article>", head=ld(isAccessibleForFree=False))
    assert plain(found.document).startswith(FIRST)
    assert "subscribers" in found.note


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<div class=share>", "</div>", "<article>", "</article>", "<main>", "<aside>", "<a href=x>", "</a>",
     "<ul>", "<li>", "<br>", FIRST, "\x1b[2J", "\u202e", "<script>", "</script>", "<base href='//'>", "<h1>", "<td>"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=60))
def test_whatever_a_page_is_there_comes_a_safe_text_or_a_sentence(pieces: list[str]) -> None:
    try:
        found = text("".join(pieces))
    except ParseError as error:
        found = str(error)
    assert found.strip()
    assert not set(found) & {"\x1b", "\u202e"}


def test_a_page_of_a_hundred_thousand_elements_is_read_in_time() -> None:
    deep = "<div>" * 300 + TEXT + "</div>" * 300
    wide = f"<div>{'<span>a</span>' * 60_000}</div>" + f"<p>{FIRST}</p>" * 20_000
    assert FIRST in text(wide)
    assert text(deep) == "\n\n".join(PARTS)


@pytest.mark.parametrize(
    ("name", "first", "last", "never"),
    [
        ("not-live/guardian-amp-article-2016.html", "World stock markets surged", "an ounce.", "Sign up"),
        ("not-live/timesofisrael-article-2020.html", "Raquel Montoya-Lewis", "what is just.”", "Register"),
        (
            "feeds/discovery/readability/ars-1.html",
            "A flaw in the wildly popular",
            "if company officials respond.",
            "Login",
        ),
        ("feeds/discovery/readability/001.html", "So finally you're testing", "Happy testing!", "Sign in"),
    ],
)
def test_articles_of_publishers_are_found(shared: Path, name: str, first: str, last: str, never: str) -> None:
    found = plain(fulltext.read(Response(URL, body=(shared / "samples" / name).read_bytes())).document)
    assert first in found[:400]
    assert found.endswith(last)
    assert never not in found
