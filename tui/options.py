"""What the app is started with: where the data is, which engine, which clock, which settings.

Owns the values handed from the command line to the screen and the protocol of the engine's link as the screen
needs it. Must not import Textual, so that arguments are read and terminals refused before that is loaded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

from feeds.config import Settings
from feeds.events import Command, Event
from feeds.flow import Clock


class Link(Protocol):
    """The engine as the screen sees it, in this process or in a child (`feeds.link`)."""

    async def start(self) -> None:
        """Start the engine; returns before it is ready."""
        ...

    async def send(self, command: Command) -> None:
        """Hand a command over; what comes of it is told by events and by the store."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Yield what the engine says until it ends."""
        ...

    async def close(self) -> None:
        """Stop the engine and let go of it; may be called twice."""
        ...


@dataclass(frozen=True)
class AppOptions:
    """Everything `tui.app.run` has to know."""

    data: Path
    """Folder of stored data; `view.json` goes there as well."""
    settings: Settings
    """What the configuration says."""
    open_link: Callable[[], Link]
    """Makes the engine's link; called after the first frame."""
    clock: Clock
    """Tells the time: the demo's runs faster."""
    logs: Path
    """Folder of the crash log, which outlives data that is thrown away."""
    visit_only: bool = False
    """The sources were named on the command line and are not saved."""
    demo: bool = False
    """The made-up story is played."""
    demo_factory: Callable[[], AppOptions] | None = None
    """Makes the options of the demo, for the first screen; None where there is no demo to go to."""
    ascii_only: bool = False
    """Draw with ASCII characters only."""
    keys: str = ""
    """Name of a preset of keys (`tui.keymap.PRESETS`), empty for our own."""
    zone: tzinfo | None = field(default=None)
    """Time zone of the times shown, None for the system's."""
