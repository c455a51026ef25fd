"""The live blog that follows one that ends: what its last post links to.

Owns the words by which a blog says farewell. Which addresses are live blogs of a publisher is known to its adapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from feeds.document import Document, Heading, Listing, Paragraph, Runs, runs_text
from feeds.model import Offer, Post

_FAREWELL = re.compile(
    r"\b(?:clos(?:e|es|ed|ing)|wrapping up|handing over|logging off|moved (?:to|over)|new (?:live ?)?blog"
    r"|continu(?:e|es|ing)|(?:now|live) over (?:here|there)|follow (?:all )?(?:the|our) (?:latest|live)|pick up)\b",
    re.IGNORECASE,
)
_MAX_TITLE = 200


def offers(last: Post | None, is_live: Callable[[str], bool], own: Iterable[str]) -> tuple[Offer, ...]:
    """Return the live blog that the last post of a blog leads to, if it takes leave and leads to one alone.

    `own` are the addresses of the blog itself, compared without what stands behind the path.
    """
    if last is None:
        return ()
    found: dict[str, str] = {}
    mine = {_path(address) for address in own}
    for words, address, link in _linked(last.body):
        page = _path(address)
        if page not in mine and is_live(address) and _FAREWELL.search(words):
            found.setdefault(page, link)
    if len(found) != 1:
        return ()
    ((page, link),) = found.items()
    return (Offer(page, "text/html", link[:_MAX_TITLE]),)


def _path(address: str) -> str:
    return re.split("[?#]", address, maxsplit=1)[0].rstrip("/")


def _linked(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield for every link the words it stands among, its address and its own words. A quote is somebody else's."""
    for block in document:
        match block:
            case Paragraph(runs) | Heading(runs):
                yield from _links(runs)
            case Listing(items):
                for item in items:
                    yield from _linked(item)
            case _:
                pass


def _links(runs: Runs) -> Iterator[tuple[str, str, str]]:
    words = runs_text(runs)
    for link in dict.fromkeys(run.link for run in runs if run.link):
        title = "".join(run.text for run in runs if run.link == link).split()
        # «Here» names nothing; what is said around it does.
        yield words, link, " ".join(title if len(title) > 2 else words.split())
