"""Which posts are which known entries: by key, by what tells posts of one key apart, by other names.

Owns the pairing, in which only what no other has proves anything. What follows from it (new, edited, withdrawn,
restored) is decided by `feeds.reconcile`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise, product
from typing import NamedTuple

from msgspec.structs import replace

from feeds.identity import ENOUGH, aliases, beginning, content_hash, digest, fingerprint, is_exact, key, said, text_of
from feeds.model import Entry, Post

Row = tuple[str, Post, Entry | None]
"""A post, its identity, and the entry it is; None where it is of no known entry."""


class Matched(NamedTuple):
    """The posts of a batch, each once, with its identity and the entry it is."""

    rows: list[Row]
    """In the order of the posts."""
    renamed: int
    """Entries that came back under another id."""


_FEW = 3
"""Posts from which a list is long enough to say that all ids in it are new ones."""


def match(
    posts: Sequence[Post],
    entries: Sequence[Entry],
    shown: Sequence[str] = (),
    former: Sequence[tuple[str, int]] = (),
    *,
    is_list: bool = True,
) -> Matched:
    """Say which posts are which entries. `shown` are the identities of the last list, newest first.

    `former` are keys that entries had before their present ones, with the ids of the entries.

    `is_list`: the posts are the list of the source; otherwise a few of it, from which nothing follows about the others.
    """
    posts = _once(posts)
    places = {name: place for place, name in enumerate(shown)}
    by_key: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: places.get(each.identity, len(places))):
        by_key.setdefault(key(entry.post), []).append(entry)
    groups: dict[str, list[int]] = {}
    for index, post in enumerate(posts):
        groups.setdefault(key(post), []).append(index)
    found: dict[int, Entry] = {}
    for name, indexes in groups.items():
        if name in by_key:
            found.update(pair({index: posts[index] for index in indexes}, by_key[name], places))
    counted = _are_counted(posts)
    if counted:
        others = _under_numbers_of_others(posts, entries, found)
        found = {index: entry for index, entry in found.items() if index not in others}
        # Of two entries that have had one number, one has lost it.
        counted = bool(others) or any(len(by_key.get(name, ())) > 1 for name in groups)
    elif former:
        _match_former_keys({name: each for name, each in groups.items() if name not in by_key}, entries, former, found)
    renamed = _match_aliases(posts, entries, found, counted=counted, is_list=is_list)
    names = Names(entry.identity for entry in entries)
    rows: list[Row] = []
    for index, post in enumerate(posts):
        entry_found = found.get(index)
        rows.append((names.new(post) if entry_found is None else entry_found.identity, post, entry_found))
    return Matched(rows, renamed)


class Names:
    """Gives new entries identities nobody has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    def new(self, post: Post) -> str:
        """Return the key of a post, with a mark of its own behind it where others have that."""
        name = key(post)
        if name in self._taken:
            told_by = digest(post.url or "", str(post.published), post.title, content_hash(post))[:12]
            base = name = f"{name}#{told_by}"
            while name in self._taken:
                # Counted on from the last time: a feed of nothing but equal items is long.
                number = self._numbers[base] = self._numbers.get(base, 1) + 1
                name = f"{base}-{number}"
        self._taken.add(name)
        return name


def _once(posts: Iterable[Post]) -> list[Post]:
    """Return every post once, at its last place: one that is pinned stands on top and again where it belongs.

    Equal posts that nothing but their words could tell apart (no id, link or date) are kept: two goals are two goals.
    """
    posts = list(posts)
    names = [(key(post), post.url, post.published) for post in posts]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    kept: dict[Hashable, tuple[int, Post]] = {}
    for index, (name, post) in enumerate(zip(names, posts, strict=True)):
        if name not in repeated or not (post.key or post.url or post.published):
            kept[index] = (index, post)
            continue
        same = (*name, content_hash(post))
        if same in kept:
            place, earlier = kept.pop(same)
            pinned = earlier.pinned or post.pinned or (place == 0 and index > 1)
            post = replace(post, pinned=pinned, key_event=earlier.key_event or post.key_event)
        kept[same] = (index, post)
    return [post for _, post in kept.values()]


# ------------------------------------------------------------------ one key, several posts


class _Traits(NamedTuple):
    url: str | None
    published: datetime | None
    title: str
    content: str
    beginning: str


def _traits(post: Post, urls: set[str | None]) -> _Traits:
    """Return the traits of a post; `urls` are the addresses that tell posts apart."""
    title, text = said(post.title), said(text_of(post))
    return _Traits(post.url if post.url in urls else None, post.published, title, digest(title, text), beginning(text))


# What tells the posts of one key apart, the surest first; None where a post lacks it.
_ALIKE: tuple[Callable[[_Traits], Hashable | None], ...] = (
    lambda one: (one.url, one.published, one.title, one.content),
    lambda one: (one.published, one.content),
    lambda one: one.published and one.title and (one.published, one.title),
    lambda one: one.published,
    lambda one: one.url,
)
_CERTAIN = 2
"""How many of them leave nothing to tell apart: there may be several alike, paired as they stand."""
# What outlives a change of the date, for entries that were on the list a poll ago and for no others.
_ALIKE_OF_LATE: tuple[Callable[[_Traits], Hashable | None], ...] = (
    lambda one: len(one.beginning) >= ENOUGH and one.content,
    lambda one: one.published is None and one.title,
)


def pair(posts: dict[int, Post], entries: Sequence[Entry], places: dict[str, int]) -> dict[int, Entry]:
    """Return which posts of one key are which entries of that key.

    One post and one entry are the same. Of several, only what no other has proves anything: an address they all share
    does not.
    """
    if len(posts) == 1 and len(entries) == 1:
        return dict.fromkeys(posts, entries[0])
    urls = {post.url for post in posts.values()}
    if len(urls) == 1 and all(entry.post.url in urls for entry in entries):
        urls = set()
    # A page may be the one address of thousands of entries; most of them can be none of these posts.
    dates = {post.published for post in posts.values()}
    entries = [
        entry
        for entry in entries
        if entry.identity in places or entry.post.published in dates or entry.post.url in urls
    ]
    news = {index: _traits(post, urls) for index, post in posts.items()}
    olds = {place: _traits(entry.post, urls) for place, entry in enumerate(entries)}
    found: dict[int, int] = {}
    for number, trait in enumerate(_ALIKE):
        _pair_by(trait, news, olds, found, several=number < _CERTAIN)
    lately = {place: olds[place] for place, entry in enumerate(entries) if entry.identity in places}
    for trait in _ALIKE_OF_LATE:
        _pair_by(trait, news, lately, found, several=False)
    return {index: entries[place] for index, place in found.items()}


def _pair_by(
    trait: Callable[[_Traits], Hashable | None],
    news: dict[int, _Traits],
    olds: dict[int, _Traits],
    found: dict[int, int],
    *,
    several: bool,
) -> None:
    used = set(found.values())
    bearers = _bearers(trait, olds)
    for name, indexes in _bearers(trait, news).items():
        places = bearers.get(name, [])
        if not several and not len(indexes) == len(places) == 1:
            continue
        free = [index for index in indexes if index not in found]
        found.update(zip(free, [place for place in places if place not in used], strict=False))


def _bearers(trait: Callable[[_Traits], Hashable | None], among: dict[int, _Traits]) -> dict[Hashable, list[int]]:
    out: dict[Hashable, list[int]] = {}
    for index, traits in among.items():
        name = trait(traits)
        if name not in (None, "", False):
            out.setdefault(name, []).append(index)
    return out


# ------------------------------------------------------------------ another key, the same post


_COUNTED = re.compile(r"([A-Za-z_-]*)([0-9]{1,4})")


def _are_counted(posts: Sequence[Post]) -> bool:
    """Say whether ids are numbers without a gap, in order, as of a page that counts its posts whenever it is made.

    Such an id is another post's as soon as a post below it is deleted, or slips in.
    """
    keys = [post.key for post in posts if post.key]
    if not keys or _COUNTED.fullmatch(keys[0]) is None:
        return False
    found = [_COUNTED.fullmatch(each) for each in keys]
    numbers = [int(each[2]) for each in found if each is not None]
    alike = len(numbers) == len(found) and len({each[1] for each in found if each is not None}) == 1
    steps = {above - below for above, below in pairwise(numbers)}
    return alike and (steps <= {1} or steps <= {-1})


def _under_numbers_of_others(posts: Sequence[Post], entries: Sequence[Entry], found: dict[int, Entry]) -> set[int]:
    """Return the posts, of those found by their numbers, that bear one that was another's: they are not what that was.

    That is proved where one says what another entry says, or another says what its entry does. One alone that is of
    another date and in other words, below one that is as it was, was edited and dated anew at once: numbers would have
    moved there too.
    """
    prints = [fingerprint(post) for post in posts]
    shown = set(prints)
    holders: dict[str, set[int]] = {}
    own: dict[int, str] = {}
    for entry in entries:
        own[entry.id] = fingerprint(entry.post)
        holders.setdefault(own[entry.id], set()).add(entry.id)
    moved = [index for index, entry in found.items() if posts[index].key and prints[index] != own[entry.id]]
    proved = {index for index in moved if prints[index] in holders or own[found[index].id] in shown}
    others = {index for index in moved if not _may_be(posts[index], found[index].post)}
    if len(others) == 1 and not proved:
        numbers = {index: int(matched[2]) for index in found if (matched := _COUNTED.fullmatch(posts[index].key))}
        return set() if any(number > numbers[index] for index in others for number in numbers.values()) else others
    return others | proved


def _may_be(post: Post, known: Post) -> bool:
    """Say whether two posts under one number may be one: they have their date in common, or what they say."""
    if post.published is None or known.published is None or post.published == known.published:
        return True
    title, first = said(post.title), beginning(said(text_of(post)))
    if first != beginning(said(text_of(known))):
        return False
    return len(first) >= ENOUGH or (title != "" and title == said(known.title))


def _match_former_keys(
    groups: dict[str, list[int]], entries: Sequence[Entry], former: Sequence[tuple[str, int]], found: dict[int, Entry]
) -> None:
    """Find entries whose posts came back under a key they had before, where no other post and no other entry had it.

    A stale copy of a page brings the old ids back, and the next copy the new ones again.
    """
    times = Counter(name for name, _ in former)
    free = {entry.id: entry for entry in entries}
    for entry in found.values():
        free.pop(entry.id, None)
    for name, number in former:
        if times[name] == 1 and len(groups.get(name, ())) == 1 and number in free:
            found[groups[name][0]] = free.pop(number)


def _match_aliases(
    posts: Sequence[Post], entries: Sequence[Entry], found: dict[int, Entry], *, counted: bool, is_list: bool
) -> int:
    """Find entries whose posts came back under another id; return how many there are.

    A name with a date in it proves it, where nobody else has that name; for what has no lasting id (`counted`: ids are
    numbers that are given anew), the date alone. A name without one (“Market update”, on the page all of them are on)
    proves it only where no post of a list that is long enough kept its id and most are found by such names: then the
    source makes new ids at every visit. One new post that says what another said is news.
    """
    strangers = [index for index in range(len(posts)) if index not in found]
    claimed = {entry.id for entry in found.values()}
    if not strangers or len(claimed) == len(entries):
        return 0
    by_key = set(found)
    dates = {posts[index].published for index in strangers} - {None}
    dated = [entry for entry in entries if entry.post.published in dates]
    if any(entry.id not in claimed for entry in dated):
        wanted = _bearers_of_aliases([(index, post) for index, post in enumerate(posts) if post.published in dates])
        _claim(("fingerprint:", "beginning:"), wanted, dated, found, claimed)
        nameless = [index for index in strangers if counted or not _is_named(posts[index])]
        _claim_moments(nameless, posts, dated, found, claimed)
    if not by_key and is_list:
        if found:
            # Some are proved to have new ids, and none has kept its own: then the others have new ones too.
            _claim_moments(strangers, posts, dated, found, claimed)
        guessed = dict(found)
        # Those of one key were held against one another already.
        keys = {key(entry.post) for entry in entries}
        strange = [(index, post) for index, post in enumerate(posts) if key(post) not in keys]
        _claim(("address:", "words:"), _bearers_of_aliases(strange), entries, guessed, claimed)
        # A title that comes again, on the page all of them are on, is no proof against another date and other words.
        guessed = {
            index: entry for index, entry in guessed.items() if index in found or _may_be(posts[index], entry.post)
        }
        _claim_moments(strangers, posts, dated, guessed, claimed)
        if len(guessed) >= _FEW and len(guessed) * 2 >= len(posts):
            found.update(guessed)
    return 0 if counted else sum(_is_named(posts[index]) for index in found if index not in by_key)


def _is_named(post: Post) -> bool:
    return bool(post.key or post.url)


def _claim_moments(
    strangers: Iterable[int],
    posts: Sequence[Post],
    entries: Sequence[Entry],
    found: dict[int, Entry],
    claimed: set[int],
) -> None:
    """Find entries by the moment they were published at, where no other post and no other entry was."""
    once = Counter(post.published for post in posts)
    holders: dict[datetime | None, list[Entry]] = {}
    for entry in entries:
        holders.setdefault(entry.post.published, []).append(entry)
    for index in strangers:
        when = posts[index].published
        if index in found or when is None or once[when] > 1 or not is_exact(when):
            continue
        there = holders.get(when, [])
        if len(there) == 1 and there[0].id not in claimed:
            found[index] = there[0]
            claimed.add(there[0].id)


def _bearers_of_aliases(posts: Iterable[tuple[int, Post]]) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for index, post in posts:
        for alias in aliases(post):
            out.setdefault(alias, []).append(index)
    return out


def _claim(
    kinds: tuple[str, ...],
    wanted: dict[str, list[int]],
    entries: Sequence[Entry],
    found: dict[int, Entry],
    claimed: set[int],
) -> None:
    holders = _bearers_of_aliases(enumerate(entry.post for entry in entries))
    for kind, (alias, indexes) in product(kinds, wanted.items()):
        if not alias.startswith(kind) or alias not in holders:
            continue
        if kind == "fingerprint:" or len(indexes) == len(holders[alias]) == 1:
            free = [entries[place] for place in holders[alias] if entries[place].id not in claimed]
            for index, entry in zip([each for each in indexes if each not in found], free, strict=False):
                found[index] = entry
                claimed.add(entry.id)
