"""What the command palette offers: the commands that make sense now, the sources, the themes.

Owns the search in it. Names of sources are foreign text: they are shown as plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual import events
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui import cells
from tui.command import Scope, scope_of
from tui.commands import COMMANDS, keys_of
from tui.screens.main import MainScreen

_LOW_TO = 16
"""Lines of the screen up to which the palette does without air around it."""


class Palette(CommandPalette):
    """Textual's palette, at every size."""

    CSS = """
    Palette SearchIcon { display: none; }
    Palette > Vertical { width: 90%; max-width: 96; }
    Palette CommandInput { padding: 0 1; }
    /* Lines are cut off at the edge rather than wrapped into a width of nothing. */
    Palette CommandList { min-width: 16; }
    Palette.-low > Vertical { margin-top: 0; width: 100%; }
    Palette.-low #--input, Palette.-low CommandInput, Palette.-low CommandInput:focus { border: none; }
    Palette.-low CommandInput { height: 1; }
    Palette.-low CommandList, Palette.-low CommandList:focus { max-height: 100%; padding: 0; border: none; }
    """

    def on_resize(self, event: events.Resize) -> None:
        """Leave the air out where there is little room."""
        self.set_class(event.size.height <= _LOW_TO, "-low")

    def _action_command_list(self, action: str) -> None:
        # A list of which no line can be seen has no lines to move by.
        if any(each.scrollable_content_region for each in self.query(CommandList)):
            super()._action_command_list(action)


class _Offer(NamedTuple):
    name: str
    help: str
    run: Callable[[], object]


class WirewatchProvider(Provider):
    """Everything the palette finds: the commands of the screen it lies over; on the main one, sources and themes."""

    def _offers(self) -> Iterator[_Offer]:
        screen = self.screen
        main = screen if isinstance(screen, MainScreen) else None
        bound: dict[str, str] = {}
        for key, active in screen.active_bindings.items():
            bound[active.binding.id or ""] = f"{bound.get(active.binding.id or '', '')},{key}"
        for command in COMMANDS:
            here = command.scope in (scope_of(screen), Scope.EVERYWHERE) and command.id != "palette"
            if here and (main is None or main.offers(command)):
                keys = " ".join(keys_of(command, bound))
                title = main.title_of(command) if main is not None else command.title
                yield _Offer(title, f"{keys}   {command.help}", partial(self._run, command.action, command.scope))
        if main is not None:
            yield from self._places(main)

    def _places(self, screen: MainScreen) -> Iterator[_Offer]:
        yield _Offer("Source: all", "Shows the entries of all sources.", partial(screen.show_source, None))
        for source in screen.session.sources:
            name = cells.one_line(source.name)
            yield _Offer(f"Source: {name}", "Shows its entries only.", partial(screen.show_source, source.id))
        for theme in sorted(self.app.available_themes):
            yield _Offer(f"Theme: {theme}", "Uses this theme.", partial(screen.use_theme, theme))

    async def _run(self, action: str, scope: Scope) -> None:
        target = self.app if scope is Scope.EVERYWHERE else self.screen
        await target.run_action(action)

    async def discover(self) -> Hits:
        """Yield everything while nothing is typed."""
        for offer in self._offers():
            yield DiscoveryHit(Content(offer.name), offer.run, text=offer.name, help=offer.help)

    async def search(self, query: str) -> Hits:
        """Yield what resembles the letters typed."""
        matcher = self.matcher(query)
        for offer in self._offers():
            score = matcher.match(offer.name)
            if score > 0:
                yield Hit(score, Content(offer.name), offer.run, text=offer.name, help=offer.help)
