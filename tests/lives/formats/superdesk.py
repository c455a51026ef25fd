"""A live blog of Superdesk's: the API of its posts, which answers queries of ElasticSearch."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

Data = dict[str, object]

API = "/api/client_blogs/58bfeb4c15720af1a94c1052"


class Server(Writer):
    """What is visited is the API itself; an answer holds at most a hundred posts."""

    url = f"https://live.paper.example{API}/posts"
    most = 200
    """Posts of an answer, however many are asked for."""

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        self.states: dict[int, tuple[object, ...]] = {}
        """What each post was like when it was last looked at."""
        self.changes: dict[tuple[object, ...], datetime] = {}
        """When it became like that."""

    def answer(self, request: Request, now: datetime) -> Response:
        parts = urlsplit(request.url)
        self.notice(now)
        if parts.path == API:
            return respond(request, json.dumps(self.about()), "application/json")
        if parts.path != f"{API}/posts" or "source" not in parts.query:
            raise missing(request)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        query, page = json.loads(asked["source"]), int(asked["page"])
        most = min(int(asked["max_results"]), self.most)
        rules = query["query"]["filtered"]["filter"]["and"]
        ((name, sort),) = query["sort"][0].items()
        found = [(self.post(story), story) for story in self.blog.stories if not story.archived]
        found = [each for each in found if all(holds(rule, each[0]) for rule in rules)]
        found.sort(key=lambda each: str(each[0][name]), reverse=sort["order"] == "desc")
        shown = found[(page - 1) * most : page * most]
        alive = [story for _, story in shown if not story.deleted]
        if any("gt" in str(rule) and "published_date" in str(rule) for rule in rules):
            # What is on top is for a poll to tell, wherever it stands.
            self.sight.tells(story for story in alive if not story.pinned)
        else:
            self.sight.lists(alive)
        self.sight.strikes(story for _, story in shown if story.deleted)
        meta = {"max_results": most, "page": page, "total": len(found)}
        return respond(request, json.dumps({"_items": [post for post, _ in shown], "_meta": meta}), "application/json")

    def notice(self, now: datetime) -> None:
        """Find out which posts became others since the last look: each change is in `_updated`."""
        for story in self.blog.stories:
            state = (story.deleted, story.date, story.pinned, story.key)
            if self.blog.now == now and self.states.get(story.number, (False,)) != state:
                if story.number in self.states:
                    self.changes[story.number, *state] = now - timedelta(seconds=5 + story.number % 20)
                self.states[story.number] = state

    def about(self) -> Data:
        return {
            "_id": API[-24:],
            "title": self.blog.headline,
            "description": f"<p>{escape(self.blog.standfirst)}</p>",
            "blog_status": "open" if self.blog.ended is None else "closed",
            "start_date": _written(self.blog.started),
            "public_url": "https://paper.example/live/river-wend",
        }

    def post(self, story: Story) -> Data:
        edited = max(filter(None, (story.surfaced, story.updated)))
        changed = self.changes.get((story.number, story.deleted, story.date, story.pinned, story.key), edited)
        unpublished = story.deleted and story.number % 2 == 1
        made = f"{story.surfaced:%Y-%m-%dT%H:%M:%S}.{self.name(story, 6)}"
        return {
            "_id": f"urn:newsml:paper.example:{made}:{self.name(story, 32)}",
            "_updated": _written(max(changed, edited)),
            "_etag": hexed(40, self.answers),
            "published_date": _written(story.date),
            "content_updated_date": _written(edited),
            "order": story.number ^ 1,
            "sticky": story.pinned,
            "lb_highlight": story.key,
            "deleted": story.deleted and not unpublished,
            "post_status": "submitted" if unpublished else "open",
            "byline": story.author,
            "language": "en",
            "groups": [
                {"id": "root", "refs": [{"idRef": "main"}]},
                {"id": "main", "refs": [{"item": self.item(each)} for each in story.paragraphs]},
            ],
        }

    def item(self, words: str) -> Data:
        renditions = {"viewImage": {"href": ""}, "original": {"width": 0, "height": 0}}
        return {"item_type": "text", "text": f"<p>{escape(words)}</p>", "meta": {"media": {"renditions": renditions}}}


class Embedded(Server):
    """What is visited is a page that shows the blog; the vendor's answers are short."""

    url = "https://paper.example/live/river-wend"
    most = 8

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        for number in range(20 if blog.seed % 4 == 1 else 0):
            blog.happen("post", blog.seed + number * 37)
            blog.happen("pin", number * 4)

    def answer(self, request: Request, now: datetime) -> Response:
        if request.url != self.url:
            assert request.url.startswith("https://paper.liveblog.pro/")
            return super().answer(request, now)
        settings = {"blog": {"_id": API[-24:], "title": self.blog.headline}, "api_host": "https://paper.liveblog.pro/"}
        return respond(
            request,
            f'<!doctype html><html lang="en"><head><title>{escape(self.blog.headline)}</title></head><body>'
            f'<div class="lb-timeline"></div><script>window.LB = {json.dumps(settings)};</script></body></html>',
        )


def holds(rule: Data, post: Data) -> bool:
    """Say whether a rule of a filter holds for a post."""
    ((kind, said),) = rule.items()
    if kind == "or":
        assert isinstance(said, list)
        return any(holds(each, post) for each in said)
    assert isinstance(said, dict)
    if kind == "not":
        return not holds(said, post)
    ((name, value),) = said.items()
    match kind:
        case "term":
            return bool(post[name] == value)
        case "terms":
            return bool(post[name] in value)
        case "range":
            ((sign, bound),) = dict[str, str](value).items()
            there = str(post[name])
            return there > bound if sign == "gt" else there >= bound
    raise AssertionError(f"no rule: {kind}")


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S+00:00}"


WHY = "What says that a blog is over is asked for now and then only; a change of all ids is no change of a post."
TRAITS = Traits(
    titles=False, window=None, order="date", pins="place", keys=True, churn=False, absence=False, strikes=True, why=WHY
)

FORMS = (
    Form("superdesk", "superdesk", TRAITS, Server),
    Form("superdesk-page", "superdesk", replace(TRAITS, pages=True), Embedded),
)
