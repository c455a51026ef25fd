"""A live page of the BBC, of both generations of its data: numbered pages, the newest posts on the first."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

Data = dict[str, object]


class Page(Writer):
    """What all its pages have in common."""

    beyond = "missing"
    """What is answered where a page is asked for that is none: it is missing, empty, or the first."""

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        for number in range(blog.size + 2):
            # Where there is but one page, that is all there is, and what is not on it is gone at once.
            blog.happen("post", blog.seed + number * 37)
        self.newest = blog.started
        """The newest date on the first page when that was shown last."""

    def answer(self, request: Request, now: datetime) -> Response:
        found = re.fullmatch(r"(?:\?page=|/page/)(\d+)", request.url.removeprefix(self.url))
        number = int(found[1]) if found else 1
        size = self.blog.size
        shown = self.blog.alive[(number - 1) * size : number * size]
        if (found is None) != (request.url == self.url) or (found and not shown and self.beyond == "missing"):
            raise missing(request)
        if found and not shown:
            number, shown = (number, []) if self.beyond == "empty" else (1, self.blog.window)
        elif found:
            # What is newer than anything a poll has shown is for a poll to tell.
            self.sight.tells(story for story in shown if story.date <= self.newest)
        else:
            self.sight.lists(shown)
            self.newest = max((story.date for story in shown), default=self.newest)
        data = self.data(shown, number, max(-(-len(self.blog.alive) // size), 1))
        title = escape(self.blog.headline)
        return respond(
            request,
            f'<!doctype html><html lang="{self.blog.language}"><head><title>{title} - BBC News</title>'
            f'<link rel="canonical" href="{self.url}"></head><body><h1>{title}</h1>'
            f"<p>{self.answers * 31} viewing this page</p>{data}</body></html>",
        )

    def data(self, shown: list[Story], number: int, pages: int) -> str:
        raise NotImplementedError


# ------------------------------------------------------------------ to about 2021


class Morph(Page):
    """The generation to about 2021: payloads of Morph, trees of nodes, `…/page/2`."""

    url = "https://www.bbc.co.uk/news/live/world-52600000"

    def data(self, shown: list[Story], number: int, pages: int) -> str:
        status = "LIVE" if self.blog.ended is None else "CATCHUP"
        header = {
            "title": self.blog.headline,
            "statuses": {"scheduled": status, "video": "NONE", "overall": status},
            "startDateTime": f"{self.blog.started:%Y-%m-%dT%H:%M:%S+00:00}",
            "status": status,
            "summary": self.blog.standfirst,
        }
        about: Data = {"components": [{"lib": "bbc-morph-lx-session-header", "id": "lx-summary", "props": header}]}
        posts = {
            "results": list(map(self.post, shown)),
            "numberOfPages": pages,
            "currentPage": number,
            "latestChange": f"{self.blog.modified:%Y-%m-%dT%H:%M:%S.441Z}",
            "mode": "stream",
        }
        uri = "assetUri/%2Fnews%2Flive%2Fworld-52600000"
        paged = f"lx-commentary-data-paged/{uri}/isUk/false/limit/20/nitroKey/lx-nitro/pageNumber/{number}/version/1.2"
        return "".join(
            (
                self.payload("lx-heartbeat-count/assetId/52600000", {"activeHeartbeats": self.answers, "results": []}),
                self.payload(paged, posts),
                self.payload(f"lx-page-component-data/{uri}/version/15.1.3", about),
            )
        )

    def payload(self, name: str, body: Data) -> str:
        written = json.dumps({"meta": {"responseCode": 200, "errorMessage": None}, "body": body}).replace("/", "\\/")
        return (
            "<script>Morph.toInit.payloads.push(function() { "
            f"Morph.setPayload('/data/bbc-morph-{name}', {written}); }});</script>"
        )

    def post(self, story: Story) -> Data:
        changed = story.updated or story.date
        return {
            "locator": f"urn:asset:{hexed(32, story.number)}",
            "assetId": self.name(story, 24),
            "options": {"isBreakingNews": story.key, "isPriorityPost": story.key},
            "type": "POST",
            "lastPublished": f"{changed + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.441Z}",
            "lastUpdated": f"{changed:%Y-%m-%dT%H:%M:%S+00:00}",
            "language": "en-gb",
            "body": [_node("paragraph", _node("text", text=each)) for each in story.paragraphs],
            "title": story.title,
            "firstPublished": f"{story.date:%Y-%m-%dT%H:%M:%S+00:00}",
            "dateAdded": f"{changed + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.441Z}",
        }


def _node(name: str, *children: Data, **more: object) -> Data:
    return {"name": name, "children": list(children), "attributes": [], **more}


# ------------------------------------------------------------------ today


class WorldService(Page):
    """The World Service: Next.js, blocks with models, `?page=2`."""

    url = "https://www.bbc.com/pidgin/live/c0vq3x1y2z3t"
    beyond = "empty"

    def data(self, shown: list[Story], number: int, pages: int) -> str:
        page = {
            "title": self.blog.headline,
            "description": self.blog.standfirst,
            "isLive": self.blog.ended is None,
            "startDateTime": f"{self.blog.started:%Y-%m-%dT%H:%M:%S.000Z}",
            "endDateTime": f"{self.blog.started + timedelta(hours=9):%Y-%m-%dT%H:%M:%S.000Z}",
            "summaryPoints": {"content": _model(_text("unorderedList", "What we know"))},
            "liveTextStream": {"id": "S1", "content": {"data": self.stream(shown, number, pages)}},
        }
        written = json.dumps({"props": {"pageProps": {"pageData": page, "service": "pidgin"}}}, ensure_ascii=False)
        return f'<script id="__NEXT_DATA__" type="application/json">{written}</script>'

    def stream(self, shown: list[Story], number: int, pages: int) -> Data:
        return {"results": list(map(self.post, shown)), "page": {"index": number, "total": pages}}

    def post(self, story: Story) -> Data:
        name = self.name(story, 32)
        header = [_text("headline", story.title)] if story.title else []
        signed = {"type": "contributor", **_model(_text("name", story.author), _text("role", "for di valley"))}
        return {
            "typeCode": None,
            "header": _model(*header, signed),
            "content": _model(*(_paragraph(each) for each in story.paragraphs), _paragraph(" ")),
            "link": None,
            "urn": f"asset:{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}",
            "type": "POST",
            "options": {"isBreakingNews": story.key},
            "dates": {
                "firstPublished": f"{min(story.surfaced, story.date):%Y-%m-%dT%H:%M:%SZ}",
                "lastPublished": f"{story.updated or story.date:%Y-%m-%dT%H:%M:%SZ}",
                "time": None,
                "curated": f"{story.date:%Y-%m-%dT%H:%M:%S.000Z}",
            },
            "titles": [{"title": None, "source": "primary"}],
            "descriptions": [{"text": None, "source": "summary"}],
            "images": [],
        }


class News(WorldService):
    """News and Sport: the same posts, in a string of a script."""

    url = "https://www.bbc.com/news/live/c0vq3x1y2z3t"
    beyond = "first"

    def data(self, shown: list[Story], number: int, pages: int) -> str:
        about = {"title": self.blog.headline, "isLive": self.blog.ended is None, "description": self.blog.standfirst}
        data = {
            "live-header?id=1": {"data": about},
            f"stream?page={number}": {"data": self.stream(shown, number, pages)},
        }
        written = json.dumps(json.dumps({"data": data})).replace("</", "<\\/")
        return f'<script nonce="{hexed(16, self.answers)}">window.__INITIAL_DATA__={written};</script>'


def _model(*blocks: Data) -> Data:
    return {"model": {"blocks": list(blocks)}}


def _paragraph(words: str) -> Data:
    fragment = {"type": "fragment", "model": {"text": words, "attributes": []}}
    return {"type": "paragraph", "model": {"text": words, "blocks": [fragment]}}


def _text(kind: str, words: str) -> Data:
    return {"type": kind, **_model({"type": "text", **_model(_paragraph(words))})}


FORMS = (
    Form("bbc-morph", "bbc", Traits(bylines=False, window=(20, 20), keys=True, pages=True, ends=True), Morph),
    Form("bbc-world", "bbc", Traits(window=(10, 10), keys=True, pages=True, ends=True), WorldService),
    Form("bbc-news", "bbc", Traits(window=(6, 12), order="date", keys=True, pages=True, ends=True), News),
)
