"""Whether a list of posts joins the one that was read before, so that nothing between them was missed.

Owns what an adapter remembers of the list it read last, and when it has to read further back. A live blog shows its
newest ten or twenty posts; after a night more than that are new, and the rest stands on older pages. Asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from feeds.model import Post

MAX_OLDER = 5
"""Older pages read in one visit."""
_REMEMBERED = 50
_NAME = "listed"


def memory(posts: Iterable[Post], cursor: Mapping[str, object]) -> dict[str, object]:
    """Return what is to be remembered of a list, plain JSON, for the next cursor.

    A pinned post says nothing about where the list is. Of an empty list nothing is to be remembered: what the
    `cursor` of this visit holds stays.
    """
    keys = [post.key for post in posts if post.key and not post.pinned][:_REMEMBERED]
    return {_NAME: keys or _before(cursor)} if keys or _before(cursor) else {}


def joins(posts: Iterable[Post], cursor: Mapping[str, object]) -> bool:
    """Say whether a list shows a post that the last one showed, or there was no last one."""
    before = frozenset(_before(cursor))
    return not before or any(post.key in before for post in posts if not post.pinned)


def _before(cursor: Mapping[str, object]) -> list[str]:
    listed = cursor.get(_NAME)
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []


def together(lists: Iterable[Iterable[Post]]) -> tuple[Post, ...]:
    """Return the posts of several lists, newest list first, those that stand on two of them once."""
    seen: set[str] = set()
    out: list[Post] = []
    for posts in lists:
        for post in posts:
            if post.key and post.key in seen:
                continue
            seen.add(post.key)
            out.append(post)
    return tuple(out)
