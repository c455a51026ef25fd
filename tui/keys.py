"""Keys as Textual names them, and as people read them.

Owns those names. Must not know what a key does.
"""

from __future__ import annotations


def split(keys: str) -> list[str]:
    """Return the keys of a list parted by commas."""
    return [key.strip() for key in keys.split(",") if key.strip()]


_SHOWN = {
    "question_mark": "?",
    "colon": ":",
    "full_stop": ".",
    "slash": "/",
    "vertical_line": "|",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "plus": "+",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "space": "Space",
    "enter": "Enter",
    "tab": "Tab",
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def shown(key: str, *, ascii_only: bool = False) -> str:
    """Return a key as people read it: `ctrl+p`, `Enter`, `shift+tab`, `?`."""
    *modifiers, name = [key] if key == "+" else key.split("+")
    label = name.capitalize() if ascii_only and name in ("up", "down", "left", "right") else _SHOWN.get(name, name)
    return "+".join([*modifiers, label.lower()]) if modifiers else label
