"""Addresses are handed on as one argument, to a browser and to nothing else."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.document import paragraphs
from tests.tui.host import entry
from tui import opener
from tui.opener import Opened

URL = "https://example.org/live?a=1&b=$(touch+/tmp/x)"


def everything(name: str) -> str | None:
    return f"/usr/bin/{name}"


def nothing(name: str) -> str | None:
    return None


@pytest.mark.parametrize(
    "address",
    ["https://example.org/", "HTTP://example.org", "http://[::1]:8000/x", "mailto:desk@example.org"],
)
def test_web_and_mail_addresses_may_be_opened(address: str) -> None:
    assert opener.is_openable(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "-h", "--flag", "file:///etc/passwd", "javascript:alert(1)", "ftp://example.org/", "example.org",
        "https://", "http:///path", "https:example.org", "mailto:", "https://example.org/\x1b]0;t\x07",
        "https://example.org/a b", "https://exam\nple.org/", " https://example.org/", "http://[::1",
        "ms-settings:x", "data:text/html,x", "/etc/passwd",
    ],
)  # fmt: skip
def test_nothing_else_may(address: str) -> None:
    assert not opener.is_openable(address)
    assert opener.open_address(address, {}, everything).opened is Opened.REFUSED


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_whatever_may_be_opened_begins_with_its_scheme(address: str) -> None:
    if opener.is_openable(address):
        assert address.lower().startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize(
    ("browser", "command"),
    [
        ("firefox", ("firefox", URL)),
        ("firefox --new-tab", ("firefox", "--new-tab", URL)),
        ("chromium --app=%s", ("chromium", f"--app={URL}")),
        ("open -a Firefox %s", ("open", "-a", "Firefox", URL)),
        ("'/opt/My Browser/run' %s --quiet", ("/opt/My Browser/run", URL, "--quiet")),
    ],
)
def test_browser_is_an_argument_list(browser: str, command: tuple[str, ...]) -> None:
    assert opener.browser_command(URL, {"BROWSER": browser}, everything) == command


@pytest.mark.parametrize("browser", ['sh -c "echo %s"', "sh -c %s", "bash %s", "python -c 'x %s'", "%s", "'open", ""])
def test_a_command_that_would_read_the_address_as_program_text_is_passed_over(browser: str) -> None:
    command = opener.browser_command(URL, {"BROWSER": f"{browser}:firefox"}, everything)
    assert command == ("firefox", URL)


def test_a_browser_that_is_not_there_is_passed_over() -> None:
    def find(name: str) -> str | None:
        return name if name == "w3m" else None

    assert opener.browser_command(URL, {"BROWSER": "firefox:w3m"}, find) == ("w3m", URL)


def test_without_any_browser_there_is_no_command() -> None:
    assert opener.open_address(URL, {}, nothing).opened is Opened.NONE


def test_a_browser_is_started_apart_from_the_terminal_and_not_waited_for() -> None:
    calls: list[tuple[tuple[str, ...], dict[str, object]]] = []

    def start(command: tuple[str, ...], **how: object) -> None:
        calls.append((command, how))

    outcome = opener.open_address(URL, {"BROWSER": "firefox"}, everything, start)
    assert outcome.opened is Opened.STARTED
    [(command, how)] = calls
    assert command == ("firefox", URL)
    assert how["start_new_session"] is True
    assert {how["stdin"], how["stdout"], how["stderr"]} == {subprocess.DEVNULL}
    assert "shell" not in how


def test_a_browser_of_the_terminal_is_left_to_the_screen() -> None:
    outcome = opener.open_address(URL, {"BROWSER": "w3m"}, everything, lambda *_: pytest.fail("started"))
    assert (outcome.opened, outcome.command) == (Opened.CONSOLE, ("w3m", URL))


def test_a_browser_that_cannot_be_started_is_said() -> None:
    def start(*_: object, **__: object) -> None:
        raise FileNotFoundError

    assert opener.open_address(URL, {"BROWSER": "firefox"}, everything, start).opened is Opened.FAILED


def test_running_in_the_terminal_never_raises() -> None:
    assert not opener.run_in_terminal(("/nonexistent/w3m", URL))


def test_an_entry_as_markdown_is_only_text() -> None:
    one = entry(1, title="A *bold* [claim](javascript:x)", text="")
    one = replace(one, post=replace(one.post, body=paragraphs("First <b>line</b>\n\nsecond_line")))
    text = opener.markdown(one, "Varda `Herald`")
    assert text.splitlines()[0] == (r"**[A \*bold\* \[claim\](javascript:x)](<https://example.org/posts/1>)**  ")
    assert r"> First \<b\>line\</b\>" in text
    assert r"> second\_line" in text
    assert r"Varda \`Herald\`" in text


def test_an_entry_without_title_and_address_has_no_link() -> None:
    one = entry(1, title="")
    one = replace(one, post=replace(one.post, url=None))
    assert opener.markdown(one, "x").startswith("**Untitled**")


def test_that_a_browser_of_the_desktop_is_found_does_not_say_that_there_is_one() -> None:
    def find(name: str) -> str | None:
        return name if name == "gio" else None

    class Failing:
        def poll(self) -> int | None:
            return 1

    outcome = opener.open_address(URL, {}, find, lambda *_, **__: Failing())
    assert outcome.command == ("gio", "open", URL)
    assert outcome.program is not None
    assert outcome.program.poll() == 1
