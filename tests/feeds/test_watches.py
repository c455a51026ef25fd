"""What watches light up, match, show, hide and tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import query as queries
from feeds.errors import QueryError
from feeds.model import Entry
from feeds.query import Field, Finder, Not, Query, Words, matches, positive
from feeds.text import Token
from feeds.watches import Action, Lit, Watch, Watches, parse_all
from tests.support.posts import entry
from tests.support.queries import EMPTY, tree


def switched(watches: Watches, index: int) -> Watches:
    return Watches(watches.watches, watches.on ^ {index})


def watch(match: str, *actions: Action, name: str = "", key: int | None = None) -> Watch:
    return Watch(name or match, tree(match), key, actions=actions or (Action.HIGHLIGHT,))


def shown(watches: Watches, query: str | None = None, *, entries: list[Entry]) -> list[str]:
    """Return the titles that are shown."""
    narrowed = watches.narrow(None if query is None else tree(query))
    return [each.post.title for each in entries if narrowed is None or matches(narrowed, each, EMPTY)]


# ------------------------------------------------------------------ switching


def test_all_watches_are_on_to_begin_with_and_each_can_be_switched() -> None:
    watches = Watches([watch("a"), watch("b")])
    assert watches.on == {0, 1}
    off = switched(watches, 0)
    assert off.on == {1}
    assert watches.on == {0, 1}
    assert switched(off, 0) == watches
    assert hash(switched(off, 0)) == hash(watches)
    assert off != watches
    assert watches != "watches"


def test_a_watch_is_found_by_its_digit() -> None:
    watches = Watches([watch("a"), watch("b", key=3), watch("c", key=1)])
    assert [watches.by_key(digit) for digit in (1, 2, 3)] == [2, None, 1]


# ------------------------------------------------------------------ lighting up


def test_several_watches_on_one_word_all_light_it() -> None:
    watches = Watches([watch("kyiv"), watch("kyiv OR lviv"), watch("ky*")])
    assert watches.lit("Kyiv, Lviv") == [Lit(0, 4, 0), Lit(0, 4, 1), Lit(0, 4, 2), Lit(6, 10, 1)]


def test_a_watch_that_is_off_or_does_not_highlight_lights_nothing() -> None:
    watches = Watches([watch("a"), watch("b", Action.ALERT, Action.MUTE), watch("c", Action.ALERT, Action.HIGHLIGHT)])
    assert watches.lit("a b c") == [Lit(0, 1, 0), Lit(4, 5, 2)]
    assert switched(watches, 0).lit("a b c") == [Lit(4, 5, 2)]
    assert Watches().lit("a b c") == []


def test_a_watch_lights_a_title_or_a_text_as_its_fields_say() -> None:
    watches = Watches([watch("title:kyiv OR talks"), watch("text:/K.iv/"), watch("is:read /t.lk/")])
    assert watches.lit("Kyiv talks", Field.TITLE) == [Lit(0, 4, 0), Lit(5, 9, 2), Lit(5, 10, 0)]
    assert watches.lit("Kyiv talks", Field.TEXT) == [Lit(0, 4, 1), Lit(5, 9, 2), Lit(5, 10, 0)]


def test_a_negated_word_is_not_lit() -> None:
    assert Watches([watch("a -b")]).lit("a b") == [Lit(0, 1, 0)]
    assert Watches([watch("-b")]).lit("a b") == []


@given(
    st.lists(st.sampled_from(["a", "b*", '"a b"', '"b a"*', "ab OR c", "a -c", "日", "b OR ab*"]), max_size=6),
    st.lists(st.sampled_from(["a", "b", "ab", "abc", "c", "日日"]), max_size=10).map(" ".join),
)
def test_together_watches_light_what_each_lights_alone(matching: list[str], text: str) -> None:
    watches = Watches([watch(match) for match in matching])
    expected = [
        Lit(start, end, index)
        for index, match in enumerate(matching)
        for start, end in Finder(positive(tree(match))).spans(text)
    ]
    assert watches.lit(text) == sorted(expected)


def test_a_thousand_watches_look_at_a_text_as_often_as_those_that_find_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = 0
    look = queries.Finder.spans_among

    def counting(finder: queries.Finder, found: list[Token], text: str) -> list[tuple[int, int]]:
        nonlocal looked
        looked += 1
        return look(finder, found, text)

    monkeypatch.setattr(queries.Finder, "spans_among", counting)
    watches = Watches([watch(f"w{number}") for number in range(1_000)])
    assert len(watches.lit("w3 and w977 and w1000")) == 2
    assert looked == 2


# ------------------------------------------------------------------ matching and telling


def test_an_entry_matches_watches_that_are_off_too() -> None:
    watches = switched(Watches([watch("kyiv"), watch("lviv"), watch("-kyiv"), watch('"three dead"')]), 0)
    told = entry("Kyiv", "Three dead")
    assert watches.matching(told, EMPTY) == (0, 3)
    assert watches.names(told, EMPTY) == ["kyiv", '"three dead"']
    assert Watches().matching(told, EMPTY) == ()


def test_only_watches_that_are_on_and_alert_tell() -> None:
    watches = Watches(
        [watch("a", Action.ALERT), watch("b", Action.ALERT), watch("a", name="silent"), watch("c", Action.ALERT)]
    )
    assert watches.alerting(entry("a b"), EMPTY) == ["a", "b"]
    assert switched(watches, 1).alerting(entry("a b"), EMPTY) == ["a"]
    assert watches.alerting(entry("d"), EMPTY) == []
    assert Watches([watch("a")]).alerting(entry("a"), EMPTY) == []


# ------------------------------------------------------------------ showing and hiding

ENTRIES = [entry(title) for title in ("a", "b", "a b", "c", "a c")]


def test_without_filters_everything_is_shown() -> None:
    assert Watches([watch("a"), watch("b", Action.ALERT)]).narrow(None) is None
    assert Watches().narrow(Words(("a",))) == Words(("a",))


def test_filters_show_what_any_of_them_matches() -> None:
    watches = Watches([watch("a", Action.FILTER), watch("b", Action.FILTER)])
    assert shown(watches, entries=ENTRIES) == ["a", "b", "a b", "a c"]
    assert shown(switched(watches, 0), entries=ENTRIES) == ["b", "a b"]
    assert shown(switched(switched(watches, 0), 1), entries=ENTRIES) == ["a", "b", "a b", "c", "a c"]


def test_mutes_hide_what_any_of_them_matches_and_win_over_filters() -> None:
    watches = Watches([watch("a", Action.FILTER), watch("b", Action.MUTE), watch("c", Action.MUTE)])
    assert shown(watches, entries=ENTRIES) == ["a"]
    assert shown(switched(watches, 0), entries=ENTRIES) == ["a"]
    assert shown(switched(watches, 1), entries=ENTRIES) == ["a", "a b"]


def test_a_filter_typed_by_hand_narrows_further() -> None:
    watches = Watches([watch("a", Action.FILTER), watch("c", Action.MUTE)])
    assert shown(watches, "b", entries=ENTRIES) == ["a b"]
    assert shown(watches, "b OR c", entries=ENTRIES) == ["a b"]
    assert shown(watches, "c", entries=ENTRIES) == []


# ------------------------------------------------------------------ naming one another


def read(*definitions: tuple[str, str]) -> list[Query | str | None]:
    """Queries of watches, or what is wrong with them."""
    return [str(each) if isinstance(each, QueryError) else each for each in parse_all(definitions)]


def test_watches_name_one_another_before_and_after_them() -> None:
    first, second, third = read(("A", "-watch:b"), ("B", "watch:C"), ("C", "c"))
    assert (first, second, third) == (Not(Words(("c",))), Words(("c",)), Words(("c",)))


@pytest.mark.parametrize(
    "definitions",
    [
        [("A", "x OR watch:a")],
        [("A", "watch:B"), ("B", "watch:C y"), ("C", "-watch:A")],
    ],
)
def test_watches_that_lead_back_to_themselves_cannot_be_used(definitions: list[tuple[str, str]]) -> None:
    for found in read(*definitions):
        assert isinstance(found, str)
        assert "in a circle" in found
        assert "position" in found


def test_a_watch_that_names_one_that_cannot_be_used_says_which_and_why() -> None:
    first, second, third, fourth = read(("A", "a watch:B"), ("B", "(b"), ("C", "watch:D"), ("D", " "))
    assert first is not None
    assert str(first).startswith("The watch “B” at position 9 cannot be used: A bracket is not closed")
    assert str(second).startswith("A bracket")
    assert str(third) == "The watch “D” at position 7 cannot be used: Its query is empty."
    assert fourth is None


def test_of_two_watches_of_one_name_the_first_is_meant() -> None:
    assert read(("A", "a"), ("A", "b"), ("C", "watch:A"))[2] == Words(("a",))
    assert Watches([watch("a", name="A"), watch("b", name="A")]).named == {"A": Words(("a",))}


def test_a_thousand_watches_in_a_row_are_no_riddle_and_doubling_ones_are_refused() -> None:
    chain = [(str(number), f"watch:{number + 1}") for number in range(1_000)]
    assert read(*chain, ("1000", "end"))[0] == Words(("end",))
    doubling = [(str(number), f"watch:{number + 1} watch:{number + 1}") for number in range(40)]
    found = read(*doubling, ("40", "end"))
    assert found[39] is not None
    assert "10,000 terms" in str(found[0])
