"""What the terminal can do, asked before Textual takes it over.

Owns the refusal where no screen can be drawn, and whether our signs can be written. Must not import Textual.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping


def refusal(environment: Mapping[str, str], *, standard_input: bool, standard_error: bool) -> str:
    """Return why there can be no screen here, empty where there can.

    Textual reads keys from standard input and draws on standard error; both have to be terminals.
    """
    instead = "“wirewatch tail” prints entries without one"
    if not standard_input or not standard_error:
        name = "standard error" if standard_input else "standard input"
        return f"{name} is not a terminal, so there is no screen to draw on; {instead}."
    if environment.get("TERM") == "dumb":
        return f"this terminal (TERM=dumb) cannot show a screen; {instead}."
    return ""


def is_terminal(descriptor: int) -> bool:
    """Return whether a file descriptor is a terminal; one that is closed is none."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Return whether the locale's encoding has our signs.

    In the locales C and POSIX Python works in UTF-8 all the same and says so in `LC_CTYPE` (PEP 538); somebody who
    names one of these has a terminal that may not.
    """
    chosen = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    if not environment.get("LC_ALL") and chosen == "C.UTF-8" and environment.get("LANG") in _PLAIN:
        return False
    if chosen in _PLAIN:
        return False
    return locale.getpreferredencoding(False).lower().replace("-", "").replace("_", "") in ("utf8", "gb18030")


_PLAIN = ("C", "POSIX")
