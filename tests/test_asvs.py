"""The page on ASVS holds every item of its chapters at levels 1 and 2, and each test that it names is there."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs/security/asvs.md").read_text()
ROW = re.compile(r"^\| (\d\.\d\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
# ASVS 5.0.0, chapters 6, 7 and 8: section → the last numbers of its items at levels 1 and 2.
ITEMS = {
    "6.1": range(1, 4),
    "6.2": range(1, 12),
    "6.3": range(1, 5),
    "6.4": range(1, 5),
    "6.5": range(1, 6),
    "6.6": range(1, 4),
    "6.8": range(1, 5),
    "7.1": range(1, 4),
    "7.2": range(1, 5),
    "7.3": range(1, 3),
    "7.4": range(1, 6),
    "7.5": range(1, 3),
    "7.6": range(1, 3),
    "8.1": range(1, 3),
    "8.2": range(1, 4),
    "8.3": range(1, 2),
    "8.4": range(1, 2),
}


def rows():
    return ROW.findall(PAGE)


def test_every_item_stands_there_once():
    assert [number for number, *_ in rows()] == [
        f"{section}.{last}" for section, lasts in ITEMS.items() for last in lasts
    ]


def test_every_item_that_applies_names_a_test_and_every_other_says_why():
    bare = [number for number, _, _, how, shown in rows() if ("::" in shown) == how.startswith("n/a: ")]

    assert bare == []


def test_each_test_that_is_named_exists():
    named = set(re.findall(r"`([\w/.]+)::(\w+)`", PAGE))
    missing = [f"{path}::{name}" for path, name in named if name not in functions_of(path)]

    assert missing == []
    assert len(named) > 30


def functions_of(path):
    file = ROOT / path
    if not file.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}
