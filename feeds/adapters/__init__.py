"""The registry: which adapters there are, and which of them reads an address or an answer.

Owns names, loading and recognition. Knows adapters by name only: none is imported before it is asked for, and
none of the package's own has a privilege; they enter by the entry points a third party uses. An adapter that
cannot be imported, or raises where it must not, is a sentence in `problems` and takes part no further; it is
never an error of the program. Does no I/O beyond importing.

A package adds an adapter with an entry point in the group `wirewatch.adapters`, whose name is the adapter's
name and whose object is a class without arguments (or an instance) that satisfies `feeds.flow.Adapter`.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import reduce
from importlib import import_module

from msgspec import Struct

from feeds.errors import AdapterError
from feeds.flow import Adapter, Confidence, Response
from feeds.text import line

GROUP = "wirewatch.adapters"
"""The entry-point group."""

BUILT_IN = {
    "guardian": "feeds.adapters.guardian:Guardian",
    "bbc": "feeds.adapters.bbc:Bbc",
    "reddit": "feeds.adapters.reddit:Reddit",
    "telegram": "feeds.adapters.telegram:Telegram",
    "statuspage": "feeds.adapters.statuspage:Statuspage",
    "googlecloud": "feeds.adapters.googlecloud:GoogleCloud",
    "wpliveblog": "feeds.adapters.wpliveblog:WpLiveblog",
    "superdesk": "feeds.adapters.superdesk:Superdesk",
    "norkon": "feeds.adapters.norkon:Norkon",
    "liveblog24": "feeds.adapters.liveblog24:Liveblog24",
    "cnn": "feeds.adapters.cnn:Cnn",
    "amp": "feeds.adapters.amp:Amp",
    "usgs": "feeds.adapters.usgs:Usgs",
    "aljazeera": "feeds.adapters.aljazeera:AlJazeera",
    "jsonld": "feeds.adapters.jsonld:JsonLd",
    "microdata": "feeds.adapters.microdata:Microdata",
    "mastodon": "feeds.adapters.mastodon:Mastodon",
    "eventstream": "feeds.adapters.eventstream:EventStream",
    "jsonfeed": "feeds.adapters.jsonfeed:JsonFeed",
    "syndication": "feeds.adapters.syndication:Syndication",
    "hfeed": "feeds.adapters.hfeed:HFeed",
    "clockpage": "feeds.adapters.clockpage:ClockPage",
}
"""The adapters of this package, as in its metadata; used where that is missing or older than the source tree."""


class Recognition(Struct, frozen=True):
    """An adapter that says it reads an answer."""

    adapter: str
    """Its name."""
    confidence: Confidence
    reason: str
    """A short sentence: why it was recognised."""


class Registry:
    """The adapters of this process, by name."""

    def __init__(self, entries: Mapping[str, str | Adapter]) -> None:
        """Make a registry of objects `module:attribute`, or of adapters themselves, in order of preference."""
        self._entries: dict[str, str | Adapter] = dict(entries)
        self._loaded: dict[str, Adapter] = {}
        self._failed: dict[str, AdapterError] = {}
        self._problems: dict[str, str] = {}

    @classmethod
    def installed(cls, first: Mapping[str, str | Adapter] | None = None) -> Registry:
        """Return the registry of every adapter installed beside this package, and of its own.

        Third-party adapters come first: whoever installs one for a publisher wants it preferred to ours. Those in
        `first` come before them, and in the place of one of the same name.
        """
        from importlib.metadata import entry_points  # 30 ms, of no use to one who imports an adapter

        own: dict[str, str | Adapter] = {}
        foreign: dict[str, str | Adapter] = {}
        problems: dict[str, str] = {}
        for entry in entry_points(group=GROUP):
            if BUILT_IN.get(entry.name) == entry.value:
                own[entry.name] = entry.value
            elif entry.name in BUILT_IN:
                problems[entry.value] = f"{entry.value} calls itself “{entry.name}”, as an adapter of Wirewatch."
            elif foreign.setdefault(entry.name, entry.value) != entry.value:
                problems[entry.value] = f"Two adapters call themselves “{entry.name}”: {entry.value} is left out."
        given = dict(first or {})
        registry = cls(given | {**foreign, **BUILT_IN, **own} | given)
        registry._problems.update({value: line(problem) for value, problem in problems.items()})
        return registry

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about adapters that cannot be used, one an adapter."""
        return tuple(self._problems.values())

    def names(self) -> tuple[str, ...]:
        """Return the names of all adapters, importing none."""
        return tuple(self._entries)

    def load(self, name: str) -> Adapter:
        """Return the adapter of that name. Raises `AdapterError` where there is none or it cannot be used."""
        if name in self._loaded:
            return self._loaded[name]
        if name in self._failed:
            raise self._failed[name]
        try:
            adapter = self._import(name)
        except AdapterError as error:
            self._failed[name] = error
            self._problems[name] = str(error)
            raise
        self._loaded[name] = adapter
        return adapter

    def claim(self, url: str) -> Adapter | None:
        """Return the adapter that is certain of an address; None where none is, and the answer must tell."""
        for name in self._entries:
            if self._confidence(name, url) is Confidence.MINE:
                return self._loaded[name]
        return None

    def recognise(self, response: Response) -> list[Recognition]:
        """Return the adapters that say they read an answer, the surest first.

        Of two that are equally sure, the one whose address it looks like goes first, then the preferred one.
        """
        found = []
        for name in self._entries:
            confidence = self._confidence(name, response)
            if confidence > Confidence.ASKED:
                claimed = self._confidence(name, response.url)
                found.append((confidence, claimed, Recognition(name, confidence, _reason(confidence, claimed))))
        found.sort(key=lambda each: each[:2], reverse=True)
        return [recognition for _, _, recognition in found]

    def would_read(self, response: Response) -> tuple[str, ...]:
        """Return the adapters that read an answer only where a person says so."""
        return tuple(name for name in self._entries if self._confidence(name, response) is Confidence.ASKED)

    def guess(self, name: str) -> str:
        """Return how an adapter that is only asked reads an answer: its attribute `guess`, a few words."""
        try:
            said = line(str(getattr(self.load(name), "guess", "")))
        except AdapterError:
            said = ""
        except (Exception, SystemExit) as error:
            # Foreign code may run here as well.
            self._problems[name] = f"The adapter “{name}” failed in guess: {described(error)}"
            said = ""
        return said[:200] or f"Read by “{name}”, which is a guess"

    def _import(self, name: str) -> Adapter:
        target = self._entries.get(name)
        if target is None:
            known = ", ".join(sorted(self._entries)) or "none"
            raise AdapterError(f"There is no adapter “{line(name)[:80]}”. Installed: {known}.", adapter=name)
        try:
            made = _made(target) if isinstance(target, str) else target
            calls_itself = str(made.name) if isinstance(made, Adapter) else ""
        except (Exception, SystemExit) as error:
            # Foreign code runs here: whatever it raises costs that adapter and nothing else.
            message = f"The adapter “{name}” cannot be loaded from {target}: {described(error)}"
            raise AdapterError(message, adapter=name) from error
        if not isinstance(made, Adapter):
            message = f"The adapter “{name}” is not one: {target} lacks name, claim, sniff or poll."
            raise AdapterError(message, adapter=name)
        if calls_itself != name:
            message = f"The adapter “{name}” calls itself “{line(calls_itself)[:80]}”; the two must agree."
            raise AdapterError(message, adapter=name)
        return made

    def _confidence(self, name: str, subject: str | Response) -> Confidence:
        """Ask one adapter about an address or an answer; NO from one that cannot be asked."""
        if name in self._failed:
            return Confidence.NO
        asked = "sniff" if isinstance(subject, Response) else "claim"
        try:
            adapter = self.load(name)
            said = adapter.sniff(subject) if isinstance(subject, Response) else adapter.claim(subject)
            return Confidence(said)
        except AdapterError:
            return Confidence.NO  # recorded by load
        except MemoryError:
            raise  # the bound is the process's; an answer that needs more is not read by another adapter either
        except (Exception, SystemExit) as error:
            # It must not raise and must answer with a Confidence. One that does otherwise is passed over.
            self._problems[name] = f"The adapter “{name}” failed in {asked}: {described(error)}"
            return Confidence.NO


def _reason(confidence: Confidence, claimed: Confidence) -> str:
    match confidence:
        case Confidence.MINE:
            sentence = "The answer is in its format"
        case Confidence.LIKELY:
            sentence = "The answer holds what it reads"
        case _:
            sentence = "The answer may hold what it reads"
    return f"{sentence}, and the address looks like one of its own." if claimed else f"{sentence}."


def described(error: BaseException) -> str:
    """Return an error of foreign code in one line: its type, and the beginning of what it says.

    The text is made by `traceback`, which bears an error that cannot say what it is.
    """
    return line(traceback.format_exception_only(error)[-1][:300])


def _made(target: str) -> object:
    """Return the object `module:attribute`, an instance where that is a class."""
    module, _, attribute = target.partition(":")
    found: object = reduce(getattr, filter(None, attribute.split(".")), import_module(module))
    return found() if isinstance(found, type) else found
