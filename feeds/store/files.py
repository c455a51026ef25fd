"""The files of a store: their names, the writer's lock, connections, and what is said when one of them fails.

Owns every path below the data folder and the sentences that SQLite's errors become. A damaged or foreign file is never
written to. Knows no table.

A file of SQLite is never opened by other means than SQLite while it may be in use: closing any descriptor of a file
gives up all locks the process has on it (POSIX, fcntl), those of an open connection included.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from msgspec import MsgspecError

from feeds.errors import StoreBusyError, StoreError

DATABASE = "wirewatch.db"
LOCK = "wirewatch.lock"

BUSY_TIMEOUT = 5.0
"""Seconds a write waits for another program that holds the file locked (a backup, a database browser)."""

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600

# ------------------------------------------------------------------ the folder and the writer's lock


def make_folder(folder: Path) -> None:
    """Create the folder of stored data, for its owner alone, where there is none."""
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder “{folder}” for stored data cannot be made: {_reason(error)}.") from error


def make_file(path: Path) -> None:
    """Create an empty file for its owner alone, unless there is one: SQLite gives its companions the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))
    except FileExistsError:
        return
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def is_there(path: Path) -> bool:
    """Return whether there is a file (or anything else) of that name. Raises `StoreError` where one may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreError(f"“{path}” cannot be looked at: {_reason(error)}; check the permissions.") from error
    return True


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold others off that would create or migrate a store in a folder, for as long as that takes."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"The folder “{folder}” cannot be opened: {_reason(error)}.") from error
    try:
        # A file system may know no locks on folders (some over a network): SQLite's own locks still hold.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class WriterLock:
    """The right to write in a folder. It ends with the process, however that ends; the file stays behind."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Path) -> WriterLock:
        """Take the lock. Raises `StoreBusyError`, with the process's number, when another process holds it."""
        path = folder / LOCK
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            pid = _holder(descriptor)
            os.close(descriptor)
            who = f"Another Wirewatch (process {pid})" if pid else "Another Wirewatch"
            raise StoreBusyError(
                f"{who} already writes to “{folder}”; close it first, or choose another folder.", pid=pid
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise _unwritable(folder, error) from error
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock up; a second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _holder(descriptor: int) -> int | None:
    """Return the number of the process that holds the lock, None in the moment before it is written."""
    digits = os.pread(descriptor, 20, 0).strip()
    return int(digits) if digits.isdigit() else None


# ------------------------------------------------------------------ connections


def connect(path: Path, mode: Literal["rw", "ro"], *, immutable: bool = False) -> sqlite3.Connection:
    """Open a file that exists. Whether it is a store is not known yet."""
    # SQLite's URI (sqlite.org/uri.html): what may not stand in a path is percent-encoded.
    uri = f"{path.absolute().as_uri()}?mode={mode}" + ("&immutable=1" if immutable else "")
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT, cached_statements=100)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cache_size = -16000")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, kind: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[None]:
    """Do everything inside or nothing.

    Writes begin as IMMEDIATE: one that read first and then cannot get the lock fails at once, however long it may wait.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk and the like roll back by themselves.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


# ------------------------------------------------------------------ sentences


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into a `StoreError` that says which and what to do.

    A misuse of SQLite (`ProgrammingError`) and a broken rule of the tables (`IntegrityError`) are mistakes in the
    program and are passed on.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreError(_sentence(error, path)) from error
    except MsgspecError as error:
        raise StoreError(_damaged(path, "a value in it cannot be read")) from error


def _sentence(error: sqlite3.DatabaseError, path: Path) -> str:
    # Errors of Python's own layer carry no code; the low byte is the primary one (sqlite.org/rescode.html).
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if os.path.isdir(path):  # noqa: PTH112  # the method of a path raises where the folder may not be looked into
        return f"“{path}” is a folder, where a file should be; move it away, or choose another folder for stored data."
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"Another program holds “{path}” locked; close it (a backup, a database browser) and try again."
    if code == sqlite3.SQLITE_FULL:
        return f"The disk is full: nothing could be added to “{path}”. What was stored is safe; make room on the disk."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return f"“{path}” cannot be written; check the permissions of the file and of its folder."
    if code == sqlite3.SQLITE_CANTOPEN:
        return f"“{path}” cannot be opened; check its permissions and those of its folder."
    if code == sqlite3.SQLITE_IOERR:
        return f"The disk failed while “{path}” was used ({error}); check the disk and the room left on it."
    return f"“{path}” cannot be used: {error}."


def _damaged(path: Path, what: str) -> str:
    return (
        f"“{path}” is damaged ({what}). Wirewatch leaves it as it is: put a copy of better days in its place, or move "
        "it away to begin anew."
    )


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"The folder “{folder}” cannot be written: {_reason(error)}; check its permissions.")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
