"""The application: starts Textual, holds the session, and sees to a clean end whatever happens.

Owns the order of starting and ending, signals, the crash page, and which screen is the main one. Decides
nothing about what is shown. Must not read the store or speak to the engine: that is the session's.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.command import CommandPalette, Provider

from feeds import crash
from feeds.errors import StoreError
from tui import commands, escape, keymap, theme, view_file
from tui.command import Scope, scope_of
from tui.key_order import KeysInOrder
from tui.options import AppOptions
from tui.palette import Palette, WirewatchProvider
from tui.screens import summary
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.welcome import WelcomeScreen
from tui.session import Session
from tui.terminal import speaks_unicode

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


class WirewatchApp(KeysInOrder, inherit_bindings=False):
    """Wirewatch on the screen."""

    TITLE = "Wirewatch"
    ENABLE_COMMAND_PALETTE = False  # opened by our own command, so that its key can be changed
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {WirewatchProvider}
    BINDINGS = commands.bindings(Scope.EVERYWHERE)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.fault: BaseException | None = None
        """The mistake in the program that ended it, None when there was none."""
        self._main: MainScreen | None = None
        settings, preset = session.options.settings, session.options.keys
        self.keymap, _ = keymap.keymap(settings.keys, preset)
        self.animation_level = "none"
        escape.part(self.keymap)
        theme.register(self)
        own = keymap.wrong(settings, self.available_themes, preset)
        self._problems = summary.wrong(settings.problems, own)
        """What is to be said of the configuration, once it can be seen."""

    # ------------------------------------------------------------------ beginning and end

    def on_mount(self) -> None:
        """Show the first screen; everything that can wait starts after it was drawn."""
        self.set_keymap(self.keymap)
        for name in _SIGNALS:
            if number := getattr(signal, name, None):
                asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)
        self.show_first()
        self.call_after_refresh(self._drawn)

    def show_first(self) -> None:
        """Show the main screen, or the welcome where there is nothing to show yet."""
        options = self.session.options
        if options.settings.sources or options.visit_only or options.demo or self.session.sources:
            self.show_main()
            return
        self.theme = options.settings.theme if options.settings.theme in self.available_themes else theme.usual(self)
        screen = WelcomeScreen(self.session, self.keymap)
        self.session.post = screen.post_message
        self._put_up(screen)
        self._say_problems(screen.tell)

    def show_main(self) -> None:
        """Show the main screen as it was left."""
        settings, names = self.session.options.settings, list(self.available_themes)
        view = view_file.load(self.session.options.data, names, self.session.library.watches.named)
        self.theme = next((each for each in (view.theme, settings.theme) if each in names), theme.usual(self))
        screen = self._main = MainScreen(self.session, view)
        screen.keymap = self.keymap
        self.session.post = screen.post_message
        self._put_up(screen)
        self._say_problems(screen.status_bar.tell)

    def _say_problems(self, tell: Callable[..., None]) -> None:
        """Say what is wrong with the configuration, once."""
        if self._problems:
            self.call_after_refresh(tell, self._problems, problem=True)
        self._problems = ""

    def _put_up(self, screen: WelcomeScreen | MainScreen) -> None:
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    async def _drawn(self) -> None:
        """Start the engine; keep what is in memory by now out of the garbage collector's way."""
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        gc.enable()
        await self.session.start()

    async def end(self) -> None:
        """Keep the view, end the session; the terminal is the shell's again by now. Raises `OSError`."""
        try:
            if self._main is not None and self.fault is None:
                view_file.save(self.session.options.data, self._main.leaving())
        finally:
            await self.session.close()

    # ------------------------------------------------------------------ commands that hold everywhere

    def action_palette(self) -> None:
        """Open the command palette."""
        if not CommandPalette.is_open(self):
            self.push_screen(Palette())

    def action_help(self) -> None:
        """Open the help, or close it."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            first = any(isinstance(each, WelcomeScreen) for each in self.screen_stack)
            over = scope_of(self.screen) or (Scope.WELCOME if first else Scope.MAIN)
            ascii_only = self.session.options.ascii_only
            self.push_screen(HelpScreen(self.keymap, over=over, first_screen=first, ascii_only=ascii_only))

    # ------------------------------------------------------------------ from the first screen on

    @on(WelcomeScreen.Begun)
    def _begun(self, event: WelcomeScreen.Begun) -> None:
        if isinstance(self.screen_stack[-1], WelcomeScreen):
            self.show_main()
            if self._main is not None and event.said:
                self.call_after_refresh(self._main.status_bar.tell, event.said)

    @on(WelcomeScreen.DemoAsked)
    async def _demo_asked(self) -> None:
        factory = self.session.options.demo_factory
        if factory is not None:
            await self.session.close()
            self.session = Session(replace(factory(), ascii_only=self.session.options.ascii_only))
            self.session.open()
            self.show_main()
            await self.session.start()

    # ------------------------------------------------------------------ mistakes in the program

    def _fatal_error(self) -> None:
        """Take the place of Textual's own page, which shows the values of variables; see `feeds.crash`."""
        self.fault = self.fault or sys.exception() or self._exception
        self._close_messages_no_wait()


# ------------------------------------------------------------------ running it


def run(options: AppOptions) -> int:
    """Open the app and return the exit status when it is over; there must be a terminal."""
    ascii_only = options.ascii_only or options.settings.ascii or not speaks_unicode(os.environ)
    session = Session(replace(options, ascii_only=ascii_only))
    try:
        session.open()
    except StoreError as error:
        print(f"wirewatch: {error}", file=sys.stderr)  # noqa: T201 - there is no screen
        return 1
    return asyncio.run(_run(WirewatchApp(session)))


async def _run(app: WirewatchApp) -> int:
    await app.run_async()
    try:
        await app.end()
    except OSError as error:
        print(f"wirewatch: the view could not be saved: {error.strerror}", file=sys.stderr)  # noqa: T201
    if app.fault is not None:
        options = app.session.options
        file = crash.write_log(app.fault, options.logs, options.clock.now())
        print(crash.sentence(app.fault, file), file=sys.stderr)  # noqa: T201 - the screen is gone
        return 1
    return app.return_code or 0
