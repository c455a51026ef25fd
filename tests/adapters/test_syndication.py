"""What the adapter for XML feeds makes of documents in every shape."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import document, markup, xmlfeed
from feeds.adapters.syndication import Syndication
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Pages, Visit
from feeds.model import Batch, Enclosure, Extent, Hints, Kind, Post
from feeds.sniff import MAX_ENTRIES
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll

ADAPTER = Syndication()
OURS = sorted(path.name for path in (PAGES / "syndication").iterdir())


def read(body: str | bytes, url: str = "https://feed.example/dir/feed.xml") -> Batch:
    return poll(ADAPTER, answer(body, url))


def rss(items: str, head: str = "", namespaces: str = "") -> str:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    )
    return f'<rss version="2.0" {spaces} {namespaces}><channel><title>T</title>{head}{items}</channel></rss>'


def item(inside: str) -> Post:
    (post,) = read(rss(f"<item>{inside}</item>")).posts
    return post


def atom(entries: str, head: str = "", attributes: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>T</title>{head}{entries}</feed>'


def entry(inside: str, head: str = "") -> Post:
    (post,) = read(atom(f"<entry>{inside}</entry>", head)).posts
    return post


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's numbers


# ------------------------------------------------------------------ the contract


def test_it_is_an_adapter() -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.name == "syndication"


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        ("https://a.example/feed.xml", Confidence.MAYBE),
        ("https://a.example/index.rdf?x=1", Confidence.MAYBE),
        ("https://a.example/blog/feed/", Confidence.MAYBE),
        ("https://a.example/rss", Confidence.MAYBE),
        ("https://a.example/atom#top", Confidence.MAYBE),
        ("https://a.example/live/ukraine", Confidence.NO),
        ("https://a.example/feed.json", Confidence.NO),
        ("https://a.example/feedback", Confidence.NO),
    ],
)
def test_an_address_alone_is_at_most_a_hint(url: str, confidence: Confidence) -> None:
    assert ADAPTER.claim(url) is confidence


def test_sniffing_knows_feeds_and_nothing_else() -> None:
    for name in OURS:
        assert ADAPTER.sniff(page(f"syndication/{name}")) is Confidence.MINE, name
    for body in ("", "<html>", '{"version": "https://jsonfeed.org/version/1"}', "<opml/>", "\0\0"):
        assert ADAPTER.sniff(answer(body)) is Confidence.NO


def test_the_request_asks_for_feeds() -> None:
    request = next(ADAPTER.poll(Visit(url="https://a.example/feed")))
    accept = dict(request.headers)["accept"]
    assert "application/rss+xml" in accept
    assert "application/atom+xml" in accept
    assert "*/*" in accept


@pytest.mark.parametrize("name", OURS)
def test_the_same_bytes_make_the_same_batch(name: str) -> None:
    response = page(f"syndication/{name}")
    first, second = poll(ADAPTER, response), poll(Syndication(), response)
    assert first == second
    assert first.kind is Kind.FEED
    assert first.coverage is None
    assert json.loads(json.dumps(first.cursor)) == first.cursor
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(first), type=Batch) == first


@pytest.mark.parametrize("name", OURS)
def test_a_document_cut_anywhere_is_read_or_refused(name: str) -> None:
    body = (PAGES / "syndication" / name).read_bytes()
    whole = poll(ADAPTER, answer(body))
    for size in range(0, len(body), 37):
        with contextlib.suppress(ParseError):
            batch = poll(ADAPTER, answer(body[:size]))
            assert len(batch.posts) <= len(whole.posts) + 1
            assert_clean(batch)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "empty"),
        ("<html><title>Login</title>", "web page (title “Login”)"),
        ("/etc/passwd", "plain text"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss/>', "entities"),
        ("{}", "JSON"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(body: str, says: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_feed_without_entries_is_a_feed() -> None:
    for body in ("<rss/>", "<rss><channel/></rss>", '<feed xmlns="http://www.w3.org/2005/Atom"/>', rss("")):
        assert read(body).posts == ()


# ------------------------------------------------------------------ whole documents


def test_an_rss_feed_is_read_in_full() -> None:
    batch = poll(ADAPTER, page("syndication/rss20.xml", "https://gazette.example/feeds/all.xml"))
    assert batch.title == "The Harbour Gazette & Tide Table"
    assert batch.description == "News from the harbour of Vell"
    assert batch.link == "https://gazette.example/news/"
    assert batch.language == "en-gb"
    assert batch.hints == Hints(interval=1800.0, skip_hours=(0, 3), skip_days=(0, 6))
    assert batch.extent is Extent.PART
    assert batch.problems == ()
    ferry, bare, permanent = batch.posts
    assert ferry.key == "tag:gazette.example,2026:/ferry?p=1&q=2"
    assert ferry.url == "https://gazette.example/ferry?a=1&b=2"
    assert ferry.title == "Ferry delayed by fog"
    assert ferry.authors == ("Mira Oduya", "Tomas Ek")
    assert ferry.published == at(2026, 2, 13, 8, 31)
    assert ferry.updated == at(2026, 2, 13, 10)
    assert plain(ferry.body).startswith("The ferry to Vell waits.\n\nFog is expected until noon.")
    assert document.links(ferry.body)[0] == "https://gazette.example/vell"
    assert ferry.body[-1] == Media("image", "https://gazette.example/ferry.jpg")
    assert plain(ferry.summary) == "A short word on the ferry."
    assert ferry.tags == ("Sea", "Fog & wind")
    assert ferry.enclosures == (
        Enclosure("https://gazette.example/feeds/audio/ferry.mp3", "audio/mpeg", 12345),
        Enclosure("https://gazette.example/ferry.mp4", "video/mp4", 99),
    )
    assert ferry.origin == "Coast Wire"
    assert ferry.language == "en-gb"
    assert (bare.key, bare.url, bare.title, bare.authors) == ("", None, "", ())
    assert plain(bare.body) == "Only a text: no title, no link, no id."
    assert bare.summary == ()
    assert bare.published == at(2026, 2, 13, 8)
    assert bare.updated is None
    assert permanent.url == "https://gazette.example/original"
    assert permanent.key == "https://gazette.example/permanent"
    assert permanent.authors == ("desk@gazette.example",)
    assert permanent.body == (Media("image", "https://gazette.example/feeds/thumb.jpg"),)


def test_an_atom_feed_is_read_in_full() -> None:
    batch = poll(ADAPTER, page("syndication/atom10.xml", "https://cdn.example/x"))
    assert batch.title == "Sternwarte ’s Blog"
    assert batch.description == "Beobachtungen"
    assert batch.link == "https://observatory.example/blog/"
    assert batch.language == "de"
    assert batch.extent is Extent.WHOLE
    comet, talk, taken, gone = batch.posts
    assert comet.key == "t3_42tizy"
    assert comet.title == "A comet, 1 < 2"
    assert comet.url == "https://observatory.example/blog/2026/comet"
    assert comet.authors == ("Ilse Brandt", "Per Aas")
    assert comet.published == at(2026, 2, 12, 21)
    assert comet.updated is not None
    assert comet.updated.replace(microsecond=0) == at(2026, 2, 13, 6, 30)
    assert plain(comet.body) == "It is bright.\nVery."
    assert document.links(comet.body) == ("https://observatory.example/blog/2026/tail",)
    assert plain(comet.summary) == "In short."
    assert comet.tags == ("Comets",)
    assert comet.enclosures == (Enclosure("https://observatory.example/blog/sound/comet.ogg", "audio/ogg", 77),)
    assert comet.language == "en"
    assert talk.url == "https://observatory.example/id-only"
    assert talk.authors == ("Das Team",)
    assert talk.published is None
    assert talk.updated == at(2026, 2, 11)
    assert talk.body == (Media("video", "https://observatory.example/blog/talk.mp4"),)
    assert taken.key == "2"
    assert taken.url == "https://elsewhere.example/about"
    assert taken.authors == ("Nora Lind",)
    assert taken.origin == "Planet Himmel"
    assert plain(taken.body) == "1 < 2 und\nweiter"
    assert gone == Post(key="urn:gone", withdrawn=True)


def test_rdf_and_rss_090_are_read() -> None:
    mill = poll(ADAPTER, page("syndication/rdf.xml"))
    assert (mill.title, mill.link, mill.description) == (
        "Mill Notes",
        "https://mill.example/",
        "Grain and water",
    )
    (wheel,) = mill.posts
    assert wheel.key == "https://mill.example/1"
    assert wheel.url == "https://mill.example/one"
    assert wheel.authors == ("Odd Moe",)
    assert wheel.published == at(2026, 1, 2, 3, 4, 5)
    assert wheel.updated is None
    assert wheel.tags == ("water",)
    old = poll(ADAPTER, page("syndication/rss090.xml"))
    assert old.title == "Old Net"
    assert [(post.title, post.url, post.key) for post in old.posts] == [
        ("First", "http://old.example/1", ""),
        ("Second", "http://old.example/2", ""),
    ]


def test_atom_03_and_cdf_are_read() -> None:
    early = poll(ADAPTER, page("syndication/atom03.xml"))
    assert (early.title, early.link, early.description) == (
        "Early Atom",
        "http://early.example/",
        "Before the RFC",
    )
    (post,) = early.posts
    assert post.published == at(2004, 5, 6, 7, 8, 9)
    assert post.updated == at(2004, 5, 7)
    assert plain(post.body) == "Escaped text"
    push = poll(ADAPTER, page("syndication/cdf.xml"))
    assert (push.title, push.link) == ("Push Channel", "http://cdf.example/")
    (one,) = push.posts
    assert (one.title, one.url, plain(one.body)) == ("One", "http://cdf.example/one", "About one")
    assert one.updated == at(1998, 11, 4, 10)


def test_prefixed_roots_unquoted_attributes_and_bare_ampersands_are_read() -> None:
    batch = poll(ADAPTER, page("syndication/mangled.xml"))
    assert batch.title == "arts & crafts"
    pots, kilns = batch.posts
    assert pots.title == "pots & pans"
    assert pots.url == "https://crafts.example/pots?a=1&b=2"
    assert pots.key == "potsé"
    assert "has" in plain(pots.body)
    assert "and an &unknown; entity" in plain(pots.body)
    assert kilns.url == "https://crafts.example/kilns"
    assert batch.problems == ()


def test_a_feed_that_is_cut_off_keeps_what_came_and_says_so() -> None:
    batch = poll(ADAPTER, page("syndication/cut.xml"))
    assert [post.title for post in batch.posts] == ["Whole", "Half"]
    assert plain(batch.posts[1].body) == "this text was cut of"
    assert batch.problems == ("The feed is cut off inside a CDATA section; what comes before it was read.",)
    ended = read("<rss><channel><title>T</title><item><title>one</title></item>")
    assert len(ended.posts) == 1
    assert "cut off" in ended.problems[0]


def test_a_section_never_closed_costs_its_own_element_only() -> None:
    batch = poll(ADAPTER, page("syndication/open-section.xml"))
    assert [(post.title, plain(post.body)) for post in batch.posts] == [("One", "never closed"), ("Two", "")]


def test_items_inside_items_are_ignored() -> None:
    batch = poll(ADAPTER, page("syndication/nested.xml"))
    assert [(post.key, post.title) for post in batch.posts] == [("1", "Outer"), ("2", "Next")]
    assert plain(batch.posts[0].body) == "of the outer"


def test_items_that_are_not_closed_follow_one_another() -> None:
    batch = poll(ADAPTER, page("syndication/unclosed.xml"))
    assert [post.key for post in batch.posts][1:] == ["2", "3"]
    assert len(batch.posts) == 3


# ------------------------------------------------------------------ ids


def test_ids_do_not_depend_on_the_address_or_on_a_neighbour() -> None:
    good = "<entry><id>/2024/a?x=1&amp;y=2</id><title>a</title></entry><entry><id>t3_x</id></entry>"
    keys = ["/2024/a?x=1&y=2", "t3_x"]
    for extra in (
        "",
        "<entry><title>AT&T <b></title></entry>",
        "<entry><summary>\x00\x1b &bogus; <</summary></entry>",
    ):
        for url in ("https://a.example/feed", "https://b.example/other/feed.xml"):
            for base in ("", 'xml:base="https://c.example/d/"'):
                batch = read(atom(good + extra, attributes=base), url)
                assert [post.key for post in batch.posts][:2] == keys


def test_ids_are_decoded_once_and_trimmed() -> None:
    assert item("<guid>\n a&amp;amp;b </guid>").key == "a&amp;b"
    assert item("<guid><![CDATA[a&amp;b]]></guid>").key == "a&amp;b"
    assert item("<guid>  </guid>").key == ""
    assert item("<guid/>").key == ""


def test_entries_with_the_same_id_are_all_kept() -> None:
    batch = read(rss("<item><guid>same</guid><title>a</title></item><item><guid>same</guid><title>b</title></item>"))
    assert [post.title for post in batch.posts] == ["a", "b"]


# ------------------------------------------------------------------ links


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>mailto:a@b.example</link><link>https://x.example/1</link>", "https://x.example/1"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>--flag</link>", None),
        ("<link>page.html</link>", "https://feed.example/dir/page.html"),
        ('<atom:link href="https://x.example/only" rel="alternate"/>', "https://x.example/only"),
        ('<atom:link href="https://x.example/feed" rel="self"/>', None),
        ("<guid>https://x.example/g</guid>", "https://x.example/g"),
        ('<guid isPermaLink="false">https://x.example/g</guid>', None),
        ("<guid>not an address</guid>", None),
        ('<guid isPermaLink="true">notes/1/</guid>', "https://feed.example/dir/notes/1/"),
        ('<guid isPermaLink="true">12345</guid>', None),
        ('<guid isPermaLink="true">tag:x.example,2026:/1</guid>', None),
        ("<guid>notes/1/</guid>", None),
        ('<media:player url="https://x.example/player"/>', "https://x.example/player"),
        ("<comments>https://x.example/c</comments>", None),
        ("<link/><title>no</title>", None),
        ("<link><![CDATA[ https://x.example/a?b=1&c=2 ]]></link>", "https://x.example/a?b=1&c=2"),
    ],
)
def test_the_link_of_an_rss_item(inside: str, url: str | None) -> None:
    assert item(inside).url == url


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ('<link href="https://x.example/1"/>', "https://x.example/1"),
        (
            '<link rel="self" href="https://x.example/s"/><link href="https://x.example/1"/>',
            "https://x.example/1",
        ),
        (
            '<link rel="alternate" type="application/json" href="https://x.example/j"/>'
            '<link rel="alternate" type="text/html" href="https://x.example/h"/>',
            "https://x.example/h",
        ),
        ('<link rel="edit" href="https://x.example/edit"/>', None),
        ("<id>1</id>", None),
        ("<id>tag:x.example,2026:1</id>", None),
        ("<id>http://x.example/1</id>", "http://x.example/1"),
    ],
)
def test_the_link_of_an_atom_entry(inside: str, url: str | None) -> None:
    assert entry(inside).url == url


def test_a_base_that_is_no_address_is_ignored() -> None:
    body = atom('<entry><link href="x"/></entry>', attributes='xml:base="javascript:alert(1)//"')
    assert read(body).posts[0].url == "https://feed.example/dir/x"


# ------------------------------------------------------------------ texts


def test_an_empty_content_does_not_hide_the_description() -> None:
    assert plain(item("<description>kept</description><content:encoded/>").body) == "kept"


def test_html_goes_before_text_and_long_before_short() -> None:
    inside = (
        "<itunes:summary>The same words but without any markup, and a good deal longer</itunes:summary>"
        "<description>short</description><content:encoded>&lt;p&gt;The full text&lt;/p&gt;</content:encoded>"
    )
    assert plain(item(inside).body) == "The full text"


def test_a_summary_that_repeats_the_body_is_left_out() -> None:
    post = item(
        "<description>Same  words</description><content:encoded>&lt;p&gt;Same words&lt;/p&gt;</content:encoded>"
    )
    assert plain(post.body) == "Same words"
    assert post.summary == ()


def test_plain_text_is_shown_letter_by_letter_and_escaped_markup_is_read() -> None:
    assert plain(entry('<summary type="text">1 &lt; 2 &amp; 3</summary>').body) == "1 < 2 & 3"
    assert plain(entry("<summary>&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</summary>").body) == "one\n\ntwo"


def test_markup_that_nobody_escaped_is_read() -> None:
    inside = "<description>one<br>two <b>three</b></description><guid>after</guid>"
    post = item(inside)
    assert post.key == "after"
    assert plain(post.body).split() == ["one", "two", "three"]


def test_a_body_with_a_picture_gets_no_second_one() -> None:
    inside = (
        '<description>&lt;img src="https://x.example/a.jpg" alt="A"&gt;</description>'
        '<media:thumbnail url="https://x.example/b.jpg"/>'
    )
    pictures = [block for block in item(inside).body if isinstance(block, Media)]
    assert pictures == [Media("image", "https://x.example/a.jpg", "A")]


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ('<title type="html">Low &lt;blink&gt;tide&lt;/blink&gt;&lt;script&gt;x()&lt;/script&gt;</title>', "Low tide"),
        ('<title type="html">The &amp;lt;div&amp;gt; element</title>', "The <div> element"),
        ('<title type="html">The &lt;div&gt; element</title>', "The element"),
        ('<title type="text/html" mode="escaped">Map &lt;object data="x"&gt;here</title>', "Map here"),
        ('<title type="text">The &lt;div&gt; element</title>', "The <div> element"),
        ("<title>The &lt;div&gt; element</title>", "The <div> element"),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">The &lt;b&gt; and &lt;/b&gt; <i>tags</i>'
            "</div></title>",
            "The <b> and </b> tags",
        ),
        ('<title type="html">1 &lt; 2</title><media:title type="plain">&lt;u&gt;</media:title>', "1 < 2"),
    ],
)
def test_the_type_of_a_title_says_what_its_tags_are(inside: str, title: str) -> None:
    media = "xmlns:media='http://search.yahoo.com/mrss/'"
    (post,) = read(atom(f"<entry {media}>{inside}</entry>")).posts
    assert post.title == title
    assert read(atom("", f"{inside.partition('<media')[0]}").replace("<title>T</title>", "")).title == title


def test_what_a_text_is_made_of_is_read_as_markup() -> None:
    for element in ('<link rel="stylesheet" href="/x.css">', '<meta name="x" content="y">', '<object data="/x">'):
        assert "<" not in plain(item(f"<description><![CDATA[Low {element} tide]]></description>").body)
    assert plain(item("<description>a &lt;link&gt; of things</description>").body) == "a <link> of things"


def test_content_of_any_type_is_read_where_it_is_text() -> None:
    packed = '<content type="application/octet-stream">RmVycnkgPGI+ZGVsYXllZDwvYj4=\n</content>'
    assert plain(entry(packed).body) == "Ferry delayed"
    assert plain(entry('<content type="markdown">Ferry *delayed* by fog</content>').body) == "Ferry *delayed* by fog"
    assert plain(entry('<content type="application/x-note">The ferry waits.</content>').body) == "The ferry waits."
    for nothing in ("iVBORw0KGgo=", "AAAA", ""):
        assert entry(f'<content type="image/png">{nothing}</content>').body == ()


def test_text_encoded_twice_is_put_right() -> None:
    assert item("<title>Caf&#195;&#169; &#226;&#128;&#166;</title>").title == "Café …"
    assert item("<title>â€œTideâ€\u009d â€“ cafÃ©</title>").title == "“Tide” – café"
    assert item("<title>déjà â€¦</title>").title == "déjà â€¦"
    assert item("<guid>â€¦</guid>").key == "â€¦"


def test_markup_inside_a_name_or_a_tag_is_looked_through() -> None:
    post = item("<author><p>Mira <b>Oduya</b></p></author><category><i>Sea</i></category><guid><p>g1</p></guid>")
    assert (post.authors, post.tags, post.key) == (("Mira Oduya",), ("Sea",), "g1")


def test_a_podcast_says_what_it_is_about_in_any_of_three_places() -> None:
    assert plain(item("<itunes:subtitle>In short</itunes:subtitle>").body) == "In short"
    both = "<itunes:subtitle>In short</itunes:subtitle><description>About the tide</description>"
    assert plain(item(both).body) == "About the tide"
    play = "xmlns:googleplay='http://www.google.com/schemas/play-podcasts/1.0'"
    (post,) = read(
        rss(
            "<item><googleplay:author>Mira Oduya</googleplay:author>"
            "<googleplay:description>About the tide</googleplay:description></item>",
            namespaces=play,
        )
    ).posts
    assert (post.authors, plain(post.body)) == (("Mira Oduya",), "About the tide")


def test_an_atom_entry_alone_is_read() -> None:
    batch = read('<entry xmlns="http://www.w3.org/2005/Atom"><id>urn:1</id><title>Alone</title></entry>')
    assert [(post.key, post.title) for post in batch.posts] == [("urn:1", "Alone")]
    assert batch.title == ""
    with pytest.raises(NotAFeedError):
        read("<entry><id>1</id></entry>")


def test_the_header_says_the_language_where_the_feed_does_not() -> None:
    def language(body: str, header: str) -> str | None:
        response = replace(answer(body), headers=(("content-language", header),))
        return poll(ADAPTER, response).language

    assert language(rss(""), "de") == "de"
    assert language(rss("", "<language>fr</language>"), "de") == "fr"
    assert language(rss(""), "de, en") is None


def test_base64_content_is_decoded() -> None:
    body = '<content type="application/xml" mode="base64">PHA+cGxhaW48L3A+</content>'
    feed = f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>{body}</entry></feed>'
    assert plain(read(feed).posts[0].body) == "plain"


# ------------------------------------------------------------------ people, dates, tags, hints


@pytest.mark.parametrize(
    ("inside", "authors"),
    [
        ("<author>mira@x.example (Mira Oduya)</author>", ("Mira Oduya",)),
        ("<author>Mira Oduya (mira@x.example)</author>", ("Mira Oduya",)),
        ("<author>Mira Oduya &lt;mira@x.example&gt;</author>", ("Mira Oduya",)),
        ("<author>mira@x.example</author>", ("mira@x.example",)),
        ("<author>mira@x.example</author><dc:creator>Mira</dc:creator>", ("Mira",)),
        ("<author>Mira (Desk)</author>", ("Mira (Desk)",)),
        ("<author>(Mira)</author>", ("(Mira)",)),
        ("<dc:creator>A</dc:creator><dc:creator>B</dc:creator><dc:creator>a</dc:creator>", ("A", "B")),
        ("<author/><dc:creator> </dc:creator>", ()),
        ("<author><name>Mira</name></author>", ("Mira",)),
        ("<author>@mira</author>", ("@mira",)),
    ],
)
def test_authors_are_names(inside: str, authors: tuple[str, ...]) -> None:
    assert item(inside).authors == authors


def test_only_atom_entries_inherit_the_feeds_author() -> None:
    assert entry("<id>1</id>", head="<author><name>House</name></author>").authors == ("House",)
    assert read(rss("<item><guid>1</guid></item>", head="<author>House</author>")).posts[0].authors == ()


@pytest.mark.parametrize(
    ("inside", "published", "updated"),
    [
        ("<pubDate>Fri, 13 Feb 2026 09:31:00 GMT</pubDate>", at(2026, 2, 13, 9, 31), None),
        ("<dc:date>2026-02-13T09:31:00Z</dc:date>", at(2026, 2, 13, 9, 31), None),
        ("<atom:updated>2026-02-13T09:31:00Z</atom:updated>", None, at(2026, 2, 13, 9, 31)),
        ("<pubDate>soon</pubDate><dc:date>2026-02-13T09:31:00Z</dc:date>", at(2026, 2, 13, 9, 31), None),
        ("<pubDate></pubDate>", None, None),
        ("<pubDate>0000-00-00</pubDate>", None, None),
    ],
)
def test_published_and_updated_are_kept_apart(
    inside: str, published: datetime | None, updated: datetime | None
) -> None:
    post = item(inside)
    assert (post.published, post.updated) == (published, updated)


@pytest.mark.parametrize(
    ("head", "hints"),
    [
        ("<ttl>60</ttl>", Hints(3600.0)),
        ("<ttl>0</ttl>", Hints()),
        ("<ttl>-5</ttl>", Hints()),
        (f"<ttl>{'9' * 5000}</ttl>", Hints()),
        ("<skipHours><hour>25</hour><hour>x</hour><hour>7</hour></skipHours>", Hints(skip_hours=(7,))),
        ("<skipDays><day>friday</day></skipDays>", Hints(skip_days=(4,))),
    ],
)
def test_hints_are_bounded(head: str, hints: Hints) -> None:
    assert read(rss("", head)).hints == hints


def test_an_image_or_a_search_box_is_not_the_feed() -> None:
    head = (
        "<image><title>Logo</title><url>https://x.example/l.png</url><link>https://x.example/logo</link></image>"
        "<textInput><title>Search</title><link>https://x.example/search</link></textInput>"
    )
    batch = read(rss("<item><guid>1</guid></item>", head))
    assert (batch.title, batch.link) == ("T", None)


# ------------------------------------------------------------------ characters


@pytest.mark.parametrize(
    "reference",
    ["&#xD800;", "&#x110000;", "&#99999999999;", "&#" + "9" * 5000 + ";", "&#x" + "f" * 5000 + ";", "&#0;"],
)
def test_a_reference_to_no_character_costs_at_most_that_character(reference: str) -> None:
    batch = read(rss(f"<item><title>bad {reference} ref</title><guid>1</guid></item><item><guid>2</guid></item>"))
    assert [post.key for post in batch.posts] == ["1", "2"]
    assert batch.posts[0].title.startswith("bad ")
    assert batch.posts[0].title.endswith(" ref")
    assert_clean(batch)


def test_one_broken_byte_costs_one_character() -> None:
    body = rss("<item><title>Café ’ XX</title></item>").encode().replace(b"XX", b"\xff")
    assert read(body).posts[0].title.startswith("Café ’")


def test_encodings_are_found_out() -> None:
    head = '<?xml version="1.0" encoding="{}"?>'
    text = rss("<item><title>„Žluť“</title></item>")
    for name, declared in (("windows-1250", "windows-1250"), ("utf-16", "utf-16"), ("utf-8", "utf-16")):
        assert read((head.format(declared) + text).encode(name)).posts[0].title == "„Žluť“", (name, declared)
    quoted = rss("<item><title>“q”</title></item>")
    assert read((head.format("iso-8859-1") + quoted).encode("windows-1252")).posts[0].title == "“q”"


DIRT = "\x1b]52;c;eA==\x07 \x00 \x9b31m &#27; &#x9d; &amp;#27; \u202e \u2066 \x7f &#155;"


def test_no_control_character_gets_through_in_any_field() -> None:
    inside = (
        f"<title>{DIRT}</title><guid>{DIRT}</guid><link>https://x.example/{DIRT}</link><author>{DIRT}</author>"
        f"<dc:creator>{DIRT}</dc:creator><category>{DIRT}</category><description>{DIRT}</description>"
        f'<content:encoded><![CDATA[<p title="{DIRT}">{DIRT}<img alt="{DIRT}" src="{DIRT}"></p>]]>'
        f"</content:encoded>"
        f'<enclosure url="https://x.example/{DIRT}" type="{DIRT}" length="{DIRT}"/><source>{DIRT}</source>'
        f'<dc:language>{DIRT}</dc:language><media:content url="{DIRT}" medium="image"/>'
    )
    head = f"<description>{DIRT}</description><link>{DIRT}</link><language>{DIRT}</language>"
    batch = read(rss(f"<item>{inside}</item>", head).replace("<title>T<", f"<title>{DIRT}<"))
    assert len(batch.posts) == 1
    assert_clean(batch)


# ------------------------------------------------------------------ bounds


def test_a_feed_that_lists_too_much_is_read_to_a_bound() -> None:
    batch = read(rss("<item><guid>1</guid></item>" * (MAX_ENTRIES + 3)))
    assert len(batch.posts) == MAX_ENTRIES
    assert batch.problems == ("The feed lists more than 5,000 entries; only these were read.",)
    assert read(rss("<item><guid>1</guid></item>" * MAX_ENTRIES)).problems == ()


N = 100_000


@pytest.mark.parametrize(
    "inside",
    [
        "<author>" + "a" * N + "</author>",
        "<author>a@" + "a." * (N // 2) + "!</author>",
        "<dc:creator>x@" + "-" * N + "</dc:creator>",
        "".join(f"<category>c{number}</category>" for number in range(8000)),
        "<itunes:keywords>" + ",".join(map(str, range(N // 7))) + "</itunes:keywords>",
        "<x>" * 30_000 + "</y>" * 30_000,
        "<pubDate>Mon, " + "1 " * (N // 2) + "</pubDate>",
        "<a " + "x='" * (N // 3),
        "<" * N,
        "<a><![CDATA[</a>" * (N // 16),
        "<?" * (N // 2),
        "<![" * (N // 3),
        "<link " + " ".join(f"a{number}=''" for number in range(12_000)) + "/>",
        "<x" + " " * N + "y" * N + ">",
        "&" * N + "&#" * N,
    ],
    ids=lambda inside: inside[:12],
)
def test_reading_takes_linear_time(inside: str) -> None:
    markup_ = rss(f"<item><title>before</title></item><item>{inside}</item><item><title>after</title></item>")
    start = time.process_time()
    feed = xmlfeed.read(markup_, "https://feed.example/", lambda base, reference: base)
    assert time.process_time() - start < 1.5
    assert feed.entries[0]["title"] == "before"


# ------------------------------------------------------------------ tokens


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="<>&\r"), min_size=1, max_size=40))
def test_tokens_give_back_what_was_escaped(words: str) -> None:
    escaped = words.replace('"', "&quot;").replace("'", "&#39;")
    (start, text, end) = markup.tokens(f'<a b="{escaped}">{escaped}</a>')
    assert markup.attributes(start.inside) == [("b", words)]
    assert text.value == words
    assert end.value == "a"


# fmt: off
PIECES = [
    "<rss>", "<channel>", "<item>", "</item>", "<entry>", "</entry>", "<title>", "</title>", "<link>",
    "</link>",
    '<link href="/x"/>', "<guid>", "</guid>", "<description>", "</description>", "<author>", "</author>", "x",
    "<image>", "</image>", "<source>", "</source>", "<content type='xhtml'>", "</content>", "<name>",
    "</name>",
    "<category term='a'/>", "<category>", "</category>", "<media:credit>", "</media:credit>", "<media:group>",
    "<media:rating x='1'>", "</media:rating>", "<media:thumbnail>", "</media:thumbnail>", "<dcterms:valid>",
    "</dcterms:valid>", "<svg>", "</svg>", "<geo:point>", "</geo:point>", "<gml:posList srsDimension='x'>",
    "</gml:posList>", "<psc:chapters>", "<psc:chapter start='x'/>", "<tags>", "</tags>", "<textInput>", "<p>",
    "</textInput>", "<width>w</width>", "<itunes:owner>", "</itunes:owner>", "<hour>", "<cloud domain='x'/>",
    "<newlocation>x</newlocation>", "<cc:license rdf:resource='x'/>", "<creativeCommons:license>", "</p>",
    "<pubDate>x</pubDate>", "<language>", "</language>", "<![CDATA[", "]]>", "<!--", "-->", "<foo:bar>",
    "&amp;",
    "<admin:errorreportsto>", "</admin:errorreportsto>", "<itunes:explicit>yes</itunes:explicit>",
    "<generator uri='x'>", "</generator>", "<enclosure/>", "<itunes:image/>", "<content src='x'/>",
]
# fmt: on


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_elements_in_any_order_are_read(parts: list[str]) -> None:
    batch = read("<rss><channel>" + "".join(parts))
    assert_clean(batch)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(OURS), st.data())
def test_a_damaged_feed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    body = bytearray((PAGES / "syndication" / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        piece = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from([b"<", b">", b"&", b'"', b"]]>", b"&#27;"])))
        body[place : place + data.draw(st.integers(0, 8))] = piece
        body = body or bytearray(b" ")
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(bytes(body))))


def test_a_web_page_is_refused_as_no_feed() -> None:
    with pytest.raises(NotAFeedError):
        read("<!doctype html><html><body>x</body></html>")


# ------------------------------------------------------------------ older documents

HISTORY = 'xmlns:fh="http://purl.org/syndication/history/1.0"'


def leads(head: str, url: str = "https://feed.example/dir/feed.xml") -> object:
    """Where a feed with this head leads, of Atom and of RSS alike."""
    links = head.replace("<link", "<atom:link")
    of_atom, of_rss = read(atom("", head, HISTORY), url).older, read(rss("", links, HISTORY), url).older
    assert of_atom == of_rss
    return of_atom.get("page", "")


@pytest.mark.parametrize(
    ("head", "page"),
    [
        ('<link rel="next" href="?paged=2"/>', "/dir/feed.xml?paged=2"),
        ('<link rel=" NEXT " href="/2"/>', "/2"),
        ('<link rel="http://www.iana.org/assignments/relation/next" href="/2"/>', "/2"),
        ('<link rel="prev-archive" href="/a/7"/>', "/a/7"),
        ('<link rel="next" href="/2"/><link rel="prev-archive" href="/a/7"/>', "/a/7"),
        ('<link rel="next" href="/2"/><link rel="next" href="/3"/>', "/2"),
        ('<link rel="next"/><link rel="next" href="javascript:x"/><link rel="next" href="/3"/>', "/3"),
        ('<fh:archive/><link rel="prev-archive" href="/a/6"/><link rel="next-archive" href="/a/8"/>', "/a/6"),
        ('<fh:archive/><link rel="next" href="/2"/>', ""),
        ('<fh:complete/><link rel="next" href="/2"/><link rel="prev-archive" href="/a/7"/>', ""),
        ('<link rel="prev" href="/0"/><link rel="previous" href="/0"/><link rel="last" href="/9"/>', ""),
        ('<link rel="next-archive" href="/a/8"/><link rel="nextish" href="/2"/><link href="/3"/>', ""),
    ],
)
def test_a_feed_leads_to_its_older_entries_as_rfc_5005_has_it(head: str, page: str) -> None:
    assert leads(head) == page


def test_the_relations_of_an_entry_are_not_those_of_the_feed() -> None:
    assert read(atom('<entry><id>1</id><link rel="next" href="/2"/></entry>')).older == {}
    assert read(rss('<item><guid>1</guid><atom:link rel="next" href="/2"/></item>')).older == {}


def test_an_address_of_an_older_document_stands_on_the_base_of_its_link() -> None:
    older = read(atom("", '<link rel="next" xml:base="/archive/" href="2"/>')).older
    assert older["page"] == "/archive/2"


def test_blogger_has_the_older_documents_of_all_its_blogs_at_one_host() -> None:
    stated = "http://www.blogger.com/feeds/41/posts/default?start-index=26&amp;max-results=25"
    visit = Visit("https://me:secret@valley.blogspot.test/feeds/posts/default")
    batch, _ = converse(ADAPTER, visit, atom("", f'<link rel="next" href="{stated}"/>'))
    assert batch.older["host"] == "www.blogger.com"
    further = stated.replace("26", "51")
    body = atom("<entry><id>1</id></entry>", f'<link rel="next" href="{further}"/>')
    batch, (request,) = converse(ADAPTER, replace(visit, older=batch.older), body)
    assert request.url == "https://www.blogger.com/feeds/41/posts/default?start-index=26&max-results=25"
    assert batch.older["page"] == "/feeds/41/posts/default?start-index=51&max-results=25"
    batch, _ = converse(ADAPTER, replace(visit, older=batch.older), body)
    assert batch.older == {}


def test_what_an_older_document_says_was_deleted_is_said() -> None:
    stone = '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="2" when="2026-03-01T00:00:00Z"/>'
    visit = Visit("https://feed.example/feed", older={"page": "/2"})
    batch, _ = converse(ADAPTER, visit, atom(f"<entry><id>1</id></entry>{stone}"))
    assert [(post.key, post.withdrawn) for post in batch.posts] == [("1", False), ("2", True)]


def test_an_older_document_without_entries_is_read() -> None:
    batch, _ = converse(ADAPTER, Visit("https://feed.example/feed", older={"page": "/2"}), atom(""))
    assert (batch.posts, batch.older) == ((), {})


@pytest.mark.parametrize(
    ("name", "url", "page"),
    [
        ("feed-rs/rss2/rss_2.0_spiegel.xml", "https://www.omnycontent.com/d/podcast.rss", "podcast.rss?page=2"),
        ("podcastparser/paged_feed.rss", "https://example.com/feed", "/feed/page2"),
        ("rss-parser/in/pagination-links.rss", "https://example.org/index.atom", "/index.atom?page=4"),
        ("rss-parser/in/many-links.rss", "https://testing.googleblog.com/feeds/posts/default", "redirect=false"),
        ("snapshots/9eabe3572e4e56e2.xml", "https://vince-debian.blogspot.com/feeds/posts/default", "max-results=25"),
    ],
)
def test_other_peoples_feeds_lead_to_their_older_entries(shared: Path, name: str, url: str, page: str) -> None:
    older = read((shared / "samples/feeds" / name).read_bytes(), url).older
    assert str(older["page"]).endswith(page)
