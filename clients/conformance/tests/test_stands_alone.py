"""The kit ships by itself: it imports nothing of the portal, and keeps to the house's sizes."""

import ast
import sys
import tomllib
from pathlib import Path

KIT = Path(__file__).parent.parent
SOURCES = sorted((KIT / "src").rglob("*.py"))


def trees():
    return {path.relative_to(KIT).as_posix(): ast.parse(path.read_text()) for path in SOURCES}


def test_it_imports_its_two_dependencies_and_python():
    found = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])

    declared = tomllib.loads((KIT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {name.split(">")[0] for name in declared} == {"cryptography", "httpx"}
    assert found - set(sys.stdlib_module_names) == {"cryptography", "httpx", "outpost_conformance"}


def test_no_file_passes_300_lines_and_no_function_40():
    long = [name for name in SOURCES if len(name.read_text().splitlines()) > 300]
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 40:
                long.append(f"{name} {node.name}")

    assert long == []


def test_each_module_says_in_one_sentence_what_lives_there():
    first_lines = {name: (ast.get_docstring(tree) or "").partition("\n")[0] for name, tree in trees().items()}

    assert [name for name, line in first_lines.items() if not line.endswith(".")] == []
