"""A live thread of Reddit: what it says of itself, and its list of updates."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, respond

Data = dict[str, object]


class Thread(Writer):
    """A thread; most of what is taken back is struck out and stays, the rest vanishes."""

    url = "https://www.reddit.com/live/1a2wendrises"

    def answer(self, request: Request, now: datetime) -> Response:
        parts = urlsplit(request.url)
        if parts.path.endswith("/about.json"):
            return respond(request, json.dumps(self.about()), "application/json; charset=UTF-8")
        return respond(request, json.dumps(self.listing(parse_qs(parts.query))), "application/json; charset=UTF-8")

    def about(self) -> Data:
        description = escape(self.blog.standfirst)
        data = {
            "title": self.blog.headline,
            "description": self.blog.standfirst,
            "description_html": f'<div class="md"><p>{description}</p>\n</div>',
            "created": self.blog.started.timestamp() + 28_800.0,
            "created_utc": self.blog.started.timestamp(),
            "state": "live" if self.blog.ended is None else "complete",
            "nsfw": False,
            "viewer_count": 5 + self.answers,
            "viewer_count_fuzzed": True,
            "resources": "",
            "id": "1a2wendrises",
            "name": "LiveUpdateEvent_1a2wendrises",
        }
        return {"kind": "LiveUpdateEvent", "data": data}

    def struck(self, story: Story) -> bool:
        return story.deleted and story.number % 3 > 0

    def listing(self, query: dict[str, list[str]]) -> Data:
        """Return a page: of those that are shown, as many as are asked for, a hundred being a page of this one."""
        shown = [each for each in self.blog.stories if not each.archived and (not each.deleted or self.struck(each))]
        after = query.get("after", [""])[0]
        if after:
            # What comes after an update that is gone is nothing.
            place = next((place for place, each in enumerate(shown, 1) if after == self.full(each)), len(shown))
            shown = shown[place:]
        most = self.blog.size - 100 + int(query.get("limit", ["25"])[0])
        page = shown[:most]
        standing, gone = [each for each in page if not each.deleted], [each for each in page if each.deleted]
        if after:
            self.sight.tells(standing)
        else:
            self.sight.lists(standing)
        self.sight.tells(gone)
        self.sight.strikes(gone)
        name = self.full(page[-1]) if len(page) == most else None
        self.sight.whole = name is None
        children = [{"kind": "LiveUpdate", "data": self.update(each)} for each in page]
        return {"kind": "Listing", "data": {"modhash": "", "children": children, "after": name, "before": None}}

    def full(self, story: Story) -> str:
        return f"LiveUpdate_{self.key(story)}"

    def key(self, story: Story) -> str:
        digits = hexed(32, story.number, self.blog.seed)
        return f"{digits[:8]}-{digits[8:12]}-11ea-{digits[12:16]}-{digits[16:28]}"

    def update(self, story: Story) -> Data:
        words = "\n\n".join(f"<p>{escape(each, quote=False)}</p>" for each in story.paragraphs)
        return {
            "body": "\n\n".join(story.paragraphs),
            "name": self.full(story),
            "mobile_embeds": [],
            "author": story.author.replace(" ", "_"),
            "embeds": [],
            "created": story.date.timestamp() + 28_800.0,
            "created_utc": story.date.timestamp(),
            "body_html": f'<div class="md">{words}\n</div>',
            "stricken": self.struck(story),
            "id": self.key(story),
        }


FIXED = "Nobody can edit an update of Reddit, date it otherwise or move it, and it keeps its id."

FORMS = (
    Form(
        "reddit",
        "reddit",
        Traits(
            titles=False,
            order="date",
            strikes=True,
            late=False,
            slips=False,
            redates=False,
            moves=False,
            edits=False,
            churn=False,
            ends=True,
            ends_after=300,
            pages=True,
            why=FIXED,
        ),
        Thread,
    ),
)
