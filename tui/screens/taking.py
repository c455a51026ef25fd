"""What the reader takes from an entry: its links, its text to the clipboard, to a file or to a program.

Owns these commands. The forms and the running are `tui.taking`'s. Part of the main screen.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from feeds.document import link_texts
from feeds.model import Entry, Source
from feeds.text import line
from tui import cells, taking
from tui.article import addresses, shown
from tui.opener import markdown
from tui.screens.choice import ChoiceScreen
from tui.screens.prompt import Prompt
from tui.screens.view_commands import ViewCommands
from tui.widgets.choice_list import Choice


class TakingCommands(ViewCommands):
    """Commands that take something of the entry along."""

    _folder = Path("~")
    """Where a file was saved last."""

    @property
    def _taken(self) -> tuple[Entry, Source] | None:
        """The entry as it is shown, with its source; None where there is none."""
        entry = self.entry
        drawn = self.detail.drawn
        if entry is not None and drawn is not None and drawn.id == entry.id:
            entry = drawn
        source = next((each for each in self.session.sources if entry and each.id == entry.source_id), None)
        return (entry, source) if entry is not None and source is not None else None

    def action_links(self) -> None:
        """Open the only link, or list all of them."""
        taken = self._taken
        if taken is None:
            return
        entry, _ = taken
        found = addresses(entry.post)
        if not found:
            self.status_bar.answer("There are no links in this entry.")
        elif len(found) == 1:
            self.open_address(found[0])
        else:
            names = link_texts(shown(entry.post))
            rows = [Choice(cells.one_line(names.get(each, "")), _host(each), each) for each in found]
            title = f"{len(found)} links: {cells.one_line(entry.post.title) or 'this entry'}"
            screen = ChoiceScreen(self.session, title, rows, self.keymap, take="open")
            self.app.push_screen(screen, partial(self._open_all, found))

    def _open_all(self, found: tuple[str, ...], places: tuple[int, ...] | None) -> None:
        for place in places or ():
            self.open_address(found[place])

    def action_copy_text(self) -> None:
        """Copy the entry as text."""
        if taken := self._taken:
            self.app.copy_to_clipboard(taking.as_text(taken[0], taken[1].name))
            self.status_bar.answer("Copied as text.")

    # ------------------------------------------------------------------ a file

    def action_save(self) -> None:
        """Ask for a file."""
        if taken := self._taken:
            name = self._folder / taking.file_name(taken[0])
            question = "A file, by its name Markdown, .txt, .html or .json"
            self.app.push_screen(Prompt(question, "", "save", str(name)), partial(self._save, *taken))

    def _save(self, entry: Entry, source: Source, typed: str | None) -> None:
        if typed is None:
            return
        file = Path(typed)
        self._folder = file.parent
        if file.expanduser().is_file():
            question = f"“{line(typed)}” is there already; write over it?"
            self.app.push_screen(Prompt(question, "yes", "go", "no"), partial(self._save_over, entry, source, file))
        else:
            self._write(entry, source, file, over=False)

    def _save_over(self, entry: Entry, source: Source, file: Path, answer: str | None) -> None:
        if (answer or "").casefold() in ("y", "yes"):
            self._write(entry, source, file, over=True)
        else:
            self.status_bar.answer("Nothing was saved.")

    def _write(self, entry: Entry, source: Source, file: Path, *, over: bool) -> None:
        said = taking.write(file, taking.written(entry, source, file), over=over)
        self.status_bar.answer(said, problem=not said.startswith("Saved"))

    # ------------------------------------------------------------------ a program

    def action_pipe(self) -> None:
        """Ask for a command."""
        if taken := self._taken:
            question = "A command that reads the entry as Markdown; with ! before it, in the terminal"
            self.app.push_screen(Prompt(question, "wc -w, or !less", "run"), partial(self._pipe, *taken))

    def _pipe(self, entry: Entry, source: Source, typed: str | None) -> None:
        if typed is None:
            return
        try:
            argv, inside = taking.command_of(typed)
        except ValueError as error:
            self.status_bar.answer(f"That command cannot be understood: {error}.", problem=True)
            return
        if not argv:
            return
        text, given = markdown(entry, source.name), taking.environment(entry, source.name)
        if inside:
            with self.app.suspend():
                said = taking.run_in_terminal(argv, text, given)
            self.status_bar.answer(said, problem=bool(said))
        else:
            self.run_worker(self._run(argv, text, given), group="pipe")

    async def _run(self, argv: list[str], text: str, given: dict[str, str]) -> None:
        said, problem = await taking.run(argv, text, given)
        self.status_bar.tell(said, problem=problem)


def _host(address: str) -> str:
    return urlsplit(address).hostname or "mail"
