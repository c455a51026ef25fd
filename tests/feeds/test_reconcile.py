"""What a visit changed, told as stories of polls."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from feeds import identity
from feeds.document import paragraphs
from feeds.model import Extent, Post
from feeds.reconcile import (
    MAX_WINDOW,
    STORM_REVISIONS,
    STORM_SPACING,
    Added,
    Edited,
    Known,
    Refreshed,
    confirm,
    place_in_time,
    reconcile,
)
from tests.support.posts import NOON, Ledger, at, batch, post


def dated(letters: str, *, pinned: str = "") -> list[Post]:
    """Return a post a letter, each published at its place in the alphabet, a at minute 0."""
    return [post(each, minutes=ord(each) - ord("a"), pinned=each in pinned) for each in letters]


def started(letters: str) -> Ledger:
    ledger = Ledger()
    ledger.poll(letters, 0)
    return ledger


# ------------------------------------------------------------------ the place of what is new


def test_the_first_poll_orders_by_date_and_nothing_is_late() -> None:
    ledger = Ledger()
    posts = [post("c", minutes=-10), post("a", minutes=-30), post("b", minutes=-20)]
    told = ledger.poll(posts, 0)
    assert ledger.timeline == ["a", "b", "c"]
    assert not any(each.late for each in ledger.entries.values())
    assert (told.gap, told.problems) == (False, ())


def test_entries_of_one_poll_without_dates_stand_in_the_order_of_the_list() -> None:
    assert started("cba").timeline == ["a", "b", "c"]


def test_what_was_published_since_the_last_poll_stands_where_it_was_published() -> None:
    ledger = Ledger()
    ledger.poll([post("a", minutes=-5)], 0)
    ledger.poll([post("b", minutes=3), post("a", minutes=-5)], 10)
    assert (ledger.of("b").sort_at, ledger.of("b").late) == (at(3), False)


def test_an_arrival_dated_before_the_last_poll_stands_where_it_arrived_and_is_late() -> None:
    ledger = Ledger()
    ledger.poll([post("b", minutes=-5), post("a", minutes=-60)], 0)
    ledger.poll([post("b", minutes=-5), post("x", minutes=-30), post("a", minutes=-60)], 10)
    assert (ledger.of("x").sort_at, ledger.of("x").late) == (at(10), True)
    assert ledger.of("x").when == at(-30)
    assert ledger.timeline == ["a", "b", "x"]


def test_an_arrival_dated_before_the_last_poll_but_after_all_that_is_known_is_not_late() -> None:
    ledger = Ledger()
    ledger.poll([post("a", minutes=-60)], 0)
    ledger.poll([post("x", minutes=-1), post("a", minutes=-60)], 10)
    assert (ledger.of("x").sort_at, ledger.of("x").late) == (at(10), False)


def test_a_date_in_the_future_or_none_stands_where_it_arrived() -> None:
    ledger = Ledger()
    ledger.poll([post("f", minutes=9_999), post("n"), post("a", minutes=-1)], 0)
    assert ledger.of("f").sort_at == ledger.of("n").sort_at == NOON
    assert ledger.of("f").when == NOON
    ledger.poll([post("g", minutes=9_999), post("m"), post("f", minutes=9_999), post("n")], 10)
    assert ledger.of("g").sort_at == ledger.of("m").sort_at == at(10)
    assert ledger.timeline == ["a", "n", "f", "m", "g"]


def test_a_post_without_a_date_but_with_a_change_stands_at_its_change() -> None:
    assert place_in_time(Post(updated=at(-3)), NOON, None) == at(-3)
    assert place_in_time(Post(updated=at(-3)), NOON, at(-2)) == NOON


def test_a_list_that_begins_with_the_oldest_is_read_the_other_way_round() -> None:
    ledger = Ledger()
    ledger.poll(dated("abcde"), 30)
    told = ledger.poll(dated("abcdefg"), 40)
    assert ledger.told(told) == ["added f", "added g"]
    assert [seen.identity for seen in told.window] == list("gfedcba")


def test_new_entries_of_a_list_that_begins_with_the_oldest_come_oldest_first() -> None:
    ledger = Ledger()
    told = ledger.poll(dated("abcde"), -10)
    assert ledger.told(told) == [f"added {each}" for each in "abcde"]
    assert ledger.timeline == list("abcde")


def test_dates_that_have_little_to_do_with_the_list_do_not_turn_it_round() -> None:
    for letters in ("ab", "abc", "abcd", "bdacegf", "badcfehgji"):
        told = Ledger().poll(dated(letters), 60)
        assert [seen.identity for seen in told.window] == list(letters)


def test_one_missing_from_a_list_that_begins_with_the_oldest_is_withdrawn_at_the_second_poll() -> None:
    ledger = Ledger()
    ledger.poll(dated("abcdefgh"), 30)
    assert ledger.poll(dated("bcdefgh"), 31).changes == ()
    assert ledger.poll(dated("bcefgh"), 32).changes == ()
    assert ledger.told(ledger.poll(dated("cefghi"), 33)) == ["added i", "withdrawn d"]


# ------------------------------------------------------------------ edits


def test_the_same_list_again_changes_nothing() -> None:
    ledger = started("cba")
    assert ledger.poll("cba", 1).changes == ()
    assert ledger.unchanged(2).changes == ()


def test_an_edit_is_a_revision_that_keeps_its_place() -> None:
    ledger = started("cba")
    told = ledger.poll([post("c"), post("b", "40 dead."), post("a")], 1)
    assert ledger.told(told) == ["edited b"]
    told = ledger.poll([post("c"), post("b", "41 dead."), post("a")], 2)
    assert ledger.told(told) == ["edited b"]
    assert ledger.of("b").revision == 3
    assert ledger.timeline == ["a", "b", "c"]


@pytest.mark.parametrize(
    "other",
    [
        post("b", "He said:  “go”.\n\nUpdated at 12:10", minutes=-5, url="https://a.example/b?utm_source=x"),
        post("b", 'He said: "go".\n\n5 minutes ago', minutes=-5, tags=("war",)),
        post("b", 'He said: "go".', minutes=-4),
        post("b", 'He said: "go".', minutes=-5, pinned=True),
    ],
)
def test_what_only_noise_differs_in_is_refreshed(other: Post) -> None:
    ledger = Ledger()
    ledger.poll([post("b", 'He said: "go".', minutes=-5)], 0)
    assert ledger.told(ledger.poll([other], 1)) == ["refreshed b"]
    assert ledger.of("b").post == other
    assert ledger.of("b").revision == 1


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("He said:  “go”.", True),
        ('He said: "go".\n\n5 minutes ago', False),
        ('He said: "go".\n\n[image: https://a.example/1.jpg?sig=2]', False),
        ("He said: go.", None),
    ],
)
def test_an_edit_of_white_space_and_signs_is_folded_what_a_page_adds_itself_is_none(
    text: str, folded: bool | None
) -> None:
    ledger = Ledger()
    ledger.poll([post("b", 'He said: "go".')], 0)
    (change,) = ledger.poll([post("b", text)], 1).changes
    assert isinstance(change, Edited) if folded is None else change == Refreshed(1, post("b", text), folded=folded)


def test_what_is_not_kept_of_a_ticker_is_folded() -> None:
    ledger = ticking(1, STORM_REVISIONS)
    (change,) = ledger.poll([post("b", "Again other."), post("a")], STORM_REVISIONS).changes
    assert isinstance(change, Refreshed)
    assert change.folded


def test_a_date_once_known_is_not_lost_when_the_source_leaves_it_out() -> None:
    ledger = Ledger()
    ledger.poll([post("a", minutes=-5)], 0)
    assert ledger.poll([post("a")], 1).changes == ()
    ledger.poll([post("a", "Otherwise.")], 2)
    assert ledger.of("a").post.published == at(-5)


def test_a_post_that_was_edited_and_dated_anew_stays_one_entry_in_its_place() -> None:
    ledger = Ledger()
    ledger.poll([post("b", minutes=-5), post("a", minutes=-6)], 0)
    told = ledger.poll([post("a", "Now this.", minutes=4), post("b", minutes=-5)], 5)
    assert ledger.told(told) == ["edited a"]
    assert ledger.of("a").sort_at == at(-6)


# ------------------------------------------------------------------ entries that change all the time

STORM = "1 entry changes at nearly every visit; only its newest state is kept."


def ticking(minutes: float, ticks: int) -> Ledger:
    """Return a source with an entry that changed so many times, so many minutes apart, and others that did not."""
    ledger = Ledger()
    for tick in range(ticks):
        ledger.poll([post("b", f"{tick} votes counted."), post("a")], tick * minutes)
    return ledger


def test_a_ticker_keeps_its_first_states_and_then_only_the_newest() -> None:
    ledger = ticking(1, STORM_REVISIONS)
    assert ledger.of("b").revision == STORM_REVISIONS
    for tick in range(STORM_REVISIONS, STORM_REVISIONS + 20):
        told = ledger.poll([post("b", f"{tick} votes counted."), post("a")], tick)
        assert ledger.told(told) == ["refreshed b"]
        assert told.problems == (STORM,)
        assert not told.is_news
        assert identity.text_of(ledger.of("b").post) == f"{tick} votes counted."
    assert ledger.of("b").revision == STORM_REVISIONS


def test_up_to_then_every_state_of_a_ticker_is_an_edit() -> None:
    ledger = ticking(1, STORM_REVISIONS - 1)
    told = ledger.poll([post("b", "The last one."), post("a")], STORM_REVISIONS)
    assert (ledger.told(told), told.problems) == (["edited b"], ())


def test_many_edits_that_take_their_time_are_all_kept() -> None:
    ledger = ticking(STORM_SPACING / timedelta(minutes=1), 60)
    assert ledger.of("b").revision == 60
    told = ledger.poll([post("b", "And now."), post("a")], 60 * 5)
    assert (ledger.told(told), told.problems) == (["edited b"], ())


def test_a_correction_after_a_storm_is_an_edit_again() -> None:
    ledger = ticking(1, STORM_REVISIONS + 10)
    told = ledger.poll([post("b", "All are counted."), post("a")], STORM_REVISIONS * 5)
    assert (ledger.told(told), told.problems) == (["edited b"], ())


def test_a_ticker_that_never_ends_costs_no_more_than_twelve_states_an_hour() -> None:
    ledger = ticking(0.5, 24 * 60 * 2)
    assert ledger.of("b").revision <= STORM_REVISIONS + 24 * 12
    assert len(ledger.revisions[ledger.of("b").id]) == ledger.of("b").revision


def test_the_other_entries_of_a_source_are_edited_as_ever_beside_a_ticker() -> None:
    ledger = ticking(1, STORM_REVISIONS)
    told = ledger.poll([post("c"), post("b", "Again other."), post("a", "Corrected.")], STORM_REVISIONS)
    assert sorted(ledger.told(told)) == ["added c", "edited a", "refreshed b"]
    assert told.is_news


def test_a_ticker_that_stands_still_is_nothing_to_tell() -> None:
    ledger = ticking(1, STORM_REVISIONS)
    told = ledger.poll([post("b", f"{STORM_REVISIONS - 1} votes counted."), post("a")], STORM_REVISIONS)
    assert (told.changes, told.problems) == ((), ())


def test_several_tickers_are_told_in_one_sentence() -> None:
    ledger = Ledger()
    for tick in range(STORM_REVISIONS + 1):
        told = ledger.poll([post(key, f"{tick} {key}.") for key in "cba"], tick)
    assert told.problems == ("3 entries change at nearly every visit; only their newest state is kept.",)


def test_a_ticker_that_is_withdrawn_and_comes_back_is_restored_in_its_newest_state() -> None:
    ledger = ticking(1, STORM_REVISIONS)
    for minute in range(2):
        ledger.poll([post("c"), post("a")], STORM_REVISIONS + minute)
    assert ledger.of("b").withdrawn_at is not None
    told = ledger.poll([post("c"), post("b", "Back."), post("a")], STORM_REVISIONS + 3)
    assert ledger.told(told) == ["restored b", "refreshed b"]
    assert identity.text_of(ledger.of("b").post) == "Back."


def test_numbers_in_prose_are_edits() -> None:
    ledger = Ledger()
    for tick in range(10):
        told = ledger.poll([post("a", f"The dead number {40 + tick}, said the mayor.")], tick)
        assert ledger.told(told) == [f"{'edited' if tick else 'added'} a"]


# ------------------------------------------------------------------ withdrawn by absence


def test_a_first_absence_changes_nothing_and_a_second_withdraws() -> None:
    ledger = started("dcba")
    first = ledger.poll("dba", 1)
    assert (first.changes, first.doubtful) == ((), True)
    second = ledger.poll("dba", 2)
    assert ledger.told(second) == ["withdrawn c"]
    assert not second.doubtful
    assert ledger.poll("dba", 3).changes == ()


def test_new_entries_above_do_not_disturb_the_count() -> None:
    ledger = started("dcba")
    ledger.poll("fedba", 1)
    assert ledger.told(ledger.poll("gfedba", 2)) == ["added g", "withdrawn c"]


def test_a_poll_that_finds_the_source_unchanged_counts() -> None:
    ledger = started("dcba")
    ledger.poll("dba", 1)
    told = ledger.unchanged(2)
    assert ledger.told(told) == ["withdrawn c"]
    assert ledger.unchanged(3).changes == ()


def test_a_first_absence_is_forgotten_when_the_entry_comes_back() -> None:
    ledger = started("dcba")
    ledger.poll("dba", 1)
    ledger.poll("dcba", 2)
    assert ledger.poll("dba", 3).changes == ()
    assert ledger.told(ledger.poll("dba", 4)) == ["withdrawn c"]


def test_falling_off_the_end_is_not_withdrawal() -> None:
    ledger = started("dcba")
    for minute, letters in enumerate(["edcb", "fedc", "fedc", "hgfe", "hgfe", "hgf"], 1):
        told = ledger.poll(letters, minute)
        assert not [each for each in ledger.told(told) if not each.startswith("added")]
        assert not told.doubtful


def test_the_newest_missing_says_nothing_until_something_newer_stands_above() -> None:
    ledger = started("dcba")
    for minute in (1, 2, 3):
        assert ledger.poll("cba", minute).changes == ()
    assert ledger.unchanged(4).changes == ()
    assert ledger.told(ledger.poll("ecba", 5)) == ["added e"]
    assert ledger.told(ledger.poll("ecba", 6)) == ["withdrawn d"]


def test_a_poll_that_is_unchanged_cannot_begin_the_count() -> None:
    ledger = started("dcba")
    ledger.poll("cba", 1)
    for minute in (2, 3, 4):
        assert ledger.unchanged(minute).changes == ()


def test_a_pinned_entry_on_top_is_nothing_newer() -> None:
    ledger = Ledger()
    ledger.poll(dated("adcb", pinned="a"), 30)
    for minute in (31, 32, 33):
        assert ledger.poll(dated("acb", pinned="a"), minute).changes == ()
    ledger.poll(dated("aecb", pinned="a"), 34)
    assert ledger.told(ledger.poll(dated("aecb", pinned="a"), 35)) == ["withdrawn d"]


def test_a_pinned_entry_is_not_what_stood_below() -> None:
    ledger = Ledger()
    ledger.poll(dated("dcba", pinned="a"), 30)
    for minute in (31, 32, 33):
        assert ledger.told(ledger.poll([*dated("fe"), *dated("dca", pinned="a")], minute)) in (
            [],
            ["added e", "added f"],
        )


def test_an_entry_that_is_unpinned_and_too_old_for_the_list_is_not_withdrawn() -> None:
    ledger = Ledger()
    ledger.poll(dated("agfe", pinned="a"), 30)
    ledger.poll(dated("ahgf", pinned="a"), 31)
    for minute in (32, 33, 34):
        told = ledger.poll(dated("ihgf"), minute)
        assert not [each for each in ledger.told(told) if each.startswith("withdrawn")]


def test_an_entry_without_a_date_that_is_unpinned_is_not_withdrawn() -> None:
    ledger = Ledger()
    pin = post("a", pinned=True)
    ledger.poll([pin, *map(post, "gfe")], 30)
    ledger.poll([*map(post, "h"), *map(post, "gfe")], 31)
    for minute in (32, 33, 34):
        told = ledger.poll([*map(post, "ihgf")], minute)
        assert not [each for each in ledger.told(told) if each.startswith("withdrawn")]


def test_one_that_comes_back_does_not_disturb_the_count_of_another() -> None:
    ledger = started("fedcba")
    ledger.poll("fedxba", 1)
    ledger.poll("fdcxba", 2)
    assert ledger.told(ledger.poll("fdcxba", 3)) == ["withdrawn e"]


def test_an_entry_that_is_unpinned_and_was_never_marked_is_recognised_by_its_date() -> None:
    ledger = Ledger()
    ledger.poll(dated("agfe"), 30)
    for minute in (31, 32, 33):
        assert ledger.poll(dated("gfe"), minute).changes == ()
    for minute in (34, 35, 36):
        assert ledger.told(ledger.poll(dated("hgfe"), minute)) in ([], ["added h"])


def test_pinning_unpinning_and_withdrawing_at_once_keep_apart() -> None:
    ledger = Ledger()
    ledger.poll(dated("gfedc"), 30)
    first = ledger.poll(dated("dgec", pinned="d"), 31)
    assert ledger.told(first) == ["refreshed d"]
    second = ledger.poll(dated("gedc"), 32)
    assert ledger.told(second) == ["refreshed d", "withdrawn f"]


def test_several_missing_in_a_row_are_withdrawn_together() -> None:
    ledger = started("hgfedcba")
    ledger.poll("hgba", 1)
    assert sorted(ledger.told(ledger.poll("hgba", 2))) == ["withdrawn c", "withdrawn d", "withdrawn e", "withdrawn f"]


def test_two_missing_one_poll_apart_are_withdrawn_one_poll_apart() -> None:
    ledger = started("hgfedcba")
    ledger.poll("hgfecba", 1)
    assert ledger.told(ledger.poll("hgfcba", 2)) == ["withdrawn d"]
    assert ledger.told(ledger.poll("hgfcba", 3)) == ["withdrawn e"]


# ------------------------------------------------------------------ when absence says nothing


def test_an_empty_list_says_nothing() -> None:
    ledger = started("dcba")
    for minute in (1, 2, 3):
        told = ledger.poll("", minute)
        assert (told.changes, told.gap) == ((), False)
    assert ledger.poll("dcba", 4).changes == ()
    for extent in Extent:
        assert ledger.poll("", 5, extent=extent).changes == ()


def test_a_list_turned_upside_down_says_nothing() -> None:
    ledger = started("edcba")
    for minute, letters in enumerate(["abde", "edba", "abde", "abde", "abcde"], 1):
        told = ledger.poll(letters, minute)
        assert not [each for each in ledger.told(told) if not each.startswith("added")], letters


def test_the_last_that_moves_to_the_top_takes_nothing_with_it() -> None:
    ledger = started("hgfedcba")
    for minute in range(1, 6):
        told = ledger.poll("iahgfedc", minute)
        assert ledger.told(told) in ([], ["added i"])
    assert ledger.told(ledger.poll("kjiahgfe", 7)) == ["added j", "added k"]
    assert ledger.poll("kjiahgfe", 8).changes == ()


def test_one_that_moves_above_only_puts_off_what_is_missing_below() -> None:
    ledger = started("hgfedcba")
    ledger.poll("fhgecba", 1)
    assert ledger.poll("fhgecba", 2).changes == ()
    assert ledger.told(ledger.poll("fhgecba", 3)) == ["withdrawn d"]


def test_a_list_in_an_order_of_its_own_that_changes_every_time_says_nothing() -> None:
    luck = random.Random(7)
    ledger = started("abcdefghijklmnopqrst")
    for minute in range(1, 60):
        shown = luck.sample("abcdefghijklmnopqrst", 15)
        told = ledger.poll("".join(shown), minute)
        assert not told.changes
        assert not ledger.unchanged(minute).changes
        assert not ledger.unchanged(minute).changes


def test_most_of_a_list_gone_at_once_is_not_withdrawn_then_or_later() -> None:
    ledger = started("tsrqponmlkjihgfedcba")
    for minute, letters in enumerate(["tsa", "tsa", "utsa", "vutsa"], 1):
        told = ledger.poll(letters, minute)
        assert not [each for each in ledger.told(told) if each.startswith("withdrawn")]
    grown = "".join(chr(0x100 + each) for each in range(60))
    for count in range(1, 60):
        told = ledger.poll(grown[60 - count :] + "vutsa", 10 + count)
        assert not [each for each in ledger.told(told) if each.startswith("withdrawn")]


def test_most_of_a_list_gone_for_one_poll_comes_back_as_it_was() -> None:
    ledger = started("hgfedcba")
    assert ledger.poll("ha", 1).changes == ()
    told = ledger.poll("hgfedcba", 2)
    assert (told.changes, told.gap) == ((), False)


def test_three_of_four_gone_at_once_is_most_of_a_list() -> None:
    ledger = started("dcba")
    for minute in (1, 2, 3):
        assert not [each for each in ledger.told(ledger.poll("ea", minute)) if each.startswith("withdrawn")]


# ------------------------------------------------------------------ gaps


def test_a_first_poll_is_no_gap_and_lists_that_share_nothing_are() -> None:
    ledger = Ledger()
    assert not ledger.poll("cba", 0).gap
    assert ledger.poll("hgf", 1).gap
    assert not ledger.poll("igf", 2).gap


def test_an_empty_list_between_does_not_hide_a_gap() -> None:
    ledger = started("cba")
    ledger.poll("", 1)
    assert ledger.poll("hgf", 2).gap


def test_a_first_poll_that_was_empty_makes_no_gap() -> None:
    ledger = Ledger()
    ledger.poll("", 0)
    assert not ledger.poll("cba", 1).gap


def test_a_pinned_entry_that_both_lists_show_does_not_close_a_gap() -> None:
    ledger = Ledger()
    ledger.poll(dated("adcb", pinned="a"), 30)
    told = ledger.poll(dated("ahgf", pinned="a"), 31)
    assert told.gap
    assert not [each for each in ledger.told(told) if each.startswith("withdrawn")]


def test_a_list_of_one_pinned_entry_that_grows_is_no_gap() -> None:
    ledger = Ledger()
    ledger.poll(dated("a", pinned="a"), 30)
    assert not ledger.poll(dated("aed", pinned="a"), 31).gap
    assert not ledger.poll(dated("a", pinned="a"), 32).gap


def test_a_whole_list_has_no_gaps() -> None:
    ledger = Ledger()
    ledger.poll("cba", 0, extent=Extent.WHOLE)
    assert not ledger.poll("fed", 1, extent=Extent.WHOLE).gap


def test_what_only_carries_on_from_the_last_time_has_no_gaps_and_withdraws_nothing() -> None:
    ledger = started("cba")
    for minute, letters in enumerate(["ed", "f", "", "g"], 1):
        told = ledger.poll(letters, minute, extent=Extent.DELTA)
        assert [each.split()[0] for each in ledger.told(told)] == ["added"] * len(letters)
        assert (told.gap, told.doubtful) == (False, False)
    assert [seen.identity for seen in ledger.window or ()] == list("gfedcba")
    assert ledger.told(ledger.poll([post("b", "Otherwise.")], 9, extent=Extent.DELTA)) == ["edited b"]


# ------------------------------------------------------------------ whole lists


def test_what_a_whole_list_leaves_out_at_its_ends_is_withdrawn_at_the_second_poll() -> None:
    ledger = Ledger()
    ledger.poll("edcba", 0, extent=Extent.WHOLE)
    assert ledger.poll("dcb", 1, extent=Extent.WHOLE).changes == ()
    assert sorted(ledger.told(ledger.poll("dcb", 2, extent=Extent.WHOLE))) == ["withdrawn a", "withdrawn e"]


def test_an_unchanged_poll_confirms_what_a_whole_list_left_out_at_its_end() -> None:
    ledger = Ledger()
    ledger.poll("edcba", 0, extent=Extent.WHOLE)
    ledger.poll("edcb", 1, extent=Extent.WHOLE)
    assert ledger.told(ledger.unchanged(2)) == ["withdrawn a"]


def test_a_whole_list_that_was_cut_off_is_only_a_part() -> None:
    ledger = Ledger()
    ledger.poll("edcba", 0, extent=Extent.WHOLE)
    for minute in (1, 2, 3):
        assert ledger.poll("edc", minute, extent=Extent.WHOLE, problems=("It was cut off.",)).changes == ()


@pytest.mark.parametrize("extent", [Extent.DELTA, Extent.PART])
def test_a_new_post_that_says_what_another_said_is_news(extent: Extent) -> None:
    words = "We are pausing our live coverage for the night. Thank you for having been with us."
    ledger = Ledger()
    ledger.poll([post("b", minutes=1), post("a", words, minutes=0)], 2)
    told = ledger.poll([post("z", words, minutes=1440)], 1441, extent=extent)
    assert ledger.told(told) == ["added z"]
    assert told.problems == ()


def test_an_old_post_that_a_delta_brings_has_no_place_in_the_list() -> None:
    ledger = Ledger()
    newest = [post(name, minutes=10 - place) for place, name in enumerate("dcb")]
    ledger.poll(newest, 11, extent=Extent.PART)
    ledger.poll([post("e", minutes=12), post("a", minutes=1)], 13, extent=Extent.DELTA)
    listed = [post("e", minutes=12), *newest]
    for minute in (14, 15, 16):
        assert ledger.told(ledger.poll(listed, minute, extent=Extent.PART)) == []


def test_a_title_that_comes_again_on_the_page_of_all_is_no_proof_against_other_words_of_another_day() -> None:
    def hour(first: int, day: int) -> list[Post]:
        titles = ("Market update", "Weather", "Traffic")
        return [
            post(
                f"{day}-{first - place}",
                f"Said on day {day} and at no other time by number {place}.",
                title=title,
                minutes=day * 1440 + 30 - place,
                url="https://a.example/live",
            )
            for place, title in enumerate(titles)
        ]

    ledger = Ledger()
    ledger.poll(hour(3, 0), 31)
    told = ledger.poll(hour(9, 1), 1471)
    assert [each.split()[0] for each in ledger.told(told)] == ["added"] * 3


# ------------------------------------------------------------------ said by the source


def stone(key: str, text: str = "") -> Post:
    return post(key, text, withdrawn=True)


def test_a_tombstone_withdraws_at_once_and_once() -> None:
    ledger = started("dcba")
    told = ledger.poll([*map(post, "dba"), stone("c")], 1)
    assert ledger.told(told) == ["withdrawn c"]
    assert not told.doubtful
    assert ledger.poll([*map(post, "dba"), stone("c")], 2).changes == ()
    assert ledger.poll("dba", 3).changes == ()


def test_a_tombstone_of_one_already_missing_withdraws_it_once() -> None:
    ledger = started("dcba")
    ledger.poll("dba", 1)
    assert ledger.told(ledger.poll([*map(post, "dba"), stone("c"), stone("c")], 2)) == ["withdrawn c"]


def test_a_tombstone_reaches_what_has_long_fallen_off_the_list() -> None:
    ledger = started("dcba")
    ledger.poll("fedc", 1)
    assert ledger.told(ledger.poll([*map(post, "fedc"), stone("a")], 2)) == ["withdrawn a"]


def test_a_mere_tombstone_of_what_was_never_seen_says_nothing() -> None:
    ledger = started("ba")
    assert ledger.poll([*map(post, "ba"), stone("x")], 1).changes == ()


def test_one_struck_out_before_it_was_seen_is_added_as_withdrawn_once() -> None:
    ledger = started("ba")
    told = ledger.poll([*map(post, "ba"), stone("x", "He resigned."), stone("x", "He resigned.")], 1)
    assert ledger.told(told) == ["added x"]
    assert ledger.of("x").withdrawn_at == at(1)
    assert ledger.poll([*map(post, "ba"), stone("x", "He resigned.")], 2).changes == ()
    assert ledger.told(ledger.poll([post("x", "He resigned."), *map(post, "ba")], 3)) == ["restored x", "refreshed x"]


def test_what_is_listed_is_not_withdrawn_by_its_tombstone() -> None:
    ledger = started("cba")
    for minute in (1, 2):
        assert ledger.poll([*map(post, "cba"), stone("b")], minute).changes == ()


# ------------------------------------------------------------------ restored


def test_what_is_shown_again_is_restored_in_its_place() -> None:
    ledger = started("dcba")
    ledger.poll("dba", 1)
    ledger.poll("dba", 2)
    assert ledger.told(ledger.poll("dcba", 3)) == ["restored c"]
    assert ledger.timeline == ["a", "b", "c", "d"]
    assert ledger.poll("dcba", 4).changes == ()
    ledger.poll("dba", 5)
    assert ledger.told(ledger.poll("dba", 6)) == ["withdrawn c"]


def test_what_is_shown_again_in_other_words_is_restored_and_edited() -> None:
    ledger = started("dcba")
    ledger.poll("dba", 1)
    ledger.poll("dba", 2)
    told = ledger.poll([post("d"), post("c", "Now this."), post("b"), post("a")], 3)
    assert ledger.told(told) == ["restored c", "edited c"]


# ------------------------------------------------------------------ one id, several posts

DAY = [
    post("daily", "The morning: fog on the lake and ice on the pass.", title="Morning", minutes=-300),
    post("daily", "Noon: the fog lifts, the pass stays closed.", title="Noon", minutes=-200),
    post("daily", "The evening: clear, with frost in the valley.", title="Evening", minutes=-100),
]


def test_posts_that_share_an_id_are_kept_apart_in_any_order() -> None:
    ledger = Ledger()
    ledger.poll(DAY[::-1], 0)
    names = {each.identity: each.post for each in ledger.entries.values()}
    assert len(names) == 3
    luck = random.Random(3)
    for minute in range(1, 20):
        assert not ledger.poll(luck.sample(DAY, 3), minute).changes
    assert {each.identity: each.post for each in ledger.entries.values()} == names


def test_of_posts_that_share_an_id_one_is_edited_and_the_others_are_not() -> None:
    for edited in range(3):
        ledger = Ledger()
        ledger.poll(DAY, 0)
        posts = [*DAY]
        posts[edited] = replace(posts[edited], body=paragraphs("It is all quite otherwise, as we now learn."))
        told = ledger.poll(posts, 1)
        assert ledger.told(told) == ["edited daily"]
        (number,) = (each.id for each in ledger.entries.values() if each.revision == 2)
        assert ledger.revisions[number] == [DAY[edited], posts[edited]]


def test_of_posts_that_share_an_id_one_falls_off_and_a_new_one_comes() -> None:
    ledger = Ledger()
    ledger.poll(DAY[::-1], 0)
    night = post("daily", "The night: stars, and minus nine at the pass.", title="Night", minutes=5)
    told = ledger.poll([night, DAY[2], DAY[1]], 10)
    assert ledger.told(told) == ["added daily"]
    last = post("daily", "The next morning: more fog than anybody remembers.", title="Morning", minutes=600)
    assert ledger.told(ledger.poll([last], 601)) == ["added daily"]
    assert len(ledger.entries) == 5
    assert all(each.revision == 1 for each in ledger.entries.values())


def blog(*said: tuple[str, float]) -> list[Post]:
    """Return posts without ids whose one address is the page they are all on."""
    return [post("", text, minutes=minutes, url="https://a.example/live") for text, minutes in said]


def test_posts_whose_only_name_is_their_page_are_told_apart() -> None:
    ledger = Ledger()
    bridge = ("Police closed the old bridge at nine.", 1)
    school = ("The schools in the valley stay shut.", 2)
    rain = ("More rain is on its way, say those who know.", 3)
    train = ("No trains will run before the evening.", 4)
    ledger.poll(blog(school, bridge), 5)
    assert [type(each).__name__ for each in ledger.poll(blog(rain, school), 6).changes] == ["Added"]
    told = ledger.poll(blog(train, ("More rain is on its way, after all.", 3)), 7)
    assert [type(each).__name__ for each in told.changes] == ["Added", "Edited"]
    assert [type(each).__name__ for each in ledger.poll(blog(("Goal!", 8)), 9).changes] == ["Added"]
    assert [type(each).__name__ for each in ledger.poll(blog(("Goal!", 10)), 11).changes] == ["Added"]
    assert len(ledger.entries) == 6


def test_two_of_one_page_and_one_minute_are_told_apart_by_how_they_begin() -> None:
    ledger = Ledger()
    bridge = "Police closed the old bridge at nine after the river rose above the second mark, said the mayor."
    school = "The schools in the valley stay shut until Monday at the earliest, the head of the council said."
    ledger.poll(blog((school, 1), (bridge, 1)), 5)
    told = ledger.poll(blog((bridge + " Two are missing.", 1), (school + " Three are open.", 1)), 6)
    assert [type(each).__name__ for each in told.changes] == ["Edited", "Edited"]
    assert sorted(len(posts) for posts in ledger.revisions.values()) == [2, 2]


def test_a_stone_says_which_of_several_posts_of_one_id_is_taken_back() -> None:
    ledger = Ledger()
    ledger.poll(DAY, 0)
    told = ledger.poll([DAY[0], DAY[1], replace(DAY[2], withdrawn=True)], 1)
    assert [type(each).__name__ for each in told.changes] == ["Withdrawn"]
    (gone,) = (each for each in ledger.entries.values() if each.withdrawn_at)
    assert gone.post == DAY[2]
    ledger = Ledger()
    ledger.poll(DAY, 0)
    assert ledger.poll([DAY[0], stone("daily")], 1).changes == ()


def test_one_of_them_missing_is_withdrawn_and_no_other() -> None:
    ledger = Ledger()
    texts = [(f"Report number {number} from the flooded valley.", float(number)) for number in range(8, 0, -1)]
    ledger.poll(blog(*texts), 20)
    ledger.poll(blog(*texts[:3], *texts[4:]), 21)
    ledger.poll(blog(*texts[:3], *texts[4:]), 22)
    (gone,) = (each for each in ledger.entries.values() if each.withdrawn_at)
    assert gone.post == blog(texts[3])[0]


# ------------------------------------------------------------------ no id


def test_posts_without_id_and_link_are_found_again() -> None:
    ledger = Ledger()
    posts = [post(text=f"Report number {number}.") for number in range(5)]
    ledger.poll(posts, 0)
    assert ledger.poll(posts, 1).changes == ()
    assert [type(each) for each in ledger.poll([post(text="A new one."), *posts[:4]], 2).changes] == [Added]


def test_posts_without_id_and_link_are_edited_where_a_date_and_their_beginning_hold_them() -> None:
    ledger = Ledger()
    first = "Police closed the old bridge at nine after the river rose above the second mark, said the mayor."
    ledger.poll([post(text=first, minutes=-1)], 0)
    told = ledger.poll([post(text=first + " It may open tonight.", minutes=-1)], 1)
    assert [type(each).__name__ for each in told.changes] == ["Edited"]


def test_repeats_of_one_post_are_one_and_repeated_goals_are_two() -> None:
    ledger = Ledger()
    assert len(ledger.poll([post("a", minutes=1)] * 3, 5).changes) == 1
    ledger = Ledger()
    goal, corner = post(text="Goal!"), post(text="Corner.")
    assert len(ledger.poll([goal, corner, goal], 0).changes) == 3
    assert ledger.poll([goal, corner, goal], 1).changes == ()
    assert [type(each) for each in ledger.poll([goal, goal, corner, goal], 2).changes] == [Added]
    for minute, posts in enumerate([[goal, goal, corner], [goal, goal], [goal, goal]], 3):
        assert ledger.poll(posts, minute).changes == ()
    assert len(ledger.entries) == 4


# ------------------------------------------------------------------ ids that change


def stories(
    visit: str, count: int = 20, first: int = 0, *, titled: bool = False, dateless: bool = False, linked: bool = False
) -> list[Post]:
    """Return stories under ids made anew at every visit, the newest first."""
    return [
        post(
            f"{visit}-{number}",
            f"What happened on day {number}.",
            title=f"Story {number}" if titled else "",
            minutes=None if dateless else float(number),
            url=f"https://a.example/{number}?utm_id={visit}" if linked else None,
        )
        for number in reversed(range(first, first + count))
    ]


@pytest.mark.parametrize(
    "shape",
    [{}, {"titled": True}, {"dateless": True}, {"dateless": True, "titled": True}, {"titled": True, "linked": True}],
)
def test_ids_made_anew_at_every_poll_add_nothing_and_are_said_once(shape: dict[str, bool]) -> None:
    ledger = Ledger()
    ledger.poll(stories("v0", 20, 0, **shape), 100)
    for visit in range(1, 6):
        told = ledger.poll(stories(f"v{visit}", 20, 0, **shape), 100 + visit)
        assert not [each for each in ledger.told(told) if not each.startswith("refreshed")]
        assert len(told.problems) == 1
        assert "20 entries" in told.problems[0]
        assert not told.gap
    assert len(ledger.entries) == 20


def test_a_new_story_among_ids_made_anew_is_added() -> None:
    ledger = Ledger()
    ledger.poll(stories("v0"), 100)
    told = ledger.poll(stories("v1", first=2), 101)
    assert [each for each in ledger.told(told) if each.startswith("added")] == ["added v1-20", "added v1-21"]
    assert len(ledger.entries) == 22


def test_a_story_edited_while_its_id_changes_is_edited() -> None:
    ledger = Ledger()
    ledger.poll(stories("v0", titled=True, linked=True), 100)
    posts = stories("v1", titled=True, linked=True)
    posts[3] = replace(posts[3], body=paragraphs("It was not so."))
    told = ledger.poll(posts, 101)
    assert [each for each in ledger.told(told) if not each.startswith("refreshed")] == ["edited v1-16"]


def test_a_stale_copy_with_the_old_ids_does_not_make_strangers_of_the_new_ones() -> None:
    ledger = Ledger()
    for visit in ("v0", "v1", "v0"):
        ledger.poll(stories(visit), 100)
    posts = stories("v1")
    moved = replace(posts[3], published=at(101.5), body=paragraphs("It was not so."))
    told = ledger.poll([moved, *posts[:3], *posts[4:]], 102)
    assert [each for each in ledger.told(told) if not each.startswith("refreshed")] == ["edited v1-16"]
    assert (told.problems, len(ledger.entries)) == ((), 20)


def test_an_id_that_two_entries_had_before_is_that_of_neither() -> None:
    ledger = Ledger()
    one, two = post("shared", "One of them.", minutes=1.5), post("shared", "The other one.", minutes=2.5)
    ledger.poll([two, one], 3)
    ledger.poll([replace(two, key="b"), replace(one, key="a")], 4)
    told = ledger.poll([post("shared", "Something else.", minutes=5)], 6)
    assert ledger.told(told) == ["added shared"]


def test_an_old_id_is_that_of_an_entry_only_where_this_has_no_post_of_its_own() -> None:
    ledger = Ledger()
    old = post("old", "The bridge is shut for good.", minutes=1.5)
    ledger.poll([old], 2)
    new = replace(old, key="new")
    ledger.poll([new], 3)
    told = ledger.poll([post("old", "Something else.", minutes=5), new], 6)
    assert ledger.told(told) == ["added old"]


def test_dates_made_anew_with_the_ids_add_nothing_either() -> None:
    ledger = Ledger()
    for visit in range(5):
        posts = [replace(each, published=at(visit)) for each in stories(f"v{visit}", titled=True, linked=True)]
        ledger.poll(posts, visit)
    assert len(ledger.entries) == 20


@pytest.mark.parametrize("minutes", [None, -1.0])
def test_addresses_as_ids_may_change_scheme_and_tracking(minutes: float | None) -> None:
    ledger = Ledger()
    for visit, form in enumerate(
        [
            "http://a.example/{}",
            "https://a.example/{}",
            "https://www.a.example/{}?utm_source=rss",
            "https://www.a.example/{}?utm_source=home&fbclid=1",
        ]
    ):
        posts = [
            post("", f"Story {number}.", title=f"T{number}", minutes=minutes, url=form.format(number))
            for number in range(4)
        ]
        told = ledger.poll(posts, visit)
        assert not [each for each in ledger.told(told) if each.startswith("added")] or visit == 0
    assert len(ledger.entries) == 4


def test_one_headline_rewritten_with_the_id_made_of_it_is_an_edit() -> None:
    ledger = Ledger()
    text = "The river rose above the second mark at nine and the police closed the old bridge."
    ledger.poll([post("c"), post("bridge-shut", text, title="Bridge shut", minutes=-2), post("a")], 0)
    told = ledger.poll([post("c"), post("old-bridge-shut", text, title="Old bridge shut", minutes=-2), post("a")], 1)
    assert ledger.told(told) == ["edited old-bridge-shut"]
    assert told.problems == ()


def test_another_post_under_the_same_slug_and_page_is_not_an_edit_of_one_that_fell_off() -> None:
    page = "https://a.example/live"

    def update(number: int) -> Post:
        return post(f"p{number}", f"Price number {number}.", title="Market update", url=page, minutes=number)

    ledger = Ledger()
    ledger.poll([update(number) for number in (3, 2, 1)], 5)
    for number in range(4, 12):
        shown = [update(each) for each in range(number, number - 3, -1)]
        assert ledger.told(ledger.poll(shown, number + 2)) == [f"added p{number}"]
    assert all(each.revision == 1 for each in ledger.entries.values())


def test_a_post_that_begins_as_others_of_its_time_did_is_news() -> None:
    start = "Thank you for following our live coverage from the flooded valley, where the water keeps on rising."
    said = [post(str(number), f"{start} Part {number}.", minutes=-1) for number in range(4)]
    ledger = Ledger()
    ledger.poll([said[1], said[0], post("x", minutes=-1)], 0)
    assert ledger.told(ledger.poll([said[2], said[1], post("x", minutes=-1)], 1)) == ["added 2"]
    assert ledger.told(ledger.poll([said[3], said[2], said[1]], 2)) == ["added 3"]


def test_the_same_words_under_a_new_id_hours_later_are_news() -> None:
    ledger = Ledger()
    ledger.poll([post("1", "Goal!"), post("0", "Kick-off.")], 0)
    ledger.poll([post("3", "Corner."), post("2", "Foul.")], 1)
    assert ledger.told(ledger.poll([post("4", "Goal!"), post("3", "Corner.")], 2)) == ["added 4"]
    assert ledger.told(ledger.poll([post("6", "Goal!"), post("5", "Throw-in."), post("7", "A card.")], 3)) == [
        "added 7",
        "added 5",
        "added 6",
    ]


# ------------------------------------------------------------------ bounds


def test_a_list_beyond_all_bounds_is_remembered_up_to_one() -> None:
    many = [Post(key=str(number), title=str(number)) for number in range(MAX_WINDOW + 50)]
    told = reconcile(Known(), batch(many), NOON)
    assert len(told.changes) == len(many)
    assert len(told.window) == MAX_WINDOW


def test_nothing_known_and_nothing_listed_is_nothing() -> None:
    assert reconcile(Known(), batch([]), NOON).changes == ()
    assert confirm(Known(), NOON).window == ()


def test_the_far_ends_of_the_calendar_cost_nothing() -> None:
    for when in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC) - timedelta(1)):
        told = reconcile(Known((), ()), batch([Post(key="a", published=when)]), NOON)
        assert len(told.changes) == 1
