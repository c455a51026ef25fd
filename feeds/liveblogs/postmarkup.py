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
from feeds.liveblogs import fragments
from feeds.schemaorg import livepost
from feeds.schemaorg.livepage import Page

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element

MAX_WORDS = 100_000
"""Characters of an element that are looked at."""
_FURNITURE = 300
"""Characters of something beside the text; what is longer is text, whatever it is called."""

_STAMP = 60
"""Characters of a time and what is written around it."""
_LINE = 120
"""Characters of a line that may say who wrote a post, and when."""
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
_PROSE = frozenset({"p", "li", "td", "th", "blockquote", "figcaption"})
_LETTERS = re.compile(r"[^\W_]+")
_NO_ASCII_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_NAMES = re.compile(r"[a-z]+")
_TITLES = frozenset({"title", "headline", "heading", "ttl"})
_AUTHORS = frozenset({"author", "authors", "byline", "contributor", "reporter"})
_PINNED = frozenset({"pinned", "sticky"})
_KEY_EVENT = re.compile(r"key-?_?(?:event|moment|post)|keyevent|is-key\b", re.IGNORECASE)
_UNSEEN = re.compile(r"visually-?hidden|sr-only|off-?screen|screen-?reader", re.IGNORECASE)
_BY = re.compile(r"(?:by|von|par|por|di|da)\s+(?=[A-ZÀ-Þ])", re.IGNORECASE)
_LABEL = re.compile(r"(?:last updated|updated|posted|published)\s*(?:at|on)?\s*:?\s*", re.IGNORECASE)
_CLOCK = re.compile(
    r"([0-2]?[0-9])[:.h]([0-5][0-9])(?:[:.][0-5][0-9])?\s{0,2}([ap]\.?m\.?)?\s{0,2}(?:\(?[A-Z]{2,5}\)?)?", re.IGNORECASE
)
_AGO = re.compile(
    r"(?:about |over )?[0-9]{1,3}\s?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\.?\s?ago"
    r"|just now|now",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


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
        len(element) == 0 and _is_short(element, _STAMP) and _is_stamp(words(element, _FURNITURE))
    ):
        return not _in_prose(element)
    if element.tag != "footer" and not element.get("class"):
        return False
    if _UNSEEN.search(str(element.get("class") or "")[:1_000]):
        return True
    beside = element.tag == "footer" or class_words(element) & _BESIDE
    return bool(beside) and len(words(element, _FURNITURE)) <= _FURNITURE


def _in_prose(element: _Element) -> bool:
    """Say whether an element stands in a sentence."""
    block = next((each for each in element.iterancestors() if each.tag in _PROSE), None)
    own = len(words(element, _FURNITURE))
    return block is not None and len(words(block, own + _SENTENCE)) - own >= _SENTENCE


def shows(element: _Element) -> bool:
    """Say whether an element shows something beside words: a picture, a film, somebody's post."""
    return any(each.tag in _SHOWN for each in element.iter())


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
            found = _CLOCK.fullmatch(_LABEL.sub("", words(each)[:60], count=1))
            if found is not None:
                hour = int(found[1])
                if found[3] and hour <= 12:
                    hour = hour % 12 + (12 if found[3][0] in "pP" else 0)
                return (hour, int(found[2])) if hour < 24 else None
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
        elif len(each) == 0 and each.tag not in _HEADINGS and _is_stamp(said):
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


def _is_stamp(said: str) -> bool:
    """Say whether a text is a time and nothing else: «14 August 2023 10:01», «Updated 1:48 AM», «20m ago»."""
    if not said or len(said) > _STAMP:
        return False
    rest = _LABEL.sub("", said, count=1)
    if _CLOCK.fullmatch(rest) or _AGO.fullmatch(rest):
        return True
    return bool(_YEAR.search(rest)) and len(rest) <= 40 and bool(_CLOCK.search(rest)) and dates.parse(rest) is not None
