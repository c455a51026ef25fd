"""Words that meet one another, posts made of them, and queries that ask for them: for tests of both back ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from feeds.document import paragraphs
from feeds.model import Post, Source, SourceSpec
from feeds.query import (
    Address,
    All,
    AnyOf,
    Field,
    Is,
    Leaf,
    Not,
    Pattern,
    Query,
    Revised,
    Scene,
    Side,
    State,
    Timed,
    Words,
    parse,
)
from feeds.text import tokens
from tests.support.posts import NOON

# Few words, near one another, so that they meet: accents, sigmas, ß, ligatures, marks, scripts without blanks.
WORDS = [
    "storm", "storms", "Storm", "STORM", "kyiv", "Kyïv", "київ", "Київ", "well-known", "known", "well", "σίγμασ",
    "ΣΊΓΜΑΣ", "σίγμας", "Straße", "STRASSE", "strasse", "ﬁre", "fire", "東京", "京都", "東京都", "東", "ราคา",
    "ราคาน้ำ", "ไทย", "हिन्दी", "हिंदी", "คำ", "naïve", "naive", "İstanbul", "istanbul", "ısı", "5G", "5", "½", "²",
    "①", "a", "AND", "OR", "NOT", "لبنان", "لُبنان", "می\u200cخواهم", "שָׁלוֹם", "שלום", "ｶﾞ", "ガ", "が", "か", "한국",
    "éte", "été", "o'neill", "it’s", "Æther", "aether", "#tag", "@name", "x_y", "𝔘𝔫𝔦", "🇺🇦", "👩‍🚒", "☂",
]  # fmt: skip

words = st.sampled_from(WORDS)
texts = st.lists(words | st.text(max_size=6), max_size=7).map(" ".join)
few = st.lists(st.lists(words, max_size=3).map(" ".join) | st.text(max_size=3), max_size=2).map(tuple)

# Minutes around noon, and days before it; a query may name each of these.
moments = st.none() | st.sampled_from([-2 * 1440, -1440, -90, -30, -1, 0, 1, 45]).map(
    lambda minutes: NOON + timedelta(minutes=minutes)
)
addresses = st.none() | st.sampled_from(
    ["https://news.example/live/1", "https://News.example/LIVE/2#p", "https://other.example/%D0%9A%D0%B8%D1%97%D0%B2"]
)
posts = st.builds(
    lambda title, body, summary, **more: Post(title=title, body=paragraphs(body), summary=paragraphs(summary), **more),
    texts,
    texts,
    texts | st.just(""),
    url=addresses,
    authors=few,
    tags=few,
    published=moments,
    updated=moments,
    key_event=st.booleans(),
    pinned=st.booleans(),
)

SOURCE_NAMES = ("Storm Herald: Київ", "", "東京 naïve")
SOURCE_TAGS: tuple[tuple[str, ...], ...] = (("storm", "fire watch"), (), ("Kyïv",))


def spec(address: str, number: int) -> SourceSpec:
    """Source of that number, with a name and tags of its own."""
    return SourceSpec(address, SOURCE_NAMES[number % 3], SOURCE_TAGS[number % 3])


def scene(*sources: Source, now: datetime = NOON) -> Scene:
    """Scene in which it is noon, UTC, unless said otherwise."""
    return Scene(now, {source.id: source for source in sources}, NOON.tzinfo)


EMPTY = scene()


def tree(text: str) -> Query:
    """Tree of a query that holds something."""
    parsed = parse(text)
    assert parsed is not None
    return parsed


# ------------------------------------------------------------------ queries

FIELDS = [Field.ANYWHERE, Field.TITLE, Field.TEXT, Field.SOURCE, Field.AUTHOR, Field.TAG]

said = st.builds(
    lambda text, stem, field: Words(tuple(token.word for token in tokens(text)), stem, field),
    st.lists(words, min_size=1, max_size=3).map(" ".join) | words.map(lambda word: word[:2]) | st.text(max_size=3),
    st.booleans(),
    st.sampled_from(FIELDS),
).filter(lambda term: bool(term.words))
expressions = st.builds(
    Pattern,
    st.sampled_from(
        [
            "storm",
            "^storm",
            "s.orm$",
            "[Kк]",
            r"\pL{4}",
            "^$",
            "",
            r"京.",
            r"(?i)straße",
            "a|ı",
            r"\bwell\b",
            "лол",
            "🇺",
        ]
    ),
    st.sampled_from(["", "i", "s", "im", "ims"]),
    st.sampled_from([*FIELDS, Field.URL]),
)
parts = st.sampled_from(["https://", "/live/", "news.example", "%d0%9a", "2#p", "zzz"]).map(Address)
states = st.sampled_from(State).map(Is)
revised = st.builds(Revised, st.integers(0, 4), st.none() | st.integers(0, 4))
timed = st.builds(
    Timed,
    st.sampled_from(Side),
    st.sampled_from(
        ["12:00", "12:01", "11:30", "13:00", "90m", "0h", "2h", "2d", "today", "yesterday", "2026-02-11",
         "2026-02-13T10:30Z", "12 feb", "0001-01-01", "700000d", "soon"]
    ),
)  # fmt: skip
terms: st.SearchStrategy[Leaf] = said | expressions | parts | states | revised | timed


def trees(inside: st.SearchStrategy[Leaf]) -> st.SearchStrategy[Query]:
    """Queries made of some terms."""
    return st.recursive(
        inside,
        lambda inner: (
            st.builds(Not, inner)
            | st.lists(inner, max_size=4).map(lambda parts: All(tuple(parts)))
            | st.lists(inner, max_size=4).map(lambda parts: AnyOf(tuple(parts)))
        ),
        max_leaves=10,
    )


queries = trees(terms)
