"""`./run`: from an empty checkout to a running portal, and back to nothing at Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from bootstrap.environment import person_set
from bootstrap.messages import CannotStart, say
from bootstrap.places import CHECKOUT, default_data
from bootstrap.ports import Ports
from bootstrap.screen import draw
from bootstrap.stack import Stack
from bootstrap.supervision import watch
from bootstrap.venv import RUN_LOCKS, Environment

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Interrupted(BaseException):
    """Somebody wants us to end."""


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    for number in _ENDING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks us to stay
            signal.signal(number, _interrupt)
    try:
        _run(reset=options.reset)
    except CannotStart as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except _Interrupted:
        say("\nStopped. The data is kept; ./run starts again.")
    return 0


def _run(*, reset: bool) -> None:
    started = time.monotonic()
    chosen = person_set(os.environ, CHECKOUT / ".env")
    environment = Environment()
    stack = Stack(
        data=default_data(chosen), ports=Ports.from_environment(chosen), chosen=chosen, environment=environment
    )
    try:
        stack.claim()
        environment.prepare(RUN_LOCKS)
        if reset:
            say(f"Starting over: the data in {stack.data} is deleted.")
            stack.reset()
        stack.start()
        folders = {"data": str(stack.data), "logs": str(stack.data / "logs")}
        if stack.database_folder is not None:
            folders["database"] = str(stack.database_folder)
        say(draw(env=stack.env, seeds=stack.seeds, folders=folders, seconds=time.monotonic() - started))
        watch(stack)
    finally:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        stack.stop()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _Interrupted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Install what is missing, start Outpost with its sandbox, and print where everything is.",
        epilog="Environment: WEB_PORT, SANDBOX_PORT, READER_PORT, CARD_PORT, OUTPOST_DATA, and all of .env.example.",
    )
    parser.add_argument("--reset", action="store_true", help="delete the data of earlier runs first")
    return parser
