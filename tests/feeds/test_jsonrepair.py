"""JSON that is not quite JSON."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import ParseError
from feeds.schemaorg import jsonrepair
from feeds.schemaorg.jsonrepair import Loaded


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (
            ' \n{"a": "// no comment", "b": "/* none */", "c": ",}"}',
            {"a": "// no comment", "b": "/* none */", "c": ",}"},
        ),
        ('{"a": ""}', {"a": ""}),
        ('"&quot;"', "&quot;"),
    ],
)
def test_json_that_is_right_is_not_touched(source: str, value: object) -> None:
    assert jsonrepair.load(source) == Loaded((value,))


@pytest.mark.parametrize(
    ("source", "values", "repair"),
    [
        ('{"a": "x\ny\tz"}', ({"a": "x\ny\tz"},), "raw line breaks in texts"),
        ('<!-- {"a": 1} -->', ({"a": 1},), "a wrapper around it"),
        ('<!--\n{"a": 1}\n//-->', ({"a": 1},), "a wrapper around it"),
        ('//<![CDATA[\n{"a": 1};\n//]]>', ({"a": 1},), "a wrapper around it"),
        ("{&quot;a&quot;: &quot;x &amp;amp; y&quot;}", ({"a": "x &amp; y"},), "HTML entities instead of quotes"),
        ('{"a": 1, // one\n "b": "//"}', ({"a": 1, "b": "//"},), "comments or trailing commas"),
        ('{"a": 1, /* "b": 2, */ "c": [1, 2,],}', ({"a": 1, "c": [1, 2]},), "comments or trailing commas"),
        ('<!-- {"a": "x\ny", } -->', ({"a": "x\ny"},), "comments or trailing commas"),
        ('{"a": ""2026-03-01"", "b": ""}', ({"a": "2026-03-01", "b": ""},), "doubled quotes"),
        ('{"a": 1} {"b": 2}\n[3]', ({"a": 1}, {"b": 2}, [3]), ""),
        ('{"a": 1},{"b": 2};', ({"a": 1}, {"b": 2}), ""),
        ('{"a": 1} and so on', ({"a": 1},), "something after its end"),
    ],
)
def test_each_kind_of_damage_is_mended_and_named(source: str, values: tuple[object, ...], repair: str) -> None:
    assert jsonrepair.load(source) == Loaded(values, repair)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "cut off"),
        ('{"a": 1, "b', "cut off"),
        ('{"a": [1, 2', "cut off"),
        ('{"a": 1, b: 2}', "broken at line 1, column 10: Expecting property name enclosed in double quotes"),
        ("nonsense", "broken at line 1, column 1: Expecting value"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_nothing_mends_is_said_with_its_place(source: str, sentence: str) -> None:
    with pytest.raises(ParseError, match=sentence):
        jsonrepair.load(source)


def test_numbers_that_are_none_are_no_numbers() -> None:
    assert jsonrepair.load("[NaN, Infinity, -Infinity, 12, 1.5]").values == ([None, None, None, 12, 1.5],)
    assert jsonrepair.load(f"[{'9' * 5_000}]").values == (["9" * 5_000],)


@pytest.mark.parametrize(
    "unit", ['"', "/*", "//", '{"a":"', ",", ", ", "\\", "<!--", "]]>", ";", '"\\', ':""x', "[{", "&quot;"]
)
def test_time_grows_with_length_and_no_faster(unit: str) -> None:
    def seconds(length: int) -> float:
        source = '{"a": ' + unit * (length // len(unit))
        began = time.process_time()
        with pytest.raises(ParseError):
            jsonrepair.load(source)
        return time.process_time() - began

    short = min(seconds(50_000) for _ in range(2))
    assert seconds(400_000) < 0.05 + short * 8 * 4


@settings(max_examples=150)
@given(st.text(alphabet='{}[]",:/*\\ \n\tab1;&<!->', max_size=60))
def test_whatever_the_text_it_is_read_or_refused(source: str) -> None:
    sentence = ""
    try:
        assert jsonrepair.load(source).values
    except ParseError as error:
        sentence = str(error)
    assert not sentence or sentence.isprintable()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100)
@given(values, st.sampled_from(["", "<!-- ", "//<![CDATA[\n"]), st.sampled_from(["", ";", " -->", "\n//]]>"]))
def test_what_was_wrapped_comes_out_as_it_went_in(value: object, before: str, behind: str) -> None:
    found = jsonrepair.load(before + json.dumps([value]) + behind)
    assert found.values == ([value],)
