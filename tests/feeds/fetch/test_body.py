"""Bodies: unpacked, within the bound, whole."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import FetchFault
from feeds.fetch import body
from feeds.fetch.body import MAX_BODY, STEP, Decoder
from feeds.fetch.faults import RequestError
from tests.feeds.fetch.conftest import Visitor
from tests.support.server import Answer, exact, serve

TEXT = b"<item>the ferry is late</item>" * 400


def raw(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(data) + packing.flush()


def unpack(coding: str, data: bytes, piece: int = 1000) -> bytes:
    decoder = Decoder("x.example", [coding])
    unpacked = [got for start in range(0, len(data), piece) for got in decoder.feed(data[start : start + piece])]
    assert all(len(got) <= max(STEP, piece) for got in unpacked)
    decoder.finish()
    return b"".join(unpacked)


PACKED = [
    ("gzip", gzip.compress(TEXT, mtime=0)),
    ("x-gzip", gzip.compress(TEXT, mtime=0)),
    ("GZIP", gzip.compress(TEXT, mtime=0)),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", raw(TEXT)),
    ("identity", TEXT),
    ("", TEXT),
    ("gzip, identity", gzip.compress(TEXT, mtime=0)),
    ("gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
    ("gzip", gzip.compress(TEXT, mtime=0) + b"\0" * 100),
    ("gzip", gzip.compress(TEXT, mtime=0) + b"rubbish"),
    ("deflate", zlib.compress(TEXT) + b"rubbish"),
]


@pytest.mark.parametrize(("coding", "data"), PACKED)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_what_was_offered_is_unpacked_however_it_is_cut(coding: str, data: bytes, piece: int) -> None:
    assert unpack(coding, data, piece) == TEXT


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "deflate"]), st.integers(1, 50))
@settings(max_examples=80, deadline=None)
def test_any_body_survives_packing(data: bytes, coding: str, piece: int) -> None:
    packed = gzip.compress(data, mtime=0) if coding == "gzip" else zlib.compress(data)
    assert unpack(coding, packed, piece) == data


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
@settings(max_examples=100, deadline=None)
def test_bytes_that_are_no_packed_body_are_refused_or_read_but_never_worse(data: bytes, coding: str) -> None:
    decoder = Decoder("x.example", [coding])
    with contextlib.suppress(RequestError):
        for byte in data:
            assert sum(map(len, decoder.feed(bytes([byte])))) <= STEP * 100
        decoder.finish()


@pytest.mark.parametrize(("coding", "data"), [PACKED[0], PACKED[3], PACKED[4]])
@pytest.mark.parametrize("missing", [1, 5, 9, 60])
def test_a_packed_body_that_is_cut_short_is_an_error(coding: str, data: bytes, missing: int) -> None:
    with pytest.raises(RequestError, match="cut short"):
        unpack(coding, data[:-missing])


def test_one_byte_of_deflate_is_cut_short() -> None:
    with pytest.raises(RequestError, match="cut short"):
        unpack("deflate", b"x")


def test_no_byte_at_all_is_an_empty_body() -> None:
    assert unpack("gzip", b"") == unpack("deflate", b"") == b""


def test_a_wrong_checksum_is_an_error() -> None:
    data = bytearray(gzip.compress(TEXT, mtime=0))
    data[-6] ^= 1
    with pytest.raises(RequestError, match="damaged"):
        unpack("gzip", bytes(data))


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "\x1b[31m", "x" * 900])
def test_a_coding_that_was_not_offered_is_refused(coding: str) -> None:
    with pytest.raises(RequestError) as raised:
        Decoder("x.example", [coding])
    assert raised.value.fault is FetchFault.PROTOCOL
    assert len(raised.value.sentence) < 200
    assert "\x1b" not in raised.value.sentence


def test_members_without_end_are_refused() -> None:
    with pytest.raises(RequestError, match="damaged"):
        unpack("gzip", gzip.compress(b"", mtime=0) * (body.MAX_MEMBERS + 1))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw])
def test_a_bomb_is_stopped_at_the_bound_and_never_asked_for_more(pack: object) -> None:
    assert callable(pack)
    decoder = Decoder("x.example", ["gzip" if pack is gzip.compress else "deflate"])
    pieces: list[bytes] = []
    with pytest.raises(RequestError) as raised:
        pieces.extend(decoder.feed(pack(b"\0" * 40_000_000)))
    assert raised.value.fault is FetchFault.TOO_LARGE
    assert MAX_BODY - STEP <= sum(map(len, pieces)) <= MAX_BODY
    assert max(map(len, pieces)) <= STEP


# ------------------------------------------------------------------ over the wire


@pytest.mark.parametrize(("coding", "data"), [PACKED[0], PACKED[3], PACKED[8]])
async def test_a_packed_answer_comes_unpacked(visitor: Visitor, coding: str, data: bytes) -> None:
    with serve({"/": Answer(data, headers=(("Content-Encoding", coding),))}) as server:
        assert (await visitor.get(server.url())).body == TEXT


@pytest.mark.parametrize(
    ("coding", "data", "fault"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9], FetchFault.PROTOCOL),
        ("br", b"\x8b\x02\x80hello\x03", FetchFault.PROTOCOL),
        ("gzip", TEXT, FetchFault.PROTOCOL),
        ("gzip", gzip.compress(b"\0" * 40_000_000, mtime=0), FetchFault.TOO_LARGE),
    ],
)
async def test_a_packed_answer_that_is_not_what_it_says_is_an_error(
    visitor: Visitor, coding: str, data: bytes, fault: FetchFault
) -> None:
    with serve({"/": [Answer(data, headers=(("Content-Encoding", coding),)), Answer(b"ok")]}) as server:
        assert (await visitor.fails(server.url())).fault is fault
        assert (await visitor.get(server.url())).body == b"ok"


async def test_a_body_over_the_bound_is_refused_by_its_length_alone(visitor: Visitor) -> None:
    answers = {
        "/over": exact(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1)),
        "/far": exact(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
    }
    with serve(answers) as server:
        for target in answers:
            error = await visitor.fails(server.url(target))
            assert error.fault is FetchFault.TOO_LARGE
            assert "larger than 10 MB" in str(error)


async def test_a_body_without_end_is_stopped_at_the_bound(visitor: Visitor) -> None:
    endless = exact(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 1_000_000] * 50)
    chunks = exact(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        *[b"100000\r\n" + b"x" * 0x100000 + b"\r\n"] * 50,
    )
    with serve({"/endless": endless, "/chunks": chunks}) as server:
        for target in ("/endless", "/chunks"):
            assert (await visitor.fails(server.url(target))).fault is FetchFault.TOO_LARGE


async def test_a_body_at_the_bound_is_read(visitor: Visitor) -> None:
    packed = gzip.compress(b"y" * MAX_BODY, mtime=0)
    with serve({"/": Answer(packed, headers=(("Content-Encoding", "gzip"),))}) as server:
        assert len((await visitor.get(server.url())).body) == MAX_BODY


async def test_the_framing_of_chunks_counts_too(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.fetch.connections.MAX_WIRE", 40_000)
    chunks = exact(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")
    with serve({"/": chunks}) as server:
        assert (await visitor.fails(server.url())).fault is FetchFault.TOO_LARGE


async def test_neither_a_bomb_nor_tiny_chunks_hold_up_the_loop(visitor: Visitor) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"
    bomb = Answer(gzip.compress(b"\0" * MAX_BODY, mtime=0), headers=(("Content-Encoding", "gzip"),))
    with serve({"/chunks": exact(chunks), "/bomb": bomb}) as server:
        for target in ("/chunks", "/bomb"):
            task = asyncio.create_task(visitor.get(server.url(target)))
            turns = 0
            while not task.done():
                await asyncio.sleep(0)
                turns += 1
            assert len((await task).body) in (20_000, MAX_BODY)
            # As many turns as pieces, not as many as the few reads it takes.
            assert turns > 10
