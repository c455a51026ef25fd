"""The status dashboard of Google Cloud: every update of every incident is a post."""

from __future__ import annotations

import json
import re
from datetime import datetime
from urllib.parse import urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

Data = dict[str, object]


class Dashboard(Writer):
    """All incidents there ever were, each with the updates that were written while it lasted."""

    url = "https://status.cloud.google.com/"

    def answer(self, request: Request, now: datetime) -> Response:
        if urlsplit(request.url).path != "/incidents.json":
            raise missing(request)
        threads: dict[int, list[Story]] = {}
        for story in self.blog.alive:
            threads.setdefault(self.thread(story), []).append(story)
        newest = sorted(threads, reverse=True)[: self.blog.size // 2]
        self.sight.lists(story for number in newest for story in threads[number])
        incidents = [self.incident(number, threads[number]) for number in newest]
        return respond(request, json.dumps(incidents, indent=2), "application/json")

    def thread(self, story: Story) -> int:
        """Return the number of the incident an update is of."""
        return story.number // 4

    def incident(self, number: int, updates: list[Story]) -> Data:
        name = hexed(20, "incident", number, self.blog.generation)
        changed = max(each.updated or each.surfaced for each in updates)
        written = [self.update(each, changed) for each in updates]
        return {
            "id": name,
            "number": str(11_738_310_674_864_064_645 + number),
            "begin": updates[-1].date.isoformat(),
            "created": updates[-1].surfaced.isoformat(),
            "end": changed.isoformat(),
            "modified": changed.isoformat(),
            "external_desc": f"Wend Storage is slow in europe-west{number % 7}.",
            "updates": written,
            "most_recent_update": written[0],
            "status_impact": "SERVICE_DISRUPTION",
            "severity": ("medium", "high")[number % 2],
            "service_key": "wS41",
            "service_name": "Wend Storage",
            "affected_products": [{"title": "Wend Storage", "id": "wS41"}],
            "uri": f"incidents/{name}",
        }

    def update(self, story: Story, changed: datetime) -> Data:
        words = "\n\n".join(re.sub(r"([<>#*\[\]])", r"\\\1", each) for each in story.paragraphs)
        return {
            "created": story.surfaced.isoformat(),
            "modified": changed.isoformat(),
            "when": story.date.isoformat(),
            "text": f"## \\# Incident Report\n{words}" if story.number % 5 == 0 else f"**Summary:**\n\n{words}",
            "status": ("SERVICE_DISRUPTION", "SERVICE_INFORMATION", "AVAILABLE")[story.number % 3],
            "affected_locations": [{"title": f"Pier {story.noise}", "id": "pier"}],
        }


class Appended(Dashboard):
    """A dashboard on which reports are appended to incidents that were over long ago."""

    def thread(self, story: Story) -> int:
        return max(story.number // 4 - 2 * (story.number % 4 == 3), 0)


ONE_INCIDENT = "An update stands among those of its incident, whatever is published, and has no author and no title."
SORTED = "Updates are sorted by incidents, so the order of the list is another than that in which they were published."

FORMS = (
    Form(
        "googlecloud",
        "googlecloud",
        Traits(bylines=False, titles=False, window=None, late=False, slips=False, moves=False, why=ONE_INCIDENT),
        Dashboard,
    ),
    Form(
        "googlecloud-appended",
        "googlecloud",
        Traits(bylines=False, titles=False, moves=False, absence=False, churn=False, why=f"{ONE_INCIDENT} {SORTED}"),
        Appended,
    ),
)
