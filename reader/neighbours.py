"""Several persons on one computer share its loopback interface: whose program is it that knocks?"""

import os
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

_TABLE = Path("/proc/net/tcp")
_ROOT = 0

Address = tuple[str, int]


def is_another_person(client: Address, server: Address) -> bool:
    """Whether the connection was made by a program of another person than ours.

    Linux tells; elsewhere, and where the other end stands in no table of ours, it is not known and not claimed. Root is nobody's
    neighbour, neither as a visitor nor as the one who runs the component: it may do all that anyway.
    """
    if sys.platform != "linux":
        return False
    try:
        lines = _TABLE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return owner_of(client, server, lines) not in {None, _ROOT, os.getuid()} and os.getuid() != _ROOT


def owner_of(client: Address, server: Address, lines: Iterable[str]) -> int | None:
    """The user id beside the client's end of this connection; None when it isn't there."""
    ends = [_written(client), _written(server)]
    for line in lines:
        columns = line.split()
        if columns[1:3] == ends:
            return int(columns[7])
    return None


def _written(address: Address) -> str:
    """127.0.0.1, 8002 → 0100007F:1F42, as a little-endian kernel writes it."""
    packed = socket.inet_aton(address[0])
    number = int.from_bytes(packed, sys.byteorder)
    return f"{number:08X}:{address[1]:04X}"
