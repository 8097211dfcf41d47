"""The virtual environment: made with the standard library alone, filled with exactly what the lock files name."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from bootstrap.children import guarded
from bootstrap.messages import CannotStart, Step
from bootstrap.pip_wheel import find_pip
from bootstrap.places import CHECKOUT

RUN_LOCKS = ("requirements.txt",)
TEST_LOCKS = ("requirements.txt", "requirements-dev.txt")
# The platforms' client ships by itself and is imported here from the checkout. As seen from site-packages: no path of
# this machine is written down.
_SOURCES = "../../../../clients/python/src"
_LAST_LINES = 20


class Environment:
    """`.venv` of a checkout."""

    def __init__(self, checkout: Path = CHECKOUT) -> None:
        self.checkout = checkout
        self.folder = checkout / ".venv"
        self.python = self.folder / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        return self.folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    def prepare(self, locks: Sequence[str]) -> None:
        """Make it if it isn't there or is of another Python; install if a lock changed since."""
        if not self._is_sound():
            with Step("virtual environment"):
                shutil.rmtree(self.folder, ignore_errors=True)
                venv.create(self.folder, with_pip=False, symlinks=True)
        self._name_sources()
        missing = [lock for lock in locks if self._stamp(lock) != self._fingerprint(lock)]
        if missing:
            self._install(missing)
            for lock in missing:
                self._stamp_file(lock).write_text(self._fingerprint(lock))

    def _name_sources(self) -> None:
        """Looked at each time: an environment from before has no such file."""
        file, wanted = self.site_packages / "outpost-sources.pth", f"{_SOURCES}\n"
        if not file.exists() or file.read_text() != wanted:
            file.write_text(wanted)

    def _is_sound(self) -> bool:
        """A venv dies with the Python it was made by."""
        if not self.python.exists() or not self.site_packages.exists():
            return False
        question = "import sys; print(sys.prefix, *sys.version_info[:2])"
        done = subprocess.run([self.python, "-I", "-c", question], capture_output=True, text=True, check=False)
        wanted = f"{self.folder} {sys.version_info[0]} {sys.version_info[1]}"
        return done.returncode == 0 and done.stdout.strip() == wanted

    def _install(self, locks: Sequence[str]) -> None:
        with Step("pip"):
            pip = find_pip()
        command = [str(self.python), "-I", f"{pip}/pip", "install", "--require-hashes", "--only-binary", ":all:"]
        command += ["--no-deps", "--no-compile", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        command += [word for lock in locks for word in ("--requirement", str(self.checkout / lock))]
        total = sum(self._lock(lock).count(" \\\n    --hash=") for lock in locks)
        log = self.folder / "install.log"
        with Step(f"packages of {' and '.join(locks)}") as step:
            lines = _follow(command, log, total, step)
        if lines:
            raise CannotStart(
                "the packages could not be installed:\n" + "\n".join(lines) + f"\n(all of it: {log})\n"
                "Check the network and the package index (PIP_INDEX_URL, PIP_CERT, pip.conf), then start again."
            )

    def _lock(self, lock: str) -> str:
        return (self.checkout / lock).read_text()

    def _fingerprint(self, lock: str) -> str:
        return hashlib.sha256(f"{sys.version}\n{self._lock(lock)}".encode()).hexdigest()

    def _stamp_file(self, lock: str) -> Path:
        return self.folder / f"installed-{lock}.sha256"

    def _stamp(self, lock: str) -> str:
        file = self._stamp_file(lock)
        return file.read_text() if file.exists() else ""


def _follow(command: Sequence[str], log: Path, total: int, step: Step) -> list[str]:
    """Run pip showing how far it is; the last lines when it fails, none when all went well."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        guarded(command), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    lines: list[str] = []
    collected = 0
    assert process.stdout is not None
    try:
        with log.open("w") as file:
            for line in process.stdout:
                file.write(line)
                lines.append(line.rstrip())
                collected, text = progress(line, collected, total)
                if text:
                    step.show(text)
        process.wait()
    finally:
        process.kill()
        process.wait()
    return lines[-_LAST_LINES:] if process.returncode else []


def progress(line: str, collected: int, total: int) -> tuple[int, str]:
    """pip's line as ours.

    "Collecting celery==5.7.0 (from …)", the third of 65 → (3, "3 of 65: celery==5.7.0")
    """
    words = line.split()
    if line.startswith(("Collecting ", "Requirement already satisfied: ")) and len(words) > 1:
        name = words[1] if line.startswith("Coll") else words[3]
        return collected + 1, f"{min(collected + 1, total)} of {total}: {name}"
    if line.startswith("Installing collected packages"):
        return collected, "unpacking"
    return collected, ""
