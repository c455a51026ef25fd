"""The first screen, while nothing is configured: what Wirewatch is, and the ways on.

Owns its words; the questions are those of `adding`. It goes away when there is a source to show.
"""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from tui import cells, messages
from tui.command import Scope
from tui.commands import BY_ID, bindings, keys_of
from tui.screens.adding import Adding
from tui.session import Session

_WAYS = (
    ("first-source", "add a source", "a feed, a live blog, or its page"),
    ("first-list", "import a list", "OPML, newsboat, or addresses"),
    ("demo", "see the demo", "a made-up story, offline"),
    ("help", "help", "every key, and the query language"),
    ("leave", "quit", ""),
)


class WelcomeScreen(Screen[None], inherit_bindings=False):
    """Says hello and offers a way on."""

    SCOPE = Scope.WELCOME
    BINDINGS = bindings(SCOPE)
    CSS = """
    WelcomeScreen { align: center middle; background: $background; }
    WelcomeScreen > Vertical { width: 66; max-width: 96%; height: auto; }
    WelcomeScreen Static { width: 1fr; height: auto; }
    WelcomeScreen .welcome--name { text-align: center; margin-bottom: 1; }
    WelcomeScreen .welcome--what { text-align: center; margin-bottom: 2; }
    WelcomeScreen .welcome--ways { padding: 0 4; }
    WelcomeScreen .welcome--notice { text-align: center; margin-top: 2; min-height: 2; }
    WelcomeScreen.-small .welcome--name, WelcomeScreen.-small .welcome--what { margin-bottom: 0; }
    WelcomeScreen.-small .welcome--ways { padding: 0; }
    WelcomeScreen.-small .welcome--notice { margin-top: 0; min-height: 0; }
    WelcomeScreen.-small.-told .welcome--name, WelcomeScreen.-small.-told .welcome--what { display: none; }
    """

    class DemoAsked(Message):
        """The reader wants to see the demo."""

    class Begun(Message):
        """There is a source now."""

        def __init__(self, said: str) -> None:
            """`said` was said last, and may not have been read yet."""
            super().__init__()
            self.said = said

    def __init__(self, session: Session, keys: dict[str, str]) -> None:
        super().__init__()
        self._session = session
        self._keys = keys
        self._said = ""
        """What the engine said last."""
        self._adding = Adding(self, session, self.tell, lambda: keys)

    def compose(self) -> ComposeResult:
        """Lay out a few centred lines."""
        with Vertical():
            yield Static(self._wordmark(), classes="welcome--name")
            yield Static(
                Content.styled("Live blogs and feeds on one timeline\nthat never moves under you.", "$foreground 75%"),
                classes="welcome--what",
            )
            yield Static(self._ways(), classes="welcome--ways")
            yield Static(Content(""), classes="welcome--notice")

    def on_resize(self) -> None:
        """Leave the air out where there is little room."""
        self.set_class(self.app.size.height < 16 or self.app.size.width < 60, "-small")
        self.query_one(".welcome--ways", Static).update(self._ways())

    def _wordmark(self) -> Content:
        rule = "--" if self._session.options.ascii_only else "━━"
        return Content.assemble(
            (rule, "$primary 40%"), (rule, "$primary"), ("  W I R E W A T C H  ", "bold $foreground"),
            (rule, "$primary"), (rule, "$primary 40%"),
        )  # fmt: skip

    def _ways(self) -> Content:
        lines: list[Content | str] = []
        for command, title, about in _WAYS:
            if command == "demo" and self._session.options.demo_factory is None:
                continue
            key = keys_of(BY_ID[command], self._keys, ascii_only=self._session.options.ascii_only)[0]
            about = "" if self.app.size.width < 66 else about
            lines.append(
                Content.assemble(
                    (f"{key:>5}", "bold $accent"),
                    (f"   {title:<16}", "$foreground"),
                    (about, "$foreground 65%"),
                )
            )
        return Content("\n").join(lines)

    def tell(self, sentence: str, *, problem: bool = False) -> None:
        """Say something below the ways on."""
        # Where both have no room, what is said is worth more than the name.
        self.set_class(bool(sentence), "-told")
        notice = Content.styled(cells.one_line(sentence), "$error" if problem else "$accent")
        self.query_one(".welcome--notice", Static).update(notice)

    # ------------------------------------------------------------------ commands

    def action_first_source(self) -> None:
        """Ask for an address."""
        self._adding.ask_address()

    def action_first_list(self) -> None:
        """Ask for a list of sources."""
        self._adding.ask_list()

    def action_demo(self) -> None:
        """Play the demo."""
        if self._session.options.demo_factory is not None:
            self.post_message(self.DemoAsked())

    def action_leave(self) -> None:
        """Leave Wirewatch."""
        self.app.exit()

    # ------------------------------------------------------------------ news

    @on(messages.SourcesRead)
    def _sources_read(self, event: messages.SourcesRead) -> None:
        self._session.learn(event)
        if event.sources:
            self.post_message(self.Begun(self._said))

    @on(messages.SourcesOffered)
    def _offered(self, event: messages.SourcesOffered) -> None:
        self._adding.offer(event.found)

    def on_screen_resume(self) -> None:
        """Ask what had to wait while something else was open, or go on to what came meanwhile."""
        self._adding.go_on()
        if self._session.sources:
            self.post_message(self.Begun(self._said))

    @on(messages.Noticed)
    def _noticed(self, event: messages.Noticed) -> None:
        self._said = event.sentence
        self.tell(event.sentence, problem=event.problem)

    @on(messages.Broken)
    def _broken(self, event: messages.Broken) -> None:
        raise event.error
