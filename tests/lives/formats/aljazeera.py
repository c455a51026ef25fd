"""A live blog of Al Jazeera's: the service its pages ask, with a list of ids and an answer for each post."""

from __future__ import annotations

import json
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Writer, hexed, missing, respond

Data = dict[str, object]


class Service(Writer):
    """GraphQL over GET: the blog and its ids, the ids alone, one post."""

    url = "https://www.aljazeera.com/news/liveblog/2026/3/1/river-wend-rises-live"

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        for number in range(50 if blog.seed % 16 == 1 else 9):  # at times more posts than are fetched at once
            blog.happen("post", blog.seed + number * 37)
        self.read: set[int] = set()
        """Stories that were asked for so far: the ids of others say nothing to a reader."""

    def answer(self, request: Request, now: datetime) -> Response:
        parts = urlsplit(request.url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/graphql" or asked.get("wp-site") != "aje" or ("wp-site", "aje") not in request.headers:
            raise missing(request)
        variables = json.loads(asked["variables"])
        match asked["operationName"]:
            case "ArchipelagoSingleLiveBlogQuery" if variables["name"] == "river-wend-rises-live":
                found: Data = {"article": self.about()}
            case "SingleLiveBlogChildrensQuery" if variables["postName"] == "river-wend-rises-live":
                found = {"article": {"children": self.ids(), "__typename": "Post"}}
            case "LiveBlogUpdateQuery":
                found = {"posts": self.post(variables["postID"])}
            case _:
                raise missing(request)
        return respond(request, json.dumps({"data": found}), "application/json; charset=utf-8")

    def id(self, story: Story) -> int:
        """Return the id of a story: they rise, but not strictly with time."""
        return 4_600_000 + (story.number ^ 1) + 10_000 * self.blog.generation

    def ids(self) -> list[int]:
        self.see()
        return list(map(self.id, self.blog.window))

    def see(self) -> None:
        self.sight.listed = [story.number for story in self.blog.window if story.number in self.read]

    def about(self) -> Data:
        times = [
            {"id": str(self.id(story)), "publishedTime": str(int(story.date.timestamp())), "__typename": "ChildMeta"}
            for story in self.blog.window
        ]
        return {
            "id": "4599999",
            "title": self.blog.headline,
            "excerpt": self.blog.standfirst,
            "content": f"<ul>\n<li>{escape(self.blog.standfirst)}</li>\n</ul>",
            "isLive": self.blog.ended is None,
            "date": f"{self.blog.started:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{self.blog.modified:%Y-%m-%dT%H:%M:%S}",
            "postType": "liveblog",
            "children": self.ids(),
            "childrenMeta": times,
            "__typename": "Post",
        }

    def post(self, wanted: int) -> Data | None:
        story = next((story for story in self.blog.alive if self.id(story) == wanted), None)
        if story is None:
            return None
        self.read.add(story.number)
        self.see()
        self.sight.tells([story])
        words = "".join(f"<p>{escape(each, quote=False)}</p>\n" for each in story.paragraphs)
        picture = f'<img src="/wp-content/{story.number}.jpg?w={hexed(4, story.noise)}" alt="">'
        return {
            "id": str(wanted),
            "link": urlsplit(self.url).path,
            "postType": "liveblog-update",
            "title": escape(story.title or f"Update {story.surfaced:%H:%M}", quote=False).replace("&#x27;", "&#8217;"),
            "shouldDisplayTitle": bool(story.title),
            "content": f'{words}<figure class="wp-caption">{picture}</figure>\n',
            "author": [{"name": story.author}] if story.number % 2 else [],
            "writeInAuthor": "" if story.number % 2 else story.author,
            "writeInCoAuthor": {"name": "", "order": "1", "__typename": "WriteInAuthor"},
            "date": f"{story.date:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{story.updated or story.date:%Y-%m-%dT%H:%M:%S}",
            "postLabel": [],
            "__typename": "Post",
        }


WHY = (
    "What says that a blog is over is asked for now and then only. Ids are those by which posts are asked for: "
    "they cannot become others."
)

FORMS = (Form("aljazeera", "aljazeera", Traits(window=None, churn=False, pages=True, why=WHY), Service),)
