"""Entries that are missing from a list in ways that lives of live blogs brought to light."""

from __future__ import annotations

from msgspec.structs import replace

from feeds.model import Batch, Extent, Kind, Post
from feeds.reconcile import Refreshed, Withdrawn, reconcile
from tests.support.posts import Ledger, at, post


def dated(*minutes: float) -> list[Post]:
    """Return posts whose keys are their dates at first."""
    return [post(f"p{minute:g}", minutes=minute) for minute in minutes]


def test_what_fell_off_is_not_withdrawn_because_the_last_was_published_again_on_top() -> None:
    ledger = Ledger()
    old, last = post("old", minutes=-9), post("last", minutes=-10)
    ledger.poll([old, last], 0)
    again = replace(last, published=at(3))
    for minute in (9, 10, 11):
        told = ledger.poll([*dated(6, 5, 4), again], minute)
        assert all(not each.startswith("withdrawn") for each in ledger.told(told))


def test_one_that_stood_on_top_with_an_old_date_may_have_been_pinned() -> None:
    ledger = Ledger()
    listed = dated(9, 8, 7)
    ledger.poll([post("pinned", minutes=1), *listed], 10)
    for minute in (12, 13, 14):
        told = ledger.poll([post("new", minutes=11), *listed], minute)
        assert ledger.told(told) in (["added new"], [])


def test_lists_that_have_only_such_a_one_in_common_do_not_join() -> None:
    ledger = Ledger()
    top = post("pinned", minutes=1)
    ledger.poll([top, *dated(9, 8, 7)], 10)
    assert ledger.poll([top, *dated(29, 28, 27)], 30).gap


def test_lists_that_have_only_one_in_common_that_stands_above_newer_ones_now_do_not_join() -> None:
    ledger = Ledger()
    ledger.poll(dated(9, 8, 7), 10)
    assert ledger.poll(dated(9, 29, 28, 27), 30).gap


def test_one_that_stands_above_what_slipped_in_below_it_still_joins_the_lists() -> None:
    ledger = Ledger()
    ledger.poll(dated(9, 8, 7), 10)
    assert not ledger.poll(dated(9, 8.5, 7.5), 11).gap


def withdrawn_of(ledger: Ledger, posts: list[Post], *minutes: float) -> list[str]:
    """Poll a list again and again, and return what was withdrawn."""
    told = [ledger.told(ledger.poll(posts, minute)) for minute in minutes]
    return [each for one in told for each in one if each.startswith("withdrawn")]


def test_one_that_was_marked_as_pinned_in_its_place_stands_below_the_others_once_it_is_not() -> None:
    ledger = Ledger()
    last = post("last", minutes=1)
    ledger.poll([*dated(4, 3, 2), replace(last, pinned=True)], 5)
    assert withdrawn_of(ledger, [*dated(6, 4, 3), last], 7, 8) == ["withdrawn p2"]


def test_one_that_was_pinned_on_top_stands_below_nothing_once_it_is_not() -> None:
    ledger = Ledger()
    pinned = post("pinned", minutes=1)
    ledger.poll([replace(pinned, pinned=True), *dated(4, 3, 2)], 5)
    assert withdrawn_of(ledger, [*dated(6, 4, 3), pinned], 7, 8) == []


def test_one_that_is_missing_where_it_was_marked_as_pinned_is_withdrawn_if_its_date_is_that_of_its_place() -> None:
    ledger = Ledger()
    marked = post("marked", minutes=3)
    ledger.poll([*dated(4), replace(marked, pinned=True), *dated(2, 1)], 5)
    assert withdrawn_of(ledger, dated(6, 4, 2, 1), 7, 8) == ["withdrawn marked"]
    undated = Ledger()
    undated.poll([post("top"), post("marked", pinned=True), post("b"), post("a")], 5)
    assert withdrawn_of(undated, [post("new"), post("top"), post("b"), post("a")], 7, 8) == []


def test_what_stood_above_one_that_is_dated_anew_is_withdrawn_where_that_is_older_still() -> None:
    ledger = Ledger()
    last = post("last", minutes=1)
    ledger.poll([*dated(4, 3, 2), last], 5)
    assert withdrawn_of(ledger, [*dated(4, 3), replace(last, published=at(1.5))], 7, 8) == ["withdrawn p2"]


def test_what_stood_above_one_that_is_dated_past_it_may_have_fallen_off() -> None:
    ledger = Ledger()
    last = post("last", minutes=1)
    ledger.poll([*dated(4, 3, 2), last], 5)
    again = replace(last, published=at(2.5))
    assert withdrawn_of(ledger, [*dated(4, 3), again, post("older", minutes=0)], 7, 8, 9) == []


def test_what_a_whole_list_leaves_out_is_withdrawn_in_whatever_order_the_others_are() -> None:
    ledger = Ledger()
    ledger.poll(dated(5, 4, 3, 2, 1), 6, extent=Extent.WHOLE)
    first = ledger.poll(dated(4, 3, 2, 1), 7, extent=Extent.WHOLE)
    moved = ledger.poll([replace(dated(2)[0], published=at(7.5)), *dated(4, 3, 1)], 8, extent=Extent.WHOLE)
    assert (ledger.told(first), ledger.told(moved)) == ([], ["refreshed p2", "withdrawn p5"])


def test_a_list_that_begins_with_the_oldest_does_so_where_a_few_dates_are_wrong() -> None:
    ledger = Ledger()
    posts = dated(1, 2, 3, 4, 5, 6, 7, 8, 9)
    ledger.poll(posts, 10)
    wrong = [replace(each, published=at(0)) if each.key in ("p3", "p6") else each for each in posts if each.key != "p8"]
    assert not ledger.poll(wrong, 11).is_news
    assert ledger.told(ledger.poll(wrong, 12)) == ["withdrawn p8"]


def test_an_answer_that_is_cut_off_says_nothing_of_what_is_missing_and_nothing_of_its_last_post() -> None:
    ledger = Ledger()
    posts = dated(5, 4, 3, 2, 1)
    ledger.poll(posts, 6)
    before = ledger.window
    half = replace(posts[2], body=posts[2].body[:0], title="")
    for minute in (7, 8, 9):
        known = ledger.known({each.key for each in posts}, set())
        for extent in Extent:
            told = reconcile(known, Batch(Kind.FEED, posts=(posts[0], half), extent=extent, cut=True), at(minute))
            assert (told.changes, told.window, told.gap) == ((), before, False)


def test_what_is_finished_of_a_batch_is_all_but_the_last_post_and_every_tombstone() -> None:
    stone = Post("gone", withdrawn=True)
    posts = (*dated(2, 1), stone)
    assert Batch(Kind.FEED, posts=posts).finished == posts
    assert Batch(Kind.FEED, posts=posts, cut=True).finished == (posts[0], stone)
    assert Batch(Kind.FEED, posts=(stone,), cut=True).finished == (stone,)


# ------------------------------------------------------------------ ids that count


def counted(*stories: tuple[float, str]) -> list[Post]:
    """Return posts numbered from the last, each with its minute and its words."""
    total = len(stories)
    return [
        post(f"update{total - place}", f"{words}, says a report of some length.", minutes=minute + 0.02)
        for place, (minute, words) in enumerate(stories)
    ]


def test_posts_that_are_numbered_anew_after_a_deletion_stay_who_they_are() -> None:
    ledger = Ledger()
    rain, fog, snow, ice = (1, "Rain"), (2, "Fog"), (3, "Snow"), (4, "Ice")
    ledger.poll(counted(ice, snow, fog, rain), 5)
    assert not ledger.poll(counted(ice, snow, rain), 6).is_news
    told = ledger.poll(counted((4, "Ice and hail"), snow, rain), 7)
    withdrawn = [ledger.entries[each.entry_id] for each in told.changes if isinstance(each, Withdrawn)]
    assert [each.post.published for each in withdrawn] == [at(2.02)]
    assert sorted(each.revision for each in ledger.entries.values()) == [1, 1, 1, 2]
    assert len(ledger.entries) == 4


def test_another_post_under_the_number_of_the_only_one_is_another() -> None:
    ledger = Ledger()
    ledger.poll(counted((1, "Rain")), 2)
    ledger.poll(counted((3, "Snow")), 4)
    assert len(ledger.entries) == 2


def test_a_number_stays_an_id_where_the_date_or_the_words_are_the_same() -> None:
    ledger = Ledger()
    ledger.poll(counted((2, "Snow"), (1, "Rain")), 3)
    ledger.poll(counted((2, "Sun"), (1, "Rain")), 4)
    ledger.poll(counted((3, "Sun"), (1, "Rain")), 5)
    assert sorted(each.revision for each in ledger.entries.values()) == [1, 2]


def test_one_that_is_written_and_dated_anew_keeps_its_number_where_those_above_it_keep_theirs() -> None:
    ledger = Ledger()
    ledger.poll(counted((3, "Snow"), (2, "Fog"), (1, "Rain")), 4)
    ledger.poll(counted((3, "Snow"), (2.5, "Mist"), (1, "Rain")), 5)
    assert sorted(each.revision for each in ledger.entries.values()) == [1, 1, 2]


def test_one_that_comes_back_where_its_neighbour_goes_is_not_that_under_its_number() -> None:
    ledger = Ledger()
    snow, mist, fog, rain = (3, "Snow"), (2.5, "Mist"), (2, "Fog"), (1, "Rain")
    ledger.poll(counted(snow, mist, fog, rain), 4)
    for minute in (5, 6):
        ledger.poll(counted(snow, fog, rain), minute)
    told = ledger.poll(counted(snow, mist, rain), 7)
    assert [each.__class__.__name__ for each in told.changes if not isinstance(each, Refreshed)] == ["Restored"]
    assert [each.revision for each in ledger.entries.values()] == [1, 1, 1, 1]


def test_one_written_anew_while_its_number_goes_back_to_another_is_found_by_its_date() -> None:
    ledger = Ledger()
    snow, mist, fog, rain = (3, "Snow"), (2.5, "Mist"), (2, "Fog"), (1, "Rain")
    ledger.poll(counted(mist, fog, rain), 2.9)
    ledger.poll(counted(snow, fog, rain), 4)
    told = ledger.poll(counted((3, "Sun"), mist, fog, rain), 5)
    assert [each.__class__.__name__ for each in told.changes if not isinstance(each, Refreshed)] == ["Edited"]
    assert [each.revision for each in ledger.entries.values()] == [1, 1, 1, 2]


def test_one_of_the_same_second_under_the_number_of_another_stays_who_it_is() -> None:
    ledger = Ledger()
    snow, hail, fog, rain = (3, "Snow"), (2, "Hail"), (2, "Fog"), (1, "Rain")
    ledger.poll(counted(snow, hail, fog, rain), 4)
    told = ledger.poll(counted(snow, hail, fog, rain, (0, "Sun")), 5)
    assert [each.__class__.__name__ for each in told.changes if not isinstance(each, Refreshed)] == ["Added"]


def test_another_of_the_same_second_under_the_number_of_one_that_moved_is_new() -> None:
    ledger = Ledger()
    snow, fog, hail, rain = (3, "Snow"), (2, "Fog"), (1.5, "Hail"), (1, "Rain")
    ledger.poll(counted(snow, fog, hail, rain), 4)
    told = ledger.poll(counted(snow, (2, "Sun"), fog, rain), 5)
    assert [each.__class__.__name__ for each in told.changes if not isinstance(each, Refreshed)] == ["Added"]


def test_a_number_that_moves_to_the_top_counts_nothing() -> None:
    ledger = Ledger()
    snow, fog, rain = counted((3, "Snow"), (2, "Fog"), (1, "Rain"))
    ledger.poll([snow, fog, rain], 4)
    ledger.poll([post("update1", "Floods, says a report of some length.", minutes=4.5), snow, fog], 5)
    assert sorted(each.revision for each in ledger.entries.values()) == [1, 1, 2]


# ------------------------------------------------------------------ no ids at all


def test_a_post_without_an_id_is_found_by_its_date_when_its_first_words_are_edited() -> None:
    ledger = Ledger()
    ledger.poll([post(text="The bridge is shut for good.", minutes=1.5)], 2)
    told = ledger.poll([post(text="A correction: it is not.", minutes=1.5)], 3)
    assert [each.__class__.__name__ for each in told.changes] == ["Edited"]
    assert told.problems == ()


def test_a_day_without_a_time_proves_nothing() -> None:
    ledger = Ledger()
    ledger.poll([post(text="The bridge is shut for good.", minutes=-12 * 60)], 2)
    ledger.poll([post(text="Nothing at all about it any more.", minutes=-12 * 60)], 3)
    assert len(ledger.entries) == 2


def test_a_title_said_before_on_the_page_of_all_does_not_make_a_new_post_an_old_one() -> None:
    page = "https://a.example/live"
    ledger = Ledger()
    ledger.poll([post(title="Market update", text=f"Shares {n}.", minutes=n, url=page) for n in (3, 2, 1)], 4)
    # The answer is cut off after its first post.
    told = ledger.poll([post(title="Market update", text="Shares 9.", minutes=9, url=page)], 10)
    assert [each.__class__.__name__ for each in told.changes] == ["Added"]


def test_a_post_without_an_id_that_fell_off_is_found_again_by_its_date_in_other_words() -> None:
    ledger = Ledger()
    old = post(text="The bridge is shut for good.", minutes=1.5)
    others = [post(text=f"Report {n} of the evening, at some length.", minutes=n + 0.3) for n in (4, 3, 2)]
    ledger.poll([*others[1:], old], 5)
    ledger.poll(others, 6)
    told = ledger.poll([*others, post(text="A correction: it is not.", minutes=1.5)], 7)
    assert [each.__class__.__name__ for each in told.changes] == ["Edited"]


def test_a_list_that_ends_with_one_a_delta_brought_joins_what_was_known() -> None:
    ledger = Ledger()
    ledger.poll(dated(3, 2, 1), 4)
    ledger.poll(dated(0.5), 5, extent=Extent.DELTA)
    told = ledger.poll(dated(9, 8, 7, 0.5), 10)
    assert not told.gap
    assert ledger.poll(dated(19, 18, 17), 20).gap


def test_what_a_delta_brought_without_a_place_is_never_missing_from_one() -> None:
    ledger = Ledger()
    ledger.poll(dated(3, 2, 1), 4)
    ledger.poll(dated(0.5), 5, extent=Extent.DELTA)
    ledger.poll(dated(0.5), 6, extent=Extent.DELTA)
    assert withdrawn_of(ledger, dated(7, 3, 2, 1, 0.1), 8, 9, 10) == []
