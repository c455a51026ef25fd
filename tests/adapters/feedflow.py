"""Drives an adapter by hand: no fetcher, answers as given."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from feeds.flow import Adapter, Pages, Request, Response, Visit
from feeds.model import Batch

PAGES = Path(__file__).parent / "pages"
FEED = "https://feed.example/dir/feed.xml"


def answer(body: bytes | str, url: str = FEED, content_type: str = "") -> Response:
    """An answer with that body."""
    headers = (("content-type", content_type),) if content_type else ()
    return Response(url, headers=headers, body=body.encode() if isinstance(body, str) else body)


def page(name: str, url: str = FEED) -> Response:
    """An answer with one of our own pages."""
    return answer((PAGES / name).read_bytes(), url)


def poll(adapter: Adapter, response: Response) -> Batch:
    """What the adapter makes of an answer to its only request."""
    flow = adapter.poll(Visit(url=response.url))
    request = next(flow)
    assert request.url == response.url
    assert request.conditional
    try:
        flow.send(response)
    except StopIteration as done:
        batch = done.value
        assert isinstance(batch, Batch)
        return batch
    raise AssertionError("the adapter asked for more than one answer")


def failing(status: int = 503) -> Response:
    """What an adapter is sent where an optional request brought nothing."""
    return Response("", status=status, failed="The server did not answer.")


def converse(adapter: Adapter, visit: Visit, *answers: bytes | str | Response) -> tuple[Batch, list[Request]]:
    """What the adapter makes of these answers to its requests, in their order, and what it asked for.

    It is asked for older posts where the visit says where they are.
    """
    flow = adapter.older(visit) if visit.older and isinstance(adapter, Pages) else adapter.poll(visit)
    asked = [next(flow)]
    for body in answers:
        asking = asked[-1]
        if isinstance(body, Response):
            assert asking.optional or not body.failed, "only an optional request goes on without an answer"
            response = replace(body, url=body.url or asking.url, request=asking.url)
        else:
            response = replace(answer(body, asking.url), request=asking.url)
        try:
            asked.append(flow.send(response))
        except StopIteration as done:
            batch = done.value
            assert isinstance(batch, Batch)
            assert len(asked) == len(answers), f"only {len(asked)} of {len(answers)} answers were asked for"
            return batch, asked
    raise AssertionError(f"the adapter asks for more: {asked[-1].url}")


def assert_clean(batch: Batch) -> None:
    """No string of a batch holds a control character, a bidi override or isolate, or half a character."""
    for string in _strings(msgspec.to_builtins(batch)):
        for character in string:
            assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"), repr(string)
            assert not "\u202a" <= character <= "\u202e", repr(string)
            assert not "\u2066" <= character <= "\u2069", repr(string)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
