"""Server-sent events as they come over the wire (WHATWG HTML, 9.2.5 and 9.2.6).

Owns their form: where one ends and which fields it has; and the fields of a header by which a fetcher tells an adapter
how a stream fares that it keeps open (`flow.Request.listen`). Knows neither who sends them nor what their data mean.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

MEDIA_TYPE = "text/event-stream"
RETRY = 3.0
"""Seconds before a stream that broke off is opened again, where it does not say (9.2.2: «a few seconds»)."""
LAST_ID = "last-event-id"
"""Field of a request: the last id seen, as its bytes in UTF-8 (9.2.4)."""

OURS = "wirewatch-"
"""What the fields begin with that a fetcher adds; a server's own of such a name are not passed on."""
STATE = f"{OURS}stream"
"""Field of an answer: a `State`. An answer without it is a document that happens to hold events."""
LOST = f"{OURS}lost"
"""Field of an answer: how many events came and were dropped since the last one, because they were too many or too
long."""
PLACE = f"{OURS}place"
"""Field of an answer: how far the stream was handed over. Sent back with the next request, it says that the answer
arrived; with the one before, what was handed over comes once more. It goes no further than the fetcher. What stands
before its dot is another for each time that a stream was opened."""

_MARK = b"\xef\xbb\xbf"
_END = r"(?>\r\n|\r|\n)"
LINE_END = re.compile(_END)
_BLANK = re.compile(f"{_END}{_END}".encode())
# What may stand before an event and says nothing: empty lines, and comments, by which servers keep a stream open.
_IDLE = re.compile(f"(?:(?::[^\r\n]*+)?{_END})*+".encode())
_DIGITS = re.compile(r"[0-9]{1,15}")


class State(StrEnum):
    """How a stream fares."""

    OPEN = "open"
    OVER = "over"
    """It ended or broke off; what had come is all in the answer. The next request opens it again."""
    STOPPED = "stopped"
    """The server says that it is not to be opened again (204; WHATWG HTML, 9.2.3)."""


class Event(Struct, frozen=True):
    """One event."""

    data: str
    """Its lines joined by newlines."""
    name: str = ""
    """Its type; empty where it has none, which is to say «message»."""
    id: str = ""
    """The id it gives itself; empty where it has none of its own, though the one before goes on to hold."""


class Events(Struct, frozen=True):
    """What some bytes of a stream say."""

    events: tuple[Event, ...] = ()
    last: str = ""
    """The last event id that holds at their end."""
    retry: float | None = None
    """Seconds to wait before the stream is opened again, where it says so."""
    is_stream: bool = True
    """At least one of its lines is a field or a comment, or there is none."""


def read(body: bytes, *, last: str = "", begins: bool = True) -> Events:
    """Return the events of a part of a stream, which ends between two events. Never raises.

    `last` is the last event id before it, `begins` says that it is the beginning. One that is not complete is none.
    """
    if begins:
        body = body.removeprefix(_MARK)
    *lines, _ = LINE_END.split(body.decode("utf-8", "replace"))
    found: list[Event] = []
    data: list[str] = []
    name = own = ""
    pending: str | None = None
    retry: float | None = None
    known = not any(lines)
    for line in lines:
        if not line:
            last = last if pending is None else pending
            if data:
                found.append(Event("\n".join(data), name, own))
            data, name, own, pending = [], "", "", None
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        known = known or field in _FIELDS
        if field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            own = pending = value
        elif field == "retry" and _DIGITS.fullmatch(value):
            retry = int(value) / 1000
    return Events(tuple(found), last, retry, known)


_FIELDS = frozenset({"", "data", "event", "id", "retry"})
"""Names of fields; a comment has an empty one."""


class Cutter:
    """Cuts a stream after each event that is complete, however its bytes are cut when they come.

    What stands between events (comments, empty lines, the mark at the beginning) is left out.
    """

    def __init__(self, largest: int) -> None:
        """`largest` is how many bytes an event may have; a longer one is left out."""
        self.dropped = 0
        """Events that were left out."""
        self._largest = largest
        self._held = bytearray()
        self._begun = False
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that are complete with these bytes."""
        seen = max(len(self._held) - 2, 0)
        self._held += data
        if not self._begun:
            if len(self._held) < len(_MARK) and _MARK.startswith(self._held):
                return []
            self._begun = True
            if self._held.startswith(_MARK):
                del self._held[: len(_MARK)]
            seen = 0
        out: list[bytes] = []
        start = 0
        while True:
            if not self._skipping and (idle := _IDLE.match(self._held, start)):
                start = idle.end()
            end = _BLANK.search(self._held, max(start, seen))
            if end is None:
                break
            if self._skipping:
                self._skipping = False
            elif end.end() - start > self._largest:
                self.dropped += 1
            else:
                out.append(bytes(self._held[start : end.end()]))
            start = end.end()
        del self._held[:start]
        if len(self._held) > self._largest:
            self.dropped += not self._skipping
            self._skipping = True
        if self._skipping:
            # Enough to see the end of the event by.
            del self._held[:-2]
        return out
