"""The `amp-live-list` of a page: which list holds the posts, and what its attributes say of them.

Owns the contract between such a list and those who poll it (AMP, `amp-live-list`): ids that never change, times by
which items are placed and known to be edited, tombstones, the state of the list. What an item says to its readers is
read by `feeds.liveblogs.postmarkup`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from feeds import dates
from feeds.liveblogs import postmarkup
from feeds.schemaorg import livepage

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_ITEMS = 5_000
"""Items read of one list."""
_AD = re.compile(
    r"(?:ad|ads|advert|advertisement|mpu|banner|sponsor|sponsored|promo|outbrain|taboola)(?:[^A-Za-z]|\Z)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"refresh th(?:e|is) page|please refresh|click here to|sign up|subscribe|follow our live", re.IGNORECASE
)
_DIGITS = re.compile(r"([0-9]{10}|[0-9]{13})\Z")
_FAR = timedelta(days=1)
"""How far ahead of the last change a post may be placed, before that is a way to keep it on top."""
_LEVELS = 3
_NEXT = re.compile(
    r"(?:(?:next|older|earlier|(?:load|show|view|see) (?:more|older|earlier))\b|[›»→>]\s*\Z)", re.IGNORECASE
)
_MAX_LINKS = 100
_MAX_PARTS = 500
"""Elements of the slot for pages that are looked at for the number of this one."""
_LABEL = 100
"""Characters of a link's words that are looked at."""


class Item(Struct, frozen=True):
    """One item of a list."""

    element: _Element
    key: str
    """Its id; where the id is the time of its last change, an id that stays."""
    placed: datetime | None = None
    """`data-sort-time`: what it is placed by, often when it was written."""
    changed: datetime | None = None
    """`data-update-time`."""
    pinned: bool = False
    withdrawn: bool = False
    """It is a tombstone."""


class AmpList(Struct, frozen=True):
    """The list that holds a page's posts."""

    items: tuple[Item, ...]
    interval: float | None
    """Seconds between polls it asks for."""
    disabled: bool
    """It says that it is not updated any more."""
    intro: tuple[_Element, ...] = ()
    """What stands above it: paragraphs, and lists of one item."""
    older: str = ""
    """Where its slot for pages leads to the next one, as written; empty where it does not."""


def find(tree: _Element, now: datetime | None = None) -> AmpList | None:
    """Return the list of a page's posts, None where there is no list.

    A page may have several: one for the headline and one for the introduction, each of one item, beside the posts.
    `now` is the time of the visit, for items that are placed in the future.
    """
    lists = list(tree.iter("amp-live-list"))[:100]
    if not lists:
        return None
    held = {each: _items(each, now) for each in lists}
    best = max(lists, key=lambda each: (each.get("data-max-items-per-page") != "1", len(held[each])))
    return AmpList(
        tuple(held[best]),
        livepage.interval(best),
        "disabled" in best.attrib,
        tuple(_intro(best, [each for each in lists if each is not best])),
        _older(best),
    )


def _older(amp_list: _Element) -> str:
    """Return where the child `pagination` of a list leads to the page after this one.

    The contract says that it may hold anything. The link to the next page says so: with its relation, its words, its
    class, or by the number that comes after that of this page, which is the only one that is no link.
    """
    slot = next((each for each in amp_list.iter() if each is not amp_list and "pagination" in each.attrib), None)
    if slot is None:
        return ""
    links = [link for link in islice(slot.iter("a"), _MAX_LINKS) if str(link.get("href") or "").strip()]
    others = [link for link in links if link.get("aria-current") is None]
    numbers = {number: link for link in others if (number := _number(link))}
    led = {each for link in others for each in (*link.iter(), *link.iterancestors())}
    here = next(
        (number for each in islice(slot.iter(), _MAX_PARTS) if each not in led and (number := _number(each))), 0
    )
    found = (
        *(link for link in links if "next" in str(link.get("rel") or "").lower().split()),
        *(link for link in links if any(_NEXT.match(words) for words in _labels(link))),
        *(link for link in links if postmarkup.class_words(link) & {"next", "older"}),
        *([numbers[here + 1]] if here and here + 1 in numbers else []),
    )
    return next((str(link.get("href")).strip() for link in found), "")


def _labels(link: _Element) -> tuple[str, ...]:
    attributes = (str(link.get(name) or "")[:_LABEL].strip() for name in ("title", "aria-label"))
    return (postmarkup.words(link, _LABEL), *attributes)


def _number(element: _Element) -> int:
    """Return the number that an element says and nothing else, 0 where it says no number."""
    words = postmarkup.words(element, _LABEL)
    return int(words) if words.isascii() and words.isdigit() and len(words) < 6 else 0


def _items(amp_list: _Element, now: datetime | None) -> list[Item]:
    container = next((each for each in amp_list.iter() if each is not amp_list and "items" in each.attrib), None)
    if container is None:
        return []
    found = [item for element in container if (item := _item(element, now)) is not None][:MAX_ITEMS]
    return _lasting(found)


def _item(element: _Element, now: datetime | None) -> Item | None:
    """Return an item, None for what is none: it has no id, or is a place for advertisements."""
    name = str(element.get("id") or "").strip()
    withdrawn = "data-tombstone" in element.attrib
    if not name or (not withdrawn and _is_ad(element, name)):
        return None
    placed, changed = _moment(element, "data-sort-time"), _moment(element, "data-update-time")
    latest = changed or now
    pinned = placed is not None and latest is not None and placed - latest > _FAR
    return Item(element, name, changed if pinned else placed, changed, pinned, withdrawn)


def _moment(element: _Element, attribute: str) -> datetime | None:
    """Return a time in milliseconds, as the contract has it, or in seconds, as some write it."""
    written = str(element.get(attribute) or "").strip()
    return dates.from_epoch(int(written)) if written.isascii() and written.isdigit() and len(written) < 16 else None


def _is_ad(element: _Element, name: str) -> bool:
    empty = not postmarkup.words(element) and not postmarkup.shows(element)
    return empty or _AD.match(name) is not None


def _lasting(items: list[Item]) -> list[Item]:
    """Return items with ids that stay. Where an id is the time of the last change, the time of its place stands for it.

    The contract forbids such ids and a widespread plugin makes them: an edit would be a new post.
    """
    named = [(item, found) for item in items if item.changed and (found := _DIGITS.search(item.key))]
    if not named or any(dates.from_epoch(int(found[1])) != _whole(item.changed, found[1]) for item, found in named):
        return items
    if len(named) < sum(item.changed is not None for item in items):
        return items
    return [
        Item(item.element, _placed_key(item), item.placed, item.changed, item.pinned, item.withdrawn) for item in items
    ]


def _whole(when: datetime | None, digits: str) -> datetime | None:
    return when.replace(microsecond=0) if when and len(digits) == 10 else when


def _placed_key(item: Item) -> str:
    found = _DIGITS.search(item.key)
    if found is None or item.placed is None:
        return item.key
    seconds = int((item.placed - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    digits = str(seconds) if len(found[1]) == 10 else str(seconds * 1000 + item.placed.microsecond // 1000)
    return item.key[: found.start()] + digits


def _intro(best: _Element, others: list[_Element]) -> Iterator[_Element]:
    """Yield what introduces the posts: the paragraphs above their list, and what the lists of one item hold."""
    here = best
    for _ in range(_LEVELS):
        parent = here.getparent()
        if parent is None:
            break
        above = [each for each in here.itersiblings(preceding=True) if each.tag == "p"][::-1]
        said = [each for each in above if (line := postmarkup.words(each)) and not _NOTICE.search(line)]
        if said:
            yield from said
            break
        here = parent
    for each in others:
        for item in each.iter():
            if item.get("data-sort-time") is not None and next(item.iter("h1"), None) is None:
                yield item
