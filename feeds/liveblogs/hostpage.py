"""The page of a publisher around a live blog that a platform keeps.

Owns where in such a page an embed may stand, and what the page says of the blog: in its JSON-LD where it describes one,
else in its head. Which embed is whose is known to the adapters. A page that merely links to a blog, or has it in a
comment, does not show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from feeds import jsonvalue, text
from feeds.errors import ParseError
from feeds.flow import Response
from feeds.schemaorg import linkeddata, liveblog, livepage, livepost
from feeds.schemaorg.livepage import Page
from feeds.sniff import Form

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element

ACCEPT = "text/html, application/json;q=0.9, */*;q=0.1"
"""What a visit to such a page accepts; the address may be that of an answer of the platform."""
MAX_PROGRAM = 2_000_000
"""Characters of one script that are looked at."""
_LINKS = frozenset({"a", "area", "link", "meta", "base"})
"""Elements whose addresses lead elsewhere instead of showing something here."""
_MAX_TITLE = 2_000
_MAX_DESCRIPTION = 20_000


class HostPage(Struct, frozen=True):
    """A page in which an embed may stand."""

    tree: _Element
    page: Page


class About(Struct, frozen=True):
    """What a page says of its blog, as it is remembered from one visit to the next; anything may be wrong in it."""

    title: str = ""
    description: str = ""
    """As HTML."""
    language: str | None = None
    link: str | None = None
    started: datetime | None = None
    """When coverage began."""


def load(response: Response, *marks: bytes) -> HostPage | None:
    """Return an answer as a page; None where it is none, holds none of the marks, or cannot be read."""
    try:
        if not livepage.holds(response, marks, Form.HTML):
            return None
        return HostPage(*livepage.load(response))
    except ParseError:
        return None


def shown(host: HostPage) -> Iterator[str]:
    """Yield the attributes that hold an address, of elements that show something: frames, scripts, places for them."""
    for element in host.tree.iter():
        if element.tag not in _LINKS:
            yield from (str(value) for value in element.values() if "//" in value)


def programs(host: HostPage) -> Iterator[str]:
    """Yield the texts of scripts, program or data, with the slashes of their strings as they are meant."""
    for element in host.tree.iter("script"):
        if written := str(element.text or "")[:MAX_PROGRAM]:
            yield written.replace("\\/", "/")


def about(host: HostPage) -> About:
    """Return what a page says of its blog."""
    from feeds import html

    found = liveblog.choose(
        host.page, *linkeddata.load(linkeddata.scripts(host.tree), (liveblog.TYPE, liveblog.UPDATES))
    )
    blog = found.blog or {}
    metas: dict[str, str] = {}
    for element in host.tree.iter("meta"):
        name = str(element.get("property") or element.get("name") or "").lower()
        metas.setdefault(name, str(element.get("content") or ""))
    headline = linkeddata.first(blog, "headline", "name") or metas.get("og:title") or host.page.heading
    description = linkeddata.first(blog, "description") or metas.get("og:description") or metas.get("description", "")
    clock = liveblog.zone(found)
    return About(
        title=html.title(headline or host.page.title)[:_MAX_TITLE],
        description=text.clean(description[:_MAX_DESCRIPTION]),
        language=host.page.language,
        link=next((each for each in host.page.addresses if each.startswith(("http://", "https://"))), None),
        started=livepost.date(blog.get("coverageStartTime"), clock) if clock else None,
    )


def memory(told: About) -> dict[str, object]:
    """Return what a page says as plain JSON, for a cursor."""
    return {
        "title": told.title,
        "description": told.description,
        "language": told.language,
        "link": told.link,
        "started": told.started.isoformat() if told.started else None,
    }


def remembered(cursor: object, name: str) -> About:
    """Return what a cursor holds of a page, under a name, as far as it is right."""
    found = jsonvalue.mapping(cursor, name)
    return About(
        title=jsonvalue.line(found, "title"),
        description=text.clean(jsonvalue.string(found, "description")[:_MAX_DESCRIPTION]),
        language=livepage.language(jsonvalue.string(found, "language")[:40]),
        link=jsonvalue.web(found, "link"),
        started=jsonvalue.when(jsonvalue.string(found, "started")),
    )
