"""A Chromium for the browser journeys: the one named, one on PATH, or Debian's where we may install it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bootstrap.debian import install_if_allowed
from bootstrap.messages import CannotStart
from bootstrap.selection import Missing

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without the font, Chinese text is boxes, and a screenshot shows nothing.
_PACKAGES = ("chromium", "fonts-noto-cjk")
_ANSWER_SECONDS_MAX = 60
NOT_RUN = Missing(
    "browser",
    "Did not run: the browser journeys, for want of a Chromium. "
    "Get it with: apt-get install chromium (or name yours: CHROMIUM=/path/to/chromium), then ./test again.",
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
    if found is None and install_if_allowed(_PACKAGES, log):
        found = find_chromium(environ)
    return found


def _starts(program: str) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=_ANSWER_SECONDS_MAX, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
