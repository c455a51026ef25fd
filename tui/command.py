"""What a command is: a name, words, keys, a place where it holds and what it needs.

Owns the vocabulary; which commands there are is in `tui.commands`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Scope(StrEnum):
    """Where a command's keys hold."""

    EVERYWHERE = "everywhere"
    MAIN = "main"
    REVISIONS = "revisions"
    CHOICE = "choice"
    HELP = "help"
    WELCOME = "welcome"


def scope_of(screen: object) -> Scope | None:
    """Return the scope of the commands that a screen does itself, None for one of Textual's or a question."""
    scope = getattr(screen, "SCOPE", None)
    return scope if isinstance(scope, Scope) else None


class Group(StrEnum):
    """Chapters of the help."""

    MOVE = "Move"
    PANES = "Panes"
    ENTRY = "The entry"
    VIEW = "The view"
    SOURCES = "Sources"
    REVISIONS = "Revisions"
    CHOICE = "A list to choose from"
    WELCOME = "First screen"
    PROGRAM = "Wirewatch"


class Need(StrEnum):
    """What a command works on; without it, it is neither hinted at nor offered in the palette."""

    NOTHING = "nothing"
    ENTRY = "entry"
    LINK = "link"
    """An entry with an address."""
    EDITED = "edited"
    """An entry that has more than one revision."""
    SOURCE = "source"
    VISIT = "visit"
    """Sources that are not saved."""
    FILTER = "filter"
    WATCH = "watch"
    BACK = "back"
    """Something to go back from."""
    WRITING = "writing"
    """Something the engine changes in the store."""


class Command(NamedTuple):
    """Something a key can do."""

    id: str
    """Stable: what the `[keys]` table of the configuration names."""
    title: str
    """For the palette and the help: a verb and what it is done to."""
    help: str
    """A sentence."""
    keys: str
    """Parted by commas, as Textual names them."""
    group: Group
    scope: Scope = Scope.MAIN
    need: Need = Need.NOTHING
    hint: str = ""
    """A word or two for the line of hints; empty for none."""
    argument: int | None = None
    """Given to the action: the digit of a watch."""
    priority: bool = False
    """Holds even while a text is being typed."""

    @property
    def family(self) -> str:
        """The id without the argument: what commands that differ in nothing else have in common."""
        return self.id.rpartition("-")[0] if self.argument is not None else self.id

    @property
    def action(self) -> str:
        """The action as Textual writes it."""
        call = self.family.replace("-", "_")
        return f"{call}({self.argument})" if self.argument is not None else call
