"""Older entries: who is asked for them, and what is said of the answers."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from feeds.backfill import SOURCES_BACK
from feeds.events import OlderRead
from feeds.model import Source
from tests.support.posts import at
from tests.tui.host import source
from tui.history import NO_MORE, History, asking


def paging(number: int) -> Source:
    return replace(source(number), older={"page": 2})


def name(source_id: int) -> str:
    return f"Source {source_id}"


def test_the_sources_that_begin_latest_are_asked_and_not_too_many_at_once() -> None:
    sources = [*(paging(number) for number in range(1, 9)), source(9), replace(source(10), older={})]
    oldest = {number: at(number) for number in range(2, 11)}
    assert History().ask(sources, oldest) == (8, 7, 6, 5, 4)
    assert SOURCES_BACK == 5


def test_nobody_is_asked_while_an_answer_is_due() -> None:
    history = History()
    assert history.ask([paging(1), paging(2)], {1: at(1), 2: at(2)}) == (2, 1)
    assert history.under_way
    assert history.ask([paging(1)], {1: at(1)}) == ()
    assert history.take(OlderRead(2, 3, more=True), name) == ""
    assert history.take(OlderRead(7, 3, more=True), name) == ""
    assert history.take(OlderRead(1, 1), name) == "4 older entries."
    assert not history.under_way


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (OlderRead(1, 1, more=True), "1 older entry."),
        (OlderRead(1), NO_MORE),
        (OlderRead(1, more=True), "Nothing new in the last pages; once more looks further back."),
        (
            OlderRead(1, more=True, message="It is gone. Check the address."),
            "No older entries of Source 1: It is gone.",
        ),
    ],
)
def test_what_came_of_it_is_said(answer: OlderRead, sentence: str) -> None:
    history = History()
    history.ask([paging(1)], {1: at(1)})
    assert history.take(answer, name) == sentence


def test_nothing_is_expected_of_an_engine_that_has_ended() -> None:
    history = History()
    history.ask([paging(1)], {1: at(1)})
    history.forget()
    assert history.ask([paging(1)], {1: at(1)}) == (1,)


def test_who_is_asked_is_said() -> None:
    assert asking([paging(1)]) == "Fetching older entries of Varda Herald."
    assert asking([paging(1), paging(2)]) == "Fetching older entries of 2 sources."
