"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support import shared as shared_files

# Whatever terminal runs the tests, the screen in them has all colours: of sixteen it would use another theme.
os.environ["COLORTERM"] = "truecolor"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of other people's samples beside the project."""
    if not shared_files.FOLDER.is_dir():
        pytest.skip(f"the samples of publishers are not on this machine ({shared_files.FOLDER})")
    return shared_files.FOLDER
