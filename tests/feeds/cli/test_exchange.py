"""`wirewatch import` and `opml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from feeds import subscriptions
from feeds.cli import DONE, FAILED, SOME_FAILED
from feeds.store.files import DATABASE
from tests.support.commands import Commands, rss, saved
from tests.support.server import Answer, serve

A, B, C = "https://a.example/feed", "https://b.example/live", "https://c.example/rss"
OPML = f"""<opml version="2.0"><body><outline text="News"><outline text="Harbour" xmlUrl="{A}"/></outline>
<outline xmlUrl="{B}"/></body></opml>"""


def configured(wirewatch: Commands) -> list[dict[str, object]]:
    sources: list[dict[str, object]] = tomllib.loads(wirewatch.config.read_text()).get("sources", [])
    return sources


def written(tmp_path: Path, text: str, name: str = "list") -> str:
    return saved(tmp_path, [(name, text.encode())])[0]


# ------------------------------------------------------------------ import


@pytest.mark.parametrize("text", [OPML, f'# mine\n{A} News "~Harbour"\n{B}\n'], ids=["opml", "newsboat"])
def test_the_sources_of_a_list_are_saved(wirewatch: Commands, tmp_path: Path, text: str) -> None:
    ran = wirewatch("import", written(tmp_path, text))
    assert (ran.status, ran.err) == (DONE, "2 added.\n")
    assert ran.lines == [f"Harbour  {A}  [News]", B]
    assert configured(wirewatch) == [{"url": A, "name": "Harbour", "tags": ["News"]}, {"url": B}]


def test_a_list_may_come_from_standard_input(wirewatch: Commands) -> None:
    ran = wirewatch("import", "-", stdin=f"{A}\n{B}".encode())
    assert (ran.status, ran.lines) == (DONE, [A, B])


def test_what_is_there_already_stays_as_the_person_has_it(wirewatch: Commands, tmp_path: Path) -> None:
    wirewatch.configure(f'# mine\n[[sources]]\nurl = "{A}"\nname = "Mine"\n')
    ran = wirewatch("import", written(tmp_path, OPML))
    assert (ran.status, ran.lines) == (DONE, [B])
    assert ran.err == f"{A} is already there.\n1 added, 1 already there.\n"
    assert configured(wirewatch) == [{"url": A, "name": "Mine"}, {"url": B}]
    assert wirewatch.config.read_text().startswith("# mine\n")


def test_tags_are_given_to_all_of_a_list(wirewatch: Commands, tmp_path: Path) -> None:
    wirewatch("import", written(tmp_path, OPML), "--tag", "old", "--tag", " News ")
    assert [source["tags"] for source in configured(wirewatch)] == [["News", "old"], ["old", "News"]]


def test_a_dry_run_says_what_would_be_saved_and_saves_nothing(wirewatch: Commands, tmp_path: Path) -> None:
    ran = wirewatch("import", written(tmp_path, f"{A}\nexec:x"), "--dry-run")
    assert (ran.status, ran.lines) == (SOME_FAILED, [A])
    assert ran.err == "“exec:x” is a command; an import brings none.\n1 would be added, 1 refused.\n"
    assert not wirewatch.config.exists()


def test_commands_are_refused_and_the_rest_is_saved(wirewatch: Commands, tmp_path: Path) -> None:
    text = OPML.replace(B, "|touch /tmp/x")
    ran = wirewatch("import", written(tmp_path, text))
    assert (ran.status, ran.lines) == (SOME_FAILED, [f"Harbour  {A}  [News]"])
    assert "“|touch /tmp/x” is a command; an import brings none." in ran.err
    assert [source["url"] for source in configured(wirewatch)] == [A]


def test_what_is_odd_is_said_and_is_no_failure(wirewatch: Commands, tmp_path: Path) -> None:
    ran = wirewatch("import", written(tmp_path, OPML[:-20]))
    assert ran.status == DONE
    assert "cut off" in ran.err


def test_not_every_sentence_about_a_long_list_is_said(wirewatch: Commands, tmp_path: Path) -> None:
    ran = wirewatch("import", written(tmp_path, "\n".join([A, *(f"word{number}" for number in range(60))])))
    assert ran.status == SOME_FAILED
    assert len(ran.err.splitlines()) == 52
    assert "10 more are refused." in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The list is empty."),
        ("# nothing\n", "The list names no sources."),
        ("exec:x", "“exec:x” is a command; an import brings none.\n0 added, 1 refused."),
        (rss("One").decode(), "This is not a list of sources but a feed; “wirewatch add” follows it."),
        ("<opml><body/></opml>", "The list names no sources."),
    ],
)
def test_a_list_of_which_nothing_can_be_used_is_a_failure(
    wirewatch: Commands, tmp_path: Path, text: str, told: str
) -> None:
    ran = wirewatch("import", written(tmp_path, text))
    assert (ran.status, ran.out) == (FAILED, "")
    assert ran.err == f"{told}\n"


def test_a_file_that_cannot_be_read_is_told(
    wirewatch: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wirewatch("import", str(tmp_path / "none")).err.endswith(
        "/none” cannot be read: No such file or directory.\n"
    )
    assert "cannot be read: Is a directory." in wirewatch("import", str(tmp_path)).err
    monkeypatch.setattr(subscriptions, "MAX_BYTES", 1024**2)
    ran = wirewatch("import", written(tmp_path, "#" * (1024**2 + 1)))
    assert (ran.status, "is larger than 1 MB; it was not read." in ran.err) == (FAILED, True)


def test_nothing_is_said_to_be_added_to_a_configuration_that_cannot_be_changed(
    wirewatch: Commands, tmp_path: Path
) -> None:
    wirewatch.configure("broken = ")
    ran = wirewatch("import", written(tmp_path, OPML))
    assert (ran.status, ran.out) == (FAILED, "")
    assert "broken" in ran.err
    assert wirewatch.config.read_text() == "broken = "


def test_a_thousand_sources_are_no_burden(wirewatch: Commands, tmp_path: Path) -> None:
    many = "\n".join(f"https://a.example/{number}" for number in range(1_000))
    assert wirewatch("import", written(tmp_path, many)).status == DONE
    ran = wirewatch("import", written(tmp_path, f"{many}\n{B}"))
    assert (ran.lines, ran.err.splitlines()[-1]) == ([B], "1 added, 1000 already there.")


def test_no_password_and_no_control_character_of_a_list_is_shown(wirewatch: Commands, tmp_path: Path) -> None:
    text = f'https://anna:secret@a.example/ "~\x1b[2JName" "\x1b]0;tag"\nexec:\x1b[31m\n{A}\n'
    for _ in range(2):
        ran = wirewatch("import", written(tmp_path, text))
        assert "a.example" in ran.out + ran.err
        for hidden in ("secret", "\x1b", "\x07"):
            assert hidden not in ran.out + ran.err


# ------------------------------------------------------------------ opml


def test_the_saved_sources_are_written_and_can_be_imported(wirewatch: Commands, tmp_path: Path) -> None:
    text = f'[[sources]]\nurl = "{A}"\nname = "Harbour"\ntags = ["News", "Sea"]\nevery = "120s"\n'
    wirewatch.configure(f'{text}\n[[sources]]\nurl = "{B}"\n')
    before = configured(wirewatch)
    ran = wirewatch("opml")
    assert (ran.status, ran.err) == (DONE, "")
    assert ran.lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    target = tmp_path / "mine.opml"
    assert wirewatch("opml", "-o", str(target)).out == ""
    assert target.read_text() == ran.out
    wirewatch.config.unlink()
    assert wirewatch("import", str(target)).status == DONE
    assert configured(wirewatch) == before


def test_the_title_and_page_a_source_gives_itself_are_written(wirewatch: Commands) -> None:
    with serve({"/feed": Answer(rss("One", name="Harbour & Sea"))}) as server:
        wirewatch("add", server.url("/feed"))
        wirewatch("refresh")
    ran = wirewatch("opml")
    assert 'text="Harbour &amp; Sea" title="Harbour &amp; Sea"' in ran.out
    assert 'htmlUrl="https://harbour.example/"' in ran.out


def test_files_and_passwords_do_not_leave_with_a_list(wirewatch: Commands, tmp_path: Path) -> None:
    (file,) = saved(tmp_path, [("feed.xml", rss("One"))])
    wirewatch("add", file)
    wirewatch("import", "-", stdin=b"https://anna:secret@a.example/feed")
    ran = wirewatch("opml")
    assert "secret" not in ran.out
    assert "file:" not in ran.out
    assert f'xmlUrl="{A}"' in ran.out
    assert ran.err.splitlines() == [
        "Left out: 1 of the sources are files of this computer.",
        "Left out: the name and password in the address of 1 of the sources.",
    ]


def test_no_sources_are_an_empty_list(wirewatch: Commands) -> None:
    ran = wirewatch("opml")
    assert (ran.status, ran.err) == (DONE, "")
    assert "<outline" not in ran.out


def test_data_that_cannot_be_read_takes_no_source_from_the_list(wirewatch: Commands) -> None:
    wirewatch.configure(f'[[sources]]\nurl = "{A}"\n')
    wirewatch.data.mkdir()
    (wirewatch.data / DATABASE).mkdir()
    assert wirewatch("sources").status == FAILED
    ran = wirewatch("opml")
    assert (ran.status, f'xmlUrl="{A}"' in ran.out) == (DONE, True)


def test_a_list_that_cannot_be_written_is_told(wirewatch: Commands, tmp_path: Path) -> None:
    ran = wirewatch("opml", "-o", str(tmp_path / "none" / "x.opml"))
    assert (ran.status, ran.out) == (FAILED, "")
    assert "cannot be written: No such file or directory." in ran.err
