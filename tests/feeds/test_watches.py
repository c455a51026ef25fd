"""What watches light up, match, show, hide and tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import query as queries
from feeds.model import Entry
from feeds.query import Finder, Query, Words, matches, parse, positive
from feeds.text import Token
from feeds.watches import Action, Lit, Watch, Watches
from tests.support.posts import entry


def switched(watches: Watches, index: int) -> Watches:
    return Watches(watches.watches, watches.on ^ {index})


def watch(match: str, *actions: Action, name: str = "", key: int | None = None) -> Watch:
    return Watch(name or match, tree(match), key, actions=actions or (Action.HIGHLIGHT,))


def tree(text: str) -> Query:
    parsed = parse(text)
    assert parsed is not None
    return parsed


def shown(watches: Watches, query: str | None = None, *, entries: list[Entry]) -> list[str]:
    """Return the titles that are shown."""
    narrowed = watches.narrow(None if query is None else tree(query))
    return [each.post.title for each in entries if narrowed is None or matches(narrowed, each)]


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

    def counting(finder: queries.Finder, found: list[Token]) -> list[tuple[int, int]]:
        nonlocal looked
        looked += 1
        return look(finder, found)

    monkeypatch.setattr(queries.Finder, "spans_among", counting)
    watches = Watches([watch(f"w{number}") for number in range(1_000)])
    assert len(watches.lit("w3 and w977 and w1000")) == 2
    assert looked == 2


# ------------------------------------------------------------------ matching and telling


def test_an_entry_matches_watches_that_are_off_too() -> None:
    watches = switched(Watches([watch("kyiv"), watch("lviv"), watch("-kyiv"), watch('"three dead"')]), 0)
    told = entry("Kyiv", "Three dead")
    assert watches.matching(told) == (0, 3)
    assert watches.names(told) == ["kyiv", '"three dead"']
    assert Watches().matching(told) == ()


def test_only_watches_that_are_on_and_alert_tell() -> None:
    watches = Watches(
        [watch("a", Action.ALERT), watch("b", Action.ALERT), watch("a", name="silent"), watch("c", Action.ALERT)]
    )
    assert watches.alerting(entry("a b")) == ["a", "b"]
    assert switched(watches, 1).alerting(entry("a b")) == ["a"]
    assert watches.alerting(entry("d")) == []
    assert Watches([watch("a")]).alerting(entry("a")) == []


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
