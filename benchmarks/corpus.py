"""Made-up feeds, live blogs and stores, the same at every run.

Owns the words, the shapes and the sizes. People and places are invented. Stores are built through the program's own
store, so that what is measured is what a reader would have.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from random import Random
from typing import NamedTuple

from feeds.document import paragraphs
from feeds.model import Health, Outcome, Post, SourceSpec
from feeds.reconcile import Added, Reconciled
from feeds.store import PollRecord, open_store

START = datetime(2023, 6, 1, tzinfo=UTC)
"""When the first entry was published; each further one four minutes later, so none lies in the future."""
STEP = timedelta(minutes=4)
RARE, RARE_EVERY = "quokka", 100
"""A word no other begins like, and in one of how many entries it stands."""
SOURCES = 20
_AT_ONCE = 2_000
_WORDS = [
    "bridge",
    "ferry",
    "council",
    "harbour",
    "storm",
    "warning",
    "northern",
    "coast",
    "engineers",
    "night",
    "repairs",
    "traffic",
    "talks",
    "minister",
    "budget",
    "vote",
    "delay",
    "plan",
    "rate",
    "decision",
    "analysts",
    "bank",
    "region",
    "hospital",
    "school",
    "teachers",
    "strike",
    "union",
    "agreement",
    "court",
    "ruling",
    "appeal",
    "evidence",
    "witness",
    "police",
    "investigation",
    "river",
    "level",
    "flood",
    "barrier",
    "rescue",
    "volunteers",
    "shelter",
    "airport",
    "runway",
    "flight",
    "closure",
    "railway",
    "signal",
    "fault",
    "passengers",
    "election",
    "result",
    "candidate",
    "majority",
    "coalition",
    "party",
    "leader",
    "speech",
    "reaction",
    "market",
    "shares",
    "oil",
    "price",
    "currency",
    "export",
    "grain",
    "energy",
    "grid",
    "outage",
    "winter",
    "forecast",
    "temperature",
    "record",
    "scientists",
    "study",
    "vaccine",
    "trial",
    "data",
    "satellite",
    "launch",
    "mission",
    "crew",
    "orbit",
    "museum",
    "exhibition",
    "festival",
    "stage",
    "match",
    "goal",
    "coach",
    "season",
    "injury",
    "transfer",
    "final",
    "stadium",
    "fans",
    "weather",
    "snow",
    "wind",
    "fire",
    "forest",
    "smoke",
    "evacuation",
    "village",
]
_PLACES = [
    "Varda",
    "Norrby",
    "Osterhav",
    "Kelmar",
    "Tresk",
    "Lindesund",
    "Amberley",
    "Corva",
    "Sund",
    "Pellan",
    "Marsk",
    "Ilden",
]
FORMS = ("rss", "atom", "rdf", "json")


def watch_words(count: int) -> list[str]:
    """Return words to watch: those that stand in the texts first, then ones that stand nowhere."""
    return [*_WORDS, *(f"unheard{number}" for number in range(count))][:count]


# ------------------------------------------------------------------ texts


class Item(NamedTuple):
    """One item of a feed or one post of a live blog."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    at: datetime


def item(feed: int, number: int) -> Item:
    """Return an item of a feed: the same for the same numbers."""
    random = Random(f"{feed} {number}")
    size = min(int(random.lognormvariate(4.6, 0.9)), 1_500)
    texts = []
    while size > 0:
        words = min(random.randint(20, 70), size)
        size -= words
        texts.append(_sentence(random, words))
    title = f"{random.choice(_PLACES)}: {_sentence(random, random.randint(5, 12))}"
    return Item(number, title, tuple(texts or [_sentence(random, 12)]), START + STEP * number)


def _sentence(random: Random, words: int) -> str:
    text = " ".join(random.choices(_WORDS, k=words))
    return f"{text[0].upper()}{text[1:]}."


def items(feed: int, count: int) -> list[Item]:
    """Return so many items of a feed, newest first."""
    return [item(feed, number) for number in range(count, 0, -1)]


def length(feed: int) -> int:
    """Return how many items a feed has: 20 to 200, most of them few."""
    return max(20, min(int(Random(feed).lognormvariate(3.7, 0.6)), 200))


# ------------------------------------------------------------------ documents


def document(feed: int, form: str, listed: list[Item]) -> bytes:
    """Return a feed in one of `FORMS`."""
    return {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}[form](feed, listed).encode()


def _markup(entry: Item) -> str:
    link = f'<p>Read <a href="/news/{entry.number}?from=feed">more</a> &amp; see '
    picture = f'<img src="https://pictures.example/{entry.number}.jpg" alt="{entry.title[:20]}" width="640"/></p>'
    return "".join(f"<p>{escape(text)}</p>" for text in entry.paragraphs) + link + picture


def _address(feed: int, entry: Item) -> str:
    return f"https://paper{feed}.example/news/{entry.number}"


def _rss(feed: int, listed: list[Item]) -> str:
    body = "".join(
        f"<item><title>{escape(each.title)}</title><link>{_address(feed, each)}</link>"
        f'<guid isPermaLink="false">paper{feed}-{each.number}</guid><pubDate>{format_datetime(each.at)}</pubDate>'
        f"<dc:creator>Ada Vale</dc:creator><category>News</category><category>{each.title.split(':')[0]}</category>"
        f"<description>{escape(each.paragraphs[0])}</description>"
        f"<content:encoded><![CDATA[{_markup(each)}]]></content:encoded></item>\n"
        for each in listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Paper {feed}</title><link>https://paper{feed}.example/</link><description>News</description>"
        f"<language>en</language>\n{body}</channel></rss>"
    )


def _atom(feed: int, listed: list[Item]) -> str:
    body = "".join(
        f"<entry><id>tag:paper{feed}.example,2023:{each.number}</id><title>{escape(each.title)}</title>"
        f'<link rel="alternate" href="{_address(feed, each)}"/><published>{each.at.isoformat()}</published>'
        f"<updated>{each.at.isoformat()}</updated><author><name>Ada Vale</name></author>"
        f'<category term="news"/><content type="html">{escape(_markup(each))}</content></entry>\n'
        for each in listed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<title>Paper {feed}</title><id>tag:paper{feed}.example,2023:feed</id>"
        f'<link href="https://paper{feed}.example/"/><updated>{listed[0].at.isoformat()}</updated>\n{body}</feed>'
    )


def _rdf(feed: int, listed: list[Item]) -> str:
    body = "".join(
        f'<item rdf:about="{_address(feed, each)}"><title>{escape(each.title)}</title>'
        f"<link>{_address(feed, each)}</link><dc:date>{each.at.isoformat()}</dc:date>"
        f"<description>{escape(_markup(each))}</description></item>\n"
        for each in listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="https://paper{feed}.example/"><title>Paper {feed}</title>'
        f"<link>https://paper{feed}.example/</link><description>News</description></channel>\n{body}</rdf:RDF>"
    )


def _json(feed: int, listed: list[Item]) -> str:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"Paper {feed}",
            "home_page_url": f"https://paper{feed}.example/",
            "items": [
                {
                    "id": f"paper{feed}-{each.number}",
                    "url": _address(feed, each),
                    "title": each.title,
                    "content_html": _markup(each),
                    "date_published": each.at.isoformat(),
                }
                for each in listed
            ],
        }
    )


def live_blog(posts: int) -> bytes:
    """Return the page of a live blog as publishers write it (schema.org, LiveBlogPosting), with the posts as markup."""
    listed = items(0, posts)
    data = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": "Storm over Varda",
        "coverageStartTime": START.isoformat(),
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "@id": f"https://paper.example/live#post-{each.number}",
                "url": f"https://paper.example/live#post-{each.number}",
                "headline": each.title,
                "articleBody": "\n\n".join(each.paragraphs),
                "datePublished": each.at.isoformat(),
                "author": {"@type": "Person", "name": "Ada Vale"},
            }
            for each in listed
        ],
    }
    shown = "".join(
        f'<article id="post-{each.number}"><h2>{escape(each.title)}</h2><time datetime="{each.at.isoformat()}"></time>'
        f"{_markup(each)}</article>"
        for each in listed
    )
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Storm over Varda</title>"
        f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
        f"<body><h1>Storm over Varda</h1><main>{shown}</main></body></html>"
    ).encode()


# ------------------------------------------------------------------ stores


def specs() -> list[SourceSpec]:
    """Return the sources of a store."""
    return [SourceSpec(f"https://paper{number}.example/feed", name=f"Paper {number}") for number in range(SOURCES)]


def post(number: int) -> Post:
    """Return the post of a stored entry; its number stands in its title."""
    random = Random(number)
    rare = f" {RARE} {number}" if number % RARE_EVERY == 0 else ""
    return Post(
        key=f"post-{number}",
        url=f"https://paper.example/news/{number}",
        title=f"Nr {number}{rare}: {_sentence(random, random.randint(5, 11))}",
        published=START + STEP * number,
        body=paragraphs("\n\n".join(_sentence(random, 30) for _ in range(random.randint(1, 3)))),
    )


def additions(numbers: range) -> tuple[Added, ...]:
    """Return the entries of these numbers as the store takes them."""
    posts = [post(number) for number in numbers]
    return tuple(Added(each.key, each, each.published or START) for each in posts)


def resting(now: datetime) -> Health:
    """Return the health of a source that was polled a moment ago and is not due for a year."""
    return Health(Outcome.CHANGED, polled_at=now, changed_at=now, next_poll=now + timedelta(days=365))


def store(folder: Path, entries: int) -> Path:
    """Return the folder of a store of so many entries, numbered from 1, oldest first; made where there is none."""
    made = folder / f"store-{entries}"
    if not made.exists():
        building = folder / f"building-{entries}"
        shutil.rmtree(building, ignore_errors=True)
        _build(building, entries)
        building.rename(made)
    return made


def _build(folder: Path, entries: int) -> None:
    writer = open_store(folder)
    try:
        ids = [source.id for source in writer.configure(specs())]
        record = PollRecord(resting(datetime.now(UTC)))
        for part, numbers in enumerate(_parts(entries)):
            # Seen when they were published: the numbers of what came in the last hour are nought.
            now = START + STEP * numbers.stop
            writer.apply(ids[part % len(ids)], Reconciled(additions(numbers), (), now), record)
        for source_id in ids:
            writer.apply(source_id, None, record)
        for _ in range(20 + entries // 1_000):
            writer.tidy()
    finally:
        writer.close()


def _parts(entries: int) -> Iterator[range]:
    for start in range(1, entries + 1, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, entries + 1))


def copy(made: Path, to: Path) -> Path:
    """Return a copy of a store, to be written to."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(made, to)
    return to


def configuration(file: Path, *, watches: int = 0, more: str = "", sources: list[SourceSpec] | None = None) -> Path:
    """Write a configuration with the sources of a store and so many watches; return the file."""
    tables = [more]
    listed = specs() if sources is None else sources
    tables += [f'[[sources]]\nname = "{spec.name}"\nurl = "{spec.url}"' for spec in listed]
    tables += [f'[[watches]]\nname = "{word}"\nmatch = "{word}"' for word in watch_words(watches)]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(tables) + "\n", encoding="utf-8")
    return file
