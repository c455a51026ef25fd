"""What passes between the network, an adapter and the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import admission
from feeds.document import (
    BOLD,
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
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Response
from feeds.model import Batch, Coverage, Enclosure, Extent, Hints, Kind, Offer, Post
from tests.adapters.feedflow import assert_clean

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVIL = "a\x1b[2J\u202eb\x00"
SAFE = "a[2Jb"


def cleaned(**fields: object) -> Batch:
    return admission.clean(replace(Batch(Kind.FEED), **fields), "x")


def post(**fields: object) -> Post:
    return cleaned(posts=(replace(Post(), **fields),)).posts[0]


def refused(**fields: object) -> str:
    with pytest.raises(AdapterError) as caught:
        cleaned(**fields)
    assert caught.value.adapter == "x"
    return str(caught.value)


# ------------------------------------------------------------------ answers


def test_an_answer_that_may_be_read_is_admitted_as_it_is() -> None:
    response = Response("https://a.example/", body=b"<rss/>")
    assert admission.admit(response) is response


@pytest.mark.parametrize("body", [b"", b"  \n", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"PK\x03\x04"])
def test_what_none_reads_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        admission.admit(Response("https://a.example/", body=body))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_that_declares_entities_is_refused_in_any_encoding(encoding: str) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel/></rss>'.encode(encoding)
    with pytest.raises(ParseError, match="declares entities"):
        admission.admit(Response("https://a.example/", body=bomb))


# ------------------------------------------------------------------ batches


def test_a_batch_that_is_right_stays_as_it_is_and_gets_its_adapters_name() -> None:
    batch = Batch(
        Kind.LIVEBLOG,
        posts=(
            Post(
                key="#a\nb",
                url="https://a.example/live?x=1#a",
                title="Bridge shut",
                authors=("Ann Lee", "Bo Ek"),
                published=NOON,
                updated=NOON,
                body=(
                    Heading((Run("One", BOLD),), 3),
                    Quote((Paragraph((Run("said\ntwice", 0, "mailto:ann@a.example"),)),)),
                    Listing(((Paragraph((Run("x"),)),),), 3),
                    Table(((Cell((Run("c"),), True),),)),
                    Code("  if:\n\tpass"),
                    Media("image", "https://a.example/1.png", "A bridge"),
                    Rule(),
                ),
                tags=("rivers",),
                enclosures=(Enclosure("https://a.example/1.mp3", "audio/mpeg", 9),),
                key_event=True,
            ),
        ),
        title="River rises",
        description="Latest\nfrom the valley",
        link="https://a.example/live",
        language="en",
        coverage=Coverage("River rises", started=NOON, live=True),
        hints=Hints(interval=30.0, skip_hours=(1, 2)),
        extent=Extent.SINCE,
        cursor={"ids": [1, "a", None, {"b": 1.5}]},
        offers=(Offer("https://a.example/rss", "application/rss+xml", "All"),),
        problems=("It is odd.",),
    )
    assert admission.clean(batch, "x") == replace(batch, adapter="x")


def test_no_text_of_a_batch_keeps_a_control_character() -> None:
    evil = replace(
        Post(),
        key=EVIL,
        title=EVIL,
        authors=(EVIL, "\x1b"),
        tags=(EVIL,),
        language=EVIL,
        origin=EVIL,
        summary=(Paragraph((Run(EVIL),)),),
        body=(Code(EVIL), Table(((Cell((Run(EVIL),)),),)), Media("embed", "", EVIL), Quote((Heading((Run(EVIL),)),))),
        enclosures=(Enclosure("https://a.example/1.mp3", EVIL),),
    )
    batch = cleaned(
        posts=(evil,),
        title=EVIL,
        description=EVIL,
        language=EVIL,
        coverage=Coverage(EVIL, (Paragraph((Run(EVIL),)),)),
        offers=(Offer("https://a.example/rss", EVIL, EVIL),),
        problems=(EVIL,),
    )
    assert_clean(batch)
    found = batch.posts[0]
    assert (found.key, found.title, found.authors, found.tags) == (SAFE, SAFE, (SAFE,), (SAFE,))
    assert (batch.title, batch.description, batch.problems) == (SAFE, SAFE, (SAFE,))
    assert plain(found.body).count(SAFE) == 4


def test_titles_and_names_are_one_line_of_bounded_length() -> None:
    assert post(title="a\n\tb  c").title == "a b c"
    assert len(post(title="a" * 9_000).title) == admission.MAX_LINE
    assert len(post(key="a" * 9_000).key) == admission.MAX_KEY
    assert len(post(authors=("a",) * 999).authors) == admission.MAX_LIST


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "/relative",
        "https://",
        "x",
        "",
        "ftp://a.example/",
    ],
)
def test_addresses_that_may_not_be_followed_go(url: str) -> None:
    found = post(
        url=url,
        body=(Paragraph((Run("here", 0, url),)), Media("image", url, "A bridge")),
        enclosures=(Enclosure(url),),
    )
    assert found.url is None
    assert found.body == (Paragraph((Run("here"),)), Media("image", "", "A bridge"))
    assert found.enclosures == ()
    batch = cleaned(link=url, offers=(Offer(url),))
    assert (batch.link, batch.offers) == (None, ())


def test_times_are_utc() -> None:
    ahead = timezone(timedelta(hours=2))
    found = post(published=NOON.astimezone(ahead), updated=NOON.replace(tzinfo=None))
    assert (found.published, found.updated) == (NOON, NOON)
    assert found.published is not None
    assert found.published.utcoffset() == timedelta(0)
    coverage = cleaned(coverage=Coverage(started=NOON.astimezone(ahead), ended=NOON.replace(tzinfo=None))).coverage
    assert coverage == Coverage(started=NOON, ended=NOON)


def test_more_posts_than_are_taken_are_left_out_and_told_of() -> None:
    batch = cleaned(posts=(Post(key="a"),) * (admission.MAX_POSTS + 1))
    assert len(batch.posts) == admission.MAX_POSTS
    assert "more than 10,000 posts" in batch.problems[0]


def test_numbers_that_nobody_means_go_and_the_rest_stays() -> None:
    listing = Listing(((Paragraph((Run("a"),)),),), 10**30)
    found = post(enclosures=(Enclosure("https://a.example/1.mp3", length=10**30),), body=(listing,))
    assert found.enclosures == (Enclosure("https://a.example/1.mp3"),)
    assert found.body == (replace(listing, start=1),)


def test_a_heading_has_a_level_there_is() -> None:
    body = (Heading((Run("a"),), 0), Heading((Run("b"),), 9))
    assert [block.level for block in post(body=body).body if isinstance(block, Heading)] == [1, 6]


# ------------------------------------------------------------------ what is no batch


@pytest.mark.parametrize("returned", [None, [], {}, "text", Post(), Batch])
def test_anything_but_a_batch_is_refused(returned: object) -> None:
    with pytest.raises(AdapterError, match="where a batch of posts was due"):
        admission.clean(returned, "x")


class Foreign:
    """Neither text nor number."""

    def __repr__(self) -> str:
        return "Foreign()"  # the names of tests hold it, and are the same in every process


@pytest.mark.parametrize(
    "fields",
    [
        {"posts": None},
        {"posts": 7},
        {"posts": ("text",)},
        {"title": None},
        {"title": b"bytes"},
        {"description": 7},
        {"kind": "weblog"},
        {"hints": "often"},
        {"hints": Hints(interval="often")},  # type: ignore[arg-type]  # what is tested
        {"cursor": [1]},
        {"cursor": {"a": Foreign()}},
        {"cursor": {"a": "\ud800"}},
        {"cursor": {"a": 10**40}},
        {"coverage": "live"},
        {"problems": (None,)},
        {"offers": ("https://a.example/",)},
        {"posts": (Post(title=7),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(key=7),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(published="2026-03-01"),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(body="text"),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(body=(Paragraph(("text",)),)),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(body=(Run("text"),)),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(pinned="yes"),)},  # type: ignore[arg-type]  # what is tested
        {"posts": (Post(enclosures=(Enclosure("https://a.example/", length="9"),)),)},  # type: ignore[arg-type]  # what is tested
    ],
    ids=str,
)
def test_a_field_of_the_wrong_type_is_the_adapters_error(fields: dict[str, object]) -> None:
    sentence = refused(**fields)
    assert sentence.startswith("The adapter “x” returned a batch that does not hold what it must: ")
    assert sentence.isprintable()


def test_blocks_nested_without_end_are_refused() -> None:
    block: Block = Paragraph((Run("a"),))
    for _ in range(admission.MAX_DEPTH):
        block = Quote((block,))
    assert post(body=(block,)).body == (block,)
    assert "nested too deeply" in refused(posts=(Post(body=(Quote((block,)),)),))


def test_a_time_at_the_edge_of_the_calendar_is_refused_not_raised() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    assert "does not hold what it must" in refused(posts=(Post(published=first),))


texts = st.text(max_size=40)
runs = st.tuples(st.builds(Run, texts, st.integers(0, 31), texts))
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, runs),
    st.builds(Heading, runs, st.integers(-9, 9)),
    st.builds(Code, texts),
    st.builds(Media, st.just("image"), texts, texts),
    st.builds(Quote, st.tuples(st.builds(Paragraph, runs))),
)
documents: st.SearchStrategy[Document] = st.lists(blocks, max_size=3).map(tuple)
posts = st.builds(
    Post, key=texts, url=st.none() | texts, title=texts, authors=st.lists(texts, max_size=2).map(tuple),
    published=st.none() | st.datetimes(timezones=st.just(UTC)), body=documents, summary=documents,
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(posts, max_size=3).map(tuple), texts, st.none() | texts)
def test_whatever_an_adapter_returns_is_clean_afterwards_and_stays_so(
    found: tuple[Post, ...], title: str, link: str | None
) -> None:
    batch = admission.clean(Batch(Kind.FEED, posts=found, title=title, link=link), "x")
    assert_clean(batch)
    assert admission.clean(batch, "x") == batch
