"""The benchmarks are all there and each runs to its end on a tiny size. What they measure is nobody's test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.__main__ import BENCHMARKS, main, rows
from benchmarks.table import Row, Size

FOLDER = Path(__file__).parents[1] / "benchmarks"
SUPPORT = {"arriving", "corpus", "empty", "hosted", "serving", "table", "terminal"}
"""Modules that are no benchmark themselves."""
NEEDS_LINUX = {"fetching", "refreshing", "stalls"}
"""Benchmarks that need every address of 127.0.0.0/8 to be this machine."""


@pytest.fixture(scope="module")
def size(tmp_path_factory: pytest.TempPathFactory) -> Size:
    return Size(tmp_path_factory.mktemp("bench"), entries=250, few=200, feeds=3, runs=1, keys=3, rest=0.1)


def test_every_benchmark_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("__")}
    assert set(BENCHMARKS) == modules - SUPPORT
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(BENCHMARKS)


def test_a_benchmark_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "there is no benchmark speed" in capsys.readouterr().err


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_runs_on_a_tiny_size(name: str, size: Size) -> None:
    if name in NEEDS_LINUX and sys.platform != "linux":
        pytest.skip("only one address of the loopback network is this machine's")
    found = [row for _, row in rows([name], size)]
    assert found
    assert all(row.ours > 0 or row.unit == "ms" for row in found)
    assert len({row.what + row.beside for row in found}) == len(found)


def test_a_row_says_whether_its_goal_is_missed() -> None:
    assert Row("a", 3.0, "ms", 2.0, "b", ratio=1.4).is_over is True
    assert Row("a", 3.0, "ms", 2.0, "b", ratio=1.5).is_over is False
    assert Row("a", 3.0, "ms", bound=2.9).is_over is True
    assert Row("a", 3.0, "ms", ratio=1.0).is_over is None, "nothing to measure it by"
    assert Row("a", 3.0, "ms", 2.0, "b").is_over is None, "no goal"


def test_the_table_has_a_heading_and_a_line_a_row() -> None:
    lines: list[str] = []
    written = [("one", Row("a", 150, "ms", 100, "peer", ratio=1)), ("one", Row("c", 0.05, "s", bound=1))]
    table.write(written, lines.append)
    assert [line.split()[0] for line in lines] == ["what", "one", "a", "c"]
    assert lines[2].split() == ["a", "peer", "100", "ms", "150", "ms", "1.50", "×", "≤", "1", "×", "over"]
    assert lines[3].split() == ["c", "0.050", "s", "≤", "1.00", "s", "ok"]
