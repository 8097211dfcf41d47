"""The tests are tested: each bug of tests/plants.py, planted in a copy of the checkout, turns every test it names red."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bootstrap.children import guarded
from tests.plants import PLAIN_STORY, PLANTS, Edit, Plant, PlantNoLongerFits

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("planted")]

CHECKOUT = Path(__file__).parent.parent
RUN_SECONDS_MAX = 300
GREEN, RED = 0, 1  # what pytest ends with; a copy that does not even import ends with 2


@dataclass(frozen=True)
class Verdict:
    """What a run of pytest said of its tests; `broken` could not be set up or collected."""

    code: int
    green: set[str]
    red: set[str]
    broken: set[str]
    output: str


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The checkout without its hidden folders and without the data folder: environment and history stay where they are."""
    target = tmp_path_factory.mktemp("planted") / "checkout"

    def not_source(folder, names):
        hidden = {name for name in names if name.startswith(".") or name == "__pycache__"}
        return hidden | {name for name in names if target.is_relative_to(Path(folder, name))}

    shutil.copytree(CHECKOUT, target, ignore=not_source)
    return target


@pytest.fixture
def planted(copy):
    """Plants a bug, and digs it out again afterwards."""
    before = {}

    def plant(bug: Plant):
        before.update({edit.path: (copy / edit.path).read_text() for edit in bug.edits})
        for edit in bug.edits:
            edit.apply(copy)
        return copy

    yield plant
    for path, source in before.items():
        (copy / path).write_text(source)


@pytest.fixture
def database():
    """A database name of our own, in the environment of the tests in the copy; its test database is dropped at last."""
    name = f"planted_{os.getpid()}"
    variables = ("DATABASE_URL", "DATABASE_OWNER_URL")
    yield {each: urlunsplit(urlsplit(os.environ[each])._replace(path=f"/{name}")) for each in variables}
    owner = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"]) | {"dbname": "postgres"}
    with psycopg.connect(**owner, autocommit=True) as connection:
        left = sql.Identifier(f"test_{name}")
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(left))


def run_tests(checkout: Path, tests: list[str], database: dict[str, str]) -> Verdict:
    """Run these in a process of their own: it imports the copy, and the copy alone."""
    report = checkout.parent / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}", f"--basetemp={checkout.parent / 'tmp'}"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH"))}
    process = subprocess.Popen(
        guarded([sys.executable, "-m", "pytest", *options, *tests]),
        cwd=checkout,
        env={**ours, **database, "DJANGO_SETTINGS_MODULE": "portal.settings_test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=RUN_SECONDS_MAX)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return read_report(report, process.returncode, output)


def read_report(report: Path, code: int, output: str) -> Verdict:
    found: dict[str, set[str]] = {"green": set(), "red": set(), "broken": set()}
    for case in ET.parse(report).iter("testcase") if report.exists() else ():  # noqa: S314 - pytest wrote it
        test = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        found[said_of(case)].add(test)
    return Verdict(code, **found, output=output)


def said_of(case: ET.Element) -> str:
    if case.find("error") is not None or case.find("skipped") is not None:
        return "broken"
    return "green" if case.find("failure") is None else "red"


def test_unplanted_the_tests_that_find_the_bugs_are_green(copy, database):
    tests = sorted({*PLAIN_STORY, *(test for plant in PLANTS for test in plant.found_by)})

    verdict = run_tests(copy, tests, database)

    assert (verdict.code, verdict.green) == (GREEN, set(tests)), verdict.output


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_bug_turns_the_tests_red(plant, planted, database):
    verdict = run_tests(planted(plant), [*PLAIN_STORY, *plant.found_by], database)

    assert (verdict.code, verdict.broken) == (RED, set()), verdict.output
    assert verdict.red == set(plant.found_by), f"not found by {set(plant.found_by) - verdict.red}\n{verdict.output}"
    assert verdict.green == set(PLAIN_STORY), verdict.output


def test_a_plant_that_no_longer_fits_says_so(tmp_path):
    (tmp_path / "module.py").write_text("one = 1\ntwo = 1\n")

    for old in ("three", " = 1"):
        with pytest.raises(PlantNoLongerFits, match=r"module\.py"):
            Edit("module.py", old, "").apply(tmp_path)
    assert (tmp_path / "module.py").read_text() == "one = 1\ntwo = 1\n"
