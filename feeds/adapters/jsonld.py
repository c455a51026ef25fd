"""Live blogs that describe themselves as a schema.org LiveBlogPosting in JSON-LD.

The widest live-blog format: search engines reward it, so one reader covers most news sites. Owns what of an answer is
JSON-LD of a live blog, and when it is recognised. In `feeds.schemaorg` the blog is chosen and told of by `liveblog`,
its updates are read by `liveupdates`, and what the page's own markup knows better is joined to them by `pagejoin`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feeds import sniff as sniffing
from feeds.errors import ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.model import Batch
from feeds.schemaorg import linkeddata, liveblog, livepage, livepost, pagejoin
from feeds.schemaorg.liveblog import TYPE, UPDATES, Found
from feeds.schemaorg.livepage import ACCEPT
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARKS = tuple(word.encode(code) for word in (TYPE, UPDATES) for code in ("ascii", "utf-16-le"))


class JsonLd:
    """The adapter for LiveBlogPosting in JSON-LD."""

    name = "jsonld"

    def claim(self, url: str) -> Confidence:
        """Say nothing: an address does not tell what its page describes; see `flow.Adapter`."""
        return Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer describes a live blog; see `flow.Adapter`.

        It does if it lists an update, or begins later than the answer was given. A type alone says nothing:
        templates put it on ordinary articles. One that nothing can mend may be a live blog: polling says what
        is wrong with it. Never *mine*: who knows the publisher's own format knows more.
        """
        try:
            if not livepage.holds(response, _MARKS, Form.HTML, Form.JSON):
                return Confidence.NO
            found, _ = _find(response)
        except ParseError:
            return Confidence.NO
        if found.blog is None:
            return Confidence.NO if found.unreadable is None else Confidence.MAYBE
        if found.updates or liveblog.begins_later(found, livepost.date(response.header("date"), UTC)):
            return Confidence.LIKELY
        return Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the live blog: one conditional request; see `flow.Adapter`."""
        response = yield Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)
        return read(response, visit.cursor, visit.now)


def read(response: Response, cursor: Mapping[str, object], now: datetime | None = None) -> Batch:
    """Read an answer that describes a live blog. Raises `ParseError`."""
    found, tree = _find(response)
    if found.blog is None:
        if found.unreadable is not None:
            raise ParseError(f"The page's live blog cannot be read. {found.unreadable}")
        raise livepage.not_a_blog(found.page, f"no schema.org {TYPE}")
    if tree is None:
        return liveblog.batch(found, cursor, now)
    if found.page.cut and cursor.get("ended") is True:
        # Without the markup that is missing, posts have other ids and texts than they had with it.
        raise ParseError("The page is cut off: it ends before its markup does.")
    joined = pagejoin.join(found.updates, tree, found.page, cursor)
    batch = liveblog.batch(replace(found, updates=joined.updates), cursor, now)
    ended = {} if found.page.cut else {"ended": True}
    return replace(batch, cursor={**batch.cursor, **joined.memory, **ended})


def _find(response: Response) -> tuple[Found, _Element | None]:
    """Return what an answer holds of a live blog, and its page, None where it is JSON. Raises `ParseError`."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is Form.JSON:
        loaded = linkeddata.load([sniffing.read_text(response, sniffed)], (TYPE, UPDATES))
        return liveblog.choose(livepage.bare(response), *loaded), None
    tree, page = livepage.load(response)
    return liveblog.choose(page, *linkeddata.load(linkeddata.scripts(tree), (TYPE, UPDATES))), tree
