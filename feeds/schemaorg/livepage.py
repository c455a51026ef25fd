"""What is known of the page around a live blog, whatever the blog is written in.

Owns the page's own addresses, language, dates and title, as its head gives them, and the loading of an answer as a
page. Knows no live blog; what a page says of one is read by the adapters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feeds import sniff as sniffing
from feeds import text
from feeds.errors import NotAFeedError
from feeds.flow import Response
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/ld+json;q=0.9, */*;q=0.1"
"""What a visit to a page accepts."""

_POLL_SECONDS = (15.0, 3600.0)
_TIMES = ("article:published_time", "article:modified_time", "og:updated_time")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")


class Page(Struct, frozen=True):
    """A page, as far as its head tells."""

    base: str
    """What relative addresses resolve against."""
    addresses: tuple[str, ...]
    """Where the page says it is, and where it was found; the most trusted first."""
    title: str = ""
    heading: str = ""
    """Its first heading of the first level."""
    language: str | None = None
    times: tuple[str, ...] = ()
    """Dates in its head, as written."""
    amp: bool = False
    """It holds an `amp-live-list`."""
    interval: float | None = None
    """Seconds between polls that list asks for."""
    cut: bool = False
    """It ends before its markup does."""

    def fragment(self, name: str) -> str:
        """Return the address of an element of the page."""
        return f"{self.addresses[0].partition('#')[0]}#{name}"


def load(response: Response) -> tuple[_Element, Page]:
    """Return an answer as a tree, and what is known of the page. Raises `ParseError` for what is no page."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    from feeds import html

    body = sniffing.unpack(response, sniffed)
    tree = html.tree(body, sniffing.header_charset(response))
    if tree is None:
        raise NotAFeedError("This web page is empty.")
    return tree, replace(_page(tree, response), cut=html.is_cut(body))


def bare(response: Response) -> Page:
    """Return what is known of an answer that is no page."""
    return Page(response.url, (response.url,))


def holds(response: Response, marks: tuple[bytes, ...], *forms: Form) -> bool:
    """Say whether an answer of one of the forms holds one of the marks: a cheap look before it is parsed.

    Raises `ParseError` for a damaged gzip file.
    """
    sniffed = sniffing.sniff(response)
    if sniffed.form not in forms:
        return False
    body = sniffing.unpack(response, sniffed)
    return any(mark in body for mark in marks)


def language(written: str) -> str | None:
    """Return a language as a tag, None where it is none (BCP 47)."""
    tag = written.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def interval(amp_list: _Element) -> float | None:
    """Return how often a list asks to be polled, in seconds (AMP, `amp-live-list`: milliseconds, at least 15,000)."""
    written = str(amp_list.get("data-poll-interval") or "").strip()
    if not written.isascii() or not written.isdigit() or len(written) > 9:
        return None
    least, most = _POLL_SECONDS
    return min(max(int(written) / 1000, least), most)


def not_a_blog(page: Page, missing: str) -> NotAFeedError:
    """Make the error that says that a page describes no live blog, and what of one is missing."""
    name = f" (title “{page.title[:100]}”)" if page.title else ""
    return NotAFeedError(f"This page{name} describes no live blog ({missing}).")


def _page(tree: _Element, response: Response) -> Page:
    canonical, base = "", ""
    metas: dict[str, str] = {}
    for element in tree.iter("link", "base", "meta"):
        if element.tag == "link" and "canonical" in str(element.get("rel") or "").lower().split():
            canonical = canonical or str(element.get("href") or "").strip()
        elif element.tag == "base":
            base = base or str(element.get("href") or "").strip()
        elif element.tag == "meta":
            name = str(element.get("property") or element.get("name") or "").lower()
            metas.setdefault(name, str(element.get("content") or ""))
    base = (text.url(base, response.url) if base else None) or response.url
    written = (canonical, metas.get("og:url", ""), response.url)
    addresses = [url for each in written if each and (url := text.url(each, base))]
    lists = [element for element in tree.iter("amp-live-list") if element.get("data-max-items-per-page") != "1"]
    heading = next((found for each in tree.iter("h1") if (found := _words(each))), "")
    return Page(
        base=base,
        addresses=tuple(dict.fromkeys((*addresses, response.url))),
        title=text.line(tree.findtext(".//title") or "")[:200],
        heading=heading[:200],
        language=language(str(tree.get("lang") or "")) or language(metas.get("og:locale", "")),
        times=tuple(metas[name] for name in _TIMES if name in metas),
        amp=next(tree.iter("amp-live-list"), None) is not None,
        interval=min((seconds for element in lists if (seconds := interval(element))), default=None),
    )


def _words(element: _Element) -> str:
    return text.line("".join(str(piece) for piece in element.itertext())[:2_000])
