"""A desk in the middle of an evening: every state an entry and a source can be in, for looks and journeys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from feeds.document import Cell, Heading, Listing, Paragraph, Quote, Run, Table
from feeds.model import Enclosure, Entry, Outcome, Post, Revision, Standing
from feeds.watches import Action
from tests.tui.host import BODY, HOSTILE, NOW, Host, source, watch

_HEADLINES = (
    (1, "Bridge over the Varda reopens to one lane after a night of repairs"),
    (2, "Storm warning widened to the northern coast; all ferries stop from six"),
    (3, "Council votes 31–14 to delay the harbour plan"),
    (1, "Talks in Kyiv go on behind closed doors, a third day in a row"),
    (2, "Élection : les premiers résultats sont attendus vers 20 h"),
    (3, "Rate decision expected at noon; analysts are split on whether the bank will hold"),
    (1, "首都の橋、夜通しの修理のあと一車線で通行再開"),
    (2, ""),
    (3, "Sources close to the talks: a paper is ready, says the Kyiv delegation"),
    (1, "What is known so far, and what is not"),
    (2, HOSTILE),
    (3, "Harbour Wire correction: the vote was 31 to 14, not 31 to 40"),
)
_BODIES = (
    BODY,
    "The vote came after four hours of debate. The harbour authority said that it would wait for the court.",
    "Gusts of 110 km/h are expected from the evening on. Schools on the coast stay shut on Monday.",
    "Nothing of this is confirmed yet; both sides speak of “a good atmosphere” and of nothing else.",
    "Turnout was at 41 per cent at noon, three points above that of the last vote.",
)
_LONG = (
    Paragraph((Run(BODY),)),
    Heading((Run("What is open"),)),
    Listing(
        (
            (Paragraph((Run("The eastern span, one lane, up to 3.5 t"),)),),
            (Paragraph((Run("The footbridge, from five in the morning on"),)),),
        )
    ),
    Quote((Paragraph((Run("We would rather be late than wrong about these bearings."),)),)),
    Paragraph(
        (
            Run("The timetable is on "),
            Run("the city’s page", link="https://example.org/varda/timetable"),
            Run("; the ministry in Kyiv keeps "),
            Run("a list of detours", link="https://example.org/detours"),
            Run("."),
        )
    ),
)
_TABLE = Table(
    (
        (Cell((Run("Party"),), header=True), Cell((Run("Seats"),), header=True)),
        (Cell((Run("Coast"),)), Cell((Run("31"),))),
        (Cell((Run("Harbour list"),)), Cell((Run("14"),))),
    )
)
SOURCES = (
    source(1),
    source(2, "Radio Nord: Live"),
    source(3, "Harbour Wire", outcome=Outcome.FAILED, message="The server answered 503; Wirewatch will try again.",
           failures=3, failing_since=NOW - timedelta(minutes=12)),
    source(4, "The Coast: Storm live", outcome=Outcome.NEVER, next_poll=None),
    source(5, "Election night 2025", standing=Standing.ENDED, next_poll=None),
)  # fmt: skip
WATCHES = (
    watch("Kyiv", "kyiv", 1, Action.HIGHLIGHT, Action.ALERT),
    watch("Storm", "storm OR ferr*", 2, color="cyan"),
    watch("Sport", "sport OR cup", 3, Action.MUTE, color="magenta"),
)


def made(number: int, source_id: int, title: str, minutes_ago: float, **fields: object) -> Entry:
    """Entry with that headline."""
    at = NOW - timedelta(minutes=minutes_ago)
    post = Post(
        title=title,
        url=f"https://example.org/{source_id}/posts/{number}",
        published=at,
        authors=("Mira Oren",) if number % 3 == 0 else (),
        body=(Paragraph((Run(_BODIES[number % len(_BODIES)]),)),) if number % 4 else (),
    )
    whole = Entry(
        id=number, source_id=source_id, identity=str(number), post=post, sort_at=at, first_seen=at, revised_at=at,
        read=number < 30,
    )  # fmt: skip
    return replace(whole, **fields)


def entries() -> list[Entry]:
    """Sixty entries over three hours, the newest two minutes old."""
    made_up = []
    for number in range(1, 61):
        source_id, title = _HEADLINES[number % len(_HEADLINES)]
        made_up.append(made(number, source_id, title, 2 + 3 * (60 - number)))
    by_id = {each.id: each for each in made_up}

    def change(number: int, post: dict[str, object] | None = None, **fields: object) -> None:
        old = by_id[number]
        by_id[number] = replace(old, post=replace(old.post, **(post or {})), **fields)

    change(60, {"body": _LONG, "authors": ("Mira Oren", "Tomas Vell"), "tags": ("bridge", "varda")})
    change(59, {"key_event": True}, starred=True)
    change(57, revision=3, revised_at=NOW - timedelta(minutes=4))
    change(56, withdrawn_at=NOW - timedelta(minutes=3))
    change(55, late=True)
    change(52, {"body": (), "enclosures": (Enclosure("https://example.org/a.mp3", "audio/mpeg", 1_200_000),)})
    change(51, {"body": (_TABLE,)})
    return list(by_id.values())


def evening(folder: Path, **options: object) -> Host:
    """App on that desk."""
    host = Host(folder, entries=0, sources=SOURCES, watches=WATCHES, **options)
    for each in entries():
        host.shelves.by_id[each.id] = each
    for number in (57,):
        now = host.shelves.by_id[number]
        first = replace(now.post, title="A paper is ready, says a source close to the talks")
        second = replace(now.post, title="Sources close to the talks: a paper is ready")
        host.shelves.states[number] = [
            Revision(1, now.first_seen, first),
            Revision(2, NOW - timedelta(minutes=6), second),
            Revision(3, now.revised_at, now.post),
        ]
    return host
