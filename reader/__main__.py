"""Starts the component: `python -m reader --allow-origin http://127.0.0.1:8000`. Also: pair, install, uninstall."""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from reader import VERSION
from reader.autostart import PORT_TAKEN, Computer, install, uninstall
from reader.component import Component
from reader.memory import keep_private
from reader.origins import built_in_origins, check_origin, check_safe, read_origins
from reader.pairing import PairingStore
from reader.pcsc import PcscTransport
from reader.places import VARIABLE, state_folder
from reader.transports import Transport

# The package for customers has no virtual cards in it, so no way for one to come in either.
HAS_DIRECT = find_spec("reader.direct") is not None


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in COMMANDS:
        return COMMANDS[words[0]](words[1:])
    return _serve(words)


def _serve(words: Sequence[str]) -> int:
    options = _parse(words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    keep_private()
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
    parser = argparse.ArgumentParser(prog="outpost-reader pair", description=_pair.__doc__)
    parser.add_argument("--origin", required=True, type=_origin)
    _state_option(parser)
    options = parser.parse_args(words)
    made = PairingStore(options.state_dir or state_folder()).make(options.origin)
    sys.stdout.write(json.dumps({"pairing": made.id, "secret": made.secret}) + "\n")
    return 0


def _install(words: Sequence[str]) -> int:
    """Start with each sign-in of this person, with the options given here; and now."""
    package = Path(sys.argv[0]).resolve()
    if package.suffix != ".pyz":
        sys.stderr.write("install is for the package, outpost-reader.pyz\n")
        return 1
    _parse(words)  # what can't be started must not be installed
    failed = install(package, words, Computer())
    return _tell(failed, "The card reader component is installed and starts with each sign-in: http://127.0.0.1:8002/")


def _uninstall(words: Sequence[str]) -> int:
    """Remove what install wrote, and all pairings."""
    argparse.ArgumentParser(prog="outpost-reader uninstall", description=_uninstall.__doc__).parse_args(words)
    return _tell(
        uninstall(Computer()), "The card reader component is removed; one that still runs ends when you sign out."
    )


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"pair": _pair, "install": _install, "uninstall": _uninstall}


def _tell(failed: Sequence[str], done: str) -> int:
    for command in failed:
        sys.stderr.write(f"did not succeed: {command}\n")
    if not failed:
        sys.stdout.write(f"{done}\n")
    return 1 if failed else 0


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(words)
    try:
        more = read_origins(options.origins_file) if options.origins_file else []
        options.origins = [*options.allow_origin, *more] or built_in_origins()
        if options.transport == "pcsc":
            options.origins = [check_safe(origin) for origin in options.origins]
    except (OSError, ValueError) as wrong:
        parser.error(str(wrong))
    if not options.origins:
        parser.error("no page may use the reader: name one with --allow-origin")
    return options


def _parser() -> argparse.ArgumentParser:
    transports = ("direct", "pcsc") if HAS_DIRECT else ("pcsc",)
    parser = argparse.ArgumentParser(
        prog="outpost-reader",
        description="The card reader component of Outpost.",
        epilog="Also: pair, install, uninstall; each with --help.",
    )
    parser.add_argument("--port", type=int, default=8002, help="where pages connect, on 127.0.0.1")
    parser.add_argument("--card-port", type=int, default=35963, help="where virtual cards connect (direct transport)")
    parser.add_argument(
        "--allow-origin", action="append", default=[], type=_origin, metavar="ORIGIN", help="repeatable"
    )
    parser.add_argument("--origins-file", type=Path, metavar="FILE", help="more of them, one a line")
    parser.add_argument("--transport", choices=transports, default=transports[0])
    parser.add_argument("--show-codes", action="store_true", help="write each pairing number to standard error too")
    _state_option(parser)
    parser.add_argument("--version", action="version", version=VERSION)
    return parser


def _origin(text: str) -> str:
    try:
        return check_origin(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _state_option(parser: argparse.ArgumentParser) -> None:
    place = f"where pairings are kept; without it {VARIABLE}, else this person's data folder"
    parser.add_argument("--state-dir", type=Path, metavar="FOLDER", help=place)


def _show_code(code: str) -> None:
    sys.stderr.write(f"pairing number: {code}\n")
    sys.stderr.flush()


def _transport(options: argparse.Namespace) -> Transport:
    if options.transport == "pcsc":
        return PcscTransport()
    from reader.direct import DirectTransport  # the package has none

    return DirectTransport(port=options.card_port)


async def _run(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        _on_signal(number, stopped)
    component = Component(
        transport=_transport(options),
        allowed_origins=options.origins,
        state_folder=options.state_dir or state_folder(),
        announce=_show_code if options.show_codes else lambda code: None,
    )
    await component.start(port=options.port)
    logging.getLogger(__name__).info("component %s on http://127.0.0.1:%s/", VERSION, component.port)
    try:
        await stopped.wait()
    finally:
        await component.stop()


def _on_signal(number: signal.Signals, stopped: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, stopped.set)
    except NotImplementedError:  # Windows
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))


if __name__ == "__main__":
    sys.exit(main())
