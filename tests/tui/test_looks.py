"""How the screen looks at a few sizes, in both themes: pictures, compared. What it does is tested elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import scenes
from tests.tui.host import Host

SnapCompare = Callable[..., bool]


def before(host: Host, *keys: str, sees: str = "") -> Callable[[Pilot[None]], Awaitable[None]]:
    """Wait until all is shown, press keys, wait for what is to be seen."""

    async def run(pilot: Pilot[None]) -> None:
        if host.options.settings.sources:
            await host.ready(pilot)
        if keys:
            await pilot.press(*keys)

        def rows() -> str:
            return "\n".join(strip.text for strip in host.app.screen._compositor.render_strips())

        await host.settle(pilot, lambda: sees in rows(), sees)
        seen: list[str] = []

        def at_rest() -> bool:
            seen.append(host.app.export_screenshot())
            return len(seen) > 4 and len(set(seen[-4:])) == 1

        await host.settle(pilot, at_rest, "the rest")

    return run


@pytest.fixture
def looks(snap_compare: SnapCompare) -> Callable[..., bool]:
    def compare(host: Host, size: tuple[int, int], *keys: str, sees: str = "") -> bool:
        try:
            return snap_compare(host.app, terminal_size=size, run_before=before(host, *keys, sees=sees))
        finally:
            host.session._thread.stop()

    return compare


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (80, 24), (60, 20), (40, 10)])
def test_the_main_screen(tmp_path: Path, looks: Callable[..., bool], size: tuple[int, int]) -> None:
    assert looks(scenes.evening(tmp_path), size)


def test_in_the_light_theme(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(scenes.evening(tmp_path), (120, 36), "T")


def test_roomy_and_holding(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(scenes.evening(tmp_path), (120, 36), "d", "j", "j", sees="hold")


def test_in_ascii(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(scenes.evening(tmp_path, ascii_only=True), (120, 36))


def test_sources_over_the_others(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(scenes.evening(tmp_path), (80, 24), "S", sees="not polled yet")


def test_the_help(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(scenes.evening(tmp_path), (120, 36), "question_mark", sees="Esc closes")


def test_the_revisions(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(scenes.evening(tmp_path), (80, 24), "j", "j", "j", "e", sees="2 → 3 of 3")


def test_nothing_stored_yet(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(Host(tmp_path, entries=0, sources=scenes.SOURCES), (80, 24), sees="Nothing yet")


def test_the_first_screen(tmp_path: Path, looks: Callable[..., bool]) -> None:
    assert looks(Host(tmp_path, entries=0, sources=()), (80, 24), sees="add a source")
