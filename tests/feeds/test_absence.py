"""Entries that are missing from a list in ways that lives of live blogs brought to light."""

from __future__ import annotations

from msgspec.structs import replace

from feeds.model import Batch, Extent, Kind, Post
from feeds.reconcile import reconcile
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
    withdrawn = [ledger.entries[each.entry_id] for each in told.changes if each.__class__.__name__ == "Withdrawn"]
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
