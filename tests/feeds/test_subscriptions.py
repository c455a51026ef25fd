"""Lists that are no OPML, and what no list may bring."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import subscriptions
from feeds.errors import ParseError
from feeds.model import SourceSpec
from feeds.subscriptions import MAX_SOURCES, Subscriptions, read

A, B = "https://a.example/feed", "https://b.example/live"


def lines(*texts: str) -> Subscriptions:
    return read("\n".join(texts).encode())


# ------------------------------------------------------------------ lines


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (A, SourceSpec(A)),
        (f"  {A}  ", SourceSpec(A)),
        (f"{A} news sea", SourceSpec(A, tags=("news", "sea"))),
        (f'"{A}" "big news" sea "big news"', SourceSpec(A, tags=("big news", "sea"))),
        (f'{A} "~The \\"Harbour\\"" news', SourceSpec(A, 'The "Harbour"', ("news",))),
        (f"{A} ~Harbour ~Other", SourceSpec(A, "Harbour")),
        (f"{A} ! !hidden news", SourceSpec(A, tags=("news",))),
        (f'{A} news # "sea"', SourceSpec(A, tags=("news",))),
        (f"{A}#part news", SourceSpec(f"{A}#part", tags=("news",))),
        (f'{A} "unclosed news', SourceSpec(A, tags=("unclosed news",))),
        ("a.example/feed", SourceSpec(A)),
        ("HTTPS://A.example", SourceSpec("https://a.example/")),
        ("feed://a.example/x", SourceSpec("http://a.example/x")),
        (f"feed:{A}", SourceSpec(A)),
        ("localhost:8080/feed", SourceSpec("https://localhost:8080/feed")),
    ],
)
def test_a_line_is_an_address_and_its_tags(text: str, spec: SourceSpec) -> None:
    assert lines(text) == Subscriptions((spec,))


def test_comments_and_empty_lines_are_nothing() -> None:
    assert lines("# mine", "", "  ", f"  # {A}") == Subscriptions()


def test_addresses_in_one_line_are_all_sources() -> None:
    assert lines(f"{A} {B}").sources == (SourceSpec(A), SourceSpec(B))


def test_a_source_named_twice_is_one_with_all_its_tags() -> None:
    assert lines(f"{A} x", B, f"{A} y x ~Name").sources == (SourceSpec(A, "Name", ("x", "y")), SourceSpec(B))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_lines_are_read_in_their_encoding(encoding: str) -> None:
    body = f"{A} Zürich\r\n{B}\r\n".encode(encoding)
    assert read(body).sources == (SourceSpec(A, tags=("Zürich",)), SourceSpec(B))


# ------------------------------------------------------------------ what is refused

REFUSED = [
    ("|cat /etc/passwd", "is a command; an import brings none."),
    ("exec:~/bin/feed.sh", "is a command; an import brings none."),
    ("EXEC:x", "is a command; an import brings none."),
    ("filter:sort:https://a.example/feed", "is a command; an import brings none."),
    ("feed:exec:x", "is no address"),
    ("query:Unread:unread = 1", "is a query, not a source; a watch in the configuration can be one."),
    ("file:///etc/passwd", "is a file; an import brings none, “wirewatch add” does."),
    ("feed:file:///etc/passwd", "is no address"),
    ("/etc/passwd", "is a file"),
    ("~/feed.xml", "is a file"),
    ("javascript:alert(1)", "is no address that begins with http:// or https://."),
    ("ftp://a.example/feed", "is no address"),
    ("mailto:a@a.example", "is no address"),
    ("https://", "is no address"),
    ("word", "is no address"),
]


@pytest.mark.parametrize(("written", "reason"), REFUSED)
def test_commands_files_and_queries_are_refused_in_lines(written: str, reason: str) -> None:
    found = lines(A, f'"{written}" tag', B)
    assert found.sources == (SourceSpec(A), SourceSpec(B))
    (sentence,) = found.refused
    assert sentence.startswith(f"“{written}” ")
    assert reason in sentence


@pytest.mark.parametrize(("written", "reason"), REFUSED)
def test_commands_files_and_queries_are_refused_in_outlines(written: str, reason: str) -> None:
    found = read(f'<opml><outline text="X" xmlUrl="{written}"/><outline xmlUrl="{A}"/></opml>'.encode())
    assert found.sources == (SourceSpec(A),)
    (sentence,) = found.refused
    assert reason in sentence


def test_a_file_that_exists_is_refused_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feed").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert lines("feed").sources == lines(str(tmp_path / "feed")).sources == ()


def test_a_source_that_was_filtered_by_a_command_comes_without_it() -> None:
    found = read(f'<opml><outline xmlUrl="{A}" filtercmd="rm -rf ~"/></opml>'.encode())
    assert found == Subscriptions(
        (SourceSpec(A),), remarks=(f"“{A}” is taken without the command that was to filter it.",)
    )


def test_a_feed_without_an_address_is_told() -> None:
    body = b'<opml><outline type="rss" text="Harbour"/><outline xmlUrl=""/></opml>'
    assert read(body).refused == ("“Harbour” has no address.", "A source without name and address.")


def test_what_is_refused_is_shown_safely_and_without_passwords() -> None:
    found = lines("exec:\x1b[2Jcurl", "ftp://anna:secret@a.example/", "x" * 500)
    assert "\x1b" not in "".join(found.refused)
    assert "secret" not in "".join(found.refused)
    assert len(found.refused[2]) < 250


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "The list is empty."),
        (b" \n", "The list is empty."),
        (b"\x89PNG\r\n\x1a\n", "This is a PNG picture, not a list of sources."),
        (
            b"<rss version='2.0'><channel/></rss>",
            "This is not a list of sources but a feed; “wirewatch add” follows it.",
        ),
        (b"<!doctype html><p>Hi", "This is not a list of sources but a web page;"),
        (b'{"feeds": []}', "This is not a list of sources but JSON."),
        (b"<?xml version='1.0'?><sitemap/>", "an XML document with the root “sitemap”."),
    ],
)
def test_what_is_no_list_is_told(body: bytes, told: str) -> None:
    with pytest.raises(ParseError) as raised:
        read(body)
    assert told in str(raised.value)


def test_a_list_of_everything_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MAX_SOURCES", 3)
    found = lines(A, A, B, "https://c.example/")
    assert found.sources == (SourceSpec(A), SourceSpec(B))
    assert found.remarks == ("The list names more than 3 sources; only these were read.",)
    assert MAX_SOURCES >= 5_000


@settings(max_examples=150)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_but_addresses_of_the_web_comes_of_anything(body: bytes) -> None:
    try:
        found = read(body)
    except ParseError:
        return
    assert all(spec.url.startswith(("http://", "https://")) for spec in found.sources)
