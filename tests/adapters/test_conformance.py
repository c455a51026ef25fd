"""Every adapter of ours holds to the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.adapters import BUILT_IN, Registry
from feeds.flow import Adapter, Confidence
from tests.adapters import conformance
from tests.adapters.feedflow import PAGES, answer

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
            assert adapter(other).sniff(answer(page.read_bytes(), URL)) is Confidence.NO
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
