"""What every writer of a format is made of, and the list of all forms a blog is written in.

A writer answers the requests of an adapter as a publisher's server would, and says of each visit what could be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from importlib import import_module
from pkgutil import iter_modules

from feeds.errors import FetchError, FetchFault
from feeds.flow import Request, Response
from tests.lives import formats
from tests.lives.world import Blog, Story, Traits


@dataclass
class Sight:
    """What could be seen of a blog in the answers of one visit."""

    listed: list[int] = field(default_factory=list)
    """The numbers of the stories in the list, newest first, each once; not those that stand on top only."""
    told: dict[int, Story] = field(default_factory=dict)
    """Each story whose words were shown, as it was then."""
    struck: set[int] = field(default_factory=set)
    """Stories that were said to be deleted."""
    whole: bool = False
    """It was said, or could be found out, that the list is everything there is."""

    def lists(self, stories: Iterable[Story], *, told: bool = True) -> None:
        """Remember that these are in the list, in this order, newest first, with their words unless said otherwise."""
        for story in stories:
            if story.number not in self.listed:
                self.listed.append(story.number)
            if told:
                self.tells([story])

    def tells(self, stories: Iterable[Story]) -> None:
        """Remember that the words of these are shown: on top of the list, or wherever it is not the list."""
        for story in stories:
            self.told[story.number] = story.snapshot()

    def strikes(self, stories: Iterable[Story]) -> None:
        """Remember that these are said to be deleted."""
        self.struck.update(story.number for story in stories)


class Writer:
    """Answers requests as the server of a publisher would."""

    url = "https://paper.example/live/river-wend"
    """The address that is visited."""

    def __init__(self, blog: Blog) -> None:
        self.blog = blog
        """As it is now; another, older one where an answer is stale."""
        self.sight = Sight()
        """Of the visit that is going on; begun anew with each."""
        self.answers = 0
        """Answers given so far: what a publisher's software makes anew each time is made of it."""

    def answer(self, request: Request, now: datetime) -> Response:
        """Answer a request, and note in `sight` what it shows. Raises `FetchError` for what is not there."""
        raise NotImplementedError

    def name(self, story: Story, digits: int = 12) -> str:
        """Return the id of a story in hexadecimal digits, as its `Traits.ids` has it; empty where there is none."""
        match self.blog.traits.ids:
            case "none":
                return ""
            case "anew":
                return hexed(digits, self.answers, story.number)
            case _:
                return hexed(digits, self.blog.generation, story.number, self.blog.seed)


def counted(blog: Blog, story: Story) -> int:
    """Return the number of a story as one counts that numbers its posts anew each time, the oldest first."""
    return blog.alive[::-1].index(story) + 1


def hexed(digits: int, *parts: object) -> str:
    """Return so many hexadecimal digits made of some values, always the same."""
    return blake2b(repr(parts).encode(), digest_size=(digits + 1) // 2).hexdigest()[:digits]


def respond(request: Request, body: str, content_type: str = "text/html; charset=utf-8") -> Response:
    """Answer a request with a body."""
    return Response(request.url, request=request.url, headers=(("content-type", content_type),), body=body.encode())


def missing(request: Request) -> FetchError:
    """Make the error of an address that is not there."""
    return FetchError(f"{request.url} is not there.", url=request.url, fault=FetchFault.STATUS, status=404)


@dataclass(frozen=True)
class Form:
    """One way of writing a live blog down."""

    name: str
    adapter: str
    """The adapter that reads it, recognised by the registry of all."""
    traits: Traits
    writer: Callable[[Blog], Writer]
    least: int = 1
    """Posts the first answer must show, or nobody knows what it is; every answer, where the adapter is named."""
    named: bool = False
    """Who follows it names the adapter, which reads nothing unasked."""

    def __str__(self) -> str:
        return self.name


def forms() -> list[Form]:
    """Return every form there is a writer for: the `FORMS` of the modules in `tests.lives.formats`."""
    found: list[Form] = []
    for module in iter_modules(formats.__path__, f"{formats.__name__}."):
        found += import_module(module.name).FORMS
    return found
