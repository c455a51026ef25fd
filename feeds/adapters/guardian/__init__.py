"""Live blogs of the Guardian: pages of its site and its apps, the data they are rendered from, and its two APIs.

Owns the addresses, the recognition, and what the blog says of itself. Blocks are read by `guardian.pages` and
`feeds.adapters.guardian.blocks`.

A poll reads the page, and nothing else. The site's own endpoint for updates
(`api.nextgen.guardianapps.co.uk`) is not asked: it knows neither edits nor deletions, shows nothing that the page does
not, is silent for ever once the block it was asked about is deleted, and where it fails the visit would fail with it.
Its answers are read where it is the source.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import dates, text
from feeds import sniff as sniffing
from feeds.adapters.guardian import blocks as guardianblocks
from feeds.document import Document, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import backlog, fragments, successor
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.schemaorg import linkeddata
from feeds.schemaorg.linkeddata import Node
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

SITE = "www.theguardian.com"
ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/json;q=0.9, */*;q=0.1"
LANGUAGE = "en"
MAX_TITLE = 300

_HOSTS = frozenset({"theguardian.com", SITE, "amp.theguardian.com", "m.theguardian.com"})
_APIS = frozenset({"api.nextgen.guardianapps.co.uk", "content.guardianapis.com"})
_PATH = re.compile(r"/[a-z0-9-]+(?:/[a-z0-9-]+)?/live/[0-9]{4}/[a-z]{3}/[0-9]{1,2}/[^/?#]+", re.IGNORECASE)
_BLOCK = re.compile(r"[0-9a-f]{24}")
_LIVE = re.compile(r'"isLive"\s*:\s*(true|false)')
_SINCE = re.compile(r"\s*First published on\s+", re.IGNORECASE)
_SITE_NAME = re.compile(r"(?:\s\|\s[^|]{1,60}){0,2}\s\|\sThe Guardian\s*\Z")


class Guardian:
    """The adapter for the Guardian's live blogs."""

    name = "guardian"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is that of a live blog of the Guardian's; see `flow.Adapter`."""
        return Confidence.MINE if _is_live(url, _HOSTS | _APIS) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer holds blocks as the Guardian writes them; see `flow.Adapter`."""
        sniffed = sniffing.sniff(response)
        try:
            if sniffed.form is Form.JSON:
                data = guardianblocks.load(sniffing.read_text(response, sniffed))
                return Confidence.NO if data is None else Confidence.MINE
            if sniffed.form is not Form.HTML or b"block-" not in sniffing.unpack(response, sniffed):
                return Confidence.NO
            from feeds.adapters.guardian import pages as guardianpages

            tree = _tree(response)
            found = guardianpages.blocks(tree) if tree is not None else []
        except ParseError:
            return Confidence.NO
        return Confidence.MINE if any(map(guardianpages.is_timed, found)) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the live blog: one conditional request; see `flow.Adapter`."""
        address = _page_of(visit.url)
        response = yield Request(address, headers=(("accept", ACCEPT),), conditional=True)
        found = _read(response)
        return _batch(found, older=_place(found, address))

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the page that holds the block named in `visit.older`; see `flow.Pages`.

        Where that block was deleted meanwhile, the page that holds the last known one leads on.
        """
        address = _page_of(visit.url)
        named, known = _id(visit.older.get("block")), _id(visit.older.get("after"))
        if not (named or known) or not _is_web(address):
            raise backlog.lost()
        response = yield _ask(address, named or known, optional=bool(named and known))
        if named and known and (response.failed or not _holds(_read(response), named)):
            failed = response.failed
            found = _read_page((yield _ask(address, known)), known)
            if found.older == named:
                # It was not deleted: the page before says so.
                raise ParseError(f"The older posts could not be read. {failed}") if failed else backlog.other()
        else:
            found = _read_page(response, named or known)
        posts = backlog.after(found.posts, known)
        return Batch(Kind.LIVEBLOG, posts=posts, link=found.page, older=_place(found, address), cut=found.cut)


class _Found(Struct, frozen=True):
    """What an answer holds."""

    posts: tuple[Post, ...]
    page: str
    """The address of the blog."""
    headline: str = ""
    about: Document = ()
    language: str | None = None
    since: str = ""
    """When the blog began, as written."""
    live: bool | None = None
    older: str = ""
    """The id of a block on the next older page."""
    extent: Extent = Extent.PART
    cut: bool = False
    """The page ends before its markup does."""


def _batch(found: _Found, older: dict[str, object]) -> Batch:
    from feeds import html

    started = dates.parse(_SINCE.sub("", found.since, count=1))
    coverage = Coverage(headline=found.headline, description=found.about, started=started, live=found.live)
    loose = [post for post in found.posts if not post.pinned]
    return Batch(
        Kind.LIVEBLOG,
        posts=found.posts,
        title=found.headline,
        description=text.line(plain(found.about)),
        link=found.page,
        language=found.language,
        coverage=coverage if found.extent is not Extent.DELTA else None,
        extent=Extent.PART if found.extent is Extent.SINCE and not _falls(found.posts) else found.extent,
        older=older,
        problems=(html.CUT,) if found.cut else (),
        cut=found.cut,
        offers=successor.offers(_last(loose), lambda url: _is_live(url, _HOSTS), (found.page,)),
    )


def _last(posts: list[Post]) -> Post | None:
    """Return the newest of the posts, which stands at either end of the list."""
    dated = [(post.published, post) for post in posts if post.published]
    return max(dated, key=lambda each: each[0])[1] if dated else next(iter(posts), None)


def _falls(posts: tuple[Post, ...]) -> bool:
    """Say whether every post is older than the one above it, those that are pinned apart."""
    times = [post.published for post in posts if not post.pinned]
    return bool(times) and all(a is not None and b is not None and a > b for a, b in pairwise(times))


# ------------------------------------------------------------------ addresses


def _is_live(url: str, hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and host in hosts and _PATH.match(parts.path) is not None


def _page_of(url: str) -> str:
    """Return the address of a blog without what leads into it: a link to one post leads to the page it stood on."""
    if not _is_live(url, _HOSTS):
        return url
    path = urlsplit(url).path
    return url if path.endswith(".json") else f"https://{SITE}{path.rstrip('/')}"


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _ask(address: str, name: str, *, optional: bool = False) -> Request:
    """Return the request for the page that holds a block."""
    page, _, query = re.split("#", address, maxsplit=1)[0].partition("?")
    url = f"{page}?{'dcr=true&' if 'dcr=' in query else ''}page=with:block-{name}"
    return Request(url, headers=(("accept", ACCEPT),), optional=optional)


def _id(written: object) -> str:
    """Return the id of a block; empty where a value is none."""
    return written if isinstance(written, str) and _BLOCK.fullmatch(written) else ""


def _place(found: _Found, address: str) -> dict[str, object]:
    """Return where the posts before those of a page are: the block its link names, and the last one it shows."""
    if not _id(found.older) or not _is_web(address):
        return {}
    known = _id(backlog.last(found.posts))
    return {"block": found.older, "after": known} if known else {"block": found.older}


def _own(written: str, response: Response) -> str:
    """Return the address of a blog as its page gives it, if that is a live blog's, else where the page was found."""
    url = text.url(written, response.url) if written else None
    if url is None or not _is_live(url, _HOSTS):
        url = re.split("[?#]", response.url, maxsplit=1)[0]
    if not _is_live(url, _HOSTS | _APIS):
        return url
    return f"https://{SITE}{urlsplit(url).path.removesuffix('.json').rstrip('/')}"


# ------------------------------------------------------------------ pages


def _read_page(response: Response, name: str) -> _Found:
    """Read the page that holds a block. Raises `ParseError` where it does not: it may be that of the newest posts."""
    found = _read(response)
    if not _holds(found, name):
        raise backlog.other()
    return found


def _holds(found: _Found, name: str) -> bool:
    return any(post.key == name for post in found.posts)


def _tree(response: Response) -> _Element | None:
    from feeds import html

    return html.tree(sniffing.unpack(response, sniffing.sniff(response)), sniffing.header_charset(response))


def _read(response: Response) -> _Found:
    """Read an answer. Raises `ParseError`."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is Form.JSON:
        data = guardianblocks.load(sniffing.read_text(response, sniffed))
        if data is None:
            raise NotAFeedError("This is JSON, but not that of a live blog of the Guardian.")
        return _of_data(data, response)
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    tree = _tree(response)
    if tree is None:
        raise NotAFeedError("This web page is empty.")
    return _of_page(tree, response)


def _of_page(tree: _Element, response: Response) -> _Found:
    from feeds import html
    from feeds.adapters.guardian import pages as guardianpages

    marked: dict[str, _Element] = {}
    canonical = since = ""
    live: bool | None = None
    for element in tree.iter():
        if name := element.get("data-gu-name") or (element.get("id") == "liveblog-body" and "list"):
            marked.setdefault(str(name), element)
        if element.tag == "link" and str(element.get("rel") or "").lower() == "canonical":
            canonical = canonical or str(element.get("href") or "")
        elif element.tag == "script" and live is None and "guardian" in (element.text or ""):
            stated = _LIVE.search(str(element.text))
            live = stated[1] == "true" if stated else None
        elif element.tag == "body" and live is None:
            live = _tone(fragments.classes(element))
        for written in (element.text, element.tail):
            if written and not since and _SINCE.match(str(written)):
                since = str(written)[:200]
    page = _own(canonical, response)
    language = _language(str(tree.get("lang") or ""))
    posts = tuple(guardianpages.posts(tree, page, language))
    title = text.line(tree.findtext(".//title") or "")
    if not posts and "list" not in marked:
        quoted = f" (title “{title[:100]}”)" if title else ""
        raise NotAFeedError(f"This page{quoted} is no live blog of the Guardian: it holds no posts.")
    about = marked.get("standfirst")
    if about is None:
        about = next((each for each in tree.iter("div") if "standfirst" in fragments.classes(each)), None)
    return _Found(
        posts=posts,
        page=page,
        headline=_headline(tree) or _SITE_NAME.sub("", title),
        about=html.document(guardianblocks.links(fragments.markup(about)), page) if about is not None else (),
        language=language,
        since=since,
        live=live,
        older=guardianpages.older(tree),
        extent=Extent.SINCE if _first_page(tree) else Extent.PART,
        cut=html.is_cut(sniffing.unpack(response, sniffing.sniff(response))),
    )


def _tone(names: frozenset[str]) -> bool | None:
    """Return what the page of an app says by the classes of its body."""
    return True if "tone--liveBlog" in names else False if "tone--deadBlog" in names else None


def _headline(tree: _Element) -> str:
    """Return the headline of a page; that of a match in an app is the names of the teams."""
    teams = []
    for heading in tree.iter("h1"):
        words = text.line(fragments.words(heading))[:MAX_TITLE]
        if not any(name.startswith("match-summary") for name in fragments.classes(heading)):
            if words:
                return words
        elif "match-summary__info__label" in fragments.classes(heading) and words:
            teams.append(words)
    return " v ".join(teams)[:MAX_TITLE]


def _first_page(tree: _Element) -> bool:
    """Say whether the page says that it is the one of the newest posts."""
    return any('"onFirstPage":true' in str(island.get("props") or "") for island in tree.iter("gu-island"))


def _language(tag: str) -> str | None:
    # The pages of the apps say `en-US`, whoever wrote them.
    return "en" if re.fullmatch("en(?:-[A-Za-z]{2})?", tag) else None


# ------------------------------------------------------------------ data


def _of_data(data: Node, response: Response) -> _Found:
    from feeds import html
    from feeds.adapters.guardian import pages as guardianpages

    name = linkeddata.string(data.get("pageId"))
    written = linkeddata.first(data, "canonicalUrl", "webURL", "webUrl")
    page = _own(written or (f"https://{SITE}/{name}" if name else ""), response)
    if guardianblocks.is_update(data):
        tree = html.tree(linkeddata.string(data.get("html")).encode())
        posts = guardianpages.posts(tree, page, LANGUAGE) if tree is not None else []
        return _Found(tuple(posts), page, extent=Extent.DELTA)
    language = _language(linkeddata.string(data.get("lang"))) or LANGUAGE
    fields = data.get("fields")
    more = fields if isinstance(fields, dict) else data
    return _Found(
        posts=tuple(guardianblocks.posts(data, page, language)),
        page=page,
        headline=html.title(linkeddata.first(more, "headline") or linkeddata.first(data, "webTitle"))[:MAX_TITLE],
        about=html.document(linkeddata.first(more, "standfirst"), page),
        language=language,
        since=linkeddata.string(data.get("webPublicationSecondaryDateDisplay")),
        live=_stated(data),
        older=guardianblocks.older(data),
        extent=_extent(data.get("pagination")),
    )


def _stated(data: Node) -> bool | None:
    """Say whether data says that the blog is live."""
    for within, name in (("config", "isLive"), ("fields", "liveBloggingNow")):
        holder = data.get(within)
        said = holder.get(name) if isinstance(holder, dict) else None
        if said in (True, False, "true", "false"):
            return said in (True, "true")
    return None


def _extent(pagination: object) -> Extent:
    """Return how much of a blog one page of it is, by what it says of the others."""
    if not isinstance(pagination, dict) or pagination.get("currentPage") != 1:
        return Extent.PART
    return Extent.WHOLE if pagination.get("totalPages") == 1 else Extent.SINCE
