"""How late a timer on the screen's loop is while the engine's process refreshes many feeds."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from benchmarks import corpus
from benchmarks.screen import Desk
from benchmarks.serving import Site
from benchmarks.table import Row, Size, percentile
from feeds.model import SourceSpec


def stalls(size: Size) -> Iterator[Row]:
    """At rest, and during a first fetch of all feeds."""
    desk = Desk(size, size.entries, writable=True)
    report = size.folder / "late.json"
    with desk.host(report) as terminal:
        desk.settle(terminal)
        terminal.press("q")
        terminal.ends()
    idle = msgspec.json.decode(report.read_bytes(), type=list[float])
    with Site(size.feeds) as site:
        named = [SourceSpec(url, name=f"Feed {number}") for number, url in enumerate(site.urls)]
        desk.config = corpus.configuration(size.folder / "polled.toml", watches=20, sources=[*corpus.specs(), *named])
        with desk.host(report) as terminal:
            terminal.until(*desk.marks)
            for _ in range(300):
                terminal.rest(0.1, at_most=0.1)
                if site.asked >= size.feeds:
                    break
            terminal.rest(1, at_most=1)  # what was answered last is still to be read and shown
            terminal.press("q")
            terminal.ends()
    late = msgspec.json.decode(report.read_bytes(), type=list[float])
    what = f"a timer's lateness, refresh of {size.feeds}"
    yield Row(f"{what}: 99 %", percentile(late, 0.99) * 1000, "ms", percentile(idle, 0.99) * 1000, "at rest", bound=10)
    yield Row(f"{what}: worst", max(late) * 1000, "ms", max(idle) * 1000, "at rest", bound=20)
