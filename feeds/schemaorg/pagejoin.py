"""What a page's own markup knows of the updates its data lists: the two joined.

Data for search engines is written once and for machines: it holds texts without links, ids that count, the time a post
was written rather than shown. The page shows the same posts with more. Owns finding the element of an update, by its id
or by its text, and what is taken from it; structure decides, never the publisher's name. What the data says stands
where the two do not agree, or where nothing proves that an element is the update's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from feeds.document import Media, plain
from feeds.liveblogs import postmarkup
from feeds.schemaorg import linkeddata, livepost
from feeds.schemaorg.linkeddata import Node
from feeds.schemaorg.livepage import Page

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_IDS = 20_000
"""Elements with an id looked at of one page."""
_NEAR = 30
"""Elements further down a page in which an update is looked for by its text."""
_SHARE = 0.8
"""Share of updates that must be found by their texts, or the elements are not theirs."""
_HEAD = 40
"""Letters at the beginning and at the end of a text by which it is found."""
_LEAST = 8
"""Letters without which a text says nothing."""
_MINUTE = timedelta(minutes=1)
_LEVELS = 60
"""Elements inside one another in which the place of a text is looked for."""
_REMEMBERED = 6

_TAIL = re.compile(r"(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,40}|[0-9]{4,15})\Z")
_SHAPE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,40}|[0-9]+")
_COUNTED = re.compile(r"[^0-9]{0,40}[0-9]{1,4}")
_PICTURE = re.compile(r"<(?:img|amp-img|picture)[\s>]")


class Mark(Struct, frozen=True):
    """An element that may be a post's."""

    name: str
    """Its id."""
    element: _Element
    letters: str


class Said(Struct, frozen=True):
    """What an update says, as letters."""

    title: str
    text: str

    @property
    def prints(self) -> list[str]:
        """How its text begins, and where it has little, its title: one title may stand on all."""
        said = (self.text,) if len(self.text) >= _HEAD else (self.title, self.text)
        return [each[:_HEAD] for each in said if each]

    def stands_in(self, found: Mark) -> bool:
        """Say whether an element holds it: title and text, or the one it has."""
        prints = self.prints
        return bool(prints) and max(map(len, prints)) >= _LEAST and all(each in found.letters for each in prints)


class Joined(Struct, frozen=True):
    """Updates with what their page knows of them."""

    updates: tuple[Node, ...]
    memory: dict[str, object]
    """Plain JSON to be given back with the next page of the same blog."""


def said(update: Node) -> Said:
    """Return what an update says."""
    title = livepost.title_of(update, livepost.date(update.get("datePublished"), UTC))
    return Said(postmarkup.letters(title), postmarkup.letters(livepost.words_of(update)))


def mark(element: _Element) -> Mark:
    """Return an element as one that may be a post's."""
    return Mark(str(element.get("id") or "").strip(), element, postmarkup.letters_in(element))


# ------------------------------------------------------------------ updates and a page


def join(updates: Sequence[Node], tree: _Element, page: Page, memory: Mapping[str, object]) -> Joined:
    """Return updates with what is found of them on their page. `memory` is what the last join returned, or empty."""
    says = [said(update) for update in updates]
    by_id = _by_id(updates, says, tree) if updates else {}
    pairs = dict(by_id)
    if not is_most(pairs, updates):
        pairs = {**_by_text(says, tree), **by_id}
    # Updates leave the page before they leave the data: half of them joined would be edited when they do.
    if not pairs or not is_most(pairs, updates):
        return Joined(tuple(updates), _kept(memory))
    joined = [dict(update) for update in updates]
    kept = _named(joined, pairs, by_id, page, memory)
    _timed(joined, pairs)
    for index, found in pairs.items():
        joined[index] = enriched(joined[index], says[index], found)
    return Joined(tuple(joined), kept)


def is_most(pairs: Mapping[int, object], updates: Sequence[object]) -> bool:
    """Say whether so many updates were found that what is found of one can be taken."""
    return len(pairs) >= len(updates) * _SHARE


def enriched(update: Node, says: Said, found: Mark) -> dict[str, object]:
    """Return an update with its text as the page sets it, its links and lists in it, and what the page marks it as."""
    out = {**update, **postmarkup.flags(found.element)}
    markup = _text_of(says, found) if says.text else "" if update.get("video") else _beside_title(says, found)
    if markup:
        out["articleBody"] = markup
        if _PICTURE.search(markup):
            out.pop("image", None)
    return out


def paired(updates: Sequence[Node], says: Sequence[Said], marks: Sequence[Mark]) -> dict[int, int]:
    """Return which update is which element, by ids that end alike, else by texts in their order; each once."""
    tails: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(marks):
        tails[_tail(each.name)].append(place)
    by_id: dict[int, int] = {}
    for index, update in enumerate(updates):
        places = tails.get(_tail(_name(update)), [])
        if len(places) == 1 and _name(update):
            by_id.setdefault(places[0], index)
    out = {index: place for place, index in by_id.items()}
    if sum(says[index].stands_in(marks[place]) for index, place in out.items()) * 2 < len(out):
        out = {}
    if len(out) < min(len(updates), len(marks)) * _SHARE:
        taken = set(out.values())
        for index, place in _in_order(says, marks).items():
            if index not in out and place not in taken:
                out[index] = place
    return out


# ------------------------------------------------------------------ whose element is whose


def _by_id(updates: Sequence[Node], says: Sequence[Said], tree: _Element) -> dict[int, Mark]:
    """Return the elements whose ids end as those of the updates do: `liveblogPost1288914` and `post-1288914`.

    A page has several with one number (a button, a counter): the posts are those of one kind that hold their texts.
    """
    wanted = {_tail(name): index for index, update in enumerate(updates) if (name := _name(update))}
    kinds: dict[tuple[str, str], dict[int, _Element]] = defaultdict(dict)
    for element in _with_ids(tree) if wanted else ():
        name = str(element.get("id")).strip()
        tail = _tail(name)
        if tail in wanted:
            kinds[(str(element.tag), name[: -len(tail)])].setdefault(wanted[tail], element)
    best: dict[int, Mark] = {}
    for elements in kinds.values():
        marks = {index: mark(element) for index, element in elements.items()}
        agreed = {index: each for index, each in marks.items() if says[index].stands_in(each)}
        if len(agreed) > len(best) and len(agreed) * 2 > len(marks):
            best = agreed
    return best


def _tail(name: str) -> str:
    """Return the end of an id that tells it from the others, the whole of it where no such end is to be seen."""
    found = _TAIL.search(name)
    return found[0] if found else name


def _by_text(says: Sequence[Said], tree: _Element) -> dict[int, Mark]:
    """Return the elements that hold the updates' texts, in their order: a row of siblings with ids of one kind."""
    rows: dict[tuple[_Element, str, str], list[_Element]] = defaultdict(list)
    for element in _with_ids(tree):
        parent = element.getparent()
        if parent is not None:
            shape = _SHAPE.sub("0", str(element.get("id")).strip())
            rows[(parent, str(element.tag), shape)].append(element)
    best: dict[int, Mark] = {}
    for elements in rows.values():
        if len(elements) <= max(len(best), 1):
            continue
        marks = [mark(element) for element in elements]
        found = _in_order(says, marks)
        if len(found) >= max(_SHARE * min(len(says), len(marks)), 2) and len(found) > len(best):
            best = {index: marks[place] for index, place in found.items()}
    return best


def _in_order(says: Sequence[Said], marks: Sequence[Mark]) -> dict[int, int]:
    out: dict[int, int] = {}
    place = 0
    for index, each in enumerate(says):
        near = range(place, min(place + _NEAR, len(marks)))
        found = next((there for there in near if each.stands_in(marks[there])), None)
        if found is not None:
            out[index] = found
            place = found + 1
    return out


def _with_ids(tree: _Element) -> Iterator[_Element]:
    count = 0
    for element in tree.iter():
        if str(element.get("id") or "").strip():
            yield element
            count += 1
            if count >= MAX_IDS:
                return


# ------------------------------------------------------------------ what is taken


def _named(
    joined: list[dict[str, object]],
    pairs: Mapping[int, Mark],
    by_id: Mapping[int, Mark],
    page: Page,
    memory: Mapping[str, object],
) -> dict[str, object]:
    """Give updates without an id, or with one that counts, the id of their element; return what is to be remembered.

    Some pages make ids anew each time they are asked for. One text under two ids at two visits says so, and then none
    is taken any more.
    """
    weak = {index: found for index, found in pairs.items() if index not in by_id and _is_weak(joined[index])}
    if not weak or not is_most(weak, joined) or memory.get("ids") == "passing":
        return _kept(memory)
    known = memory.get("ids")
    before = known if isinstance(known, dict) else {}
    now = {found.letters[-200:]: found.name for found in weak.values()}
    now = {postmarkup.short(letters): name for letters, name in now.items()}
    moved = sum(before.get(letters, name) != name for letters, name in now.items())
    if moved and moved >= sum(before.get(letters) == name for letters, name in now.items()):
        return {"ids": "passing"}
    for index, found in weak.items():
        joined[index]["@id"] = found.name
        joined[index]["url"] = page.fragment(found.name)
    return {"ids": dict(list(now.items())[:_REMEMBERED])}


def _is_weak(update: Node) -> bool:
    name = _name(update)
    return not name or (not isinstance(update.get("@id"), str) and _COUNTED.fullmatch(name) is not None)


def _kept(memory: Mapping[str, object]) -> dict[str, object]:
    known = memory.get("ids")
    if known == "passing":
        return {"ids": known}
    if isinstance(known, dict):
        return {"ids": {str(letters): name for letters, name in known.items() if isinstance(name, str)}}
    return {}


def _timed(joined: list[dict[str, object]], pairs: Mapping[int, Mark]) -> None:
    """Give updates the time at which the page shows them, where that is another than the one in the data.

    One and the same difference between all of them is a zone that somebody got wrong, and the data is right. Updates
    that all have one date have the blog's, and the page is right.
    """
    shown = {index: when for index, found in pairs.items() if (when := next(postmarkup.times(found.element), None))}
    written = {index: livepost.date(joined[index].get("datePublished"), UTC) for index in shown}
    apart = [when - stated for index, when in shown.items() if (stated := written[index]) is not None]
    alike = len(set(written.values())) <= 1 < len(written) and len(set(shown.values())) > 1
    if alike:
        _undate(joined)
    else:
        if not apart or (max(apart) - min(apart) < _MINUTE):
            return
        shown = {index: when for index, when in shown.items() if _is_later(when, written[index])}
    for index, when in shown.items():
        date(joined[index], when)


def _undate(joined: list[dict[str, object]]) -> None:
    """Take the blog's own dates from its updates."""
    changed = {linkeddata.string(update.get("dateModified")) for update in joined}
    for update in joined:
        update.pop("datePublished", None)
        if len(changed) == 1:
            update.pop("dateModified", None)


def _is_later(when: datetime, stated: datetime | None) -> bool:
    return stated is None or when - stated >= _MINUTE


def date(update: dict[str, object], when: datetime) -> None:
    """Date an update by when it is shown. Changes to it before that are nobody's news."""
    update["datePublished"] = when.isoformat()
    changed = livepost.date(update.get("dateModified"), UTC)
    if changed is not None and changed <= when:
        update.pop("dateModified")


# ------------------------------------------------------------------ texts


def _text_of(says: Said, found: Mark) -> str:
    """Return the markup of an update's text on the page: the smallest element that holds its beginning and its end.

    Empty where there is none, or where it holds much besides.
    """
    ends = (says.text[:_HEAD], says.text[-_HEAD:])
    if not all(end in found.letters for end in ends):
        return ""
    here, letters = found.element, found.letters
    for _ in range(_LEVELS):
        inner = ((child, postmarkup.letters_in(child)) for child in here)
        smaller = (each for each in inner if each[1] != says.title and all(end in each[1] for end in ends))
        deeper = next(smaller, None)
        if deeper is None:
            break
        here, letters = deeper
    here, letters = _with_pictures(here, letters, says, found)
    without = _titled(here, says.title) if says.title else []
    left = letters.replace(says.title, "", len(without))
    if len(left) > len(says.text) * 1.3 + 200 or not all(end in left for end in ends):
        return ""
    without += postmarkup.labels(here, says.text, without)
    return postmarkup.markup(here, without)


def _with_pictures(here: _Element, letters: str, says: Said, found: Mark) -> tuple[_Element, str]:
    """Return the outermost element that holds no more words than a text does, but pictures and their captions."""
    while here is not found.element and (parent := here.getparent()) is not None:
        held = postmarkup.letters_in(parent)
        captions = sum(len(postmarkup.letters_in(each)) for each in parent.iter("figcaption"))
        own = sum(len(postmarkup.letters_in(each)) for each in here.iter("figcaption"))
        more = len(held) - len(letters) - (captions - own)
        # What is more may be the title, which stands there once.
        if more and (more != len(says.title) or says.title in letters or says.title not in held):
            break
        here, letters = parent, held
    return here, letters


def _beside_title(says: Said, found: Mark) -> str:
    """Return the markup of what stands in one place with an update's title, where the data has a title alone.

    A few words there are somebody's name.
    """
    from feeds import html

    titles = _titled(found.element, says.title) if says.title else []
    place = titles[0].getparent() if titles else None
    markup = postmarkup.markup(place, titles) if place is not None else ""
    document = html.document(markup, "")
    words = plain(document)
    shows = any(isinstance(block, Media) for block in document)
    return markup if shows or words.startswith(("http://", "https://")) or len(words) >= _HEAD else ""


def _titled(element: _Element, title: str) -> list[_Element]:
    """Return the outermost element inside another that holds a title and nothing else, the first of them."""
    for each in element.iter():
        if each is element or postmarkup.shows(each):
            continue
        if postmarkup.letters_in(each) == title:
            return [each]
    return []


def _name(update: Node) -> str:
    """Return the id of an update as written, or the fragment of its address."""
    named = update.get("@id")
    if isinstance(named, str) and named and not named.startswith("_:"):
        return named.rpartition("#")[2]
    return linkeddata.address(update.get("url")).partition("#")[2]
