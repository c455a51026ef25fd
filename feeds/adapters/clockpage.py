"""Pages without any markup of posts: one article, cut by headings or bold words that begin with a clock time.

Owns what is made of such a page, and that nobody gets it unasked: what looks like a live blog may as well be a
programme or a timetable, so it is read only where a person says so. What is a post is found by `liveblogs.clocklist`,
its day by `liveblogs.clocktimes`. The day is a guess as well, so it is kept once it was made: a page that is saved
again tomorrow has no new posts. A post is known by its day, its clock and its first words; where these are corrected,
by its clock and its neighbours.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import dates, jsonvalue, text
from feeds import sniff as sniffing
from feeds.document import Document, plain
from feeds.errors import ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.identity import said
from feeds.liveblogs import clocklist, clocktimes, postmarkup, stretches
from feeds.liveblogs.clocklist import ClockList, Start
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.schemaorg import linkeddata, livepage
from feeds.schemaorg.livepage import ACCEPT, Page
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

_LIKE = re.compile(
    rb"<(?:h[23]|strong|b)(?:\s[^<>]{0,400})?>(?:\s|&nbsp;|\[|\(|<[a-z][^<>]{0,400}>|(?:ore|kl\.?)\s)*+[0-9]{1,2}\s?[:.haApPU]",
    re.IGNORECASE,
)
"""What begins a post: a cheap look before a page is parsed."""
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified", "lastmod")
_PUBLISHED = ("article:published_time", "datepublished", "datecreated", "dc.date", "dcterms.created", "pubdate", "date")
_ARTICLES = ("Article", "Posting", "WebPage")
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})\s*\Z|[Zz]\s*\Z")
_MARK = re.compile(r"\A((?:\s|<[^<>]*>)*+)[:|–—-]\s+")
"""What stands between a clock and the text behind it."""
_YEARS = range(1995, 2200)
_MAX_TITLE = 200
"""Characters of a heading; what is longer is the text of the post, in bold."""
_FIRST_WORDS = 8
_CLOCK = 5
"""Characters of a name that are its clock, “13:47”."""
_MAX_NAME = 100
_REMEMBERED = 500


class ClockPage:
    """The adapter for pages with nothing but clock times in them."""

    name = "clockpage"
    guess = "Read by its clock times, which is a guess"
    """What is said of it where it is offered."""

    def claim(self, url: str) -> Confidence:
        """Say nothing: an address does not tell what its page holds; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether a page holds three posts or more that begin with a clock; never more than *asked*."""
        try:
            sniffed = sniffing.sniff(response)
            if sniffed.form is not Form.HTML:
                return Confidence.NO
            body = sniffing.unpack(response, sniffed).replace(b"\0", b"")
            likely = (number for number, _ in enumerate(_LIKE.finditer(body), 1))
            if clocklist.LEAST not in likely:
                return Confidence.NO
            tree, _ = livepage.load(response)
        except ParseError:
            return Confidence.NO
        return Confidence.NO if clocklist.find(tree) is None else Confidence.ASKED

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the page: one conditional request; see `flow.Adapter`."""
        response = yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)
        return read(response, visit.cursor)


def read(response: Response, cursor: Mapping[str, object]) -> Batch:
    """Read a page by its clock times. Posts are returned with the newest first. Raises `ParseError`."""
    from feeds import html

    tree, page = livepage.load(response)
    found = clocklist.find(tree)
    if found is None:
        raise livepage.not_a_blog(page, "fewer than three headings begin with a clock time, or they are in no order")
    stated = _Stated(tree, response, page)
    bodies = _bodies(found, page.base)
    names = [f"{start.clock.written} {_words(body, start)}" for start, body in zip(found.starts, bodies, strict=True)]
    memory = _memory(cursor)
    renamed = _renamed(names, list(memory.days))
    days = _days(found, [renamed.get(name, name) for name in names], stated, memory)
    memory = _remembered(memory, names, renamed, days)
    posts = list(_posts(found, bodies, [memory.was.get(name, name) for name in names], days, stated, page))
    cut, extent = page.cut, Extent.DELTA if page.cut else Extent.PART
    if not found.newest_first:
        # The newest is the one in which a page is cut off.
        posts, cut = posts[::-1][1 if cut else 0 :], False
    title = page.heading or page.title
    return Batch(
        Kind.LIVEBLOG,
        posts=tuple(posts),
        title=title,
        description=text.line(stated.description),
        link=page.addresses[0],
        language=page.language,
        coverage=Coverage(headline=title),
        extent=extent,
        cursor={"days": memory.days, "was": memory.was},
        problems=(html.CUT,) if page.cut else (),
        cut=cut,
    )


# ------------------------------------------------------------------ posts


def _bodies(found: ClockList, base: str) -> list[Document]:
    from feeds import html

    marks = [start.element for start in found.starts]
    around = {each for mark in marks for each in mark.iterancestors()}
    ends = [] if found.end is None else [found.end]
    cut = stretches.cut(
        found.container, [*marks, *ends], lambda each: each not in around and postmarkup.is_furniture(each)
    )
    bodies = []
    for start, markup in zip(found.starts, cut, strict=False):
        rest = start.clock.rest
        bold = f"<p><b>{escape(rest)}</b></p>" if len(rest) > _MAX_TITLE else ""
        bodies.append(html.document(bold + _MARK.sub(r"\1", markup, count=1), base))
    return bodies


def _words(body: Document, start: Start) -> str:
    """Return a few characters that stand for the first words of a post: titles are edited more than texts."""
    first = said(plain(body)).split()[:_FIRST_WORDS] or start.clock.rest.split()
    return postmarkup.short(postmarkup.letters(" ".join(first)))


def _posts(
    found: ClockList, bodies: list[Document], names: list[str], days: list[date | None], stated: _Stated, page: Page
) -> Iterator[Post]:
    seen: Counter[str] = Counter()
    rows = list(zip(found.starts, bodies, names, days, strict=True))
    keys: list[str] = []
    for _, _, name, day in reversed(rows) if found.newest_first else rows:
        key = f"{day.isoformat()} {name}" if day is not None else name
        seen[key] += 1  # counted from the oldest: a new post changes the key of no other
        keys.append(key if seen[key] == 1 else f"{key} {seen[key]}")
    for (start, body, _, day), key in zip(rows, reversed(keys) if found.newest_first else keys, strict=True):
        own = str(start.element.get("id") or "").strip()
        title = start.clock.rest
        yield Post(
            key=key,
            url=text.url(page.fragment(own), page.base) if own else page.addresses[0],
            title=title if len(title) <= _MAX_TITLE else "",
            published=None if day is None else clocktimes.moment(start.clock, day, start.zone or stated.zone),
            body=body,
            language=page.language,
        )


def _days(found: ClockList, names: list[str], stated: _Stated, memory: _Memory) -> list[date | None]:
    """Return the days of the posts, in the order of the page; those that were known before stay as they are."""
    once = Counter(names)
    known: dict[int, date] = {}
    order = range(len(names)) if found.newest_first else range(len(names) - 1, -1, -1)
    for place, index in enumerate(order):
        day = _day(memory.days.get(names[index])) if once[names[index]] == 1 else None
        if day is not None:
            known[place] = day
    clocks = [(found.starts[index].clock, found.starts[index].zone or stated.zone) for index in order]
    days = clocktimes.days(clocks, stated.latest, known)
    return days if found.newest_first else days[::-1]


def _day(written: object) -> date | None:
    if not isinstance(written, str):
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


# ------------------------------------------------------------------ who is who


class _Memory(Struct, frozen=True):
    """What is remembered of a page from one visit to the next."""

    days: dict[str, str]
    """The days of its posts by their names, empty where it is not known which; in the order of the page. Those that are
    missing stand where they stood."""
    was: dict[str, str]
    """The first names of posts whose first words were others then."""


def _memory(cursor: Mapping[str, object]) -> _Memory:
    days, was = (jsonvalue.remembered(cursor, name) for name in ("days", "was"))
    return _Memory(_texts(days), _texts(was))


def _texts(found: Mapping[str, object]) -> dict[str, str]:
    return {text.clean(name)[:_MAX_NAME]: each[:_MAX_NAME] for name, each in found.items() if isinstance(each, str)}


def _renamed(names: list[str], before: list[str]) -> dict[str, str]:
    """Return which posts are which of those remembered, though their first words are others now.

    They have the same clock, and stand between the same posts that are as they were. At an end of the list, where posts
    come and go, those count that are nearest to the others.
    """
    count = Counter(names)
    kept = {name for name in before if count[name] == 1}
    gone = _between([name for name in before if not count[name] or name in kept], kept)
    fresh = _between([name for name in names if count[name] == 1], kept)
    out: dict[str, str] = {}
    for place, found in fresh.items():
        _, above, below = place
        if not above:
            out.update(zip(reversed(found), reversed(gone[place]), strict=False))
        elif not below or len(found) == len(gone[place]):
            out.update(zip(found, gone[place], strict=False))
    return out


def _between(order: list[str], kept: set[str]) -> defaultdict[tuple[str, str, str], list[str]]:
    """Return the names of a list that are not kept, by their clocks and the nearest above and below that are."""
    out: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    below: list[str] = []
    for name in reversed(order):
        below.append(name if name in kept else below[-1] if below else "")
    above = ""
    for name, under in zip(order, reversed(below), strict=True):
        if name in kept:
            above = name
        elif above or under:
            out[name[:_CLOCK], above, under].append(name)
    return out


def _remembered(memory: _Memory, names: list[str], renamed: dict[str, str], days: list[date | None]) -> _Memory:
    """Return what to remember next time: a copy of the page from before must not make new posts of those it lacks."""
    shown = {name: "" if day is None else day.isoformat() for name, day in zip(names, days, strict=True)}
    replaced = set(renamed.values())
    following: defaultdict[str, list[str]] = defaultdict(list)
    place = ""
    for name in memory.days:
        if name in shown:
            place = name
        elif name not in replaced:
            following[place].append(name)
    order = [*following[""], *(each for name in shown for each in (name, *following[name]))]
    # Where they are too many, those that are missing go first.
    spare = _REMEMBERED - len(shown)
    order = [name for name in order if name in shown or (spare := spare - 1) >= 0][:_REMEMBERED]
    first = {name: memory.was.get(renamed.get(name, name), renamed.get(name, name)) for name in order}
    kept = {name: shown[name] if name in shown else memory.days[name] for name in order}
    return _Memory(kept, {name: each for name, each in first.items() if each != name})


# ------------------------------------------------------------------ what the page says of itself


class _Stated:
    """What a page states around its posts."""

    def __init__(self, tree: _Element, response: Response, page: Page) -> None:
        metas: dict[str, str] = {}
        for element in tree.iter("meta", "time"):
            for name in ("property", "name", "itemprop"):
                value = element.get("content") or element.get("datetime")
                if element.get(name) and value:
                    metas.setdefault(str(element.get(name)).strip().lower(), str(value).strip())
        modified = [metas[name] for name in _MODIFIED if name in metas]
        published = [metas[name] for name in _PUBLISHED if name in metas]
        if not modified:
            described = list(_described(tree))
            modified = [linkeddata.first(node, "dateModified") for node in described]
            published += [linkeddata.first(node, "datePublished") for node in described]
        self.description = metas.get("description") or metas.get("og:description") or ""
        self.zone = _zone((*modified, *published), page)
        """The zone of its clocks, where its prose states none."""
        self.latest = (
            _latest(modified, self.zone)
            or _latest(published, self.zone)
            or _latest((response.header("last-modified"),), UTC)
        )
        """When it was changed last; None where it does not say."""


def _described(tree: _Element) -> Iterator[linkeddata.Node]:
    """Yield what JSON-LD says of the page's article."""
    graph, _, _ = linkeddata.load(linkeddata.scripts(tree), ("dateModified", "datePublished"))
    for node in graph.nodes:
        if any(kind.endswith(_ARTICLES) for kind in linkeddata.types(node)):
            yield node
            return


def _latest(written: Iterable[str], zone: tzinfo) -> datetime | None:
    found = (dates.parse(each, zone=zone) for each in written)
    return max((when for when in found if when is not None and when.year in _YEARS), default=None)


def _zone(written: Iterable[str], page: Page) -> tzinfo:
    """Return the zone of a page by the offset of its own dates.

    Universal time is what software writes that has no other in mind: there the country the page is of goes before.
    """
    for each in written:
        if (offset := _OFFSET.search(each)) and offset[1]:
            minutes = int(offset[2]) * 60 + int(offset[3])
            if 0 < minutes <= 14 * 60:
                return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    return clocktimes.zone_of(urlsplit(page.addresses[0]).netloc) or UTC
