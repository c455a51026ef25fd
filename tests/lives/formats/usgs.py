"""Earthquakes as the USGS lists them in GeoJSON: revised for days, and listed by one network, then by another."""

from __future__ import annotations

import json
from datetime import datetime

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, respond

Data = dict[str, object]


class Earthquakes(Writer):
    """All earthquakes of a day; what was no earthquake vanishes."""

    url = "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_day.geojson"

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        features = [self.feature(story) for story in stories]
        return respond(request, json.dumps(self.collection(features, now)), "application/json; charset=utf-8")

    def collection(self, features: list[Data], now: datetime) -> Data:
        metadata = {
            "generated": int(now.timestamp() * 1000),
            "url": self.url,
            "title": "USGS All Earthquakes, Past Day",
            "status": 200,
            "api": "1.10.3",
            "count": len(features),
        }
        box = [-179.9, -65.1, -3.0, 179.9, 71.2, 600.1]
        return {"type": "FeatureCollection", "metadata": metadata, "features": features, "bbox": box}

    def names(self, story: Story) -> list[str]:
        """Return all ids of an earthquake: another network reports it as well once it was looked at again."""
        own = f"us{hexed(8, story.number, self.blog.seed)}"
        return [own, f"ak{hexed(8, 'ak', story.number, self.blog.seed)}"] if story.noise else [own]

    def feature(self, story: Story, status: str = "") -> Data:
        names = self.names(story)
        name = names[story.noise % len(names)]
        place = " ".join(story.words)
        magnitude = 2.0 + story.number % 40 / 10
        properties = {
            "mag": magnitude,
            "place": place,
            "time": int(story.date.timestamp() * 1000),
            "updated": int((story.updated or story.surfaced).timestamp() * 1000) + self.answers * 40,
            "tz": None,
            "url": f"https://earthquake.usgs.gov/earthquakes/eventpage/{name}",
            "detail": f"https://earthquake.usgs.gov/earthquakes/feed/v1.0/detail/{name}.geojson",
            "felt": self.answers,
            "cdi": None,
            "mmi": None,
            "alert": ("green", "yellow")[story.number % 2] if magnitude > 5 else None,
            "status": status or ("reviewed" if story.noise else "automatic"),
            "tsunami": 0,
            "sig": 22 + story.noise,
            "net": name[:2],
            "code": name[2:],
            "ids": f",{','.join(names)},",
            "sources": f",{','.join(each[:2] for each in names)},",
            "type": "earthquake",
            "title": f"M {magnitude:.1f} - {place}",
        }
        spot = [-150.1 + story.number + story.noise / 1000, 60.2 - story.number, 7.1 + story.number + story.noise / 100]
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Point", "coordinates": spot},
            "id": name,
        }


class Query(Earthquakes):
    """The answer to a query that asks for deleted ones as well, which it names."""

    url = "https://earthquake.usgs.gov/fdsnws/event/1/query?format=geojson&includedeleted=true&minmagnitude=2"

    def answer(self, request: Request, now: datetime) -> Response:
        shown = [each for each in self.blog.stories if not each.archived][: self.blog.size]
        stories, gone = [each for each in shown if not each.deleted], [each for each in shown if each.deleted]
        self.sight.lists(stories)
        self.sight.tells(gone)
        self.sight.strikes(gone)
        features = [self.feature(each, "deleted" if each.deleted else "") for each in shown]
        return respond(request, json.dumps(self.collection(features, now)), "application/json; charset=utf-8")


ONE_LINE = "An earthquake is one line, has no author, stands by its time, and all its ids are stated."

FORMS = (
    Form(
        "usgs",
        "usgs",
        Traits(bylines=False, titles=False, brief=True, order="date", churn=False, moves=False, why=ONE_LINE),
        Earthquakes,
    ),
    Form(
        "usgs-deleted",
        "usgs",
        Traits(
            bylines=False,
            titles=False,
            brief=True,
            order="date",
            churn=False,
            moves=False,
            strikes=True,
            why=ONE_LINE,
        ),
        Query,
    ),
)
