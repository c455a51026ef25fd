"""The table of keys in the README: `python -m tui.keytable README.md` writes it anew.

Owns where it stands there. What it says is the registry's (`tui.commands`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from tui.commands import markdown_table

BEGIN, END = "<!-- keys: made by `make docs` from the registry of commands -->\n", "<!-- /keys -->"


def with_keys(text: str) -> str:
    """Return a document with the table between its two marks. Raises `ValueError` where it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there is no {BEGIN.strip()} … {END} in it")
    return f"{before}{BEGIN}{markdown_table()}{END}{after}"


def main() -> None:
    """Write the table into the file named."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m tui.keytable README.md")
    file = Path(sys.argv[1])
    file.write_text(with_keys(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
