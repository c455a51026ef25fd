"""The records of Automattic's Liveblog, as posts.

Owns where records are in an answer and what their fields mean, in both forms: as fields (`render`, `entry_time`), and
as the markup that is put into the page as it is (`html`), which holds the text, the author and the second.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from feeds import jsonvalue
from feeds.errors import NotAFeedError
from feeds.flow import Response
from feeds.jsonvalue import Object
from feeds.liveblogs import fragments
from feeds.model import Post

if TYPE_CHECKING:
    from lxml.etree import _Element

LAST_SECOND = 1 << 40
MARK = b"liveblog-entry-"
"""What an answer of the older form holds beside its name for entries."""
_WHAT = "the entries of a WordPress live blog"
_COMMAND = re.compile(r"<span[^<>]{0,100}class=\"[^\"<>]{0,100}liveblog-command[^<>]{0,200}>[^<>]{0,100}</span>\s*")


def load(response: Response) -> object:
    """Return an answer that lists records. Raises `ParseError`."""
    found = jsonvalue.load(response, _WHAT)
    if listed(found) is None:
        reason = jsonvalue.line(found, "message")
        said = f" It says: “{reason[:100]}”." if reason else ""
        raise NotAFeedError(f"This is JSON, but not the entries of a WordPress live blog.{said}")
    return found


def peek(response: Response) -> bool:
    """Say whether an answer lists records."""
    if not jsonvalue.is_json(response, b'"entry_time"') and not jsonvalue.is_json(response, b'"entries"', MARK):
        return False
    return any(map(_is_entry, listed(jsonvalue.peek(response, _WHAT)) or []))


def listed(found: object) -> list[Object] | None:
    """Return the records of an answer, or of a list of key events; None where it holds no list."""
    if isinstance(found, list):
        entries = jsonvalue.objects(found)
        return entries if any(map(_is_entry, entries)) else None
    return jsonvalue.objects(found, "entries") if isinstance(jsonvalue.at(found, "entries"), list) else None


def _is_entry(found: Object) -> bool:
    if "id" in found and "entry_time" in found and ("render" in found or "html" in found or "content" in found):
        return True
    return "id" in found and MARK.decode() in jsonvalue.string(found, "html")


def name(entry: Object) -> str:
    """Return the id of an entry and its second as the API's calls name it; empty where it has none."""
    key, second = jsonvalue.identifier(entry, "id"), whole_number(entry, "timestamp")
    return f"{key}-{second}" if key.isascii() and key.isdigit() and len(key) <= jsonvalue.MAX_DIGITS else ""


def post(entry: Object, page: str) -> Post:
    """Return a record as a post. `timestamp` is when it was written, `entry_time` when the entry was."""
    from feeds import html

    markup = next((words for name in ("render", "html", "content") if (words := jsonvalue.string(entry, name))), "")
    key = jsonvalue.identifier(entry, "id")
    kind = jsonvalue.string(entry, "type")
    if kind == "delete" or (not kind and entry.get("html") == "" and not markup):
        return Post(key=key, withdrawn=True)
    if "entry_time" not in entry and MARK.decode() in markup:
        return _rendered(key, markup, page, edited=kind == "update")
    published = _second(entry, "entry_time") or _second(entry, "timestamp")
    recorded = _second(entry, "timestamp")
    names = [jsonvalue.line(author, "name") for author in jsonvalue.objects(entry, "authors")]
    names = names or [html.title(jsonvalue.string(entry, "author_link"))]
    return Post(
        key=key,
        url=jsonvalue.web(entry, "share_link", base=page),
        title=html.title(jsonvalue.string(entry, "entry_title") or jsonvalue.string(entry, "headline")),
        authors=tuple(dict.fromkeys(name for name in names if name)),
        published=published,
        updated=recorded if recorded and published and recorded > published else None,
        body=html.document(_COMMAND.sub("", markup), page),
        key_event=jsonvalue.at(entry, "key_event") in (True, "1", "true"),
    )


def _rendered(key: str, markup: str, page: str, *, edited: bool) -> Post:
    """Return an entry that is given as the page shows it. The second of an edit is that of the edit."""
    from feeds import html, text

    tree = html.tree(markup.encode("utf-8", "replace"), "utf-8")
    parts: dict[str, _Element] = {}
    stamp = ""
    for element in tree.iter("div", "span", "article", "li") if tree is not None else ():
        stamp = stamp or str(element.get("data-timestamp") or "")
        for each in fragments.classes(element):
            parts.setdefault(each, element)
    recorded = jsonvalue.when(jsonvalue.number(stamp))
    body, author = parts.get("liveblog-entry-text"), parts.get("liveblog-author-name")
    signed = html.title(fragments.words(author)) if author is not None else ""
    return Post(
        key=key,
        url=text.url(f"#{MARK.decode()}{key}", page) if page and key else None,
        authors=(signed,) if signed else (),
        published=None if edited else recorded,
        updated=recorded if edited else None,
        body=html.document(_COMMAND.sub("", fragments.markup(body)), page) if body is not None else (),
        key_event="type-key" in parts,
    )


def _second(entry: Object, name: str) -> datetime | None:
    return jsonvalue.when(jsonvalue.number(entry, name))


def whole_number(found: object, name: str) -> int:
    """Return a number of seconds or of pages; 0 where there is none."""
    value = jsonvalue.number(found, name) or 0
    return int(value) if 0 <= value < LAST_SECOND else 0
