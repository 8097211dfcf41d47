"""Starts the component: `python -m reader --allow-origin http://127.0.0.1:8000`, or pairs by hand: `python -m reader pair`."""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reader import VERSION
from reader.component import Component
from reader.direct import DirectTransport
from reader.pairing import PairingStore
from reader.pcsc import PcscTransport
from reader.places import VARIABLE, state_folder
from reader.transports import Transport

PORT_TAKEN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    return _serve(words)


def _serve(words: Sequence[str]) -> int:
    options = _parser().parse_args(words)
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


def _pair(words: Sequence[str]) -> int:
    """For administrators and kiosks: a pairing without the number on the page, as JSON for the browser's storage."""
    parser = argparse.ArgumentParser(prog="python -m reader pair", description=_pair.__doc__)
    parser.add_argument("--origin", required=True)
    _state_option(parser)
    options = parser.parse_args(words)
    made = PairingStore(options.state_dir or state_folder()).make(options.origin)
    sys.stdout.write(json.dumps({"pairing": made.id, "secret": made.secret}) + "\n")
    return 0


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"pair": _pair}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reader", description="The card reader component of Outpost.")
    parser.add_argument("--port", type=int, default=8002, help="where pages connect, on 127.0.0.1")
    parser.add_argument("--card-port", type=int, default=35963, help="where virtual cards connect (direct transport)")
    parser.add_argument("--allow-origin", action="append", required=True, metavar="ORIGIN", help="repeatable")
    parser.add_argument("--transport", choices=("direct", "pcsc"), default="direct")
    parser.add_argument("--show-codes", action="store_true", help="write each pairing number to standard error too")
    _state_option(parser)
    parser.add_argument("--version", action="version", version=VERSION)
    return parser


def _state_option(parser: argparse.ArgumentParser) -> None:
    place = f"where pairings are kept; without it {VARIABLE}, else this person's data folder"
    parser.add_argument("--state-dir", type=Path, metavar="FOLDER", help=place)


def _show_code(code: str) -> None:
    sys.stderr.write(f"pairing number: {code}\n")
    sys.stderr.flush()


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    transport: Transport = PcscTransport() if options.transport == "pcsc" else DirectTransport(port=options.card_port)
    component = Component(
        transport=transport,
        allowed_origins=options.allow_origin,
        state_folder=options.state_dir or state_folder(),
        announce=_show_code if options.show_codes else lambda code: None,
    )
    await component.start(port=options.port)
    logging.getLogger(__name__).info("component %s on http://127.0.0.1:%s/", VERSION, component.port)
    try:
        await stopped.wait()
    finally:
        await component.stop()


if __name__ == "__main__":
    sys.exit(main())
