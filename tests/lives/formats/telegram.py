"""A public channel of Telegram, as its preview shows it."""

from __future__ import annotations

from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

from feeds.flow import Request, Response
from tests.lives.world import Story, Traits
from tests.lives.writing import Form, Writer, hexed, respond

NAME = "wendvalley"


class Channel(Writer):
    """A channel whose messages are signed."""

    url = f"https://t.me/{NAME}"

    def answer(self, request: Request, now: datetime) -> Response:
        before = parse_qs(urlsplit(request.url).query).get("before", [""])[0]
        stories = self.blog.alive
        if before:
            stories = [each for each in stories if self.number(each) < int(before)]
        stories = stories[: self.blog.size]
        if before:
            self.sight.tells(stories)
        else:
            self.sight.lists(stories)
        return respond(request, self.page(stories))

    def number(self, story: Story) -> int:
        """Return the number of a message: albums and what was deleted leave holes."""
        return 40 + story.number * 3

    def page(self, stories: list[Story]) -> str:
        title, first = escape(self.blog.headline), min(map(self.number, stories), default=0)
        messages = [part for story in reversed(stories) for part in (self.message(story), self.service(story))]
        none = '<div class="tme_no_messages_found">No posts found</div>' if not stories else ""
        return (
            f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title} – Telegram</title>'
            f'<meta property="og:title" content="{title}">'
            f'<meta property="og:description" content="{escape(self.blog.standfirst)}">'
            f'<link rel="prev" href="/s/{NAME}?before={first}">'
            f'<link rel="canonical" href="/s/{NAME}?before={first + 60}">'
            '</head><body class="widget_frame_base"><header class="tgme_header search_collapsed">'
            f'<div class="tgme_header_counter">{1000 + self.answers} subscribers</div></header>'
            f'<main class="tgme_main" data-url="/{NAME}"><section class="tgme_channel_history js-message_history">'
            f"{''.join(messages)}{none}</section></main></body></html>"
        )

    def service(self, story: Story) -> str:
        """Return what is said about the channel after some messages."""
        if story.number % 5 < 4:
            return ""
        return self.wrap(story, 1, '<div class="tgme_widget_message_text js-message_text">Channel photo updated</div>')

    def message(self, story: Story) -> str:
        words = "<br/><br/>".join(escape(each).replace("\n", "<br/>") for each in story.paragraphs)
        text = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'
        if story.number % 6 == 5:
            # In albums it is nested in itself.
            text = f'<div class="tgme_widget_message_text js-message_text">{text}</div>'
        edited = ",&nbsp;edited &nbsp;" if story.updated else " "
        signature = f'<span class="tgme_widget_message_from_author" dir="auto">{escape(story.author)}</span>{edited}'
        photo = ""
        if story.number % 4 == 1:
            signed = hexed(12, self.answers, story.number)
            photo = (
                f'<a class="tgme_widget_message_photo_wrap" href="https://t.me/{NAME}/{self.number(story)}?single" '
                f"style=\"background-image:url('https://cdn.test/file/{signed}.jpg')\"></a>"
            )
        return self.wrap(story, 0, photo + text, signature)

    def wrap(self, story: Story, behind: int, inner: str, signature: str = "") -> str:
        name = f"{NAME}/{self.number(story) + behind}"
        service = " service_message" if behind and story.number % 2 else ""
        return (
            '<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message '
            f'text_not_supported_wrap js-widget_message{service}" data-post="{name}" '
            f'data-view="{hexed(20, self.answers, name)}">'
            f'<div class="tgme_widget_message_user"><a href="https://t.me/{NAME}"><img src="https://cdn.test/f.jpg"></a>'
            f'</div><div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author accent_color">'
            f'<a class="tgme_widget_message_owner_name" href="https://t.me/{NAME}">Wend Valley</a></div>{inner}'
            '<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info">'
            f'<span class="tgme_widget_message_views">{100 + self.answers}</span><span class="copyonly"> views</span>'
            f'<span class="tgme_widget_message_meta">{signature}<a class="tgme_widget_message_date" '
            f'href="https://t.me/{name}"><time datetime="{story.date:%Y-%m-%dT%H:%M:%S}+00:00" class="time">'
            f"{story.clock}</time></a></span></div></div></div></div></div>\n"
        )


FIXED = "A message stands where its number and its date put it, and keeps both."

FORMS = (
    Form(
        "telegram",
        "telegram",
        Traits(
            titles=False,
            order="date",
            oldest_first=True,
            churn=False,
            late=False,
            slips=False,
            redates=False,
            moves=False,
            pages=True,
            why=FIXED,
        ),
        Channel,
    ),
)
