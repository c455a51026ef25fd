"""About four hundred feeds of other people, against what their owners expect of a reader."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from feeds import discovery
from feeds.adapters.jsonfeed import JsonFeed
from feeds.adapters.syndication import Syndication
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence
from feeds.model import Batch, Post
from tests.adapters.feedflow import answer, poll
from tests.support import shared as collection

SAMPLES = collection.FOLDER / "samples" / "feeds"
URL = "https://feed.example/dir/feed.xml"

# What the peers' tests state and we differ from on purpose, by reason.
_TITLE_FROM_URL = "an entry or feed without a title has none here: titles are never invented"
_FEEDS_DATE = "the feed's date is not the entry's"
_FEEDS_AUTHOR = "only Atom says that entries inherit the feed's author (RFC 4287, 4.2.1)"
_WEB_ONLY = "a link is a web address; an id that is none is no link"
_ITEMS_OWN = "in RSS, the item's own guid goes before an atom:link"
DELIBERATE = {
    ("picofeed/atom_fallback_on_invalid_feed_values.xml", "feed.title"): _TITLE_FROM_URL,
    ("picofeed/atom_fallback_on_invalid_item_values.xml", "entries.2.title"): _TITLE_FROM_URL,
    ("picofeed/rss_10_fallback_on_invalid_feed_values.xml", "feed.title"): _TITLE_FROM_URL,
    ("picofeed/rss_10_fallback_on_invalid_item_values.xml", "entries.2.title"): _TITLE_FROM_URL,
    ("picofeed/rss_20_fallback_on_invalid_feed_values.xml", "feed.title"): _TITLE_FROM_URL,
    ("picofeed/rss_20_fallback_on_invalid_item_values.xml", "entries.2.title"): _TITLE_FROM_URL,
    ("picofeed/atom.xml", "entries.2.date"): _FEEDS_DATE,
    ("picofeed/atom_no_default_namespace.xml", "entries.2.date"): _FEEDS_DATE,
    ("picofeed/atom_prefixed.xml", "entries.2.date"): _FEEDS_DATE,
    ("picofeed/rss_10.xml", "entries.1.date"): _FEEDS_DATE,
    ("picofeed/rss_20.xml", "entries.1.date"): _FEEDS_DATE,
    ("picofeed/rss_20.xml", "entries.1.author"): _FEEDS_AUTHOR,
    ("picofeed/rss_20_element_preference.xml", "entries.1.author"): _FEEDS_AUTHOR,
    ("picofeed/rss_20_dc.xml", "entries.1.author"): _FEEDS_AUTHOR,
    ("picofeed/rss_20_element_preference.xml", "entries.0.author"): "all authors are shown, not the last one",
    ("picofeed/rss_20.xml", "entries.1.url"): _ITEMS_OWN,
    ("picofeed/rss_20_element_preference.xml", "entries.2.url"): _ITEMS_OWN,
    ("feedjira/PaulDixExplainsNothing.xml", "entries.0.url"): "FeedBurner's origLink goes before its counter",
    ("feedjira/google_alerts_atom.xml", "feed.link"): "a link to the feed itself is no page for people",
    ("feedjira/json_feed.json", "entries.0.updated"): "the document has no date_modified",
    ("feedjira/json_feed.json", "entries.0.author"): "the document names its author Brent Simmons",
    ("reader/full.atom", "entries.1.url"): _WEB_ONLY,
    ("reader/full.atom", "entries.2.url"): _WEB_ONLY,
    ("reader/full.atom", "entries.3.url"): _WEB_ONLY,
    ("reader/full.atom", "entries.4.url"): _WEB_ONLY,
    ("reader/empty.atom", "entries.0.url"): _WEB_ONLY,
}

# Numbers of entries that the index took from plain feedparser, and what is right.
COUNTS = {
    "fastfeedparser/integration/malformed_rss_namespaced.xml": 2,
    "snapshots/7ef13a42fa7e177a.xml": 35,
    "node-feedparser/illegally-nested.xml": 10,
}


@functools.cache
def outcome(name: str, url: str = URL) -> Batch | ParseError:
    """What the more confident of the two adapters makes of a sample."""
    response = answer((SAMPLES / name).read_bytes(), url)
    adapters: tuple[Adapter, ...] = (Syndication(), JsonFeed())
    adapter = max(adapters, key=lambda one: one.sniff(response))
    try:
        return poll(adapter, response)
    except ParseError as error:
        return error


def batch(name: str, url: str = URL) -> Batch:
    found = outcome(name, url)
    assert isinstance(found, Batch), f"{name}: {found}"
    return found


@pytest.fixture(scope="module")
def index(shared: Path) -> dict[str, dict[str, object]]:
    files: dict[str, dict[str, object]] = json.loads((SAMPLES / "INDEX.json").read_text())["files"]
    return {
        name: about
        for name, about in files.items()
        if about.get("entries") is not None or about.get("format") not in (None, "?", "opml", "html")
    }


def test_every_feed_is_read_and_has_the_entries_it_has(index: dict[str, dict[str, object]]) -> None:
    assert len(index) > 390
    wrong = []
    for name, about in index.items():
        found = outcome(name)
        wanted = COUNTS.get(name, about["entries"])
        if isinstance(found, ParseError):
            if wanted:
                wrong.append((name, str(found)))
        elif isinstance(wanted, int) and len(found.posts) != wanted:
            wrong.append((name, f"{len(found.posts)} entries, not {wanted}"))
    assert wrong == []


def test_no_string_of_any_sample_is_dirty(index: dict[str, dict[str, object]]) -> None:
    dirt = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
    for name in index:
        found = outcome(name)
        if isinstance(found, Batch):
            for post in found.posts:
                lines = (post.key, post.url or "", post.title, post.origin or "", *post.authors, *post.tags)
                for text in (*lines, plain(post.body), plain(post.summary)):
                    assert dirt.search(text) is None, (name, text)
                for text in (post.title, *post.authors, *post.tags):
                    assert "\n" not in text
                    assert text == text.strip()


# ------------------------------------------------------------------ facts


def test_what_the_owners_of_the_samples_expect_holds(shared: Path) -> None:
    expectations = json.loads((SAMPLES / "EXPECT.json").read_text())
    facts, failures = 0, {}
    for name, about in expectations.items():
        for check in about["checks"]:
            facts += 1
            got = fact(outcome(name, about["url"] or URL), check["path"])
            if not same(got, check["equals"]):
                failures[name, check["path"]] = (check["equals"], got)
    assert facts == 483
    assert {place: what for place, what in failures.items() if place not in DELIBERATE} == {}
    assert DELIBERATE.keys() - failures.keys() == set(), "no longer different"


def fact(found: Batch | ParseError, path: str) -> object:
    if path.startswith("not_a_feed"):
        return isinstance(found, ParseError) or path.endswith("gunzipped")
    if isinstance(found, ParseError):
        return str(found)
    where, _, name = path.rpartition(".")
    if where == "feed":
        return getattr(found, name)
    if name == "count":
        return len(found.posts)
    post = found.posts[int(where.partition(".")[2])]
    return {
        "id": post.key,
        "author": ", ".join(post.authors),
        "date": post.published or post.updated,
        "enclosure": post.enclosures[0].url if post.enclosures else None,
        "tags": list(post.tags),
    }.get(name, getattr(post, name, None))


def same(got: object, wanted: object) -> bool:
    if isinstance(got, datetime):
        when = datetime.fromtimestamp(wanted, UTC) if isinstance(wanted, int) else datetime.fromisoformat(str(wanted))
        return abs((got - when).total_seconds()) < 1
    if isinstance(wanted, int | list):
        return got == wanted
    return shown(got) == shown(wanted)


def shown(value: object) -> str:
    """Text as a reader sees it: tags off, entities decoded, blanks folded."""
    return " ".join(html.unescape(re.sub(r"<[^<>]+>", "", str(value or ""))).split())


def test_ids_are_what_the_document_says_and_do_not_depend_on_its_address(
    index: dict[str, dict[str, object]],
) -> None:
    compared = 0
    for name in index:
        body = (SAMPLES / name).read_bytes()
        found = outcome(name)
        if len(body) > 300_000 or isinstance(found, ParseError) or name.endswith(".json") or name in COUNTS:
            continue
        moved = batch(name, "http://moved.example/a/b/c?d=e")
        assert [post.key for post in moved.posts] == [post.key for post in found.posts], name
        wanted = list(stated_ids(body))
        got = [post.key for post in found.posts if post.key and not post.withdrawn]
        if wanted:
            compared += 1
            assert got == wanted, name
    assert compared > 200


def stated_ids(body: bytes) -> Iterator[str]:
    """The ids a strict XML parser finds; none where the document is not well formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return
    core = {"", etree.QName(root).namespace or "", "http://purl.org/rss/1.0/", "http://www.w3.org/2005/Atom"}
    for item in root.iter("{*}item", "{*}entry"):
        if (etree.QName(item).namespace or "") not in core:
            continue
        found = item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or ""
        in_atom = etree.QName(item).localname == "entry"
        for child in item:
            if isinstance(child.tag, str) and etree.QName(child).localname == ("id" if in_atom else "guid"):
                found = "".join(map(str, child.itertext())).strip() or found
        if found:
            yield re.sub("[\0-\x08\x0b-\x1f\x7f-\x9f]", "", found)


# ------------------------------------------------------------------ titles, dates, discovery


def test_titles_hold_neither_entities_nor_markup(index: dict[str, dict[str, object]]) -> None:
    left = re.compile(
        r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-f]{1,5});|</?(?:b|i|em|strong|span|div|br)(?:\s[^<>]*)?>",
        re.I,
    )
    odd = []
    for name in index:
        found = outcome(name)
        if isinstance(found, Batch):
            odd += [(name, post.title) for post in found.posts if left.search(post.title)]
    assert odd == []


def test_titles_with_brackets_stay_as_they_are(shared: Path) -> None:
    titles = json.loads((SAMPLES / "TITLES.json").read_text())
    brackets = next(value for key, value in titles.items() if key.startswith("square-brackets"))
    known = {path.stem: str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("snapshots/*.xml")}
    checked = 0
    for about in brackets:
        name = known.get(about["from"].partition(":")[2])
        if name:
            checked += 1
            assert shown(about["title"]) in {shown(post.title) for post in batch(name).posts}
    assert checked > 10


def test_every_shape_of_date_is_read(shared: Path) -> None:
    wrong = []
    for about in json.loads((SAMPLES / "DATES.json").read_text()):
        body = f"<rss><channel><item><pubDate>{html.escape(about['example'])}</pubDate></item></channel></rss>"
        (post,) = poll(Syndication(), answer(body)).posts
        wanted = datetime.fromisoformat(about["value"]) if about["value"] else None
        if wanted is None or post.published is None:
            if wanted != post.published:
                wrong.append((about["example"], wanted, post.published))
        elif abs((post.published - wanted).total_seconds()) >= 1:
            wrong.append((about["example"], wanted, post.published))
    assert wrong == []


def test_pages_offer_the_feeds_they_advertise(shared: Path) -> None:
    pages = json.loads((SAMPLES / "DISCOVERY.json").read_text())["pages"]
    assert pages
    for name, about in pages.items():
        got = discovery.offers((SAMPLES / "discovery" / name).read_bytes(), about["page_url"])
        assert {offer.url for offer in got} == {feed["url"] for feed in about["feeds"]}, name
    nightly = pages["readability/firefox-nightly-blog.html"]
    first, *_ = discovery.offers(
        (SAMPLES / "discovery/readability/firefox-nightly-blog.html").read_bytes(), nightly["page_url"]
    )
    assert first.url == "https://blog.nightly.mozilla.org/feed/"


# ------------------------------------------------------------------ documents to know by name


def test_entries_without_id_and_link_are_all_kept(shared: Path) -> None:
    posts = batch("snapshots/cc314ce5dfbb3adc.xml").posts
    assert len(posts) == 1046
    assert not any(post.key or post.url for post in posts)
    assert all(post.title or post.body for post in posts)


@pytest.mark.parametrize("name", ["snapshots/72d1083fa3130282.xml", "snapshots/72fea1ebfd02e90a.xml"])
def test_entries_with_the_same_id_are_all_kept(shared: Path, name: str) -> None:
    posts = batch(name).posts
    assert len({post.key for post in posts}) < len(posts)


@pytest.mark.parametrize(
    ("name", "entries", "problem"),
    [
        ("snapshots/d4b7ab74da763119.json", 10, False),
        ("snapshots/b0e71155ca8a590c.xml", 10, False),
        ("snapshots/9e0834333e854116.xml", 59, False),
        ("snapshots/705749c3b1bd02d8.xml", 15, False),
        ("fastfeedparser/integration/osm-pl.xml", 8, True),
        ("reader/10.json", 0, False),
        ("reader/unknown.json", 0, False),
        ("reader/empty.rss", None, False),
        ("rss-parser/in/giantbomb-podcast.rss", 730, False),
    ],
)
def test_odd_documents_are_read(shared: Path, name: str, entries: int | None, problem: bool) -> None:
    found = batch(name)
    assert entries is None or len(found.posts) == entries
    assert bool(found.problems) is problem
    assert not any("Ã" in post.title or "\ufffd" in post.title for post in found.posts)


def test_texts_in_undeclared_encodings_are_right(shared: Path) -> None:
    psy = " ".join(plain(post.body) + post.title for post in batch("picofeed/cercle.psy.xml").posts)
    assert "é" in psy
    assert "Ã©" not in psy
    assert "\ufffd" not in psy
    uol = " ".join(post.title for post in batch("rss-parser/in/uolNoticias.rss").posts)
    assert re.search("[ãçéí]", uol)
    assert "\ufffd" not in uol
    clean = " ".join(post.title + plain(post.body) for post in batch("snapshots/08f1ee71883dbcde.xml").posts)
    assert "â€" not in clean


def test_a_page_is_refused_and_a_gzip_file_is_read_or_refused(shared: Path) -> None:
    found = outcome("node-feedparser/notafeed.html")
    assert isinstance(found, NotAFeedError)
    assert "web page" in str(found)
    packed = outcome("node-feedparser/invalid-characters-gzipped.xml")
    assert isinstance(packed, Batch) or str(packed).endswith(".")


def test_reddit_ids_stay_verbatim(shared: Path) -> None:
    keys = [post.key for post in batch("rss-parser/in/reddit-home.rss").posts]
    assert keys
    assert all(key.startswith("t3_") for key in keys)


def test_two_polls_of_one_feed_differ_in_what_is_new_only(shared: Path) -> None:
    before, after = (
        {post.key or post.url: post for post in batch(f"stringer/{name}").posts}
        for name in ("feed01.xml", "feed01_updated.xml")
    )
    assert after.keys() - before.keys()
    for key in before.keys() & after.keys():
        assert before[key] == after[key]


def test_markup_that_is_meant_is_shown(shared: Path) -> None:
    (post,) = batch("newsboat/rss091_1.xml").posts
    assert post.title == "1 < 2"
    assert "3 < 4" in plain(post.body)
    assert "In HTML, <b> starts a bold phrase\nand you start a link with <a href=" in plain(post.body)


def test_a_podcast_without_ids_has_links_or_enclosures(shared: Path) -> None:
    for post in batch("podcastparser/no_guid.rss").posts:
        assert post.key or post.url or post.enclosures


# ------------------------------------------------------------------ feeds used as live feeds


@pytest.mark.parametrize("path", collection.paths("samples/more-feeds", "*"), ids=lambda path: path.name)
def test_more_feeds_are_read_and_what_is_none_is_refused(path: Path) -> None:
    response = answer(path.read_bytes())
    if path.name.endswith(".atom.xml"):
        assert Syndication().sniff(response) is Confidence.MINE
        found = poll(Syndication(), response)
        assert found.posts
        assert found.problems == ()
        assert all(complete(post) for post in found.posts)
        return
    for adapter in (Syndication(), JsonFeed()):
        assert adapter.sniff(response) is Confidence.NO
        with pytest.raises(NotAFeedError):
            poll(adapter, response)


def complete(post: Post) -> bool:
    return bool(post.key and post.url and post.title and (post.published or post.updated))
