"""A machine without pip gets the one that stands here, and no other."""

import subprocess
import sys

import pytest

from bootstrap import pip_wheel
from bootstrap.messages import CannotStart
from bootstrap.pip_wheel import PIP_WHEEL, find_pip


@pytest.fixture
def no_bundled_pip(monkeypatch):
    monkeypatch.setattr(pip_wheel.importlib.util, "find_spec", lambda name: None)


def test_without_a_bundled_pip_our_own_wheel_runs(no_bundled_pip):
    answer = subprocess.run(
        [sys.executable, "-I", f"{find_pip()}/pip", "--version"], capture_output=True, text=True, check=True
    )

    assert answer.stdout.startswith("pip 26.3 from ")


def test_a_wheel_that_was_changed_is_not_run(no_bundled_pip, monkeypatch, tmp_path):
    changed = tmp_path / PIP_WHEEL.name
    changed.write_bytes(PIP_WHEEL.read_bytes() + b"x")
    monkeypatch.setattr(pip_wheel, "PIP_WHEEL", changed)

    with pytest.raises(CannotStart, match="not the file we know"):
        find_pip()
