"""Processor time of a request: our fetcher beside httpx as everybody uses it, one client for all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from benchmarks.serving import Site
from benchmarks.table import Row, Size
from feeds.clock import SystemClock
from feeds.flow import Request
from feeds.model import Validators

_AT_ONCE = 50


def fetching(size: Size) -> Iterator[Row]:
    """Requests to many hosts, so many at once, each host asked several times; and answered with 304."""
    with Site(min(size.feeds, _AT_ONCE)) as site:
        for name, tag in (("whole answers", None), ("304", '"any"')):
            pooled, ours = [], []
            for _ in range(size.runs):
                pooled.append(asyncio.run(_pooled(site.urls, size.runs, tag)))
                ours.append(asyncio.run(_ours(site.urls, size.runs, tag)))
            floor, taken = sorted(pooled)[len(pooled) // 2] * 1000, sorted(ours)[len(ours) // 2] * 1000
            yield Row(f"CPU a request, {name}", taken, "ms", floor, "httpx, one client", ratio=0.5)


async def _pooled(urls: list[str], rounds: int, tag: str | None) -> float:
    """Return the seconds of processor time a request takes."""
    import httpx

    headers = {"If-None-Match": tag} if tag else {}
    async with httpx.AsyncClient(headers=headers, trust_env=False, verify=False) as client:
        await asyncio.gather(*(client.get(url) for url in urls))
        start = time.process_time()
        for _ in range(rounds):
            await asyncio.gather(*(client.get(url) for url in urls))
        return (time.process_time() - start) / rounds / len(urls)


async def _ours(urls: list[str], rounds: int, tag: str | None) -> float:
    from feeds.fetch import HttpFetcher

    fetcher = HttpFetcher(SystemClock(), environment={})
    requests = [Request(url, conditional=True) for url in urls]
    validators = Validators(etag=tag)

    async def ask() -> None:
        await asyncio.gather(*(fetcher.fetch(each, validators=validators, channel=each.url) for each in requests))

    try:
        await ask()
        start = time.process_time()
        for _ in range(rounds):
            await ask()
        return (time.process_time() - start) / rounds / len(urls)
    finally:
        await fetcher.close()
