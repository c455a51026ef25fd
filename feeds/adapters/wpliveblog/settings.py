"""The settings a page carries for the script of Automattic's Liveblog, and what of them is remembered.

Owns where the settings are in a page, which endpoints are believed, and what comes back in a cursor. Entries are read
by `wpliveblog.entries`, the calls are made by the adapter.
"""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from msgspec import Struct, ValidationError, convert

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.adapters.wpliveblog import entries
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Response, Visit
from feeds.jsonvalue import Object
from feeds.sniff import Form

SECONDS = (5.0, 3_600.0)
"""Bounds of the time between two polls."""
MAX_TIMES = 1_000
NOBODY = "0-0"
"""What stands for the newest entry of a blog that has none."""

_API = re.compile(r"(?:/[^/]{1,80}){0,4}/wp-json/liveblog/v1/[0-9]{1,12}/.{0,400}", re.DOTALL)
_PLAIN_API = re.compile(r"rest_route=/liveblog/v1/[0-9]{1,12}/")
_OLD_PATH = re.compile(r"/(?:[^/]{1,300}/){1,12}liveblog/")
_OLD_QUERY = re.compile(r"(?:[\w-]{1,40}=[\w%.-]{0,200}&){1,8}liveblog=")
_SETTINGS = re.compile(r"\bliveblog_settings\s{0,9}=\s{0,9}(?=\{)")


class Blog(Struct, frozen=True):
    """What is known of a blog from one visit to the next."""

    endpoint: str
    """What its calls begin with, at the host of the page."""
    latest: int = 0
    """The second up to which everything is known."""
    entry: str = NOBODY
    """The newest entry when the page was made: `id-second`."""
    refresh: int = 0
    """Seconds between the polls of the site's own script."""
    title: str = ""
    state: str = ""
    link: str = ""
    read: str = ""
    """When the page was read."""
    old: bool = False
    """It is of the generation without pages of entries."""
    times: dict[str, int] = {}
    """When the entries of that generation were published: an edit states its own time only."""


def is_api(url: str) -> bool:
    """Say whether an address is a call of the plugin's REST API."""
    return _API.fullmatch(path(url)) is not None


def remembered(visit: Visit) -> Blog | None:
    """Return what the cursor holds, None where that is no use."""
    times = jsonvalue.remembered(visit.cursor, "times")
    try:
        blog = convert({**jsonvalue.remembered(visit.cursor), "times": times}, Blog)
    except ValidationError:
        return None
    usable = visit.now is not None and 0 < blog.latest < entries.LAST_SECOND and 0 <= blog.refresh <= SECONDS[1]
    return blog if usable and _is_endpoint(blog.endpoint, old=blog.old) else None


def of_page(response: Response) -> Object:
    """Return the settings a page carries; an empty object where there are none."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return {}
    try:
        body = sniffing.unpack(response, sniffed)
        if b"liveblog_settings" not in body:
            return {}
        page = sniffing.read_text(response, sniffed)
    except ParseError:
        return {}
    found = _SETTINGS.search(page)
    if found is None:
        return {}
    try:
        settings, _ = json.JSONDecoder(strict=False).raw_decode(page, found.end())
    except (ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) and jsonvalue.string(settings, "endpoint_url") else {}


def read(response: Response, visit: Visit) -> Blog:
    """Return what a page says of its blog. Raises `ParseError`."""
    settings = of_page(response)
    if not settings:
        sniffed = sniffing.sniff(response)
        if sniffed.form is not Form.HTML:
            raise sniffing.not_a_feed(sniffed, response)
        raise NotAFeedError("This web page holds no live blog of the WordPress plugin, or its settings are broken.")
    endpoint = jsonvalue.web(settings, "endpoint_url", base=response.url) or ""
    # Who names the newest entry has pages of them, but not outside the REST API.
    old = "latest_entry_id" not in settings or not _is_rest(endpoint)
    if host(endpoint) not in (host(response.url), host(visit.url)) or not _is_endpoint(endpoint, old=old):
        raise ParseError(f"The live blog keeps its entries where they are not looked for: {text.line(endpoint)[:200]}.")
    stamp = entries.whole_number(settings, "latest_entry_timestamp")
    latest = jsonvalue.identifier(settings, "latest_entry_id")
    refresh = entries.whole_number(settings, "refresh_interval")
    return Blog(
        endpoint=endpoint,
        latest=0 if old else stamp,
        entry=f"{latest}-{stamp}" if latest.isascii() and latest.isdigit() else NOBODY,
        refresh=min(refresh, int(SECONDS[1])),
        title=_title(response),
        state=jsonvalue.line(settings, "state")[:40],
        link=response.url,
        read=visit.now.isoformat() if visit.now else "",
        old=old,
    )


def host(url: str) -> str:
    """Return the host of an address, `www.` apart; empty where it is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def path(url: str) -> str:
    """Return the path of a web address; empty where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path if parts.scheme in ("http", "https") else ""


def _is_endpoint(url: str, *, old: bool) -> bool:
    """Say whether calls can begin with an address: the API's, or for the older generation one below the page."""
    if _is_rest(url):
        return True
    if not old or not path(url) or "#" in url:
        return False
    query = urlsplit(url).query
    return bool(_OLD_QUERY.fullmatch(query) if query else _OLD_PATH.fullmatch(path(url)))


def _is_rest(url: str) -> bool:
    """Say whether an address is one of the REST API, on a site with pretty permalinks or without."""
    if is_api(url):
        return "?" not in url and "#" not in url
    return bool(path(url)) and _PLAIN_API.fullmatch(urlsplit(url).query) is not None and "#" not in url


def _title(response: Response) -> str:
    """Return the title of a page: what it tells others, else its own."""
    from feeds import html

    sniffed = sniffing.sniff(response)
    tree = html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    if tree is None:
        return ""
    metas = (str(meta.get("content") or "") for meta in tree.iter("meta") if meta.get("property") == "og:title")
    return html.title(next(metas, "") or tree.findtext(".//title") or "")
