"""What holds for all of the screen's code: no markup from data, no heavy libraries, small files, nothing dead."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "tui"
FILES = sorted(ROOT.rglob("*.py"))
TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield name, node


def where(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


# ------------------------------------------------------------------ markup

_SHOWS_MARKUP = {"Static", "Label", "Button", "Option", "add_option", "add_column", "add_row", "Tooltip"}
_CONTENT = {"Content", "styled", "assemble", "join", "Text"}
_MAKERS = {
    "_chapter", "_queries", "_signs", "_wordmark", "_ways", "_legend",
}  # fmt: skip
"""Methods of our own that are annotated to return `Content`; see the test below."""


def _is_content(node: ast.expr, contents: set[str]) -> bool:
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in _CONTENT or name in _MAKERS
    return isinstance(node, ast.Name) and node.id in contents


def _content_names(tree: ast.AST) -> set[str]:
    """Names assigned from something that makes `Content`."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_content(node.value, set()):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_string_is_read_as_markup(file: Path) -> None:
    tree = TREES[file]
    contents = _content_names(tree)
    for name, call in calls(tree):
        plain = any(
            word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
            for word in call.keywords
        )
        if name in _SHOWS_MARKUP and not plain:
            shown = call.args[:1] + [word.value for word in call.keywords if word.arg in ("content", "label", "prompt")]
            assert all(_is_content(each, contents) for each in shown), where(file, call)
        if name == "update" and isinstance(call.func, ast.Attribute) and "Static" in ast.dump(call.func):
            assert all(_is_content(each, contents) for each in call.args), where(file, call)
        # Toasts, markup itself, and the renderables that read it have no business here at all.
        assert name not in {"notify", "from_markup", "RichLog", "Markdown", "MarkdownViewer"}, where(file, call)
        if name in ("DiscoveryHit", "Hit"):
            at = 0 if name == "DiscoveryHit" else 1
            assert _is_content(call.args[at], contents), where(file, call)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            assert node.attr not in {"border_title", "border_subtitle", "tooltip", "loading"}, where(file, node)


def test_what_makes_content_says_so() -> None:
    returns = {
        node.name: ast.unparse(node.returns)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in _MAKERS and node.returns is not None
    }
    assert returns == dict.fromkeys(_MAKERS, "Content")


# ------------------------------------------------------------------ workers


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_worker_has_a_group(file: Path) -> None:
    decorators = [
        each
        for node in ast.walk(TREES[file])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for each in node.decorator_list
        if "work" in (getattr(each, "id", ""), getattr(getattr(each, "func", None), "id", ""))
    ]
    started = [call for name, call in calls(TREES[file]) if name == "run_worker"]
    for each in (*decorators, *started):
        assert isinstance(each, ast.Call), where(file, each)
        assert any(word.arg == "group" for word in each.keywords), where(file, each)


# ------------------------------------------------------------------ what is imported

_HEAVY = ("httpx", "httpcore", "feedparser", "lxml", "sqlite3", "tomlkit")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("tui.__main__", (*_HEAVY, "textual", "rich")),
        ("tui.app", _HEAVY),
        ("tui.screenshot", _HEAVY),
        ("tui.options", (*_HEAVY, "textual")),
        ("tui.terminal", (*_HEAVY, "textual", "rich")),
    ],
)
def test_no_heavy_library_comes_with_the_screen(module: str, absent: tuple[str, ...]) -> None:
    found = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys, {module}; print(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True, cwd=ROOT.parent, env={"PYTHONPATH": str(ROOT.parent)},
    )  # fmt: skip
    assert not set(found.stdout.split()) & set(absent)


_PURE = (
    "adding", "article", "cells", "glyphs", "ink", "library", "opener", "options", "render", "revisions", "seeking",
    "shelf", "state", "tables", "terminal", "undo", "view_file", "wrap", "widgets/reading",
    "widgets/rows", "widgets/source_rows", "widgets/viewport",
)  # fmt: skip


@pytest.mark.parametrize("name", _PURE)
def test_what_decides_knows_no_screen(name: str) -> None:
    for node in ast.walk(TREES[ROOT / f"{name}.py"]):
        if isinstance(node, ast.ImportFrom | ast.Import):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            assert not any(module.split(".")[0] == "textual" for module in modules), name


def test_widgets_ask_nobody() -> None:
    for file in (ROOT / "widgets").glob("*.py"):
        for node in ast.walk(TREES[file]):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("tui.session", "tui.app", "feeds.config", "feeds.link"), file.name


# ------------------------------------------------------------------ sizes

_LIMITS = {"app.py": 200, "screens": 400, "widgets": 300, "widgets/timeline.py": 400}


def test_files_stay_small() -> None:
    for file in FILES:
        name = file.relative_to(ROOT).as_posix()
        limit = _LIMITS.get(name, _LIMITS.get(name.partition("/")[0], 400))
        lines = len(file.read_text(encoding="utf-8").splitlines())
        assert lines <= limit, f"{name}: {lines} lines"


# ------------------------------------------------------------------ nothing dead


def test_every_function_is_called_by_somebody() -> None:
    words: dict[str, int] = {}
    defined: dict[str, str] = {}
    sources = [*TREES.values(), *(ast.parse(file.read_text()) for file in (ROOT.parent / "feeds").rglob("*.py"))]
    for tree in sources:
        for node in ast.walk(tree):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if isinstance(node, ast.alias):
                name = node.name
            words[name] = words.get(name, 0) + 1
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                defined[node.name] = where(file, node)
    called_by_textual = (
        "action_", "on_", "watch_", "_on_", "__", "render", "compose", "discover", "search", "get_selection",
        "selection_updated", "notify_style_update", "highlight", "_fatal_error",
    )  # fmt: skip
    for_others = {"markdown_table", "visible_ids"}  # the documentation; what tests see of the timeline
    handlers = {
        node.name
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(each, ast.Call) and getattr(each.func, "id", "") == "on" for each in node.decorator_list)
    }
    dead = {
        name: place
        for name, place in defined.items()
        if not words.get(name) and not name.startswith(called_by_textual) and name not in for_others | handlers
    }
    assert dead == {}
