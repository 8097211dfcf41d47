"""One question from first try to answer, without a network: requests to send and pauses to make come out, outcomes go in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

import outpost
from outpost.calls import Call
from outpost.options import Options
from outpost.problems import OutcomeUnknown, problem_of
from outpost.reading import Malformed

API_VERSION = "2026-11-25"

BACKOFF_SECONDS_FIRST, BACKOFF_SECONDS_MAX = 0.5, 8.0
# Whatever their body says: the portal is busy or out of reach, and the same request may be sent again.
_PASSING = frozenset({429, 502, 503, 504})
_CONFLICT, _SERVER, _REFUSED_FROM = 409, 500, 300
_IN_PROGRESS = "idempotency_in_progress"

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """Send this. An answer that isn't there in full by `until` (of the options' `monotonic`) is lost."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    timeout_seconds: float
    until: float


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """None where it isn't JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    def problem(self) -> dict[str, Any]:
        found = self.json()
        return found if isinstance(found, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds, of the header or of the problem."""
        header = self.headers.get("retry-after", "")
        if header.isascii() and header.isdigit():
            return float(header)
        said = self.problem().get("retry_after")
        return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None


@dataclass(frozen=True)
class Lost:
    """Nothing came back, or not all of it. What was done on the other side is not known."""

    why: str


Outcome = Answer | Lost
Exchange = Generator[Send | Pause, Outcome | None, T]


@dataclass(frozen=True)
class _Asking:
    """A question with what stays the same over all its tries."""

    call: Call[Any]
    options: Options
    until: float
    idempotency_key: str | None
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)


def exchange(options: Options, call: Call[T]) -> Exchange[T]:
    """Yields what to do next and is sent its outcome (None after a pause); returns what was asked for.

    Raises ApiProblem for the portal's no, OutcomeUnknown where none of the tries was answered understandably.
    """
    key = call.idempotency_key or (None if call.method == "GET" else str(uuid.uuid4()))
    until = options.monotonic() + options.deadline_seconds + call.patience_seconds
    asking = _Asking(call, options, until, key)
    tries = 0
    while True:
        outcome = yield _request(asking)
        assert outcome is not None, "a request has an outcome"
        pause = _pause_after(outcome, tries=tries, options=options)
        if pause is None or options.monotonic() + pause >= until:
            return _conclude(asking, call, outcome)
        yield Pause(pause)
        tries += 1


def _request(asking: _Asking) -> Send:
    """Signed anew each time, under the same key and id: fresh for the portal's gate, the same for its memory."""
    call, options = asking.call, asking.options
    url = httpx.URL(options.root + call.path + (f"?{call.query}" if call.query else ""))
    path, _, query = url.raw_path.decode().partition("?")
    headers = {
        "Accept": "application/json",
        "User-Agent": f"outpost-python/{outpost.__version__}",
        "Outpost-Version": API_VERSION,
        "X-Request-Id": asking.request_id,
    }
    if options.language:
        headers["Accept-Language"] = options.language
    if asking.idempotency_key:
        headers["Idempotency-Key"] = asking.idempotency_key
    if call.body:
        headers["Content-Type"] = "application/json"
    headers |= options.credentials.headers(
        method=call.method, path=path, query=query, body=call.body, created=int(options.now())
    )
    now = options.monotonic()
    allowed = min(options.timeout_seconds + call.patience_seconds, max(asking.until - now, 0.001))
    return Send(call.method, str(url), headers, call.body, allowed, now + allowed)


def _pause_after(outcome: Outcome, *, tries: int, options: Options) -> float | None:
    """How long to wait before the next try; None when there is none.

    Twice as long each time, half of it by chance, and never shorter than the portal asked for.
    """
    if tries >= options.max_retries or not _may_be_asked_again(outcome):
        return None
    longest = min(BACKOFF_SECONDS_FIRST * 2.0**tries, BACKOFF_SECONDS_MAX)
    asked_for = outcome.retry_after if isinstance(outcome, Answer) else None
    return max(longest * (0.5 + options.random() / 2), asked_for or 0.0)


def _may_be_asked_again(outcome: Outcome) -> bool:
    if isinstance(outcome, Lost) or outcome.status in _PASSING:
        return True
    problem = outcome.problem()
    in_progress = outcome.status == _CONFLICT and problem.get("code") == _IN_PROGRESS
    return (outcome.status >= _SERVER or in_progress) and problem.get("retryable") is True


def _conclude(asking: _Asking, call: Call[T], outcome: Outcome) -> T:
    if isinstance(outcome, Lost):
        raise OutcomeUnknown(outcome.why, asking.idempotency_key, asking.request_id)
    if outcome.status >= _REFUSED_FROM:
        request_id = outcome.headers.get("x-request-id", asking.request_id)
        raise problem_of(outcome.status, outcome.problem(), retry_after=outcome.retry_after, request_id=request_id)
    try:
        return call.read(outcome.json())
    except Malformed as error:
        why = f"status {outcome.status}, but the answer was not understood: {error}"
        raise OutcomeUnknown(why, asking.idempotency_key, asking.request_id) from error
