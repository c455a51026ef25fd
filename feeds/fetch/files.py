"""Local files as answers.

Owns addresses that begin with `file:` (RFC 8089): reading them within the bound, and their validators. Only a person
names a file; no redirect leads here. Knows no HTTP but the form of its dates.
"""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from feeds import text
from feeds.errors import FetchFault
from feeds.fetch.body import MAX_BODY
from feeds.fetch.faults import RequestError
from feeds.fetch.freshness import written
from feeds.flow import Response
from feeds.model import Validators

_TYPES = {
    ".atom": "application/atom+xml",
    ".htm": "text/html",
    ".html": "text/html",
    ".json": "application/json",
    ".rdf": "application/rdf+xml",
    ".rss": "application/rss+xml",
    ".txt": "text/plain",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
}
"""Media types by suffix. Content decides later; a suffix only breaks ties."""


def is_file(url: str) -> bool:
    """Say whether an address names a local file."""
    return url[:5].lower() == "file:"


def read(url: str, known: Validators) -> Response:
    """Return a file as an answer, as *not modified* where it is what `known` says. Blocks; raises `RequestError`."""
    path = _path(url)
    shown = text.line(str(path))
    try:
        # A pipe would be waited for, and a device read for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise RequestError(FetchFault.FILE, f"“{shown}” is a folder or a device, not a file.")
            validators = _validators(state)
            if known.etag is not None and known.etag == validators.etag:
                return Response(url=url, request=url, status=304, validators=validators, not_modified=True)
            body = file.read(MAX_BODY + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(error, shown) from error
    if len(body) > MAX_BODY:
        message = f"The file “{shown}” is larger than {MAX_BODY // (1024 * 1024)} MB; it was not read."
        raise RequestError(FetchFault.TOO_LARGE, message)
    media = _TYPES.get(path.suffix.lower())
    return Response(
        url=url,
        request=url,
        headers=(("content-type", media),) if media else (),
        body=body,
        validators=validators,
    )


def _path(url: str) -> Path:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.netloc.lower() not in ("", "localhost") or not parts.path:
        message = f"“{text.line(url)[:200]}” names no file of this machine. Such an address begins with file:///."
        raise RequestError(FetchFault.FILE, message)
    return Path(url2pathname(parts.path))


def _validators(state: os.stat_result) -> Validators:
    """Return what tells one state of a file from another; the date alone counts whole seconds."""
    when = datetime.fromtimestamp(max(state.st_mtime, 0), UTC)
    return Validators(f'"{state.st_mtime_ns:x}-{state.st_size:x}-{state.st_ino:x}"', written(when))


def _unreadable(error: OSError | ValueError, shown: str) -> RequestError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        why = "does not exist. Was it moved?"
    elif isinstance(error, PermissionError):
        why = "may not be read by this account."
    elif isinstance(error, IsADirectoryError):
        why = "is a folder, not a file."
    else:
        why = "cannot be read."
    return RequestError(FetchFault.FILE, f"The file “{shown}” {why}")
