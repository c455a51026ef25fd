"""Markdown as publishers' programs write it, as safe text.

Owns the marks that are met in answers: headings, lists, tables, code, emphasis, links, escapes (CommonMark 0.31, and
the tables of GitHub). Not the whole language: what is not known stands as it is written. The text becomes HTML with
everything foreign escaped, and `feeds.html` makes the document of it.
"""

from __future__ import annotations

import re
from html import escape

from feeds.document import Document

MAX_MARKDOWN = 200_000
"""Characters read of a text; the rest is left out."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*#*[ \t]*")
_STAR = re.compile(r"( {0,40})(?:[*+-]|([0-9]{1,9})[.)])[ \t]+(.*)")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_RULE = re.compile(r" {0,3}(?:-[ \t]*){3,}|(?: {0,3}(?:\*[ \t]*){3,})")
_COLUMNS = re.compile(r"[ \t]*\|?[ \t]*:?-{1,40}:?[ \t]*(?:\|[ \t]*:?-{1,40}:?[ \t]*){0,40}\|?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_INLINE = re.compile(
    r"\\(?P<kept>[!-/:-@\[-`{-~])"
    r"|`(?P<code>[^`\n]{1,500})`"
    r"|\[(?P<words>[^\[\]\n]{1,500})\]\((?P<link>[^()\s]{1,2000})(?:[ ]\"[^\"\n]{0,200}\")?\)"
    r"|<(?P<auto>https?://[^<>\s]{1,2000})>"
    r"|(?P<bare>https?://[^<>\s\\()\[\]]{1,2000})"
    r"|\*\*(?P<bold>(?:[^*\n]|\*(?!\*(?!\*))){1,2000})\*\*|__(?P<bold_>[^_\n]{1,2000})__"
    r"|(?<![*\w])\*(?P<thin>[^*\s][^*\n]{0,1000})\*(?![*\w])|(?<![_\w])_(?P<thin_>[^_\s][^_\n]{0,1000})_(?![_\w])"
)
_TRAILING = ".,;:!?'\""


def document(written: str, base: str = "") -> Document:
    """Return a text in Markdown as a safe document. Addresses are resolved against `base`. Never raises."""
    from feeds import html

    return html.document("".join(_blocks(written[:MAX_MARKDOWN].replace("\r\n", "\n").split("\n"))), base)


def _blocks(lines: list[str]) -> list[str]:
    out: list[str] = []
    words: list[str] = []
    place = 0

    def end() -> None:
        if words:
            out.append(f"<p>{'<br>'.join(map(_inline, words))}</p>")
            words.clear()

    while place < len(lines):
        line = lines[place]
        place += 1
        if not line.strip():
            end()
        elif fence := _FENCE.match(line):
            end()
            close = next((n for n in range(place, len(lines)) if lines[n].strip().startswith(fence[1])), len(lines))
            out.append(f"<pre>{escape(chr(10).join(lines[place:close]))}</pre>")
            place = close + 1
        elif heading := _HEADING.fullmatch(line):
            end()
            level = len(heading[1])
            out.append(f"<h{level}>{_inline(heading[2] or '')}</h{level}>")
        elif _RULE.fullmatch(line):
            end()
            out.append("<hr>")
        elif "|" in line and place < len(lines) and "|" in lines[place] and _COLUMNS.fullmatch(lines[place]):
            end()
            close = next((n for n in range(place, len(lines)) if "|" not in lines[n]), len(lines))
            out.append(_table(line, lines[place + 1 : close]))
            place = close
        elif _STAR.fullmatch(line):
            end()
            close = next((n for n in range(place, len(lines)) if not _continues(lines[n])), len(lines))
            out.append(_listing(lines[place - 1 : close]))
            place = close
        else:
            words.append(line.strip())
    end()
    return out


def _continues(line: str) -> bool:
    return _STAR.fullmatch(line) is not None or (line.startswith("  ") and bool(line.strip()))


def _listing(lines: list[str]) -> str:
    """Return a list; of lists inside lists the items are kept, two levels of them."""
    first = _STAR.fullmatch(lines[0])
    start = int(first[2]) if first and first[2] else None
    margin = len(first[1]) if first else 0
    out = ["<ul>" if start is None else f'<ol start="{start}">']
    inner = False
    for line in lines:
        found = _STAR.fullmatch(line)
        if found is None:
            out.append(f"<br>{_inline(line.strip())}")
            continue
        deeper = len(found[1]) > margin + 1
        out.append("<ul>" if deeper and not inner else "</ul>" if inner and not deeper else "")
        inner = deeper
        out.append(f"<li>{_inline(found[3])}")
    out.append("</ul>" if inner else "")
    out.append("</ul>" if start is None else "</ol>")
    return "".join(out)


def _table(head: str, rows: list[str]) -> str:
    lines = [("th", head), *(("td", row) for row in rows)]
    return "<table>" + "".join(f"<tr>{_cells(row, name)}</tr>" for name, row in lines) + "</table>"


def _cells(row: str, name: str) -> str:
    inner = row.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return "".join(f"<{name}>{_inline(cell.strip())}</{name}>" for cell in _BAR.split(inner))


def _inline(words: str, depth: int = 0) -> str:
    out: list[str] = []
    place = 0
    for found in _INLINE.finditer(words):
        out.append(escape(words[place : found.start()]))
        out.append(_marked(found, depth))
        place = found.end()
    out.append(escape(words[place:]))
    return "".join(out)


def _marked(found: re.Match[str], depth: int) -> str:
    inner = found.group
    if (kept := inner("kept")) is not None:
        return escape(kept)
    if code := inner("code"):
        return f"<code>{escape(code)}</code>"
    if link := inner("link"):
        return f'<a href="{escape(link)}">{_deeper(inner("words"), depth)}</a>'
    if auto := inner("auto"):
        return f'<a href="{escape(auto)}">{escape(auto)}</a>'
    if bare := inner("bare"):
        address = bare.rstrip(_TRAILING)
        return f'<a href="{escape(address)}">{escape(address)}</a>{escape(bare[len(address) :])}'
    if bold := inner("bold") or inner("bold_"):
        return f"<b>{_deeper(bold, depth)}</b>"
    return f"<i>{_deeper(inner('thin') or inner('thin_'), depth)}</i>"


def _deeper(words: str, depth: int) -> str:
    return _inline(words, depth + 1) if depth < 4 else escape(words)
