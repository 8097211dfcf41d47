"""Plays the cases against a receiver and judges each: passed, failed, passed with a warning, or not checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from outpost_conformance.cases import CASES, REDIRECTS
from outpost_conformance.exchange import ANSWER_SECONDS_MAX, Courier, Exchange
from outpost_conformance.feed import Feed
from outpost_conformance.keys import SCHEMES, Keys
from outpost_conformance.kit import Case, Kit
from outpost_conformance.state import Effect, StateReader


class Verdict(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for an answer, for its effect, for what only the feed brings."""

    answer: float = ANSWER_SECONDS_MAX
    # Slower than this is close enough to the limit to be said.
    slow: float = 5.0
    effect: float = 10.0
    feed: float = 60.0


@dataclass(frozen=True)
class Target:
    """The receiver under test and what it was configured with."""

    url: str
    keys: Keys
    schemes: frozenset[str] = frozenset(SCHEMES)
    state_url: str = ""
    feed: Feed | None = None


@dataclass
class Result:
    case: Case
    verdict: Verdict
    exchanges: tuple[Exchange, ...] = ()
    found: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = field(default=(), repr=False)


ANSWER_TIME = Case(
    "answer-time",
    "Answers come in time",
    "each within 15 s, better within 5",
    "Verify, keep the event, answer; do the work afterwards. Outpost takes silence for a no and sends again.",
    lambda kit: (),
)
ALL_CASES = (*CASES, ANSWER_TIME)


def run(
    target: Target,
    *,
    clock: Callable[[], float],
    patience: Patience = Patience(),
    only: frozenset[str] = frozenset(),
    told: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """One result for each case, `told` as they come, and again when the end turns one.

    Raises StateUnreadable when the state can't be read at all.
    """
    courier = Courier(target.url, answer_seconds=patience.answer)
    reader = StateReader(target.state_url) if target.state_url else None
    if reader:
        state = reader.read()
        if target.feed:
            target.feed.begin_after(state.last_sequence)
    kit = Kit(target.keys, courier, clock, target.feed)
    results: list[Result] = []

    def keep(result: Result) -> None:
        results.append(result)
        told(result)

    try:
        _play_all(kit, _Judge(target, reader, patience), only, keep)
        for result in _turned(results, reader):
            told(result)
        if not only or ANSWER_TIME.id in only:
            keep(_answer_time(kit.history, patience))
    finally:
        courier.close()
        if reader:
            reader.close()
    return results


@dataclass(frozen=True)
class _Judge:
    target: Target
    reader: StateReader | None
    patience: Patience

    def reason_not_to(self, case: Case) -> str:
        """Why this case can't be checked here; empty when it can."""
        if not case.schemes & self.target.schemes:
            return f"the receiver is said not to check {' or '.join(sorted(case.schemes))}"
        if case.needs_state and self.reader is None:
            return "needs --state-url"
        return "needs the kit's feed" if case.needs_feed and self.target.feed is None else ""

    def play(self, case: Case, kit: Kit) -> Result:
        reason = self.reason_not_to(case)
        if reason:
            return Result(case, Verdict.NOT_CHECKED, found=(reason,))
        kit.exchanges = []
        effects = tuple(case.play(kit))
        found = [exchange.complaint for exchange in kit.exchanges if exchange.complaint]
        if self.reader:
            found += self.reader.wait(effects, seconds=self.patience.feed if case.needs_feed else self.patience.effect)
            if found and case.needs_feed and kit.feed and not kit.feed.asked:
                found.append(f"nobody has asked the feed at {kit.feed.url}")
        verdict = Verdict.FAILED if found else Verdict.PASSED
        return Result(case, verdict, tuple(kit.exchanges), tuple(found), effects)


def _play_all(kit: Kit, judge: _Judge, only: frozenset[str], keep: Callable[[Result], None]) -> None:
    """The first case is always played: whoever redirects, or doesn't answer, takes nothing."""
    first = judge.play(REDIRECTS, kit)
    keep(first)
    for case in CASES:
        if case is REDIRECTS or (only and case.id not in only):
            continue
        if first.verdict is Verdict.FAILED:
            keep(Result(case, Verdict.NOT_CHECKED, found=(f"{REDIRECTS.id} failed",)))
        else:
            keep(judge.play(case, kit))


def _turned(results: Iterable[Result], reader: StateReader | None) -> Iterator[Result]:
    """What was true right after its case must be true in the end: effects may come late, and come twice."""
    for result in results:
        if reader and result.verdict is Verdict.PASSED and (found := reader.unmet(result.effects)):
            result.verdict, result.found = Verdict.FAILED, tuple(f"in the end: {text}" for text in found)
            yield result


def _answer_time(exchanges: Iterable[Exchange], patience: Patience) -> Result:
    """Over all requests of the run: the slowest one stands in the report."""
    all_sent = sorted(exchanges, key=lambda exchange: -exchange.seconds)
    silent = [exchange for exchange in all_sent if exchange.status is None]
    slow = [exchange for exchange in all_sent if exchange.status is not None and exchange.seconds > patience.slow]
    shown = tuple(silent or slow or all_sent[:1])
    if silent:
        return Result(ANSWER_TIME, Verdict.FAILED, shown, tuple(exchange.complaint for exchange in silent))
    found = tuple(f"{one.sending.label}: {one.seconds:.1f} s, more than {patience.slow:g} s" for one in slow)
    return Result(ANSWER_TIME, Verdict.WARNING if slow else Verdict.PASSED, shown, found)


def started_at(clock: Callable[[], float]) -> str:
    """The moment for the report, RFC 3339 in UTC."""
    return dt.datetime.fromtimestamp(clock(), dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
