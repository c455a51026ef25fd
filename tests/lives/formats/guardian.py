"""A live blog of the Guardian: the page of its site, with the islands its scripts live on, and its data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

NAME = "world/live/2026/mar/01/river-wend-rises-live"
SITE = "https://www.theguardian.com"


class Guardian(Writer):
    """What its pages have in common: ids, pages, blocks as data."""

    url = f"{SITE}/{NAME}"

    def key(self, story: Story) -> str:
        """Return the id of a block, which begins with the second it was made in."""
        return f"{int(story.surfaced.timestamp()):08x}{hexed(16, story.number, self.blog.seed)}"

    def chosen(self, request: Request) -> tuple[list[Story], list[Story]]:
        """Return the stories of the page that is asked for, and those after them."""
        wanted = parse_qs(urlsplit(request.url).query).get("page", [""])[0].removeprefix("with:block-")
        alive = self.blog.alive
        if not wanted:
            return self.blog.window, alive[self.blog.size :]
        place = next((place for place, story in enumerate(alive) if self.key(story) == wanted), None)
        if place is None:
            raise missing(request)
        first = place // self.blog.size * self.blog.size
        return alive[first : first + self.blog.size], alive[first + self.blog.size :]

    def block(self, story: Story) -> dict[str, object]:
        """Return a block as data."""
        return {
            "id": self.key(story),
            "title": story.title or None,
            "elements": [
                {
                    "_type": "model.dotcomrendering.pageElements.TextBlockElement",
                    "html": f"<p>{escape(each)}</p> ",
                    "elementId": hexed(8, self.answers, story.number),
                }
                for each in story.paragraphs
            ],
            "attributes": {"pinned": story.pinned, "keyEvent": story.key, "summary": False},
            "blockCreatedOn": int(story.surfaced.timestamp() * 1000),
            "blockFirstPublished": int(story.date.timestamp() * 1000),
            "blockLastUpdated": int((story.updated or story.date).timestamp() * 1000),
            "contributors": [{"name": story.author, "imageUrl": f"https://i.test/a.png?s={self.answers}"}],
            "primaryDateLine": f"{self.blog.now:%a %d %b %Y %H.%M} GMT",
        }


class Page(Guardian):
    """The page itself."""

    def answer(self, request: Request, now: datetime) -> Response:
        stories, rest = self.chosen(request)
        if "?" in request.url:
            self.sight.tells(stories)
        else:
            self.sight.lists(stories)
        self.sight.tells(self.blog.pinned)
        return respond(request, self.page(stories, rest, now))

    def page(self, stories: Sequence[Story], rest: Sequence[Story], now: datetime) -> str:
        live = "true" if self.blog.ended is None else "false"
        title = f"{escape(self.blog.headline)}{' – live' if self.blog.ended is None else ' – as it happened'}"
        events = {"keyEvents": [self.block(story) for story in self.blog.alive if story.key]}
        pinned = "".join(
            f'<div id="pinned-post" data-component="pinned-post"><div><time>From {self.answers}m ago</time></div>'
            f'<div id="collapsible-body">{self.article(story, pinned=True)}</div></div>'
            for story in self.blog.pinned
        )
        blocks = "".join(self.article(story) for story in stories)
        links = "".join(f'<a href="?page=with:block-{self.key(story)}">Next</a>' for story in rest[:1])
        first = '"onFirstPage":true' if stories == self.blog.window else '"onFirstPage":false'
        return (
            f'<!doctype html><html lang="en"><head><title>{title} | Floods | The Guardian</title>'
            f'<link rel="canonical" href="{self.url}"><script>window.guardian = {{"config":{{"page":'
            f'{{"isLive":{live},"pageId":"{NAME}"}}}}}};</script></head><body><main>'
            f'<div data-gu-name="headline"><h1>{title}</h1></div>'
            f'<div data-gu-name="standfirst"><p>{escape(self.blog.standfirst)}</p></div>'
            f"<details><summary>{now:%a %d %b %Y %H.%M} GMT</summary>"
            f"First published on {self.blog.started:%a %d %b %Y %H.%M} GMT</details>"
            f'<gu-island name="KeyEventsCarousel" deferuntil="idle" props="{escape(json.dumps(events))}"></gu-island>'
            f"<gu-island name='Liveness' props='{{{first}}}'></gu-island>"
            f'<div data-gu-name="body" id="maincontent"><div id="liveblog-body">{pinned}<div id="top-of-blog"></div>'
            f"{blocks}</div></div>{links}</main></body></html>"
        )

    def article(self, story: Story, *, pinned: bool = False) -> str:
        """Return a block as markup."""
        key = self.key(story)
        clock = f'<span class="dcr-11d479j">{story.clock.replace(":", ".")} GMT</span>'
        moment = f'<time datetime="{story.date:%Y-%m-%dT%H:%M:%S.000Z}">{self.answers}m ago</time>'
        when = "" if pinned else moment
        title = f"<h2>{escape(story.title)}</h2>" if story.title else ""
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        changed = (
            f'<div><time datetime="{story.updated:%Y-%m-%dT%H:%M:%S.000Z}">Updated at {story.updated:%H.%M} GMT</time>'
            "</div>"
            if story.updated
            else ""
        )
        return (
            f'<article{"" if pinned else f""" id="block-{key}" """} class="block dcr-{hexed(6, self.answers)}"><header>'
            f'<div><a href="{self.url}?page=with:block-{key}#block-{key}">{when}{clock}</a></div>'
            f'<div><div><img src="https://i.test/a.png" alt="{story.author}"></div>'
            f"<span>{story.author}</span></div>{title}</header>{words}<footer>"
            f"<ul><li><a href='https://social.test/share' aria-label='Share on Facebook'></a></li></ul>{changed}"
            "</footer></article>"
        )


class Data(Guardian):
    """The data the page is rendered from."""

    url = f"{SITE}/{NAME}.json?dcr=true"

    def answer(self, request: Request, now: datetime) -> Response:
        stories, rest = self.chosen(request)
        if "with:" in request.url:
            self.sight.tells(stories)
        else:
            self.sight.lists(stories)
        self.sight.tells(self.blog.pinned)
        page = self.blog.alive.index(stories[0]) // self.blog.size + 1 if stories else 1
        data = {
            "pageId": NAME,
            "headline": self.blog.headline,
            "standfirst": f"<p>{self.blog.standfirst}</p>",
            "webTitle": self.blog.headline,
            "config": {"isLive": self.blog.ended is None},
            "blocks": [self.block(story) for story in stories],
            "keyEvents": [self.block(story) for story in self.blog.alive if story.key],
            "pinnedPost": next((self.block(story) for story in self.blog.pinned), None),
            "mostRecentBlockId": f"block-{self.key(stories[0])}" if stories else None,
            "pagination": {
                "currentPage": page,
                "totalPages": -(-len(self.blog.alive) // self.blog.size),
                **({"older": f"?page=with:block-{self.key(rest[0])}"} if rest else {}),
            },
        }
        return respond(request, json.dumps(data), "application/json")


LASTING = "Ids are for ever."
TRAITS = Traits(
    window=(10, 10), order="date", pins="marked", keys=True, ends=True, churn=False, pages=True, why=LASTING
)
FORMS = (Form("guardian-page", "guardian", TRAITS, Page), Form("guardian-data", "guardian", TRAITS, Data))
