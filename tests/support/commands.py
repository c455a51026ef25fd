"""The command line run as a person runs it, in this process, and the feeds it is shown."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from feeds import cli

MODULE = (sys.executable, "-m", "feeds")
"""The command of a process of its own."""


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Commands:
    """The command line over one configuration and one folder of data."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config" / "config.toml"
        self.data = folder / "data"

    @property
    def options(self) -> tuple[str, ...]:
        return ("--config", str(self.config), "--data", str(self.data))

    def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        open_app: cli.OpenApp | None = None,
        of_the_screen: cli.OfTheScreen | None = None,
    ) -> Ran:
        return run(*self.options, *arguments, stdin=stdin, open_app=open_app, of_the_screen=of_the_screen)

    def configure(self, text: str) -> None:
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text, encoding="utf-8")


def run(
    *arguments: str,
    stdin: bytes = b"",
    open_app: cli.OpenApp | None = None,
    of_the_screen: cli.OfTheScreen | None = None,
) -> Ran:
    """Run the command line to its end."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with ExitStack() as stack:
        stack.enter_context(patch.object(sys, "argv", ["wirewatch", *arguments]))
        stack.enter_context(patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")))
        stack.enter_context(patch.object(sys, "stdout", out))
        stack.enter_context(patch.object(sys, "stderr", err))
        with pytest.raises(SystemExit) as ended:
            cli.main(open_app, of_the_screen)
    assert isinstance(ended.value.code, int)
    return Ran(ended.value.code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def rss(*titles: str, name: str = "Harbour News", about: str = "") -> bytes:
    """RSS with these items, newest first: `title|text`; each stands a minute above the next."""
    items = "".join(_item(text, len(titles) - index) for index, text in enumerate(titles))
    head = f"<title>{name}</title><link>https://harbour.example/</link><description>{about}</description>"
    return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def _item(written: str, minute: int) -> str:
    title, _, text = written.partition("|")
    return (
        f"<item><guid>{minute}</guid><title>{title}</title><description>{text}</description>"
        f"<pubDate>Sun, 01 Mar 2026 09:{minute:02}:00 GMT</pubDate></item>"
    )


def page(*offers: str, title: str = "A paper") -> bytes:
    """Page that offers feeds at these addresses."""
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{offer}">' for offer in offers)
    return f"<!doctype html><html><head><title>{title}</title>{links}</head><body><p>Hello</p></body></html>".encode()


def clocks(*besides: str, title: str = "A storm") -> bytes:
    """Page whose posts nothing but clock times tell apart, with some markup besides."""
    posts = "".join(f"<h2>1{hour}:30 Post {hour}</h2><p>Text of the post {hour}.</p>" for hour in (3, 2, 1))
    modified = '<meta property="article:modified_time" content="2026-03-01T13:31:00Z">'
    head = f"<head><title>{title}</title>{modified}</head>"
    return f"<!doctype html><html>{head}<body>{''.join(besides)}<main>{posts}</main></body></html>".encode()


def liveblog(*posts: str, headline: str = "River rises") -> bytes:
    """Page of a live blog with these posts, newest first, described in JSON-LD."""
    updates = ", ".join(
        f'{{"@id": "#{len(posts) - number}", "headline": "{post}", "articleBody": "Text of {post}."}}'
        for number, post in enumerate(posts)
    )
    script = f'{{"@type": "LiveBlogPosting", "headline": "{headline}", "liveBlogUpdate": [{updates}]}}'
    return f'<!doctype html><html><body><script type="application/ld+json">{script}</script></body></html>'.encode()


def linking(*references: str, head: str = "", title: str = "A front page") -> bytes:
    """Page that links to these addresses."""
    links = "".join(
        f'<p><a href="{reference}">Story {number}</a></p>' for number, reference in enumerate(references, 1)
    )
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{links}</body></html>".encode()


def saved(folder: Path, contents: Iterable[tuple[str, bytes]]) -> list[str]:
    """Write files and return their paths."""
    paths = []
    for name, content in contents:
        (folder / name).write_bytes(content)
        paths.append(str(folder / name))
    return paths
