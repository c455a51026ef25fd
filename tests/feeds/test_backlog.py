from __future__ import annotations

import json

import pytest

from feeds.liveblogs import backlog
from tests.support.posts import post


def test_a_list_joins_the_last_where_it_shows_one_of_its_posts() -> None:
    cursor = backlog.memory([post("c"), post("b"), post("a")], {})
    assert backlog.joins([post("d"), post("c")], cursor)
    assert not backlog.joins([post("e"), post("d")], cursor)


def test_the_first_list_joins_whatever_it_shows() -> None:
    assert backlog.joins([post("a")], {})
    assert backlog.joins([], {})


def test_a_pinned_post_says_nothing_about_where_the_list_is() -> None:
    cursor = backlog.memory([post("top", pinned=True), post("b"), post("a")], {})
    assert not backlog.joins([post("top", pinned=True), post("d")], cursor)
    assert not backlog.joins([post("top", pinned=True), post("b", pinned=True)], cursor)


def test_of_an_empty_list_nothing_is_remembered_and_nothing_forgotten() -> None:
    cursor = backlog.memory([post("a")], {})
    assert backlog.memory([], cursor) == cursor
    assert backlog.memory([post("")], {}) == {}


def test_what_is_remembered_is_bounded_and_plain_json() -> None:
    cursor = backlog.memory([post(str(number)) for number in range(1_000)], {})
    assert json.loads(json.dumps(cursor)) == cursor
    assert len(json.dumps(cursor)) < 1_000
    assert backlog.joins([post("0")], cursor)


@pytest.mark.parametrize("listed", [None, 3, "a", {"a": 1}, [None, 3, ["a"]], []])
def test_a_cursor_of_another_shape_remembers_nothing(listed: object) -> None:
    assert backlog.joins([post("a")], {"listed": listed})


def test_posts_of_several_lists_stand_once_where_they_stood_first() -> None:
    lists = [[post("c"), post("b", "newer")], [post("b", "older"), post(""), post("a")], [post("")]]
    together = backlog.together(lists)
    assert [each.key for each in together] == ["c", "b", "", "a", ""]
    assert together[1] == post("b", "newer")
