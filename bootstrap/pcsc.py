"""A card service (pcscd) of a run's own with the virtual reader of vsmartcard: what real cards look like to the component."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bootstrap.children import Child
from bootstrap.debian import install_if_allowed
from bootstrap.messages import CannotStart
from bootstrap.places import make_private, socket_folder
from bootstrap.selection import Missing

_PACKAGES = ("pcscd", "vsmartcard-vpcd", "libpcsclite1")
_WHERE = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
_DRIVERS = (
    Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so"),
    Path("/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so"),
)
_FIXED_FOLDER = Path("/run/pcscd")
MARKER = "pcsc"
_GET = "Get it with: apt-get install pcscd vsmartcard-vpcd, then ./test again."
NOT_FOUND = Missing(
    MARKER, f"Did not run: cards through PC/SC, for want of pcscd and its virtual reader; the direct way ran. {_GET}"
)
NOT_PRIVATE = Missing(
    MARKER,
    "Did not run: cards through PC/SC. pcscd is here, but this machine lets us make no mount namespace (unshare), and "
    "without one ours would get in the way of the machine's own; the direct way ran. "
    "Start ./test as root, or where user namespaces are allowed.",
)


@dataclass(frozen=True)
class Programs:
    """`prefix` comes before the command, `hide` is the folder that the process alone must see empty; "" for none."""

    pcscd: str
    driver: Path
    prefix: Sequence[str]
    hide: str


def card_service_missing(log: Path) -> list[Missing]:
    """Nothing when there is a pcscd to start, installed first where we may; else what to say of it."""
    if not _found() and install_if_allowed(_PACKAGES, log):
        _found.cache_clear()
    if not _found():
        return [NOT_FOUND]
    return [] if _isolation() else [NOT_PRIVATE]


def is_there() -> bool:
    """Whether a card service of our own can be started on this machine, as it is."""
    return _found() is not None and _isolation() is not None


def find_programs() -> Programs:
    """Raises CannotStart where there are none, or where one of our own would disturb the machine's."""
    found, isolation = _found(), _isolation()
    if found is None:
        raise CannotStart(NOT_FOUND.words)
    if isolation is None:
        raise CannotStart(NOT_PRIVATE.words)
    return Programs(found[0], found[1], *isolation)


def make_card_service(*, python: Path, data: Path, port: int, env: Mapping[str, str]) -> Child:
    """A pcscd that was not started yet. Its virtual reader takes a card at `port`, and another one beside it."""
    programs = find_programs()
    readers = make_private(data / "pcsc" / "readers")
    (readers / "virtual").write_text(
        f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{port:#06x}\nLIBPATH {programs.driver}\nCHANNELID {port:#06x}\n'
    )
    words = [programs.pcscd, str(socket_of(data)), str(readers), *(["--hide", programs.hide] if programs.hide else [])]
    return Child(
        name="pcscd",
        command=[str(python), "-m", "bootstrap.pcscd", *words],
        env=env,
        log=data / "logs" / "pcscd.log",
        ready=lambda child: "daemon ready" in child.output(),
        prefix=programs.prefix,
    )


def socket_of(data: Path) -> Path:
    """What PCSCLITE_CSOCK_NAME names, for the component."""
    return socket_folder(data) / "pcscd.comm"


@cache
def _found() -> tuple[str, Path] | None:
    pcscd = shutil.which("pcscd", path=_WHERE)
    driver = next((path for path in _DRIVERS if path.exists()), None)
    return (pcscd, driver) if pcscd and driver else None


@cache
def _isolation() -> tuple[list[str], str] | None:
    """Prefix and folder to hide. Without namespaces only root, and only where no other pcscd has its socket."""
    folder = str(_FIXED_FOLDER if _FIXED_FOLDER.is_dir() else _FIXED_FOLDER.parent)
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare"):
        attempt = [*own, "mount", "-t", "tmpfs", "outpost", folder]
        if subprocess.run(attempt, capture_output=True, check=False).returncode == 0:
            return own, folder
    if os.geteuid() == 0 and not (_FIXED_FOLDER / "pcscd.comm").exists():
        return [], ""
    return None
