"""What the elements of XML feeds mean, by feedparser's handlers.

Owns feedparser, and nobody else imports it. Keeps what its handlers would lose: ids and links as written with the base
they stand on, all authors, raw dates, repeated elements. Its sanitiser, its resolving of links and its reading of
dates are not used: they make ids depend on the feed's address, and several of their patterns take quadratic time.
Reads no document: what the handlers are told is decided by `feeds.xmlfeed`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from feeds import charset

_MAX_NAME = 1_000
"""Characters of an author's name."""

STANDARD = {uri.lower().rstrip("/"): prefix for uri, prefix in _FeedParserMixin.namespaces.items()} | {
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.google.com/schemas/play-podcasts/1.0": "itunes",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://purl.org/net/rss1.1#": "",
}
"""Name spaces by the prefix under which the handlers know their elements."""
_BASE64 = re.compile("[A-Za-z0-9+/]++={0,2}")
_VOID = frozenset({"</br>", "</img>", "</hr>", "</wbr>", "</source>", "</input>", "</embed>", "</track>", "</col>"})


class Handlers(_FeedParserMixin):  # type: ignore[misc]  # feedparser has no types
    """feedparser's state machine, told not to resolve, sanitise or interpret."""

    resolve_relative_uris = False
    sanitize_html = False

    def __init__(self) -> None:
        self.baseuri = ""
        self.lang: str | None = None
        self.encoding = ""
        self.base = ""
        super().__init__()

    def _normalize_attributes(self, pair: tuple[str, str]) -> tuple[str, str]:
        name, value = pair
        return name, value.lower() if name in ("rel", "type") else value

    def resolve_uri(self, uri: str) -> str:
        """Return an address as written."""
        return uri

    def handle_data(self, text: str, escape: int = 1) -> None:
        """Take text, or with `escape=0` a tag of markup that nobody escaped."""
        if escape or text not in _VOID:
            super().handle_data(text, escape)

    def _is_base64(self, attrs_d: dict[str, str], contentparams: dict[str, object]) -> int:
        # Some write a word of their own as the type, and text: «markdown».
        coded = attrs_d.get("mode") == "base64" or "/" in str(contentparams.get("type", ""))
        return super()._is_base64(attrs_d, contentparams) if coded else 0

    def pop(self, element: str, strip_whitespace: int = 1) -> str | None:
        """End an element: put right what was packed or encoded twice, and keep its text where it belongs."""
        if self.elementstack and self.elementstack[-1][0] == element:
            pieces = self.elementstack[-1][2]
            written = "".join(pieces)
            if self.contentparams.pop("base64", 0) and (found := _unpacked(written)) is not None:
                self.contentparams["text"] = True
                pieces[:] = [found]
            elif element != "id" and charset.once(written) != written:
                pieces[:] = map(charset.once, pieces)
        value = super().pop(element, strip_whitespace)
        return value if isinstance(value, str) else None

    def push_content(self, tag: str, attrs_d: dict[str, str], default_type: str, expecting_text: int) -> None:
        """Begin an element that may hold markup, and remember what its links stand on."""
        super().push_content(tag, attrs_d, default_type, expecting_text)
        self.contentparams["base"] = self.base

    def _start_item(self, attrs_d: dict[str, str]) -> None:
        super()._start_item(attrs_d)
        self.entries[-1]["base"] = self.base
        if self.lang:
            self.entries[-1]["language"] = self.lang

    _start_entry = _start_item

    def _start_guid(self, attrs_d: dict[str, str]) -> None:
        super()._start_guid(attrs_d)
        self._get_context()["permalink"] = self.guidislink
        if "ispermalink" in attrs_d and self.guidislink:
            self._get_context()["placed"] = self.base

    def _end_guid(self) -> None:
        self.pop("id")

    _end_id = _end_guid

    def _end_author(self) -> None:
        value = self.pop("author")
        self.inauthor = 0
        people = self._get_context().get("authors")
        if people and not people[-1] and value:
            people[-1]["text"] = value[:_MAX_NAME]

    _end_managingeditor = _end_author

    def _sync_author_detail(self, key: str = "author") -> None:
        """Do nothing: feedparser's pattern for «mail (name)» is quadratic, and the adapter reads the text."""

    def _start_itunes_subtitle(self, attrs_d: dict[str, str]) -> None:
        self.push("itunes_subtitle", 1)  # feedparser lets it overwrite the description

    def _end_itunes_subtitle(self) -> None:
        self.pop("itunes_subtitle")

    def _start_itunes_description(self, attrs_d: dict[str, str]) -> None:
        self._start_itunes_summary(attrs_d)  # Google's word for it

    def _end_itunes_description(self) -> None:
        self._end_itunes_summary()

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        # feedparser looks each new one up in the whole list.
        context = self._get_context()
        tags = context.setdefault("tags", [])
        if term or label:
            tags.append(FeedParserDict(term=term, scheme=scheme, label=label))
        elif scheme is not None or not tags or tags[-1]["term"]:
            tags.append(FeedParserDict(term=None, scheme=scheme, label=None))

    def _end_hour(self) -> None:
        self._repeated("hour")

    def _end_day(self) -> None:
        self._repeated("day")

    def _repeated(self, name: str) -> None:
        value = self.pop(name)
        if value:
            self.feeddata.setdefault(f"{name}s", []).append(value)

    def _start_media_player(self, attrs_d: dict[str, str]) -> None:
        self.push("media_player", 0)
        self._get_context().setdefault("media_players", []).append(attrs_d)

    def _end_media_player(self) -> None:
        self.pop("media_player")


# Dates are kept as written, each kind apart, the first of a kind: feedparser would read them at once, and
# file Dublin Core's under «updated».
_DATES = {
    "published": "published", "pubdate": "published", "issued": "issued", "dcterms_issued": "issued",
    "dc_date": "dated", "created": "created", "dcterms_created": "created",
    "updated": "updated", "modified": "updated", "dcterms_modified": "updated", "lastbuilddate": "updated",
    "expirationdate": "expires",
}  # fmt: skip


def _date_handlers(kind: str) -> tuple[Callable[[Handlers, dict[str, str]], None], Callable[[Handlers], None]]:
    def start(self: Handlers, attrs_d: dict[str, str]) -> None:
        self.push(f"date_{kind}", 1)

    def end(self: Handlers) -> None:
        value = self.pop(f"date_{kind}")
        if value:
            self._get_context().setdefault("dates", {}).setdefault(kind, value)

    return start, end


for _name, _kind in _DATES.items():
    _start, _end = _date_handlers(_kind)
    setattr(Handlers, f"_start_{_name}", _start)
    setattr(Handlers, f"_end_{_name}", _end)


def _unpacked(written: str) -> str | None:
    """Return the text that base64 stands for, or what is no base64 as it is; None where no text comes of it.

    What is neither text nor XML is base64 by law (RFC 4287, 4.1.3.3); some write text all the same.
    """
    compact = "".join(map(str.strip, written.splitlines()))
    if _BASE64.fullmatch(compact) is None:
        return written
    try:
        text = base64.b64decode(compact).decode("utf-8")
    except ValueError:
        return None
    return text if text.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable() else None
