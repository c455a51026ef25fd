from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.terminal import Desk

collect_ignore_glob = [] if importlib.util.find_spec("pty") and importlib.util.find_spec("termios") else ["test_*.py"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A home for one run of the program."""
    from tests.support.terminal import Desk

    return Desk(tmp_path)
