"""`python -m outpost_conformance URL`: says what to configure, plays the cases, writes the report."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from outpost_conformance.feed import Feed
from outpost_conformance.keys import SCHEMES, Keys, KeyUnreadable
from outpost_conformance.report import Report, ReportNameUnknown, check_name, line
from outpost_conformance.run import ALL_CASES, Patience, Target, run, started_at
from outpost_conformance.state import StateUnreadable

PASSED, FAILED, COULD_NOT_RUN = 0, 1, 2


class CannotRun(Exception):
    """The kit was asked for something it can't do; nothing was sent."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when nothing failed, 1 when something did, 2 when the kit could not run."""
    given = _parser().parse_args(arguments)
    if given.new_keys:
        _say(_texts(Keys.new()))
        return PASSED
    if given.list:
        _say("\n".join(f"{case.id:<18} {case.title}" for case in ALL_CASES))
        return PASSED
    try:
        return _run(given)
    except (CannotRun, KeyUnreadable, ReportNameUnknown, StateUnreadable, OSError) as problem:
        sys.stderr.write(f"The kit can't run: {problem}\n")
        return COULD_NOT_RUN


def _run(given: argparse.Namespace) -> int:
    for path in given.report:
        check_name(path)
    only = _only(given.only)
    if not given.url.startswith(("http://", "https://")):
        raise CannotRun("give the receiver's address, http://… or https://…")
    keys, schemes = Keys.of(private_key=given.private_key, secret=given.secret), _schemes(given)
    with ExitStack() as opened:
        feed = None if given.no_feed else opened.enter_context(Feed(*_place(given.feed)))
        _say(_to_configure(given, keys, feed))
        if not (given.secret or given.private_key):
            _wait_for_the_receiver()
        target = Target(given.url, keys, frozenset(schemes), given.state_url, feed)
        started = started_at(time.time)
        patience = Patience(effect=given.settle, feed=given.catch_up)
        results = run(target, clock=time.time, patience=patience, only=only, told=lambda one: _say(line(one)))
    report = Report(given.url, started, schemes, results)
    for path in given.report:
        report.write(path)
    _say(f"\n{report.summary}")
    return FAILED if report.failed else PASSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m outpost_conformance", description=__doc__)
    parser.add_argument("url", nargs="?", default="", help="the address of the receiver under test")
    parser.add_argument("--secret", default="", help="whsec_… that the receiver checks v1 with")
    parser.add_argument("--private-key", default="", help="whsk_… whose public half the receiver checks v1a with")
    parser.add_argument("--scheme", choices=("both", *SCHEMES), help="what the receiver checks; else what was given")
    parser.add_argument("--state-url", default="", help="where the receiver shows its state; see the README")
    parser.add_argument("--feed", default="127.0.0.1:8090", metavar="HOST:PORT", help="where the kit's feed listens")
    parser.add_argument("--no-feed", action="store_true", help="the receiver can't be pointed at the kit's feed")
    parser.add_argument("--report", type=Path, action="append", default=[], metavar="FILE", help=".md or .json")
    parser.add_argument("--only", default="", metavar="CASE,…", help="these cases alone; --list names them")
    parser.add_argument("--settle", type=float, default=Patience.effect, help="seconds that an effect may take")
    parser.add_argument("--catch-up", type=float, default=Patience.feed, help="seconds that reading the feed may take")
    parser.add_argument("--new-keys", action="store_true", help="print a new key pair and secret, and end")
    parser.add_argument("--list", action="store_true", help="print the cases, and end")
    return parser


def _schemes(given: argparse.Namespace) -> list[str]:
    """What the receiver checks: as said, else what it was given a key for, else both."""
    if given.scheme:
        return list(SCHEMES) if given.scheme == "both" else [given.scheme]
    by_key = [scheme for scheme, key in zip(SCHEMES, (given.private_key, given.secret), strict=True) if key]
    return by_key or list(SCHEMES)


def _only(text: str) -> frozenset[str]:
    chosen = frozenset(filter(None, text.split(",")))
    unknown = sorted(chosen - {case.id for case in ALL_CASES})
    if unknown:
        raise CannotRun(f"no case is called {', '.join(unknown)}; --list names them")
    return chosen


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise CannotRun(f"--feed {text}: HOST:PORT is expected")
    return host, int(port)


def _texts(keys: Keys) -> str:
    return (
        f"  public key   {keys.public_key_text}\n"
        f"  secret       {keys.secret_text}\n"
        f"  private key  {keys.private_key_text}   (for --private-key; never for the receiver)"
    )


def _to_configure(given: argparse.Namespace, keys: Keys, feed: Feed | None) -> str:
    """What is given is not printed again, but for the public half."""
    made = not (given.secret or given.private_key)
    words = ["The receiver under test must know:"]
    if made or given.private_key:
        words.append(f"  public key   {keys.public_key_text}")
    if made or given.secret:
        words.append(f"  secret       {keys.secret_text if made else 'the one of --secret'}")
    return "\n".join([*words, f"  API base     {feed.url}\n" if feed else ""])


def _wait_for_the_receiver() -> None:
    """New keys are of use only to a receiver that was given them."""
    if not sys.stdin.isatty():
        raise CannotRun("give --private-key or --secret (or both) of --new-keys: nobody is here to configure new ones")
    _say("Press Enter once it does. ")
    sys.stdin.readline()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_and_exit() -> None:
    """The entry point of the `outpost-conformance` program."""
    sys.exit(main())


if __name__ == "__main__":
    run_and_exit()
