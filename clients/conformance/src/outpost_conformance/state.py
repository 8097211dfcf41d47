"""What the receiver under test says that it has made of its notices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import httpx

_POLL_SECONDS = 0.05
_READ_SECONDS_MAX = 10.0


class StateUnreadable(Exception):
    """The state address gave no answer of the shape that the README describes."""


@dataclass(frozen=True)
class State:
    """Ids in the order in which they took effect, statuses by reference, and how far the feed was read."""

    events: tuple[str, ...]
    payments: Mapping[str, str]
    refunds: Mapping[str, str]
    last_sequence: int

    @classmethod
    def of(cls, found: object) -> State:
        """From {"events": [], "payments": {}, "refunds": {}, "last_sequence": 0}. Raises StateUnreadable."""
        match found:
            case {
                "events": list() as events,
                "payments": dict() as payments,
                "refunds": dict() as refunds,
                "last_sequence": int() as last,
            }:
                return cls(tuple(str(event) for event in events), payments, refunds, last)
        raise StateUnreadable('the state is not {"events": [], "payments": {}, "refunds": {}, "last_sequence": 0}')


@dataclass(frozen=True)
class Effect:
    """Something that must be true of the receiver's state, and the words for when it isn't."""

    otherwise: str
    holds: Callable[[State], bool]


class StateReader:
    """Reads the state address, again and again until what is waited for is true."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=_READ_SECONDS_MAX, trust_env=False)

    def read(self) -> State:
        """Raises StateUnreadable."""
        try:
            answer = self._client.get(self._url)
            return State.of(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError) as error:
            raise StateUnreadable(f"{self._url}: {type(error).__name__}: {error}") from error

    def wait(self, effects: Iterable[Effect], *, seconds: float) -> list[str]:
        """What does not hold once all holds or the time is over."""
        end = time.monotonic() + seconds
        expected = tuple(effects)
        while (wrong := self.unmet(expected)) and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        return wrong

    def unmet(self, effects: Iterable[Effect]) -> list[str]:
        expected = tuple(effects)
        if not expected:
            return []
        try:
            state = self.read()
        except StateUnreadable as error:
            return [f"the state can't be read: {error}"]
        return [effect.otherwise for effect in expected if not effect.holds(state)]

    def close(self) -> None:
        self._client.close()


def once(event_id: str) -> Effect:
    return Effect(f"{event_id} did not take effect exactly once", lambda state: state.events.count(event_id) == 1)


def at_most_once(event_id: str) -> Effect:
    return Effect(f"{event_id} took effect more than once", lambda state: state.events.count(event_id) <= 1)


def happened(event_id: str) -> Effect:
    return Effect(f"{event_id} has had no effect", lambda state: event_id in state.events)


def never(event_id: str) -> Effect:
    return Effect(f"{event_id} took effect", lambda state: event_id not in state.events)


def payment_is(reference: str, status: str) -> Effect:
    return Effect(f"payment {reference} is not {status}", lambda state: state.payments.get(reference) == status)


def refund_is(reference: str, status: str) -> Effect:
    return Effect(f"refund {reference} is not {status}", lambda state: state.refunds.get(reference) == status)


def unheard_of(reference: str) -> Effect:
    return Effect(
        f"{reference} is in the state", lambda state: reference not in state.payments and reference not in state.refunds
    )


def read_up_to(sequence: int) -> Effect:
    return Effect(f"the feed was not read up to {sequence}", lambda state: state.last_sequence >= sequence)
