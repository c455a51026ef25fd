"""The program in a terminal of its own, as a person meets it: a pseudoterminal, and what is on its screen.

What a test must wait for it waits for by what is seen, by the end of a process or by an event, each with a deadline;
never by time. The screen is pyte's; the bytes that made it are kept as well.
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
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import pyte

PATIENCE = 20.0
"""Seconds after which what was waited for is taken not to come."""

WIREWATCH = (sys.executable, "-m", "tui")
"""The command with a screen, as `wirewatch` runs it."""
FEEDS = (sys.executable, "-m", "feeds")
"""The command without one."""

_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the one that controls the process: it is told of new sizes, of ctrl+c and of the end."""

_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_BEYOND_PYTE = re.compile(rb"\x1b\[<[0-9;]*u")
"""The end of the kitty keyboard protocol, which pyte would print."""
_UNFINISHED = re.compile(rb"\x1b(?:\[[<?]?[0-9;]*)?\Z")
_FRAME = re.compile(rb"\x1b\[\?2026([hl])")
_FRAMES_ASKED, _FRAMES_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Whether this terminal shows a frame as a whole (synchronised output): it does, so no half of one is looked at."""

ALTERNATE_SCREEN, CURSOR, PASTE, FOCUS = 1049, 25, 2004, 1004
MOUSE = (1000, 1002, 1003, 1005, 1006, 1015, 1016)


class Terminal:
    """A program on a pseudoterminal."""

    def __init__(
        self,
        *command: str,
        environment: Mapping[str, str],
        folder: Path,
        columns: int = 120,
        rows: int = 36,
        stdin: int | None = None,
        stdout: int | None = None,
    ) -> None:
        self.raw = b""
        """Every byte the program wrote."""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._carry = b""
        self._in_frame = False
        self._master, self._slave = pty.openpty()
        self._size(columns, rows)
        os.set_blocking(self._master, False)
        self.settings = termios.tcgetattr(self._slave)
        """How the terminal was set before the program began."""
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL, *command],
            stdin=self._slave if stdin is None else stdin,
            stdout=self._slave if stdout is None else stdout,
            stderr=self._slave,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
        self._ended, told = os.pipe()
        threading.Thread(target=self._await_end, args=(told,), daemon=True).start()

    def _await_end(self, told: int) -> None:
        self.process.wait()
        os.close(told)

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for pid in [self.process.pid, *(child for child, _ in descendants(self.process.pid))]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        select.select([self._ended], [], [], PATIENCE)
        for descriptor in (self._master, self._slave, self._ended):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    # ------------------------------------------------------------------ what a person does

    def press(self, keys: str) -> None:
        """Press keys; `\\x1b` and what follows are as a terminal sends them."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        self.read()
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._slave)
        os.close(self._master)

    # ------------------------------------------------------------------ what a person sees

    @property
    def lines(self) -> list[str]:
        """The lines on the screen."""
        return list(self.screen.display)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def row(self, pattern: str) -> int:
        """Return the only row on which a pattern is found."""
        rows = [number for number, line in enumerate(self.lines) if re.search(pattern, line)]
        assert len(rows) == 1, f"{pattern!r} is on the rows {rows} of\n{self.text}"
        return rows[0]

    def is_struck(self, text: str) -> bool:
        """Return whether a text on the screen is struck through."""
        for number, line in enumerate(self.lines):
            # One character of `display` is one cell only where no wide ones stand before it; ours do not.
            if (at := line.find(text)) >= 0:
                return all(self.screen.buffer[number][at + x].strikethrough for x in range(len(text)))
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def is_whole(self, text: str) -> bool:
        """Return whether a text on the screen is not struck through."""
        return not self.is_struck(text)

    def read(self) -> bool:
        """Take in what the program has written by now; return whether it was anything."""
        before = len(self.raw)
        while True:
            try:
                data = os.read(self._master, 65536)
            except BlockingIOError:
                break
            except OSError:
                break
            if not data:
                break
            self.raw += data
            if _FRAMES_ASKED in self._carry + data:
                os.write(self._master, _FRAMES_ANSWER)
            data = self._carry + data
            unfinished = _UNFINISHED.search(data)
            cut = unfinished.start() if unfinished else len(data)
            self._carry = data[cut:]
            for frame in _FRAME.finditer(data[:cut]):
                self._in_frame = frame[1] == b"h"
            self._stream.feed(_BEYOND_PYTE.sub(b"", data[:cut]))
        return len(self.raw) > before

    def until(self, condition: Callable[[], object], what: str = "", *, patience: float = PATIENCE) -> None:
        """Wait until something holds of the screen."""
        deadline = time.monotonic() + patience
        while True:
            self.read()
            if not self._in_frame and condition():
                return
            left = deadline - time.monotonic()
            assert left > 0, f"waited in vain for {what or condition} on\n{self.text}"
            ready, _, _ = select.select([self._master, self._ended], [], [], left)
            if self._ended in ready and not self.read() and not condition():
                raise AssertionError(f"ended ({self.process.returncode}) before {what or condition}:\n{self.text}")

    def sees(self, *patterns: str, patience: float = PATIENCE) -> None:
        """Wait until all these patterns are on the screen."""
        self.until(lambda: all(re.search(each, self.text) for each in patterns), str(patterns), patience=patience)

    def loses(self, pattern: str) -> None:
        """Wait until a pattern is no more on the screen."""
        self.until(lambda: not re.search(pattern, self.text), f"the end of {pattern!r}")

    def ends(self, *, patience: float = PATIENCE) -> int:
        """Wait for the end of the program; return its exit status, negative where a signal ended it."""
        deadline = time.monotonic() + patience
        while self._ended not in select.select([self._master, self._ended], [], [], deadline - time.monotonic())[0]:
            self.read()
            assert time.monotonic() < deadline, f"did not end:\n{self.text}"
        self.read()
        return self.process.wait(PATIENCE)

    # ------------------------------------------------------------------ what is left behind

    @property
    def modes(self) -> dict[int, bool]:
        """Every private mode the program set or reset, as it left it."""
        return {int(number): match[2] == b"h" for match in _MODES.finditer(self.raw) for number in match[1].split(b";")}

    def assert_restored(self) -> None:
        """Assert that the terminal is as it was before the program began."""
        modes = self.modes
        assert ALTERNATE_SCREEN in modes, "there never was a screen"
        assert [mode for mode in (ALTERNATE_SCREEN, PASTE, FOCUS, *MOUSE) if modes.get(mode)] == []
        assert modes.get(CURSOR, True)
        assert len(re.findall(rb"\x1b\[>[0-9]+u", self.raw)) == self.raw.count(b"\x1b[<u")
        assert termios.tcgetattr(self._slave) == self.settings


# ---------------------------------------------------------------------- processes


def descendants(pid: int) -> list[tuple[int, str]]:
    """Return the processes under one, each with its command line."""
    listed = subprocess.run(
        ["ps", "-ww", "-A", "-o", "pid=,ppid=,command="], capture_output=True, check=True, text=True, errors="replace"
    )
    children: dict[int, list[tuple[int, str]]] = {}
    for line in listed.stdout.splitlines():
        child, parent, *command = line.split(None, 2)
        children.setdefault(int(parent), []).append((int(child), "".join(command)))
    found: list[tuple[int, str]] = []
    waiting = [pid]
    while waiting:
        under = children.get(waiting.pop(), [])
        found += under
        waiting += [child for child, _ in under]
    return found


def assert_gone(pids: list[int]) -> None:
    """Wait for the end of processes that are no children of ours."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            assert _ends(pid), f"process {pid} is still there"


def _ends(pid: int) -> bool:
    """Wait for the end of a process; return whether it came. Raises `ProcessLookupError` where there is none."""
    if sys.platform == "linux":
        watched = os.pidfd_open(pid)
        try:
            return bool(select.select([watched], [], [], PATIENCE)[0])
        finally:
            os.close(watched)
    else:
        queue = select.kqueue()
        try:
            ending = select.kevent(
                pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD | select.KQ_EV_ONESHOT, select.KQ_NOTE_EXIT
            )
            return bool(queue.control([ending], 1, PATIENCE))
        finally:
            queue.close()


# ---------------------------------------------------------------------- a desk to sit at


@dataclass
class Desk:
    """A home of its own for the program: configuration, data, and nothing of this machine's."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "config", "data"):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def config(self) -> Path:
        return self.folder / "config" / "wirewatch" / "config.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data" / "wirewatch"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def environment(self) -> dict[str, str]:
        home = self.folder / "home"
        given = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "TMPDIR": str(self.temporary),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "TZ": "UTC",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        given.update(self.extra)
        return {name: value for name, value in given.items() if value}

    @property
    def places(self) -> tuple[str, ...]:
        """Options that name the places, where a system has others than the XDG rules."""
        return ("--config", str(self.config), "--data", str(self.data))

    def configure(self, *sources: tuple[str, str], more: str = "") -> None:
        """Write a configuration of these names and addresses."""
        tables = [f'[[sources]]\nname = "{name}"\nurl = "{url}"\nevery = "10s"\n' for name, url in sources]
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text("\n".join([*tables, more]), encoding="utf-8")

    def open(self, *arguments: str, columns: int = 120, rows: int = 36, **given: int) -> Terminal:
        """Open Wirewatch in a terminal."""
        command = (*WIREWATCH, *self.places, *arguments)
        return Terminal(*command, environment=self.environment, folder=self.folder, columns=columns, rows=rows, **given)

    @contextlib.contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command without a screen; it is ended with the block."""
        process = subprocess.Popen(
            [*FEEDS, *arguments[:1], *self.places, *arguments[1:]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env=self.environment, cwd=self.folder, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE)

    def run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command line to its end, without any terminal."""
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.environment,
            cwd=self.folder,
            timeout=PATIENCE,
            check=False,
        )
