"""The view of the last visit, in the folder of stored data.

Owns the file; what is in it is `tui.state`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from feeds.query import NO_WATCHES, Query
from tui.state import ViewState, decode, encode

_NAME = "view.json"


def load(folder: Path, themes: Sequence[str], watches: Mapping[str, Query] = NO_WATCHES) -> ViewState:
    """Return the view of the last visit; a new one where none can be read. `watches` are those a filter may name."""
    try:
        return decode((folder / _NAME).read_bytes(), themes=themes, watches=watches)
    except OSError:
        return ViewState()


def save(folder: Path, state: ViewState) -> None:
    """Keep the view for the next visit, in one step. Raises `OSError`."""
    temporary = folder / f".{_NAME}.new"
    temporary.write_bytes(encode(state))
    temporary.replace(folder / _NAME)
