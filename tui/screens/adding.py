"""How sources are asked for: an address, a list in a file, and which of several that were found.

Owns these questions, whichever screen they are asked from, and when they may be asked. What comes of the answers is
told by the engine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from textual.screen import Screen
from textual.widgets import Input

from feeds.events import AddSource, Candidate, ImportSources, SourcesFound
from feeds.model import SourceSpec
from tui import adding, cells
from tui.screens.choice import ChoiceScreen
from tui.screens.prompt import Prompt
from tui.session import Session
from tui.widgets.choice_list import Choice

_ADDRESS = ("The address of a feed, a live blog, or a page that has one", "https://example.org/live", "add")
_GUESS = (
    "A guess is a page that does not say it is a live blog: it is read by what it looks like, and something may be "
    "missed."
)
_LIST = ("An OPML file, newsboat's “urls”, or a list of addresses", "~/feeds.opml", "import")


class Say(Protocol):
    """Shows a sentence as the answer to a key."""

    def __call__(self, sentence: str, /, *, problem: bool = False) -> None:
        """Show it."""
        ...


class Adding:
    """The questions of one screen."""

    def __init__(self, screen: Screen[None], session: Session, say: Say, keys: Callable[[], Mapping[str, str]]) -> None:
        self._screen = screen
        self._session = session
        self._say = say
        self._keys = keys
        """Returns the keys the reader has chosen, by command."""
        self._found: deque[SourcesFound] = deque()
        """What is to be asked about."""

    def ask_address(self) -> None:
        """Ask for an address."""
        self._screen.app.push_screen(Prompt(*_ADDRESS), self._address)

    def _address(self, text: str | None) -> None:
        if text and self._session.add_source(text):
            self._say("Looking at that address.")
        elif text:
            self._say(adding.NO_ADDRESS, problem=True)

    def ask_list(self) -> None:
        """Ask for a file that lists sources."""
        self._screen.app.push_screen(Prompt(*_LIST), self._list)

    def _list(self, text: str | None) -> None:
        file = adding.list_file(text) if text else None
        if file is not None:
            self._session.send(ImportSources(str(file)))
            self._say("Reading that list.")
        elif text:
            self._say(adding.NO_FILE, problem=True)

    # ------------------------------------------------------------------ which of several

    def offer(self, found: SourcesFound) -> None:
        """Ask which of these is meant, as soon as that takes nobody's keys away."""
        self._found.append(found)
        self.go_on()

    def go_on(self) -> None:
        """Ask what is to be asked, unless something else is open or being typed."""
        screen = self._screen
        if self._found and screen.app.screen is screen and not isinstance(screen.focused, Input):
            found = self._found.popleft()
            question = ChoiceScreen(
                self._session,
                adding.offers(found),
                [
                    Choice(cells.one_line(each.title), adding.kind(each), cells.one_line(each.url))
                    for each in found.found
                ],
                self._keys(),
                note=_GUESS if any(each.adapter for each in found.found) else "",
            )
            screen.app.push_screen(question, partial(self._chosen, found.found))

    def _chosen(self, found: tuple[Candidate, ...], places: tuple[int, ...] | None) -> None:
        chosen = [found[place] for place in places or ()]
        if chosen:
            for each in chosen:
                spec = SourceSpec(url=each.url, adapter=each.adapter or None)
                self._session.send(AddSource(spec, chosen=True, title=each.title))
            self._say(f"Adding {len(chosen)} sources." if len(chosen) > 1 else "Adding that source.")
        else:
            self._say("Nothing was added.")
