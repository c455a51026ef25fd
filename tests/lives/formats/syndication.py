"""A live blog as an RSS or Atom feed."""

from __future__ import annotations

from datetime import datetime
from html import escape

from feeds.flow import Request, Response
from tests.lives.world import Blog, Story, Traits
from tests.lives.writing import Form, Writer, hexed, respond


def markup(story: Story) -> str:
    """Return the words of a story as HTML, with a picture whose address is signed anew."""
    words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
    return f'{words}<img src="https://i.test/{story.number}.jpg?s={hexed(8, story.noise)}">'


class Rss(Writer):
    """RSS 2.0."""

    url = "https://paper.example/river-wend/rss.xml"

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        if self.blog.traits.oldest_first:
            stories = stories[::-1]
        self.sight.lists(self.blog.window)
        head = (
            f"<title>{escape(self.blog.headline)}</title><link>https://paper.example/</link>"
            f"<description>{escape(self.blog.standfirst)}</description><language>{self.blog.language}</language>"
            f"<lastBuildDate>{now:%a, %d %b %Y %H:%M:%S GMT}</lastBuildDate><ttl>1</ttl>"
        )
        items = "".join(self.item(story) for story in stories)
        spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        body = f'<?xml version="1.0"?>\n<rss version="2.0" {spaces}><channel>{head}{items}</channel></rss>'
        return respond(request, body, "application/rss+xml")

    def item(self, story: Story) -> str:
        title = f"<title>{escape(story.title)}</title>" if story.title else ""
        link = f"https://paper.example/live/{self.name(story)}?utm_medium=rss&amp;at_n={story.noise}"
        return (
            f"<item>{title}<link>{link}</link><guid isPermaLink='false'>{self.name(story)}</guid>"
            f"<pubDate>{story.date:%a, %d %b %Y %H:%M:%S GMT}</pubDate><dc:creator>{story.author}</dc:creator>"
            f"<description><![CDATA[{markup(story)}]]></description></item>\n"
        )


class NoGuid(Rss):
    """RSS without a guid: known by its link."""

    def item(self, story: Story) -> str:
        return (
            f"<item><title>{escape(story.title)}</title><link>https://paper.example/{self.name(story)}</link>"
            f"<pubDate>{story.date:%a, %d %b %Y %H:%M:%S GMT}</pubDate><author>{story.author}</author>"
            f"<content:encoded>{escape(markup(story))}</content:encoded></item>\n"
        )


class Bare(Rss):
    """RSS of which every item leads to one page, and nothing else names it but its date and its words."""

    def item(self, story: Story) -> str:
        return (
            f"<item><title>{escape(story.title)}</title><link>https://paper.example/live/river-wend</link>"
            f"<pubDate>{story.date:%a, %d %b %Y %H:%M:%S GMT}</pubDate><dc:creator>{story.author}</dc:creator>"
            f"<description>{escape(markup(story))}</description></item>\n"
        )


class Undated(Rss):
    """RSS without dates."""

    def item(self, story: Story) -> str:
        return (
            f"<item><title>{escape(story.title)}</title><guid>https://paper.example/{self.name(story)}</guid>"
            f"<dc:creator>{story.author}</dc:creator><description>{escape(markup(story))}</description></item>\n"
        )


class Atom(Writer):
    """Atom 1.0; deleted entries are left out, or named by tombstones (RFC 6721)."""

    url = "https://paper.example/river-wend/atom.xml"

    def __init__(self, blog: Blog) -> None:
        super().__init__(blog)
        self.complete = blog.traits.whole

    def answer(self, request: Request, now: datetime) -> Response:
        stories = self.blog.window
        self.sight.lists(stories)
        gone = []
        if self.blog.traits.strikes:
            gone = [story for story in self.blog.stories if story.deleted and not story.archived][: self.blog.size]
            self.sight.strikes(gone)
        stones = "".join(
            f'<at:deleted-entry ref="tag:paper.example,2026:{self.name(story)}" when="{now:%Y-%m-%dT%H:%M:%SZ}"/>'
            for story in gone
        )
        complete = '<fh:complete xmlns:fh="http://purl.org/syndication/history/1.0"/>' if self.complete else ""
        body = (
            '<?xml version="1.0" encoding="utf-8"?>'
            f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" '
            f'xml:lang="{self.blog.language}"><id>tag:paper.example,2026:wend</id>{complete}'
            f"<title>{escape(self.blog.headline)}</title><updated>{now:%Y-%m-%dT%H:%M:%SZ}</updated>"
            f'<link rel="self" href="{self.url}"/><link href="https://paper.example/live/river-wend"/>'
            f"{''.join(map(self.entry, stories))}{stones}</feed>"
        )
        return respond(request, body, "application/atom+xml")

    def entry(self, story: Story) -> str:
        return (
            f"<entry><id>tag:paper.example,2026:{self.name(story)}</id><title>{escape(story.title)}</title>"
            f'<link href="https://paper.example/live/river-wend#{self.name(story)}"/>'
            f"<published>{story.date:%Y-%m-%dT%H:%M:%SZ}</published>"
            f"<updated>{story.updated or story.date:%Y-%m-%dT%H:%M:%SZ}</updated>"
            f"<author><name>{story.author}</name></author>"
            f'<content type="html">{escape(markup(story))}</content></entry>'
        )


class AtomText(Atom):
    """Atom with XHTML, and `updated` alone for a date."""

    def entry(self, story: Story) -> str:
        words = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
        return (
            f"<entry><id>urn:uuid:{self.name(story, 32)}</id><title type='text'>{escape(story.title)}</title>"
            f"<updated>{story.updated or story.date:%Y-%m-%dT%H:%M:%SZ}</updated>"
            f"<author><name>{story.author}</name></author>"
            f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>{words}</div></content></entry>"
        )


ONE_PAGE = "One address for all: posts are told apart by date and words."
NO_DATES = "Without dates, a post under a new id is a new post."

FORMS = (
    Form("rss", "syndication", Traits(), Rss),
    Form("rss-oldest-first", "syndication", Traits(oldest_first=True), Rss),
    Form("rss-links", "syndication", Traits(), NoGuid),
    Form(
        "rss-bare",
        "syndication",
        Traits(ids="none", churn=False, alike=False, redates=False, moves=False, why=ONE_PAGE),
        Bare,
    ),
    Form("rss-undated", "syndication", Traits(dates="none", churn=False, why=NO_DATES), Undated),
    Form("rss-anew", "syndication", Traits(ids="anew", churn=False, alike=False, redates=False, moves=False), Rss),
    Form("atom", "syndication", Traits(order="date"), Atom),
    Form("atom-tombstones", "syndication", Traits(order="date", strikes=True), Atom),
    Form("atom-complete", "syndication", Traits(window=None, whole=True), Atom),
    Form("atom-updated", "syndication", Traits(dates="none", churn=False, why=NO_DATES), AtomText),
)
