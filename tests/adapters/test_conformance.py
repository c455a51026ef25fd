"""Every adapter of ours holds to the contract."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.adapters import BUILT_IN, Registry
from feeds.errors import ParseError
from feeds.flow import Adapter, Confidence, Pages
from tests.adapters import conformance
from tests.adapters.feedflow import PAGES, answer
from tests.support.mangled import ODD, mangled

URL = "https://news.test/dir/source"
EACH = [(name, page) for name in BUILT_IN for page in conformance.pages(name)]
each_page = pytest.mark.parametrize(("name", "page"), EACH, ids=[str(page.relative_to(PAGES)) for _, page in EACH])
each_adapter = pytest.mark.parametrize("name", BUILT_IN)


def adapter(name: str) -> Adapter:
    return Registry(BUILT_IN).load(name)


@each_page
def test_a_page_of_its_own_is_read_the_same_each_time_and_is_safe(name: str, page: Path) -> None:
    batch = conformance.check_page(adapter(name), answer(page.read_bytes(), URL))
    assert batch.posts or "not" in page.stem or "ordinary" in page.stem or "empty" in page.stem


@each_page
def test_a_page_cut_anywhere_costs_no_more_than_that_page(name: str, page: Path) -> None:
    conformance.check_cut(adapter(name), answer(page.read_bytes(), URL))


@each_page
def test_a_page_of_another_is_not_its_own(name: str, page: Path) -> None:
    for other in BUILT_IN:
        if other != name:
            # One that is only asked may say that it would read it: it is chosen by nobody but a person.
            assert adapter(other).sniff(answer(page.read_bytes(), URL)) <= Confidence.ASKED
            conformance.check_any(adapter(other), answer(page.read_bytes(), URL))


@each_adapter
def test_what_is_nobodys_is_refused_with_a_sentence(name: str) -> None:
    conformance.check_wrong(adapter(name), URL)


@each_adapter
def test_importing_an_adapter_imports_no_parser(name: str) -> None:
    conformance.check_import(BUILT_IN[name].partition(":")[0])


@each_adapter
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_page_is_read_or_refused(name: str, data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(conformance.pages(name))).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, max(0, len(body) - 1)))
        body[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    conformance.check_any(adapter(name), answer(bytes(body), URL))


# ------------------------------------------------------------------ older posts


AT = {
    "aljazeera": "https://www.aljazeera.com/news/liveblog/2026/3/1/river-rises",
    "bbc": "https://www.bbc.com/news/live/c0vq3x1y2z3t",
    "mastodon": "https://social.test/@valley",
    "reddit": "https://www.reddit.com/live/ta535s1hq2je",
    "superdesk": "https://live.news.test/api/client_blogs/58bfeb4c15720af1a94c1052",
    "telegram": "https://t.me/s/valley",
}
"""Where a source has to be for older posts of it to be known."""
NAMED: dict[str, dict[str, object]] = {
    "aljazeera": {"below": ["4600009", "4600012"], "count": 2},
    "liveblog24": {"event": "2222222222222222222", "before": "3333333333333333333"},
    "mastodon": {"max_id": "116000000000000000"},
    "norkon": {"channel": "valley/90611", "before": "88121"},
    "reddit": {"after": ["LiveUpdate_9f31", "LiveUpdate_9f32"]},
    "superdesk": {"before": "2026-03-01T09:10:00+00:00", "page": 2},
    "telegram": {"before": 41},
    "wpliveblog": {"entry": "2977-1772356200"},
}
"""Places of older posts of those whose pages are not all it takes to name one."""


def at(name: str) -> str:
    return AT.get(name, URL)


def places(name: str) -> list[dict[str, object]]:
    """Places of older posts as an adapter's own pages name them, and one we know of."""
    found = [NAMED[name]] if name in NAMED else []
    for page in conformance.pages(name):
        visit, shown = conformance.visit(at(name)), answer(page.read_bytes(), at(name))
        with contextlib.suppress(ParseError):
            found.append(conformance.visited(adapter(name), visit, shown).older)
    return list(filter(None, found))


PAGING = [name for name in BUILT_IN if isinstance(adapter(name), Pages)]
each_paging = pytest.mark.parametrize("name", PAGING)


@each_paging
def test_a_place_of_older_posts_in_anybodys_hands_leads_nowhere_else(name: str) -> None:
    found = places(name)
    assert found, f"no page of {name} names a place of older posts: write one, or put a place into NAMED"
    for page in conformance.pages(name):
        for older in found:
            conformance.check_hostile_older(adapter(name), answer(page.read_bytes(), at(name)), older)


@each_page
def test_an_optional_request_that_brings_nothing_costs_no_visit(name: str, page: Path) -> None:
    visit, shown = conformance.visit(at(name)), answer(page.read_bytes(), at(name))
    try:
        conformance.visited(adapter(name), visit, shown)
    except ParseError:
        return  # there, this page alone makes no visit
    conformance.check_optional(adapter(name), visit, shown)


@each_paging
def test_an_older_page_that_is_nobodys_or_cut_is_refused_with_a_sentence(name: str) -> None:
    for older in places(name)[:2]:
        conformance.check_older_wrong(adapter(name), at(name), older)


@each_paging
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_place_of_older_posts_is_read_or_refused(name: str, data: st.DataObject) -> None:
    page = answer(data.draw(st.sampled_from(conformance.pages(name))).read_bytes(), at(name))
    older = json.loads(data.draw(mangled(data.draw(st.sampled_from(places(name))))))
    conformance.check_older(adapter(name), page, older if isinstance(older, dict) else {"other": older})
    conformance.check_older(adapter(name), page, data.draw(st.dictionaries(st.text(max_size=6), ODD, min_size=1)))
