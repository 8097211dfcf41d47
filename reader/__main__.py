"""Starts the component: `python -m reader --allow-origin http://127.0.0.1:8000`."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from reader import VERSION
from reader.component import Component
from reader.direct import DirectTransport
from reader.pcsc import PcscTransport
from reader.transports import Transport

PORT_TAKEN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_run(options))
    except OSError as taken:
        ports = str(options.port)
        if options.transport == "direct":
            ports = f"{options.port} (pages) or {options.card_port} (cards)"
        sys.stderr.write(f"The card reader component can't listen on port {ports}: {taken}\n")
        return PORT_TAKEN
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reader", description="The card reader component of Outpost.")
    parser.add_argument("--port", type=int, default=8002, help="where pages connect, on 127.0.0.1")
    parser.add_argument("--card-port", type=int, default=35963, help="where virtual cards connect (direct transport)")
    parser.add_argument("--allow-origin", action="append", required=True, metavar="ORIGIN", help="repeatable")
    parser.add_argument("--transport", choices=("direct", "pcsc"), default="direct")
    parser.add_argument("--version", action="version", version=VERSION)
    return parser


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    transport: Transport = PcscTransport() if options.transport == "pcsc" else DirectTransport(port=options.card_port)
    component = Component(transport=transport, allowed_origins=options.allow_origin)
    await component.start(port=options.port)
    logging.getLogger(__name__).info("component %s on ws://127.0.0.1:%s/v1", VERSION, component.port)
    try:
        await stopped.wait()
    finally:
        await component.stop()


if __name__ == "__main__":
    sys.exit(main())
