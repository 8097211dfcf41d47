"""Where things lie: the data folder, logs, sockets, and which user PostgreSQL runs as."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.messages import CannotStart

CHECKOUT = Path(__file__).resolve().parent.parent
# PostgreSQL refuses a socket path over 107 characters; its file name takes 17 of them.
SOCKET_FOLDER_LENGTH_MAX = 88
# Root's PostgreSQL data lies here: the user it runs as often can't enter the checkout.
ROOT_HOME = Path("/var/lib/outpost")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def default_data(environ: Mapping[str, str]) -> Path:
    """The one folder of ./run: .outpost in the checkout, or OUTPOST_DATA."""
    chosen = environ.get("OUTPOST_DATA", "")
    return Path(chosen).expanduser().resolve() if chosen else CHECKOUT / ".outpost"


def check_ours(data: Path) -> None:
    """Two users can't share a data folder: its files are private."""
    if data.exists() and data.stat().st_uid != os.geteuid():
        owner = data.stat().st_uid
        raise CannotStart(
            f"{data} belongs to another user (id {owner}).\n"
            "Start as that user, or choose a folder of your own: OUTPOST_DATA=/some/folder"
        )


def make_private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def instance_of(data: Path) -> str:
    """What this data folder is known by; another one at the same place later has another."""
    mark = data / "instance"
    if not mark.exists():
        mark.write_text(secrets.token_hex(16))
    return mark.read_text()


def short_name(data: Path) -> str:
    """The same for the same folder, another for another: 12 hex digits."""
    return hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]


def socket_folder(data: Path) -> Path:
    """A private folder whose path is short and plain enough for sockets and for URLs."""
    own = data / "run"
    name = f"outpost-{os.getuid()}-{short_name(data)}"
    candidates = [own, Path(tempfile.gettempdir()) / name, Path("/tmp") / name]  # noqa: S108 - ours and 0700, see below
    for folder in candidates:
        if len(str(folder)) <= SOCKET_FOLDER_LENGTH_MAX and _PLAIN_PATH.fullmatch(str(folder)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                raise CannotStart(f"{folder} belongs to somebody else; remove it, or set TMPDIR to a folder of yours")
            return make_private(folder)
    raise CannotStart(f"no short private folder for sockets (tried {', '.join(map(str, candidates))}); set TMPDIR")


@dataclass(frozen=True)
class DatabaseHome:
    """Where PostgreSQL's files are and what must stand before its commands so that it agrees to run."""

    folder: Path
    sockets: Path
    prefix: tuple[str, ...] = ()
    user_id: int | None = None  # whom the files have to belong to, when it isn't us


def database_home(data: Path) -> DatabaseHome:
    """An ordinary user: in the data folder. Root: as `daemon` under /var/lib, else in a user namespace."""
    if os.geteuid() != 0:
        return DatabaseHome(data / "postgresql", socket_folder(data))
    as_daemon = _as_daemon()
    if as_daemon and _writable(ROOT_HOME):
        prefix, user_id = as_daemon
        home = ROOT_HOME / short_name(data)
        return DatabaseHome(home, home / "run", prefix, user_id)
    namespace = ("unshare", "--user", "--map-user=1", "--map-group=1")
    if _works([*namespace, "true"]):
        return DatabaseHome(data / "postgresql", socket_folder(data), namespace)
    raise CannotStart(
        "PostgreSQL refuses to run as root, and here it can neither become `daemon` nor use a user namespace.\n"
        "Start ./run as an ordinary user, or set DATABASE_URL, DATABASE_OWNER_URL and SANDBOX_DATABASE_URL."
    )


def remove_homes_of(folder: Path) -> None:
    """Root's clusters of data folders inside this one; they lie elsewhere and would stay when it is deleted."""
    for mark in ROOT_HOME.glob("*/belongs-to"):
        data = Path(mark.read_text().splitlines()[-1])
        if data.is_relative_to(folder):
            shutil.rmtree(mark.parent, ignore_errors=True)


def _as_daemon() -> tuple[tuple[str, ...], int] | None:
    try:
        daemon = pwd.getpwnam("daemon")
    except KeyError:
        return None
    prefix = (
        "setpriv",
        f"--reuid={daemon.pw_uid}",
        f"--regid={daemon.pw_gid}",
        "--clear-groups",
        "--no-new-privs",
    )
    return (prefix, daemon.pw_uid) if _works([*prefix, "true"]) else None


def _works(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
