"""The configuration: what is read of it, what is said of the rest, and how it is changed."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import config, config_file
from feeds.config import Settings, add_sources, interval, load, remove_source, source_address
from feeds.errors import ConfigError
from feeds.model import SourceSpec
from feeds.query import AnyOf, Words
from feeds.watches import Action

A, B, C = "https://a.example/live", "https://b.example/feed", "https://c.example/feed"
SPEC = SourceSpec(C)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load(file)


def told(file: Path, text: str) -> list[str]:
    """What is said of a configuration, without the file's name."""
    return [str(problem).removeprefix(f"{file}:") for problem in read(file, text).problems]


# ------------------------------------------------------------------ reading

CONTRACT = """
[[sources]]
url = "https://example.org/live/ukraine"
name = "Example: Ukraine"
tags = ["war"]
every = "30s"            # otherwise adaptive

[[watches]]
name = "Kyiv"
match = 'kyiv OR zelensky* OR "peace talks"'
key = 1
color = "yellow"
actions = ["highlight", "alert"]
"""


def test_the_example_of_the_contract_is_read(file: Path) -> None:
    found = read(file, CONTRACT)
    assert found.problems == ()
    assert found.sources == (
        SourceSpec("https://example.org/live/ukraine", "Example: Ukraine", tags=("war",), every=30.0),
    )
    (watch,) = found.watches
    assert (watch.name, watch.key, watch.color) == ("Kyiv", 1, "yellow")
    assert watch.actions == (Action.HIGHLIGHT, Action.ALERT)


def test_no_file_is_an_empty_configuration(file: Path) -> None:
    assert load(file) == Settings()


def test_what_is_left_out_has_defaults(file: Path) -> None:
    found = read(file, f'[[sources]]\nurl = "{A}"\n[[watches]]\nmatch = "sea"\n')
    assert found.problems == ()
    assert found.sources == (SourceSpec(A),)
    assert (found.watches[0].name, found.watches[0].key, found.watches[0].actions) == (
        "sea",
        None,
        (Action.HIGHLIGHT,),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('thme = "x"', "1: “thme” is not a setting; did you mean “theme”?"),
        ("zzz = 1", "1: “zzz” is not a setting; known here: sources, watches, keys, theme, density, mark_read, ascii."),
        ("theme = 3", "1: “theme” is a text in quotation marks."),
        ('\ndensity = "dense"', "2: “density” is one of roomy, compact; “dense” is not."),
        ('ascii = "yes"', "1: “ascii” is true or false."),
        ("keys = 3", "1: “keys” is a table of command = keys, each in quotation marks."),
        ('sources = "x"', "1: “sources” is written as tables: [[sources]] and its settings below."),
        ("[sources]\n", "1: “sources” is written as tables: [[sources]] and its settings below."),
        ("[[sources]]\nurl = 3", "2: “url” is a text in quotation marks."),
        (f'[[sources]]\nurl = "{A}"\n\nnmae = "x"', "4: “nmae” is not a setting; did you mean “name”?"),
        (
            f'[[sources]]\nurl = "{A}"\nevery = "soon"',
            "3: “every” is a time such as 30s, 5m or 2h; the adaptive schedule is used.",
        ),
        (
            f'[[sources]]\nurl = "{A}"\nevery = true',
            "3: “every” is a time such as 30s, 5m or 2h; the adaptive schedule is used.",
        ),
        (f'[[sources]]\nurl = "{A}"\ntags = "x"', '3: “tags” is a list of texts: tags = ["one", "two"].'),
        (
            '[[sources]]\nname = "x"',
            "1: A source needs “url”, an address that begins with http:// or https://; it is left out.",
        ),
        (
            f'[[sources]]\nurl = "{A}"\n[[sources]]\nurl = "{A}"',
            "4: This source is there twice; the second one is left out.",
        ),
        ('[[watches]]\nname = "x"', "1: A watch needs “match”, a query in quotation marks; it is left out."),
        ("[[watches]]\nmatch = 3", "2: A watch needs “match”, a query in quotation marks; it is left out."),
        ('[[watches]]\nmatch = "a"\nkey = 10', "3: “key” is a digit from 1 to 9; the watch has none."),
        ('[[watches]]\nmatch = "a"\nkey = true', "3: “key” is a digit from 1 to 9; the watch has none."),
        (
            '[[watches]]\nname = "N"\nmatch = "a"\nkey = 1\n[[watches]]\nmatch = "b"\nkey = 1',
            "7: The key 1 is taken by the watch “N”; this one has none.",
        ),
        (
            '[[watches]]\nmatch = "a"\ncolor = "mauve"',
            "3: “mauve” is not a colour of a watch; there are yellow, green, cyan, magenta, red, blue, white, orange.",
        ),
        (
            '[[watches]]\nmatch = "a"\nactions = ["shout"]',
            "3: “shout” is not an action; there are highlight, filter, mute, alert.",
        ),
    ],
)
def test_a_bad_value_is_told_with_its_line_and_a_suggestion(file: Path, text: str, problem: str) -> None:
    assert problem in told(file, text)


def test_watches_name_one_another_and_what_cannot_be_used_is_said_with_its_line(file: Path) -> None:
    found = read(
        file,
        '[[watches]]\nname = "East"\nmatch = "watch:kyiv OR kharkiv"\n[[watches]]\nname = "Kyiv"\nmatch = "kyiv"\n'
        '[[watches]]\nname = "Loop"\nmatch = "a watch:loop"\n[[watches]]\nname = "Gone"\nmatch = "is:withdrawm"\n',
    )
    assert [watch.name for watch in found.watches] == ["East", "Kyiv"]
    assert found.watches[0].query == AnyOf((Words(("kyiv",)), Words(("kharkiv",))))
    assert [str(problem).partition(": The watch is left out: ")[2] for problem in found.problems] == [
        "The watch “Loop” at position 9 cannot be used: It names this one in turn, in a circle.",
        "“withdrawm” at position 4 is no state; did you mean “is:withdrawn”?",
    ]
    assert [problem.line for problem in found.problems] == [9, 12]


def test_a_query_that_is_not_understood_costs_its_watch_only(file: Path) -> None:
    found = read(file, '[[watches]]\nmatch = "(a"\n\n[[watches]]\nmatch = "b"\n')
    assert [watch.name for watch in found.watches] == ["b"]
    assert str(found.problems[0]).startswith(f"{file}:2: The watch is left out: A bracket is not closed")


def test_a_bad_value_costs_itself_and_nothing_else(file: Path) -> None:
    text = CONTRACT.replace('"30s"', '"soon"').replace("key = 1", "key = 0") + "\n[[sources]]\nname = 3\n"
    found = read(file, text)
    assert len(found.problems) == 3
    assert [source.every for source in found.sources] == [None]
    assert [watch.key for watch in found.watches] == [None]


def test_impolite_intervals_are_raised(file: Path) -> None:
    assert read(file, f'[[sources]]\nurl = "{A}"\nevery = 1').sources[0].every == config.SHORTEST_INTERVAL


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"theme = \nx = 1\n", "1: The configuration is not valid TOML: Invalid value."),
        (b"a = 1\na = 2\n", "2: The configuration is not valid TOML: Cannot overwrite a value."),
        (b"theme = '\xff'", " The configuration cannot be read: it is not UTF-8 text."),
        (b"x = " + b"[" * 5000, " The configuration is not valid TOML: it is nested too deeply."),
        (b"x = " + b"9" * 5000, " The configuration is not valid TOML: Exceeds the limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    (problem,) = load(file).problems
    assert str(problem).removeprefix(f"{file}:").startswith(message)


def test_a_folder_in_its_place_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load(tmp_path).problems
    assert "The configuration cannot be read: " in str(problem)


def test_a_byte_order_mark_is_no_problem(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbftheme = 'x'\n")
    assert load(file).theme == "x"


SETTINGS = [
    "sources", "watches", "keys", "theme", "density", "ascii", "url", "name", "tags", "every", "adapter", "match",
    "key", "color", "actions", "x\x1b", "é",
]  # fmt: skip
KEYS = st.sampled_from(SETTINGS)
TEXTS = st.sampled_from(
    [A, "~nobody/x", "a" * 5000, "~", "..", "file://x", "(", '"', "30s", "\x1b[2J", "[", "http://["]
)
SCALARS = st.integers() | st.booleans() | st.floats() | TEXTS | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
@settings(max_examples=150, deadline=None)
def test_no_tables_ever_raise(tmp_path_factory: pytest.TempPathFactory, tables: dict[str, object]) -> None:
    import tomlkit

    text = tomlkit.dumps(tables)
    found = read(tmp_path_factory.mktemp("config") / "config.toml", text)
    for problem in found.problems:
        assert "\x1b" not in str(problem)


@given(st.text(max_size=200) | st.lists(KEYS | st.sampled_from(list("[]={}\"'\n#.,")), max_size=30).map("".join))
@settings(max_examples=150, deadline=None)
def test_no_text_ever_raises(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    load(file)


# ------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30s", 30), ("5m", 300), ("5 min", 300), ("2h", 7200), ("1d", 86_400), ("1.5h", 5400), ("90", 90),
        (45, 45), (0.5, 0.5), ("", None), ("s", None), ("-5s", None), (0, None), (-1, None), (True, None),
        (float("inf"), None), (float("nan"), None), ("5 weeks", None), (None, None), ("٣s", None),
    ],
)  # fmt: skip
def test_an_interval_is_a_number_and_a_unit(value: object, seconds: float | None) -> None:
    assert interval(value) == seconds


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://a.example/live ", "https://a.example/live"),
        ("HTTPS://A.example", "https://a.example/"),
        ("a.example", "https://a.example/"),
        ("a.example/live", "https://a.example/live"),
        ("localhost:8000/feed", "https://localhost:8000/feed"),
        ("[::1]/feed", "https://[::1]/feed"),
        ("File:///tmp/x", "file:///tmp/x"),
        ("ftp://a.example/", None),
        ("javascript:alert(1)", None),
        ("mailto:a@a.example", None),
        ("", None),
        ("word", None),
        ("missing.xml", None),
        ("./missing", None),
        ("../missing", None),
        ("/missing/x", None),
        ("~/missing", None),
        ("~nobody-of-this-name/x", None),
        ("a" * 5000, None),
        ("a\0b", None),
        ("http://", None),
    ],
)
def test_an_address_is_what_people_mean(text: str, address: str | None) -> None:
    assert source_address(text) == address


def test_a_file_that_exists_is_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my feed.xml").write_text("x")
    address = (tmp_path / "my feed.xml").resolve().as_uri()
    assert source_address("my feed.xml") == source_address(str(tmp_path / "my feed.xml")) == address


# ------------------------------------------------------------------ writing

KEPT = f"""# My sources. Do not touch!
theme = "dusk"   # dark

# the harbour
[[sources]]
url = "{A}"
name = "Harbour"  # windy
tags = [
  "sea",  # salt
]
# every = "30s"

# second
[[sources]]
url='{B}'

# ---- watches ----
[[watches]]
name = "Port"
match = 'port'

[keys]
"quit" = "q"
"""


def test_a_source_is_added_behind_the_others_and_nothing_else_is_touched(file: Path) -> None:
    file.write_text(KEPT)
    new = SourceSpec(C, 'The “C” "paper"', tags=("a", "b"), every=90.0, adapter="jsonld")
    assert add_sources(file, [new]) == [new]
    added = (
        f'\n[[sources]]\nurl = "{C}"\nname = "The “C” \\"paper\\""\ntags = ["a", "b"]\nevery = "90s"\n'
        'adapter = "jsonld"\n'
    )
    assert file.read_text() == KEPT.replace(f"url='{B}'\n", f"url='{B}'\n{added}")
    assert load(file).sources[2] == new


def test_a_source_is_taken_out_and_every_comment_stays(file: Path) -> None:
    file.write_text(KEPT)
    assert remove_source(file, B)
    assert file.read_text() == KEPT.replace(f"[[sources]]\nurl='{B}'\n", "")
    assert remove_source(file, A)
    text = file.read_text()
    comments = ("# My sources. Do not touch!", "# the harbour", '# every = "30s"', "# second", "# ---- watches ----")
    assert all(comment in text for comment in comments)
    assert "sources" not in tomllib.loads(text)
    assert not remove_source(file, A)


def test_what_was_added_and_taken_out_leaves_the_file_as_it_was(file: Path) -> None:
    file.write_text(KEPT)
    add_sources(file, [SPEC])
    remove_source(file, C)
    assert file.read_text() == KEPT


def test_the_first_source_makes_file_and_folder_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "one" / "two" / "config.toml"
    assert add_sources(file, [SourceSpec(A), SourceSpec(B)]) == [SourceSpec(A), SourceSpec(B)]
    assert file.read_text() == f'[[sources]]\nurl = "{A}"\n\n[[sources]]\nurl = "{B}"\n'
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_what_is_there_is_not_added_again(file: Path) -> None:
    file.write_text(f'[[sources]]\nurl = "{A}"\n[[sources]]\nurl = "b.example/feed"\n')
    before = file.stat()
    assert add_sources(file, [SourceSpec(A), SourceSpec(B)]) == []
    assert add_sources(file, [SourceSpec(C), SourceSpec(C)]) == [SourceSpec(C)]
    assert before.st_ino != file.stat().st_ino


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "   \n\t", "# the end"])
@pytest.mark.parametrize("start", ["", "theme = 'x'", f"[[sources]]\nurl = '{A}'", "[keys]\nquit = 'q'"])
def test_however_a_file_ends_it_can_be_added_to(file: Path, start: str, end: str) -> None:
    file.write_text(start + end)
    before = load(file)
    assert before.problems == ()
    add_sources(file, [SPEC])
    after = load(file)
    assert after.problems == ()
    assert after.sources == (*before.sources, SPEC)
    assert (after.theme, after.keys) == (before.theme, before.keys)
    assert start in file.read_text()


def test_line_ends_stay_as_they_are(file: Path) -> None:
    file.write_bytes(f"theme = 'x'\r\n\r\n[[sources]]\r\nurl = '{A}'\r\n".encode())
    add_sources(file, [SPEC])
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")
    assert remove_source(file, A)
    assert load(file).sources == (SPEC,)


@pytest.mark.parametrize(
    "text",
    [
        "sources = []\n",
        f"sources = [{{url = '{A}'}}, {{url = '{B}', name = 'B'}}]  # short\ntheme = 'x'\n",
        f"[[sources]]\nurl = '{A}'\n[[watches]]\nmatch = 'x'\n[[sources]]\nurl = '{B}'\n",
        f"[[ sources ]] # one\nurl = '{A}'\n[['sources']]\nurl = '{B}'",
        f"[[sources]]\nurl = '{A}'\ntags = [\n  'x',\n]\n",
    ],
)
def test_other_ways_of_writing_are_understood_or_left_alone(file: Path, text: str) -> None:
    before = read(file, text)
    add_sources(file, [SPEC])
    assert load(file).sources == (*before.sources, SPEC)
    for source in before.sources:
        assert remove_source(file, source.url)
    assert load(file).sources == (SPEC,)


def test_a_way_of_writing_that_is_not_understood_is_left_to_the_person(file: Path) -> None:
    text = f'[[sources]]\nurl = "{A}"\nname = """\n[[sources]]\nurl = 3\n"""\n'
    file.write_text(text)
    with pytest.raises(ConfigError, match="change it by hand"):
        remove_source(file, A)
    assert file.read_text() == text


@pytest.mark.parametrize("text", ["[[sources]", "sources = 3\n", "[sources]\nurl = 'x'\n", "x = " + "[" * 3000])
def test_a_broken_file_is_left_as_it_is(file: Path, text: str) -> None:
    file.write_text(text)
    for change in (lambda: add_sources(file, [SPEC]), lambda: remove_source(file, A)):
        with pytest.raises(ConfigError, match="mend it first"):
            change()
    assert file.read_text() == text


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "wirewatch.toml"
    real.parent.mkdir()
    real.write_text(KEPT)
    real.chmod(0o640)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    add_sources(link, [SPEC])
    assert link.is_symlink()
    assert SPEC in load(real).sources
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    link = tmp_path / "config.toml"
    link.symlink_to(link)
    with pytest.raises(ConfigError):
        add_sources(link, [SPEC])


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="cannot be written"):
        add_sources(tmp_path / "file" / "config.toml", [SPEC])


def test_a_write_that_fails_leaves_the_old_file_and_no_other(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(KEPT)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        add_sources(file, [SPEC])
    assert file.read_text() == KEPT
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch, file: Path, *texts: str) -> Iterator[None]:
    """While the file is changed somebody else saves it, as often as there are texts."""
    waiting = list(texts)
    fsync = os.fsync

    def save(descriptor: int) -> None:
        if waiting:
            file.write_text(waiting.pop(0))
        fsync(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", save)
        yield


def test_what_somebody_else_saved_meanwhile_is_not_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(KEPT)
    theirs = KEPT.replace("dusk", "dawn")
    with interrupted(monkeypatch, file, theirs):
        assert add_sources(file, [SPEC]) == [SPEC]
    assert load(file).theme == "dawn"
    assert SPEC in load(file).sources


def test_a_file_that_changes_all_the_time_is_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(KEPT)
    texts = [f"{KEPT}# {number}\n" for number in range(20)]
    with (
        interrupted(monkeypatch, file, *texts),
        pytest.raises(ConfigError, match="being changed by another program"),
    ):
        add_sources(file, [SPEC])
    assert file.read_text() in texts


def test_a_change_that_would_harm_is_not_made(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(KEPT)
    monkeypatch.setattr(config_file, "_with", lambda text, specs: text.replace("dusk", "dawn"))
    with pytest.raises(ConfigError, match="change it by hand"):
        add_sources(file, [SPEC])
    assert file.read_text() == KEPT


COMMENTS = st.lists(st.sampled_from(["", "# a comment", "#", "   "]), max_size=3)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    lines = draw(COMMENTS)
    for number in range(draw(st.integers(0, 4))):
        head = draw(st.sampled_from(["[[sources]]", "[[watches]]", "[[ sources ]]  # s"]))
        body = f"url = 'https://{number}.example/'" if "sources" in head else "match = 'x'"
        lines += [head, body, *draw(COMMENTS)]
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


@given(configurations(), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_only_the_source_that_is_meant_changes(
    tmp_path_factory: pytest.TempPathFactory, text: str, number: int
) -> None:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    before = read(file, text)
    add_sources(file, [SPEC])
    assert load(file).sources == (*before.sources, SPEC)
    url = f"https://{number}.example/"
    assert remove_source(file, url) == (SourceSpec(url) in before.sources)
    after = load(file)
    assert after.sources == (*(source for source in before.sources if source.url != url), SPEC)
    assert after.watches == before.watches
    assert file.read_text().count("# a comment") == text.count("# a comment")


def test_several_at_once_lose_nothing(file: Path) -> None:
    file.write_text(KEPT)
    specs = [SourceSpec(f"https://{number}.example/") for number in range(12)]
    with ThreadPoolExecutor(6) as threads:
        added = list(threads.map(lambda spec: add_sources(file, [spec]), specs))
    assert added == [[spec] for spec in specs]
    assert set(specs) <= set(load(file).sources)
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]
