"""`wirewatch refresh` over many feeds, every one on a host of its own, beside newsboat where there is one.

Needs a system on which all of 127.0.0.0/8 is this machine, as Linux has it.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import corpus, table
from benchmarks.serving import Site
from benchmarks.table import Cost, Row, Size, checked
from feeds import children
from feeds.model import SourceSpec

_FETCHERS = 20
"""Threads newsboat is given: what suits it best on small machines."""

Refresh = Callable[[], Cost]


class _Ours:
    def __init__(self, folder: Path, urls: list[str]) -> None:
        sources = [SourceSpec(url, name=f"Feed {number}") for number, url in enumerate(urls)]
        self._data = folder / "ours"
        file = corpus.configuration(folder / "ours.toml", sources=sources)
        self._command = table.python("tui", "refresh", "--config", str(file), "--data", str(self._data))

    def forget(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)

    def refresh(self) -> Cost:
        return checked(self._command)


class _Newsboat:
    def __init__(self, folder: Path, urls: list[str], program: str) -> None:
        home = folder / "newsboat"
        home.mkdir(exist_ok=True)
        (home / "urls").write_text("\n".join(urls) + "\n")
        (home / "config").write_text(f"reload-threads {_FETCHERS}\nsuppress-first-reload yes\n")
        self._cache = home / "cache.db"
        places = ("-u", str(home / "urls"), "-C", str(home / "config"), "-c", str(self._cache))
        self._command = (program, *places, "-x", "reload")
        self._environment = {**children.environment(), "HOME": str(home)}
        told = subprocess.run([program, "-v"], capture_output=True, text=True, env=self._environment, check=False)
        self.name = " ".join(told.stdout.split()[:2]) or "newsboat"

    def forget(self) -> None:
        for file in self._cache.parent.glob("cache.db*"):
            file.unlink()

    def refresh(self) -> Cost:
        return checked(self._command, environment=self._environment)


def refreshing(size: Size) -> Iterator[Row]:
    """The five kinds of refresh that performance is judged by."""
    folder = size.folder / "refreshing"
    folder.mkdir(exist_ok=True)
    with Site(size.feeds) as site:
        ours = _Ours(folder, site.urls)
        found = shutil.which("newsboat")
        peer = _Newsboat(folder, site.urls, found) if found else None
        name = peer.name if peer else "no newsboat here"

        def each(before: Callable[[], object]) -> tuple[Cost, Cost | None]:
            costs: list[Cost] = []
            peers: list[Cost] = []
            for _ in range(size.runs):
                before()
                costs.append(ours.refresh())
                if peer:
                    peers.append(peer.refresh())
            return _median(costs), _median(peers) if peers else None

        def afresh() -> None:
            ours.forget()
            if peer:
                peer.forget()

        what = f"refresh {size.feeds} feeds"
        mine, theirs = each(afresh)
        yield Row(f"{what}, first fetch: wall", mine.wall, "s", theirs and theirs.wall, name, ratio=1)
        yield Row(f"{what}, first fetch: CPU", mine.cpu, "s", theirs and theirs.cpu, name)
        mine, theirs = each(lambda: None)
        yield Row(f"{what}, all 304: CPU", mine.cpu, "s", theirs and theirs.cpu, name, ratio=1)
        yield Row(f"{what}, all 304: wall", mine.wall, "s", theirs and theirs.wall, name)
        site.answer("same")
        mine, theirs = each(lambda: None)
        yield Row(f"{what}, same bodies: CPU", mine.cpu, "s", theirs and theirs.cpu, name, ratio=0.5)
        yield Row(f"{what}, same bodies: wall", mine.wall, "s", theirs and theirs.wall, name)
        mine, theirs = each(lambda: site.answer("new"))
        yield Row(f"{what}, one new entry each: CPU", mine.cpu, "s", theirs and theirs.cpu, name, ratio=0.5)
        yield Row(f"{what}, one new entry each: wall", mine.wall, "s", theirs and theirs.wall, name)


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs), 0)
