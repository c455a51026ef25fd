"""The line a query is typed into, with what is wrong with it below, as it is typed.

Owns the text being typed and its error. Says when a query can be understood, is applied or is left; what
comes of it is the screen's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from feeds.errors import QueryError
from feeds.query import NO_WATCHES, Query, parse


class _Underline(Highlighter):
    """Marks the place where understanding ended."""

    def __init__(self) -> None:
        self.error_at: int | None = None

    def highlight(self, text: Text) -> None:
        """Underline from the error to the end of its word."""
        if self.error_at is None or not text.plain:
            return
        start = min(self.error_at, len(text.plain) - 1)
        blank = text.plain.find(" ", start + 1)
        text.stylize("bold underline red", start, len(text.plain) if blank < 0 else blank)


_OPERATORS = ("AND", "OR", "NOT")


def in_force(text: str, so_far: str, before: str, watches: Mapping[str, Query] = NO_WATCHES) -> str:
    """Return the query that holds while a text stands in the line.

    It is the text where it can be understood, without the beginning of an operator at its end: `kyiv AN` on its
    way to `kyiv AND odesa` is no search for “an”. While it cannot be understood it is `so_far`, what was in force
    a moment ago, where the text only goes on from there, else what was there `before` the line was opened. `watches`
    are those it may name.
    """
    words, _, last = text.rpartition(" ")
    begun = bool(last) and any(each.startswith(last) and each != last for each in _OPERATORS)
    whole = words if begun else text
    try:
        parse(whole, watches)
    except QueryError:
        return so_far if text.startswith(so_far) else before
    return whole.strip()


class QueryBar(Vertical):
    """A query, hidden until it is opened."""

    DEFAULT_CSS = """
    QueryBar {
        height: auto; width: 1fr; display: none;
        &.-open { display: block; }
        & Horizontal { height: 1; }
        & .query--label { width: auto; padding: 0 1; }
        & Input { width: 1fr; height: 1; border: none; padding: 0; }
        & .query--error { height: auto; padding: 0 1; display: none; }
        &.-wrong .query--error { display: block; }
    }
    """

    @dataclass
    class Typed(Message):
        """The text is another one."""

        text: str
        """The query that is in force while it stands there; see `in_force`."""

    @dataclass
    class Applied(Message):
        """The reader is done."""

        text: str

    @dataclass
    class Left(Message):
        """The reader does not want it: what was there before is meant."""

        text: str
        """The query there was before; empty when the reader had emptied the line."""

    def __init__(self, watches: Mapping[str, Query], *, id: str | None = None) -> None:
        """`watches` are those a query may name."""
        super().__init__(id=id)
        self._watches = watches
        self._before = ""
        self._in_force = ""
        self._underline = _Underline()

    def compose(self) -> ComposeResult:
        """Lay out the line and the sentence below it."""
        with Horizontal():
            yield Static(Content("Filter"), classes="query--label")
            yield Input(
                placeholder='kyiv OR "peace talks" -sport is:unread',
                highlighter=self._underline,
                select_on_focus=False,
                compact=True,
            )
        yield Static(Content(""), classes="query--error")

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self.has_class("-open")

    @property
    def waits(self) -> bool:
        """Whether what is typed cannot be followed yet: another query is in force."""
        return self.is_open and self.query_one(Input).value.strip() != self._in_force

    def open(self, text: str) -> None:
        """Show the line with a query in it, selected, so that typing writes another and an arrow goes on with it."""
        self._before = self._in_force = text
        self.add_class("-open")
        line = self.query_one(Input)
        with self.prevent(Input.Changed):
            line.value = text
        line.select_all()
        self._judge(text)
        self.screen.set_focus(line)  # at once: the next key is for the line

    def leave(self) -> None:
        """Go, as escape does: the query there was before holds; an emptied line means none."""
        text = self.query_one(Input).value
        self._close()
        self.post_message(self.Left(self._before if text.strip() else ""))

    def _close(self) -> None:
        self.remove_class("-open", "-wrong")

    def _judge(self, text: str) -> bool:
        """Show what is wrong with a text; say whether nothing is."""
        sentence, at = "", None
        try:
            parse(text, self._watches)
        except QueryError as error:
            sentence, at = str(error), error.position
        self.set_class(bool(sentence), "-wrong")
        self.query_one(".query--error", Static).update(Content(sentence))
        if at != self._underline.error_at:
            self._underline.error_at = at
            self.query_one(Input).refresh()
        return not sentence

    def on_input_changed(self, event: Input.Changed) -> None:
        """Judge the text as it is typed."""
        event.stop()
        if self.is_open:
            self._judge(event.value)
            self._in_force = in_force(event.value, self._in_force, self._before, self._watches)
            self.post_message(self.Typed(self._in_force))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply the text, if it can be understood."""
        event.stop()
        if self._judge(event.value):
            self._close()
            self.post_message(self.Applied(event.value))

    def on_key(self, event: events.Key) -> None:
        """Leave on escape, wherever in the bar the focus is."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.leave()
