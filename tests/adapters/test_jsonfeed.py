"""What the adapter for JSON Feed makes of documents, typed as they may be."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import document
from feeds.adapters.jsonfeed import JsonFeed
from feeds.document import Media, plain
from feeds.errors import ParseError
from feeds.flow import Adapter, Confidence, Pages
from feeds.model import Batch, Enclosure, Hints, Kind, Post
from feeds.sniff import MAX_ENTRIES
from tests.adapters.feedflow import PAGES, answer, assert_clean, page, poll

ADAPTER = JsonFeed()
OURS = sorted(path.name for path in (PAGES / "jsonfeed").iterdir())
VERSION = "https://jsonfeed.org/version/1.1"


def read(body: str | bytes, url: str = "https://feed.example/dir/feed.json") -> Batch:
    return poll(ADAPTER, answer(body, url))


def feed(*items: object, **more: object) -> str:
    return json.dumps({"version": VERSION, "title": "T", "items": items, **more})


def item(**values: object) -> Post:
    (post,) = read(feed(values)).posts
    return post


# ------------------------------------------------------------------ the contract


def test_it_is_an_adapter() -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.name == "jsonfeed"


def test_an_address_alone_is_at_most_a_hint() -> None:
    assert ADAPTER.claim("https://a.example/feed.json") is Confidence.MAYBE
    assert ADAPTER.claim("https://a.example/feed/json/") is Confidence.MAYBE
    assert ADAPTER.claim("https://a.example/feed?format=json") is Confidence.MAYBE
    assert ADAPTER.claim("https://a.example/feed.xml") is Confidence.NO
    assert ADAPTER.claim("https://a.example/jsonp") is Confidence.NO


def test_sniffing_knows_json_feeds() -> None:
    for name in ("feed-1.0.json", "feed-1.1.json", "wrong-types.json"):
        assert ADAPTER.sniff(page(f"jsonfeed/{name}")) is Confidence.MINE, name
    assert ADAPTER.sniff(page("jsonfeed/rss-in-json.json")) is Confidence.LIKELY
    assert ADAPTER.sniff(
        answer('{"items": [' + '{"content_text": "x"},' * 9000 + ' {}], "version": "' + VERSION + '"}')
    )
    for body in (
        "",
        "{}",
        "[]",
        "null",
        '{"items": null}',
        '{"items": []}',
        "<rss/>",
        "{",
        "[" * 100_000,
        '{"rss": {}}',
    ):
        assert ADAPTER.sniff(answer(body)) is Confidence.NO, body[:20]


@pytest.mark.parametrize("name", OURS)
def test_the_same_bytes_make_the_same_batch(name: str) -> None:
    response = page(f"jsonfeed/{name}")
    first, second = poll(ADAPTER, response), poll(JsonFeed(), response)
    assert first == second
    assert first.kind is Kind.FEED
    assert json.loads(json.dumps(first.cursor)) == first.cursor
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(first), type=Batch) == first


@pytest.mark.parametrize("name", OURS)
def test_a_document_cut_anywhere_is_refused_with_a_sentence(name: str) -> None:
    body = (PAGES / "jsonfeed" / name).read_bytes().rstrip()
    for size in range(0, len(body), 7):
        with pytest.raises(ParseError) as caught:
            poll(ADAPTER, answer(body[:size]))
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "empty"),
        ("<html><title>Login</title>", "web page (title “Login”)"),
        ("null", "plain text"),
        ("[]", "not a JSON Feed"),
        ('{"error": "rate\\u001b limited", "items": null}', "It says: “rate limited”."),
        ('{"items": [', "cut off"),
        ('{"items": "abc', "cut off"),
        ('{"items": [1 2]}', "broken at line 1, column 14"),
        ("[" * 100_000, "too deeply"),
        ('{"rss": {"channel": 3}}', "not a JSON Feed"),
    ],
)
def test_what_is_no_json_feed_is_refused_with_a_sentence(body: str, says: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert says in str(caught.value)


# ------------------------------------------------------------------ whole documents


def test_a_feed_of_version_11_is_read_in_full() -> None:
    batch = poll(ADAPTER, page("jsonfeed/feed-1.1.json", "https://lighthouse.example/a/feed.json"))
    assert (batch.title, batch.description) == ("The Lighthouse", "What the keeper saw")
    assert batch.link == "https://lighthouse.example/"
    assert batch.language == "en"
    assert batch.hints == Hints(expired=True)
    assert batch.problems == ()
    two, one, bare = batch.posts
    assert two.key == "2.0"
    assert two.url == "https://lighthouse.example/a/posts/2"
    assert two.title == "Two & more"
    assert plain(two.body[:1]) == "Waves, tide."
    assert document.links(two.body)[0] == "https://lighthouse.example/a/tide"
    assert two.body[-1] == Media("image", "https://lighthouse.example/2.jpg")
    assert plain(two.summary) == "Short"
    assert two.published == datetime(2026, 2, 13, 8, 31, tzinfo=UTC)
    assert two.updated == datetime(2026, 2, 13, 10, tzinfo=UTC)
    assert two.authors == ("Ann Sol", "Bo Rygh")
    assert two.tags == ("Sea", "Light")
    assert two.language == "nb"
    assert two.enclosures == (Enclosure("https://lighthouse.example/a/2.mp3", "audio/mpeg", 500),)
    assert one.key == "https://lighthouse.example/1"
    assert one.url == "https://other.example/x"
    assert plain(one.body) == "Line one\nline two\n\nnext paragraph"
    assert one.authors == ("The Keeper",)
    assert bare == Post(key="bare", authors=("The Keeper",), language="en")


def test_a_feed_of_version_10_has_one_author() -> None:
    batch = poll(ADAPTER, page("jsonfeed/feed-1.0.json"))
    assert batch.posts[0].authors == ("Liv",)
    assert read(feed({"id": "1"}, author={"name": "House"})).posts[0].authors == ("House",)


def test_authors_that_are_no_list_are_one_author() -> None:
    assert read(feed({"id": "1", "authors": {"name": "Liv"}})).posts[0].authors == ("Liv",)
    assert read(feed({"id": "1", "authors": "Liv"})).posts[0].authors == ()


def test_wrong_types_cost_only_themselves() -> None:
    batch = poll(ADAPTER, page("jsonfeed/wrong-types.json"))
    assert (batch.title, batch.description, batch.link, batch.language) == ("", "", None, None)
    assert batch.hints == Hints()
    number, two, half, mail, second, unnamed = batch.posts
    assert (number.key, number.title) == ("3.1415", "a number as id")
    assert (two.key, two.title, two.url, two.body, two.authors, two.tags) == ("2", "", None, (), (), ())
    assert (two.published, two.updated, two.language) == (None, None, None)
    assert two.enclosures == (
        Enclosure("https://feed.example/a", None, 100),
        Enclosure("https://feed.example/b", None, None),
    )
    assert half.title.startswith("left ")
    assert half.title.endswith(" right")
    assert half.published is None
    assert mail.authors == ("joe@lighthouse.example",)
    assert second.authors == ("Jane",)
    assert (unnamed.key, unnamed.title) == ("", "no id")
    assert_clean(batch)


def test_rss_in_json_is_read() -> None:
    batch = poll(ADAPTER, page("jsonfeed/rss-in-json.json"))
    assert (batch.title, batch.link, batch.language) == ("Scripted", "https://scripted.example/", "en-us")
    assert batch.hints == Hints(interval=900.0)
    one, two = batch.posts
    assert (one.key, one.url, one.title, one.authors) == ("g1", "https://scripted.example/1", "One", ("Kim",))
    assert plain(one.body) == "Text"
    assert one.published == datetime(2026, 2, 13, 9, 31, tzinfo=UTC)
    assert one.tags == ("a", "b")
    assert one.enclosures == (Enclosure("https://feed.example/dir/1.mp3", "audio/mpeg", 12),)
    assert (two.key, two.url) == ("https://scripted.example/2", "https://scripted.example/2")
    single = read('{"rss": {"channel": {"item": {"title": "alone"}}}}')
    assert [post.title for post in single.posts] == ["alone"]


# ------------------------------------------------------------------ details


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("7", "7"),
        ("3.10", "3.10"),
        ("1e3", "1e3"),
        ('"  a b "', "a b"),
        ("true", ""),
        ("null", ""),
        ("[1]", ""),
        ("9" * 5000, "9" * 5000),
        ('"a\\u0000b"', "ab"),
    ],
)
def test_ids_are_what_the_document_writes(written: str, key: str) -> None:
    body = f'{{"version": "{VERSION}", "items": [{{"id": {written}, "content_text": "x"}}]}}'
    assert read(body).posts[0].key == key


def test_a_body_is_html_else_text_else_summary() -> None:
    assert plain(item(content_html="<p>h</p>", content_text="t", summary="s").body) == "h"
    assert plain(item(content_html=" ", content_text="1 < 2", summary="s").body) == "1 < 2"
    post = item(summary="s")
    assert (plain(post.body), post.summary) == ("s", ())
    same = item(content_text="same  words", summary="same words")
    assert same.summary == ()


def test_links_are_web_addresses_only() -> None:
    assert item(id="1", url="javascript:alert(1)").url is None
    assert item(id="1", url="--flag", external_url="https://x.example/").url == "https://x.example/"
    assert item(id="https://x.example/1").url == "https://x.example/1"
    assert item(id="tag:1").url is None


def test_unknown_versions_are_read_and_lists_of_texts_are_recognised_without_one() -> None:
    assert read('{"version": "https://jsonfeed.org/version/1234", "items": []}').posts == ()
    assert len(read('{"items": [{"content_html": "x"}]}').posts) == 1


def test_something_after_the_end_is_left_out_and_said() -> None:
    batch = read(feed({"id": "1"}) + "\n\0\0garbage")
    assert len(batch.posts) == 1
    assert batch.problems == ("Something follows the end of the JSON; it was left out.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_found_out(encoding: str) -> None:
    body = json.dumps({"version": VERSION, "items": [{"title": "Žluť"}]}, ensure_ascii=False)
    assert read(body.encode(encoding)).posts[0].title == "Žluť"


def test_a_feed_that_lists_too_much_is_read_to_a_bound() -> None:
    batch = read(feed(*({"id": "1"} for _ in range(MAX_ENTRIES + 1))))
    assert len(batch.posts) == MAX_ENTRIES
    assert batch.problems == ("The feed lists more than 5,000 entries; only these were read.",)


# ------------------------------------------------------------------ damage


# fmt: off
FIELDS = [
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image",
    "date_published", "date_modified", "author", "authors", "tags", "language", "attachments", "name", "link",
    "mime_type", "size_in_bytes", "guid", "#value", "description", "enclosure", "category", "length",
    "pubDate",
]
# fmt: on
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["\x1b[31m", "\ud800", "\u202e", "&#27;", "<b>\x9b</b>", "https://x.example/\x07", "2026-02-13"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(st.sampled_from(["title", "authors", "expired", "ttl", "link"]), VALUES),
    st.lists(VALUES, max_size=4),
)
def test_values_of_any_type_anywhere_are_read(head: dict[str, object], items: list[object]) -> None:
    assert_clean(read(json.dumps({**head, "version": VERSION, "items": items})))
    assert_clean(read(json.dumps({"rss": {"channel": {**head, "item": items}}})))


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(OURS), st.data())
def test_a_damaged_document_is_read_or_refused(name: str, data: st.DataObject) -> None:
    body = bytearray((PAGES / "jsonfeed" / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        piece = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"{", b"}", b'"', b"\\", b"1e9", b"null"])))
        body[place : place + data.draw(st.integers(0, 3))] = piece
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(bytes(body))))


# ------------------------------------------------------------------ older items


@pytest.mark.parametrize("wrong", [None, 7, [], {}, "", " ", "-x", "mailto:a@b.test", True])
def test_a_next_url_that_is_none_is_the_end(wrong: object) -> None:
    assert read(feed({"id": "1"}, next_url=wrong)).older == {}


def test_a_next_url_leads_on_whatever_the_feed_says_of_its_own_address() -> None:
    batch = read(feed({"id": "1"}, feed_url="https://feed.example/other", next_url="https://feed.example/2.json"))
    assert batch.older["page"] == "/2.json"
    assert read(feed(next_url="/2.json")).older["page"] == "/2.json"


def test_a_feed_in_the_shape_of_rss_has_no_older_pages() -> None:
    channel = {"title": "T", "next_url": "/2.json", "item": [{"guid": "1", "author": "a@valley.test (A. Writer)"}]}
    batch = read(json.dumps({"rss": {"channel": channel}}))
    assert batch.older == {}
    assert batch.posts[0].authors == ("A. Writer",)
