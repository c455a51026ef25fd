"""The engine as a process of its own: commands come in on standard input, events go out on standard output.

Owns the life of that process: which sources it polls, who may write, and what each command does. A line of JSON is a
message; the first that comes in is `events.ServiceOptions`. It ends when its standard input does, so it never outlives
the screen. Its client is `feeds.link`. Knows nothing of screens.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from feeds import config, crash, events, subscriptions
from feeds.assembly import Parts, assembled
from feeds.engine import Engine
from feeds.errors import ConfigError, StoreError, WirewatchError
from feeds.inspection import find
from feeds.model import SourceSpec
from feeds.store import open_store

BUSY_RETRY = 2.0
"""Seconds after which it is tried again to become the one who writes."""
_REFUSED = 3
"""Sentences about what an import refused that are passed on."""
_MADE_UP = "The demo keeps nothing; start “wirewatch” to add sources."
_MAX_LINE = 16 * 1024 * 1024


class Service:
    """One engine, the commands it is given, and the events it sends."""

    def __init__(self, options: events.ServiceOptions, parts: Parts) -> None:
        self._options = options
        self._parts = parts
        self._config = Path(options.config)
        self._visiting = None if options.visiting is None else [SourceSpec(url=url) for url in options.visiting]
        self._engine: Engine | None = None
        """There is one while this process is the one that writes."""
        self._why_not = ""
        self._errands: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ its life

    async def run(self, commands: asyncio.StreamReader) -> None:
        """Work until the commands end or one says so."""
        polling = asyncio.create_task(self._poll())
        hearing = asyncio.create_task(self._hear(commands))
        try:
            done, _ = await asyncio.wait({polling, hearing}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a mistake in the program ends it, with its traceback
        finally:
            for task in (polling, hearing, *self._errands):
                task.cancel()
            await asyncio.gather(polling, hearing, *self._errands, return_exceptions=True)

    async def _poll(self) -> None:
        """Poll as the one who writes; while that cannot be, say why and wait until it can."""
        while True:
            try:
                await self._write_and_poll()
            except StoreError as error:
                if str(error) != self._why_not:
                    self._why_not = str(error)
                    say(events.Ready(writing=False, message=self._why_not))
            await asyncio.sleep(BUSY_RETRY)

    async def _write_and_poll(self) -> None:
        with closing(open_store(Path(self._options.data))) as store:
            engine = self._parts.engine(store, say, self._report)
            engine.configure(self._specs())
            self._engine = engine
            say(events.Ready(writing=True))
            try:
                await engine.run()
            finally:
                self._engine = None

    def _report(self, error: BaseException) -> None:
        """Write down a mistake in the program."""
        folder = Path(self._options.logs or self._options.data)
        crash.write_log(error, folder, self._parts.clock.now())

    def _specs(self) -> Sequence[SourceSpec]:
        if self._options.demo_start is not None:
            from feeds import demo

            return demo.specs()
        return config.load(self._config).sources if self._visiting is None else self._visiting

    # ------------------------------------------------------------------ commands

    async def _hear(self, commands: asyncio.StreamReader) -> None:
        while line := await commands.readline():
            command = msgspec.json.decode(line, type=events.Command)
            if isinstance(command, events.Stop):
                return
            if self._engine is None:
                say(events.Problem(self._why_not or "Wirewatch is not ready yet; try again."))
                continue
            try:
                self._do(command, self._engine)
            except WirewatchError as error:
                say(events.Problem(str(error)))

    def _do(self, command: events.Command, engine: Engine) -> None:
        match command:
            case events.Refresh(source_ids):
                engine.refresh(source_ids)
            case events.LookBack(source_ids):
                engine.look_back(source_ids)
            case events.ReadArticle(entry_id):
                engine.read_article(entry_id)
            case events.Mark(entry_ids, read, starred):
                engine.mark(entry_ids, read=read, starred=starred)
            case events.AddSource() | events.ImportSources() if self._options.demo_start is not None:
                raise ConfigError(_MADE_UP)
            case events.AddSource():
                self._run(self._add(command, engine))
            case events.ImportSources(file):
                self._run(self._import(Path(file), engine))
            case events.KeepSources():
                self._keep(engine)
            case events.Stop():
                pass

    def _run(self, work: Coroutine[object, object, None]) -> None:
        """Begin an errand: something that takes a while, beside which other commands are heard."""
        errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errand_ended)

    def _errand_ended(self, errand: asyncio.Task[None]) -> None:
        self._errands.discard(errand)
        if not errand.cancelled() and (error := errand.exception()) is not None:
            self._report(error)
            say(events.Problem(f"Nothing was added: a mistake in Wirewatch ({type(error).__name__})."))

    async def _add(self, command: events.AddSource, engine: Engine) -> None:
        """Add what an address leads to, or say what it may lead to where that is for a person to decide."""
        url = command.spec.url
        try:
            if command.chosen:
                self._take(engine, (command.spec,), {url: command.title})
                return
            found = await find(url, self._parts)
            if len(found) > 1 or found[0].adapter:
                # An adapter is named where nothing recognises the page as a source: it reads it as well as it can.
                offered = tuple(events.Candidate(each.url, each.title, each.kind, each.adapter) for each in found)
                say(events.SourcesFound(url, offered))
                return
            (only,) = found
            self._take(engine, (msgspec.structs.replace(command.spec, url=only.url),), {only.url: only.title})
        except WirewatchError as error:
            say(events.Problem(f"{url} was not added. {error}"))

    async def _import(self, file: Path, engine: Engine) -> None:
        """Add the sources that a list names; nothing is fetched to find out whether they are any."""
        try:
            # A list of many thousands takes a second to read: commands are heard meanwhile.
            found = await asyncio.to_thread(subscriptions.read_file, file)
            added = self._take(engine, found.sources)
            there = len(found.sources) - added
            say(events.SourcesImported(str(file), added, there, found.refused[:_REFUSED], len(found.refused)))
        except WirewatchError as error:
            say(events.Problem(f"Nothing was imported. {error}"))

    def _keep(self, engine: Engine) -> None:
        if self._options.demo_start is not None:
            raise ConfigError("The demo's sources are made up; there is nothing to keep.")
        kept = self._visiting or ()
        config.add_sources(self._config, kept)
        self._configure(engine, {spec.url: "" for spec in kept})

    def _take(self, engine: Engine, specs: Sequence[SourceSpec], titles: Mapping[str, str] | None = None) -> int:
        """Save sources, unless this is a visit that keeps nothing, and poll them; return how many were not there yet.

        Those whose titles are given are told of one by one.
        """
        if self._visiting is None:
            added = len(config.add_sources(self._config, specs))
        else:
            have = {spec.url for spec in self._visiting}
            new = [spec for spec in specs if spec.url not in have]
            self._visiting += new
            added = len(new)
        self._configure(engine, titles or {})
        return added

    def _configure(self, engine: Engine, titles: Mapping[str, str]) -> None:
        """Let the engine poll what there is to poll now, and tell of the sources at these addresses."""
        for source in engine.configure(self._specs()):
            if source.spec.url in titles:
                # One that was never polled has no title of its own yet.
                name = source.name if source.name != source.spec.url else titles[source.spec.url] or source.name
                say(events.SourceAdded(source.id, source.spec.url, name))


# ------------------------------------------------------------------ the process


def say(event: events.Event) -> None:
    """Send an event; once nobody listens, end."""
    try:
        _out.write(msgspec.json.encode(event) + b"\n")
        _out.flush()
    except (BrokenPipeError, ValueError):
        # The screen is gone. What is under way is one transaction, committed or not.
        os._exit(0)


_out = sys.stdout.buffer


def main() -> None:
    """Run the process."""
    global _out
    # Nothing but events may reach the stream the screen reads, whatever a plug-in prints.
    _out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    with suppress(asyncio.CancelledError):
        asyncio.run(_main())
    # Threads that wait for a name server do not keep anybody waiting for the end.
    os._exit(0)


async def _main() -> None:
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader(limit=_MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    options = msgspec.json.decode(await commands.readline(), type=events.ServiceOptions)
    task = asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    async with assembled(options.demo_start) as parts:
        await Service(options, parts).run(commands)


if __name__ == "__main__":
    main()
