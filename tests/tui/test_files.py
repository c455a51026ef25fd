"""What the screen keeps on disk, what it leaves behind when it breaks, and what terminals it refuses."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds import crash
from tui import terminal, view_file
from tui.state import Pane, ViewState, decode, encode

WHEN = datetime(2026, 2, 13, 14, 30, tzinfo=UTC)


# ------------------------------------------------------------------ the view


def test_a_view_comes_back_as_it_was(tmp_path: Path) -> None:
    view = ViewState(source_id=3, filter="kyiv", watches_off=("Storm",), theme="nord", pane=Pane.DETAIL, cursor=7)
    view_file.save(tmp_path, view)
    assert view_file.load(tmp_path, ["nord"]) == view
    assert [each.name for each in tmp_path.iterdir()] == ["view.json"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"source_id": "x"}', b"\xff\xfe", b"[" * 100_000])
def test_a_view_that_cannot_be_read_is_a_new_one(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "view.json").write_bytes(data)
    assert view_file.load(tmp_path, []) == ViewState()


def test_no_view_is_a_new_one(tmp_path: Path) -> None:
    assert view_file.load(tmp_path / "nowhere", []) == ViewState()


def test_what_cannot_be_used_of_a_view_is_left_out() -> None:
    view = ViewState(source_id=1, filter="kyiv (", density="airy", theme="gone")
    assert decode(encode(view), themes=["wirewatch"]) == ViewState(source_id=1)


# ------------------------------------------------------------------ crashes


def failing() -> BaseException:
    secret = "token-of-the-reader"
    try:
        raise ValueError(f"cannot read https://ana:pass@example.org/feed?key={secret}#x now")
    except ValueError as error:
        return error


def test_the_log_says_where_and_what_and_no_secrets(tmp_path: Path) -> None:
    file = crash.write_log(failing(), tmp_path / "new", WHEN)
    assert file is not None
    text = file.read_text()
    assert "2026-02-13T14:30:00+00:00" in text
    assert "test_files.py" in text
    assert "https://example.org/feed now" in text
    for secret in ("token-of-the-reader", "ana", "pass@", "key="):
        assert secret not in text.replace("in failing", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_log_grows_and_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "crash.log").write_text("x" * 500_000)
    crash.write_log(failing(), tmp_path, WHEN)
    file = crash.write_log(failing(), tmp_path, WHEN)
    assert file is not None
    assert file.stat().st_size < 230_000
    assert file.read_text().count("--- 2026") == 2


def test_a_log_that_cannot_be_written_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert crash.write_log(failing(), tmp_path / "file" / "folder", WHEN) is None


def test_the_person_reads_a_short_message(tmp_path: Path) -> None:
    said = crash.sentence(failing(), tmp_path / "crash.log")
    assert said.startswith("Wirewatch stopped because of a mistake in the program (ValueError: cannot read https://")
    assert "token" not in said
    assert str(tmp_path / "crash.log") in said
    assert "bug report" not in crash.sentence(failing(), None)


# ------------------------------------------------------------------ terminals


def test_without_a_terminal_the_other_way_is_named() -> None:
    for fields, name in (((False, True), "standard input"), ((True, False), "standard error")):
        said = terminal.refusal({}, standard_input=fields[0], standard_error=fields[1])
        assert said.startswith(name)
        assert "wirewatch tail" in said


def test_a_dumb_terminal_is_refused_and_others_are_not() -> None:
    assert "TERM=dumb" in terminal.refusal({"TERM": "dumb"}, standard_input=True, standard_error=True)
    assert terminal.refusal({"TERM": "xterm"}, standard_input=True, standard_error=True) == ""


def test_a_closed_descriptor_is_no_terminal() -> None:
    reading, writing = os.pipe()
    assert not terminal.is_terminal(reading)
    os.close(reading)
    os.close(writing)
    assert not terminal.is_terminal(reading)


@pytest.mark.parametrize(
    ("encoding", "speaks"), [("UTF-8", True), ("utf8", True), ("ANSI_X3.4-1968", False), ("ISO-8859-1", False)]
)
def test_signs_need_an_encoding_that_has_them(monkeypatch: pytest.MonkeyPatch, encoding: str, speaks: bool) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: encoding)
    assert terminal.speaks_unicode({"LANG": "de_DE"}) is speaks


@pytest.mark.parametrize(
    ("environment", "speaks"),
    [
        ({}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C", "LC_ALL": "en_GB.UTF-8"}, True),
        ({"LANG": "C"}, False),
        ({"LC_ALL": "POSIX", "LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # Python's doing
    ],
)
def test_the_plain_locales_have_no_signs(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], speaks: bool
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "UTF-8")
    assert terminal.speaks_unicode(environment) is speaks
