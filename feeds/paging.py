"""Older pages by an address that a document states: which are asked for, and that the way back ends.

Owns what is kept of such an address in `Batch.older`, and what is asked for when it comes back. A feed says with an
address where its older entries are (RFC 5005; `next_url` of JSON Feed; `rel="next"` of a page), and all of it is
foreign: what the document states, and what was kept of it in a store. Knows no format and asks for nothing itself.

Only the visited host is asked, and hosts that an adapter's own source names. A document may not choose another: to the
fetcher the host of a request is one that a person named, which may be inside this machine's network, and it would be
told there what is read here. So no address is kept, but what stands behind the host; it is asked for where the
source itself is, with the scheme, the port and the credentials of the source's own address, which go nowhere else.

Every page that was seen is marked, and one that leads to a page seen before is the last one. A circle that is longer
than what is remembered ends for the reader when no page of it holds anything new.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from feeds import text
from feeds.flow import Response, Visit
from feeds.liveblogs import backlog

REMEMBERED = 60
"""Pages of which it is known that they were seen: the source itself, and the last ones."""
_PATH = re.compile(r"/[!-~]{0,2000}")
_MARK = re.compile(r"[0-9a-f]{12}")


class _Page(Struct, frozen=True):
    """A page of a source."""

    path: str
    """Path and query."""
    host: str = ""
    """Empty: that of the source."""

    @property
    def mark(self) -> str:
        """What is remembered of it."""
        return blake2b(f"{self.host}{self.path}".encode(), digest_size=6).hexdigest()


def place(visit: Visit, response: Response, stated: str, hosts: Collection[str] = ()) -> dict[str, object]:
    """Return what to keep of the address a page states for the page before it, for `Batch.older`.

    `stated` is absolute, or empty; `response` is the page that states it, `visit` the one it was read on. Empty where
    the way back ends: nothing is stated, or an address that is not asked for, or a page that was seen on this way.
    `hosts` are those an adapter asks besides the visited one, over https.
    """
    own, found = _split(visit.url), _split(text.url(stated, "") or "")
    if own is None or found is None:
        return {}
    page = _page(found, own, hosts)
    if page is None:
        return {}
    seen = _seen(visit, own, response, hosts)
    if page.mark in seen:
        return {}
    kept: dict[str, object] = {"page": page.path, "seen": [*seen[:1], *seen[1:][1 - REMEMBERED :]]}
    return {**kept, "host": page.host} if page.host else kept


def address(visit: Visit, hosts: Collection[str] = ()) -> str:
    """Return the address of the page at `visit.older`; `hosts` as in `place`. Raises `ParseError` where it is none."""
    page, own = _kept(visit.older, hosts), _split(visit.url)
    if page is None or own is None:
        raise backlog.lost()
    return f"https://{page.host}{page.path}" if page.host else f"{own.scheme}://{own.netloc}{page.path}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _page(parts: SplitResult, own: SplitResult, hosts: Collection[str]) -> _Page | None:
    """Return the page at an address, None for one that is not asked for."""
    host, path = parts.hostname or "", f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    if not _PATH.fullmatch(path):
        return None
    if _bare(host) == _bare(own.hostname or ""):
        return _Page(path)
    return _Page(path, host) if host in hosts else None


def _bare(host: str) -> str:
    return host.removesuffix(".").removeprefix("www.")


def _kept(older: Mapping[str, object], hosts: Collection[str]) -> _Page | None:
    """Return the page that was kept, None where what is there now is none."""
    path, host = older.get("page"), older.get("host", "")
    if not isinstance(path, str) or not _PATH.fullmatch(path) or not isinstance(host, str) or "#" in path:
        return None
    return _Page(path, host) if not host or host in hosts else None


def _seen(visit: Visit, own: SplitResult, response: Response, hosts: Collection[str]) -> list[str]:
    """Return the marks of the pages on the way, that of the source first and that of this page last."""
    pages = [_page(own, own, hosts)]
    marks: list[str] = []
    if (kept := _kept(visit.older, hosts)) is not None:
        seen = visit.older.get("seen")
        listed = seen[: 2 * REMEMBERED] if isinstance(seen, list) else []
        marks = [mark for mark in listed if isinstance(mark, str) and _MARK.fullmatch(mark)]
        pages.append(kept)
    if (answered := _split(response.url)) is not None:
        pages.append(_page(answered, own, hosts))
    here = [page.mark for page in pages if page is not None]
    return list(dict.fromkeys([*here[:1], *marks, *here[1:]]))
