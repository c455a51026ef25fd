from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.parsing import InlineParsing
from tests.support.commands import Commands


@pytest.fixture
def wirewatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The command line over a configuration and data of this test, its documents read in this process."""
    monkeypatch.setattr("feeds.assembly.ParserPool", InlineParsing)
    return Commands(tmp_path)


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
