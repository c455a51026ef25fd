"""Running text while a document is made: pieces of it become the paragraphs a page shows.

Owns white space (CSS Text 3, 4.1: runs of it are one blank, at the ends of a line none) and where a text is cut that
is too long. Knows no markup.
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter

from feeds import text
from feeds.document import Block, Code, Heading, Media, Paragraph, Run, Runs

_BLANKS = re.compile("[ \t\n]+")
_ENDS = " \xa0"
Piece = tuple[str | None, int, str]
"""Words, their style and their link; None for a line break."""

# ------------------------------------------------------------------ white space


def paragraphs(pieces: list[Piece]) -> list[Runs]:
    """Return text as the paragraphs it makes, without white space that no page shows.

    A no-break blank is a blank that stays (as browsers show it) but for the ends of lines.
    """
    merged = pieces if len(pieces) == 1 else _merged(pieces)
    if len(merged) == 1:  # most paragraphs
        words, style, link = merged[0]
        shown = _collapsed(words or "").strip(_ENDS)
        return [runs_of([(shown, style, link)])] if shown else []
    made: list[Runs] = []
    lines: list[tuple[str, int, str]] = []
    breaks = 0
    for words, style, link in merged:
        if words is None:
            breaks += 1
            continue
        shown = _collapsed(words)
        if breaks or not lines:
            shown = shown.lstrip(_ENDS)
        elif lines[-1][0].endswith(" ") and shown.startswith(" "):
            shown = shown[1:]
        if not shown:
            continue
        if breaks and lines:
            _trim(lines)
            if breaks > 1:
                made.append(runs_of(lines))
                lines = []
            else:
                last = lines[-1]
                lines[-1] = (last[0] + "\n", last[1], last[2])
        breaks = 0
        lines.append((shown, style, link))
    _trim(lines)
    if lines:
        made.append(runs_of(lines))
    return made


def _collapsed(words: str) -> str:
    """Return text clean, with every run of white space as one blank."""
    shown = text.clean(words)
    if "\n" in shown or "  " in shown or "\t" in shown:  # nothing else that a clean text holds is white space
        return _BLANKS.sub(" ", shown)
    return shown


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces, those of one style and link that follow one another as one."""
    out: list[Piece] = []
    waiting: list[str] = []
    look: tuple[int, str] = (0, "")
    for words, style, link in pieces:
        if waiting and (words is None or (style, link) != look):
            out.append(("".join(waiting), *look))
            waiting = []
        if words is None:
            out.append((None, 0, ""))
        else:
            waiting.append(words)
            look = (style, link)
    if waiting:
        out.append(("".join(waiting), *look))
    return out


def _trim(lines: list[tuple[str, int, str]]) -> None:
    """Take the blanks from the end of a line."""
    while lines:
        words, style, link = lines.pop()
        words = words.rstrip(_ENDS)
        if words:
            lines.append((words, style, link))
            return


def runs_of(lines: list[tuple[str, int, str]]) -> Runs:
    """Return stretches of text as runs: those of one style and link that follow one another are one."""
    if len(lines) == 1:
        words, style, link = lines[0]
        return (Run(words.replace("\xa0", " "), style, link),)
    grouped = groupby(lines, key=itemgetter(1, 2))
    return tuple(
        Run("".join(words for words, _, _ in group).replace("\xa0", " "), style, link)
        for (style, link), group in grouped
    )


# ------------------------------------------------------------------ sizes


def size_of(block: Block) -> int:
    """Return the characters of a block that holds no others."""
    match block:
        case Paragraph(runs) | Heading(runs):
            return sum([len(run.text) for run in runs])
        case Code(code):
            return len(code)
        case Media(_, url, caption):
            return len(url) + len(caption)
        case _:
            return 0


def shortened(block: Block, room: int) -> Block:
    """Return a block cut to so many characters."""
    match block:
        case Paragraph(runs):
            return Paragraph(_shortenedruns_of(runs, room))
        case Heading(runs, level):
            return Heading(_shortenedruns_of(runs, room), level)
        case Code(code):
            return Code(code[:room])
        case _:
            return block


def _shortenedruns_of(runs: Runs, room: int) -> Runs:
    out = []
    for run in runs:
        words = run.text[:room]
        if words:
            out.append(Run(words, run.style, run.link))
        room -= len(words)
    return tuple(out)
