"""Live stories of CNN, as their pages carried them to about 2021: the state of the page's program, in base64.

Owns where that state is in a page and what its objects mean. They refer to one another by id; posts hold paragraphs
of text as HTML, pictures, films and what others have written. Times that are shown are prose of the East Coast and
are not read. Later pages describe themselves in JSON-LD and are read as such.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from feeds import jsonvalue, text
from feeds import sniff as sniffing
from feeds.document import Block, Document, Media, paragraphs
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.model import Batch, Coverage, Extent, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

_STATE = re.compile(rb"__APOLLO_STATE__\s{0,9}=\s{0,9}[\"']([A-Za-z0-9+/=]{16,})[\"']")
_PATH = re.compile(r"/(?:[a-z0-9-]{1,40}/){0,3}live-news/.{1,400}")
_HOSTS = ("cnn.com",)
_BY = re.compile(r"\A(?:from|by)\s+", re.IGNORECASE)
_ENDED = frozenset({"complete", "completed", "ended", "closed", "archived", "inactive"})
_TOUCHED = timedelta(seconds=1)
"""What saving a post takes: a change within it is none."""


class Cnn:
    """The adapter for live stories of CNN."""

    name = "cnn"

    def claim(self, url: str) -> Confidence:
        """Say whether an address looks like a live story's: later ones are of another form; see `flow.Adapter`."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return Confidence.NO
        theirs = any(host == each or host.endswith(f".{each}") for each in _HOSTS)
        return Confidence.LIKELY if theirs and _PATH.fullmatch(parts.path) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether a page carries a live story; see `flow.Adapter`."""
        try:
            state = _state(response)
        except ParseError:
            return Confidence.NO
        return Confidence.MINE if state and _story(state) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the page: one conditional request; see `flow.Adapter`."""
        return _read((yield Request(visit.url, headers=(("accept", "text/html"),), conditional=True)))


def _state(response: Response) -> Object:
    """Return the objects a page carries, by their ids; none where it carries none. Raises `ParseError`."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        raise sniffing.not_a_feed(sniffed, response)
    found = _STATE.search(sniffing.unpack(response, sniffed))
    if found is None:
        return {}
    try:
        state = json.loads(base64.b64decode(found[1]), parse_constant=lambda _: None)
    except (binascii.Error, ValueError, RecursionError):
        raise ParseError("The page carries a live story, but it cannot be read: it is damaged.") from None
    return state if isinstance(state, dict) else {}


def _story(state: Object) -> Object:
    """Return the live story among the objects: of several, the one with the most posts."""
    stories = [each for each in state.values() if jsonvalue.string(each, "__typename") == "LivestoryWebData"]
    return jsonvalue.mapping(max(stories, key=lambda each: len(list(_references(each))), default=None))


def _references(story: object) -> Iterator[tuple[str, bool]]:
    """Yield the ids of the posts of a story as they are listed, and whether each is pinned."""
    fields = jsonvalue.mapping(story)
    for reference in jsonvalue.items(fields, "pinnedPosts"):
        yield jsonvalue.string(reference, "id"), True
    for name in fields:
        if name.partition("(")[0] == "unpinnedPosts":
            for reference in jsonvalue.items(fields, name):
                yield jsonvalue.string(reference, "id"), False


def _read(response: Response) -> Batch:
    """Read a page that carries a live story. Raises `ParseError`."""
    from feeds import html

    state = _state(response)
    story = _story(state)
    if not story:
        raise NotAFeedError("This web page carries no live story of CNN.")
    page = next((each for each in state.values() if jsonvalue.string(each, "__typename") == "NewsWebData"), None)
    link = jsonvalue.web(page, "canonicalUrl", base=response.url) or response.url
    posts: dict[str, Post] = {}
    for reference, pinned in _references(story):
        found = jsonvalue.mapping(state, reference)
        key = jsonvalue.identifier(found, "id") or jsonvalue.identifier(reference.removeprefix("Post:"))
        if found or key:
            posts.setdefault(key or f"\0{len(posts)}", _post(found, key, link, pinned=pinned))
    title = html.title(jsonvalue.string(page, "title") or jsonvalue.string(story, "headline"))
    status = jsonvalue.line(story, "activityStatus").lower()
    loose = sum(not post.pinned for post in posts.values())
    count = jsonvalue.number(story, "unpinnedPostsCount")
    return Batch(
        Kind.LIVEBLOG,
        posts=tuple(posts.values())[:MAX_ENTRIES],
        title=title,
        description=jsonvalue.line(page, "description"),
        link=link,
        coverage=Coverage(
            headline=title,
            description=paragraphs(jsonvalue.line(page, "description")),
            started=jsonvalue.when(page, "firstPublishDate"),
            live=True if status == "live" else False if status in _ENDED else None,
        ),
        extent=Extent.WHOLE if count is not None and 0 < count <= loose else Extent.PART,
    )


# ------------------------------------------------------------------ one post


def _post(found: Object, key: str, link: str, *, pinned: bool) -> Post:
    published = jsonvalue.when(found, "firstPublishDate")
    changed = jsonvalue.when(found, "lastPublishDate")
    return Post(
        key=key,
        url=text.url(f"#{key}", link) if key else None,
        title=_words(found, "headline"),
        authors=tuple(name for name in (_BY.sub("", _words(found, "byline"), count=1),) if name),
        published=published,
        updated=changed if changed and published and changed - published > _TOUCHED else None,
        body=_body(found, link),
        pinned=pinned,
    )


def _words(found: Object, name: str) -> str:
    """Return the text of a field that holds paragraphs, in one line."""
    lines = (jsonvalue.line(each, "plaintext") for each in jsonvalue.objects(found, name, "json"))
    return " ".join(line for line in lines if line)[:2_000].rstrip()


def _body(found: Object, link: str) -> Document:
    from feeds import html

    body: list[Block] = []
    for paragraph in jsonvalue.objects(found, "content", "json"):
        written = jsonvalue.string(paragraph, "richtext")
        if written.strip():
            body.extend(html.document(written, link))
        else:
            body.extend(paragraphs(text.clean(jsonvalue.string(paragraph, "plaintext")).strip()))
        for element in jsonvalue.objects(paragraph, "elements"):
            body.extend(_element(jsonvalue.mapping(element, "target"), link))
    return tuple(body)


def _element(target: Object, link: str) -> Document:
    """Return what stands for a picture, a film or a text of others."""
    from feeds import html

    kind = jsonvalue.string(target, "type")
    if kind == "photoEmbed":
        caption = " ".join(jsonvalue.line(each, "plaintext") for each in jsonvalue.objects(target, "caption")).strip()
        url = jsonvalue.web(target, "url", base=link)
        return (Media("image", url or "", caption),) if url or caption else ()
    if kind == "video":
        urls = jsonvalue.mapping(target, "cdnUrls")
        films = (jsonvalue.web(urls, name, base=link) for name in urls)
        url = jsonvalue.web(target, "url", base=link) or next((film for film in films if film), "")
        caption = jsonvalue.line(target, "title") or jsonvalue.line(target, "slug")
        return (Media("video", url, caption),) if url or caption else ()
    inner = html.document(jsonvalue.string(target, "oembed", "html"), link)
    url = jsonvalue.web(target, "oembed", "url", base=link)
    return inner or ((Media("embed", url, jsonvalue.line(target, "oembed", "title")),) if url else ())
