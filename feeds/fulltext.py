"""The text of the page an entry leads to: which part of the page that is.

Owns what the main text of a page is. First comes what the page says itself: the `articleBody` of its JSON-LD or its
microdata (schema.org), an `article`, the `main` of HTML (WHATWG HTML, 4.3.2 and 4.4.14); where it says nothing, the
part in which most prose stands and few links. What a document is, `feeds.html` says. Fetches nothing. Runs in the
parser.

Each step looks at every element once, or at its parents within a bound: time is linear in the size of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from feeds import document as documents
from feeds import sniff as sniffing
from feeds import text
from feeds.document import Document, Heading, Media, Rule, runs_text
from feeds.errors import ParseError
from feeds.flow import Response
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

LEAST = 200
"""Characters of prose below which a page has no text worth the name."""
_SENTENCE = 25
"""Characters of running text, links not counted, from which a paragraph is prose and not a label."""
_FRACTION = 0.5
"""Share of the most prose of any part that what the page names must have: an `article` may be a teaser of another."""
_STATED = 0.7
"""Share of a stated text that a part of the page must have to be taken for it: the page has its links and lists."""
_LINKS = 0.6
"""Share of links in a text from which a block of several is a list of other pages."""
_FEW = 3
_CLIMBS = 4
"""Parents that are given a share in the prose of a paragraph, and how far up a text that was found may be widened."""
_WIDER = 1.5
_NEAR = 6
"""Blocks at the beginning of a text among which its headline is looked for."""
MAX_STATED = 300_000
"""Characters read of a stated text."""

_NEVER = frozenset({"script", "style", "noscript", "template", "svg", "head"})
"""Elements that hold no text; pictures for those without scripts stand in one of them."""
_APART = frozenset({"nav", "aside", "footer", "form", "button"})
"""Elements that stand beside a text."""
_ROLES = frozenset({"navigation", "complementary", "contentinfo", "search", "dialog", "menu", "toolbar"})
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span
    strong strike sub sup time tt u var br wbr img amp-img picture source
"""
_INLINE = frozenset(_INLINE_NAMES.split())
_GROUPS = frozenset({"div", "section", "ul", "ol", "dl", "table"})
_BESIDE_NAMES = """
    ad ads advert advertisement advertising breadcrumb breadcrumbs comments commentlist consent cookie cookies
    disqus donate donation follow gdpr login menu modal mostread nav navbar navigation newsletter outbrain
    pagination paywall popup promo promoted recirc recirculation recommend recommended recommendations regwall
    related respond share sharing sharedaddy sidebar signup skip social sponsor sponsored subscribe subscription
    taboola teaser teasers toolbar trending
"""
_BESIDE = frozenset(_BESIDE_NAMES.split())
"""Words in the class or id of an element that say that it stands beside the text."""
_TEXT_NAMES = frozenset({"article", "articlebody", "content", "entry", "hentry", "main", "post", "story", "text"})
"""Words in them that speak for the text."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TAG = re.compile(r"<(?:p|br|div|h[1-6]|ul|ol|blockquote|a)[\s/>]", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


class FullText(Struct, frozen=True):
    """What a page holds."""

    document: Document
    note: str = ""
    """What is odd about it, a sentence."""


class _Size(NamedTuple):
    """How much text is in an element."""

    prose: int = 0
    """Characters of paragraphs, links not counted."""
    words: int = 0
    links: int = 0
    """Characters of links."""
    anchors: int = 0


_Sizes = dict["_Element", _Size]


def read(response: Response) -> FullText:
    """Return the text of a page. Raises `ParseError` where it has none, with a sentence that says why."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is Form.TEXT:
        return FullText(documents.paragraphs(text.clean(sniffing.read_text(response, sniffed))))
    if sniffed.form is Form.EMPTY:
        raise ParseError("The page was empty (0 bytes).")
    if sniffed.form is not Form.HTML:
        what = sniffed.what or {Form.JSON: "JSON", Form.FEED: "a feed"}.get(sniffed.form, "something else")
        raise ParseError(f"The address leads to {what}, not to a page with a text.")
    from feeds import html
    from feeds.schemaorg import linkeddata

    tree = html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    if tree is None:
        raise ParseError("There is nothing on the page.")
    graph, _, _ = linkeddata.load(linkeddata.scripts(tree), ("articleBody", "isAccessibleForFree"))
    stated = max((linkeddata.string(node.get("articleBody")) for node in graph.nodes), key=len, default="")
    paid = any(str(node.get("isAccessibleForFree")).lower() in ("false", "no") for node in graph.nodes)
    base = _base(tree, response.url)
    guarded = any((field.get("type") or "").lower() == "password" for field in tree.iter("input"))
    found = _found(tree, base, _stated(stated[:MAX_STATED], base))
    if _length(found) < LEAST:
        raise ParseError(_why_not(paid=paid, guarded=guarded))
    note = "The page says that its whole text is for subscribers; this is what it shows to all." if paid else ""
    return FullText(found, note)


def _why_not(*, paid: bool, guarded: bool) -> str:
    if paid:
        return "The page shows its text to subscribers only."
    if guarded:
        return "The page asks to sign in, and shows no text without that."
    return "No text was found on the page; it may be one that only a browser can show."


def _base(tree: _Element, url: str) -> str:
    """Return what relative addresses of a page resolve against (HTML, 4.2.3)."""
    reference = next((found for element in tree.iter("base") if (found := element.get("href"))), "")
    return text.url(str(reference), url) or url


def _stated(written: str, base: str) -> Document:
    """Return the text of a page's own description, which is plain or, against the standard, HTML."""
    from feeds import html

    if not written.strip():
        return ()
    if _TAG.search(written):
        return html.document(written, base)
    # Line feeds part its paragraphs, where it has any; entities are what some publishers forgot to take out.
    lines = text.clean(text.decode_entities(written)).split("\n")
    return documents.paragraphs("\n\n".join(lines))


def _found(tree: _Element, base: str, stated: Document) -> Document:
    """Return the main text of a page."""
    from lxml import etree

    from feeds import html

    headline = _headline(tree)
    _take_out(tree, _measured(tree))
    sizes = _measured(tree)
    best: Document = ()
    parts = list(_parts(tree, sizes))
    most = max((sizes[part].prose for part in parts), default=0)
    for part in parts:
        if sizes[part].prose < most * _FRACTION:
            continue
        markup = etree.tostring(part, encoding="unicode", method="html", with_tail=False)
        best = _trimmed(html.document(markup, base), headline)
        if _length(best) >= LEAST:
            break
    return best if _length(best) >= max(_length(stated) * _STATED, 1) else stated


def _parts(tree: _Element, sizes: _Sizes) -> Iterator[_Element]:
    """Yield the parts of a page that may be its text: those it names, the surest first; then what looks like it."""
    named: tuple[list[_Element], ...] = ([], [], [])
    for element in tree.iter():
        if element not in sizes:
            continue
        if "articleBody" in (element.get("itemprop") or element.get("property") or "").replace(":", " ").split():
            named[0].append(element)
        elif element.tag == "article" or (element.get("role") or "").lower() == "article":
            named[1].append(element)
        elif element.tag == "main" or (element.get("role") or "").lower() == "main":
            named[2].append(element)
    for elements in named:
        if elements:
            yield max(elements, key=lambda each: sizes[each].prose)
    likely = _likely(tree, sizes)
    if likely is not None:
        yield likely


def _likely(tree: _Element, sizes: _Sizes) -> _Element | None:
    """Return the part with most prose near together: paragraphs speak for their parents, the nearest most."""
    scores: dict[_Element, float] = {}
    for element, size in sizes.items():
        if element.tag not in ("p", "pre", "blockquote", "td", "div", "section") or not size.prose:
            continue
        own = size.prose - sum(sizes[child].prose for child in element if child in sizes)
        parent, share = (element if element.tag in ("div", "section", "td") else element.getparent()), float(own)
        for _ in range(_CLIMBS):
            if parent is None or own <= 0:
                break
            scores[parent] = scores.get(parent, 0.0) + share
            parent, share = parent.getparent(), share / 2
    for element in scores:
        size = sizes.get(element, _Size())
        scores[element] *= 1 - size.links / max(size.words, 1)
        if _names(element) & _TEXT_NAMES:
            scores[element] *= _WIDER
    best = max(scores, key=lambda each: scores[each], default=None)
    for _ in range(_CLIMBS):
        parent = None if best is None else best.getparent()
        if best is None or parent is None or parent not in sizes or parent.tag == "html":
            break
        size = sizes[parent]
        if size.prose < sizes[best].prose * _WIDER or size.links > size.words * _LINKS:
            break
        best = parent
    return best


# ------------------------------------------------------------------ how much is where


def _measured(tree: _Element) -> _Sizes:
    """Return how much text is in each element that may be part of a text."""
    order = list(tree.iter())
    sizes: _Sizes = {}
    running: dict[_Element, tuple[int, int]] = {}
    """Of each inline element the running text in it, and how much of that is links."""
    for element in reversed(order):
        if element.tag in _NEVER:
            continue
        prose = links = anchors = 0
        here = linked = 0
        words = _letters(element.text)
        here += words
        for child in element:
            tail = _letters(child.tail)
            size = sizes.get(child, _Size())
            inside, inside_linked = running.pop(child, (0, 0))
            prose, links, anchors = prose + size.prose, links + size.links, anchors + size.anchors
            words += size.words + tail
            here, linked = here + inside + tail, linked + inside_linked
        if element.tag == "a":
            linked, links, anchors = here, words, anchors + 1
        if element.tag in _INLINE:
            running[element] = (here, linked)
        elif here - linked >= _SENTENCE:
            prose += here - linked
        sizes[element] = _Size(prose, words, links, anchors)
    return sizes


def _letters(words: str | None) -> int:
    return len(_SPACE.sub(" ", words).strip()) if words else 0


def _take_out(tree: _Element, sizes: _Sizes) -> None:
    """Take out of a page what stands beside its text, unless it holds most of the prose there is."""
    whole = sizes.get(tree, _Size()).prose
    gone: list[_Element] = []
    for element in tree.iter():
        if element.getparent() is None or element.tag in ("html", "body"):
            continue
        size = sizes.get(element, _Size())
        if size.prose * 2 <= whole and (element.tag in _APART or _stands_beside(element, size)):
            gone.append(element)
    for element in gone:
        parent = element.getparent()
        if parent is None:
            continue
        before, tail = element.getprevious(), element.tail or ""
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
        parent.remove(element)


def _stands_beside(element: _Element, size: _Size) -> bool:
    if element.tag in _INLINE:
        return False
    if (element.get("role") or "").strip().lower() in _ROLES or _names(element) & _BESIDE:
        return True
    return element.tag in _GROUPS and size.anchors >= _FEW and size.links > size.words * _LINKS


def _names(element: _Element) -> set[str]:
    written = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
    return {word.lower() for word in _WORD.findall(written)}


# ------------------------------------------------------------------ what is kept


def _headline(tree: _Element) -> str:
    """Return what a page says it is called, folded, in all the ways it says so."""
    names = [str(element.text or "") for element in tree.iter("title", "h1")][:5]
    names += [str(each.get("content") or "") for each in tree.iter("meta") if each.get("property") == "og:title"][:5]
    return " | ".join(text.fold(text.line(name)) for name in names)


def _trimmed(found: Document, headline: str) -> Document:
    """Return a text without the headline near its beginning, which the entry has, and without rules at its ends."""
    blocks = list(found)
    for at, block in enumerate(blocks[:_NEAR]):
        if isinstance(block, Heading) and (block.level == 1 or text.fold(runs_text(block.runs)) in headline):
            del blocks[at]
            break
    while blocks and isinstance(blocks[0], Rule):
        del blocks[0]
    while blocks and isinstance(blocks[-1], Rule):
        del blocks[-1]
    return tuple(blocks)


def _length(found: Document) -> int:
    """Return the characters of a text, pictures and lone headings not counted."""
    return sum(
        len(runs_text(block.runs)) if isinstance(block, documents.Paragraph) else len(documents.plain((block,)))
        for block in found
        if not isinstance(block, Media | Heading | Rule)
    )
