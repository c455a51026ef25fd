"""The difference of two texts, word by word."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.diff import words

texts = st.text(st.sampled_from("aab  \n\n.,é日\u3000\r\u2028\x1c") | st.characters(), max_size=60)


def shown(before: str, after: str) -> str:
    marks = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(marks[change.op].format(change.text) for change in words(before, after))


@given(texts, texts)
def test_what_is_kept_with_the_rest_is_both_texts(before: str, after: str) -> None:
    changes = words(before, after)
    assert "".join(change.text for change in changes if change.op != "+") == before
    assert "".join(change.text for change in changes if change.op != "-") == after


@given(texts, texts)
def test_no_two_of_a_kind_follow_each_other_and_none_is_empty(before: str, after: str) -> None:
    changes = words(before, after)
    assert all(change.text for change in changes)
    assert all(one.op != other.op and (one.op, other.op) != ("+", "-") for one, other in pairwise(changes))


@given(texts)
def test_a_text_is_itself(text: str) -> None:
    assert [change.op for change in words(text, text)] == (["="] if text else [])
    assert [change.op for change in words(text, "")] == (["-"] if text else [])
    assert [change.op for change in words("", text)] == (["+"] if text else [])


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ("40 people died.", "41 people died.", "[-40-]{+41+} people died."),
        ("It is open.", "It is not open.", "It is {+not +}open."),
        ("Shut, again.", "Shut again.", "Shut[-,-] again."),
        ("kyiv", "Kyiv", "[-kyiv-]{+Kyiv+}"),
        (
            "Police closed the old bridge at nine.",
            "Officers shut the old bridge at ten.",
            "[-Police closed-]{+Officers shut+} the old bridge at [-nine-]{+ten+}.",
        ),
        (
            "He resigned, citing a long illness and family matters.",
            "The minister was dismissed late last night after a row.",
            "[-He resigned, citing a long illness and family matters-]"
            "{+The minister was dismissed late last night after a row+}.",
        ),
        (
            "One.\n\nTwo is here.\n\nThree.",
            "One.\n\nTwo was here.\n\nThree.",
            "One.\n\nTwo [-is-]{+was+} here.\n\nThree.",
        ),
        ("One.\n\nTwo.", "One.\n\nNew.\n\nTwo.", "One.\n\n{+New.\n\n+}Two."),
        ("One.\n\nOld.\n\nTwo.", "One.\n\nTwo.", "One.\n\n[-Old.\n\n-]Two."),
        ("東京は雨です", "東京は雪です", "東京は[-雨-]{+雪+}です"),
        ("हिन्दी में", "हिन्दू में", "[-हिन्दी-]{+हिन्दू+} में"),
        ("naïve café", "naive café", "[-naïve-]{+naive+} café"),
    ],
)
def test_a_difference_reads_as_a_person_would_tell_it(before: str, after: str, difference: str) -> None:
    assert shown(before, after) == difference


def test_a_paragraph_that_moved_is_taken_out_and_put_in_whole() -> None:
    first, second, third = (f"Paragraph {name} says what it says." for name in ("one", "two", "three"))
    changes = words("\n\n".join((first, second, third)) + "\n", "\n\n".join((third, first, second)) + "\n")
    assert len(changes) <= 5


# ------------------------------------------------------------------ long texts


def prose(luck: random.Random, count: int, names: str = "word") -> list[str]:
    return [luck.choice(("the", "of", "to", "and", f"{names}{luck.randrange(3_000)}")) for _ in range(count)]


def test_a_long_text_in_one_paragraph_keeps_all_but_the_words_that_were_changed() -> None:
    luck = random.Random(1)
    before = prose(luck, 5_000)
    after = before.copy()
    for place in luck.sample(range(5_000), 100):
        after[place] = "otherwise"
    changes = words(" ".join(before), " ".join(after))
    kept = sum(len(change.text) for change in changes if change.op == "=")
    assert kept > 0.95 * len(" ".join(before))
    assert len(changes) <= 301


def test_long_texts_with_nothing_in_common_are_one_removal_and_one_insertion() -> None:
    luck = random.Random(2)
    before, after = (" ".join(f"{name}{luck.randrange(3_000)}" for _ in range(5_000)) for name in "xy")
    assert [change.op for change in words(before, after)] == ["-", "+"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 20_000, "a " * 10_000 + "b " + "a " * 9_000),
        ("\n" * 60_000, "x\n" * 30_000),
        ("a b " * 10_000, "b a " * 10_000),
        ("a b c " * 7_000, "c b a b " * 5_000),
    ],
)
def test_texts_that_repeat_themselves_come_to_an_end_in_few_pieces(before: str, after: str) -> None:
    changes = words(before, after)
    assert "".join(change.text for change in changes if change.op != "+") == before
    assert "".join(change.text for change in changes if change.op != "-") == after
    assert len(changes) < 1_000
