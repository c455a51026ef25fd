"""Accounts and tags of Mastodon, as the public API of a host lists them."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import START, Story, Traits
from tests.lives.writing import Form, Writer, missing, respond

HOST = "https://social.example"
Data = dict[str, object]


class Account(Writer):
    """The page of an account, and the calls it leads to; some of its statuses pass on another's."""

    url = f"{HOST}/@wend"
    call = "/api/v1/accounts/109412/statuses"

    def answer(self, request: Request, now: datetime) -> Response:
        match urlsplit(request.url).path:
            case self.call:
                return self.statuses(request)
            case "/api/v1/accounts/lookup":
                return respond(request, json.dumps(self.account()), "application/json; charset=utf-8")
            case "/@wend":
                state = '<script id="initial-state" type="application/json">{"meta":{"repository":"mastodon/mastodon"}}'
                page = f"<!DOCTYPE html><html><head><title>Wend</title></head><body>{state}</script></body></html>"
                return respond(request, page)
            case _:
                raise missing(request)

    def statuses(self, request: Request) -> Response:
        query = parse_qs(urlsplit(request.url).query)
        stories = self.blog.alive
        if before := query.get("max_id"):
            stories = [each for each in stories if self.id(each) < int(before[0])]
        most = self.blog.size * int(query.get("limit", ["20"])[0]) // 40
        stories = stories[:most]
        if before:
            self.sight.tells(stories)
        else:
            self.sight.lists(stories)
        links = []
        if len(stories) == most:
            # Of what a host leaves out for its own reasons the number counts all the same.
            hidden = self.id(stories[-1]) - (7 if stories[-1].number % 3 == 1 else 0)
            links.append(f'<{HOST}{self.call}?limit=40&max_id={hidden}>; rel="next"')
        if stories:
            links.append(f'<{HOST}{self.call}?limit=40&min_id={self.id(stories[0])}>; rel="prev"')
        headers = (("content-type", "application/json; charset=utf-8"), ("link", ", ".join(links)))
        body = json.dumps([self.status(story) for story in stories])
        return Response(request.url, request=request.url, headers=headers, body=body.encode())

    def id(self, story: Story) -> int:
        """Return the number of a status, which is made of the time it was written at."""
        return (int((story.date - START).total_seconds()) + 10**6) * 65_536 * 1000 + story.number * 16

    def account(self, number: str = "109412", name: str = "River Wend") -> Data:
        return {
            "id": number,
            "username": "wend",
            "acct": "wend",
            "display_name": name,
            "note": f"<p>{escape(self.blog.standfirst)}</p>",
            "url": f"{HOST}/@wend",
            "statuses_count": len(self.blog.alive),
            "followers_count": 12 + self.answers,
        }

    def status(self, story: Story) -> Data:
        """Return a status; of one that passes on another's, that is inside."""
        said = self.said(story, self.account())
        if story.number % 5 < 4:
            return said
        other = {**said, "id": str(70_000 + story.number), "account": self.account("7", "Hill Watch")}
        return {**said, "content": "", "spoiler_text": "", "edited_at": None, "reblog": other}

    def said(self, story: Story, account: Data) -> Data:
        words = "".join(f"<p>{escape(each).replace(chr(10), '<br />')}</p>" for each in story.paragraphs)
        card = {"url": "https://paper.example/", "title": "The Paper"} if self.answers % 3 else None
        return {
            "id": str(self.id(story)),
            "created_at": f"{story.date:%Y-%m-%dT%H:%M:%S}.000Z",
            "in_reply_to_id": None,
            "sensitive": bool(story.title),
            "spoiler_text": story.title,
            "visibility": "public",
            "language": "en",
            "uri": f"{HOST}/users/wend/statuses/{self.id(story)}",
            "url": f"{HOST}/@wend/{self.id(story)}",
            "replies_count": story.noise,
            "reblogs_count": self.answers,
            "favourites_count": self.answers * 3,
            "edited_at": f"{story.updated:%Y-%m-%dT%H:%M:%S}.000Z" if story.updated else None,
            "content": words,
            "reblog": None,
            "account": account,
            "media_attachments": [],
            "mentions": [],
            "tags": [{"name": "wend", "url": f"{HOST}/tags/wend"}],
            "emojis": [],
            "card": card,
            "poll": None,
        }


class Tag(Account):
    """The call for a tag: statuses of many, some of which arrive late from other hosts and stand by their dates."""

    url = f"{HOST}/api/v1/timelines/tag/wend?limit=40"
    call = "/api/v1/timelines/tag/wend"

    def status(self, story: Story) -> Data:
        return self.said(story, self.account(str(200 + story.number), story.author))


FIXED = "The date of a status is that of its making, and is in its number: neither ever changes."

FORMS = (
    Form(
        "mastodon-account",
        "mastodon",
        Traits(
            bylines=False,
            order="date",
            churn=False,
            late=False,
            slips=False,
            redates=False,
            moves=False,
            pages=True,
            why=f"{FIXED} All statuses are of one account.",
        ),
        Account,
    ),
    Form(
        "mastodon-tag",
        "mastodon",
        Traits(order="date", churn=False, redates=False, moves=False, pages=True, why=FIXED),
        Tag,
    ),
)
