"""A program in a pseudo-terminal, as bytes: when its frames come, how large it is, when it is gone.

Owns the terminal's side of it. What the bytes mean is not its business: a terminal emulator would cost more than the
programs that are measured.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from feeds import children

PATIENCE = 20.0
"""Seconds after which what was waited for is taken not to come."""
QUIET = 0.03
"""Seconds without a byte after which a program is taken to have drawn all it had."""
COLUMNS, ROWS = 120, 36

_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
_FRAMES_ASKED, _FRAMES_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
FRAME_END = b"\x1b[?2026l"
"""The end of a frame: the terminal says that it shows frames as a whole (synchronised output)."""
_RESTORED = b"\x1b[?1049l"
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]")


class Terminal:
    """A program on a pseudo-terminal, from its start on."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        """Start a command; its home is in `folder`."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.set_blocking(self._master, False)
        self._new = b""
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=_environment(folder),
            cwd=folder,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            self.ends(5)
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def press(self, keys: str) -> float:
        """Press keys; return when, as `time.perf_counter` says."""
        self.forget()
        os.write(self._master, keys.encode())
        return time.perf_counter()

    def forget(self) -> None:
        """Forget what was drawn by now."""
        self._read()
        self._new = b""

    def until(self, *marks: bytes, patience: float = PATIENCE) -> float:
        """Wait until all these were drawn since the last key; return when the last came. Raises `TimeoutError`.

        Escape sequences between the letters do not count, but for a mark that is one.
        """
        deadline = time.perf_counter() + patience
        while True:
            text = _ESCAPES.sub(b"", self._new)
            if all(mark in (self._new if mark.startswith(b"\x1b") else text) for mark in marks):
                return time.perf_counter()
            left = deadline - time.perf_counter()
            if left <= 0 or not self._wait(left):
                raise TimeoutError(f"{marks} never came; at last: {self._new[-2000:]!r}")

    def key_to_frame(self, key: str) -> float:
        """Press a key and return the seconds until the next frame was drawn whole."""
        pressed = self.press(key)
        return self.until(FRAME_END) - pressed

    def rest(self, seconds: float = QUIET, *, at_most: float = 5.0) -> None:
        """Wait until nothing was drawn for some time; no longer than `at_most` for what never rests."""
        end = time.perf_counter() + at_most
        while self._wait(seconds) and time.perf_counter() < end:
            pass

    def ends(self, patience: float = PATIENCE) -> tuple[float, float]:
        """Wait for the end; return when the terminal was given back and when the process was gone."""
        restored = 0.0
        deadline = time.perf_counter() + patience
        while self.process.poll() is None:
            self._wait(0.001)
            if not restored and _RESTORED in self._new:
                restored = time.perf_counter()
            if time.perf_counter() > deadline:
                raise TimeoutError("the program does not end")
        return restored or time.perf_counter(), time.perf_counter()

    @property
    def memory(self) -> float:
        """The resident memory of the program itself in MiB."""
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(told.stdout) / 1024

    def _wait(self, seconds: float) -> bool:
        """Wait for bytes and take them in; return whether there were any."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        return bool(ready) and self._read()

    def _read(self) -> bool:
        before = len(self._new)
        with contextlib.suppress(OSError):  # there is nothing (now), or nobody any more
            while data := os.read(self._master, 65536):
                self._new += data
                if _FRAMES_ASKED in data:
                    os.write(self._master, _FRAMES_ANSWER)
        return len(self._new) > before


def _environment(folder: Path) -> dict[str, str]:
    given = children.environment()
    kept = {name: given[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in given}
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TZ": "UTC",
    }
