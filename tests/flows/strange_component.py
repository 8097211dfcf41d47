"""What else may answer where the component should: older ones, others, and ours in front of a computer with a fault.

python -m tests.flows.strange_component KIND --port 8002 --card-port 35963 --origin http://127.0.0.1:8000 --state-dir FOLDER
"""

from __future__ import annotations

import argparse
import asyncio
from http import HTTPStatus
from pathlib import Path

import websockets.asyncio.server

# The patience of the component that waits for a card but not for long.
IMPATIENT_SECONDS = 0.5


async def serve_foreign(port: int) -> None:
    """Some other program that takes every WebSocket and says what it likes."""

    def door(connection, request):
        return connection.respond(HTTPStatus.OK, "hello\n") if request.path == "/healthz" else None

    async def talk(connection) -> None:
        await connection.send("hello")
        await connection.wait_closed()

    server = websockets.asyncio.server.serve(
        talk, "127.0.0.1", port, select_subprotocol=lambda connection, offered: offered[0], process_request=door
    )
    async with server:
        await asyncio.Event().wait()


async def serve_silence(port: int) -> None:
    """Some other program that takes every connection and, but for who asks whether it is up, never says a word."""

    async def talk(reader, writer) -> None:
        if b"/healthz" in await reader.readline():
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", port):
        await asyncio.Event().wait()


async def serve_first(port: int) -> None:
    """A component of the first protocol, as far as a page of today can see it."""

    def door(connection, request):
        if request.path == "/healthz":
            return connection.respond(HTTPStatus.OK, "ok\n")
        return None if request.path == "/v1" else connection.respond(HTTPStatus.NOT_FOUND, "")

    async def talk(connection) -> None:
        await connection.wait_closed()

    server = websockets.asyncio.server.serve(
        talk, "127.0.0.1", port, subprotocols=["outpost-reader.v1"], process_request=door
    )
    async with server:
        await asyncio.Event().wait()


async def serve_ours(kind: str, options: argparse.Namespace) -> None:
    """Our own component, with one thing about it or its computer that isn't as it should be."""
    import reader

    if kind == "too_old":
        reader.VERSION = "1.9.9"
    from reader.component import CARD_SECONDS_MAX, Component
    from reader.direct import DirectTransport
    from reader.pcsc import PcscTransport
    from reader.pcsc_library import PcscLibrary
    from reader.tests.simulated_pcsc import SimulatedPcsc

    system = SimulatedPcsc()
    system.service, system.plugged = kind != "no_service", kind != "no_reader"
    is_pcsc = kind in {"no_service", "no_reader", "no_card"}
    transport = PcscTransport(load=lambda: PcscLibrary(system)) if is_pcsc else DirectTransport(port=options.card_port)
    component = Component(
        transport=transport,
        allowed_origins=[options.origin],
        state_folder=options.state_dir,
        announce=lambda code: None,
        seconds_max=IMPATIENT_SECONDS if kind == "impatient" else CARD_SECONDS_MAX,
    )
    await component.start(port=options.port)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("--port", type=int)
    parser.add_argument("--card-port", type=int)
    parser.add_argument("--origin")
    parser.add_argument("--state-dir", type=Path)
    options = parser.parse_args()
    others = {"foreign": serve_foreign, "silent": serve_silence, "first": serve_first}
    if options.kind in others:
        asyncio.run(others[options.kind](options.port))
    else:
        asyncio.run(serve_ours(options.kind, options))


if __name__ == "__main__":
    main()
