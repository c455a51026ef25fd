"""What is left behind when the program itself is wrong: a short message, and a log without secrets.

Owns the form of the log: where it happened and what was raised, never the values of variables. Addresses in
messages lose their credentials and parameters. Knows no screen.
"""

from __future__ import annotations

import platform
import re
import traceback
from datetime import datetime
from pathlib import Path

from feeds import __version__

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s'\"<>]{1,2000}")


def redacted(text: str) -> str:
    """Return a text whose addresses are cut to scheme, host and path: no user, password, parameters."""

    def cut(match: re.Match[str]) -> str:
        scheme, _, rest = match[0].partition("://")
        place = re.split(r"[?#]", rest, maxsplit=1)[0]
        host, slash, path = place.partition("/")
        return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"

    return _ADDRESS.sub(cut, text)


def report(error: BaseException) -> str:
    """Return the traceback of an error without variables, and the versions involved."""
    from importlib.metadata import version

    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    versions = f"Wirewatch {__version__}, Textual {version('textual')}, Python {platform.python_version()}"
    return redacted(f"{versions}, {platform.platform(terse=True)}\n{''.join(lines)}")


def write_log(error: BaseException, folder: Path, now: datetime) -> Path | None:
    """Append the report to `crash.log` in a folder; return the file, None when it cannot be written."""
    file = folder / "crash.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8", errors="replace")[-200_000:] if file.exists() else ""
        file.write_text(f"{before}--- {now.isoformat(timespec='seconds')}\n{report(error)}\n", encoding="utf-8")
        file.chmod(0o600)
    except OSError:
        return None
    return file


def sentence(error: BaseException, file: Path | None) -> str:
    """Return what the person at the terminal reads."""
    what = redacted(f"{type(error).__name__}: {error}".strip().rstrip(":").split("\n")[0][:200])
    where = f"\nThe details are in {file}; please attach it to a bug report." if file else ""
    return f"Wirewatch stopped because of a mistake in the program ({what}).{where}\nNothing stored is lost."
