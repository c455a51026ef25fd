"""What an answer and a batch must be before they pass between the network, an adapter and the rest.

Owns the last check at that border. An adapter makes its text safe itself (`feeds.html`, `feeds.text`); one that
forgot to, perhaps somebody else's, must not be how a control character reaches a terminal or a `javascript:`
address a browser. So everything is looked at again, and only what is wrong is made anew. Reads no format.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import MsgspecError, json, msgpack
from msgspec.structs import replace

from feeds import sniff, text
from feeds.document import (
    Block,
    Cell,
    Code,
    Document,
    Heading,
    Listing,
    Media,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
)
from feeds.errors import AdapterError
from feeds.flow import Response
from feeds.model import Batch, Coverage, Enclosure, Offer, Post

T = TypeVar("T")

MAX_POSTS = 10_000
"""Posts taken of one batch."""
MAX_DEPTH = 32
"""Levels of blocks inside blocks."""
MAX_KEY = 2_000
MAX_LINE = 2_000
"""Characters of a title, a name or a tag."""
MAX_LIST = 200
"""Authors, tags or enclosures of one post."""
MAX_PROBLEMS = 50
_NUMBERS = 2**53
"""Numbers from here on are kept by no format in between, and mean nothing."""


def admit(response: Response) -> Response:
    """Return an answer an adapter may read. Raises `ParseError` for one that none may be given."""
    sniff.check(sniff.sniff(response))
    return response


def clean(returned: object, adapter: str) -> Batch:
    """Return what an adapter returned as a batch that may be shown and stored, with the adapter's name.

    Raises `AdapterError` where it is no batch, or a field of it holds something else than the model says.
    """
    if not isinstance(returned, Batch):
        message = f"The adapter “{adapter}” returned {type(returned).__name__} where a batch of posts was due."
        raise AdapterError(message, adapter=adapter)
    try:
        batch = _batch(returned, adapter)
        # The way to the other process, where a field of the wrong type would come out: first as plain JSON, which
        # a cursor must be, then in the form that is sent, which has no number beyond 64 bits.
        plain = json.decode(json.encode(batch), type=Batch)
        msgpack.encode(plain)
        return plain
    except (MsgspecError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        # Our own cleaning fails on fields of a wrong type before the decoder can name them.
        message = (
            f"The adapter “{adapter}” returned a batch that does not hold what it must: {text.line(str(error))[:200]}"
        )
        raise AdapterError(message, adapter=adapter) from error


def _batch(batch: Batch, adapter: str) -> Batch:
    problems = [_line(problem) for problem in batch.problems[:MAX_PROBLEMS]]
    if len(batch.posts) > MAX_POSTS:
        problems.append(f"The source lists more than {MAX_POSTS:,} posts; only these were taken.")
    return replace(
        batch,
        adapter=adapter,
        posts=tuple(map(_post, batch.posts[:MAX_POSTS])),
        title=_line(batch.title),
        description=_text(batch.description),
        link=_web(batch.link),
        language=_optional(_line, batch.language),
        coverage=_optional(_coverage, batch.coverage),
        offers=tuple(offer for offer in map(_offer, batch.offers[:MAX_LIST]) if offer.url),
        problems=tuple(problems),
    )


def _post(post: Post) -> Post:
    if not isinstance(post, Post):
        raise TypeError(f"Expected a post, got {type(post).__name__}")
    return replace(
        post,
        key=_text(post.key).strip()[:MAX_KEY],
        url=_web(post.url),
        title=_line(post.title),
        authors=_lines(post.authors),
        published=_optional(_utc, post.published),
        updated=_optional(_utc, post.updated),
        summary=_document(post.summary),
        body=_document(post.body),
        tags=_lines(post.tags),
        enclosures=tuple(each for each in map(_enclosure, post.enclosures[:MAX_LIST]) if each.url),
        language=_optional(_line, post.language),
        origin=_optional(_line, post.origin),
    )


def _coverage(coverage: Coverage) -> Coverage:
    return replace(
        coverage,
        headline=_line(coverage.headline),
        description=_document(coverage.description),
        started=_optional(_utc, coverage.started),
        ended=_optional(_utc, coverage.ended),
    )


def _enclosure(enclosure: Enclosure) -> Enclosure:
    length = enclosure.length
    if length is not None and not 0 <= length < _NUMBERS:
        length = None
    return replace(enclosure, url=_web(enclosure.url) or "", type=_optional(_line, enclosure.type), length=length)


def _offer(offer: Offer) -> Offer:
    return Offer(_web(offer.url) or "", _line(offer.type), _line(offer.title), _line(offer.adapter))


# ------------------------------------------------------------------ documents


def _document(document: Document, depth: int = 0) -> Document:
    if depth > MAX_DEPTH:
        raise ValueError("Blocks are nested too deeply")
    return tuple([_block(block, depth) for block in document])


def _block(block: Block, depth: int) -> Block:
    match block:
        case Paragraph(runs):
            return Paragraph(_runs(runs))
        case Heading(runs, level):
            return Heading(_runs(runs), min(max(level, 1), 6))
        case Quote(blocks):
            return Quote(_document(blocks, depth + 1))
        case Listing(items, start):
            first = start if start is None or abs(start) < _NUMBERS else 1
            return Listing(tuple(_document(item, depth + 1) for item in items), first)
        case Table(rows):
            return Table(tuple(tuple(Cell(_runs(cell.runs), cell.header) for cell in row) for row in rows))
        case Code(code):
            return Code(_text(code))
        case Media(kind, url, caption):
            return Media(kind, _web(url) or "", _line(caption))
        case Rule():
            return block
    raise TypeError(f"Expected a block of text, got {type(block).__name__}")


def _runs(runs: Runs) -> Runs:
    return tuple([Run(_text(run.text), run.style, _link(run.link)) for run in runs])


def _link(link: str) -> str:
    if not link or not isinstance(link, str):
        return ""
    safe = text.url(link, "") or ""
    return safe if safe.startswith(("http://", "https://", "mailto:")) else ""


# ------------------------------------------------------------------ single values


def _optional(check: Callable[[T], T], value: T | None) -> T | None:
    return None if value is None else check(value)


def _string(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"Expected text, got {type(value).__name__}")
    return value


def _text(value: str) -> str:
    return text.clean(_string(value))


def _line(value: str) -> str:
    return text.line(_string(value))[:MAX_LINE]


def _lines(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in map(_line, values[:MAX_LIST]) if line)


def _web(url: str | None) -> str | None:
    """Return an absolute http or https address, or None for anything else."""
    safe = text.url(url, "") if url and isinstance(url, str) else None
    return safe if safe and safe.startswith(("http://", "https://")) else None


def _utc(when: datetime) -> datetime:
    """Return a time as UTC; one without a zone is taken to be, as the model has it."""
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
