"""Server-sent events on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.eventstream import Cutter, Event, Events, read

LARGEST = 10_000


def events(body: bytes | str) -> list[tuple[str, str, str]]:
    found = read(body.encode() if isinstance(body, str) else body).events
    return [(event.name, event.data, event.id) for event in found]


# ------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # The examples of WHATWG HTML, 9.2.6.
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [("", "YHOO\n+2\n10", "")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [("", "first event", "1"), ("", "second event", ""), ("", " third event", "")],
        ),
        ("data\n\ndata\ndata\n\ndata:", [("", "", ""), ("", "\n", "")]),
        ("data:test\n\ndata: test\n\n", [("", "test", ""), ("", "test", "")]),
        # Its rules.
        ("event: post\ndata: a\n\ndata: b\n\n", [("post", "a", ""), ("", "b", "")]),
        ("event: post\nid: 4\n\n", []),
        ("data: a\nid: 1\0\n\n", [("", "a", "")]),
        ("data: a\rdata: b\r\rdata: c\r\n\r\n", [("", "a\nb", ""), ("", "c", "")]),
        ("Data: a\nevent : x\n data: b\ndata: c\n\n", [("", "c", "")]),
        ("data: a:b\n\n", [("", "a:b", "")]),
        ("data: cut off\n", []),
        ("data: cut off", []),
        ("\n\n\n", []),
        ("", []),
        ("data: one\u2028line\x0b\x0c\x85\n\n", [("", "one\u2028line\x0b\x0c\x85", "")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("", "a", "")]),
        (b"data: \xff\n\n", [("", "\ufffd", "")]),
    ],
)
def test_events_are_read_as_the_standard_has_it(body: bytes | str, expected: list[tuple[str, str, str]]) -> None:
    assert events(body) == expected


def test_the_mark_of_an_encoding_stands_at_the_beginning_only() -> None:
    body = b"\xef\xbb\xbfdata: a\n\n"
    assert read(body, begins=False).events == ()
    assert read(b"data: \xef\xbb\xbf\n\n").events == (Event("\ufeff"),)


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("data: a\n\n", "before"),
        ("id: 1\n\n", "1"),
        ("id: 1\ndata: a\n\nid: 2\n", "1"),
        ("id: 1\n\nid\n\n", ""),
        ("id: 1\n\nid: 2\0\ndata: a\n\n", "1"),
    ],
)
def test_the_last_id_holds_until_another_comes(body: str, last: str) -> None:
    assert read(body.encode(), last="before").last == last


@pytest.mark.parametrize(
    ("body", "retry"),
    [
        ("retry: 5000\n\n", 5.0),
        ("retry:0\n", 0.0),
        ("retry: -1\n\n", None),
        ("retry: 1.5\n\n", None),
        ("retry: \u0664\n\n", None),
        ("retry\n\n", None),
        ("retry: " + "9" * 100 + "\n\n", None),
        ("retry: 1000\n\nretry: soon\n\n", 1.0),
    ],
)
def test_a_time_to_wait_is_digits_alone(body: str, retry: float | None) -> None:
    assert read(body.encode()).retry == retry


@pytest.mark.parametrize(
    ("body", "known"), [("", True), ("\n", True), (": hi\n", True), ("retry: x\n", True), ("<html>\n", False)]
)
def test_what_has_no_field_is_no_stream(body: str, known: bool) -> None:
    assert read(body.encode()).is_stream is known


# ------------------------------------------------------------------ cutting


def cut(*pieces: bytes, largest: int = LARGEST) -> tuple[list[bytes], int]:
    cutter = Cutter(largest)
    return [event for piece in pieces for event in cutter.feed(piece)], cutter.dropped


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"data: a\n", b"\n"], [b"data: a\n\n"]),
        ([b"data: a\r", b"\n", b"\r", b"\ndata: b\r\n\r\n"], [b"data: a\r\n\r", b"data: b\r\n\r\n"]),
        ([b"data: a\r", b"\r", b"data: b\r\r"], [b"data: a\r\r", b"data: b\r\r"]),
        ([b"data: a\r\ndata: b\r\n"], []),
        ([b": hello\n\n\n\n: still\n:there\ndata: a\n: inside\n\n"], [b"data: a\n: inside\n\n"]),
        ([b"\xef", b"\xbb", b"\xbfdata: a\n\n"], [b"data: a\n\n"]),
        ([b"\xef", b"data: a\n\n"], [b"\xefdata: a\n\n"]),
        ([b"id: 4\n\nretry: 1\n\n"], [b"id: 4\n\n", b"retry: 1\n\n"]),
    ],
)
def test_a_stream_is_cut_after_each_event(pieces: list[bytes], expected: list[bytes]) -> None:
    assert cut(*pieces)[0] == expected


def test_comments_that_never_end_in_an_empty_line_are_not_held() -> None:
    cutter = Cutter(LARGEST)
    for _ in range(1_000):
        assert cutter.feed(b":thump\n") == []
    assert len(cutter._held) == 0
    assert cutter.feed(b"data: a\n\n") == [b"data: a\n\n"]


@pytest.mark.parametrize("ends", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_an_event_that_is_too_long_costs_itself(size: int, ends: bytes) -> None:
    stream = b"".join(b"data: " + each + ends * 2 for each in (b"a", b"x" * 200, b"b", b":" * 150, b"c"))
    events, dropped = cut(*(stream[at : at + size] for at in range(0, len(stream), size)), largest=50)
    assert [event.data for event in read(b"".join(events)).events] == ["a", "b", "c"]
    assert dropped == 2


_ODD = ["data", "id", "id: \0", ": c", "", "", "x: y", "\ufeffdata: d", "data: \u00e9", "\ufeff"]
_LINES = st.sampled_from(["data: a", "data:b", "id: 1", "id: 2", "event: x", "retry: 10", *_ODD])
_STREAMS = st.lists(st.tuples(_LINES, st.sampled_from(["\n", "\r", "\r\n"]))).map(
    lambda lines: "".join(map("".join, lines)).encode()
)


@given(_STREAMS, st.data())
def test_however_a_stream_is_cut_its_events_are_the_same(stream: bytes, data: st.DataObject) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]
    cutter = Cutter(LARGEST)
    last, found = "", []
    for piece in pieces:
        part = read(b"".join(cutter.feed(piece)), last=last, begins=False)
        last = part.last
        found += part.events
    whole = read(stream)
    assert (tuple(found), last) == (whole.events, whole.last)


@given(st.lists(st.binary(max_size=60), max_size=6), st.integers(1, 100))
def test_nothing_that_comes_is_an_error(pieces: list[bytes], largest: int) -> None:
    events, _ = cut(*pieces, largest=largest)
    assert all(len(event) <= largest for event in events)
    assert isinstance(read(b"".join(pieces)), Events)
