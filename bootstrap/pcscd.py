"""Becomes a pcscd of our own: `python -m bootstrap.pcscd PCSCD SOCKET READERS [--hide FOLDER]`.

pcscd has its socket at a fixed place, /run/pcscd, and one process a machine. Started as systemd starts it, with a socket
that listens already, it takes that one: so ours lies in a folder of ours, and clients find it by PCSCLITE_CSOCK_NAME.
What else it writes there, its process id, is hidden from the machine by a file system of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# systemd's protocol: the first socket that is handed over is descriptor 3, for the process that LISTEN_PID names.
_FIRST_DESCRIPTOR = 3
_WAITING_CLIENTS_MAX = 16


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bootstrap.pcscd")
    parser.add_argument("program")
    parser.add_argument("socket", type=Path)
    parser.add_argument("readers", type=Path, help="folder of reader configurations")
    parser.add_argument("--hide", help="mount an empty file system here first, seen by this process alone")
    options = parser.parse_args(arguments)
    hand_over(listen(options.socket))
    if options.hide:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "outpost", options.hide], check=True)
    no_drivers = options.readers.with_name("no-usb-drivers")
    no_drivers.mkdir(exist_ok=True)
    # Real readers of the machine are left to whoever uses them.
    environ = {**os.environ, "PCSCLITE_HP_DROPDIR": str(no_drivers), "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    words = [options.program, "--foreground", "--info", "--config", str(options.readers), *_polkit(options.program)]
    os.execve(options.program, words, environ)  # noqa: S606 - a shell between would be another process id


def listen(path: Path) -> socket.socket:
    """A socket that only our own user reaches. One that a killed process left is replaced."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o077)
    listening.bind(str(path))
    os.umask(before)
    listening.listen(_WAITING_CLIENTS_MAX)
    return listening


def hand_over(listening: socket.socket) -> None:
    """As descriptor 3, kept open when the process becomes another program."""
    if listening.fileno() == _FIRST_DESCRIPTOR:
        listening.set_inheritable(True)
        listening.detach()
    else:
        os.dup2(listening.fileno(), _FIRST_DESCRIPTOR, inheritable=True)


def _polkit(program: str) -> list[str]:
    """Newer ones ask polkit about every client, and refuse all where none runs. The folder's mode protects our socket."""
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    return ["--disable-polkit"] if "--disable-polkit" in told else []


if __name__ == "__main__":
    main(sys.argv[1:])
