"""The updates of a schema.org LiveBlogPosting, as posts.

Owns what can only be told by looking at all updates together: headlines that are no titles, ids that are
positions, dates that are the page's, pictures that belong to the whole blog. One update is read by
`feeds.schemaorg.livepost`; what the blog says of itself is read by the adapter.

An identity must not change because a list grows. So whatever is concluded from the list as a whole is returned
as a memory, plain JSON, and holds at the next visit even where that list alone would not show it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.liveblogs import postmarkup
from feeds.model import Post
from feeds.schemaorg import linkeddata, livepost
from feeds.schemaorg.linkeddata import Graph, Node
from feeds.schemaorg.livepost import MAX_BODY, Setting

MAX_UPDATES = 5_000
"""Updates read of one blog; the longest seen had 428."""
_REMEMBERED = 20
_TITLES = 100
"""Updates whose titles are remembered."""


class Reading(Struct, frozen=True):
    """What a list of updates came to."""

    posts: tuple[Post, ...]
    memory: dict[str, object]
    """Plain JSON to be given back with the next list of the same blog."""
    dated: bool = True
    """Whether the dates are the updates' own."""
    problems: tuple[str, ...] = ()


_NUMBERED = re.compile(r"(?:\A|[^0-9A-Za-z])[A-Za-z]*+([0-9]{1,15})\Z")
_OBJECT_ID = re.compile(r"(?:\A|[^0-9a-z])([0-9a-f]{8})[0-9a-f]{16}\Z")


def read(updates: Sequence[Node], graph: Graph, setting: Setting, memory: Mapping[str, object]) -> Reading:
    """Read the updates of a blog in their order. `memory` is what the last reading returned, or empty."""
    problems = []
    if len(updates) > MAX_UPDATES:
        problems.append(f"The live blog lists more than {MAX_UPDATES:,} updates; only these were read.")
        updates = updates[:MAX_UPDATES]
    shared = setting.pictures | _shared_pictures(updates, graph)
    posts = [livepost.post(update, graph, setting, shared) for update in updates]
    if any(len(linkeddata.string(update.get("articleBody"))) > MAX_BODY for update in updates):
        problems.append(f"The text of an update is longer than {MAX_BODY:,} characters; its end was left out.")
    posts = _once(posts)
    posts, dated = _dated(posts, setting)
    posts, generic = _untitled(posts, setting, _strings(memory.get("generic")), _strings(memory.get("titled")))
    numbering = memory.get("numbering")
    if numbering not in ("positions", "ids"):
        numbering = _numbering(posts)
    if numbering == "positions":
        posts = [replace(post, key="", url=_bare_url(post.url)) for post in posts]
    kept: dict[str, object] = {}
    titled = [mark for post, marks in _titled(posts[:_TITLES]) if post.title for mark in marks]
    if titled := list(dict.fromkeys((*titled, *_strings(memory.get("titled")))))[: _TITLES * 2]:
        kept["titled"] = titled
    if generic:
        kept["generic"] = generic
    if numbering:
        kept["numbering"] = numbering
    return Reading(tuple(posts), kept, dated, tuple(problems))


# ------------------------------------------------------------------ all updates together


def _shared_pictures(updates: Iterable[Node], graph: Graph) -> frozenset[str]:
    """Return the pictures that stand with several updates: the blog's, repeated because a field wants one."""
    counted: Counter[str] = Counter()
    for update in updates:
        counted.update(livepost.pictures(update, graph))
    return frozenset(address for address, count in counted.items() if count > 1)


def _once(posts: Sequence[Post]) -> list[Post]:
    """Return every update once, in its own place.

    A pinned update stands on top and again where it belongs; then two have one id and one date. Different
    updates that share an id have none.
    """
    places: dict[object, list[int]] = {}
    for index, post in enumerate(posts):
        places.setdefault(post.key or (post.title, post.published, post.body), []).append(index)
    out = list(posts)
    gone: set[int] = set()
    for indexes in places.values():
        last = posts[indexes[-1]]
        if len(indexes) == 1:
            continue
        if all(_same(posts[index], last) for index in indexes):
            gone.update(indexes[:-1])
            if indexes[0] == 0 and len(indexes) == 2 and indexes[1] > 1:
                out[indexes[-1]] = replace(last, pinned=True)
        else:
            for index in indexes:
                out[index] = replace(posts[index], key="")
    return [post for index, post in enumerate(out) if index not in gone]


def _same(one: Post, other: Post) -> bool:
    alike = one.body == other.body or (one.title != "" and one.title == other.title)
    return one.published == other.published and alike


def _untitled(
    posts: Sequence[Post], setting: Setting, known: Sequence[str], titled: Sequence[str]
) -> tuple[list[Post], list[str]]:
    """Return the updates without titles that are none, and which titles those are.

    A headline is no title where it is the blog's own, or stands on three updates and on more than half of all. The
    update that had it before it turned out to be none keeps it: a blog is named after its news, and nobody edited that.
    `titled` are the marks of updates that had titles before.
    """
    counted = Counter(text.fold(post.title) for post in posts if post.title)
    often = [title for title, count in counted.items() if count >= 3 and count * 2 > len(posts)]
    often.extend(title for title in counted if title in setting.headlines)
    generic = list(dict.fromkeys((*known, *often)))[-_REMEMBERED:]
    refused = setting.headlines.union(generic)
    before = frozenset(titled)
    return [
        replace(post, title="") if text.fold(post.title) in refused and before.isdisjoint(marks) else post
        for post, marks in _titled(posts)
    ], generic


def _titled(posts: Sequence[Post]) -> Iterator[tuple[Post, list[str]]]:
    """Yield updates with marks that stand for them and their titles: by ids and by dates, either may change."""
    dates = Counter(post.published for post in posts)
    for post in posts:
        when = post.published.isoformat() if post.published and dates[post.published] == 1 else ""
        title = text.fold(post.title)
        yield post, [postmarkup.short(f"{name}\0{title}") for name in (post.key, when) if name]


def _dated(posts: Sequence[Post], setting: Setting) -> tuple[list[Post], bool]:
    """Return the updates without dates that are not theirs, and whether the dates they state are.

    Where every update carries the date of the blog's last change, none is dated. Ids of 24 hexadecimal digits
    begin with the second in which they were made (BSON ObjectId): minutes before the update was published,
    and the best there is.
    """
    stated = {post.published for post in posts}
    when = next(iter(stated), None)
    if len(posts) < 2 or len(stated) > 1 or when is None or when not in setting.changes:
        return list(posts), True
    out = []
    for post in posts:
        updated = None if post.updated in setting.changes else post.updated
        out.append(replace(post, published=_made(post.key, when), updated=updated))
    return out, False


def _made(key: str, before: datetime) -> datetime | None:
    """Return when an ObjectId was made, if that is within the ten days before the blog's last change."""
    found = _OBJECT_ID.search(key)
    made = datetime.fromtimestamp(int(found[1], 16), UTC) if found else None
    return made if made and before - timedelta(days=10) <= made <= before else None


def _numbering(posts: Sequence[Post]) -> str | None:
    """Say what the numbers in the updates' ids are: `ids`, or `positions` that name another update tomorrow.

    A position counts from the newest, so it rises down a page that lists the newest first. None: there are
    no numbers, or too few to tell.
    """
    found = [(post, match) for post in posts if (match := _NUMBERED.search(post.key))]
    if len(found) < 2 or len(found) < len(posts) or len({post.key[: m.start(1)] for post, m in found}) > 1:
        return None
    numbers = [int(match[1]) for _, match in found]
    if numbers[-1] > MAX_UPDATES or any(above >= below for above, below in pairwise(numbers)):
        return "ids"
    times = [post.published for post, _ in found if post.published]
    rising = all(above <= below for above, below in pairwise(times))
    return "ids" if len(times) == len(found) and rising and times[0] < times[-1] else "positions"


def _strings(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _bare_url(url: str | None) -> str | None:
    return url.partition("#")[0] if url else None
