"""Everything a key can do: one registry from which bindings, palette, help, hints and documentation are made.

Owns ids, titles, keys and words. Each command is the action `action_<id>` of the screen its scope names (of
the app for `everywhere`), with hyphens as underscores. Must not do the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from tui.command import Command, Group, Need, Scope
from tui.keys import shown, split
from tui.overlays import OVERLAYS
from tui.state import Pane

COMMANDS: tuple[Command, ...] = (
    # Move
    Command(
        "down", "Next entry",
        "Goes one entry down, towards older ones; among the sources, one source down.", "j,down",
        Group.MOVE
    ),
    Command(
        "up", "Previous entry", "Goes one entry up, towards newer ones; among the sources, one source up.",
        "k,up", Group.MOVE
    ),
    Command(
        "scroll-down", "Scroll the detail down", "Moves the text of the entry three lines on.",
        "J,shift+down", Group.MOVE, hint="scroll"
    ),
    Command(
        "scroll-up", "Scroll the detail up", "Moves the text of the entry three lines back.", "K,shift+up",
        Group.MOVE
    ),
    Command(
        "newest", "Go to the newest",
        "Goes to the newest entry and follows; in the detail, to its beginning.", "g,home", Group.MOVE,
    ),
    Command(
        "oldest", "Go to the oldest", "Goes to the oldest entry; in the detail, to its end.", "G,end",
        Group.MOVE
    ),
    Command(
        "read-on", "Read on",
        "Scrolls the text of the entry by a page and, at its end, goes to the next unread entry.", "space",
        Group.MOVE, hint="read on"
    ),
    Command("page-down", "Page down", "Moves down by a screen.", "pagedown", Group.MOVE),
    Command("page-up", "Page up", "Moves up by a screen.", "pageup", Group.MOVE),
    Command("next-hour", "Older hour", "Goes to the first entry of the hour before.", "}", Group.MOVE),
    Command(
        "previous-hour", "Newer hour", "Goes to the first entry of this hour, or of the hour after.", "{",
        Group.MOVE
    ),
    Command(
        "time", "Go to a time", "Asks for a time, such as 14:30, and goes to the last entry before it.", "t",
        Group.MOVE
    ),
    Command(
        "catch-up", "Catch up",
        "Goes to where the last visit ended, and then from one unread entry to the next newer one.", "c",
        Group.MOVE
    ),
    Command(
        "next-match", "Next match",
        "Goes to the next older entry a watch lights up; where none is on, to the next "
        "unread one.", "n", Group.MOVE, hint="next match"
    ),
    Command("previous-match", "Previous match", "The same, towards newer entries.", "N", Group.MOVE),
    Command(
        "older", "Fetch older entries",
        "Fetches what came before the oldest entries, where the source pages back; so does going on below them.",
        "O", Group.MOVE, need=Need.SOURCE
    ),
    # Panes
    Command(
        "open", "Open the entry",
        "Opens the entry under the cursor in the detail; on a source, shows its entries.", "enter",
        Group.PANES, hint="open"
    ),
    Command(
        "next-pane", "Next pane", "Goes to the next pane: sources, timeline, detail.", "tab", Group.PANES,
        hint="pane"
    ),
    Command("previous-pane", "Previous pane", "Goes to the pane before.", "shift+tab", Group.PANES),
    Command("sources", "Go to the sources", "Shows the sources and goes to them.", "S", Group.PANES),
    Command(
        "zoom", "Zoom the pane", "Gives the pane in use the whole screen, and takes it back.", "z",
        Group.PANES
    ),
    Command(
        "escape", "Back",
        "Goes one step back: out of the zoom, to the timeline, out of the filter, to all sources.",
        "escape", Group.PANES, need=Need.BACK, hint="back"
    ),
    # The entry
    Command(
        "full-text", "Full text",
        "Fetches the page of the entry and shows its whole text; then switches between that and the feed's.",
        "v", Group.ENTRY, need=Need.LINK, hint="full text"
    ),
    Command(
        "browser", "Open in the browser", "Opens the address of the entry in the browser.", "o",
        Group.ENTRY, need=Need.LINK, hint="browser"
    ),
    Command(
        "links", "Links", "Lists the links of the entry, by number as in its text, to open or to copy them.", "l",
        Group.ENTRY, need=Need.ENTRY, hint="links"
    ),
    Command(
        "copy-link", "Copy the link",
        "Copies the address of the entry; in the detail, the text the mouse has selected.", "y",
        Group.ENTRY, need=Need.LINK
    ),
    Command(
        "copy-markdown", "Copy as Markdown",
        "Copies headline, source, time, address and text as Markdown.", "Y", Group.ENTRY, need=Need.ENTRY
    ),
    Command(
        "copy-text", "Copy as text", "Copies headline, source, time, address and text without any signs.", "C",
        Group.ENTRY, need=Need.ENTRY
    ),
    Command(
        "save", "Save to a file",
        "Asks for a file and writes the entry there: as Markdown, or as .txt, .html or .json by its name.", "W",
        Group.ENTRY, need=Need.ENTRY
    ),
    Command(
        "pipe", "Pipe to a command",
        "Asks for a command and hands it the entry as Markdown; behind ! it has the terminal.", "vertical_line",
        Group.ENTRY, need=Need.ENTRY
    ),
    Command(
        "mark-read", "Mark read or unread", "Marks the entry as read, or as unread again.", "m",
        Group.ENTRY, need=Need.ENTRY, hint="read"
    ),
    Command(
        "star", "Star", "Gives the entry a star, or takes it away.", "s", Group.ENTRY, need=Need.ENTRY,
        hint="star"
    ),
    Command(
        "mark-all-read", "Mark all read", "Marks every entry of the view as read; u takes it back.", "A",
        Group.ENTRY, need=Need.WRITING
    ),
    Command(
        "undo", "Undo",
        "Takes back the last mark, filter, switch of a watch or choice of a source, and those before it.",
        "u", Group.ENTRY
    ),
    Command(
        "revisions", "Show revisions",
        "Shows what was changed in the entry after it was published, word by word.", "e", Group.ENTRY,
        need=Need.EDITED, hint="revisions"
    ),
    # The view
    Command(
        "filter", "Filter", "Shows only entries that match a query, as it is typed.", "F,slash", Group.VIEW,
        hint="filter"
    ),
    Command(
        "hide-read", "Hide what was read", "Shows only entries that were not read yet, and all of them again.",
        "full_stop", Group.VIEW
    ),
    Command(
        "filters", "Switch all filters",
        "Switches the filter and all watches that filter or mute off, and on again.", "ctrl+f", Group.VIEW,
        need=Need.FILTER
    ),
    *(
        Command(
            f"watch-{key}", f"Switch watch {key}",
            f"Switches the watch with the key {key} off, and on again.", str(key), Group.VIEW,
            need=Need.WATCH, argument=key,
        )
        for key in range(1, 10)
    ),
    Command(
        "follow", "Follow or hold", "Keeps the newest entry on top, or stays where you are.", "p",
        Group.VIEW
    ),
    Command(
        "density", "Change the density", "One line an entry, or the headline with some text.", "d",
        Group.VIEW
    ),
    Command(
        "theme", "Change the theme", "Goes to the next of Wirewatch's themes; the palette offers all.",
        "T", Group.VIEW
    ),
    # Sources
    Command(
        "refresh", "Poll this source", "Polls the source of the entry, or the one under the cursor, now.",
        "r", Group.SOURCES, need=Need.SOURCE, hint="poll"
    ),
    Command(
        "refresh-all", "Poll all sources", "Polls every source now; what was polled a moment ago waits.",
        "R", Group.SOURCES, need=Need.WRITING
    ),
    Command(
        "add", "Add a source", "Asks for the address of a feed, a live blog or a page, and follows it.",
        "a", Group.SOURCES, need=Need.WRITING, hint="add"
    ),
    Command(
        "import", "Import a list of sources",
        "Asks for an OPML file, the urls file of newsboat or a list of addresses, and follows what it names.",
        "I", Group.SOURCES, need=Need.WRITING
    ),
    Command(
        "keep", "Keep these sources", "Saves the sources of this visit to the configuration.", "+",
        Group.SOURCES, need=Need.VISIT
    ),
    *OVERLAYS,
    # Wirewatch
    Command(
        "palette", "Command palette", "Finds any command, source or theme by a few letters.",
        "colon,ctrl+p", Group.PROGRAM, Scope.EVERYWHERE, hint="palette"
    ),
    Command(
        "help", "Help", "Shows every key and the query language.", "question_mark", Group.PROGRAM,
        Scope.EVERYWHERE, hint="help"
    ),
    Command(
        "back", "Back, then quit", "Goes one step back as Esc does; where there is none, leaves Wirewatch.",
        "q", Group.PROGRAM
    ),
    Command(
        "quit", "Quit", "Leaves Wirewatch at once.", "ctrl+c", Group.PROGRAM, Scope.EVERYWHERE,
        priority=True
    ),
    Command(
        "suspend-process", "Suspend", "Leaves the terminal to the shell; fg comes back.", "ctrl+z",
        Group.PROGRAM, Scope.EVERYWHERE, priority=True
    ),
)  # fmt: skip

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}

HINTS: Mapping[Pane, tuple[str, ...]] = {
    Pane.SOURCES: ("open", "refresh", "add", "escape", "next-pane", "palette", "help"),
    Pane.TIMELINE: (
        "escape", "open", "read-on", "next-match", "filter", "browser", "star", "mark-read", "revisions",
        "next-pane", "palette", "help",
    ),
    Pane.DETAIL: (
        "scroll-down", "read-on", "next-match", "links", "full-text", "browser", "revisions", "star", "mark-read",
        "escape", "next-pane", "palette", "help",
    ),
}  # fmt: skip
"""What the line of hints names in each pane, the most useful first; the last one is named whatever the room."""


def bindings(scope: Scope) -> list[BindingType]:
    """Return the bindings of a scope, with the ids by which a keymap changes them."""
    return [_binding(command, command.action) for command in COMMANDS if command.scope is scope]


def app_binding(command_id: str) -> BindingType:
    """Return the binding of a command that holds everywhere, for a screen that lets no key through to the app."""
    command = BY_ID[command_id]
    return _binding(command, f"app.{command.action}")


def _binding(command: Command, action: str) -> Binding:
    return Binding(command.keys, action, command.title, show=False, priority=command.priority, id=command.id)


def keys_of(command: Command, keys: Mapping[str, str] | None = None, *, ascii_only: bool = False) -> list[str]:
    """Return the keys of a command as people read them."""
    changed = (keys or {}).get(command.id, command.keys)
    return [shown(key, ascii_only=ascii_only) for key in split(changed)]


_FAMILIES: Mapping[str, tuple[str, str]] = {
    "watch": ("Switch a watch", "Switches the watch with that key off, and on again."),
    "take-numbered": ("Take by number", "Takes the one of that number."),
}
"""Title and help of commands that differ in their number only."""


def by_group(scopes: Iterable[Scope] = tuple(Scope)) -> dict[Group, list[Command]]:
    """Return the commands of some scopes by chapter, nine that differ in their number as one."""
    chapters: dict[Group, list[Command]] = {}
    wanted = set(scopes)
    for command in COMMANDS:
        if command.scope not in wanted or (command.argument is not None and command.argument > 1):
            continue
        if command.argument is not None:
            title, sentence = _FAMILIES[command.family]
            command = command._replace(title=title, help=sentence, keys="1–9")
        chapters.setdefault(command.group, []).append(command)
    return chapters


def markdown_table() -> str:
    """Return all commands as the table of keys in the documentation."""
    rows = ["| key | command | does |", "| --- | --- | --- |"]
    for commands in by_group().values():
        for command in commands:
            keys = " ".join(f"`{key}`" for key in keys_of(command)).replace("|", "\\|")
            numbered = command.argument is not None
            name = f"{command.family}-1 … {command.family}-9" if numbered else command.id
            rows.append(f"| {keys} | `{name}` | {command.help} |")
    return "\n".join(rows) + "\n"
