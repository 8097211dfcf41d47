"""What else may answer where the component should: older ones, others, and ours in front of a computer with a fault.

python -m tests.flows.strange_component KIND --port 8002 --card-port 35963 --origin http://127.0.0.1:8000 --state-dir FOLDER
"""

from __future__ import annotations

import argparse
import asyncio
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import websockets.asyncio.server

# The patience of the component that waits for a card but not for long.
IMPATIENT_SECONDS = 0.5


class Stranger(BaseHTTPRequestHandler):
    """Some other program's little server."""

    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


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
    if options.kind == "foreign":
        ThreadingHTTPServer(("127.0.0.1", options.port), Stranger).serve_forever()
    elif options.kind == "first":
        asyncio.run(serve_first(options.port))
    else:
        asyncio.run(serve_ours(options.kind, options))


if __name__ == "__main__":
    main()
