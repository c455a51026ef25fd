"""The keys a person chose instead of ours, and what is wrong with them.

Owns the presets and the checks; the commands and their own keys are in `tui.commands`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from feeds.config import Settings
from tui.command import Scope
from tui.commands import BY_ID, COMMANDS
from tui.keys import shown, split

PRESETS: Mapping[str, Mapping[str, str]] = {
    "wirewatch": {},
    "newsboat": {
        "next-match": "n",
        "previous-match": "p",
        "mark-read": "N",
        "star": "ctrl+e",
        "follow": "f",
        "theme": "ctrl+t",
        "links": "u",
        "undo": "U",
        "save": "s",
        "revisions": "ctrl+r",
    },
    "vim": {
        "page-down": "ctrl+d,ctrl+f,pagedown",
        "page-up": "ctrl+u,ctrl+b,pageup",
        "scroll-down": "ctrl+e,J,shift+down",
        "scroll-up": "ctrl+y,K,shift+up",
        "next-pane": "ctrl+w,tab",
        "open": "l,enter",
        "links": "L",
        "escape": "h,escape",
        "filters": "ctrl+t",
        "previous-hour": "{,[",
        "next-hour": "},]",
    },
}
"""Named sets of keys for those who come from another program; keys not named stay ours."""

PRESET = "preset"
"""Name that stands for a preset in the `[keys]` table of the configuration, in the place of a command."""


def keymap(chosen: Mapping[str, str], preset: str = "") -> tuple[dict[str, str], list[str]]:
    """Return the keys a person chose by command, and sentences about what cannot be used of it.

    `preset = "newsboat"` among them names a preset too; the other one given goes before it.
    """
    preset = preset or chosen.get(PRESET, "")
    keys = dict(PRESETS.get(preset, {}))
    problems: list[str] = []
    if preset and preset not in PRESETS:
        problems.append(f"There are no keys called “{preset}”; there are {', '.join(PRESETS)}.")
    for name, value in chosen.items():
        if name == PRESET:
            continue
        if name in BY_ID:
            keys[name] = value
            continue
        close = get_close_matches(name, BY_ID, n=1)
        hint = f"did you mean “{close[0]}”?" if close else "? lists them all."
        problems.append(f"No command is called “{name}”; {hint}")
    return keys, problems


def wrong(settings: Settings, themes: Collection[str], preset: str = "") -> list[str]:
    """Return sentences about keys and the theme that a configuration names; `preset` goes before the one in it."""
    keys, sentences = keymap(settings.keys, preset)
    sentences += clashes(keys)
    if settings.theme and settings.theme not in themes:
        close = get_close_matches(settings.theme, themes, n=1)
        hint = f"did you mean “{close[0]}”?" if close else "the palette lists them."
        sentences.append(f"There is no theme “{settings.theme}”; {hint}")
    return sentences


def clashes(keys: Mapping[str, str]) -> list[str]:
    """Return sentences about keys that would do two things in one place, given the keys changed."""
    sentences: list[str] = []
    for scope in Scope:
        taken: dict[str, str] = {}
        for command in COMMANDS:
            if command.scope not in (scope, Scope.EVERYWHERE):
                continue
            for key in split(keys.get(command.id, command.keys)):
                other = taken.setdefault(key, command.id)
                if other != command.id:
                    sentences.append(f"The key {shown(key)} is given to both “{other}” and “{command.id}”.")
    return list(dict.fromkeys(sentences))
