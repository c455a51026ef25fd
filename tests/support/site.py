"""A site that answers as it is told, and an adapter that reads its pages: one line a post."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from feeds.document import paragraphs
from feeds.errors import FetchError, FetchFault, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.model import Batch, Extent, Kind, Post, Validators

Answer = bytes | FetchError | Exception


class Site:
    """A `Fetcher` over a table of addresses; it keeps score of what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.sent: list[Validators] = []
        self.held: dict[str, asyncio.Event] = {}
        """Addresses whose answer waits until it is let go."""
        self.under_way = 0
        self.most_under_way = 0
        self.moved_to: dict[str, str] = {}
        self.max_age: float | None = None
        self.validating = True

    def put(self, url: str, *lines: str) -> None:
        """Let an address answer with these posts, newest first: `key|title|text`, the rest optional."""
        self.pages[url] = "\n".join(lines).encode()

    def fail(self, url: str, fault: FetchFault = FetchFault.CONNECT, **facts: object) -> None:
        """Let an address fail."""
        self.pages[url] = FetchError(f"{url} failed.", url=url, fault=fault, **facts)

    def hold(self, url: str) -> asyncio.Event:
        """Let an address answer only once the event is set."""
        return self.held.setdefault(url, asyncio.Event())

    async def fetch(self, request: Request, *, validators: Validators, channel: str) -> Response:
        self.asked.append(request.url)
        self.sent.append(validators)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if request.url in self.held:
                await self.held[request.url].wait()
            await asyncio.sleep(0)
            return self._answer(request, validators)
        finally:
            self.under_way -= 1

    def _answer(self, request: Request, validators: Validators) -> Response:
        page = self.pages.get(request.url)
        if page is None:
            raise FetchError(f"{request.url} is not there.", url=request.url, fault=FetchFault.STATUS, status=404)
        if isinstance(page, Exception):
            raise page
        now = Validators(etag=f'"{hash(page)}"') if self.validating else Validators()
        if self.validating and request.conditional and validators.etag == now.etag:
            return Response(request.url, request=request.url, status=304, validators=now, not_modified=True)
        return Response(
            request.url,
            request=request.url,
            body=page,
            validators=now,
            moved_to=self.moved_to.get(request.url),
            max_age=self.max_age,
        )

    async def close(self) -> None:
        """Nothing is held open."""


class Lines:
    """An adapter that reads lines: `key|title|text`; `!…` at first is an error, `<…` the address of an older page."""

    name = "lines"
    start = datetime(2026, 3, 1, 8, 0).astimezone()

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.read = 0
        """Documents that were read."""
        self.raising: Callable[[], Exception] | None = None

    def claim(self, url: str) -> Confidence:
        return Confidence.MINE

    def sniff(self, response: Response) -> Confidence:
        return Confidence.MAYBE

    def poll(self, visit: Visit) -> Flow[Batch]:
        response = yield Request(visit.url, conditional=True)
        return self._batch(visit, response)

    def older(self, visit: Visit) -> Flow[Batch]:
        response = yield Request(str(visit.older["page"]))
        return self._batch(visit, response)

    def _batch(self, visit: Visit, response: Response) -> Batch:
        self.visits.append(visit)
        self.read += 1
        if self.raising is not None:
            raise self.raising()
        lines = response.body.decode().split("\n") if response.body else []
        if lines and lines[0].startswith("!"):
            raise ParseError(lines[0][1:])
        posts = []
        pages = [line[1:] for line in lines if line.startswith("<")]
        for line in (line for line in lines if not line.startswith("<")):
            key, title, text, *_ = [*line.split("|"), "", ""]
            at = self.start + timedelta(minutes=int(key)) if key.isdigit() else None
            posts.append(Post(key=key, title=title, body=paragraphs(text), published=at))
        return Batch(
            Kind.FEED,
            posts=tuple(posts),
            title="A paper",
            extent=Extent.PART,
            cursor={"read": self.read},
            older={"page": pages[0]} if pages else {},
        )
