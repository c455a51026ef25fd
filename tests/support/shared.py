"""Where other people's pages and feeds lie, if they are on this machine at all.

They are not ours to publish, so they live beside the project; tests over them are skipped elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ.get("WIREWATCH_SHARED", Path(__file__).parents[3] / "shared"))


def paths(under: str, pattern: str = "*") -> list[Path]:
    """Return the files below a folder of the collection, sorted; an empty list where there is no collection."""
    return sorted(path for path in (FOLDER / under).glob(pattern) if path.is_file())
