"""One post of a Superdesk live blog: groups of items, as a post of ours.

Owns what the fields of a post and of its items mean: texts, pictures and embeds are kept, advertisements are not.
"""

from __future__ import annotations

import re

from feeds import jsonvalue
from feeds.document import BOLD, Block, Document, Media, Paragraph, Run
from feeds.jsonvalue import Object
from feeds.model import Post

_ADVERTISEMENT = re.compile(r"\s*advert", re.IGNORECASE)


def is_post(found: Object) -> bool:
    """Say whether a value is a post as the API lists them."""
    return "_id" in found and isinstance(found.get("groups"), list)


def post(found: Object, base: str) -> Post | None:
    """Return a post, None for one that is nothing but an advertisement."""
    key = jsonvalue.identifier(found, "_id")
    if found.get("deleted") is True or jsonvalue.string(found, "post_status") not in ("", "open"):
        return Post(key=key, withdrawn=True)
    items = _main(found)
    kept = [item for item in items if not _ADVERTISEMENT.match(jsonvalue.string(item, "item_type"))]
    if items and not kept:
        return None
    published = jsonvalue.when(found, "published_date") or jsonvalue.when(found, "firstcreated")
    changed = jsonvalue.when(found, "content_updated_date")
    return Post(
        key=key,
        authors=_authors(found, kept),
        published=published,
        updated=changed if changed and published and changed > published else None,
        body=tuple(block for item in kept for block in _body(item, base)),
        language=jsonvalue.line(found, "language")[:40] or None,
        key_event=found.get("lb_highlight") is True,
        pinned=found.get("sticky") is True,
    )


def _main(found: Object) -> list[Object]:
    refs = [
        ref
        for group in jsonvalue.objects(found, "groups")
        if group.get("id") == "main"
        for ref in jsonvalue.objects(group, "refs")
    ]
    return [item for ref in refs if isinstance(item := ref.get("item"), dict)]


def _authors(found: Object, items: list[Object]) -> tuple[str, ...]:
    """Return who wrote a post: its byline, else whoever made it."""
    for each in (found, *items):
        name = jsonvalue.line(each, "byline") or jsonvalue.line(each, "original_creator", "display_name")
        if name:
            return (name,)
    return ()


def _body(item: Object, base: str) -> Document:
    from feeds import html

    meta = jsonvalue.mapping(item, "meta")
    body: list[Block] = list(html.document(jsonvalue.string(item, "text"), base))
    kind = jsonvalue.string(item, "item_type")
    if kind == "comment" and body and (name := jsonvalue.line(item, "commenter")):
        body.insert(0, Paragraph((Run(f"{name}:", BOLD),)))
    if not body and kind == "image":
        url = jsonvalue.web(meta, "media", "renditions", "viewImage", "href", base=base)
        caption = html.title(jsonvalue.string(meta, "caption"))
        return (Media("image", url or "", caption),) if url or caption else ()
    if not body and kind == "embed":
        url = jsonvalue.web(meta, "original_url", base=base) or jsonvalue.web(meta, "url", base=base)
        inner = html.document(jsonvalue.string(meta, "html"), base)
        return inner or ((Media("embed", url, html.title(jsonvalue.string(meta, "title"))),) if url else ())
    return tuple(body)
