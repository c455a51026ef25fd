"""Pages that mark up their posts as an h-feed (microformats2).

Owns which elements of a page are its entries and what the classes inside one mean (microformats.org/wiki/microformats2
and its parsing rules, as far as entries need them). The last resort among formats: a page that offers a feed is not
read as one, for its feed says the same and is meant to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from feeds import discovery, paging, text
from feeds import sniff as sniffing
from feeds.document import Block, Document, Media, links, paragraphs, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import fragments, postmarkup
from feeds.model import Batch, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

if TYPE_CHECKING:
    from lxml.etree import _Element

LEAST = 2
"""Entries of a page without an `h-feed` around them from which it is one: a page of one post has one as well."""
_ROOT = re.compile(r"h-[a-z0-9]+(?:-[a-z]+)*")
_PROPERTY = re.compile(r"(?:p|u|dt|e)-[a-z0-9]+(?:-[a-z]+)*")
_ADDRESSES = ("href", "src", "data", "poster", "value")
_WAYS = {"next": "next", "prev": "prev", "previous": "prev"}
_OLDER = re.compile(r"\b(?:older|earlier)\b", re.IGNORECASE)
_NEWER = re.compile(r"\b(?:newer|later)\b", re.IGNORECASE)
_MAX_LINKS = 100
_LABEL = 200
"""Characters of a link's words that are looked at."""
_HEADERS = (("accept", "text/html"),)
_REFERENCES = ("u-bookmark-of", "u-repost-of", "u-like-of", "u-in-reply-to")
"""Properties that say what an entry is about: an entry may be nothing but one of them."""

Properties = dict[str, list["_Element"]]


class HFeed:
    """The adapter for h-feed."""

    name = "hfeed"

    def claim(self, url: str) -> Confidence:
        """Say nothing: an address does not tell how a page is marked up; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether a page lists entries and offers no feed; see `flow.Adapter`."""
        sniffed = sniffing.sniff(response)
        if sniffed.form is not Form.HTML:
            return Confidence.NO
        try:
            if b"h-entry" not in sniffing.unpack(response, sniffed):
                return Confidence.NO
            tree = _tree(response)
        except ParseError:
            return Confidence.NO
        return Confidence.MAYBE if _feed(tree)[1] and not discovery.of_tree(tree, response.url) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the page: one conditional request; see `flow.Adapter`."""
        return _read((yield Request(visit.url, headers=_HEADERS, conditional=True)), visit)

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the page to which the last one led; see `flow.Pages`."""
        return _read((yield Request(paging.address(visit), headers=_HEADERS)), visit, least=1)


def _tree(response: Response) -> _Element:
    """Return an answer as a page. Raises `ParseError`."""
    from feeds import html

    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    tree = html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    if tree is None:
        raise NotAFeedError("This web page is empty.")
    return tree


def _read(response: Response, visit: Visit, least: int = LEAST) -> Batch:
    """Read a page that lists entries, at least some of them. Raises `ParseError`."""
    from feeds import html

    tree = _tree(response)
    root, entries = _feed(tree, least)
    if not entries:
        raise NotAFeedError("This web page marks up no entries (no microformats h-feed).")
    base = _base(tree, response.url)
    own = _properties(root)
    authors = _authors(own)
    posts: dict[object, Post] = {}
    for entry in entries[:MAX_ENTRIES]:
        post = _post(entry, base, authors)
        # Two entries that share an address are two, one that is shown twice is one.
        posts.setdefault(post if post.key else len(posts), post)
    name = _line(own, "p-name") if root is not tree else ""
    problems: tuple[str, ...] = ()
    if len(entries) > MAX_ENTRIES:
        problems = (f"The page lists more than {MAX_ENTRIES:,} entries; only these were read.",)
    cut = html.is_cut(sniffing.unpack(response, sniffing.sniff(response)))
    return Batch(
        Kind.FEED,
        posts=tuple(posts.values()),
        title=name or html.title(tree.findtext(".//title") or ""),
        description=_line(own, "p-summary") if root is not tree else "",
        link=response.url,
        language=text.line(str(tree.get("lang") or ""))[:40] or None,
        extent=Extent.PART,
        older=_older(tree, base, visit, response),
        problems=(*problems, html.CUT) if cut else problems,
        cut=cut,
    )


def _base(tree: _Element, url: str) -> str:
    """Return what relative addresses stand on: the first `base` (HTML, 4.2.3) or the page."""
    reference = next((str(element.get("href") or "") for element in tree.iter("base")), "")
    return (text.url(reference, url) if reference else None) or url


# ------------------------------------------------------------------ older pages


class _Link(NamedTuple):
    """A link to another page of the same entries."""

    way: str
    """Its relation: `next` or `prev`."""
    url: str
    words: str


def _older(tree: _Element, base: str, visit: Visit, response: Response) -> dict[str, object]:
    """Return where the page with older entries is; empty where that is not clear.

    An h-feed pages with links of the relations `prev` and `next` (indieweb.org/h-feed), and which of them leads to what
    is older is not agreed upon: sites do both. Where the words of a link do not tell, a page of the newest entries has
    only that one; from there on it goes the same way.
    """
    links = [link for link in _links(tree, base) if not _NEWER.search(link.words)]
    way = visit.older.get("way")
    if way not in _WAYS.values():
        ways = {link.way for link in links}
        way = ways.pop() if len(ways) == 1 else ""
    told = (link for link in links if _OLDER.search(link.words))
    chosen = next(told, None) or next((link for link in links if link.way == way), None)
    place = paging.place(visit, response, chosen.url) if chosen else {}
    return {**place, "way": chosen.way} if chosen and place else {}


def _links(tree: _Element, base: str) -> Iterator[_Link]:
    """Yield the links to other pages; those in an entry lead to other entries."""
    waiting = [tree]
    left = _MAX_LINKS
    while waiting and left:
        element = waiting.pop()
        if "h-entry" in fragments.classes(element):
            continue
        waiting.extend(reversed(element))
        relations = str(element.get("rel") or "")[:200].lower().split()
        way = next((_WAYS[each] for each in relations if each in _WAYS), "")
        url = _web(str(element.get("href") or "").strip(), base) if way else None
        if url:
            left -= 1
            words = f"{str(element.get('title') or '')[:_LABEL]} {postmarkup.words(element, _LABEL)}"
            yield _Link(way, url, text.line(words))


# ------------------------------------------------------------------ entries and properties


def _feed(tree: _Element, least: int = LEAST) -> tuple[_Element, list[_Element]]:
    """Return the feed of a page and its entries: of several the longest; the page itself where none is marked."""
    feeds = [element for element in tree.iter() if "h-feed" in fragments.classes(element)]
    found = [(feed, list(_entries(feed))) for feed in feeds[:100]]
    best = max(found, key=lambda each: len(each[1]), default=(tree, []))
    if best[1]:
        return best
    entries = list(_entries(tree))
    return tree, entries if len(entries) >= least else []


def _entries(root: _Element) -> Iterator[_Element]:
    """Yield the entries of a feed. What is nested in one, a quoted post or an answer, is none."""
    waiting = list(reversed(root))
    while waiting:
        element = waiting.pop()
        names = fragments.classes(element)
        if "h-entry" in names:
            yield element
        elif not _is_root(names) or "h-feed" in names:
            waiting.extend(reversed(element))


def _is_root(names: frozenset[str]) -> bool:
    return any(_ROOT.fullmatch(name) for name in names)


def _properties(root: _Element) -> Properties:
    """Return the elements of each property of an item. What a nested item holds is its own."""
    found: Properties = {}
    waiting = list(reversed(root))
    while waiting:
        element = waiting.pop()
        names = fragments.classes(element)
        for name in sorted(names):
            if _PROPERTY.fullmatch(name):
                found.setdefault(name, []).append(element)
        if not _is_root(names):
            waiting.extend(reversed(element))
    return found


# ------------------------------------------------------------------ values


def _words(element: _Element) -> str:
    """Return the value of a `p-` property: what stands for its text where that is made for machines, else its text."""
    attribute = {"abbr": "title", "link": "title", "data": "value", "input": "value", "img": "alt", "area": "alt"}
    name = attribute.get(str(element.tag))
    other = element.get(name) if name else None
    return text.line(str(other) if other is not None else fragments.words(element))[:2_000]


def _line(properties: Properties, name: str) -> str:
    return next((words for element in properties.get(name, ()) if (words := _words(element))), "")


def _address(element: _Element, *, nested: bool = True) -> str:
    """Return the value of a `u-` property as it is written; of a nested item, its own address."""
    if nested and _is_root(fragments.classes(element)):
        inner = _properties(element).get("u-url", [])
        if written := next((found for each in inner if (found := _address(each, nested=False))), ""):
            return written
    attributes = (str(element.get(name) or "").strip() for name in _ADDRESSES)
    return next((each for each in attributes if each), "") or text.line(fragments.words(element))[:2_000]


def _first(properties: Properties, name: str) -> str:
    return next((found for element in properties.get(name, ()) if (found := _address(element))), "")


def _web(written: str, base: str) -> str | None:
    url = text.url(written, base) if written else None
    return url if url and url.startswith(("http://", "https://")) else None


def _date(properties: Properties, name: str) -> datetime | None:
    """Return a `dt-` property: its attribute, its parts («value class pattern»), or its text."""
    from feeds import dates

    for element in properties.get(name, ()):
        values = [each for each in element.iter() if "value" in fragments.classes(each) and each is not element]
        written = " ".join(map(_moment, values)) if values else _moment(element)
        if when := dates.parse(written):
            return when
    return None


def _moment(element: _Element) -> str:
    attributes = (
        element.get("datetime"),
        element.get("title") if element.tag == "abbr" else None,
        element.get("value"),
    )
    return text.line(next((str(each) for each in attributes if each), "") or fragments.words(element)[:500])


def _authors(properties: Properties) -> tuple[str, ...]:
    names = []
    for element in properties.get("p-author", ()):
        own = _line(_properties(element), "p-name") if _is_root(fragments.classes(element)) else ""
        names.append((own or _words(element))[:200])
    return tuple(dict.fromkeys(name for name in names if name))


# ------------------------------------------------------------------ one entry


def _post(entry: _Element, base: str, authors: tuple[str, ...]) -> Post:
    properties = _properties(entry)
    address = _first(properties, "u-url")
    url = _web(address, base)
    body = _content(properties, base)
    summary = paragraphs(_line(properties, "p-summary"))
    if not body:
        body, summary = summary, ()
    # In a note its text stands for its name, as the same element, in it, or said once more.
    texts = properties.get("e-content", []) + properties.get("p-summary", [])
    holders = {each for content in texts for each in (content, *content.iterancestors())}
    names = [element for element in properties.get("p-name", ()) if element not in holders]
    title = _line({"p-name": names}, "p-name")
    letters = postmarkup.letters(title)
    if letters and letters == postmarkup.letters(plain(body or summary)):
        title = ""
    return Post(
        key=text.clean(_first(properties, "u-uid") or address).strip(),
        url=url,
        title=title,
        authors=_authors(properties) or authors,
        published=_date(properties, "dt-published"),
        updated=_date(properties, "dt-updated"),
        summary=summary,
        body=(*body, *_added(properties, body, base, url)),
        tags=tuple(dict.fromkeys(tag for element in properties.get("p-category", ()) if (tag := _words(element))))[:50],
    )


def _content(properties: Properties, base: str) -> Document:
    """Return what an entry says, without the title that some write into it."""
    from feeds import html

    named = properties.get("p-name", [])
    for element in properties.get("e-content", ()):
        titles = [each for each in named if each is not element]
        body = html.document(fragments.markup(element, without=titles), base)
        return body or html.document(fragments.markup(element), base)
    return ()


def _added(properties: Properties, body: Document, base: str, own: str | None) -> list[Block]:
    """Return lines for what an entry shows or is about and its text does not hold."""
    held = {own, *links(body)}
    out: list[Block] = []
    kinds = (
        ("u-photo", "image"),
        ("u-video", "video"),
        ("u-audio", "audio"),
        *((name, "embed") for name in _REFERENCES),
    )
    for name, kind in kinds:
        for element in properties.get(name, ()):
            url = _web(_address(element), base)
            if url is None or url in held:
                continue
            held.add(url)
            caption = text.line(str(element.get("alt") or ""))[:500]
            match kind:
                case "image" | "video" | "audio":
                    out.append(Media(kind, url, caption))
                case _:
                    out.append(Media("embed", url, caption))
    return out
