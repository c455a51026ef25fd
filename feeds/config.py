"""The configuration: TOML to frozen settings and back, with the person's comments kept, and where files lie.

What a person wrote is here; what the program learned is in the store. A bad value costs itself: everything else
holds and the problem is a sentence with file, line and a suggestion.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import platformdirs
from msgspec import Struct

from feeds.errors import ConfigError, QueryError
from feeds.model import SourceSpec
from feeds.query import Query
from feeds.text import line, url
from feeds.watches import Action, Watch, parse_all

COLORS = (
    "yellow", "green", "cyan", "magenta", "red", "blue", "white", "orange",
)  # fmt: skip
"""Colours a watch may have. The themes give each a shade that can be read on their background."""

T = TypeVar("T")

SHORTEST_INTERVAL = 10.0
"""Seconds: `every` below this is raised to it, out of politeness."""


class Settings(Struct, frozen=True):
    """Everything the configuration file says."""

    sources: tuple[SourceSpec, ...] = ()
    watches: tuple[Watch, ...] = ()
    keys: dict[str, str] = {}
    """Command id to keys, parted by commas."""
    theme: str = ""
    """Name of a theme, empty for the last one chosen on screen."""
    density: str = ""
    """`roomy` or `compact`, empty for the last one chosen on screen."""
    mark_read: str = ""
    """When an entry counts as read: `leave` (or empty) when the reader goes on after resting on it, `open` when it is
    opened, `key` when a key says so."""
    ascii: bool = False
    """Draw with ASCII characters only."""
    problems: tuple[ConfigError, ...] = ()
    """What could not be used."""


def default_file() -> Path:
    """Return where the configuration lies unless told otherwise, by the XDG rules (macOS: its own)."""
    return platformdirs.user_config_path("wirewatch") / "config.toml"


def default_data() -> Path:
    """Return the folder of stored data unless told otherwise, by the XDG rules (macOS: its own)."""
    return platformdirs.user_data_path("wirewatch")


# ------------------------------------------------------------------ reading


def load(file: Path) -> Settings:
    """Read a configuration file; one that does not exist is an empty one. Never raises for what is in it."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return Settings(problems=(ConfigError(f"The configuration cannot be read: {reason}.", file=file),))
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits is a plain ValueError of Python's.
        where = re.search(r"at line (\d+)", str(error))
        nested = isinstance(error, RecursionError)
        reason = "it is nested too deeply" if nested else line(str(error).partition(" (at ")[0])
        problem = ConfigError(
            f"The configuration is not valid TOML: {reason}. Nothing in it is used until it is mended.",
            file=file,
            line=int(where[1]) if where else None,
        )
        return Settings(problems=(problem,))
    return _Reading(file, text, tables).settings()


class _Reading:
    """Turns the tables of one file into settings and gathers what is wrong with them."""

    def __init__(self, file: Path, text: str, tables: dict[str, object]) -> None:
        self._file = file
        self._lines = text.splitlines()
        self._tables = tables
        self._problems: list[ConfigError] = []
        self._addresses: set[str] = set()
        self._digits: dict[int, str] = {}

    def settings(self) -> Settings:
        known: dict[str, Callable[[], object]] = {
            "sources": lambda: tuple(self._each("sources", self._source)),
            "watches": self._watches,
            "keys": self._keys,
            "theme": lambda: self._text(self._tables, "theme", ""),
            "density": lambda: self._choice(self._tables, "density", ("roomy", "compact")),
            "mark_read": lambda: self._choice(self._tables, "mark_read", ("leave", "open", "key")),
            "ascii": lambda: self._flag("ascii"),
        }
        self._unknown(self._tables, known, None)
        values = {key: read() for key, read in known.items() if key in self._tables}
        return Settings(**values, problems=tuple(self._problems))  # type: ignore[arg-type]  # each reader gives its field's type

    def _problem(self, message: str, key: str, table: tuple[str, int] | None = None) -> None:
        self._problems.append(ConfigError(message, file=self._file, line=self._line_of(key, table)))

    def _line_of(self, key: str, table: tuple[str, int] | None) -> int | None:
        """Return the line a key stands on: tomllib keeps none, and a table array's headers are easy to count."""
        start = 0
        if table:
            header = re.compile(r"\s*\[\[\s*" + re.escape(table[0]) + r"\s*\]\]")
            heads = [number for number, text in enumerate(self._lines) if header.match(text)]
            if table[1] >= len(heads):
                return None
            start = heads[table[1]]
        assignment = re.compile(r"\s*\[*\s*[\"']?" + re.escape(key) + r"[\"']?\s*[=.\]]")
        for number, text in enumerate(self._lines[start:], start):
            if assignment.match(text):
                return number + 1
            if table and number > start and text.lstrip().startswith("["):
                break
        return start + 1 if table else None

    def _unknown(self, table: dict[str, object], known: Iterable[str], place: tuple[str, int] | None) -> None:
        names = list(known)
        for key in table:
            if key not in names:
                close = get_close_matches(key[:40], names, n=1)
                hint = f"did you mean “{close[0]}”?" if close else f"known here: {', '.join(names)}."
                self._problem(f"“{line(key)[:80]}” is not a setting; {hint}", key, place)

    def _each(self, name: str, read: Callable[[dict[str, object], tuple[str, int]], T | None]) -> list[T]:
        value = self._tables[name]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._problem(f"“{name}” is written as tables: [[{name}]] and its settings below.", name)
            return []
        made = (read(item, (name, index)) for index, item in enumerate(value))
        return [item for item in made if item is not None]

    def _text(self, table: dict[str, object], key: str, default: str, place: tuple[str, int] | None = None) -> str:
        value = table.get(key, default)
        if isinstance(value, str):
            return line(value)
        self._problem(f"“{key}” is a text in quotation marks.", key, place)
        return default

    def _texts(self, table: dict[str, object], key: str, place: tuple[str, int]) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(line(item) for item in value)
        self._problem(f'“{key}” is a list of texts: {key} = ["one", "two"].', key, place)
        return ()

    def _choice(self, table: dict[str, object], key: str, choices: tuple[str, ...]) -> str:
        value = self._text(table, key, "")
        if value in choices or not value:
            return value
        self._problem(f"“{key}” is one of {', '.join(choices)}; “{value}” is not.", key)
        return ""

    def _flag(self, key: str) -> bool:
        value = self._tables[key]
        if isinstance(value, bool):
            return value
        self._problem(f"“{key}” is true or false.", key)
        return False

    def _keys(self) -> dict[str, str]:
        value = self._tables["keys"]
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return {str(key): item for key, item in value.items()}
        self._problem("“keys” is a table of command = keys, each in quotation marks.", "keys")
        return {}

    def _source(self, table: dict[str, object], place: tuple[str, int]) -> SourceSpec | None:
        self._unknown(table, ("url", "name", "tags", "every", "adapter"), place)
        address = source_address(self._text(table, "url", "", place))
        if address is None:
            self._problem(
                "A source needs “url”, an address that begins with http:// or https://; it is left out.",
                "url",
                place,
            )
            return None
        if address in self._addresses:
            self._problem("This source is there twice; the second one is left out.", "url", place)
            return None
        self._addresses.add(address)
        return SourceSpec(
            url=address,
            name=self._text(table, "name", "", place),
            tags=self._texts(table, "tags", place),
            every=self._interval(table, place),
            adapter=self._text(table, "adapter", "", place) or None,
        )

    def _interval(self, table: dict[str, object], place: tuple[str, int]) -> float | None:
        value = table.get("every")
        if value is None:
            return None
        seconds = interval(value)
        if seconds is None:
            self._problem("“every” is a time such as 30s, 5m or 2h; the adaptive schedule is used.", "every", place)
            return None
        return max(seconds, SHORTEST_INTERVAL)

    def _watches(self) -> tuple[Watch, ...]:
        """Return the watches that can be understood; they may name one another."""
        tables = self._each("watches", lambda table, place: (table, place))
        queries = parse_all([(self._watch_name(table), self._matching(table)) for table, _ in tables])
        read = (self._watch(*each, query) for each, query in zip(tables, queries, strict=True))
        return tuple(watch for watch in read if watch is not None)

    def _matching(self, table: dict[str, object]) -> str:
        source = table.get("match", "")
        return source if isinstance(source, str) else ""

    def _watch_name(self, table: dict[str, object]) -> str:
        name = table.get("name", "")
        return (line(name) if isinstance(name, str) else "") or line(self._matching(table))

    def _watch(self, table: dict[str, object], place: tuple[str, int], tree: Query | QueryError | None) -> Watch | None:
        self._unknown(table, ("name", "match", "key", "color", "actions"), place)
        if isinstance(tree, QueryError):
            self._problem(f"The watch is left out: {tree}", "match", place)
            return None
        if tree is None:
            self._problem("A watch needs “match”, a query in quotation marks; it is left out.", "match", place)
            return None
        key = table.get("key")
        if key is not None and (not isinstance(key, int) or isinstance(key, bool) or not 1 <= key <= 9):
            self._problem("“key” is a digit from 1 to 9; the watch has none.", "key", place)
            key = None
        self._text(table, "name", "", place)
        name = self._watch_name(table)
        if key is not None and (taken := self._digits.setdefault(key, name)) != name:
            self._problem(f"The key {key} is taken by the watch “{taken}”; this one has none.", "key", place)
            key = None
        color = self._text(table, "color", COLORS[place[1] % len(COLORS)], place)
        if color not in COLORS:
            self._problem(f"“{color}” is not a colour of a watch; there are {', '.join(COLORS)}.", "color", place)
            color = COLORS[place[1] % len(COLORS)]
        return Watch(
            name=name,
            query=tree,
            key=key,
            color=color,
            actions=self._actions(table, place),
        )

    def _actions(self, table: dict[str, object], place: tuple[str, int]) -> tuple[Action, ...]:
        if "actions" not in table:
            return (Action.HIGHLIGHT,)
        known = {str(action): action for action in Action}
        wanted = self._texts(table, "actions", place)
        for name in wanted:
            if name not in known:
                self._problem(f"“{name}” is not an action; there are {', '.join(known)}.", "actions", place)
        return tuple(known[name] for name in wanted if name in known)


_INTERVAL = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*(s|sec|m|min|h|d|)")
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


def interval(value: object) -> float | None:
    """Return the seconds in `30s`, `5m`, `2h`, `1d` or a plain number, None where it is none of these."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 < value < 1e9 else None
    match = _INTERVAL.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    return float(match[1]) * _UNITS[match[2]] if match else None


def source_address(text: str) -> str | None:
    """Return the address a person means by `text`: a URL, a host without a scheme, or an existing file."""
    text = text.strip()
    if text[:7].lower() == "file://":
        return f"file://{text[7:]}"
    if "://" not in text and text and (file := _file(text)) is not None:
        return file
    return web_address(text)


def web_address(text: str) -> str | None:
    """Return the address of the web a person means by `text`: a URL, or a host without a scheme. Looks at no file."""
    text = text.strip()
    if "://" not in text:
        head = text.partition("/")[0]
        if text.startswith(("~", ".", "/")) or ("." not in head and not head.startswith(("localhost", "["))):
            return None
        if _OTHER_SCHEME.match(text):
            return None
        if "/" not in text and Path(text).suffix.lower() in _FILES:
            return None  # a file that is not there rather than a host
        text = f"https://{text}"
    address = url(text, "")
    if address is None or (parts := urlsplit(address)).scheme not in ("http", "https"):
        return None
    return address if parts.path or parts.query else f"{address}/"


_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")
"""What `mailto:` and the like begin with; behind the colon of a host stands a number."""
_FILES = (".xml", ".rss", ".atom", ".rdf", ".json", ".html", ".htm", ".txt")
"""Suffixes of files people save feeds and pages in; none is a top-level domain."""


def _file(text: str) -> str | None:
    """Return the address of a file that exists."""
    try:
        path = Path(text).expanduser()
        return path.resolve().as_uri() if path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None  # too long for a name, a home nobody has, a link to itself


# ------------------------------------------------------------------ writing


def add_sources(file: Path, specs: Iterable[SourceSpec]) -> list[SourceSpec]:
    """Append sources that are not there yet, everything else in the file untouched; return those appended.

    Raises `ConfigError` when the file cannot be changed (it is broken, or cannot be written).
    """
    from feeds import config_file

    def known(tables: list[dict[str, object]]) -> set[object]:
        return {name for table in tables for name in (table.get("url"), _address(table)) if isinstance(name, str)}

    return config_file.append(file, list(specs), known)


def remove_source(file: Path, address: str) -> bool:
    """Take the source of that address out, everything else in the file untouched; return whether it was there.

    Raises `ConfigError` when the file cannot be changed.
    """
    from feeds import config_file

    return config_file.remove(file, lambda table: _address(table) == address)


def _address(table: dict[str, object]) -> str | None:
    written = table.get("url")
    return source_address(written) if isinstance(written, str) else None
