"""Answers that are JSON, and what of their values is used."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import jsonvalue
from feeds.errors import NotAFeedError, ParseError
from tests.adapters.feedflow import answer
from tests.support.mangled import ODD

WHAT = "a list of ferries"


def load(body: str | bytes, content_type: str = "") -> object:
    return jsonvalue.load(answer(body, content_type=content_type), WHAT)


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ("\ufeff [1.5, true] \n", [1.5, True]),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
        ("[NaN, -Infinity]", [None, None]),
        ("[" + "9" * 5_000 + "]", [None]),
        ("[123456789012345678]", [123456789012345678]),
    ],
)
def test_json_is_read_as_it_is(body: str, value: object) -> None:
    assert load(body) == value


def test_encodings_and_packed_files_are_undone() -> None:
    assert load('["Žluť"]'.encode("utf-16")) == ["Žluť"]
    assert load(gzip.compress(b'["packed"]')) == ["packed"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "empty"),
        ("<html><title>Sign in</title></html>", "A list of ferries was expected; the server answered with a web page"),
        ("plain words", "the server answered with something else"),
        ('{"a": [1, 2', "cut off"),
        ('{"a": "b', "cut off"),
        ('{"a" 1}', "broken at line 1, column 6"),
        ("[1] [2]", "broken at line 1, column 5"),
        ("[" * 100_000, "too deeply"),
    ],
)
def test_what_is_no_json_is_refused_with_a_sentence(body: str, says: str) -> None:
    with pytest.raises(ParseError) as caught:
        load(body)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")
    assert jsonvalue.peek(answer(body), WHAT) is None


def test_something_else_is_told_from_broken_json() -> None:
    with pytest.raises(NotAFeedError):
        load("<html></html>")


def test_a_first_look_asks_for_marks_and_reads_nothing() -> None:
    assert jsonvalue.is_json(answer('{"a": broken "b"'), b'"a"', b'"b"')
    assert not jsonvalue.is_json(answer('{"a": 1}'), b'"b"')
    assert not jsonvalue.is_json(answer("<html>"), b"html")
    assert not jsonvalue.is_json(answer(gzip.compress(b'{"a": 1}' * 50)[:-9]), b'"a"')


# ------------------------------------------------------------------ values

DATA: dict[str, object] = {
    "text": " a\x1b b ",
    "number": 7,
    "zero": 0,
    "yes": True,
    "half": 0.5,
    "written": "12.5",
    "list": [1, {"a": "b"}, None],
    "inner": {"deep": {"text": "found"}},
    "url": "/ferry?x=1",
    "script": "javascript:alert(1)",
    "date": "2026-03-01T09:10:00Z",
    "seconds": 1772356200,
    "thousandths": 1772356200000,
}


def test_values_are_found_inside_one_another() -> None:
    assert jsonvalue.at(DATA, "inner", "deep", "text") == "found"
    assert jsonvalue.at(DATA, "inner", "text", "deep") is None
    assert jsonvalue.at([], "a") is None
    assert jsonvalue.mapping(DATA, "inner") == {"deep": {"text": "found"}}
    assert jsonvalue.mapping(DATA, "list") == {}
    assert jsonvalue.items(DATA, "list") == [1, {"a": "b"}, None]
    assert jsonvalue.objects(DATA, "list") == [{"a": "b"}]
    assert jsonvalue.objects([{"a": 1}]) == [{"a": 1}]


def test_texts_are_as_written_lines_are_clean() -> None:
    assert jsonvalue.string(DATA, "text") == " a\x1b b "
    assert jsonvalue.line(DATA, "text") == "a b"
    assert jsonvalue.string(DATA, "number") == ""
    assert len(jsonvalue.line({"a": "x" * 9_000}, "a")) == 500


def test_ids_are_texts_or_whole_numbers() -> None:
    assert [jsonvalue.identifier(DATA, name) for name in ("text", "number", "zero", "yes", "half")] == [
        "a b",
        "7",
        "0",
        "",
        "",
    ]


def test_an_endless_id_is_none() -> None:
    assert jsonvalue.identifier({"a": "x" * (jsonvalue.MAX_ID + 1)}, "a") == ""


def test_what_comes_back_in_a_cursor_is_made_safe_again() -> None:
    cursor = {"about": {"title": "\x1b[31mRed", "live": True, "at": 1.5, "none": None, "huge": 10**30, "list": [1]}}
    assert jsonvalue.remembered(cursor, "about") == {"title": "[31mRed", "live": True, "at": 1.5, "none": None}
    assert jsonvalue.remembered({"about": 3}, "about") == {}


@pytest.mark.parametrize("written", ["INF", "-inf", "nan", float("inf"), float("nan"), 10**400, "1e999"])
def test_a_number_nobody_can_count_with_is_none(written: object) -> None:
    assert jsonvalue.number({"written": written}, "written") is None


def test_numbers_may_be_written_as_text() -> None:
    assert [jsonvalue.number(DATA, name) for name in ("number", "half", "written", "yes", "text")] == [
        7,
        0.5,
        12.5,
        None,
        None,
    ]


def test_addresses_lead_to_the_web_alone() -> None:
    assert jsonvalue.web(DATA, "url", base="https://ferry.test/a/") == "https://ferry.test/ferry?x=1"
    assert jsonvalue.web(DATA, "url") is None
    assert jsonvalue.web(DATA, "script", base="https://ferry.test/") is None


def test_dates_are_written_or_counted() -> None:
    moment = datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert [jsonvalue.when(DATA, name) for name in ("date", "seconds", "thousandths")] == [moment] * 3
    assert jsonvalue.when(DATA, "yes") is None
    assert jsonvalue.when(None) is None


@settings(deadline=None, max_examples=150)
@given(ODD, st.lists(st.text(max_size=3), max_size=2))
def test_no_value_is_too_odd(value: object, names: list[str]) -> None:
    data = {"": value}
    for read in (
        jsonvalue.mapping,
        jsonvalue.items,
        jsonvalue.objects,
        jsonvalue.string,
        jsonvalue.identifier,
        jsonvalue.number,
        jsonvalue.line,
        jsonvalue.web,
        jsonvalue.when,
    ):
        read(data, "")
        read(value, *names)
