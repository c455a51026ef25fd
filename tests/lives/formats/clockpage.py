"""Pages edited by hand, on which nothing but a clock says where a post begins."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, respond

BEIJING = timezone(timedelta(hours=8))


class Headings(Writer):
    """An article whose headings begin with a clock, the newest first."""

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        title = escape(self.blog.headline)
        head = (
            f'<title>{title} - The Paper</title><link rel="canonical" href="{self.url}">'
            f'<meta name="description" content="{escape(self.blog.standfirst)}">'
            f'<meta property="article:published_time" content="{self.blog.started:%Y-%m-%dT%H:%M:%S+00:00}">'
            f'<meta property="article:modified_time" content="{self.blog.modified:%Y-%m-%dT%H:%M:%S+00:00}">'
        )
        body = (
            f'<header><h1>{title}</h1></header><div class="body"><p>{escape(self.blog.standfirst)}.</p>'
            f"{self.posts(stories)}<h2>More on this story</h2><p>{self.answers} people have read it.</p></div>"
        )
        return respond(request, f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>')

    def posts(self, stories: list[Story]) -> str:
        return "".join(map(self.post, stories))

    def post(self, story: Story) -> str:
        words = "".join(f"<p>{escape(each)}</p>\n" for each in story.paragraphs)
        share = '<div class="share-tools"><button>Share</button></div>' if story.noise % 2 else ""
        mark = ": " if story.title else ""
        heading = f'<h2 class="sub">{story.clock}{mark}{escape(story.title)}</h2>'
        return f'{heading}\n<div class="group">{words}</div>{share}\n'


class Bold(Headings):
    """One text in which a clock in bold begins a post, in the time of somewhere else; the oldest stands first."""

    url = "https://daily.example/valley/river-wend-live"

    def posts(self, stories: list[Story]) -> str:
        zone = "<p><em>All times below are in Beijing time.</em></p>"
        return zone + "".join(self.post(each) for each in reversed(stories))

    def post(self, story: Story) -> str:
        local = story.date.astimezone(BEIJING)
        clock = f"{local.hour % 12 or 12}:{local:%M} {'pm' if local.hour > 11 else 'am'}"
        first, *more = map(escape, story.paragraphs)
        paragraphs = "".join(f"<p>{each}</p>" for each in more)
        title = f" {escape(story.title)}." if story.title else ""
        return f"<p><strong>{clock}:{title}</strong> {first}</p>{paragraphs}\n"


BY_HAND = "Posts are told apart by their clocks and first words, and clocks that are in no order are no live blog."
APART = "Of two of one minute that begin alike or are rewritten nobody can tell which is which, once one is gone."


def _traits(*, oldest_first: bool = False) -> Traits:
    return Traits(
        bylines=False,
        oldest_first=oldest_first,
        dates="minute",
        ids="none",
        churn=False,
        alike=False,
        late=False,
        redates=False,
        moves=False,
        apart=True,
        why=f"{BY_HAND} {APART}",
    )


FORMS = (
    Form("clockpage", "clockpage", _traits(), Headings, least=6, named=True),
    Form("clockpage-bold", "clockpage", _traits(oldest_first=True), Bold, least=6, named=True),
)
