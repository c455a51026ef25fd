"""Commands without a screen, from the shell's side: the whole of a process, beside one that imports what it uses."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import corpus, table
from benchmarks.table import Row, Size, checked, imports

_USED = ("click", "msgspec", "platformdirs", "tomllib")
"""What every command uses."""
_POLLING = (*_USED, "asyncio", "sqlite3", "httpx")
"""What a command that polls uses, in its own process…"""
_PARSING = ("msgspec", "feedparser", "lxml.etree")
"""… and in the one that reads documents."""


def commands(size: Size) -> Iterator[Row]:
    """`config path`, and `tail --once` on a file."""
    file = corpus.configuration(size.folder / "commands" / "config.toml")
    data = size.folder / "commands" / "data"
    places = ("--config", str(file), "--data", str(data))
    feed = size.folder / "commands" / "feed.xml"
    feed.write_bytes(corpus.document(1, "rss", corpus.items(1, 20)))

    path = table.python("tui", "config", "path", *places)
    bare, ours = table.pair(lambda: checked(imports()), lambda: checked(path), size.runs)
    yield Row("wirewatch config path", ours * 1000, "ms", bare * 1000, "python -c pass")
    floor, ours = table.pair(lambda: checked(imports(*_USED)), lambda: checked(path), size.runs)
    yield Row("wirewatch config path", ours * 1000, "ms", floor * 1000, "its imports", ratio=2)

    def floor_of_tail() -> None:
        checked(imports(*_POLLING))
        checked(imports(*_PARSING))

    tail = table.python("tui", "tail", "--once", *places, str(feed))
    floor, ours = table.pair(floor_of_tail, lambda: checked(tail), size.runs)
    yield Row("wirewatch tail --once FILE, whole", ours * 1000, "ms", floor * 1000, "imports, 2 processes", ratio=2)
