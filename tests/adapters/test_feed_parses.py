"""A hundred and twenty feeds of other people, entry by entry, against the complete parses that lie beside them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from feeds.model import Post
from tests.adapters.test_feed_samples import batch
from tests.support import shared as collection

SAMPLES = collection.FOLDER / "samples" / "feeds"

Fields = dict[str, object]
"""What a peer says of an entry: `title`, `id`, `link`, `published`, `authors`, `tags`, `enclosures`."""

# What the peers' parses state and we differ from on purpose, by reason.
_ENCLOSURE = "an episode without title, link and id has none here: the peer makes them of its enclosure"
_AUTHORS = "all authors are shown, each once: the item's, Dublin Core's, the podcast's, without their mail addresses"
_OTHER_AUTHORS = "`authors` goes before `author` (JSON Feed 1.1), which the peer shows as well"
_PEERS_DATE = "the peer keeps the date as it is written"
_PLAYER = "a player's page and the same file again are no enclosures"
_GUID = "an address on no web is no link, and an id stays as it is written"
_KEYWORDS = "the podcast's keywords are tags as well"
DELIBERATE = {
    ("feed-rs/jsonfeed/jsonfeed_elastic_1.1.json", "authors"): _OTHER_AUTHORS,
    ("feed-rs/rss2/rss_2.0_relurl_1.xml", "authors"): _AUTHORS,
    ("feedsmith/atom/atom-ns.xml", "authors"): _AUTHORS,
    ("feedsmith/rss/rss-20.xml", "authors"): _AUTHORS,
    ("feedsmith/rss/rss-ns.xml", "authors"): _AUTHORS,
    ("rss-parser/in/itunes-keywords.rss", "authors"): _AUTHORS,
    ("rss-parser/in/itunes-keywords.rss", "tags"): _KEYWORDS,
    ("rss-parser/in/uolNoticias.rss", "published"): _PEERS_DATE,
    ("feed-rs/rss2/rss_2.0_bbc.xml", "enclosures"): _PLAYER,
    ("feed-rs/rss2/rss_2.0_ch9.xml", "enclosures"): "the item's enclosure goes before Media RSS",
    ("feed-rs/rss2/rss_2.0_nightvale.xml", "enclosures"): _PLAYER,
    ("feed-rs/rss2/rss_2.0_spiegel.xml", "enclosures"): _PLAYER,
    ("podcastparser/multi_enclosures.rss", "enclosures"): _PLAYER,
    ("podcastparser/image_and_audio.rss", "link"): _GUID,
    ("podcastparser/no_title.rss", "title"): _ENCLOSURE,
    ("podcastparser/no_guid.rss", "title"): _ENCLOSURE,
    ("podcastparser/no_enclosure.rss", "count"): "an entry without an enclosure is an entry",
    ("podcastparser/no_title_multi_enclosure.rss", "count"): "an entry without a title is an entry",
}


_HASH = re.compile("[0-9a-f]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def documents() -> Iterator[tuple[str, Path, Callable[[object], list[Fields]]]]:
    for path in SAMPLES.glob("fastfeedparser/integration/*.xml"):
        yield _name(path), path.with_suffix(".json"), _fastfeedparser
    for path in SAMPLES.glob("feed-rs/*/*.serde.json"):
        for ending in (".xml", ".json"):
            document = path.with_name(path.name.replace(".serde.json", ending))
            if document.exists():
                yield _name(document), path, _feed_rs
    for path in SAMPLES.glob("feedsmith/*/*.xml"):
        yield _name(path), path.with_suffix(".json"), _feedsmith
    for path in SAMPLES.glob("rss-parser/expected/*.json"):
        for document in SAMPLES.glob(f"rss-parser/in/{path.stem}.*"):
            yield _name(document), path, _rss_parser
    for path in SAMPLES.glob("podcastparser/*.rss"):
        yield _name(path), path.with_suffix(".json"), _podcastparser


def test_what_the_peers_make_of_the_samples_is_what_we_make_of_them(shared: Path) -> None:
    facts = 0
    failures: dict[tuple[str, str], tuple[object, object]] = {}
    for name, path, entries in sorted(documents(), key=lambda one: one[0]):
        wanted, posts = entries(json.loads(path.read_text())), batch(name).posts
        if len(wanted) != len(posts):
            failures[name, "count"] = (len(posts), len(wanted))
            continue
        for post, fields in zip(posts, wanted, strict=True):
            for kind, value in fields.items():
                if value not in (None, "", [], 0):
                    facts += 1
                    if not _holds(kind, post, value):
                        failures[name, kind] = (getattr(post, kind, post.key), value)
    assert facts > 2_400
    assert {place: what for place, what in failures.items() if place not in DELIBERATE} == {}
    assert DELIBERATE.keys() - failures.keys() == set(), "no longer different"


def _holds(kind: str, post: Post, value: object) -> bool:
    written = str(value).strip()
    match kind:
        case "title":
            # Where the peer took the wrong encoding it says so by this mark.
            return "\ufffd" in written or _shown(written) == _shown(post.title)
        case "id":
            # An id that the document does not have is made of the link, the enclosure or a hash.
            made = _HASH.fullmatch(written) is not None or (not post.key and written in _addresses(post))
            return made or post.key in (written, _end(written))
        case "link":
            found = post.url or ""
            counter = "feedproxy.google.com" in written
            return counter or found.rstrip("/").endswith(written.rstrip("/")) or written.startswith("file:")
        case "published":
            when = post.published or post.updated
            return when is not None and abs((when - _when(written)).total_seconds()) < 1
        case "enclosures":
            return [enclosure.url for enclosure in post.enclosures] == value
        case _:
            names = value if isinstance(value, list) else [value]
            return {_shown(name) for name in names} == set(map(_shown, getattr(post, kind)))


def _addresses(post: Post) -> set[str | None]:
    return {post.url, *(enclosure.url for enclosure in post.enclosures)}


def _end(written: str) -> str:
    """An id that the peer resolved against the folder its tests lie in, or against the feed's base."""
    return re.sub(r"\A(?:file://tests/data/|http://example\.com/podcast/)", "", written)


def _when(written: str) -> datetime:
    try:
        found = datetime.fromtimestamp(int(written), UTC)
    except ValueError:
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            try:
                found = parsedate_to_datetime(written)
            except ValueError:
                return datetime.max.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(value: object) -> str:
    bare = re.sub(r"</?(?:[a-z]+)(?:\s[^<>]*)?>", "", html.unescape(html.unescape(str(value or ""))))
    return " ".join(bare.split()).lower()


def _name(path: Path) -> str:
    return str(path.relative_to(SAMPLES))


# ------------------------------------------------------------------ the peers' forms


def _get(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _first(value: object, *keys: str) -> object:
    return next((found for key in keys if (found := _get(value, key))), None)


def _many(value: object, key: str) -> list[object]:
    found = _get(value, key)
    return found if isinstance(found, list) else []


def _alternate(entry: object) -> object:
    links = (link for link in _many(entry, "links") if _get(link, "rel") in (None, "alternate"))
    return _get(next(links, None), "href")


def _names(people: list[object]) -> list[object]:
    return [person if isinstance(person, str) else _first(person, "name", "email") for person in people]


def _fastfeedparser(found: object) -> list[Fields]:
    return [
        {
            "title": _get(entry, "title"),
            "id": _get(entry, "id"),
            "link": _get(entry, "link"),
            "published": _get(entry, "published"),
            "authors": _names(_many(entry, "authors")),
            "tags": [_first(tag, "label", "term") for tag in _many(entry, "tags")],
        }
        for entry in _many(found, "entries")
    ]


def _feed_rs(found: object) -> list[Fields]:
    return [
        {
            "title": _get(entry, "title", "content"),
            "id": _get(entry, "id"),
            "link": _alternate(entry),
            "published": _get(entry, "published"),
            "authors": _names(_many(entry, "authors")),
            "tags": [_first(tag, "label", "term") for tag in _many(entry, "categories")],
            "enclosures": [
                _get(content, "url")
                for media in _many(entry, "media")
                for content in _many(media, "content")
                if _get(content, "url") and str(_get(content, "content_type")).startswith(("audio", "video"))
            ],
        }
        for entry in _many(found, "entries")
    ]


def _feedsmith(found: object) -> list[Fields]:
    return [
        {
            "title": _get(entry, "title"),
            "id": _get(entry, "guid", "value") or _get(entry, "id"),
            "link": _get(entry, "link") or _alternate(entry),
            "published": _first(entry, "pubDate", "published"),
            "authors": _names(_many(entry, "authors")),
            "tags": [_first(tag, "label", "term", "name") for tag in _many(entry, "categories")],
            "enclosures": [_get(enclosure, "url") for enclosure in _many(entry, "enclosures")],
        }
        for entry in _many(found, "items") or _many(found, "entries")
    ]


def _rss_parser(found: object) -> list[Fields]:
    return [
        {
            "title": _get(entry, "title"),
            "id": _first(entry, "guid", "id"),
            "link": _get(entry, "link"),
            "published": _first(entry, "isoDate", "pubDate"),
            "authors": [_first(entry, "creator", "author")] if _first(entry, "creator", "author") else [],
            "tags": [tag if isinstance(tag, str) else _get(tag, "_") for tag in _many(entry, "categories")],
            "enclosures": [url] if (url := _get(entry, "enclosure", "url")) else [],
        }
        for entry in _many(_get(found, "feed"), "items")
    ]


def _podcastparser(found: object) -> list[Fields]:
    return [
        {
            "title": _get(entry, "title"),
            "id": _get(entry, "guid"),
            "link": _get(entry, "link"),
            "published": _get(entry, "published"),
            "enclosures": [_get(enclosure, "url") for enclosure in _many(entry, "enclosures")],
        }
        for entry in _many(found, "episodes")
    ]


def test_there_is_something_to_compare(shared: Path) -> None:
    assert len(list(documents())) > 100
