"""What every command shares: options, help, misuse, endings, and how little is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from feeds import __version__, cli
from feeds.cli import DONE, FAILED, MISUSE, Place
from tests.support.commands import MODULE, Commands, page, rss, run, saved

COMMANDS = ("add", "config", "import", "inspect", "opml", "refresh", "remove", "show", "sources", "tail")


class App:
    """Takes the place of the screen."""

    def __init__(self, status: int = DONE) -> None:
        self.status = status
        self.opened: list[tuple[tuple[str, ...], bool]] = []
        self.place: Place | None = None

    def __call__(self, place: Place, sources: tuple[str, ...], demo: bool) -> int:
        self.place = place
        self.opened.append((sources, demo))
        return self.status


# ------------------------------------------------------------------ help and options


def test_help_lists_every_command_with_a_sentence_that_is_not_cut() -> None:
    ran = run("--help")
    assert ran.status == DONE
    listed = dict(line.split(maxsplit=1) for line in ran.out.partition("Commands:")[2].splitlines() if line.strip())
    assert sorted(listed) == sorted(COMMANDS)
    assert all(sentence.endswith(".") and not sentence.endswith("...") for sentence in listed.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_the_options_all_have(command: str) -> None:
    ran = run(command, "--help")
    assert (ran.status, ran.err) == (DONE, "")
    for option in ("--config FILE", "--data DIR", "-v, --verbose", "--version", "--help"):
        assert option in ran.out


@pytest.mark.parametrize("words", [("--version",), ("tail", "--version"), ("config", "path", "--version")])
def test_the_version_is_told_anywhere(words: tuple[str, ...]) -> None:
    assert run(*words).out == f"wirewatch, version {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--config", "FILE", "config", "path"),
        ("config", "--config", "FILE", "path"),
        ("config", "path", "--config", "FILE"),
        ("--config", "other.toml", "config", "path", "--config", "FILE"),
    ],
)
def test_options_stand_before_or_behind_the_command(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = str(tmp_path / "my.toml")
    assert run(*(file if word == "FILE" else word for word in words)).out == f"{file}\n"


def test_files_lie_where_xdg_says_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "here"))
    if sys.platform != "darwin":
        assert run("config", "path").out == f"{tmp_path / 'here' / 'wirewatch' / 'config.toml'}\n"


def test_without_an_app_no_command_means_help() -> None:
    ran = run()
    assert (ran.status, ran.err) == (DONE, "")
    assert "Commands:" in ran.out
    assert "opens the app" not in ran.out


# ------------------------------------------------------------------ misuse


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tial",), "“tial” is neither a command, an address nor a file. Did you mean “tail”?"),
        (("xyzzy",), "“xyzzy” is neither a command, an address nor a file. Try “wirewatch --help”."),
        (("feed.xml",), "“feed.xml” is neither a command, an address nor a file."),
        (("./feed",), "“./feed” is neither a command, an address nor a file."),
        (("https://a.example/",), "Try “tail https://a.example/”."),
        (("tail", "xyzzy"), "“xyzzy” is neither an address (https://…) nor a file."),
        (("--wrong",), "No such option"),
        (("tail", "-n", "-1"), "-1 is not in the range"),
        (("tail", "a.example", "--since", "soon"), "“soon” is no time"),
        (("tail", "a.example", "--match", "(a"), "Invalid value for --match: A bracket is not closed"),
        (("add",), "Missing argument"),
        (("add", "a.example", "--every", "soon"), "“soon” is not a time"),
        (("add", "a.example", "b.example", "--name", "N"), "--name goes with one address only."),
        (("inspect", "a.example", "--url", "b.example"), "--url and --content-type go with “-”"),
        (("config", "show"), "No such command"),
        (("import",), "Missing argument"),
        (("show",), "Missing argument"),
        (("show", "x", "--revisions", "y"), "“y” is not two states such as 2..4"),
    ],
)
def test_misuse_is_told_in_a_sentence_with_status_2(words: tuple[str, ...], told: str) -> None:
    ran = run(*words)
    assert (ran.status, ran.out) == (MISUSE, "")
    assert told in ran.err


def test_nothing_foreign_reaches_the_terminal_in_an_error(wirewatch: Commands) -> None:
    for words in (("\x1b[2Jx",), ("tail", "\x1b]0;x\x07"), ("tail", "a.example", "--match", "(\x1b[31m"), ("--\x1b",)):
        ran = wirewatch(*words)
        assert ran.status == MISUSE
        assert "\x1b" not in ran.err


def test_no_password_is_shown(wirewatch: Commands) -> None:
    url = "http://anna:secret@nowhere.invalid/feed"
    wirewatch.configure(f'[[sources]]\nurl = "{url}"\n')
    shown = [wirewatch(*words) for words in (("sources",), ("sources", "--json"), ("refresh",), ("refresh", "--json"))]
    shown += [wirewatch("add", url), wirewatch("add", url + "2"), wirewatch("inspect", url), wirewatch("refresh", url)]
    shown += [wirewatch("tail", "--once"), wirewatch("tail", url, "--once", "--json"), wirewatch("remove", "no" + url)]
    for ran in shown:
        assert "nowhere.invalid" in ran.out + ran.err
        assert "secret" not in ran.out + ran.err
        assert "anna" not in ran.out + ran.err


# ------------------------------------------------------------------ the app


def test_the_app_opens_on_the_saved_sources_where_nothing_is_named() -> None:
    app = App(status=7)
    assert run("-v", open_app=app).status == 7
    assert app.opened == [((), False)]
    assert app.place is not None
    assert app.place.verbose


def test_the_app_opens_on_what_is_named_in_the_place_of_a_command(tmp_path: Path) -> None:
    app = App()
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    assert run("a.example/live", file, "--data", str(tmp_path), open_app=app).status == DONE
    assert app.opened == [(("https://a.example/live", Path(file).resolve().as_uri()), False)]
    assert app.place is not None
    assert app.place.data == tmp_path


def test_the_app_is_not_opened_on_what_is_no_address() -> None:
    app = App()
    ran = run("https://a.example/", "xyzzy", open_app=app)
    assert (ran.status, app.opened) == (MISUSE, [])
    assert "“xyzzy” is neither an address" in ran.err
    assert run("tial", open_app=app).status == MISUSE


def test_the_demo_is_a_command_of_the_app() -> None:
    app = App()
    assert run("demo", open_app=app).status == DONE
    assert app.opened == [((), True)]
    assert "demo" in run("--help", open_app=app).out


# ------------------------------------------------------------------ endings


def test_a_closed_pipe_ends_it_quietly(tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss(*(f"Title {number}" for number in range(59))))])
    for words in (("inspect", file), ("--help",), ("tail", file, "--once", "-n", "50")):
        reading, writing = os.pipe()
        os.close(reading)
        with subprocess.Popen([*MODULE, *words], stdout=writing, stderr=subprocess.PIPE) as process:
            os.close(writing)
            assert process.stderr is not None
            assert process.stderr.read() == b""
            assert process.wait() == DONE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("page.html", page())])
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*MODULE, "inspect", file], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == FAILED
    assert ran.stderr == "The output cannot be written: No space left on device.\n"


def test_json_is_utf_8_and_text_never_fails_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("Über Łódź"))])
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1:strict"}
    for words, expected in (((), "Über ?ód?".encode("latin-1")), (("--json",), '"title":"Über Łódź"'.encode())):
        ran = subprocess.run([*MODULE, "inspect", file, *words], capture_output=True, env=environment, check=False)
        assert (ran.returncode, ran.stderr) == (DONE, b"")
        assert expected in ran.stdout


def test_closed_streams_are_no_reason_to_fail(tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    command = '"$@" >&- 2>&- <&-; echo $?'
    ran = subprocess.run(["sh", "-c", command, "sh", *MODULE, "inspect", file], capture_output=True, check=True)
    assert ran.stdout == b"0\n"


# ------------------------------------------------------------------ what is loaded


def loaded(*words: str) -> set[str]:
    code = (
        "import sys, io\nfrom feeds import cli\n"
        f"sys.argv = {['wirewatch', *words]!r}\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "print('LOADED', *sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.rpartition("LOADED ")[2].split())


def test_a_quick_command_loads_nothing_heavy() -> None:
    heavy = {"httpcore", "httpx", "lxml", "feedparser", "asyncio", "tomlkit", "sqlite3", "ssl", "textual", "rich"}
    assert heavy & loaded("config", "path") == set()
    assert heavy & loaded("--help") == set()
    assert heavy & loaded("import", "-", "--dry-run", "--config", "none.toml") == set()


def test_no_command_loads_a_screen(tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    options = ("--config", str(tmp_path / "c.toml"), "--data", str(tmp_path / "data"))
    for words in (
        ("add", file),
        ("refresh",),
        ("sources",),
        ("tail", "--once"),
        ("inspect", file),
        ("opml",),
        ("show", "1"),
        ("remove", file),
    ):
        names = loaded(*options, *words)
        assert "feeds.cli" in names
        assert {"textual", "rich", "tui"} & names == set()


def test_main_is_also_a_module() -> None:
    ran = subprocess.run([*MODULE, "config", "path"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (cli.DONE, "")
    assert ran.stdout.endswith("config.toml\n")
