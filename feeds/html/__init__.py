"""Foreign HTML, made safe: the one way from markup to a document, a title or a tree.

Owns what the elements of HTML mean in a document. `feeds.html.pages` cuts the markup into events and makes trees,
`html.blocks` puts the document together, `html.titles` reads titles. No tree of foreign depth is built on the way:
time is linear, and nothing recurses over what a publisher nests. What comes out holds no markup and no unsafe address.

Read as browsers show it (WHATWG HTML, 15 «Rendering»): scripts, templates, hidden elements and pictures of one pixel
are not there; a paragraph ends where a block begins or ends. What is embedded stands as a line with its address.
"""

from __future__ import annotations

import re
from collections import defaultdict

from feeds import text
from feeds.document import BOLD, CODE, INSERTED, ITALIC, STRUCK, Document
from feeds.html.blocks import Builder
from feeds.html.embeds import EMBEDS, Embed, embed, picture
from feeds.html.pages import CUT as CUT
from feeds.html.pages import MAX_OPEN, Attributes, EnoughError, read
from feeds.html.pages import is_cut as is_cut
from feeds.html.pages import tree as tree
from feeds.html.titles import title as title

MAX_MARKUP = 1_000_000
"""Characters read of a text; the rest is left out."""

_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
_START = re.compile(r"\s*([+-]?[0-9]{1,9})(?![0-9])")


# ------------------------------------------------------------------ elements

_STYLES = {
    "b": BOLD, "strong": BOLD, "summary": BOLD, "dt": BOLD, "i": ITALIC, "em": ITALIC, "cite": ITALIC, "dfn": ITALIC,
    "var": ITALIC, "code": CODE, "kbd": CODE, "samp": CODE, "tt": CODE, "s": STRUCK, "strike": STRUCK, "del": STRUCK,
    "ins": INSERTED,
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_NAMES = """
    address article aside body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    header hgroup html legend li main menu nav ol optgroup option p search section summary table tbody td tfoot th thead
    tr ul amp-accordion amp-carousel amp-selector amp-live-list amp-lightbox
"""
_NEVER_NAMES = """
    annotation annotation-xml area base basefont bgsound canvas colgroup datalist frame frameset head link meta noembed
    noframes param script style svg template title track amp-ad amp-analytics amp-auto-ads amp-consent amp-font
    amp-install-serviceworker amp-pixel amp-script amp-state amp-sticky-ad amp-story-auto-ads
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements that begin and end a paragraph."""
_NEVER = frozenset(_NEVER_NAMES.split())
"""Elements of which nothing is shown."""
_LISTS = frozenset({"ul", "ol", "menu", "dir", "dl"})
_ENDING = _BLOCKS.union(_HEADINGS, {"blockquote"})
_SIMPLE = frozenset({"p", "div", "section", "article"})
"""Blocks that mean nothing more, but for what their classes say."""
_VERBATIM = frozenset({"pre", "listing", "xmp", "plaintext"})
_BREAKING = _ENDING | _VERBATIM | {"hr", "br"}
_CONTROLS = frozenset({"button", "input", "select", "textarea", "keygen"})
_VOID = frozenset({"basefont", "bgsound", "embed", "image", "input", "keygen", "source", "track", "wbr"})
"""Elements that hold nothing, of which the parser does not always know it."""
_PICTURES = frozenset({"img", "amp-img", "amp-anim", "image"})
_APART = _NEVER | _PICTURES | EMBEDS | _CONTROLS | {"noscript"}
"""Elements that do not show what they hold as it stands."""


class _Open:
    """An element that is open, and what its end puts back."""

    __slots__ = ("box", "control", "heading", "link", "never", "quoted", "style", "tag", "verbatim")

    def __init__(self, tag: str, style: int, link: str, heading: int) -> None:
        self.tag = tag
        self.style, self.link, self.heading = style, link, heading
        self.box = self.never = self.verbatim = self.quoted = False
        self.control: str | None = None


class _Reader:
    """Takes the parser's events, tells a builder what they mean."""

    def __init__(self, base: str) -> None:
        self.base, self.based = base, False
        self.blocks = Builder()
        self.open: list[_Open] = []
        self.tags: defaultdict[str, int] = defaultdict(int)
        self.never = 0
        self.noscript = 0
        self.media: list[Embed] = []
        self.links: dict[str, str] = {}

    # -------------------------------------------------------------- events

    def start(self, tag: str, attributes: Attributes) -> None:
        blocks = self.blocks
        element = _Open(tag, blocks.style, blocks.link, blocks.heading)
        self.open.append(element)
        self.tags[tag] += 1
        if len(self.open) > MAX_OPEN:
            raise EnoughError
        if tag == "base":
            self._rebase(attributes)
        if self.never:
            if self.media:
                self.media[-1].inside(tag, attributes)
            return
        if attributes and _is_hidden(attributes):
            self._leave_out(element)
        elif tag not in _APART:
            self._shown(element, tag, attributes)
        elif tag in _NEVER:
            self._leave_out(element)
        elif tag == "noscript":
            self.noscript += 1
        elif tag in _PICTURES:
            self._picture(tag, attributes)
            self._leave_out(element)
        elif (found := embed(tag, attributes)) is not None:
            self._embed(element, found)
        else:
            blocks.control(hidden=(attributes.get("type") or "").strip().lower() == "hidden")
            self._leave_out(element)
        if blocks.full:
            raise EnoughError

    def end(self, tag: str) -> None:
        if not self.tags[tag]:
            return
        while True:
            element = self.open.pop()
            self.tags[element.tag] -= 1
            self._close(element)
            if element.tag == tag:
                return

    def data(self, words: str) -> None:
        if not self.never and not self.noscript:
            self.blocks.words(words)

    def close(self) -> None:
        """Do nothing: what was read is fetched by `document`."""

    def document(self) -> Document:
        while self.open:
            self._close(self.open.pop())
        return self.blocks.document()

    # -------------------------------------------------------------- elements

    def _shown(self, element: _Open, tag: str, attributes: Attributes) -> None:
        blocks = self.blocks
        if tag in _BREAKING:
            self._block(element, tag, attributes)
        elif tag == "a":
            reference = attributes.get("href")
            if reference is not None:
                blocks.link = self._link(reference)
        elif tag == "q":
            blocks.words("“")
            element.quoted = True
        blocks.style |= _STYLES.get(tag, 0)

    def _block(self, element: _Open, tag: str, attributes: Attributes) -> None:
        blocks = self.blocks
        if tag == "br":
            blocks.line_break()
            return
        blocks.block()
        if blocks.verbatim or (tag in _SIMPLE and not attributes):
            return
        names = (attributes.get("class") or "")[:500].split() if attributes else []
        if tag in _VERBATIM:
            element.verbatim = True
            blocks.begin_verbatim()
        elif tag in _HEADINGS:
            blocks.heading = _HEADINGS[tag]
        elif tag == "hr":
            blocks.rule()
        elif tag in _LISTS:
            start = _number(attributes.get("start"), 1) if tag == "ol" else None
            element.box = blocks.begin_list(start)
        elif tag in ("li", "dt", "dd"):
            if blocks.in_item:
                self._end_item()
            value = _number(attributes.get("value"), None) if tag == "li" else None
            element.box = blocks.begin_item(value, joined=tag == "dd")
        elif tag == "blockquote":
            cited = attributes.get("data-instgrm-permalink") or attributes.get("cite") or ""
            element.box = blocks.begin_quote(_web(cited, self.base))
        elif tag == "table":
            element.box = blocks.begin_table(layout=attributes.get("role") in ("presentation", "none"))
        elif tag == "tr":
            blocks.row()
        elif tag in ("td", "th"):
            element.box = blocks.begin_cell(header=tag == "th")
        elif tag == "figure" or "wp-caption" in names:
            element.box = blocks.begin_figure()
        elif tag in ("figcaption", "caption") or "wp-caption-text" in names:
            element.box = blocks.begin_caption()
        elif tag == "form":
            element.control = _web(attributes.get("action") or "", self.base)
            blocks.begin_form()

    def _close(self, element: _Open) -> None:
        blocks = self.blocks
        if element.never:
            self.never -= 1
            if not self.never and self.media:
                blocks.medium(*self.media.pop().shown(self.base))
            return
        if self.never:
            return
        if element.quoted:
            blocks.words("”")
        if element.tag == "noscript":
            self.noscript -= 1
        elif element.tag in _ENDING or element.verbatim:
            blocks.block()
        blocks.style, blocks.link, blocks.heading = element.style, element.link, element.heading
        if element.verbatim:
            blocks.end_verbatim()
        elif element.box:
            blocks.end_box()
        elif element.control is not None:
            blocks.end_form(element.control)

    def _end_item(self) -> None:
        """End the item that is open: its end tag is left out, or stands behind something that is not closed."""
        element = next(element for element in reversed(self.open) if element.box)
        self.blocks.style, self.blocks.link = element.style, element.link
        self.blocks.end_box()
        element.box = False

    def _embed(self, element: _Open, found: Embed) -> None:
        if found.seen and element.tag in _VOID:
            self.blocks.medium(*found.shown(self.base))
        elif found.seen:
            self.media.append(found)
        self._leave_out(element)

    def _leave_out(self, element: _Open) -> None:
        """Show nothing of what an element holds."""
        if element.tag not in _VOID:
            element.never = True
            self.never += 1

    def _link(self, reference: str) -> str:
        link = self.links.get(reference)
        if link is None:
            link = self.links[reference] = text.url(reference, self.base) or ""
        return link

    def _rebase(self, attributes: Attributes) -> None:
        """Take the first base of a page (HTML, 4.2.3)."""
        reference = attributes.get("href")
        if reference and not self.based:
            self.based = True
            self.base = _web(reference, self.base) or self.base
            self.links.clear()

    def _picture(self, tag: str, attributes: Attributes) -> None:
        found = picture(attributes, self.base)
        if found is None:
            return
        if found.words:
            self.blocks.words(found.words)
        else:
            self.blocks.picture(found.url, found.caption, again=self.noscript > 0)


def _is_hidden(attributes: Attributes) -> bool:
    """Say whether a browser shows nothing of an element. `aria-hidden` is shown: it speaks to screen readers alone."""
    if "hidden" in attributes:
        return (attributes["hidden"] or "").strip().lower() != "until-found"
    style = attributes.get("style")
    return style is not None and _HIDDEN.search(style[:2_000]) is not None


def _number(written: str | None, default: int | None) -> int | None:
    found = _START.match(written or "")
    return int(found[1]) if found else default


def _web(reference: str, base: str) -> str:
    url = text.url(reference, base) or ""
    return url if url.startswith(("http://", "https://")) else ""


# ------------------------------------------------------------------ documents


def document(markup: str, base: str = "") -> Document:
    """Return foreign HTML, a page or a part of one, as a safe document. Never raises.

    Addresses are resolved against `base`. What exceeds the bounds of this module and of `html.blocks` is left out.
    """
    if not markup.strip():
        return ()
    reader = _Reader(base)
    read(_cut(markup), reader)
    return reader.document()


def _cut(markup: str) -> str:
    if len(markup) <= MAX_MARKUP:
        return markup
    return markup[: max(markup.rfind("<", 0, MAX_MARKUP), 0) or MAX_MARKUP]
