"""A Debian package, byte by byte: an `ar` of three members, two of them `tar`."""

import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from reader import VERSION
from reader.autostart import UNIT, unit_text
from reader.package.contents import licences, origins_text

# Of all files: when this version was made.
_RELEASED = 1_795_737_600
_FOLDER, _FILE, _PROGRAM = 0o755, 0o644, 0o755

ORIGINS = "/etc/outpost-reader/origins"
LIBRARY = "/usr/lib/outpost-reader"
PROGRAM = "/usr/bin/outpost-reader"
UNITS = "/usr/lib/systemd/user"

# -B: the folder is root's, nothing can be written beside the sources.
_START = f"""#!/bin/sh
exec /usr/bin/python3 -I -B {LIBRARY} "$@"
"""

_CONTROL = """Package: outpost-reader
Version: {version}
Architecture: all
Maintainer: Outpost maintainers <maintainers@outpost.example>
Installed-Size: {kilobytes}
Depends: python3 (>= 3.11), libpcsclite1, pcscd
Section: utils
Priority: optional
Description: card reader component for payment by chip ATM card
 Lets the bank's payment page use the chip card in this computer's card
 reader. It listens on this computer only, answers the bank's pages only, and
 has the card itself check the password.
 .
 It starts with each sign-in. The pages that may use it are listed in
 {origins}.
"""


@dataclass(frozen=True)
class _Entry:
    content: bytes = b""
    mode: int = _FILE
    link: str = ""


def debian_package(files: Mapping[str, bytes], origins: Sequence[str]) -> bytes:
    """Not compressed, for the same reason as the zip."""
    installed = _installed(files, origins)
    kilobytes = sum(-(-len(entry.content) // 1024) for entry in installed.values())
    sums = "".join(
        f"{hashlib.md5(entry.content, usedforsecurity=False).hexdigest()}  {path.lstrip('/')}\n"
        for path, entry in sorted(installed.items())
        if not entry.link and path != ORIGINS
    )
    control = {
        "/control": _Entry(_CONTROL.format(version=VERSION, kilobytes=kilobytes, origins=ORIGINS).encode()),
        "/conffiles": _Entry(f"{ORIGINS}\n".encode()),
        "/md5sums": _Entry(sums.encode()),
    }
    members = {"debian-binary": b"2.0\n", "control.tar": _tar(control), "data.tar": _tar(installed)}
    return b"!<arch>\n" + b"".join(_member(name, content) for name, content in members.items())


def _installed(files: Mapping[str, bytes], origins: Sequence[str]) -> dict[str, _Entry]:
    """Path → what stands there. The unit is for the systemd of each person, and switched on for all of them."""
    entries = {f"{LIBRARY}/{name}": _Entry(content) for name, content in files.items()}
    return {
        **entries,
        PROGRAM: _Entry(_START.encode(), _PROGRAM),
        ORIGINS: _Entry(origins_text(origins)),
        f"{UNITS}/{UNIT}": _Entry(unit_text([PROGRAM, "--origins-file", ORIGINS]).encode()),
        f"{UNITS}/default.target.wants/{UNIT}": _Entry(link=f"../{UNIT}"),
        "/usr/share/doc/outpost-reader/copyright": _Entry(licences(files).encode()),
    }


def _tar(entries: Mapping[str, _Entry]) -> bytes:
    """Each folder before what is in it, all of it root's."""
    folders = {str(folder) for path in entries for folder in PurePosixPath(path).parents}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted({*folders, *entries}):
            entry = entries.get(path)
            about = tarfile.TarInfo("./" if path == "/" else f".{path}")
            about.mtime = _RELEASED
            about.uname = about.gname = "root"
            if entry is None:
                about.type, about.mode = tarfile.DIRTYPE, _FOLDER
                archive.addfile(about)
            elif entry.link:
                about.type, about.mode, about.linkname = tarfile.SYMTYPE, 0o777, entry.link
                archive.addfile(about)
            else:
                about.mode, about.size = entry.mode, len(entry.content)
                archive.addfile(about, io.BytesIO(entry.content))
    return packed.getvalue()


def _member(name: str, content: bytes) -> bytes:
    """Of an `ar`: a line of sixty bytes, the content, filled up to an even length."""
    head = f"{name:<16}{_RELEASED:<12}{0:<6}{0:<6}{0o100644:<8o}{len(content):<10}`\n"
    return head.encode() + content + b"\n" * (len(content) % 2)
