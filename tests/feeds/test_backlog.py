"""What of an older page comes after what is known."""

from __future__ import annotations

from feeds.liveblogs import backlog
from tests.support.posts import post


def test_posts_stand_once_where_they_stood_first() -> None:
    once = backlog.once([post("c"), post("b", "newer"), post("b", "older"), post(""), post("a"), post("")])
    assert [each.key for each in once] == ["c", "b", "", "a", ""]
    assert once[1] == post("b", "newer")


def test_the_last_post_is_the_last_that_has_a_name_and_stands_in_its_place() -> None:
    assert backlog.last([post("c"), post("b"), post(""), post("top", pinned=True)]) == "b"
    assert backlog.last([]) == ""


def test_what_stands_above_the_known_post_is_left_to_a_poll() -> None:
    posts = [post("top", pinned=True), post("d"), post("c"), post("b")]
    assert [each.key for each in backlog.after(posts, "d")] == ["c", "b"]
    assert [each.key for each in backlog.after(posts, "gone")] == ["d", "c", "b"]
    assert [each.key for each in backlog.after(posts, "")] == ["d", "c", "b"]
