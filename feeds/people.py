"""Names of people as feeds write them.

Owns what of a line is a name and what a mail address. Knows no format.
"""

from __future__ import annotations

from feeds import html, text

MAX_NAME = 200


def name(written: str) -> str:
    """Return the name of «mail (name)», «name (mail)» or «name <mail>», else what is written, as a line."""
    marked = "&" in written or ("<" in written and "@" not in written)
    line = html.title(written) if marked else text.line(written)
    for opening, closing in (("(", ")"), ("<", ">")):
        if line.endswith(closing) and opening in line:
            before, _, within = line[:-1].partition(opening)
            before, within = before.strip(), within.strip()
            if is_mail(before) and within:
                return within
            if is_mail(within) or not within:
                return before or within
    return line[:MAX_NAME]


def is_mail(word: str) -> bool:
    """Say whether a line is a mail address; «@name» is a name."""
    return "@" in word and " " not in word.strip() and not word.startswith("@")
