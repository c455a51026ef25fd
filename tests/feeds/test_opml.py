"""OPML as programs write it, whole and broken, and as it is written here."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import opml, subscriptions
from feeds.errors import ParseError
from feeds.model import SourceSpec
from feeds.opml import MAX_NAME, MAX_TAGS, Kept, Reading, write
from feeds.text import line
from tests.support.shared import FOLDER, paths

A, B, C = "https://a.example/feed", "https://b.example/live", "https://c.example/rss"


def read(markup: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found = subscriptions.read(markup.encode())
    assert found.refused == ()
    return [(spec.url, spec.name, spec.tags) for spec in found.sources]


def within(outlines: str) -> str:
    return f'<?xml version="1.0"?>\n<opml version="2.0"><head><title>Mine</title></head><body>{outlines}</body></opml>'


# ------------------------------------------------------------------ names, folders, categories


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ('text="Harbour" title="Other"', "Harbour"),
        ('text="" title="Other"', "Other"),
        ('title=" The  Harbour\n "', "The Harbour"),
        ("", ""),
        (f'text="{A}"', ""),
        ('text="Fish &amp; chips, 5 &lt; 6 &#8364;"', "Fish & chips, 5 < 6 €"),
        ('text="Fish & chips"', "Fish & chips"),
        ('text="Caf&eacute; &unknown;"', "Café &unknown;"),
        ('text="\x1b[31mRed\u202e"', "[31mRed"),
        ("text='Single'", "Single"),
        ('TEXT="Loud"', "Loud"),
        (f'text="{"x" * 600}"', "x" * MAX_NAME),
    ],
)
def test_the_text_of_an_outline_is_the_name_before_its_title(fields: str, name: str) -> None:
    assert read(within(f'<outline type="rss" {fields} xmlUrl="{A}"/>')) == [(A, name, ())]


@pytest.mark.parametrize("attribute", ["xmlUrl", "xmlurl", "XMLURL", "XmlUrl"])
def test_attributes_are_known_in_any_case_and_their_values_trimmed(attribute: str) -> None:
    assert read(within(f'<OUTLINE {attribute} = "\n {A} "/>')) == [(A, "", ())]


def test_folders_at_any_depth_are_tags() -> None:
    markup = within(
        f'<outline text="News"><outline xmlUrl="{A}"/><outline title="Sea"><outline xmlUrl="{B}"/></outline></outline>'
        f'<outline><outline xmlUrl="{C}"/></outline>'
    )
    assert read(markup) == [(A, "", ("News",)), (B, "", ("News", "Sea")), (C, "", ())]


@pytest.mark.parametrize(
    ("category", "tags"),
    [
        ("tag one,tag_two,tag/three", ("tag one", "tag_two", "tag/three")),
        ("/Boston/Weather, /Sea ,,", ("Boston/Weather", "Sea")),
        ("News", ("News",)),
        ("100%, half", ("News", "100%", "half")),
    ],
)
def test_categories_are_tags_behind_the_folder(category: str, tags: tuple[str, ...]) -> None:
    found = read(within(f'<outline text="News"><outline xmlUrl="{A}" category="{category}"/></outline>'))
    assert found == [(A, "", tuple(dict.fromkeys(("News", *tags))))]


def test_one_source_in_two_folders_is_one_with_both_tags_and_the_first_name() -> None:
    first = f'<outline text="X"><outline xmlUrl="{A}"/></outline>'
    second = f'<outline text="Y"><outline text="N" xmlUrl="{A}"/></outline>'
    assert read(within(first + second)) == [(A, "N", ("X", "Y"))]


def test_no_source_has_more_tags_than_anybody_reads() -> None:
    deep = "".join(f'<outline text="{number}">' for number in range(3_000))
    ((_, _, tags),) = read(within(f'{deep}<outline xmlUrl="{A}" category="x"/>'))
    assert tags == tuple(map(str, range(MAX_TAGS)))


@pytest.mark.parametrize(
    "outline",
    [
        '<outline text="A thought"/>',
        '<outline type="link" text="A page" url="https://a.example/"/>',
        '<outline type="include" text="More" url="https://a.example/more.opml"/>',
        "<!-- <outline xmlUrl='https://a.example/feed'/> -->",
    ],
)
def test_what_is_no_subscription_is_none(outline: str) -> None:
    assert read(within(outline)) == []


def test_older_lists_say_url() -> None:
    assert read(within(f'<outline type="rss" url="{A}"/><outline url="{B}"/>')) == [(A, "", ()), (B, "", ())]


# ------------------------------------------------------------------ broken documents

TWO = [(A, "One", ("News",)), (B, "Two", ())]
ONE, OTHER = f'<outline text="One" xmlUrl="{A}"/>', f'<outline text="Two" xmlUrl="{B}"/>'
WHOLE = within(f'<outline text="News">{ONE}</outline>{OTHER}')


@pytest.mark.parametrize(
    "markup",
    [
        WHOLE,
        f"\n\n  {WHOLE}",
        f"Exported by a program\n{WHOLE}",
        WHOLE.replace("</body></opml>", ""),
        WHOLE.replace("</body>", "</outline></outline></body>"),
        WHOLE.replace("</body>", "</x></body></body>"),
        WHOLE.partition("<body>")[2],
        WHOLE.replace("opml", "list"),
        WHOLE.replace('="2.0"', ""),
        within(f'<outline text="News">{ONE}</outline>') + within(OTHER),
        within(f'<outline text="News">{ONE}') + within(OTHER),
        within(f'<outline text="News">{ONE.replace("/>", ">")}</outline></outline>{OTHER.replace("/>", ">")}'),
        WHOLE.replace("outline", "o:outline").replace("<opml", '<opml xmlns:o="urn:o"'),
        WHOLE.replace('text="One"', f'text="One" description="by <a href="{C}" target="_blank">us</a>"'),
        WHOLE.replace('text="One"', 'text="One" description="<b>us</b> > them"'),
        WHOLE.replace('text="One"', "text=One"),
    ],
)
def test_what_is_broken_is_read_as_it_was_meant(markup: str) -> None:
    assert read(markup) == TWO


def test_a_list_that_is_cut_off_says_so() -> None:
    found = subscriptions.read(WHOLE[:-30].encode())
    assert [spec.url for spec in found.sources] == [A]
    assert found.remarks == ("The list is cut off inside a tag; what comes before it was read.",)


def test_an_outline_nobody_can_read_is_told() -> None:
    found = subscriptions.read(within(f"{ONE}<outline a=<b>/>").encode())
    assert [spec.url for spec in found.sources] == [A]
    assert found.remarks == ("An outline cannot be read: “<outline a=”.",)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("windows-1251", "cp1251"), ("UTF-16", "utf-16"), ("UTF-16", "utf-16-be"), ("utf-8", "utf-8-sig"), ("x", "utf-8")],
)
def test_a_list_is_read_in_its_encoding(declared: str, encoding: str) -> None:
    markup = f'<?xml version="1.0" encoding="{declared}"?><opml><outline text="Новости" xmlUrl="{A}"/></opml>'
    ((spec,), *_) = [subscriptions.read(markup.encode(encoding)).sources]
    assert spec.name == "Новости"


def test_declared_entities_are_refused() -> None:
    bomb = f'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>{within(ONE)}'
    with pytest.raises(ParseError, match="declares entities"):
        subscriptions.read(bomb.encode())
    inside = f"junk {bomb}".replace("One", "&b;")
    assert read(inside) == [(A, "&b;", ())]


@settings(max_examples=100)
@given(st.text(alphabet="<>/\"'= &;!-[]ox", max_size=60), st.integers(0, len(WHOLE)))
def test_whatever_is_written_into_a_list_breaks_nothing(junk: str, place: int) -> None:
    try:
        found = subscriptions.read((WHOLE[:place] + junk + WHOLE[place:]).encode())
    except ParseError:
        return
    assert all(spec.url.startswith("http") for spec in found.sources)


# ------------------------------------------------------------------ writing

names = st.text(max_size=40).map(line)
tags = st.lists(names.filter(bool), max_size=4, unique=True).map(tuple)
specs = st.builds(
    SourceSpec,
    url=st.integers(0, 9).map(lambda number: f"https://a.example/{number}?a=1&b='2'"),
    name=names,
    tags=tags,
    every=st.none() | st.integers(10, 10**9 - 1).map(float) | st.just(12.5),
    adapter=st.none() | st.just("jsonld"),
)
kept = st.lists(
    st.builds(Kept, specs, names, st.just("") | st.just("https://a.example/?x=1&y")),
    max_size=6,
    unique_by=lambda each: each.spec.url,
)


@settings(max_examples=200)
@given(kept)
def test_what_is_written_is_read_as_the_same_sources_in_the_same_order(sources: list[Kept]) -> None:
    markup = write(sources)
    found = subscriptions.read(markup.encode())
    assert found.sources == tuple(each.spec for each in sources)
    assert found.refused == found.remarks == ()
    ElementTree.fromstring(markup)


@given(st.text(alphabet="%25C,/ a", max_size=12).map(line).filter(bool))
def test_any_tag_is_a_category(tag: str) -> None:
    spec = SourceSpec(A, tags=("first", tag))
    assert subscriptions.read(write([Kept(spec)]).encode()).sources[0].tags == tuple(dict.fromkeys(("first", tag)))


def test_other_programs_see_folders_and_what_they_need_of_a_source() -> None:
    sources = [
        Kept(SourceSpec(A, "One & all", ("News", "Sea, deep")), "Their title", "https://a.example/"),
        Kept(SourceSpec(B, tags=("News",), every=30.0)),
        Kept(SourceSpec(C)),
    ]
    root = ElementTree.fromstring(write(sources))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    folder, single = root.findall("body/outline")
    first, second = folder.findall("outline")
    assert (folder.get("text"), folder.get("title"), folder.get("xmlUrl")) == ("News", "News", None)
    assert first.attrib == {
        "type": "rss",
        "text": "One & all",
        "title": "One & all",
        "xmlUrl": A,
        "htmlUrl": "https://a.example/",
        "category": "News,Sea%2C deep",
    }
    assert second.attrib == {
        "type": "rss", "text": B, "title": B, "xmlUrl": B, "category": "News", "{urn:wirewatch:opml}every": "30"
    }  # fmt: skip
    assert single.attrib == {"type": "rss", "text": C, "title": C, "xmlUrl": C}


def test_the_title_a_source_gives_itself_does_not_become_a_name() -> None:
    markup = write([Kept(SourceSpec(A), "Their title")])
    assert 'text="Their title"' in markup
    assert read(markup) == [(A, "", ())]


# ------------------------------------------------------------------ lists of other people

LISTS = [
    *paths("samples/feeds", "*/*.opml"),
    *paths("samples/feeds", "*/opml/*.opml"),
    *paths("samples/feeds", "*/*opml*.xml"),
]


@pytest.mark.skipif(not LISTS, reason="other people's lists are not on this machine")
@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_source_of_other_peoples_lists_is_found(path: Path) -> None:
    body = path.read_bytes()
    found = subscriptions.read(body)
    if not opml.is_opml(body.decode("utf-8", "replace")):
        assert found.sources == ()
        return
    assert len(found.sources) == len(set(_addresses(body)))
    assert found.refused == ()
    assert len(list(Reading(body.decode("utf-8", "replace")))) >= len(found.sources)
    again = subscriptions.read(write(map(Kept, found.sources)).encode())
    assert again.sources == found.sources


def _addresses(body: bytes) -> list[bytes]:
    return [part.partition(b'"')[0].strip() for part in body.split(b'xmlUrl="')[1:]]
