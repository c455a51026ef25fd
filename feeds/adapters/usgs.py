"""Earthquakes as the United States Geological Survey lists them in GeoJSON.

Owns the addresses of its feeds and the meaning of a feature (earthquake.usgs.gov, «GeoJSON Summary Format»). An
earthquake is revised for days and may be listed under the id of another network then; all its ids are stated, so the
one it was first listed under stays its key. How many people felt it changes by the minute and is left out. A feed is
all of its hour, day, week or month, so there is nothing older to ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from feeds import jsonvalue, text
from feeds.document import Document, paragraphs
from feeds.errors import NotAFeedError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.model import Batch, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES

REMEMBERED = 3_000
"""Earthquakes whose keys are remembered from one visit to the next: the last that were listed."""
_SIGNIFICANT = 600
"""`sig` from which the Survey itself calls an earthquake significant."""
_ALERTS = frozenset({"yellow", "orange", "red"})
"""Levels of the PAGER alert above that of no harm."""
_WHAT = "a GeoJSON list of earthquakes"
_HOST = "earthquake.usgs.gov"
_MAP = f"https://{_HOST}/earthquakes/map/"
_FEED = re.compile(r"/earthquakes/feed/v[0-9.]{1,8}/summary/[a-z0-9._]{1,40}\.geojson")


class Usgs:
    """The adapter for the earthquake feeds of the USGS."""

    name = "usgs"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is one of the feeds or a query for GeoJSON; see `flow.Adapter`."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
            query = parse_qs(parts.query, max_num_fields=100)
        except ValueError:
            return Confidence.NO
        if parts.scheme not in ("http", "https") or host != _HOST:
            return Confidence.NO
        asked = parts.path == "/fdsnws/event/1/query" and query.get("format") == ["geojson"]
        return Confidence.MINE if asked or _FEED.fullmatch(parts.path) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer lists earthquakes; see `flow.Adapter`."""
        if not jsonvalue.is_json(response, b'"FeatureCollection"', b'"mag"', b'"place"'):
            return Confidence.NO
        features = jsonvalue.objects(jsonvalue.peek(response, _WHAT), "features")
        return Confidence.MINE if any(map(_is_earthquake, features)) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the list: one conditional request; see `flow.Adapter`."""
        headers = (("accept", "application/geo+json, application/json"),)
        response = yield Request(visit.url, headers=headers, conditional=True)
        return _read(response, visit.cursor)


def _is_earthquake(feature: Object) -> bool:
    properties = jsonvalue.mapping(feature, "properties")
    return "mag" in properties and "place" in properties and "time" in properties


def _read(response: Response, cursor: Mapping[str, object]) -> Batch:
    """Read an answer that lists earthquakes. Raises `ParseError`."""
    found = jsonvalue.load(response, _WHAT)
    if not isinstance(jsonvalue.at(found, "features"), list):
        raise NotAFeedError("This is JSON, but not a GeoJSON list of earthquakes.")
    features = [each for each in jsonvalue.objects(found, "features") if _is_earthquake(each)]
    if not features and jsonvalue.items(found, "features"):
        raise NotAFeedError("This is GeoJSON, but what it lists are no earthquakes.")
    known = [key for key in jsonvalue.items(cursor.get("keys")) if isinstance(key, str) and key]
    names = frozenset(known)
    posts: dict[str, Post] = {}
    for feature in features[:MAX_ENTRIES]:
        post = _post(feature, names, response.url)
        posts.setdefault(post.key or f"\0{len(posts)}", post)
    # One that is missing may come back, under another id.
    keys = list(dict.fromkeys((*(post.key for post in posts.values() if post.key), *known)))[:REMEMBERED]
    problems: tuple[str, ...] = ()
    if len(features) > MAX_ENTRIES:
        problems = (f"The list holds more than {MAX_ENTRIES:,} earthquakes; only these were read.",)
    return Batch(
        Kind.FEED,
        posts=tuple(posts.values()),
        title=jsonvalue.line(found, "metadata", "title"),
        link=_MAP if _HOST in jsonvalue.string(found, "metadata", "url") else None,
        # All of some time, the newest first: what is missing above the oldest was taken back.
        extent=Extent.SINCE,
        cursor={"keys": keys},
        problems=problems,
    )


def _post(feature: Object, known: frozenset[str], base: str) -> Post:
    properties = jsonvalue.mapping(feature, "properties")
    status = jsonvalue.line(properties, "status").lower()
    alert = jsonvalue.line(properties, "alert").lower()
    kind = jsonvalue.line(properties, "type").lower()
    words = (status, "" if kind == "earthquake" else kind, "tsunami" if properties.get("tsunami") == 1 else "")
    significance = jsonvalue.number(properties, "sig") or 0
    return Post(
        key=_key(feature, properties, known),
        url=jsonvalue.web(properties, "url", base=base),
        title=_title(properties, kind),
        published=jsonvalue.when(properties, "time"),
        updated=jsonvalue.when(properties, "updated"),
        body=_body(feature, alert),
        tags=tuple(word for word in words if word),
        key_event=alert in _ALERTS or significance >= _SIGNIFICANT,
        withdrawn=status == "deleted",
    )


def _key(feature: Object, properties: Object, known: frozenset[str]) -> str:
    """Return the id under which an earthquake was listed before, else the one it has now."""
    own = jsonvalue.identifier(feature, "id")
    ids = (text.clean(each).strip() for each in jsonvalue.string(properties, "ids").split(","))
    return next((each for each in (own, *ids) if each in known), own)


def _title(properties: Object, kind: str) -> str:
    """Return the title as the Survey writes it, or as it would: its first feeds had none."""
    title = jsonvalue.line(properties, "title")
    if title:
        return title
    magnitude = jsonvalue.number(properties, "mag")
    strength = "" if magnitude is None else f"M {magnitude:.1f}"
    what = "" if kind == "earthquake" else kind
    head = " ".join(part for part in (strength, what) if part)
    return " - ".join(part for part in (head, jsonvalue.line(properties, "place")) if part)


def _body(feature: Object, alert: str) -> Document:
    """Return where it was and how grave, as exactly as is known within minutes: later digits are no news."""
    east, north, depth = (jsonvalue.number(each) for each in (*_coordinates(feature), None, None, None)[:3])
    sentences = []
    if depth is not None and -100 < depth < 7_000:
        sentences.append(f"Depth {round(depth) or 0} km.")
    if north is not None and east is not None and abs(north) <= 90 and abs(east) <= 360:
        place = f"{abs(north):.1f}° {'N' if north >= 0 else 'S'}, {abs(east):.1f}° {'E' if east >= 0 else 'W'}"
        sentences.append(f"{place}.")
    if alert:
        sentences.append(f"Alert level: {alert}.")
    return paragraphs(" ".join(sentences))


def _coordinates(feature: Object) -> list[object]:
    return jsonvalue.items(feature, "geometry", "coordinates")
