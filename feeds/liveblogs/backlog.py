"""What of an older page of a live blog comes after what is known, and the errors of the way back.

Owns how posts of two pages are told apart by their keys. A live blog shows its newest ten or twenty posts; the rest
stands on older pages, which move on while posts come. Asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feeds.errors import ParseError
from feeds.model import Post


def once(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Return every post once, at its first place; those without a key stay as they are."""
    seen: set[str] = set()
    out: list[Post] = []
    for post in posts:
        if not post.key or post.key not in seen:
            seen.add(post.key)
            out.append(post)
    return tuple(out)


def last(posts: Iterable[Post]) -> str:
    """Return the key of the last post of a list that stands in its place there; empty where none has one."""
    keys = [post.key for post in posts if post.key and not post.pinned]
    return keys[-1] if keys else ""


def after(posts: Sequence[Post], key: str) -> tuple[Post, ...]:
    """Return the posts of an older page that come after a known one; all of them where it is not among them.

    A page moves on while posts come. What stands above the known post may be news, and that is for a poll to tell; so
    does a pinned post, which every page shows.
    """
    loose = [post for post in posts if not post.pinned]
    place = next((place for place, post in enumerate(loose, 1) if key and post.key == key), 0)
    return tuple(loose[place:])


def lost() -> ParseError:
    """Return the error for a place of older posts that means nothing."""
    return ParseError("Where the older posts of this source are is not known any more.")


def other() -> ParseError:
    """Return the error for an answer that is not the page that was asked for."""
    return ParseError("The server answered with another page than the one that holds the older posts.")
