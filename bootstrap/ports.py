"""The ports of a run: the usual ones or others from the environment, checked before anything starts."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields

from bootstrap.messages import CannotStart

LOOPBACK = "127.0.0.1"
_ATTEMPTS_MAX = 50


@dataclass(frozen=True)
class Ports:
    web: int = 8000
    sandbox: int = 8001
    reader: int = 8002
    card: int = 35963

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Ports:
        """WEB_PORT, SANDBOX_PORT, READER_PORT, CARD_PORT; what is not set stays usual."""
        chosen: dict[str, int] = {}
        for field in fields(cls):
            variable = f"{field.name.upper()}_PORT"
            value = environ.get(variable, "").strip()
            if value and not (value.isdecimal() and 0 < int(value) < 65536):  # noqa: PLR2004 - TCP's own bound
                raise CannotStart(f"{variable}={value!r} is not a port; choose a number from 1 to 65535")
            if value:
                chosen[field.name] = int(value)
        return cls(**chosen)

    @classmethod
    def free(cls) -> Ports:
        """Ports that nobody has at this moment, chosen by the system. The one after `card` is free too: readers have two slots."""
        for _ in range(_ATTEMPTS_MAX):
            with contextlib.ExitStack() as held:
                sockets = [held.enter_context(socket.socket()) for _ in fields(cls)]
                for one in sockets:
                    one.bind((LOOPBACK, 0))
                ports = cls(*(one.getsockname()[1] for one in sockets))
                if _is_free(ports.card + 1):
                    return ports
        raise CannotStart("no two free ports in a row were found; end a few programs")

    def check_free(self) -> None:
        """Raises CannotStart naming every port that is taken, and two that were given the same number."""
        named = {field.name: int(getattr(self, field.name)) for field in fields(self)}
        taken = [(name, port) for name, port in named.items() if not _is_free(port)]
        doubled = {port for port in named.values() if list(named.values()).count(port) > 1}
        if doubled:
            raise CannotStart(
                f"port {min(doubled)} was given to two programs; web, sandbox, reader, card need one each"
            )
        if taken:
            lines = [f"Port {port} ({name}) is taken by another program." for name, port in taken]
            others = " ".join(f"{name.upper()}_PORT={_suggestion()}" for name, _ in taken)
            raise CannotStart("\n".join([*lines, f"Stop that program, or choose another port: {others} ./run"]))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError as error:
            raise CannotStart(f"port {port} is reserved for root; choose one above 1023") from error
        except OSError:
            return False
    return True


def _suggestion() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
