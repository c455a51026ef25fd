"""Local files as answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feeds.errors import FetchFault
from feeds.fetch import files
from feeds.model import Validators
from tests.feeds.fetch.conftest import Visitor
from tests.support.server import redirect, serve


async def test_a_file_is_an_answer(visitor: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "my feed é.rss"
    file.write_bytes(b"<rss/>")
    os.utime(file, (1_770_000_000, 1_770_000_000))
    response = await visitor.get(file.as_uri())
    assert response.body == b"<rss/>"
    assert response.url == response.request == file.as_uri()
    assert response.content_type == "application/rss+xml"
    assert response.validators.last_modified == "Mon, 02 Feb 2026 02:40:00 GMT"
    assert response.validators.etag is not None
    assert response.moved_to is None


async def test_a_file_that_is_the_same_is_not_read_again(visitor: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(b"<p>1")
    first = await visitor.get(file.as_uri())
    again = await visitor.get(file.as_uri(), etag=first.validators.etag)
    assert again.not_modified
    assert again.validators == first.validators
    whole = await visitor.get(file.as_uri(), etag=first.validators.etag, conditional=False)
    assert whole.body == b"<p>1"
    file.write_bytes(b"<p>12")
    assert (await visitor.get(file.as_uri(), etag=first.validators.etag)).body == b"<p>12"


@pytest.mark.parametrize(("name", "media"), [("a.JSON", "application/json"), ("a.html", "text/html"), ("a", "")])
async def test_the_suffix_gives_the_media_type(visitor: Visitor, tmp_path: Path, name: str, media: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert (await visitor.get((tmp_path / name).as_uri())).content_type == media


async def test_a_file_that_is_not_there_is_named(visitor: Visitor, tmp_path: Path) -> None:
    error = await visitor.fails((tmp_path / "gone.xml").as_uri())
    assert error.fault is FetchFault.FILE
    assert "gone.xml” does not exist" in str(error)


async def test_a_folder_a_device_or_a_pipe_is_no_file(visitor: Visitor, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        error = await visitor.fails(path.as_uri())
        assert error.fault is FetchFault.FILE
        assert "not a file" in str(error)


@pytest.mark.parametrize("url", ["file://server/share/x.xml", "file:", "file://", "file://[x/y", "file:///a%00b"])
async def test_an_address_that_names_no_file_here_is_an_error(visitor: Visitor, url: str) -> None:
    assert (await visitor.fails(url)).fault is FetchFault.FILE


async def test_a_file_over_the_bound_is_refused(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BODY", 1024 * 1024)
    (tmp_path / "a").write_bytes(b"x" * (1024 * 1024 + 1))
    error = await visitor.fails((tmp_path / "a").as_uri())
    assert error.fault is FetchFault.TOO_LARGE
    (tmp_path / "b").write_bytes(b"x" * (1024 * 1024))
    assert len((await visitor.get((tmp_path / "b").as_uri())).body) == 1024 * 1024


async def test_no_redirect_leads_to_a_file(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    with serve({"/": redirect(302, (tmp_path / "secret").as_uri())}) as server:
        assert (await visitor.fails(server.url())).fault is FetchFault.ADDRESS


def test_control_characters_of_a_file_name_are_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="does not exist") as raised:
        files.read((tmp_path / "a\x1b[31mb").as_uri(), Validators())
    assert "\x1b" not in str(raised.value)
