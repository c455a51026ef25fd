"""Status pages made with Atlassian Statuspage: every update of every incident is a post.

Owns the addresses of the page's public API (`/api/v2/…`) and the shape of its incidents. Posts stand in the order of
the answer: incidents the newest first, and so their updates. An incident leaves the answer by its end, so what has
left was not withdrawn. There is no way back behind it: the public API lists the fifty newest incidents and documents no
older page, and what `/history` shows is made for people and leaves the updates out.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.document import Document, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

_WHAT = "the list of incidents of a status page"
_HEADERS = (("accept", "application/json, text/html;q=0.5"),)
_API = re.compile(r"/api/v2/(?:summary|status|components|incidents(?:/unresolved)?)\.json")
_MAINTENANCE = re.compile(r"/api/v2/scheduled-maintenances(?:/upcoming|/active)?\.json")
_INCIDENTS = "/api/v2/incidents.json"
_LISTS = ("incidents", "scheduled_maintenances")
_HOST = ".statuspage.io"
_BROKEN = re.compile(r"<(?:br|p|div|li|h[1-6])\b", re.IGNORECASE)


class Statuspage:
    """The adapter for Atlassian Statuspage."""

    name = "statuspage"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a status page's; see `flow.Adapter`."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return Confidence.NO
        if parts.scheme not in ("http", "https"):
            return Confidence.NO
        api = _API.fullmatch(parts.path) or _MAINTENANCE.fullmatch(parts.path)
        if host.endswith(_HOST) and (api or parts.path in ("", "/", "/history")):
            return Confidence.MINE
        return Confidence.LIKELY if api else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists incidents, or is the page that shows them; see `flow.Adapter`."""
        if _is_page(response):
            return Confidence.LIKELY
        if not jsonvalue.is_json(response, b'"incidents"') and not jsonvalue.is_json(response, b'"incident_updates"'):
            return Confidence.NO
        found = jsonvalue.peek(response, _WHAT)
        if any("incident_updates" in incident for incident in _incidents(found)):
            return Confidence.MINE
        # Nothing has happened yet; the page is described all the same.
        quiet = "incidents" in jsonvalue.mapping(found) and jsonvalue.identifier(found, "page", "id")
        return Confidence.LIKELY if quiet and jsonvalue.web(found, "page", "url") else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the list of incidents: one conditional request, and another at the first visit to a page."""
        api = _api(visit.url)
        address = visit.url
        if api and (
            _API.fullmatch(urlsplit(visit.url).path) or visit.cursor.get("api") is True or _is_theirs(visit.url)
        ):
            address = api
        response = yield Request(address, headers=_HEADERS, conditional=True)
        if api and address != api and _is_page(response):
            address = api
            response = yield Request(api, headers=_HEADERS)
        return _read(response, cursor={"api": True} if address == api else {})


def _api(url: str) -> str:
    """Return the address of the incidents at the host of an address; empty where there is no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or _MAINTENANCE.fullmatch(parts.path):
        return ""
    return f"{parts.scheme}://{parts.netloc}{_INCIDENTS}"


def _is_theirs(url: str) -> bool:
    return (urlsplit(url).hostname or "").lower().endswith(_HOST)


def _is_page(response: Response) -> bool:
    """Say whether an answer is a status page: it says what it is made with, and offers the feed such pages have."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return False
    try:
        body = sniffing.unpack(response, sniffed)
    except ParseError:
        return False
    return b"/history.atom" in body and b"statuspage" in body.lower()


# ------------------------------------------------------------------ incidents


def _read(response: Response, cursor: dict[str, object]) -> Batch:
    """Read an answer that lists incidents. Raises `ParseError`."""
    from feeds import html

    found = jsonvalue.load(response, _WHAT)
    if not any(isinstance(jsonvalue.at(found, name), list) for name in _LISTS):
        raise NotAFeedError("This is JSON, but not the list of incidents of a status page.")
    base = jsonvalue.web(found, "page", "url") or response.url
    posts: dict[str, Post] = {}
    for incident in _incidents(found):
        for post in _updates(incident, base):
            posts.setdefault(post.key or f"\0{len(posts)}", post)
    title = html.title(jsonvalue.string(found, "page", "name"))
    problems: tuple[str, ...] = ()
    if len(posts) > MAX_ENTRIES:
        problems = (f"The page lists more than {MAX_ENTRIES:,} updates; only these were read.",)
    return Batch(
        Kind.LIVEBLOG,
        posts=tuple(posts.values())[:MAX_ENTRIES],
        title=title,
        description=jsonvalue.line(found, "status", "description"),
        link=jsonvalue.web(found, "page", "url"),
        coverage=Coverage(headline=title),
        # What was planned leaves its list when it is over, from the middle: nothing follows from what is missing.
        extent=Extent.DELTA if "scheduled_maintenances" in jsonvalue.mapping(found) else Extent.PART,
        cursor=cursor,
        problems=problems,
    )


def _incidents(found: object) -> list[Object]:
    return [incident for name in _LISTS for incident in jsonvalue.objects(found, name)]


def _updates(incident: Object, base: str) -> list[Post]:
    """Return the updates of an incident."""
    from feeds import html

    name = html.title(jsonvalue.string(incident, "name"))[:500]
    identifier = jsonvalue.identifier(incident, "id")
    url = jsonvalue.web(incident, "shortlink", base=base)
    if not url and identifier:
        url = text.url(f"/incidents/{identifier}", base)
    critical = jsonvalue.string(incident, "impact") == "critical"
    posts = []
    for update in jsonvalue.objects(incident, "incident_updates"):
        status = jsonvalue.line(update, "status").replace("_", " ").capitalize()
        published = jsonvalue.when(update, "display_at") or jsonvalue.when(update, "created_at")
        posts.append(
            Post(
                key=_key(update, identifier),
                url=url,
                title=": ".join(part for part in (status, name) if part),
                published=published,
                updated=_edited(update, published),
                body=_body(jsonvalue.string(update, "body"), base),
                tags=_components(update),
                key_event=critical,
            )
        )
    return posts


def _key(update: Object, incident: str) -> str:
    """Return the id of an update; those of some copies of the API have none, but a time that is theirs alone."""
    own = jsonvalue.identifier(update, "id")
    stamp = jsonvalue.line(update, "display_at") or jsonvalue.line(update, "created_at")
    return own or (f"{incident}/{stamp}" if incident and stamp else "")


def _edited(update: Object, published: datetime | None) -> datetime | None:
    """Return when the text of an update was changed, None where it stands as it was written."""
    created, updated = jsonvalue.when(update, "created_at"), jsonvalue.when(update, "updated_at")
    first = created or published
    return updated if updated and first and updated > first else None


def _body(written: str, base: str) -> Document:
    from feeds import html

    body = html.document(written if _BROKEN.search(written) else written.replace("\n", "<br>"), base)
    return body if plain(body) else ()


def _components(update: Object) -> tuple[str, ...]:
    names = (jsonvalue.line(each, "name") for each in jsonvalue.objects(update, "affected_components"))
    return tuple(dict.fromkeys(name for name in names if name))[:50]
