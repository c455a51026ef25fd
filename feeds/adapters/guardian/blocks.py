"""The blocks of a Guardian live blog as the Guardian's own data describes them, as posts.

Owns where blocks are in the data a page is rendered from (`?dcr=true`) and in an answer of the Content API, and what
the fields of a block and of its elements mean. Blocks as they stand in a page are read by `guardian.pages`.
Field names and meanings are those of guardian/dotcom-rendering and of the Content API's documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from msgspec.structs import replace

from feeds import dates, text
from feeds.model import Post
from feeds.schemaorg import jsonrepair, linkeddata
from feeds.schemaorg.linkeddata import Node

MAX_BLOCKS = 5_000
"""Blocks read of one answer; a closed cricket blog had 123."""
MAX_ELEMENTS = 1_000
"""Elements read of one block."""
MAX_NAMES = 20
MAX_KEY = 500

_ID = re.compile(r"(?:block-)?([0-9a-f]{24})")
_APP_LINK = re.compile(r"x-gu://item/[^/\"'\s]{1,100}/(?:[a-z]{2,3}/)?items/")
_FILM = re.compile(r"youtube|video|media(?:atom)?\Z|vine|vimeo", re.IGNORECASE)
_MARKS = ('"blocks"', '"requestedBodyBlocks"', '"numNewBlocks"')
_KNOWN = frozenset({"blockFirstPublished", "blockCreatedOn", "bodyHtml"})
_OLDER = re.compile(r"with:block-([0-9a-f]{24})")
_SOUND = re.compile(r"audio|spotify|soundcloud|podcast", re.IGNORECASE)


# ------------------------------------------------------------------ where they are


def load(written: str) -> Node | None:
    """Return the data of a live blog that a JSON text holds; None where it holds something else.

    That of an answer of the update endpoint has the key `numNewBlocks`. Raises `ParseError` for broken JSON.
    """
    if not any(mark in written for mark in _MARKS):
        return None
    value = next(iter(jsonrepair.load(written).values), None)
    response = value.get("response") if isinstance(value, dict) else None
    content = response.get("content") if isinstance(response, dict) else None
    data = content if isinstance(content, dict) else value
    if not isinstance(data, dict):
        return None
    if is_update(data) or any(block.keys() & _KNOWN for block in listed(data)):
        return data
    return data if data.get("blocks") == [] and data.get("webTitle") else None


def is_update(data: Node) -> bool:
    """Say whether data is an answer of the update endpoint: markup of the blocks that are new, and their number."""
    return isinstance(data.get("numNewBlocks"), int)


def listed(data: Node) -> list[Node]:
    """Return the blocks that data lists."""
    blocks = data.get("blocks")
    if isinstance(blocks, dict):
        requested = blocks.get("requestedBodyBlocks")
        blocks = blocks.get("body") or (next(iter(requested.values()), None) if isinstance(requested, dict) else None)
    return [block for block in linkeddata.many(blocks)[:MAX_BLOCKS] if isinstance(block, dict)]


def posts(data: Node, page: str, language: str | None) -> list[Post]:
    """Return the blocks that data lists as posts, in its order; `page` is the address of the blog.

    The one that is pinned stands in its place where that is listed, else first.
    """
    marked = {key(block.get("id")) for block in linkeddata.many(data.get("keyEvents")) if isinstance(block, dict)}
    top = data.get("pinnedPost")
    pinned = key(top.get("id")) if isinstance(top, dict) else ""
    read: dict[str, Post] = {}
    for place, block in enumerate(listed(data)):
        found = post(block, page, language)
        important, first = found.key_event or found.key in marked, found.pinned or (found.key == pinned != "")
        read.setdefault(found.key or f"#{place}", replace(found, key_event=important, pinned=first))
    if isinstance(top, dict) and pinned and pinned not in read:
        return [replace(post(top, page, language), pinned=True), *read.values()]
    return list(read.values())


def older(data: Node) -> str:
    """Return the id of a block on the next older page; empty where there is none."""
    pagination = data.get("pagination")
    found = _OLDER.search(linkeddata.string(pagination.get("older"))) if isinstance(pagination, dict) else None
    return found[1] if found else ""


# ------------------------------------------------------------------ one block


def key(written: object) -> str:
    """Return the id of a block, whether it is written with or without `block-` before it; empty where there is none."""
    if not isinstance(written, str):
        return ""
    found = _ID.fullmatch(written.strip())
    return found[1] if found else text.line(written)[:MAX_KEY]


def address(page: str, name: str) -> str | None:
    """Return where a block can be read: on the site, the page of the blog that holds it, as its own links have it."""
    query = f"?page=with:block-{name}" if "theguardian.com/" in page else ""
    return text.url(f"{query}#block-{name}" if name else page, page)


def is_key_event(block: Node) -> bool:
    """Say whether a block is marked as important: a key event, or a summary, which the Guardian lists among them."""
    attributes = block.get("attributes")
    return isinstance(attributes, dict) and (attributes.get("keyEvent") is True or attributes.get("summary") is True)


def is_pinned(block: Node) -> bool:
    """Say whether a block is marked as the one that is kept on top."""
    attributes = block.get("attributes")
    return isinstance(attributes, dict) and attributes.get("pinned") is True


def post(block: Node, page: str, language: str | None = None) -> Post:
    """Return a block as a post; `page` is the address of its blog."""
    from feeds import html

    name = key(block.get("id"))
    published = _first_date(block, "blockFirstPublished", "firstPublishedDate", "publishedDate", "blockCreatedOn")
    updated = _first_date(block, "blockLastUpdated", "lastModifiedDate")
    written = block.get("bodyHtml")
    if not isinstance(written, str) or not written.strip():
        elements = linkeddata.many(block.get("elements"))[:MAX_ELEMENTS]
        written = "\n".join(element(each) for each in elements if isinstance(each, dict))
    return Post(
        key=name,
        url=address(page, name),
        title=html.title(linkeddata.string(block.get("title"))),
        authors=tuple(dict.fromkeys(_authors(block))),
        published=published,
        updated=later(updated, published),
        body=html.document(links(written), page),
        language=language,
        key_event=is_key_event(block),
        pinned=is_pinned(block),
    )


def later(updated: datetime | None, published: datetime | None) -> datetime | None:
    """Return when a block was edited; None where that is no later than when it was published.

    Every block has such a date: the seconds it took to publish it are no edit.
    """
    return None if updated is None or (published is not None and updated <= published) else updated


def links(written: str) -> str:
    """Return markup with the links of the Guardian's app as addresses of its site."""
    return _APP_LINK.sub("https://www.theguardian.com/", written) if "x-gu:" in written else written


def _first_date(block: Node, *names: str) -> datetime | None:
    for name in names:
        value = block.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            when = dates.from_epoch(value)
        else:
            when = dates.parse(value) if isinstance(value, str) else None
        if when is not None:
            return when
    return None


def _authors(block: Node) -> Iterator[str]:
    from feeds import html

    for contributor in linkeddata.many(block.get("contributors"))[:MAX_NAMES]:
        # The Content API gives ids («profile/…»), which name nobody.
        if isinstance(contributor, dict) and (name := html.title(linkeddata.first(contributor, "name", "webTitle"))):
            yield name[:200]


# ------------------------------------------------------------------ elements


def element(found: Node) -> str:
    """Return an element of a block as markup; empty for one of which there is nothing to show."""
    kind = linkeddata.string(found.get("_type")).rpartition(".")[2].removesuffix("BlockElement")
    if kind == "Image":
        return _image(found)
    if kind == "Divider":
        return "<hr>"
    if kind == "RichLink":
        return _rich_link(found)
    if "youtube" in kind.lower() or not (written := _text(found)):
        return medium(found, kind)
    return written


def _text(found: Node) -> str:
    return next((each for name in ("html", "body") if isinstance(each := found.get(name), str) and each.strip()), "")


def medium(found: Node, kind: str) -> str:
    """Return something to look at or to listen to as markup: its address and its title."""
    caption = escape(linkeddata.first(found, "mediaTitle", "title", "caption", "alt", "text"))
    number = linkeddata.string(found.get("assetId"))
    where = f"https://www.youtube.com/watch?v={number}" if re.fullmatch(r"[\w-]{5,20}", number) else _address(found)
    if not where:
        return ""
    tag = "audio" if _SOUND.search(kind) else "video" if _FILM.search(kind) else "iframe"
    return f'<{tag} src="{escape(where)}" title="{caption}"></{tag}>'


def _address(found: Node) -> str:
    for name in ("originalUrl", "url", "trackUrl", "embedUrl", "src", "assets"):
        for each in linkeddata.many(found.get(name))[:MAX_NAMES]:
            where = linkeddata.address(each)
            if where.startswith(("https://", "http://", "//")):
                return where
    return ""


def _image(found: Node) -> str:
    data = found.get("data")
    about = data if isinstance(data, dict) else {}
    caption = " ".join(filter(None, (linkeddata.string(about.get(name)) for name in ("caption", "credit"))))
    alternative = escape(linkeddata.string(about.get("alt")))
    media = found.get("media")
    where = _widest(linkeddata.many(media.get("allImages"))) if isinstance(media, dict) else ""
    if not (where or caption or alternative):
        return ""
    picture = f'<img src="{escape(where)}" alt="{alternative}">'
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>" if caption else picture


def _widest(images: Iterable[object]) -> str:
    """Return the address of the widest of several sizes of a picture, the first of equals."""
    best, widest = "", -1
    for image in images:
        fields = image.get("fields") if isinstance(image, dict) else None
        width = linkeddata.string(fields.get("width")) if isinstance(fields, dict) else ""
        size = int(width) if width.isascii() and width.isdigit() and len(width) < 7 else 0
        if size > widest and (where := linkeddata.address(image)):
            best, widest = where, size
    return best


def _rich_link(found: Node) -> str:
    where, words = linkeddata.address(found.get("url")), linkeddata.string(found.get("text"))
    before = linkeddata.string(found.get("prefix")) or "Related: "
    return f'<p>{escape(before)} <a href="{escape(where)}">{words or escape(where)}</a></p>' if where else ""
