"""The shape of the program: what imports what, how long a module is, and whether the documents tell the truth."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 400
"""Lines of a module."""
LONGER: dict[str, str] = {}
"""Modules that are longer, and why."""


def modules(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py")


def test_the_table_of_modules_is_the_tree() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("## Modules of `feeds/`")[2].partition("\n## ")[0]
    named = {
        name for row in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE) for name in re.findall(r"`([\w/]+)`", row)
    }
    top = {path.stem for path in (ROOT / "feeds").glob("*.py") if not path.name.startswith("__")}
    packages = {f"{path.name}/" for path in (ROOT / "feeds").iterdir() if (path / "__init__.py").exists()}
    assert named == top | packages


@pytest.mark.parametrize("package", ["feeds", "tui"])
def test_no_module_is_an_attic(package: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(package)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST and name not in LONGER} == {}
    assert [name for name in LONGER if name.startswith(package) and lengths.get(name, 0) <= LONGEST] == []


def test_the_headless_program_loads_no_screen() -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules("feeds")]
    names = [name for name in names if not name.endswith("__main__")]
    code = f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "feeds.engine" in loaded
    assert {"textual", "rich", "tui"} & set(loaded) == set()


def test_the_readme_has_the_keys_of_the_registry() -> None:
    from tui.keytable import with_keys

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme == with_keys(readme)
