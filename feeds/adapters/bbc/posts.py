"""One post of a BBC live page, in the data of either generation, as a post of ours.

Owns what the fields of a result mean, and the two trees of text: that of the pages up to about 2021 (nodes with a
`name` and `children`), and that of today's (blocks with a `type` and a `model`; bbc/simorgh). Where the results are in
an answer is the business of `feeds.adapters.bbc.data`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import escape

from feeds import dates, text
from feeds.model import Post
from feeds.schemaorg import linkeddata
from feeds.schemaorg.linkeddata import Node

MAX_PARTS = 20_000
"""Nodes or blocks read of one post."""
MAX_KEY = 500
PICTURE = "https://ichef.bbci.co.uk/ace/ws/800/{}/{}.webp"
"""Where a picture is that is given by its origin and locator (bbc/simorgh)."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_TOOK = timedelta(seconds=5)
"""Seconds between making and publishing that are no edit."""


def is_post(result: object) -> bool:
    """Say whether a value is a result as live pages list them, of either generation."""
    if not isinstance(result, dict):
        return False
    if isinstance(result.get("urn"), str):
        return isinstance(result.get("dates"), dict) or isinstance(result.get("content"), dict)
    return isinstance(result.get("assetId"), str) and "firstPublished" in result


def post(result: Node, page: str, language: str | None) -> Post:
    """Return a result as a post; `page` is the address of its live page."""
    return _new(result, page, language) if isinstance(result.get("urn"), str) else _old(result, page, language)


def tag(written: object) -> str | None:
    """Return a language as a BCP 47 tag; None where it is none."""
    name = linkeddata.string(written).strip().replace("_", "-")
    return name if _LANGUAGE.fullmatch(name) else None


def _old(result: Node, page: str, language: str | None) -> Post:
    from feeds import html

    name = _name(result.get("assetId"))
    published = _date(result.get("firstPublished"))
    written = _nodes(result.get("body")) or _paragraph(linkeddata.first(result, "summary"))
    contributor = result.get("contributor")
    signed = html.title(linkeddata.first(contributor, "name")) if isinstance(contributor, dict) else ""
    return Post(
        key=name,
        url=_web(result.get("url"), page) or text.url(f"#post_{name}", page),
        title=html.title(linkeddata.first(result, "title", "headline")),
        authors=(signed[:200],) if signed else (),
        published=published,
        updated=_edited((_date(result.get("lastUpdated")), _date(result.get("lastPublished"))), published),
        body=html.document(written, page),
        language=tag(result.get("language")) or language,
        key_event=_is_breaking(result),
    )


def _new(result: Node, page: str, language: str | None) -> Post:
    from feeds import html

    name = _name(result.get("urn"))
    stated = result.get("dates")
    when = stated if isinstance(stated, dict) else {}
    made = _date(when.get("firstPublished"))
    published = _date(when.get("curated")) or made
    title, signed, more = _header(_inner(result.get("header")))
    written = more + blocks(_inner(result.get("content")))
    if not written:
        written = _paragraph(_listed(result.get("descriptions"), "text"))
    return Post(
        key=name,
        url=_web(result.get("link"), page) or text.url(f"?post={name.replace(':', '%3A')}#post", page),
        title=html.title(title or _listed(result.get("titles"), "title")),
        authors=signed,
        published=published,
        updated=_edited((_date(when.get("lastPublished")),), made, published),
        body=html.document(written, page),
        language=language,
        key_event=_is_breaking(result),
    )


def _name(value: object) -> str:
    return text.line(value)[:MAX_KEY] if isinstance(value, str) else ""


def _date(value: object) -> datetime | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return dates.from_epoch(value)
    return dates.parse(value) if isinstance(value, str) else None


def _edited(changes: tuple[datetime | None, ...], *published: datetime | None) -> datetime | None:
    """Return when a post was edited last; None where it was published and left alone."""
    last = max((when for when in changes if when is not None), default=None)
    known = [when for when in published if when is not None]
    return last if last is not None and all(last - when > _TOOK for when in known) else None


def _is_breaking(result: Node) -> bool:
    options = result.get("options")
    return isinstance(options, dict) and True in (options.get("isBreakingNews"), options.get("isPriorityPost"))


def _web(value: object, page: str) -> str | None:
    written = linkeddata.address(value)
    url = text.url(written, page) if written else None
    return url if url and url.startswith(("http://", "https://")) else None


def _listed(value: object, name: str) -> str:
    found = (linkeddata.string(each.get(name)) for each in linkeddata.many(value) if isinstance(each, dict))
    return next((each for each in found if each), "")


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>" if words else ""


# ------------------------------------------------------------------ a tree of either generation as markup


def _walked(root: object, opened: Callable[[Node], tuple[str, list[object], str]]) -> str:
    """Return a tree as markup: `opened` says what stands before the parts of a node, which they are, what behind."""
    out: list[str] = []
    waiting: list[object] = linkeddata.many(root)[::-1]
    for _ in range(MAX_PARTS):
        if not waiting:
            break
        part = waiting.pop()
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, dict):
            before, inner, behind = opened(part)
            out.append(before)
            waiting.append(behind)
            waiting.extend(each for each in reversed(inner) if isinstance(each, dict))
    return "".join(out)


# ------------------------------------------------------------------ pages up to about 2021

_OLD_TAGS = {
    "paragraph": "p",
    "bold": "b",
    "italic": "i",
    "listItem": "li",
    "crosshead": "h3",
    "heading": "h3",
    "quote": "blockquote",
    "blockquote": "blockquote",
}


def _nodes(body: object) -> str:
    return _walked(body, _node)


def _node(node: Node) -> tuple[str, list[object], str]:
    name = linkeddata.string(node.get("name"))
    children = linkeddata.many(node.get("children"))
    if name == "text":
        return escape(_string(node.get("text"))), [], ""
    if name == "list":
        ordered = "ordered" in (_attribute(node, "type") or "") and "unordered" not in (_attribute(node, "type") or "")
        return ("<ol>", children, "</ol>") if ordered else ("<ul>", children, "</ul>")
    if name == "link":
        return _old_link(children)
    if name == "image":
        alternative = linkeddata.first(node, "altText")
        caption = linkeddata.first(node, "caption")
        return picture(linkeddata.string(node.get("href")), alternative, caption), [], ""
    if name == "embed":
        return _frame(_text_of(_child(children, "href"))), [], ""
    if name in ("video", "audio", "media"):
        where, title = linkeddata.first(node, "href", "url"), linkeddata.first(node, "title", "caption", "altText")
        kind = "audio" if name == "audio" else "video"
        return f'<{kind} src="{escape(where)}" title="{escape(title)}"></{kind}>', [], ""
    tag = _OLD_TAGS.get(name)
    return (f"<{tag}>", children, f"</{tag}>") if tag else ("", children, "")


def _old_link(children: list[object]) -> tuple[str, list[object], str]:
    caption, where = _child(children, "caption"), _child(children, "url")
    reference = _attribute(where, "href") if isinstance(where, dict) else None
    shown: list[object] = [caption] if isinstance(caption, dict) else []
    return (f'<a href="{escape(reference)}">', shown, "</a>") if reference else ("", shown, "")


def _child(children: list[object], name: str) -> object:
    return next((each for each in children if isinstance(each, dict) and each.get("name") == name), None)


def _text_of(node: object) -> str:
    """Return the text directly inside a node."""
    children = linkeddata.many(node.get("children")) if isinstance(node, dict) else []
    return "".join(_string(each.get("text")) for each in children if isinstance(each, dict)).strip()


def _attribute(node: Node, name: str) -> str | None:
    for each in linkeddata.many(node.get("attributes")):
        if isinstance(each, dict) and each.get("name") == name:
            return _string(each.get("value")) or None
    return None


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


# ------------------------------------------------------------------ pages of today

_NEW_TAGS = {
    "paragraph": "p",
    "orderedList": "ol",
    "unorderedList": "ul",
    "listItem": "li",
    "headline": "h2",
    "subheadline": "h3",
    "subheading": "h3",
    "quote": "blockquote",
    "blockquote": "blockquote",
}
_STYLES = {"bold": "b", "italic": "i", "strikethrough": "s"}


def blocks(found: list[object]) -> str:
    """Return blocks as markup."""
    return _walked(found, _block)


def _header(found: list[object]) -> tuple[str, tuple[str, ...], str]:
    """Return the headline of a post, who signed it, and the rest of its header as markup, which is shown below it."""
    from feeds import html

    title, names, rest = "", [], []
    for block in found:
        kind = block.get("type") if isinstance(block, dict) else None
        if not isinstance(block, dict):
            continue
        if kind == "headline" and not title:
            title = words(block)
        elif kind == "contributor":
            named = next((each for each in _all(block) if each.get("type") == "name"), block)
            names.append(html.title(words(named))[:200])
        elif said := words(block):
            rest.append(f"<p><b>{escape(said)}</b></p>")
    return title, tuple(filter(None, dict.fromkeys(names))), "".join(rest)


def _inner(value: object) -> list[object]:
    """Return the blocks inside a block, or inside what has a model."""
    model = value.get("model") if isinstance(value, dict) else None
    return linkeddata.many(model.get("blocks")) if isinstance(model, dict) else []


def _all(root: object) -> Iterator[Node]:
    """Yield a block and every block inside it, in their order."""
    waiting = [root]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        block = waiting.pop()
        if isinstance(block, dict):
            yield block
            waiting.extend(reversed(_inner(block)))


def words(root: object) -> str:
    """Return the text of a block, in one line: that of its fragments, else what the innermost models say."""
    said = [_model(block, "text") for block in _all(root) if block.get("type") == "fragment"]
    if not said:
        said = [_model(block, "text") for block in _all(root) if not _inner(block)]
    return " ".join("".join(said).split())


def _model(block: Node, *names: str) -> str:
    model = block.get("model")
    found = (model.get(name) for name in names) if isinstance(model, dict) else ()
    return next((each for each in found if isinstance(each, str) and each), "")


def _block(block: Node) -> tuple[str, list[object], str]:
    kind = linkeddata.string(block.get("type"))
    inner = _inner(block)
    if kind == "fragment":
        return _fragment(block), [], ""
    if kind == "urlLink":
        before, behind = f'<a href="{escape(_model(block, "locator", "href", "url"))}">', "</a>"
        return (before, inner, behind) if inner else (before + escape(_model(block, "text")), [], behind)
    if kind == "image":
        return _picture(block), [], ""
    if kind in ("video", "audio"):
        title = next((each for part in _all(block) if (each := _model(part, "title"))), "") or _part(block, "caption")
        return f'<{kind} title="{escape(title)}"></{kind}>', [], ""
    if kind in ("social", "oEmbed", "embed", "include"):
        return _social(block), [], ""
    tag = _NEW_TAGS.get(kind)
    if not inner and (said := _model(block, "text")):
        return (f"<{tag}>{escape(said)}</{tag}>" if tag else escape(said)), [], ""
    return (f"<{tag}>", inner, f"</{tag}>") if tag else ("", inner, "")


def _fragment(block: Node) -> str:
    model = block.get("model")
    styles = linkeddata.many(model.get("attributes")) if isinstance(model, dict) else []
    out = escape(_model(block, "text"))
    for style in styles[:10]:
        if isinstance(style, str) and style in _STYLES:
            out = f"<{_STYLES[style]}>{out}</{_STYLES[style]}>"
    return out


def _part(block: Node, kind: str) -> str:
    """Return the text of the first block of a kind inside a block."""
    return next((words(part) for part in _all(block) if part.get("type") == kind), "")


def _picture(block: Node) -> str:
    raw = next((part for part in _all(block) if part.get("type") == "rawImage"), block)
    where = _model(raw, "url", "locator")
    if where and not where.startswith(("http://", "https://", "//")):
        where = PICTURE.format(_model(raw, "originCode") or "cpsprodpb", where)
    return picture(where, _part(block, "altText") or _model(raw, "altText"), _part(block, "caption"))


def picture(where: str, alternative: str, caption: str) -> str:
    """Return a picture as markup."""
    if not (where or alternative or caption):
        return ""
    image = f'<img src="{escape(where)}" alt="{escape(alternative)}">'
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>" if caption else image


def _social(block: Node) -> str:
    """Return somebody else's post: as its publisher writes it for others' pages, else its address."""
    where = ""
    for part in _all(block):
        model = part.get("model")
        embedded = model.get("oembed") if isinstance(model, dict) else None
        if isinstance(embedded, dict) and (written := linkeddata.first(embedded, "html")):
            return written
        where = where or _model(part, "source", "href", "url", "locator")
    return _frame(where)


def _frame(where: str) -> str:
    return f'<iframe src="{escape(where)}"></iframe>' if where else ""
