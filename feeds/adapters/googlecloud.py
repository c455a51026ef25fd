"""The status dashboards of Google (Cloud, Workspace, Firebase): every update of every incident is a post.

Owns the addresses of the dashboards and the shape of their `incidents.json`. Updates have no id: an incident and the
moment at which the update was made name it. Old ones are touched whenever a newer one is written, so the time of
their change says nothing. A report may be appended days after the end. One document lists the incidents of years, so
there is nothing older to ask for.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from feeds import jsonvalue, text
from feeds.errors import NotAFeedError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES

MAX_INCIDENTS = 100
"""Incidents read, the newest: the dashboard lists those of years, with a dozen long updates each."""
_WHAT = "the list of incidents of a Google status dashboard"
_DASHBOARDS = {
    ("status.cloud.google.com", "/"): "Google Cloud Service Health",
    ("status.firebase.google.com", "/"): "Firebase Status Dashboard",
    ("www.google.com", "/appsstatus/dashboard/"): "Google Workspace Status Dashboard",
}

_TWICE_MARKED = re.compile(r"^(#{1,6} )(?:\\#){1,6} ", re.MULTILINE)
"""A heading written into a heading: «## \\# Incident report»."""


class GoogleCloud:
    """The adapter for the status dashboards of Google."""

    name = "googlecloud"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a dashboard's; see `flow.Adapter`."""
        return Confidence.MINE if _dashboard(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists incidents; see `flow.Adapter`."""
        if not jsonvalue.is_json(response, b'"external_desc"', b'"updates"', b'"service_name"'):
            return Confidence.NO
        found = jsonvalue.objects(jsonvalue.peek(response, _WHAT))
        return Confidence.MINE if any(map(_is_incident, found)) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the list of incidents: one conditional request; see `flow.Adapter`."""
        dashboard = _dashboard(visit.url)
        address = f"{dashboard}incidents.json" if dashboard else visit.url
        response = yield Request(address, headers=(("accept", "application/json"),), conditional=True)
        return _read(response, dashboard)


def _dashboard(url: str) -> str:
    """Return the address of the dashboard an address belongs to, an empty text where it belongs to none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    places = (place for place in _DASHBOARDS if place[0] == host and f"{parts.path}/".startswith(place[1]))
    place = next(places, None)
    return f"https://{place[0]}{place[1]}" if place else ""


def _is_incident(found: Object) -> bool:
    return isinstance(found.get("updates"), list) and "external_desc" in found


def _read(response: Response, dashboard: str) -> Batch:
    """Read an answer that lists incidents. Raises `ParseError`."""
    found = jsonvalue.load(response, _WHAT)
    incidents = [each for each in jsonvalue.objects(found) if _is_incident(each)]
    if not incidents and not (found == [] and dashboard):
        raise NotAFeedError("This is JSON, but not the list of incidents of a Google status dashboard.")
    posts: dict[str, Post] = {}
    for incident in incidents[:MAX_INCIDENTS]:
        for post in _updates(incident, dashboard or response.url):
            posts.setdefault(post.key or f"\0{len(posts)}", post)
    problems: tuple[str, ...] = ()
    if len(posts) > MAX_ENTRIES:
        problems = (f"The dashboard lists more than {MAX_ENTRIES:,} updates; only these were read.",)
    title = next((name for place, name in _DASHBOARDS.items() if dashboard == f"https://{place[0]}{place[1]}"), "")
    return Batch(
        Kind.LIVEBLOG,
        posts=tuple(posts.values())[:MAX_ENTRIES],
        title=title,
        link=dashboard or None,
        coverage=Coverage(headline=title),
        extent=Extent.PART,
        problems=problems,
    )


def _updates(incident: Object, base: str) -> list[Post]:
    """Return the updates of an incident, the newest first as they are listed."""
    from feeds import markdown

    identifier = jsonvalue.identifier(incident, "id")
    uri = jsonvalue.string(incident, "uri") or (f"incidents/{identifier}" if identifier else "")
    service = jsonvalue.line(incident, "service_name")
    products = (jsonvalue.line(each, "title") for each in jsonvalue.objects(incident, "affected_products"))
    tags = tuple(dict.fromkeys(name for name in products if name))[:50]
    posts = []
    for update in jsonvalue.objects(incident, "updates"):
        stamp = jsonvalue.line(update, "created") or jsonvalue.line(update, "when")
        status = jsonvalue.line(update, "status").replace("_", " ").capitalize()
        posts.append(
            Post(
                key=f"{identifier}/{stamp}" if identifier and stamp else "",
                url=text.url(uri, base) if uri else None,
                title=": ".join(part for part in (status, service) if part),
                published=_when(update),
                body=markdown.document(_TWICE_MARKED.sub(r"\1", jsonvalue.string(update, "text")), base),
                tags=tags,
                key_event=jsonvalue.string(incident, "severity") == "high",
            )
        )
    return posts


def _when(update: Object) -> datetime | None:
    return jsonvalue.when(update, "when") or jsonvalue.when(update, "created")
