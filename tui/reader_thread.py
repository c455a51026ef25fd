"""The thread that reads the store for the screen: selections, searches, counts, the change log.

Owns one `Reader` and the order in which questions are answered. SQLite lets go of the interpreter's lock
while it works, so the screen goes on. The thread is a daemon: a long question never keeps the program from
ending. Must not touch a widget; answers leave through the functions that ask.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import IntEnum
from itertools import count
from queue import PriorityQueue

from feeds.errors import StoreError
from feeds.store import Reader


class Urgency(IntEnum):
    """Which questions come first; those of one urgency in the order they were asked."""

    STOP = 0
    VIEW = 1
    """What the reader waits for."""
    NEWS = 2
    REST = 3
    """The rest of a view of which the newest entries are shown."""
    NUMBERS = 4


Work = Callable[[Reader], object]


class ReaderThread:
    """Answers questions one at a time, the most urgent first."""

    def __init__(self, open_reader: Callable[[], Reader], failed: Callable[[Exception], None]) -> None:
        """Open the reader in the thread; `failed` is called there with what a question raises."""
        self._open = open_reader
        self._failed = failed
        self._queue: PriorityQueue[tuple[int, int, Work | None]] = PriorityQueue()
        self._numbers = count()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="wirewatch-reader", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def ask(self, urgency: Urgency, work: Work) -> None:
        """Have some work done in the thread."""
        self._queue.put((urgency, next(self._numbers), work))

    def stop(self) -> None:
        """End after the question being answered; what is asked from now on is never answered."""
        self._stopped = True
        self._queue.put((Urgency.STOP, next(self._numbers), None))

    def join(self, timeout: float) -> None:
        """Wait for the end, at most so many seconds."""
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            reader = self._open()
        except StoreError as error:
            self._failed(error)
            return
        try:
            while True:
                _, _, work = self._queue.get()
                if work is None:
                    return
                try:
                    work(reader)
                except Exception as error:  # a broken question must not end the answers to all later ones
                    if not self._stopped:
                        self._failed(error)
        finally:
            reader.close()
