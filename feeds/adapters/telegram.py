"""Public channels of Telegram, as their preview page shows them (`t.me/s/<name>`).

Owns the addresses of channels and the markup of a message: its text, what is attached, who signed it. The page lists
the oldest message first; posts are given the newest first. Service messages («Channel photo updated») are left out,
and so are counts of views and of votes, which change at every look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import sniff as sniffing
from feeds import text
from feeds.document import BOLD, Block, Document, Listing, Media, Paragraph, Run
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.liveblogs import backlog, fragments
from feeds.model import Batch, Extent, Kind, Post
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

SITE = "https://t.me"
_HEADERS = (("accept", "text/html"),)
_HOSTS = frozenset({"t.me", "www.t.me", "telegram.me", "www.telegram.me", "telegram.dog"})
_PATH = re.compile(r"/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})(?:/[0-9]{1,10})?/?")
_NOT_CHANNELS = frozenset(
    {"joinchat", "addstickers", "addemoji", "addlist", "addtheme", "share", "proxy", "socks", "login", "invoice"}
    | {"setlanguage", "confirmphone", "contact", "boost", "giftcode", "username", "telegrampassport"}
)
_KEY = re.compile(r"([A-Za-z0-9_]{1,64})/([0-9]{1,12})")
_MOST = 10**12
_SERVICE = re.compile(r"\W*channel (?:photo|video) (?:changed|updated|removed)\W*", re.IGNORECASE)
_MESSAGE = "tgme_widget_message"
_ELSEWHERE = frozenset(
    {f"{_MESSAGE}_reply", f"{_MESSAGE}_user", f"{_MESSAGE}_author", f"{_MESSAGE}_footer", f"{_MESSAGE}_bubble_tail"}
    | {f"{_MESSAGE}_forwarded_from", f"{_MESSAGE}_inline_keyboard", f"{_MESSAGE}_reactions"}
    | {"message_media_not_supported_wrap", "message_media_not_supported"}
)
"""Parts of a message that are not what it says."""
_HELD = frozenset(
    f"{_MESSAGE}_{name}"
    for name in (
        *("photo_wrap", "video_player", "roundvideo_player", "voice_player", "document_wrap", "sticker_wrap"),
        *("location_wrap", "venue_wrap", "poll", "link_preview"),
    )
)
"""Parts of a message that hold something."""


class Telegram:
    """The adapter for public channels of Telegram."""

    name = "telegram"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a channel's; see `flow.Adapter`."""
        return Confidence.MINE if _channel(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer is the preview of a channel; see `flow.Adapter`."""
        sniffed = sniffing.sniff(response)
        if sniffed.form is not Form.HTML:
            return Confidence.NO
        try:
            body = sniffing.unpack(response, sniffed)
            known = b'data-post="' in body and _MESSAGE.encode() in body and _read(response).posts
        except ParseError:
            return Confidence.NO
        return Confidence.MINE if known else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the newest messages; see `flow.Adapter`."""
        channel = _channel(visit.url)
        address = f"{SITE}/s/{channel}" if channel else visit.url
        page = _read((yield Request(address, headers=_HEADERS, conditional=True)), channel)
        return Batch(
            Kind.LIVEBLOG,
            posts=page.posts,
            title=page.title,
            description=page.description,
            link=f"{SITE}/{channel}" if channel else None,
            # Nothing is withdrawn because a page is cut off.
            extent=Extent.DELTA if page.cut else Extent.SINCE,
            older=_place(channel, page.oldest),
            problems=("The page is cut off; the newest messages are not on it.",) if page.cut else (),
        )

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the messages before the one whose number is in `visit.older`; see `flow.Pages`."""
        channel, before = _channel(visit.url), visit.older.get("before")
        if not channel or not isinstance(before, int) or not 1 < before < _MOST:
            raise backlog.lost()
        page = _read((yield Request(f"{SITE}/s/{channel}?before={before}", headers=_HEADERS)), channel, back=True)
        if page.cut:
            raise ParseError("The page with the older messages is cut off.")
        if page.oldest >= before:
            raise backlog.other()
        posts = tuple(post for post in page.posts if _number(post) < before)
        return Batch(Kind.LIVEBLOG, posts=posts, extent=Extent.SINCE, older=_place(channel, page.oldest))


def _place(channel: str, oldest: int) -> dict[str, object]:
    """Return where the messages before a number are: empty before the first, and where there is none."""
    return {"before": oldest} if channel and oldest > 1 else {}


def _number(post: Post) -> int:
    found = _KEY.fullmatch(post.key)
    return int(found[2]) if found else 0


def _channel(url: str) -> str:
    """Return the name of the channel an address is of, an empty text where it is none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    found = _PATH.fullmatch(parts.path) if parts.scheme in ("http", "https") and host in _HOSTS else None
    return found[1] if found and found[1].lower() not in _NOT_CHANNELS else ""


class _Page(Struct, frozen=True):
    """What a page shows."""

    title: str
    description: str
    posts: tuple[Post, ...]
    """The newest first."""
    oldest: int = 0
    """Number of the oldest message, service messages counted; 0 where there is none."""
    cut: bool = False
    """It ends before its end. The message it ends in is not among the posts."""


def _read(response: Response, channel: str = "", *, back: bool = False) -> _Page:
    """Read a page of a channel. Raises `ParseError`.

    `back` says that it is an older page: one without messages is the end of the channel then.
    """
    from feeds import html

    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    markup = sniffing.unpack(response, sniffed)
    tree = html.tree(markup, sniffing.header_charset(response))
    if tree is None:
        raise NotAFeedError("This web page is empty.")
    cut = html.is_cut(markup)
    base = f"{SITE}/s/{channel}" if channel else response.url
    posts: dict[str, Post] = {}
    numbers = []
    messages = list(_with_class(tree, _MESSAGE))
    if cut and messages:
        del messages[-1]
    for element in messages:
        key = text.clean(str(element.get("data-post") or "")).strip()
        if not key or key in posts:
            continue
        if found := _KEY.fullmatch(key):
            numbers.append(int(found[2]))
        if not _is_service(element):
            posts[key] = _post(element, key, base)
    ended = _has_class(tree, "tme_no_messages_found") or (back and _has_class(tree, "tgme_header"))
    if not numbers and not posts and not ended:
        raise _no_messages(tree, channel)
    metas = {str(meta.get("property") or ""): str(meta.get("content") or "") for meta in tree.iter("meta")}
    return _Page(
        title=html.title(metas.get("og:title", "")),
        description=text.line(metas.get("og:description", ""))[:2_000],
        posts=tuple(reversed(posts.values())),
        oldest=min(numbers, default=0),
        cut=cut,
    )


def _no_messages(tree: _Element, channel: str) -> ParseError:
    """Return the error for a page without messages."""
    name = f" “{channel}”" if channel else ""
    if _has_class(tree, "tgme_page_action") or _has_class(tree, "tgme_page_title"):
        return NotAFeedError(f"The Telegram channel{name} has no public preview: it is private, or no channel at all.")
    if channel and _has_class(tree, "tgme_header"):
        return ParseError(f"The preview of the Telegram channel{name} shows no message that can be read.")
    return NotAFeedError("This web page shows no messages of a Telegram channel.")


def _is_service(element: _Element) -> bool:
    """Say whether a message is about the channel; one kind of them comes without the class."""
    if "service_message" in fragments.classes(element):
        return True
    words = "".join(fragments.words(each) for each in _texts(element))
    return _SERVICE.fullmatch(text.line(words[:200])) is not None


# ------------------------------------------------------------------ one message


def _post(element: _Element, key: str, base: str) -> Post:
    from feeds import dates

    stamp = next(_with_class(element, f"{_MESSAGE}_date"), None)
    when = next((str(each.get("datetime") or "") for each in stamp.iter("time")), "") if stamp is not None else ""
    author = _line(next(_with_class(element, f"{_MESSAGE}_from_author"), None))
    url = f"{SITE}/{key}" if _KEY.fullmatch(key) else None
    return Post(
        key=key,
        url=url,
        authors=(author,) if author else (),
        published=dates.parse(when),
        body=_body(element, base, url or ""),
        origin=_line(next(_with_class(element, f"{_MESSAGE}_forwarded_from_name"), None)) or None,
    )


def _body(element: _Element, base: str, message: str) -> Document:
    """Return what a message says, then what it holds: a picture stands above its words only where it can be seen.

    `message` is the address of the message.
    """
    said: list[Block] = []
    held: list[Block] = []
    for part in _parts(element):
        names = fragments.classes(part)
        if "js-message_text" in names:
            said.extend(_words(part, base))
        elif f"{_MESSAGE}_poll" in names:
            said.extend(_poll(part))
        else:
            held.append(_attached(part, names, base, message))
    return (*said, *dict.fromkeys(held))


def _parts(element: _Element) -> Iterator[_Element]:
    """Yield the outermost parts of a message that say or hold something; what they hold is theirs."""
    waiting = list(reversed(element))
    while waiting:
        each = waiting.pop()
        names = fragments.classes(each)
        if names & _ELSEWHERE:
            continue
        if "js-message_text" in names or names & _HELD:
            yield each
        else:
            waiting.extend(reversed(each))


def _texts(element: _Element) -> Iterator[_Element]:
    return (part for part in _parts(element) if "js-message_text" in fragments.classes(part))


def _words(element: _Element, base: str) -> Document:
    from feeds import html

    return html.document(fragments.markup(element, instead=_emoji), base)


def _emoji(element: _Element) -> str | None:
    """Return the character that a picture of an emoji holds, without the bold and slanted styles around it."""
    if element.tag == "i" and "emoji" in fragments.classes(element):
        return escape(fragments.words(element), quote=False)
    return None


def _attached(part: _Element, names: frozenset[str], base: str, message: str) -> Media:
    """Return the line that stands for what is attached. Its address is the one at Telegram: a file's changes daily."""
    address = text.url(str(part.get("href") or ""), base) or message
    address = address if address.startswith(("http://", "https://")) else message
    if f"{_MESSAGE}_photo_wrap" in names:
        return Media("image", address)
    if f"{_MESSAGE}_video_player" in names or f"{_MESSAGE}_roundvideo_player" in names:
        return Media("video", address)
    if f"{_MESSAGE}_voice_player" in names:
        return Media("audio", address)
    if f"{_MESSAGE}_sticker_wrap" in names:
        return Media("image", message, "sticker")
    if f"{_MESSAGE}_document_wrap" in names:
        sound = any("audio" in fragments.classes(each) for each in _with_class(part, f"{_MESSAGE}_document_icon"))
        caption = _joined(part, f"{_MESSAGE}_document_title", f"{_MESSAGE}_document_extra")
        return Media("audio" if sound else "embed", address, caption)
    if f"{_MESSAGE}_link_preview" in names:
        return Media("embed", address, _joined(part, "link_preview_site_name", "link_preview_title"))
    return Media("embed", address, _joined(part, f"{_MESSAGE}_venue_title", f"{_MESSAGE}_venue_address") or "a place")


def _poll(part: _Element) -> Document:
    """Return the question of a poll and what can be chosen; the votes change while one reads."""
    question = _line(next(_with_class(part, f"{_MESSAGE}_poll_question"), None))
    options = (_line(each) for each in _with_class(part, f"{_MESSAGE}_poll_option_text"))
    items = tuple((Paragraph((Run(option),)),) for option in options if option)
    asked: Document = (Paragraph((Run(question, BOLD),)),) if question else ()
    return (*asked, Listing(items)) if items else asked


def _joined(part: _Element, *names: str) -> str:
    """Return the texts of some classes, parted by colons."""
    found = (_line(next(_with_class(part, name), None)) for name in names)
    return ": ".join(each for each in found if each)[:500]


# ------------------------------------------------------------------ elements


def _with_class(element: _Element, name: str) -> Iterator[_Element]:
    return (each for each in element.iter() if name in fragments.classes(each))


def _has_class(element: _Element, name: str) -> bool:
    return next(_with_class(element, name), None) is not None


def _line(element: _Element | None) -> str:
    return text.line(fragments.words(element)[:5_000])[:500].strip() if element is not None else ""
