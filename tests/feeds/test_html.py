"""What becomes of foreign HTML."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import admission, document, html
from feeds.document import (
    BOLD,
    CODE,
    INSERTED,
    ITALIC,
    STRUCK,
    Block,
    Cell,
    Code,
    Document,
    Heading,
    Listing,
    Media,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    plain,
)
from feeds.html import blocks, pages
from feeds.html.titles import MAX_TITLE

BASE = "https://news.example/live/today"


def of(markup: str) -> Document:
    return html.document(markup, BASE)


def p(*runs: Run | str) -> Paragraph:
    return Paragraph(tuple(run if isinstance(run, Run) else Run(run) for run in runs))


# ------------------------------------------------------------------ white space and paragraphs


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ()),
        (" \n\t ", ()),
        ("&nbsp;", ()),
        ("<p></p><p> &nbsp; </p><div><br></div>", ()),
        ("plain  text\n here", (p("plain text here"),)),
        ("<p>one</p><p>two</p>", (p("one"), p("two"))),
        ("before<p>one</p>between<div>two</div>after", (p("before"), p("one"), p("between"), p("two"), p("after"))),
        ("<div>one<div>two</div>three</div>", (p("one"), p("two"), p("three"))),
        ("one<br>two <br/> three<br>", (p("one\ntwo\nthree"),)),
        ("one<br><br>two<br> &nbsp; <br>three", (p("one"), p("two"), p("three"))),
        ("<p>a&nbsp;&nbsp;b &nbsp; c&nbsp;</p>", (p("a  b   c"),)),
        ("a <b> b </b> c", (p("a ", Run("b ", BOLD), "c"),)),
        ("<b>a</b> <b>b</b>", (p(Run("a", BOLD), " ", Run("b", BOLD)),)),
        ("a<span> b</span><span>c </span>", (p("a bc"),)),
        ("<!-- no -->yes<!--[if mso]><p>no</p><![endif]-->", (p("yes"),)),
        ("a\u2028b\r\nc", (p("a b c"),)),
    ],
)
def test_white_space_is_as_browsers_show_it(markup: str, expected: Document) -> None:
    assert of(markup) == expected


@pytest.mark.parametrize(
    ("markup", "style"),
    [
        ("<b>x</b>", BOLD), ("<strong>x</strong>", BOLD), ("<i>x</i>", ITALIC), ("<em>x</em>", ITALIC),
        ("<cite>x</cite>", ITALIC), ("<code>x</code>", CODE), ("<kbd>x</kbd>", CODE), ("<s>x</s>", STRUCK),
        ("<del>x</del>", STRUCK), ("<ins>x</ins>", INSERTED), ("<u>x</u>", 0), ("<b><i>x</i></b>", BOLD | ITALIC),
        ("<B><I><CODE>x", BOLD | ITALIC | CODE),
    ],
)  # fmt: skip
def test_styles_are_kept(markup: str, style: int) -> None:
    assert of(f"a {markup}") == (p("a ", Run("x", style)) if style else p("a x"),)


def test_blocks_inside_inline_elements_keep_its_style_and_link() -> None:
    assert of("<b><div>one</div><div>two</div></b>three") == (p(Run("one", BOLD)), p(Run("two", BOLD)), p("three"))
    link = "https://news.example/a"
    assert of("<a href=/a><div>one</div><h3>two</h3></a>x") == (
        p(Run("one", 0, link)),
        Heading((Run("two", 0, link),), 3),
        p("x"),
    )


def test_quotations_in_the_line_have_their_marks() -> None:
    assert of("He said <q>no</q>.") == (p("He said “no”."),)


# ------------------------------------------------------------------ links


@pytest.mark.parametrize(
    ("reference", "link"),
    [
        ("https://x.example/a?b=1&amp;c=2", "https://x.example/a?b=1&c=2"),
        ("../up", "https://news.example/up"),
        ("//x.example/", "https://x.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("#part", "https://news.example/live/today#part"),
        (" /a b\n", "https://news.example/a%20b"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("&#106;avascript:x", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("vbscript:x", ""),
        ("http://", ""),
        ("", ""),
    ],
)
def test_links_are_absolute_and_safe_or_only_text(reference: str, link: str) -> None:
    assert of(f'<a href="{reference}">go</a> on') == ((p(Run("go", 0, link), " on") if link else p("go on")),)


def test_the_pages_own_base_counts_the_first_one() -> None:
    assert document.links(of('<base href="/b/"><base href="/c/"><a href=x>x</a>')) == ("https://news.example/b/x",)
    assert document.links(of('<base href="javascript:x"><a href=x>x</a>')) == ("https://news.example/live/x",)


def test_without_a_base_relative_links_are_text() -> None:
    assert html.document("<a href=x>x</a><img src=y.png>") == (p("x"),)


# ------------------------------------------------------------------ headings, quotes, rules, verbatim text


def test_headings_have_their_level_and_none_is_empty() -> None:
    assert of("<h1>One</h1><h2> <b>T</b>wo </h2><h6>Six</h6><h3></h3>tail") == (
        Heading((Run("One"),), 1),
        Heading((Run("T", BOLD), Run("wo")), 2),
        Heading((Run("Six"),), 6),
        p("tail"),
    )


def test_quotes_hold_blocks() -> None:
    assert of("<blockquote>a<p>b</p><blockquote>c</blockquote></blockquote>d") == (
        Quote((p("a"), p("b"), Quote((p("c"),)))),
        p("d"),
    )
    assert of("<blockquote> </blockquote>") == ()


def test_posts_of_social_networks_are_quotes_with_their_link() -> None:
    tweet = (
        '<blockquote class="twitter-tweet"><p lang="en">Bridge shut</p>&mdash; Vell Police (@vell) '
        '<a href="https://twitter.com/vell/status/1">1 March</a></blockquote><script src="x.js"></script>'
    )
    (quote,) = of(tweet)
    assert isinstance(quote, Quote)
    assert plain(quote.blocks) == "Bridge shut\n\n— Vell Police (@vell) 1 March"
    assert document.links((quote,)) == ("https://twitter.com/vell/status/1",)
    bare = '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/1/"></blockquote>'
    assert of(bare) == (Media("embed", "https://www.instagram.com/p/1/"),)


def test_rules_in_a_row_are_one() -> None:
    assert of("a<hr><hr/> <hr>b") == (p("a"), Rule(), p("b"))


def test_preformatted_text_is_verbatim() -> None:
    assert of("<pre>\n  one\n\ttwo   three  \n\n  <b>four</b><br>five\n</pre>after") == (
        Code("  one\n\ttwo   three\n\n  four\nfive"),
        p("after"),
    )
    assert of("<pre><div>a</div><div>b</div></pre>") == (Code("a\nb"),)
    assert of("<pre>a&nbsp;&lt;b&gt;") == (Code("a <b>"),)
    assert of("<pre> \n </pre>") == ()


# ------------------------------------------------------------------ lists


def test_lists_are_nested_and_numbered() -> None:
    assert of("<ul><li>a<li><p>b</p><ol><li>x</ol></ul>") == (Listing(((p("a"),), (p("b"), Listing(((p("x"),),), 1)))),)
    assert of("<ol start=3><li>a</li><li>b</li></ol>") == (Listing(((p("a"),), (p("b"),)), 3),)
    assert of("<ol start=x><li>a</ol>") == (Listing(((p("a"),),), 1),)
    assert of("<ol start=-1><li>a</ol>") == (Listing(((p("a"),),), -1),)
    assert of(f"<ol start={'9' * 5000}><li>a</ol>") == (Listing(((p("a"),),), 1),)


def test_a_number_out_of_order_begins_a_new_stretch() -> None:
    assert of("<ol><li>a<li value=5>b<li>c</ol>") == (Listing(((p("a"),),), 1), Listing(((p("b"),), (p("c"),)), 5))
    assert of("<ol><li value=3>a<li value=4>b</ol>") == (Listing(((p("a"),), (p("b"),)), 3),)


def test_lists_in_lists_without_an_item_belong_to_the_item_before() -> None:
    assert of("<ul><li>a</li><ul><li>b</li></ul>text</ul>") == (Listing(((p("a"), Listing(((p("b"),),)), p("text")),)),)
    assert of("<ul>text<li>a</ul>") == (Listing(((p("text"),), (p("a"),))),)


def test_items_outside_of_a_list_make_one() -> None:
    assert of("<li>a</li> <li>b</li>c<li>d") == (Listing(((p("a"),), (p("b"),))), p("c"), Listing(((p("d"),),)))


def test_items_whose_end_tag_is_hidden_behind_others_end_all_the_same() -> None:
    assert of("<ul><li><div>a<li>b</div></ul>c") == (Listing(((p("a"),), (p("b"),))), p("c"))
    assert of("<ul><li></li><li> </li></ul>") == ()


def test_definitions_are_items_with_a_bold_term() -> None:
    assert of("<dl><dt>T<dd>one<dd>two<dt>U</dt><dd><p>three</p></dd></dl>end") == (
        Listing(((p(Run("T", BOLD)), p("one"), p("two")), (p(Run("U", BOLD)), p("three")))),
        p("end"),
    )


def test_details_show_everything() -> None:
    assert of("<details><summary>More</summary><p>hidden no longer</p></details>") == (
        p(Run("More", BOLD)),
        p("hidden no longer"),
    )


# ------------------------------------------------------------------ tables


def test_tables_are_rows_of_cells() -> None:
    markup = (
        "<table><caption>Tides</caption><thead><tr><th>Place<th>Metres</thead><tbody><tr><td>Vell<td><b>2</b><br>high"
        "<tr><td><p>a</p><p>b</p><td></table>after"
    )
    assert of(markup) == (
        p("Tides"),
        Table(
            (
                (Cell((Run("Place"),), True), Cell((Run("Metres"),), True)),
                (Cell((Run("Vell"),)), Cell((Run("2\n", BOLD), Run("high")))),
                (Cell((Run("a\nb"),)), Cell(())),
            )
        ),
        p("after"),
    )


def test_rows_without_anything_are_left_out() -> None:
    assert of("<table><tr><td>&nbsp;<td> <tr><td>a<td>b</table>") == (Table(((Cell((Run("a"),)), Cell((Run("b"),))),)),)
    assert of("<table><tr><td></table>") == ()


@pytest.mark.parametrize(
    "markup",
    [
        "<table><tr><td><h2>Title</h2>text</td></tr></table>",
        "<table><tr><td><h2>Title</h2></td></tr><tr><td>text</td></tr></table>",
        "<table><tr><td><table><tr><td><h2>Title</h2></td></tr></table></td><td>text</td></tr></table>",
        "<table role=presentation><tr><td><h2>Title</h2></td><td>text</td></tr></table>",
        "<table><tr><td><h2>Title</h2><td>text</table>",
    ],
)
def test_a_table_that_lays_out_a_page_is_none(markup: str) -> None:
    assert of(markup) == (Heading((Run("Title"),), 2), p("text"))


def test_pictures_and_lists_in_a_table_with_a_header_become_lines() -> None:
    rows = "<tr><th>A<th>B<tr><td><img src=/f.png alt=Vell> 1<td><ul><li>x<li>y</ul><tr><td><img src=/g.png>"
    markup = f"<table>{rows}</table>"
    (table,) = of(markup)
    assert isinstance(table, Table)
    assert plain((table,)) == "A | B\n[image: Vell]\n1 | - x\n- y"
    assert document.links((table,)) == ("https://news.example/f.png",)


# ------------------------------------------------------------------ pictures


def image(url: str, caption: str = "") -> Media:
    return Media("image", f"https://news.example{url}" if url else "", caption)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<img src=/a.png>", (image("/a.png"),)),
        ('<img src=/a.png alt=" A  map ">', (image("/a.png", "A map"),)),
        ("<img src=/a.png title=T>", (image("/a.png", "T"),)),
        ("<img alt=Words>", (image("", "Words"),)),
        ("<img>", ()),
        ("<img src=javascript:x>", ()),
        ("<img src=data:image/gif;base64,R0 data-src=/real.png>", (image("/real.png"),)),
        ("<img src=/blank.gif data-lazy-src=/real.png>", (image("/real.png"),)),
        ('<img srcset="/s.png 320w, /l.png 1280w, /m.png 640w">', (image("/l.png"),)),
        ("<picture><source srcset=/a.webp><img src=/a.png alt=A></picture>", (image("/a.png", "A"),)),
        ("<amp-img src=/a.png alt=A><noscript><img src=/a.png></noscript></amp-img>", (image("/a.png", "A"),)),
        ("<img src=/p.gif width=1 height=1>", ()),
        ("<img src=/p.gif height=0>", ()),
        ('<img src=/p.gif style="width:1px;height:1px">', ()),
        ("<img src=/p.gif style=display:none>", ()),
        ("<img src=/wide.png width=100 height=100>", (image("/wide.png"),)),
        ("a<img src=/a.png>b", (p("a"), image("/a.png"), p("b"))),
        ("<a href=/x><img src=/a.png alt=A></a>", (image("/a.png", "A"),)),
        ('fine <img class="emoji" alt="🌊" src=/e.png> day', (p("fine 🌊 day"),)),
    ],
)
def test_pictures_are_lines_with_their_words(markup: str, expected: Document) -> None:
    assert of(markup) == expected


@pytest.mark.parametrize(
    ("lazy", "shown"),
    [
        ("<img src=data:x data-src=/a.png alt=A>", "<img src=/a.png alt=A>"),
        ("<img src=/a.png>", "<img src=/a.png>"),
        ("<img src=data:x alt=A>", "<img src=/a.png alt=A>"),
    ],
)
def test_a_picture_for_readers_without_scripts_is_no_second_one(lazy: str, shown: str) -> None:
    (only,) = of(f"{lazy}<noscript>Please enable JavaScript {shown}</noscript>")
    assert isinstance(only, Media)
    assert only.url == "https://news.example/a.png"


def test_what_is_only_for_readers_without_scripts_shows_its_pictures() -> None:
    assert of("<noscript>no words<img src=/a.png></noscript>") == (image("/a.png"),)
    assert of('<noscript><img height="1" width="1" src="https://count.example/x"></noscript>') == ()


def test_figures_give_their_caption_to_the_picture() -> None:
    assert of("<figure><img src=/a.png alt=x><figcaption>The <b>quay</b></figcaption></figure>") == (
        image("/a.png", "The quay"),
    )
    assert of('<div class="wp-caption"><img src=/a.png><p class="wp-caption-text">The quay</p></div>after') == (
        image("/a.png", "The quay"),
        p("after"),
    )
    assert of("<figure><img src=/a.png><img src=/b.png><figcaption>Both</figcaption></figure>") == (
        image("/a.png"),
        image("/b.png"),
        p("Both"),
    )
    assert of("<figure><pre>x</pre><figcaption>A listing</figcaption></figure>") == (Code("x"), p("A listing"))


# ------------------------------------------------------------------ embeds, forms


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<iframe src=https://www.youtube.com/embed/1></iframe>", Media("video", "https://www.youtube.com/embed/1")),
        ("<iframe data-src=//maps.example/x title=Map>no</iframe>", Media("embed", "https://maps.example/x", "Map")),
        ("<iframe src=https://w.soundcloud.com/player></iframe>", Media("audio", "https://w.soundcloud.com/player")),
        ("<video src=/v.mp4>Your browser is old.</video>", Media("video", "https://news.example/v.mp4")),
        ("<video><source src=/v.mp4><p>Old.</p></video>", Media("video", "https://news.example/v.mp4")),
        ("<video></video>", Media("video")),
        ("<audio controls><source src=/a.mp3></audio>", Media("audio", "https://news.example/a.mp3")),
        ("<embed src=/x>", Media("embed", "https://news.example/x")),
        ("<object data=/x></object>", Media("embed", "https://news.example/x")),
        ("<object><param name=movie value=/m><embed src=/m></object>", Media("embed", "https://news.example/m")),
        ("<amp-youtube data-videoid=ab_C-1></amp-youtube>", Media("video", "https://www.youtube.com/watch?v=ab_C-1")),
        ("<amp-twitter data-tweetid=12></amp-twitter>", Media("embed", "https://twitter.com/i/status/12")),
        (
            '<amp-instagram data-shortcode="x/../y"></amp-instagram>',
            Media("embed"),
        ),
        (
            "<amp-iframe src=https://m.example/1><amp-img src=/p.png></amp-iframe>",
            Media("embed", "https://m.example/1"),
        ),
        ("<amp-video><source src=/v.mp4></amp-video>", Media("video", "https://news.example/v.mp4")),
    ],
)
def test_what_is_embedded_is_a_line_with_its_link(markup: str, expected: Media) -> None:
    assert of(f"a{markup}b") == (p("a"), expected, p("b"))


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x</script>", "<style>x</style>", "<template><p>x</p></template>", "<head><title>x</title></head>",
        "<noscript>x</noscript>", "<p hidden>x</p>", '<div style="color: red; DISPLAY : none">x<p>y</p></div>',
        "<span style=visibility:hidden>x</span>", "<svg><title>x</title><text>y</text></svg>", "<canvas>x</canvas>",
        "<iframe hidden src=/x></iframe>", "<iframe width=0 height=0 src=/x></iframe>", "<amp-ad src=/x>x</amp-ad>",
        "<amp-pixel src=/x></amp-pixel>", "<select><option>x</select>", "<textarea>x</textarea>",
        "<button>x</button>", "<script><!-- <p>x</p> --></script>", "<?php echo 'x' ?>", "<!DOCTYPE html>",
    ],
)  # fmt: skip
def test_what_browsers_do_not_show_is_left_out(markup: str) -> None:
    assert plain(of(f"a{markup}b")).replace("\n", "") == "ab"


def test_what_is_hidden_from_screen_readers_alone_is_shown() -> None:
    assert of("<p aria-hidden=true>a</p><p hidden=until-found>b</p>") == (p("a"), p("b"))


def test_forms_keep_their_text_and_stand_for_their_controls() -> None:
    markup = "<form action=/vote><p>Who wins?</p><label><input type=radio> A</label><button>Vote</button></form>"
    assert of(markup) == (p("Who wins?"), p("A"), Media("form", "https://news.example/vote"))
    assert of("<form><p>a page</p><input type=hidden></form>") == (p("a page"),)


# ------------------------------------------------------------------ safety and bounds


DIRT = "\x1b]52;c;eA==\x07 \0 \x9b31m &#27; &#x9d; &#155; \u202e \u2066 \x7f &#0; &#xD800; \ud800 &#x110000; \ufffe"
DIRT += " e\u0301"


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def assert_safe(found: Document) -> None:
    for string in strings(msgspec.to_builtins(found)):
        for character in string:
            assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"), repr(string)
            assert not "\u202a" <= character <= "\u202e", repr(string)
            assert not "\u2066" <= character <= "\u2069", repr(string)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Document) == found
    assert admission._document(found) == found, "the last check would change it"
    for link in document.links(found):
        assert link.startswith(("http://", "https://", "mailto:"))
        assert link.isascii()
    for block in walk(found):
        match block:
            case Paragraph(runs) | Heading(runs):
                assert document.runs_text(runs).strip()
            case Quote(inner):
                assert inner
            case Listing(items):
                assert items
            case Table(rows):
                assert any(len(row) > 1 for row in rows)
            case _:
                pass


def walk(found: Document) -> Iterator[Block]:
    for block in found:
        yield block
        match block:
            case Quote(inner):
                yield from walk(inner)
            case Listing(items):
                for item in items:
                    yield from walk(item)
            case _:
                pass


def test_no_control_character_gets_through_anywhere() -> None:
    markup = (
        f'<p title="{DIRT}">{DIRT}<a href="https://x.example/{DIRT}">{DIRT}</a><img alt="{DIRT}" src="/{DIRT}">'
        f'<pre>{DIRT}</pre><table><tr><td>{DIRT}<td>{DIRT}</table><iframe src="/{DIRT}" title="{DIRT}"></iframe>'
        f"<figure><img src=/x><figcaption>{DIRT}</figcaption></figure><{DIRT}>"
    )
    found = of(markup)
    assert_safe(found)
    assert "]52;c;eA==" in plain(found)
    assert "é" in plain(found)


@pytest.mark.parametrize("reference", ["&#" + "9" * 5000 + ";", "&#x" + "f" * 5000 + ";", "&#-1;", "&#99999999999;"])
def test_a_reference_to_no_character_costs_at_most_that_character(reference: str) -> None:
    found = plain(of(f"<p>before {reference} after</p><p>next</p>"))
    assert found.startswith("before ")
    assert found.endswith(" after\n\nnext")


@pytest.mark.parametrize("tag", ["blockquote", "ul><li", "ol><li", "table><tr><td", "dl><dd", "div", "b", "figure"])
def test_depth_is_bounded_and_the_text_is_kept(tag: str) -> None:
    levels = 100
    markup = (
        f"<{tag}>" * levels + "deep" + "".join(f"</{name}>" for name in reversed(tag.split("><"))) * levels + "after"
    )
    found = of(markup)
    assert_safe(found)
    assert "deep" in plain(found)
    assert plain(found).endswith("after")


def depth(found: Document) -> int:
    inner = [
        each for block in found if isinstance(block, Quote | Listing)
        for each in ([block.blocks] if isinstance(block, Quote) else block.items)
    ]  # fmt: skip
    return 1 + max(map(depth, inner), default=0)


def test_documents_are_less_deep_than_the_border_admits() -> None:
    for tag in ("blockquote", "ul><li", "li", "dd", "blockquote><table><tr><td><ul><li"):
        assert depth(of(f"<{tag}>" * 2000 + "x")) < admission.MAX_DEPTH, tag
        assert depth(of(f"<{tag}>y" * 300 + "x")) < admission.MAX_DEPTH, tag


def test_what_opens_more_than_a_thousand_elements_ends_there() -> None:
    assert of("<p>before</p>" + "<b>" * (pages.MAX_OPEN + 1) + "after") == (p("before"),)


def test_long_texts_are_cut_to_bounds() -> None:
    long = of("<p>" + "word " * 100_000 + "</p><p>after</p>")
    assert len(plain(long)) <= blocks.MAX_TEXT
    many = of("<p>x</p>" * (blocks.MAX_BLOCKS + 10))
    assert len(many) == blocks.MAX_BLOCKS
    cells = of("<table><tr>" + "<td>x" * 20_000 + "</table>")
    assert isinstance(cells[0], Table)
    assert len(cells[0].rows[0]) <= blocks.MAX_BLOCKS
    items = of("<ul>" + "<li>x" * 20_000 + "</ul>")
    assert isinstance(items[0], Listing)
    assert len(items[0].items) <= blocks.MAX_BLOCKS
    assert plain(of("<p>a</p>" + "<!-- -->" * 200_000 + "<p>b</p>")) == "a"


def test_a_text_of_numeric_references_is_no_longer_than_it_reads() -> None:
    assert plain(of("&#1071;" * 100_000)) == "Я" * 100_000


N = 1_000_000


@pytest.mark.parametrize(
    "markup",
    [
        "<a " + " ".join(f"a{number}=1" for number in range(N // 8)) + ">x",
        "<div>" * (N // 5),
        "<div>" * 900 + "</span>" * (N // 8),
        "<p>paragraph</p>" * (N // 16),
        '<a href="/x">y</a>' * (N // 18),
        "<" * N,
        "<a " * (N // 3),
        "<!--" * (N // 4),
        "<!-- " + "-- " * (N // 3),
        "<br>x" * (N // 5),
        "<ul><li>" * (N // 8),
        "<li>x" * (N // 5),
        "<table><tr>" + "<td>x" * (N // 5),
        "<table><tr><td>" * (N // 15),
        '<p style="' + "display: " * (N // 9) + '">x</p>',
        '<p style="' + "a:url(" * (N // 6) + '">x</p>',
        "<img src=/x.jpg>" * (N // 16),
        '<img srcset="' + "a 1w, " * (N // 6) + '">',
        "<dl>" + "<dd>x" * (N // 5),
        "<i>a</i>b" * (N // 9),
        "e" + "\u0301" * N,
        "<select>" + "<option>" * (N // 8),
        "<template>" * (N // 10),
        "<![CDATA[" * (N // 9),
        "<pre>" + "<div>x</div>" * (N // 12),
        "<figure><img src=x><figcaption>x" * (N // 40),
        '<a x="' + "'\"" * (N // 2),
        "&" * N,
    ],
    ids=lambda markup: markup[:14].replace("\u0301", "."),
)
def test_a_megabyte_of_anything_takes_little_time(markup: str) -> None:
    start = time.process_time()
    assert_bounded(html.document(markup, BASE))
    assert time.process_time() - start < 2.5


def assert_bounded(found: Document) -> None:
    assert len(found) <= blocks.MAX_BLOCKS
    assert len(plain(found)) < 2 * blocks.MAX_TEXT


PIECES = [
    "<p>", "</p>", "<b>", "</b>", "<a href='/x'>", "</a>", "<a href=javascript:x>", "<ul>", "</ul>", "<li>", "</li>",
    "<ol start=3>", "</ol>", "<li value=7>", "<blockquote>", "</blockquote>", "<table>", "</table>", "<tr>", "</tr>",
    "<td>", "</td>", "<th>", "</th>", "<pre>", "</pre>", "<br>", "<hr>", "<h2>", "</h2>", "<img src=/a.png alt=A>",
    "<figure>", "</figure>", "<figcaption>", "</figcaption>", "<noscript>", "</noscript>", "<iframe src=/x>",
    "</iframe>", "<video>", "</video>", "<source src=/v>", "<object>", "</object>", "<form>", "</form>", "<input>",
    "<dl>", "</dl>", "<dt>", "<dd>", "<q>", "</q>", "<base href='/b/'>", "<script>", "</script>", "<!--", "-->",
    "<svg>", "</svg>", "<div hidden>", "</div>", "<div>", "<details>", "<summary>", "</body>", "<html>", "<title>",
    "&nbsp;", "&#27;", "&#x9d;", "\x1b[31m", "\ud800", "\u202e", "x", " ", "word", "\n", "<o:p>", "<x y=1 y=2 =>",
    "<caption>", "</caption>", "<amp-img src=/b.png>", "</amp-img>", "<select>", "<textarea>", "<plaintext>", "<",
]  # fmt: skip
MARKUP = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=80))


@settings(deadline=None, max_examples=400)
@given(MARKUP, st.sampled_from([BASE, "", "x", "javascript:x", "http://[", "\ud800"]))
def test_any_markup_makes_a_safe_document(markup: str, base: str) -> None:
    assert_safe(html.document(markup, base))


@settings(deadline=None)
@given(st.lists(st.one_of(MARKUP, st.sampled_from(["<b>" * 2_000, "<p>&#1;", "<ul><li>"])), min_size=1, max_size=4))
def test_a_document_does_not_depend_on_those_before_it(markups: list[str]) -> None:
    one_after_another = [html.document(markup, BASE) for markup in markups]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_SHORT", -1)  # a parser for each
        assert one_after_another == [html.document(markup, BASE) for markup in markups]


def test_a_document_that_makes_a_reader_fail_leaves_nothing_behind() -> None:
    class Failing:
        def start(self, tag: str, attributes: pages.Attributes) -> None:
            raise ValueError(tag)

        def end(self, tag: str) -> None: ...
        def data(self, words: str) -> None: ...
        def close(self) -> None: ...

    with pytest.raises(ValueError, match="html"):
        pages.read("<p>a", Failing())
    assert html.document("<p>b") == (p("b"),)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([piece for piece in PIECES if piece != "&nbsp;"]), max_size=30).map("".join))
def test_the_html_of_a_document_makes_the_same_document(markup: str) -> None:
    found = of(markup)
    unlike = any(isinstance(block, Media) and not (block.kind == "image" and block.url) for block in walk(found))
    if not unlike and not any(isinstance(block, Table | Code | Rule) for block in walk(found)):
        assert of(document.html(found)) == found


def test_tables_and_verbatim_text_come_back_too() -> None:
    found = of("<table><tr><th>A<th>B<tr><td><b>1</b><td>2<br>3</table><pre>  a\n\n b</pre><hr><ol start=3><li>x</ol>")
    assert of(document.html(found)) == found


def test_pages_and_texts_of_others_are_read(shared: Path) -> None:
    folder = shared / "samples/feeds/html-text-inscriptis"
    for path in sorted(folder.glob("*.html")):
        expected = path.with_suffix(".txt").read_text()
        got = plain(html.document(path.read_text(), BASE))
        missing = [word for word in words(expected) if word not in set(words(got))]
        assert missing == [], path.name


def words(text: str) -> list[str]:
    return [word for word in "".join(c if c.isalnum() else " " for c in text).split() if len(word) > 2]


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("", ""),
        ("  Plain \n title ", "Plain title"),
        ("Fish &amp; chips", "Fish & chips"),
        ("That&amp;#8217;s it", "That’s it"),
        ("&#8220;Nature&#8221; don&#8217;t", "“Nature” don’t"),
        ("&amp;amp;amp;", "&amp;"),
        ("AT&T", "AT&T"),
        ("<b>Slack</b> Market", "Slack Market"),
        ("&lt;b&gt;Slack&lt;/b&gt; Market", "Slack Market"),
        ("1930ft<sup>2</sup>", "1930ft2"),
        ('<span class="x">New</span> bridge', "New bridge"),
        ('Cut <a href="/x">off', "Cut off"),
        ("<div>One</div><div>Two</div>", "One Two"),
        ("Two<br>lines<br/>", "Two lines"),
        ("How to use <div>", "How to use <div>"),
        ("How to use &lt;div&gt;", "How to use <div>"),
        ("In HTML, <b> is bold", "In HTML, <b> is bold"),
        ("1 < 2", "1 < 2"),
        ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
        ("<unknown>tag</unknown>", "<unknown>tag</unknown>"),
        ("I <3 tides", "I <3 tides"),
        ("a<!-- no -->b", "ab"),
        ("[Update] x [/foo]", "[Update] x [/foo]"),
        ("left \x1b]0;x\x07 &#27;[31m &#x9d; right", "left ]0;x [31m right"),
        ("😀 Žluť 世界", "😀 Žluť 世界"),
        ("&nbsp; a &nbsp; b", "a b"),
        ('Tide <script type="text/javascript">run("x < y")</script> tables', "Tide tables"),
        ("Tide <style>b { color: red }</style> tables", "Tide tables"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("The <script> element", "The <script> element"),
        ('Map <iframe src="/map"> of the bay', "Map of the bay"),
        ('Map <object data="/map"></object><link rel="x" href="/y"> of the bay', "Map of the bay"),
        (
            '<!DOCTYPE html PUBLIC "x"><html><head><title>Low tide</title></head><body><p>at noon</p></body></html>',
            "Low tide at noon",
        ),
        ("<!DOCTYPE ~", "<!DOCTYPE ~"),
        ("<blink>New</blink> bridge", "New bridge"),
    ],
)
def test_titles_are_one_line_of_plain_text(written: str, title: str) -> None:
    assert html.title(written) == title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Low tide", "Low tide"),
        ("How to use <div>", "How to use"),
        ("The &lt;blink&gt; tag", "The <blink> tag"),
        ("<p>The &lt;b&gt;bold&lt;/b&gt; tag</p>", "The <b>bold</b> tag"),
        ("Fish &amp;amp; chips, that&amp;#8217;s it", "Fish & chips, that’s it"),
        ("<unknown>tag</unknown> <my-own x>", "tag"),
        ("1 < 2, 3 > 2, I <3 tides", "1 < 2, 3 > 2, I <3 tides"),
        ('Low <a title="a > b" href="/x">tide</a>', "Low tide"),
        ("Low <a title=\"it's>tide", "Low tide"),
        ("One<br>two<p>three<li>four", "One two three four"),
        ("a<!-- <b> -->b<!-- -- x >c<?php x ?>d", "abcd"),
        ("Low<script>a = '</b>'</script> tide", "Low tide"),
        ("Low tide<style>b {}", "Low tide"),
        ("Map <iframe src=/map>of the bay</iframe>", "Map of the bay"),
        ("<!DOCTYPE ~", "<!DOCTYPE ~"),
        ('<img src=/x.png alt="x">', ""),
    ],
)
def test_in_a_title_that_says_it_is_markup_every_tag_is_one(written: str, title: str) -> None:
    assert html.title(written, markup=True) == title


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.text(max_size=60), st.lists(st.sampled_from([*PIECES, "&amp;", "lt;", "&lt;"]), max_size=20).map("".join)
    ),
    st.booleans(),
)
def test_any_title_is_one_clean_line(written: str, markup: bool) -> None:
    title = html.title(written, markup=markup)
    assert "\n" not in title
    assert title == title.strip()
    assert_safe((Paragraph((Run(title),)),) if title else ())


def test_titles_are_bounded() -> None:
    assert len(html.title("T" * 3_000_000)) == MAX_TITLE
    for piece in (
        "<a ",
        "<b>",
        "<!--",
        "&amp;",
        "</b>",
        "<b>x</b>",
        " \n",
        "<script>",
        '<a "',
        "<a '",
        "<?",
        '<a b="<',
    ):
        start = time.process_time()
        html.title(piece * 500_000)
        html.title(piece * 500_000, markup=True)
        assert time.process_time() - start < 0.5


# ------------------------------------------------------------------ trees


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xef\xbb\xbf", b"<!-- x -->", b"<html></html>", b"\xff\xfe"])
def test_an_empty_page_has_no_tree(body: bytes) -> None:
    assert html.tree(body) is None


def test_a_page_is_a_tree_with_one_root() -> None:
    body = b'<!doctype html><html lang="de"><head><title>T</title></head><body><p class=x>a<b>b</b>c</body></html><p>d'
    tree = html.tree(body)
    assert tree is not None
    assert tree.tag == "html"
    assert tree.get("lang") == "de"
    assert tree.findtext(".//title") == "T"
    assert [element.get("class") for element in tree.iter("p")] == ["x", None]
    assert "".join(map(str, tree.itertext())) == "Tabcd"


def test_scripts_are_verbatim() -> None:
    tree = html.tree(b'<script type="application/ld+json">{"a": "<b>1 & 2</b>"}</script>')
    assert tree is not None
    assert tree.findtext(".//script") == '{"a": "<b>1 & 2</b>"}'


@pytest.mark.parametrize(
    ("encoding", "charset", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8", "windows-1251", "koi8-r"),
        ("windows-1251", "windows-1251", ""),
        ("windows-1251", "", "windows-1251"),
        ("koi8-r", "", "koi8-r"),
        ("koi8-r", "undefined", "koi8-r"),
        ("utf-16", "windows-1251", ""),
    ],
)
def test_a_pages_encoding_is_found_out(encoding: str, charset: str, meta: str) -> None:
    head = f'<meta http-equiv=Content-Type content="text/html; charset={meta}">' if meta else ""
    tree = html.tree(f"<html>{head}<title>Новости дня".encode(encoding), charset)
    assert tree is not None
    assert tree.findtext(".//title") == "Новости дня"


def test_a_tree_has_bounds() -> None:
    deep = html.tree(b"<div>" * 900 + b"x")
    assert deep is not None
    levels, element = 0, deep
    while len(element):
        levels, element = levels + 1, element[0]
    assert levels <= pages.MAX_DEPTH + 1
    assert "".join(map(str, deep.itertext())) == "x"
    wide = html.tree(b"<p " + b" ".join(b"a%d=1" % number for number in range(50_000)) + b">x")
    assert wide is not None
    assert len(next(wide.iter("p")).attrib) == pages.MAX_ATTRIBUTES


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"<a " + b" ".join(b"a%d=1" % number for number in range(100_000)) + b">x",
        lambda: b"<p>x <b>y</b></p>" * 200_000,
        lambda: b"<div>" * 500_000,
        lambda: b"<meta " * 500_000,
        lambda: b"<div>" * 900 + b"</span>" * 100_000,
    ],
    ids=["attributes", "paragraphs", "depth", "metas", "ends"],
)
def test_a_large_page_takes_little_time(make: Callable[[], bytes]) -> None:
    body = make()
    start = time.process_time()
    html.tree(body)
    assert time.process_time() - start < 2.5


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(st.binary(max_size=100), MARKUP.map(lambda text: text.encode("utf-8", "surrogatepass"))),
    st.text(max_size=9),
)
def test_any_page_is_a_tree_or_none(body: bytes, charset: str) -> None:
    tree = html.tree(body, charset)
    assert tree is None or tree.tag == "html"


def test_a_formula_is_its_signs_and_not_its_source() -> None:
    formula = "<math><semantics><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>"
    formula += '<annotation encoding="application/x-tex">a + b</annotation></semantics></math>'
    assert plain(html.document(f"<p>The sum {formula} is known.</p>")) == "The sum a+b is known."
