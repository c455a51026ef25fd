"""Status pages of Atlassian Statuspage: every update of every incident is a post."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

Data = dict[str, object]
STATUSES = ("investigating", "investigating", "identified", "monitoring", "in_progress", "resolved")


class Incidents(Writer):
    """The list of incidents, with three updates each, as they were published."""

    url = "https://wendferries.statuspage.io/history"
    home = "https://wendferries.statuspage.io"

    def answer(self, request: Request, now: datetime) -> Response:
        if urlsplit(request.url).path != "/api/v2/incidents.json":
            raise missing(request)
        threads: dict[int, list[Story]] = {}
        for story in self.blog.alive:
            threads.setdefault(self.thread(story), []).append(story)
        newest = sorted(threads, reverse=True)[: self.blog.size // 2]
        self.sight.lists(story for number in newest for story in threads[number])
        page = {
            "id": "wz41",
            "name": self.blog.headline,
            "url": self.home,
            "time_zone": "Etc/UTC",
            "updated_at": f"{now:%Y-%m-%dT%H:%M:%S}.123Z",
        }
        data = {"page": page, "incidents": [self.incident(number, threads[number]) for number in newest]}
        return respond(request, json.dumps(data), "application/json; charset=utf-8")

    def thread(self, story: Story) -> int:
        """Return the number of the incident an update is of."""
        return story.number // 3

    def incident(self, number: int, updates: list[Story]) -> Data:
        name = hexed(12, "incident", number, self.blog.generation)
        return {
            "id": name,
            "name": ("Late ferries", "Tickets cannot be bought", "Signs & boards are dark")[number % 3],
            "status": STATUSES[updates[0].number % 6],
            "created_at": stamp(updates[-1].surfaced),
            "updated_at": stamp(self.blog.modified),
            "impact": ("minor", "critical", "none")[number % 3],
            "shortlink": f"https://stspg.example/{name}",
            "page_id": "wz41",
            "incident_updates": [self.update(name, story) for story in updates],
        }

    def update(self, incident: str, story: Story) -> Data:
        component = {"code": "c1", "name": f"Pier {story.noise}", "old_status": "operational", "new_status": "outage"}
        return {
            "id": self.name(story),
            "status": STATUSES[story.number % 6],
            "body": "<br /><br />".join(escape(each, quote=False) for each in story.paragraphs),
            "incident_id": incident,
            "created_at": stamp(story.surfaced),
            "updated_at": stamp(story.updated or story.surfaced),
            "display_at": stamp(story.date),
            "affected_components": [component],
            "deliver_notifications": True,
        }


def stamp(when: datetime) -> str:
    """Return a moment as the API writes it."""
    return f"{when:%Y-%m-%dT%H:%M:%S}.000Z"


class Threads(Incidents):
    """A page for people, and the list behind it: an older incident goes on while a newer one has begun."""

    url = "https://status.wendferries.example/"
    home = "https://status.wendferries.example"

    def answer(self, request: Request, now: datetime) -> Response:
        if request.url != self.url:
            return super().answer(request, now)
        feed = '<link rel="alternate" type="application/atom+xml" href="/history.atom">'
        body = f"<body class='status index'><p>{now:%H:%M}</p><a href='https://www.statuspage.io'>Powered by</a></body>"
        return respond(request, f"<!DOCTYPE html><html><head><title>Status</title>{feed}</head>{body}</html>")

    def thread(self, story: Story) -> int:
        return max(story.number // 3 - (story.number % 3 == 2), 0)


class NoIds(Incidents):
    """A copy of the API that leaves most fields out."""

    url = "https://copies.example/api/v2/incidents.json"

    def update(self, incident: str, story: Story) -> Data:
        update = super().update(incident, story)
        return {name: update[name] for name in ("status", "body", "display_at", "affected_components")}


ONE_INCIDENT = "An update stands among those of its incident, whatever is published, and has no author and no title."
SORTED = "Updates are sorted by incidents, so the order of the list is another than that in which they were published."
NO_IDS = "Without ids, an update is known by its time."

FORMS = (
    Form(
        "statuspage",
        "statuspage",
        Traits(bylines=False, titles=False, late=False, slips=False, moves=False, why=ONE_INCIDENT),
        Incidents,
    ),
    Form(
        "statuspage-threads",
        "statuspage",
        Traits(bylines=False, titles=False, moves=False, absence=False, churn=False, why=f"{ONE_INCIDENT} {SORTED}"),
        Threads,
    ),
    Form(
        "statuspage-no-ids",
        "statuspage",
        Traits(
            bylines=False,
            titles=False,
            late=False,
            slips=False,
            moves=False,
            redates=False,
            why=f"{ONE_INCIDENT} {NO_IDS}",
        ),
        NoIds,
    ),
)
