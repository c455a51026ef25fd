from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds import html, text
from feeds.document import Media, plain
from feeds.liveblogs import postmarkup
from feeds.schemaorg import livepost

WORDS = st.text(
    st.one_of(
        st.sampled_from("aZ09_ .,-\t\n\r\f\xa0\xad\x1b\u0301éßÉﬁ東ไ\u200d\u2028[]<>&"), st.characters(codec="utf-8")
    ),
    max_size=40,
)
STAMPS = [
    "14 August 2023 10:01",
    "Updated 1:48 AM",
    "Published  at :  09:30:11  (GMT)",
    "20m ago",
    "just now",
    "Wednesday 14\u00a0August 2023\u2009— 10:01",
    " " * 300 + "10:01" + " " * 300,
    "Today, 8:56 AM",
    "Yesterday at 21:03",
    "March 1, 8:56 AM ET",
    "1. März, 08:56 Uhr",
    "Aujourd’hui à 08h56",
    "il y a 5 min",
    "vor 2 Std.",
    "hace 3 horas",
    "5 minuti fa",
    "5 minuten geleden",
]
NO_STAMPS = [
    "Spain 2:10 France",
    "Race 3.45 at Ascot",
    "Kick-off 8:56",
    "ARS 1:02 CHE",
    "vor 5 Toren alles",
    "Matthew 5:12",
]


@given(WORDS)
@example("Snow_fall: 3 cm — \u00c9tretat")
def test_letters_are_the_folded_text_without_all_that_is_none(written: str) -> None:
    assert postmarkup.letters(written) == re.sub(r"[\W_]+", "", text.fold(written))


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_an_element_has_the_letters_of_its_words(pieces: list[str]) -> None:
    tree = html.tree("<b>x</b>".join(f"<p>{each}" for each in pieces).encode("utf-8", "ignore"), "utf-8")
    assert tree is not None
    for element in tree.iter():
        assert postmarkup.letters_in(element) == postmarkup.letters(postmarkup.words(element))


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_time_alone_is_no_part_of_a_text_and_a_paragraph_is(stamp: str) -> None:
    tree = html.tree(f"<div><p>{'The road is shut. ' * 9}</p><span>{stamp}</span></div>".encode(), "utf-8")
    assert tree is not None
    shown = {str(each.tag): postmarkup.is_furniture(each) for each in tree.iter("p", "span")}
    assert shown == {"p": False, "span": True}


@pytest.mark.parametrize("line", NO_STAMPS)
def test_a_clock_among_other_words_is_no_label(line: str) -> None:
    tree = html.tree(f"<div><span>{line}</span></div>".encode(), "utf-8")
    assert tree is not None
    assert not any(postmarkup.is_furniture(each) for each in tree.iter("span"))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<span class="lb-time">23 min</span>', True),
        ('<div class="posted">2h</div>', True),
        ('<span class="score">23 min</span>', False),
        ('<table><td class="time">23 min</td></table>', False),
        ('<p>The delay is <b class="time">23 min</b> on the line to the coast.</p>', False),
    ],
)
def test_how_long_ago_it_was_needs_no_word_for_it_where_it_is_called_a_time(markup: str, expected: bool) -> None:
    tree = html.tree(f"<div>{markup}</div>".encode(), "utf-8")
    assert tree is not None
    assert any(postmarkup.is_furniture(each) for each in tree.iter() if each.get("class")) is expected


@given(WORDS)
@example("Snow at last.\r\n\r\nThe road\nis [[gallery:12]] shut.\n\n[[gallery:12]]\n\nMore.")
@example("One.\nTwo &amp; <b>three</b>")
@example("\x1bThe pass\x00\n \n\topens")
def test_the_words_of_an_update_are_those_of_its_text(written: str) -> None:
    node = {"articleBody": written}
    words = plain(tuple(block for block in livepost.text_of(node, "") if not isinstance(block, Media)))
    assert postmarkup.letters(livepost.words_of(node)) == postmarkup.letters(words)
