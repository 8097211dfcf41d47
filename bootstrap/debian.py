"""Debian's packages for what the package index doesn't have: a browser, a card service. Installed where we may."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bootstrap.messages import Step, say


def install_if_allowed(packages: Sequence[str], log: Path) -> bool:
    """Whether it was tried: as root, or through a sudo that asks for no password. What apt-get says goes to the log."""
    rights = _may_install()
    if rights is None:
        return False
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    steps = (["update"], ["install", "-y", "--no-install-recommends", *packages])
    with Step(f"Debian's {' and '.join(packages)}"), log.open("wb") as file:
        results = [
            subprocess.run([*apt, *step], stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False).returncode
            for step in steps
        ]
    if results[-1] != 0:
        say(f"  apt-get could not install them, see {log}")
    return True


def _may_install() -> list[str] | None:
    """What must stand before apt-get; None where we may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    return ["sudo", "-n"] if may == 0 else None
