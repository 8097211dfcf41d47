"""Keeps what passes by: every byte between the portal and the outside, every request and answer of a page."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import Any, Self

import httpx

_WIRES = {
    "BANK_URL": "/bank/v1",
    "CHIP_URL": "/chip/v1",
    "JCIC_URL": "/jcic/v1",
    "SMS_PRIMARY_URL": "/sms/primary/v1",
    "SMS_SECONDARY_URL": "/sms/secondary/v1",
}


class Record:
    """One file to which threads append."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        file.touch()

    def keep(self, *parts: bytes) -> None:
        with self._lock, self.file.open("ab") as out:
            out.write(b"\n".join(parts) + b"\n")

    def watch(self, client: httpx.Client) -> httpx.Client:
        """Keep each request as it is sent and each answer as the page reads it."""

        def request(sent: httpx.Request) -> None:
            head = [f"{name}: {value}" for name, value in sent.headers.items()]
            self.keep(f"{sent.method} {sent.url}".encode(), "\n".join(head).encode(), sent.read())

        def response(answer: httpx.Response) -> None:
            head = [str(answer.status_code), *(f"{name}: {value}" for name, value in answer.headers.items())]
            self.keep("\n".join(head).encode(), answer.read())

        client.event_hooks = {"request": [request], "response": [response]}
        return client


class Wiretap(Record):
    """Between the portal and its partners: passes everything on to the port `to`, and keeps it."""

    def __init__(self, *, to: int, file: Path) -> None:
        super().__init__(file)
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))

    @property
    def wires(self) -> dict[str, str]:
        """The settings that lead the portal through here."""
        address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        return {name: f"{address}{path}" for name, path in _WIRES.items()}

    def __enter__(self) -> Self:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._door.close()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):  # the door is closed
            while True:
                near, _ = self._door.accept()
                threading.Thread(target=self._connect, args=[near], daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            near.close()
            return
        threading.Thread(target=self._pass_on, args=[far, near], daemon=True).start()
        self._pass_on(near, far)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                self.keep(part)
                target.sendall(part)
        # An end, orderly or not, is an end on the other side too.
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
