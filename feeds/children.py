"""How a module of this program is started as a process of its own.

Owns the command and the environment, so that a child finds the same packages as its parent, and never a `feeds` in
the folder somebody happens to stand in.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = str(Path(__file__).parents[1])


def command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module; `-P` keeps the current folder out of its path."""
    return (sys.executable, "-P", "-m", module, *arguments)


def environment() -> dict[str, str]:
    """Return the environment of a child: this one, with the packages this process finds."""
    path = dict.fromkeys([_ROOT, *(entry for entry in sys.path if entry)])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
