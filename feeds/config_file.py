"""Changes to the configuration file: sources in, sources out, and nothing else in it touched.

Owns how a file that a person writes by hand is changed: only the lines of the source that is meant, in one step, and
only if what it says afterwards is what it said before but for that source. Which sources there are is decided by
`feeds.config`, whose functions are called in its stead.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from feeds.errors import ConfigError
from feeds.model import SourceSpec

Tables = list[dict[str, object]]

_TRIES = 5
"""How often a change is made anew because somebody else changed the file meanwhile."""
_HEAD = re.compile(r"[ \t]*\[\[[ \t]*(?:sources|\"sources\"|'sources')[ \t]*\]\]")
_ANY_HEAD = re.compile(r"[ \t]*\[")
_NO_CONTENT = re.compile(r"[ \t]*(?:#|\r?\n?$)")


def append(file: Path, specs: Sequence[SourceSpec], known: Callable[[Tables], set[object]]) -> list[SourceSpec]:
    """Append those sources whose address is not among the known ones and return them. Raises `ConfigError`."""
    appended: list[SourceSpec] = []

    def change(text: str, tables: Tables) -> str:
        appended.clear()
        have = known(tables)
        for spec in specs:
            if spec.url not in have:
                have.add(spec.url)
                appended.append(spec)
                tables.append(_table(spec))
        return _with(text, appended) if appended else text

    _change(file, change)
    return appended


def remove(file: Path, is_meant: Callable[[dict[str, object]], bool]) -> bool:
    """Take out the sources that are meant; return whether there were any. Raises `ConfigError`."""
    removed: list[int] = []

    def change(text: str, tables: Tables) -> str:
        removed[:] = [index for index, table in enumerate(tables) if is_meant(table)]
        for index in reversed(removed):
            del tables[index]
        return _without(text, removed) if removed else text

    _change(file, change)
    return bool(removed)


# ------------------------------------------------------------------ the text


def _table(spec: SourceSpec) -> dict[str, object]:
    """Return a source as a person would write it: only what is said of it."""
    table: dict[str, object] = {"url": spec.url}
    if spec.name:
        table["name"] = spec.name
    if spec.tags:
        table["tags"] = list(spec.tags)
    if spec.every:
        table["every"] = f"{spec.every:g}s"
    if spec.adapter:
        table["adapter"] = spec.adapter
    return table


def _with(text: str, specs: Sequence[SourceSpec]) -> str:
    """Return the text with sources behind the last one it has, before the comments that introduce what follows."""
    import tomlkit

    lines = text.splitlines(keepends=True)
    heads = _heads(lines)
    if not heads and "sources" in tomllib.loads(text):
        return _with_inline(text, specs)
    end = _block(lines, heads[-1])[1] if heads else len(lines)
    newline = "\r\n" if "\r\n" in text else "\n"
    before = "".join(lines[:end])
    if before and not before.endswith("\n"):
        before += newline
    added = [
        "".join(
            [
                f"[[sources]]{newline}",
                *(f"{key} = {tomlkit.item(value).as_string()}{newline}" for key, value in _table(spec).items()),
            ]
        )
        for spec in specs
    ]
    between = newline if before.strip() and not before.endswith(newline * 2) else ""
    after = "".join(lines[end:])
    gap = newline if after and not after.startswith(("\n", "\r\n")) else ""
    return before + between + newline.join(added) + gap + after


def _with_inline(text: str, specs: Sequence[SourceSpec]) -> str:
    """Return the text with sources in the list `sources = […]`."""
    import tomlkit
    from tomlkit.items import Array

    document = tomlkit.parse(text)
    listed = document["sources"]
    if not isinstance(listed, Array):
        raise ValueError("sources are no list")
    for spec in specs:
        table = tomlkit.inline_table()
        table.update(_table(spec))
        listed.append(table)
    return tomlkit.dumps(document)


def _without(text: str, indexes: Sequence[int]) -> str:
    """Return the text without the lines of these sources; comments above and below them stay."""
    lines = text.splitlines(keepends=True)
    heads = _heads(lines)
    if not heads:
        import tomlkit
        from tomlkit.items import Array

        document = tomlkit.parse(text)
        listed = document["sources"]
        if not isinstance(listed, Array):
            raise ValueError("sources are no list")
        for index in reversed(indexes):
            del listed[index]
        return tomlkit.dumps(document)
    for index in reversed(indexes):
        start, end = _block(lines, heads[index])
        if start and end < len(lines) and not lines[start - 1].strip() and not lines[end].strip():
            end += 1
        del lines[start:end]
    return "".join(lines)


def _heads(lines: Sequence[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if _HEAD.match(line)]


def _block(lines: Sequence[str], head: int) -> tuple[int, int]:
    """Return the first line of a source and the one behind its last setting."""
    end = head + 1
    for number in range(head + 1, len(lines)):
        if _ANY_HEAD.match(lines[number]):
            break
        if not _NO_CONTENT.match(lines[number]):
            end = number + 1
    return head, end


# ------------------------------------------------------------------ the file


def _change(file: Path, change: Callable[[str, Tables], str]) -> None:
    """Change the file, again where somebody else changed it meanwhile, and only if it then says what it must."""
    try:
        target = file.resolve()
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError) as error:
        raise _unwritable(file, error) from error
    with _alone_in(target.parent):
        for _ in range(_TRIES):
            old = _read(file, target)
            new = _changed(file, old or b"", change)
            if new is None or _replace(file, target, old, new):
                return
    raise ConfigError("The configuration is being changed by another program; try again.", file=file)


def _changed(file: Path, old: bytes, change: Callable[[str, Tables], str]) -> bytes | None:
    """Return the new content, None where nothing changes."""
    try:
        text = old.decode("utf-8-sig")
        before = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError("The configuration is broken and is left as it is; mend it first.", file=file) from error
    tables = before.get("sources", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        message = "“sources” is not written as tables ([[sources]]); the configuration is left as it is, mend it first."
        raise ConfigError(message, file=file)
    wanted = list(tables)
    rest = {key: each for key, each in before.items() if key != "sources"}
    try:
        new = change(text, wanted)
        if new == text:
            return None
        after = tomllib.loads(new)
        is_meant = after.pop("sources", []) == wanted and after == rest
    except (ValueError, RecursionError):
        is_meant = False
    if not is_meant:
        # A file written in a way that is not understood here is better changed by the person who wrote it so.
        message = "The configuration is written in a way that cannot be changed without harm; change it by hand."
        raise ConfigError(message, file=file)
    return new.encode()


def _read(file: Path, target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"The configuration cannot be read: {error.strerror}.", file=file) from error


def _replace(file: Path, target: Path, old: bytes | None, new: bytes) -> bool:
    """Replace the file in one step, so that a crash leaves the old one or the new one; a link stays a link.

    Return False where it is not any more what was read.
    """
    temporary = target.with_name(f".{target.name}.new")
    try:
        mode = target.stat().st_mode & 0o777 if old is not None else 0o600
        with suppress(FileNotFoundError):
            temporary.unlink()
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as out:
            os.fchmod(descriptor, mode)
            out.write(new)
            out.flush()
            os.fsync(descriptor)
        if _read(file, target) != old:
            temporary.unlink()
            return False
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise _unwritable(file, error) from error
    return True


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other Wirewatches from changing a file in that folder; a lock on the folder itself leaves no litter."""
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        with suppress(OSError):  # some file systems know no locks; the comparison before writing still holds
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _unwritable(file: Path, error: OSError | RuntimeError) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) else "its link leads nowhere"
    return ConfigError(f"The configuration cannot be written: {reason}.", file=file)
