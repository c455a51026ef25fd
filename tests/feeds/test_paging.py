"""Which stated addresses of older pages are kept, and what is asked for when they come back."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import paging
from feeds.errors import ParseError
from feeds.flow import Response, Visit
from tests.adapters.conformance import ELSEWHERE

SOURCE = "https://valley.test/feed"
HOSTS = frozenset({"archive.test"})


def kept(stated: str, url: str = SOURCE, answered: str = "") -> dict[str, object]:
    return paging.place(Visit(url), Response(answered or url), stated, HOSTS)


def asked(older: dict[str, object], url: str = SOURCE) -> str:
    return paging.address(Visit(url, older=older), HOSTS)


def walk(*pages: str, url: str = SOURCE) -> list[str]:
    """What is asked for where each page leads to the next of these, until the way ends."""
    visit, here = Visit(url), url
    found = []
    for stated in pages:
        older = paging.place(visit, Response(here), stated, HOSTS)
        if not older:
            break
        visit = Visit(url, older=older)
        here = paging.address(visit, HOSTS)
        found.append(here)
    return found


@pytest.mark.parametrize(
    ("stated", "url", "address"),
    [
        ("https://valley.test/feed?page=2", SOURCE, "https://valley.test/feed?page=2"),
        ("https://valley.test/feed?page=2#x", SOURCE, "https://valley.test/feed?page=2"),
        ("https://valley.test?page=2", SOURCE, "https://valley.test/?page=2"),
        # The source is where the source is, whatever its program believes of itself.
        ("http://valley.test/feed?page=2", SOURCE, "https://valley.test/feed?page=2"),
        ("http://www.valley.test:8080/2", SOURCE, "https://valley.test/2"),
        ("http://valley.test/2", "https://www.valley.test/feed", "https://www.valley.test/2"),
        ("http://valley.test/2", "https://valley.test:8443/feed", "https://valley.test:8443/2"),
        ("https://VALLEY.test/2", "https://Valley.test/feed", "https://Valley.test/2"),
        # Credentials of the source go where the source is; those that a document states go nowhere.
        ("https://valley.test/2", "https://me:secret@valley.test/feed", "https://me:secret@valley.test/2"),
        ("https://you:other@valley.test/2", SOURCE, "https://valley.test/2"),
        ("http://archive.test/2", "https://me:secret@valley.test/feed", "https://archive.test/2"),
    ],
)
def test_what_is_stated_is_asked_for_where_the_source_is(stated: str, url: str, address: str) -> None:
    older = kept(stated, url)
    assert "secret" not in json.dumps(older)
    assert asked(older, url) == address


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "https://elsewhere.test/feed?page=2",
        "https://valley.test.elsewhere.test/2",
        "https://valley.test@elsewhere.test/2",
        "https://192.168.0.1/feed",
        "https://wwwvalley.test/2",
        "ftp://valley.test/2",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://[",
        f"https://valley.test/{'x' * 3_000}",
    ],
)
def test_what_is_none_or_elsewhere_ends_the_way(stated: str) -> None:
    assert kept(stated) == {}


def test_a_file_has_no_older_pages() -> None:
    assert kept("https://valley.test/2", "file:///home/reader/feed.xml") == {}


@pytest.mark.parametrize("stated", [SOURCE, f"{SOURCE}#x", "http://www.valley.test/feed", "https://valley.test/moved"])
def test_a_page_that_leads_to_itself_is_the_last(stated: str) -> None:
    assert kept(stated, answered="https://valley.test/moved") == {}


def test_a_way_ends_where_it_comes_to_a_page_seen_before() -> None:
    one, two, three = (f"https://valley.test/{number}" for number in (1, 2, 3))
    assert walk(one, two, three) == [one, two, three]
    assert walk(one, two, three, one) == [one, two, three]
    assert walk(one, two, SOURCE) == [one, two]
    assert walk(one, two, two) == [one, two]
    assert walk("https://archive.test/1", one, "https://archive.test/1") == ["https://archive.test/1", one]


def test_of_a_long_way_its_begin_and_its_end_are_remembered() -> None:
    pages = [f"https://valley.test/{'x' * 1_980}{number}" for number in range(200)]
    assert walk(*pages, SOURCE) == pages
    assert walk(*pages, pages[-paging.REMEMBERED + 2]) == pages
    visit = Visit(SOURCE)
    for page in pages:
        older = paging.place(visit, Response(page), page, HOSTS) or kept(page)
        visit = Visit(SOURCE, older=older)
        assert len(json.dumps(older)) < 4_000


@pytest.mark.parametrize("odd", ELSEWHERE)
def test_what_was_kept_in_other_hands_leads_nowhere_else(odd: object) -> None:
    for older in ({"page": odd}, {"page": "/2", "host": odd}, {"page": odd, "host": odd, "seen": odd}, {"seen": odd}):
        with contextlib.suppress(ParseError):
            assert urlsplit(asked({**older})).hostname in ("valley.test", "archive.test")
    assert paging.place(Visit(SOURCE, older={"page": odd, "seen": odd}), Response(SOURCE), SOURCE) == {}


@settings(max_examples=80)
@given(
    st.one_of(
        st.text(max_size=20),
        st.builds("/{}".format, st.text(max_size=20)),
        st.sampled_from(["//elsewhere.test/x", "/\\elsewhere.test", "/@elsewhere.test", "/..//elsewhere.test", "/#x"]),
    )
)
def test_whatever_is_kept_the_source_is_asked(path: str) -> None:
    try:
        address = asked({"page": path})
    except ParseError:
        return
    assert address.startswith("https://valley.test/")
    assert urlsplit(address).netloc == "valley.test"
    assert urlsplit(address).fragment == ""
