"""A live blog of the WordPress plugin Liveblog, by Automattic: a record for each entry, edit and deletion."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple

from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Sight, Writer, hexed, missing, respond

Data = dict[str, object]
EACH = 5
"""Entries of a page."""


class Record(NamedTuple):
    """What happened to an entry in a second."""

    stamp: int
    kind: str
    story: Story


@dataclass
class Seen:
    """What the server remembers beside the blog."""

    deleted: dict[int, int]
    """The seconds in which entries were deleted."""
    polled: Sight | None = None
    """Of the visit that was given the page last."""


class Rest(Writer):
    """Since version 1.7: the REST API, pages of entries that are named by the entry they begin with."""

    url = "https://paper.example/2026/03/river-wend/"
    endpoint = "https://paper.example/wp-json/liveblog/v1/41/"

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        for number in range(EACH * 12 if blog.seed % 8 == 1 else 0):  # at times more than a first visit reads
            blog.happen("post", blog.seed + number * 37)
        self.server = Seen({})

    def answer(self, request: Request, now: datetime) -> Response:
        for story in self.blog.stories:
            if story.deleted and self.blog.now == now:
                # After the last look, and not always before the end of what is asked for now.
                self.server.deleted.setdefault(story.number, int(now.timestamp()) - 3 - story.number % 22)
        if request.url == self.url:
            self.server.polled = self.sight
            return respond(request, self.page())
        if not request.url.startswith(self.endpoint):
            raise missing(request)
        call = request.url.removeprefix(self.endpoint).rstrip("/").split("/")
        return respond(request, json.dumps(self.called(call)), "application/json")

    def called(self, call: list[str]) -> Data:
        match call:
            case ["entries", start, end]:
                return self.between(int(start), int(end))
            case ["get-entries", number, name]:
                return self.paged(int(number), int(name.partition("-")[0]))
            case ["lazyload", most, _]:
                older = [each for each in self.entries() if each.stamp < int(most)][:EACH]
                self.sight.tells(each.story for each in older)
                return {"entries": list(map(self.entry, older))}
        raise AssertionError(call)

    def page(self) -> str:
        """Return the page around the blog, with the settings of its script."""
        newest = max(self.records(), default=None, key=lambda each: each.stamp)
        settings = {
            "endpoint_url": self.endpoint,
            "latest_entry_id": str(self.id(newest.story)) if newest else "0",
            "latest_entry_timestamp": str(newest.stamp) if newest else "0",
            "timestamp": int(self.blog.now.timestamp()),
            "refresh_interval": "10",
            "state": "enable" if self.blog.ended is None else "archive",
            "nonce": hexed(10, self.answers),
        }
        return (
            f'<!doctype html><html lang="en-US"><head><title>{escape(self.blog.headline)} | The Paper</title>'
            f'<script id="liveblog-js-extra">\nvar liveblog_settings = {json.dumps(settings)};\n</script></head>'
            f'<body><h1>{escape(self.blog.headline)}</h1><div id="wpcom-liveblog-container"></div></body></html>'
        )

    # ------------------------------------------------------------------ records

    def id(self, story: Story) -> int:
        return 2_900 + story.number

    def records(self) -> list[Record]:
        """Return the records of all that happened, the oldest first; an entry that is deleted has lost its first."""
        found: list[Record] = []
        for story in self.blog.stories:
            if not story.deleted:
                found.append(Record(_second(story.date), "new", story))
            if story.updated is not None:
                found.append(Record(_second(story.updated), "update", story))
            if story.deleted and story.number in self.server.deleted:
                found.append(Record(self.server.deleted[story.number], "delete", story))
        return sorted(found, key=lambda each: each.stamp)

    def entries(self) -> list[Record]:
        """Return the last record of every entry there is, the newest entry first."""
        last = {each.story.number: each for each in self.records()}
        return [last[story.number] for story in self.blog.alive]

    def paged(self, number: int, first: int) -> Data:
        entries = self.entries()
        place = next((place for place, each in enumerate(entries) if self.id(each.story) == first), None)
        listed = entries[place or 0 :]
        shown = listed[(number - 1) * EACH : number * EACH]
        if self.server.polled is self.sight:
            self.sight.lists(each.story for each in shown)
        elif place is not None:  # else the newest are sent, which nobody has asked for
            self.sight.tells(each.story for each in shown)
        return {"entries": list(map(self.entry, shown)), "page": number, "pages": -(-len(listed) // EACH)}

    def between(self, start: int, end: int) -> Data:
        shown = [each for each in self.records() if start <= each.stamp <= end]
        last = {each.story.number: each for each in shown}
        self.sight.lists(each.story for each in reversed(last.values()) if each.kind != "delete")
        self.sight.strikes(each.story for each in last.values() if each.kind == "delete")
        newest = shown[-1].stamp if shown else None
        return {"entries": list(map(self.entry, shown)), "latest_timestamp": newest, "refresh_interval": 10, "pages": 1}

    def entry(self, record: Record) -> Data:
        story, gone = record.story, record.kind == "delete"
        key = '<span class="liveblog-command type-key">key</span> ' if story.key else ""
        words = "</p>\n<p>".join(escape(each, quote=False) for each in story.paragraphs)
        return {
            "id": str(self.id(story)) if record.kind == "new" else self.id(story),
            "type": record.kind,
            "render": "" if gone else f"<p>{key}{words}</p>\n",
            "content": "" if gone else f"<p>{'/key ' if story.key else ''}{words}</p>",
            "css_classes": f"liveblog even thread-even depth-1 liveblog-entry liveblog-entry-class-{self.id(story)}",
            "timestamp": record.stamp,
            "entry_time": _second(story.date),
            "authors": [{"id": 4, "key": "ab", "name": story.author, "avatar": f"<img src='{self.answers}'>"}],
            "entry_title": story.title,
            "key_event": story.key and not gone,
            "share_link": f"{self.url}#{self.id(story)}",
        }


class Old(Rest):
    """Before, and where there is no REST API: the records between two seconds, as markup."""

    endpoint = "https://paper.example/2026/03/river-wend/liveblog/"

    def page(self) -> str:
        return super().page().replace('"latest_entry_id"', '"liveblog_entry"')

    def called(self, call: list[str]) -> Data:
        start, end = map(int, call)
        return self.between(start, end)

    def entry(self, record: Record) -> Data:
        story, key = record.story, self.id(record.story)
        if record.kind == "delete":
            return {"id": key, "type": "delete", "html": ""}
        words = "\n".join(f"<p>{escape(each, quote=False)}</p>" for each in story.paragraphs)
        command = '<span class="liveblog-command type-key">key</span> ' if story.key else ""
        ago = f"{self.blog.now - timedelta(seconds=record.stamp % 60):%-I:%M %p}"
        return {
            "id": key,
            "type": record.kind,
            "html": (
                f'<div id="liveblog-entry-{key}" class="liveblog liveblog-entry{" type-key" if story.key else ""}" '
                f'data-timestamp="{record.stamp}"><header class="liveblog-meta">'
                f'<span class="liveblog-author-avatar"><img src="https://i.test/{self.answers}.png"></span>'
                f'<span class="liveblog-author-name"><a href="https://paper.example/ab">{story.author}</a></span>'
                f'<span class="liveblog-meta-time"><a href="#liveblog-entry-{key}">{ago}</a></span></header>'
                f'<div class="liveblog-entry-text" data-original-content="">{command}{words}</div></div>'
            ),
        }


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


RECORDS = (
    "An entry is dated by its record, in the second it was made; a deletion is the last record of an entry. "
    "The page, which says that a blog is over, is asked for now and then only."
)
TRAITS = Traits(
    window=None,
    churn=False,
    keys=True,
    absence=False,
    strikes=True,
    restores=False,
    late=False,
    slips=False,
    redates=False,
    moves=False,
    why=RECORDS,
)
FORMS = (
    Form("wpliveblog", "wpliveblog", replace(TRAITS, pages=True), Rest),
    Form("wpliveblog-old", "wpliveblog", replace(TRAITS, titles=False), Old),
)
