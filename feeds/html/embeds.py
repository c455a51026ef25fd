"""What stands for a picture, a film or somebody else's page in foreign HTML.

Owns the attributes by which pages say what is shown and from where: lazy pictures, players, the elements of AMP
(amp.dev, components). Fetches nothing; an address is what the page writes, or what a component's documented number
stands for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from feeds import text

if TYPE_CHECKING:
    from feeds.html.pages import Attributes

MAX_CAPTION = 500
"""Characters of a caption."""

Name = Literal["image", "video", "audio", "embed", "form"]
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-src", "data-lazyload", "data-hi-res-src")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_WIDTH = re.compile(r"([0-9]{1,5})(?:\.[0-9]*)?w")
_SMALL = re.compile(r"\s*([0-9]{1,9})(?:\.[0-9]*)?\s*(?:px)?\s*")
_SMALL_STYLE = re.compile(r"(?:\A|[;\s])(?:width|height)\s{0,9}:\s{0,9}[01](?:px)?\s{0,9}(?:[;!]|\Z)", re.IGNORECASE)
_INLINE = re.compile(r"(?:^|[\s_-])(?:emoji|emojione|wp-smiley|smiley|latex|math-fallback-image-inline)(?:$|[\s_-])")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,60}")

# Component: kind, the attribute with its number, what the number stands for.
_NUMBERED: dict[str, tuple[Name, str, str]] = {
    "amp-youtube": ("video", "data-videoid", "https://www.youtube.com/watch?v={}"),
    "amp-vimeo": ("video", "data-videoid", "https://vimeo.com/{}"),
    "amp-dailymotion": ("video", "data-videoid", "https://www.dailymotion.com/video/{}"),
    "amp-twitter": ("embed", "data-tweetid", "https://twitter.com/i/status/{}"),
    "amp-instagram": ("embed", "data-shortcode", "https://www.instagram.com/p/{}/"),
    "amp-pinterest": ("embed", "data-do", "https://www.pinterest.com/pin/{}/"),
    "amp-imgur": ("embed", "data-imgur-id", "https://imgur.com/{}"),
    "amp-gist": ("embed", "data-gistid", "https://gist.github.com/{}"),
    "amp-vine": ("video", "data-vineid", "https://vine.co/v/{}"),
}
_PLAYERS: dict[str, Name] = {
    "video": "video",
    "amp-video": "video",
    "amp-video-iframe": "video",
    "amp-brightcove": "video",
    "amp-jwplayer": "video",
    "amp-kaltura-player": "video",
    "amp-ooyala-player": "video",
    "audio": "audio",
    "amp-audio": "audio",
    "amp-soundcloud": "audio",
    "iframe": "embed",
    "amp-iframe": "embed",
    "embed": "embed",
    "object": "embed",
    "applet": "embed",
    "amp-embed": "embed",
    "amp-facebook": "embed",
    "amp-facebook-comments": "embed",
    "amp-reddit": "embed",
    "amp-tiktok": "embed",
}
EMBEDS = frozenset((*_NUMBERED, *_PLAYERS))
"""Elements that embed something."""
_FILMS = re.compile(
    r"youtu\.?be|vimeo|dailymotion|twitch\.tv|/video|player\.|\.(?:mp4|webm|m3u8)(?:\?|\Z)", re.IGNORECASE
)
_SOUNDS = re.compile(r"soundcloud|spotify|podcast|bandcamp|/audio|\.(?:mp3|ogg|m4a)(?:\?|\Z)", re.IGNORECASE)


class Embed:
    """Something embedded, while its element is open: what is inside it may say where it is."""

    __slots__ = ("_references", "caption", "kind", "seen")

    def __init__(self, kind: Name, references: list[str], caption: str, *, seen: bool) -> None:
        self.kind: Name = kind
        self._references = references
        self.caption = caption
        self.seen = seen
        """Whether a browser shows more than a dot of it."""

    def inside(self, tag: str, attributes: Attributes) -> None:
        """Take from an element inside what the outer one does not say."""
        name = (attributes.get("name") or "").strip().lower()
        if tag in ("source", "embed", "iframe"):
            reference = attributes.get("src")
        elif tag == "param" and name in ("movie", "src", "url"):
            reference = attributes.get("value")
        elif tag in ("object", "a", "blockquote"):
            reference = attributes.get("data") or attributes.get("href") or attributes.get("cite")
        else:
            return
        if reference and len(self._references) < 20:
            self._references.append(reference)

    def shown(self, base: str) -> tuple[Name, str, str]:
        """Return kind, address and caption of the line that stands for it; an empty address where there is none."""
        urls = (_web(reference, base) for reference in self._references)
        url = next((url for url in urls if url), "")
        kind = self.kind
        if kind == "embed" and url:
            kind = "video" if _FILMS.search(url) else "audio" if _SOUNDS.search(url) else "embed"
        return kind, url, self.caption


def embed(tag: str, attributes: Attributes) -> Embed | None:
    """Return what an element embeds, or None for one that embeds nothing."""
    if tag not in EMBEDS:
        return None
    caption = _caption(attributes, "title", "aria-label")
    if tag in _NUMBERED:
        kind, name, form = _NUMBERED[tag]
        number = (attributes.get(name) or "").strip()
        return Embed(kind, [form.format(number)] if _WORD.fullmatch(number) else [], caption, seen=True)
    player = _PLAYERS[tag]
    names = ("src", "data-src", "data-lazy-src", "data", "data-href", "href", "data-embed-src")
    references = [value for name in names if (value := attributes.get(name))]
    return Embed(player, references, caption, seen=not _is_dot(attributes))


class Picture(NamedTuple):
    """A picture, or the words that it draws."""

    url: str = ""
    caption: str = ""
    words: str = ""


def picture(attributes: Attributes, base: str) -> Picture | None:
    """Return what an element for pictures shows; None for a dot, or where neither address nor words are given."""
    if _is_dot(attributes):
        return None
    alternative = _caption(attributes, "alt")
    if alternative and _INLINE.search((attributes.get("class") or "")[:500].lower()):
        return Picture(words=alternative)
    url = next((url for reference in _references(attributes) if (url := _web(reference, base))), "")
    caption = alternative or _caption(attributes, "title")
    return Picture(url, caption) if url or caption else None


def _references(attributes: Attributes) -> list[str]:
    """Return the addresses of a picture, the best first: a lazy one's true address goes before its stand-in."""
    references = [attributes.get(name) for name in _LAZY]
    references += [_widest(value) for name in _LAZY_SETS if (value := attributes.get(name))]
    references.append(attributes.get("src"))
    references.append(_widest(attributes.get("srcset") or ""))
    return [reference for reference in references if reference and not reference.startswith("data:")]


def _widest(candidates: str) -> str:
    """Return the address of the widest of several sizes of a picture (HTML, 4.8.4.2.1), the first of equals."""
    best, widest = "", -1
    for candidate in candidates[:8_000].split(", "):
        words = candidate.split()
        found = _WIDTH.fullmatch(words[-1].rstrip(",")) if words else None
        width = int(found[1]) if found else 0
        if words and width > widest:
            best, widest = words[0].rstrip(","), width
    return best


def _is_dot(attributes: Attributes) -> bool:
    """Say whether a thing is of at most one pixel in a direction: nobody sees it, it counts visits."""
    for name in ("width", "height"):
        found = _SMALL.fullmatch((attributes.get(name) or "")[:20])
        if found and int(found[1]) <= 1:
            return True
    style = attributes.get("style")
    return style is not None and _SMALL_STYLE.search(style[:2_000]) is not None


def _caption(attributes: Attributes, *names: str) -> str:
    for name in names:
        written = attributes.get(name)
        line = text.line(written[: MAX_CAPTION * 4])[:MAX_CAPTION].strip() if written else ""
        if line:
            return line
    return ""


def _web(reference: str, base: str) -> str:
    url = text.url(reference, base) or ""
    return url if url.startswith(("http://", "https://")) else ""
