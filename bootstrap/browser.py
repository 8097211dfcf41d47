"""A Chromium for the browser journeys: the one named, one on PATH, or Debian's where we may install it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bootstrap.messages import CannotStart, Step, say

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without the font, Chinese text is boxes, and a screenshot shows nothing.
_PACKAGES = ("chromium", "fonts-noto-cjk")
_ANSWER_SECONDS_MAX = 60
NOT_RUN = (
    "Did not run: the browser journeys, for want of a Chromium. "
    "Get it with: apt-get install chromium (or name yours: CHROMIUM=/path/to/chromium), then ./test again."
)


def find_chromium(environ: Mapping[str, str]) -> str | None:
    """Raises CannotStart when CHROMIUM names something that doesn't start: silence would hide a typing mistake."""
    named = environ.get("CHROMIUM", "")
    if named:
        if not _starts(named):
            raise CannotStart(f"CHROMIUM={named} does not start; name a Chromium, or unset it to have one looked for")
        return named
    candidates = (shutil.which(name) for name in _NAMES)
    return next((path for path in candidates if path and _starts(path)), None)


def chromium(environ: Mapping[str, str], log: Path) -> str | None:
    """Found, or installed where we may (root, or sudo without a password); None when neither."""
    found = find_chromium(environ)
    if found is None and (rights := _may_install()) is not None:
        _install(rights, log)
        found = find_chromium(environ)
    return found


def without_browser(arguments: Sequence[str]) -> list[str]:
    """pytest's arguments, the browser journeys taken out.

    ["-k", "refund"] → ["-m", "not browser", "-k", "refund"]; ["-m", "processes"] → ["-m", "(processes) and not browser"]
    """
    words = list(arguments)
    for index, word in enumerate(words):
        if word == "-m" and index + 1 < len(words):
            words[index + 1] = f"({words[index + 1]}) and not browser"
            return words
        if word.startswith("-m") and len(word) > len("-m"):
            words[index] = f"-m({word.removeprefix('-m').removeprefix('=')}) and not browser"
            return words
    return ["-m", "not browser", *words]


def _may_install() -> list[str] | None:
    """What must stand before apt-get; None where we may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    return ["sudo", "-n"] if may == 0 else None


def _install(rights: Sequence[str], log: Path) -> None:
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    steps = (["update"], ["install", "-y", "--no-install-recommends", *_PACKAGES])
    with Step(f"Debian's {' and '.join(_PACKAGES)}"), log.open("wb") as file:
        results = [
            subprocess.run([*apt, *step], stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False).returncode
            for step in steps
        ]
    if results[-1] != 0:
        say(f"  apt-get could not install them, see {log}")


def _starts(program: str) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=_ANSWER_SECONDS_MAX, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
