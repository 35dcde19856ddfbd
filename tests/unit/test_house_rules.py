"""The rules of the house that a tool can hold: who may import what, where, and how long things may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "seeds": set(),
    "index": set(),
    "rag": {"index", "seeds"},
    "ui": {"rag", "index", "seeds"},
    "eval": {"rag", "index", "seeds"},
}
HEAVY = {
    "torch": {"rag/generators/transformers.py", "index/embedders/sentence_transformer.py"},
    "transformers": {"rag/generators/transformers.py", "index/embedders/sentence_transformer.py"},
    "sentence_transformers": {"index/embedders/sentence_transformer.py"},
    "faiss": {"index/store/vectors.py"},
    "xllamacpp": {"rag/generators/llama_cpp.py"},
    "gradio": {"ui/app.py", "ui/chat_page.py"},
}
"""Each heavy library, and the modules that adapt it."""
MAX_FUNCTION_LINES = 65

SOURCES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the first part of every imported module's name, with the statement. (There are no relative imports.)"""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            yield (node.module or "").partition(".")[0], node


def deferred(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes that do not run when the module is imported: bodies of functions, and type checking."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_type_checking = isinstance(node, ast.If) and ast.unparse(node.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        )
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_type_checking:
            found.update(ast.walk(node))
    return found


def offenders(paths: list[Path], find: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """Return what ``find`` finds, by file, files without findings left out."""
    return {name_of(path): found for path in paths if (found := find(path))}


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 60
    assert len(TESTS) > 20


def test_dependencies_point_one_way() -> None:
    def find(path: Path) -> list[str]:
        package = path.relative_to(ROOT).parts[0]
        forbidden = (set(MAY_IMPORT) | {"tests"}) - MAY_IMPORT[package] - {package}
        return sorted({name for name, _ in imports(parsed(path))} & forbidden)

    assert offenders(SOURCES, find) == {}


def test_nothing_but_the_tests_knows_the_tests() -> None:
    helpers = {test.stem for test in (ROOT / "tests").glob("*.py")} | {"pytest", "hypothesis"}
    assert offenders(SOURCES, lambda path: sorted({name for name, _ in imports(parsed(path))} & helpers)) == {}


def test_heavy_libraries_are_imported_late_and_by_their_adapters_only() -> None:
    def find(path: Path) -> list[str]:
        tree = parsed(path)
        late = deferred(tree)
        return [
            f"line {statement.lineno}: {name}"
            for name, statement in imports(tree)
            if name in HEAVY and (name_of(path) not in HEAVY[name] or statement not in late)
        ]

    assert offenders(SOURCES, find) == {}


def test_importing_the_public_api_loads_nothing_heavy() -> None:
    program = "import sys, rag, index.library, ui.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) & set(HEAVY) == set()


def test_packages_are_not_imported_by_their_bare_name() -> None:
    """``import eval`` would hide a builtin, ``import index`` a variable."""

    def find(path: Path) -> list[str]:
        statements = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Import)]
        names = {alias.asname or alias.name for statement in statements for alias in statement.names}
        return sorted(names & set(MAY_IMPORT))

    assert offenders(SOURCES, find) == {}


def test_no_function_is_too_long() -> None:
    def find(path: Path) -> list[str]:
        functions = [
            node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
        return [f"{name}: {length} lines" for name, length in lengths.items() if length > MAX_FUNCTION_LINES]

    assert offenders(SOURCES + TESTS, find) == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [name_of(path) for path in SOURCES if not ast.get_docstring(parsed(path))] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import torch", False),
        ("if True:\n    import torch", False),
        ("class A:\n    import torch", False),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", False),
        ("def f():\n    import torch", True),
        ("class A:\n    def f(self):\n        from torch.nn import Module", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch", True),
    ],
)
def test_the_rule_on_late_imports_sees_through(source: str, expected: bool) -> None:
    tree = ast.parse(source)
    (statement,) = (statement for name, statement in imports(tree) if name == "torch")
    assert (statement in deferred(tree)) == expected
