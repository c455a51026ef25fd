"""Live blogs described in the attributes of their page: microdata and RDFa."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, counted, hexed, respond

INDIA = timezone(timedelta(hours=5, minutes=30))


class Page(Writer):
    """A page around its posts."""

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        title = escape(self.blog.headline)
        body = (
            f'<!doctype html><html lang="{self.blog.language}"><head><title>{title}</title>'
            f'<link rel="canonical" href="{self.url}"></head><body>{self.blog_of("".join(map(self.update, stories)))}'
            f"<footer><p>{self.answers * 3} comments</p></footer></body></html>"
        )
        return respond(request, body)

    def blog_of(self, updates: str) -> str:
        raise NotImplementedError

    def update(self, story: Story) -> str:
        raise NotImplementedError


class Meta(Page):
    """As NDTV: everything in `meta`, whole posts too, beside what is shown."""

    def blog_of(self, updates: str) -> str:
        return (
            f'<div itemscope itemtype="https://schema.org/LiveBlogPosting" id="{self.url}">'
            f'<meta content="{self.url}" itemprop="url">'
            f'<meta content="{escape(self.blog.headline)}" itemprop="headline">'
            f'<meta content="{escape(self.blog.standfirst)}" itemprop="description">'
            f"<meta itemprop='coverageStartTime' content='{self.blog.started.astimezone(INDIA).isoformat()}' />"
            f'<ul id="blogDiv">{updates}</ul></div>'
        )

    def update(self, story: Story) -> str:
        number = 100 + story.number + 1000 * self.blog.generation
        return (
            f'<li id={number}_parent><div itemprop="liveBlogUpdate" itemscope '
            f'itemtype="https://schema.org/BlogPosting"><meta itemprop="url" content={self.url}#{number}></meta>'
            f'<meta itemprop="datePublished" content="{story.date.astimezone(INDIA).isoformat()}" />'
            f'<meta itemprop="dateModified" content="{(story.updated or story.date).astimezone(INDIA).isoformat()}" />'
            f'<meta itemprop="articleBody" content = "{escape(" ".join(story.paragraphs))}" />'
            f'<meta itemprop="headline" content="{escape(story.title)}" /></div></li>'
        )


class Counted(Meta):
    """As NDTV may do it: numbers counted from the oldest, so that a deletion gives all above it other ids."""

    def update(self, story: Story) -> str:
        number = 100 + story.number + 1000 * self.blog.generation
        return super().update(story).replace(str(number), str(counted(self.blog, story)), 2)


class Visible(Page):
    """Posts marked up where they stand, with ids of their elements."""

    def blog_of(self, updates: str) -> str:
        return (
            f'<main itemscope itemtype="https://schema.org/LiveBlogPosting" itemid="{self.url}">'
            f'<meta itemprop="coverageStartTime" content="{self.blog.started.isoformat()}">'
            f'<h1 itemprop="headline">{escape(self.blog.headline)}</h1>'
            f'<p itemprop="description">{escape(self.blog.standfirst)}</p>{updates}</main>'
        )

    def update(self, story: Story) -> str:
        title = f'<h2 itemprop="headline">{escape(story.title)}</h2>' if story.title else ""
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        return (
            f'<article id="{self.element(story)}" itemprop="liveBlogUpdate" itemscope class="c{self.answers}" '
            f'itemtype="https://schema.org/BlogPosting">{title}<p><time itemprop="datePublished" '
            f'datetime="{story.date.isoformat()}">{story.clock}</time> by <a itemprop="author" '
            f'href="/people/ada">{story.author}</a></p><div itemprop="articleBody">{words}</div></article>'
        )

    def element(self, story: Story) -> str:
        return f"u-{self.name(story)}"


class Rdfa(Page):
    """RDFa, without any ids."""

    def blog_of(self, updates: str) -> str:
        return (
            f'<div vocab="https://schema.org/" typeof="LiveBlogPosting" resource="{self.url}">'
            f'<h1 property="headline">{escape(self.blog.headline)}</h1>{updates}</div>'
        )

    def update(self, story: Story) -> str:
        title = f'<h2 property="headline">{escape(story.title)}</h2>' if story.title else ""
        words = "<br>".join(map(escape, story.paragraphs))
        return (
            f'<div property="liveBlogUpdate" typeof="BlogPosting">{title}'
            f'<meta property="datePublished" content="{story.date.isoformat()}">'
            f'<span property="author" typeof="Person"><span property="name">{story.author}</span></span>'
            f'<div property="articleBody">{words}</div></div>'
        )


class Container(Visible):
    """As a sports page: the container is typed, its children have ids and clock times, the day stands elsewhere."""

    def blog_of(self, updates: str) -> str:
        day = f"{self.blog.started:%Y-%m-%dT%H:%M:%S+00:00}"
        event = f'{{"@context":"https://schema.org","@type":"SportsEvent","name":"Wend v Hill","startDate":"{day}"}}'
        return (
            f'<script type="application/ld+json">{event}</script>'
            f'<div itemscope itemtype="http://schema.org/LiveBlogPosting"><h1 itemprop="headline">'
            f'{escape(self.blog.headline)}</h1><div class="entries">{updates}</div></div>'
        )

    def update(self, story: Story) -> str:
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        title = f"<h3>{escape(story.title)}</h3>" if story.title else ""
        return (
            f'<section id="{self.element(story)}" class="entry e{hexed(4, self.answers)}">'
            f'<span class="time">{story.clock}</span>{title}{words}</section>'
        )


NO_IDS = "Without ids, posts are told apart by date and words: none may be alike or have its date changed."
COUNTED = "A number is an id until one below it is deleted; then posts are told apart by date and words."
CLOCKS = "A clock on every post and one day on the page: the date is a guess."
BARE = Traits(ids="none", churn=False, alike=False, redates=False, moves=False, why=NO_IDS)

FORMS = (
    Form("microdata-meta", "microdata", Traits(bylines=False, window=(20, 40)), Meta),
    Form(
        "microdata-counted",
        "microdata",
        Traits(
            bylines=False,
            window=(20, 40),
            ids="none",
            churn=False,
            redates=False,
            moves=False,
            counted=True,
            why=COUNTED,
        ),
        Counted,
    ),
    Form("microdata-visible", "microdata", Traits(), Visible),
    Form("microdata-rdfa", "microdata", BARE, Rdfa),
    Form(
        "microdata-container", "microdata", Traits(bylines=False, dates="other", churn=False, why=CLOCKS), Container, 2
    ),
)
