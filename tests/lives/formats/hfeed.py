"""Live blogs marked up as an h-feed (microformats2)."""

from __future__ import annotations

from datetime import datetime
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, respond


class Notes(Writer):
    """Entries with addresses of their own."""

    url = "https://valley.example/notes/"

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        entries = "".join(map(self.entry, stories))
        body = (
            f'<!doctype html><html lang="{self.blog.language}"><head><title>{escape(self.blog.headline)}</title></head>'
            f'<body><div class="h-feed"><h1 class="p-name">{escape(self.blog.headline)}</h1>'
            f'<p class="p-summary">{escape(self.blog.standfirst)}</p>{entries}</div>'
            f"<p>{self.answers} people are online.</p></body></html>"
        )
        return respond(request, body)

    def entry(self, story: Story) -> str:
        title = f'<h2 class="p-name">{escape(story.title)}</h2>' if story.title else ""
        named = "" if story.title else " p-name"
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        updated = f'<time class="dt-updated" datetime="{story.updated.isoformat()}"></time>' if story.updated else ""
        return (
            f'<article class="h-entry">{title}{self.link(story)}{updated}'
            f'<div class="e-content{named}">{words}</div>'
            f'<span class="p-author h-card">{story.author}</span><p>{story.noise} likes</p></article>'
        )

    def link(self, story: Story) -> str:
        return f'<a class="u-url" href="/n/{self.name(story)}">{self.time(story)}</a>'

    def time(self, story: Story) -> str:
        return f'<time class="dt-published" datetime="{story.date.isoformat()}">{story.clock}</time>'


class Named(Notes):
    """Entries whose ids are not their addresses, dated in two parts."""

    def link(self, story: Story) -> str:
        return (
            f'<data class="u-uid" value="tag:valley.example,2026:{self.name(story)}"></data>'
            f'<a class="u-url" href="https://valley.example/n/{story.number}?utm_source=h{story.noise}">#</a>'
            f'<p class="dt-published"><span class="value">{story.date:%Y-%m-%d}</span> at '
            f'<time class="value" datetime="{story.date:%H:%M:%SZ}">{story.clock}</time></p>'
        )


class Bare(Notes):
    """Entries without addresses."""

    def link(self, story: Story) -> str:
        return self.time(story)


NO_IDS = "Without ids, posts are told apart by date and words: none may be alike or have its date changed."

FORMS = (
    Form("hfeed-notes", "hfeed", Traits(), Notes, 2),
    Form("hfeed-ids", "hfeed", Traits(), Named, 2),
    Form(
        "hfeed-bare",
        "hfeed",
        Traits(ids="none", churn=False, alike=False, redates=False, moves=False, why=NO_IDS),
        Bare,
        2,
    ),
)
