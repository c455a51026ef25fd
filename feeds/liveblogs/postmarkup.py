"""One post of a live page, read from its own markup.

Owns what in the element of a post is its title, its text, its time and its author, and what is furniture: buttons to
share it, labels that count the minutes, advertisements. What is found is a node such as JSON-LD gives (schema.org
BlogPosting), so that one reader reads both. Goes by structure and by the words publishers name their classes with;
knows no publisher. Parses nothing and imports no parser: it is given elements.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

from feeds import dates, text
from feeds.liveblogs import fragments, stamps
from feeds.schemaorg import livepost
from feeds.schemaorg.livepage import Page

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element

MAX_WORDS = 100_000
"""Characters of an element that are looked at."""
_FURNITURE = 300
"""Characters of something beside the text; what is longer is text, whatever it is called."""

_LINE = 120
"""Characters of a line that may say who wrote a post, and when."""
_LABELLED = 60
"""Letters of a label beside a text; what is longer says something."""
_ENDS = 8
"""Letters by which the beginning and the end of a text are found."""
_LEVELS = 60
"""Elements inside one another in which labels are looked for."""
_MOMENT = len("2026-03-01T09:00")
_SENTENCE = 20
"""Characters beside a time that make it part of a sentence."""

_NEVER_NAMES = """
    script style template button form nav svg textarea input select option noembed noframes object
    amp-ad amp-social-share amp-embed amp-analytics amp-pixel amp-list amp-state
"""
_BESIDE_NAMES = """
    share shares sharing sharebar sharetools social toolbar advert advertisement advertising ad ads mpu promo newsletter
    footer byline author authors timestamp timeago ago pubdate dateline permalink reactions emotions tooltip comments
"""
_NEVER = frozenset(_NEVER_NAMES.split())
"""Elements of which nothing is text."""
_BESIDE = frozenset(_BESIDE_NAMES.split())
"""Words in the classes of what stands beside a text."""
_SHOWN_NAMES = """
    img video audio iframe blockquote amp-img amp-anim amp-video amp-audio amp-iframe amp-twitter amp-instagram
    amp-youtube amp-facebook amp-tiktok amp-brightcove amp-jwplayer amp-vimeo amp-dailymotion
"""
_SHOWN = frozenset(_SHOWN_NAMES.split())
"""Elements that show something without words."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TIMES = frozenset({"time", "amp-timeago", "relative-time", "time-ago"})
_TIMED = frozenset(
    {"time", "times", "date", "ago", "age", "clock", "timestamp", "stamp", "posted", "published", "when"}
)
_PROSE = frozenset({"p", "li", "td", "th", "blockquote", "figcaption"})
_WHOLE = frozenset({"figure", "picture", "blockquote", "video", "audio", "table"})
"""Elements in which nothing is a label."""
_BOXES = frozenset({"div", "section", "aside"})
"""Elements that are a label of their own between two paragraphs, if they are one."""
_LETTERS = re.compile(r"[^\W_]+")
_NO_ASCII_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_NAMES = re.compile(r"[a-z]+")
_TITLES = frozenset({"title", "headline", "heading", "ttl"})
_AUTHORS = frozenset({"author", "authors", "byline", "contributor", "reporter"})
_PINNED = frozenset({"pinned", "sticky"})
_KEY_EVENT = re.compile(r"key-?_?(?:event|moment|post)|keyevent|is-key\b", re.IGNORECASE)
_UNSEEN = re.compile(r"visually-?hidden|sr-only|off-?screen|screen-?reader", re.IGNORECASE)
_BY = re.compile(r"(?:by|von|par|por|di|da)\s+(?=[A-ZÀ-Þ])", re.IGNORECASE)


# ------------------------------------------------------------------ text


def words(element: _Element, most: int = MAX_WORDS) -> str:
    """Return the text of an element in one line, read no further than a number of characters."""
    return text.line(_written(element, most))


def letters(written: str) -> str:
    """Return the letters and digits of a text, folded: what stays the same however it is set and marked up."""
    if written.isascii():  # a tenth of the time
        return written.lower().encode().translate(None, _NO_ASCII_LETTERS).decode()
    return "".join(_LETTERS.findall(text.fold(written)))


def letters_in(element: _Element) -> str:
    """Return the letters and digits of an element's text."""
    written = _written(element, MAX_WORDS)
    return letters(written if written.isascii() else text.line(written))


def _written(element: _Element, most: int) -> str:
    """Return the text of an element as it stands in the page, up to the piece with which it exceeds `most`."""
    if not len(element):
        return str(element.text or "")
    out: list[str] = []
    size = 0
    for piece in element.itertext():
        out.append(str(piece))
        size += len(piece.strip())
        if size > most:
            break
    return "".join(out)


def short(written: str) -> str:
    """Return a few characters that stand for a text, the same at every visit."""
    return blake2b(written.encode(), digest_size=6).hexdigest()


def markup(element: _Element, without: Collection[_Element] = ()) -> str:
    """Return an element as HTML, without some of the elements in it, and without furniture."""
    return fragments.markup(element, without, lambda each: "" if each is not element and is_furniture(each) else None)


def is_furniture(element: _Element) -> bool:
    """Say whether an element inside a post is no part of its text.

    Labels that count the minutes change at every visit: a text with one in it would be edited all the time.
    """
    if element.tag in _NEVER:
        return True
    if element.tag in _TIMES or (
        len(element) == 0 and _is_short(element, stamps.LONGEST) and stamps.is_stamp(words(element, _FURNITURE))
    ):
        return not _in_prose(element)
    if len(element) == 0 and _is_called(element, _TIMED) and stamps.is_span(words(element, stamps.LONGEST)):
        return element.tag not in _PROSE and not _in_prose(element)
    if element.tag != "footer" and not element.get("class"):
        return False
    if _UNSEEN.search(str(element.get("class") or "")[:1_000]):
        return True
    beside = element.tag == "footer" or class_words(element) & _BESIDE
    return bool(beside) and len(words(element, _FURNITURE)) <= _FURNITURE


def _is_called(element: _Element, names: frozenset[str]) -> bool:
    """Say whether the classes of an element, or of one it stands alone in, hold one of some words."""
    if class_words(element) & names:
        return True
    parent = element.getparent()
    return parent is not None and len(parent) == 1 and not str(parent.text or "").strip() and _has(parent, names)


def _has(element: _Element, names: frozenset[str]) -> bool:
    return element.tag not in _PROSE and bool(class_words(element) & names)


def _in_prose(element: _Element) -> bool:
    """Say whether an element stands in a sentence."""
    block = next((each for each in element.iterancestors() if each.tag in _PROSE), None)
    own = len(words(element, _FURNITURE))
    return block is not None and len(words(block, own + _SENTENCE)) - own >= _SENTENCE


def _holds_prose(element: _Element) -> bool:
    """Say whether an element is or holds what sentences and headings stand in."""
    return any(each.tag in _PROSE or each.tag in _HEADINGS for each in element.iter())


def shows(element: _Element) -> bool:
    """Say whether an element shows something beside words: a picture, a film, somebody's post."""
    return any(each.tag in _SHOWN for each in element.iter())


def labels(element: _Element, said: str, known: Collection[_Element] = ()) -> list[_Element]:
    """Return what stands beside a text and among its paragraphs, is a few words, and is not in the text.

    `said` is the text as letters, `known` what is left out already. Such words say when a post came (“Today, 8:56 AM”,
    “vor 5 Min.”), who wrote it, how many read it, or that an advertisement was there; tomorrow they are others. Neither
    their language nor their classes need be known to see that the text does not hold them.
    """
    out = list(known)
    for end, backwards in ((said[:_ENDS], False), (said[-_ENDS:], True)):
        _gather(element, said, end, out, backwards=backwards)
    return [*out[len(known) :], *_among(element, said, out)]


def _gather(element: _Element, said: str, end: str, out: list[_Element], *, backwards: bool, depth: int = 0) -> bool:
    """Add the labels before one end of a text to `out`, and say whether that end was reached."""
    for child in reversed(element) if backwards else element:
        own = "" if child in out or child.tag in _WHOLE else letters_in(child)
        if not own:
            continue
        if own in said:
            return True
        reached = end in own
        if not reached and (child.tag in _PROSE or child.tag in _HEADINGS):
            continue
        if not reached and _is_label(child, own):
            out.append(child)
        elif (depth < _LEVELS and _gather(child, said, end, out, backwards=backwards, depth=depth + 1)) or reached:
            return True
    return False


def _among(element: _Element, said: str, known: Collection[_Element]) -> Iterator[_Element]:
    """Yield the labels that are blocks of their own between paragraphs."""
    waiting = [element]
    while waiting:
        for child in waiting.pop():
            if child in known or child.tag in _WHOLE or child.tag in _PROSE:
                continue
            own = letters_in(child) if child.tag in _BOXES else ""
            if own and own not in said and _is_label(child, own):
                yield child
            else:
                waiting.append(child)


def _is_label(element: _Element, own: str) -> bool:
    return len(own) <= _LABELLED and not _holds_prose(element) and not shows(element)


def class_words(element: _Element) -> frozenset[str]:
    """Return the words an element's classes are made of."""
    return frozenset(_NAMES.findall(str(element.get("class") or "")[:1_000].lower()))


# ------------------------------------------------------------------ the parts of a post


def node(element: _Element, page: Page, name: str = "") -> dict[str, object]:
    """Return a post as a node. `name` is its id; where that is empty, the element's own."""
    own = str(element.get("id") or "").strip()
    name = name or own
    found: dict[str, object] = {"@type": "BlogPosting"}
    if name:
        found["@id"] = name
    if own:
        found["url"] = page.fragment(own)
    heading = title(element)
    if heading is not None:
        found["headline"] = words(heading)
    when = next(times(element), None)
    if when is not None:
        found["datePublished"] = when.isoformat()
    author, beside = _byline(element)
    if author:
        found["author"] = author
    without = {*beside, *([heading] if heading is not None else [])}
    found["articleBody"] = markup(element, without)
    found.update(flags(element))
    return found


def flags(element: _Element) -> dict[str, object]:
    """Return what the classes of a post say of it."""
    found: dict[str, object] = {}
    if class_words(element) & _PINNED:
        found[livepost.PINNED] = True
    if _KEY_EVENT.search(str(element.get("class") or "")[:1_000]):
        found[livepost.KEY_EVENT] = True
    return found


def title(element: _Element) -> _Element | None:
    """Return the element that holds a post's title: a heading, or what is called one, before its text begins."""
    inside: set[_Element] = set()
    for each in element.iter():
        if each is element:
            continue
        if each.getparent() in inside or each.tag in ("figure", "blockquote", "aside", "ul", "ol", "table"):
            inside.add(each)
            continue
        said = words(each, _FURNITURE)
        names = each.tag in _HEADINGS or (len(each) <= 2 and class_words(each) & _TITLES)
        if names and 0 < len(said) <= _FURNITURE:
            return each
        if each.tag == "p" and len(said) >= 20:
            return None
    return None


def times(element: _Element) -> Iterator[datetime]:
    """Yield the moments a post's markup labels it with: with a day, and as a machine reads them, in no sentence."""
    for each in element.iter(*_TIMES):
        written = str(each.get("datetime") or "").strip()
        if len(written) >= _MOMENT and not _in_prose(each) and (when := dates.parse(written)) is not None:
            yield when


def clock(element: _Element) -> tuple[int, int] | None:
    """Return the time of day a post is labelled with, where that is all there is."""
    for each in element.iter():
        if each.tag in _TIMES or (len(each) == 0 and class_words(each) & {"time", "clock", "timestamp", "pubdate"}):
            found = stamps.clock(words(each)[:60])
            if found is not None:
                return found if found[0] < 24 else None
    return None


def _byline(element: _Element) -> tuple[str, list[_Element]]:
    """Return who wrote a post, and the elements that say so or say when: they are no part of its text."""
    author, beside = "", []
    for each in element.iter():
        if each is element:
            continue
        said = words(each, _FURNITURE) if len(each) <= 6 and _is_short(each, _LINE) else ""
        if not said or len(said) > _LINE:
            continue
        if not author and class_words(each) & _AUTHORS and len(said) <= 80:
            author = _BY.sub("", said, count=1)
        elif len(each) == 0 and each.tag not in _HEADINGS and stamps.is_stamp(said):
            beside.append(each)
            parent = each.getparent()
            line = words(parent, _FURNITURE) if parent is not None and parent is not element else ""
            if parent is not None and len(said) < len(line) <= len(said) + _FURNITURE // 5 and len(parent) <= 3:
                beside.append(parent)
                author = author or _BY.sub("", line.replace(said, "").strip(" ,|·–-"), count=1)
    return author, beside


def _is_short(element: _Element, most: int) -> bool:
    """Say whether an element may hold no more words than a few: a cheap look that most paragraphs do not pass."""
    written = "" if len(element) else str(element.text or "")
    return len(written) - written.count(" ") <= most or not (written.isascii() and written.isprintable())
