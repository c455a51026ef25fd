"""What the command opens the app on: the saved sources, a visit, or the demo."""

from __future__ import annotations

from pathlib import Path

from feeds.cli import Place
from feeds.config import Settings
from tui import __main__ as command


def place(folder: Path) -> Place:
    made = Place()
    made.config, made.data = folder / "config.toml", folder / "data"
    return made


def test_a_visit_keeps_its_entries_apart_and_everything_else(tmp_path: Path) -> None:
    settings = Settings(theme="nord", ascii=True)
    options = command.visit_options(tmp_path / "visit", place(tmp_path), settings, ("https://example.org/live",))
    assert options.visit_only
    assert (options.data, options.logs) == (tmp_path / "visit", tmp_path / "data")
    assert [spec.url for spec in options.settings.sources] == ["https://example.org/live"]
    assert (options.settings.theme, options.settings.ascii) == ("nord", True)


def test_the_demo_has_its_own_sources_watches_and_clock(tmp_path: Path) -> None:
    options = command.demo_options(tmp_path / "demo", place(tmp_path), Settings(theme="nord"))
    assert options.demo
    assert len(options.settings.sources) == 3
    assert [watch.key for watch in options.settings.watches] == [1, 2, 3]
    assert options.settings.theme == "nord"


def test_the_saved_sources_are_in_the_folder_of_data(tmp_path: Path) -> None:
    options = command.saved_options(place(tmp_path), Settings())
    assert (options.data, options.visit_only, options.demo) == (tmp_path / "data", False, False)
