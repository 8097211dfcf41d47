"""One notice sent and what came back: the request, the answer, how long it took, and whether it is what was asked for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import httpx

# What Outpost waits for an acknowledgement, from the first byte sent.
ANSWER_SECONDS_MAX = 15.0
_EXCERPT = 120


class Want(Enum):
    """Which answers are right."""

    TAKEN = "2xx"
    REFUSED = "4xx"
    TAKEN_OR_BUSY = "2xx, or 409, 429 or 503 to be told again"
    NO_REDIRECT = "any answer but 3xx"

    def fits(self, status: int) -> bool:
        match self:
            case Want.TAKEN:
                return 200 <= status < 300  # noqa: PLR2004 - the classes of HTTP's statuses
            case Want.REFUSED:
                return 400 <= status < 500  # noqa: PLR2004 - the classes of HTTP's statuses
            case Want.TAKEN_OR_BUSY:
                return 200 <= status < 300 or status in {409, 429, 503}  # noqa: PLR2004 - the classes of HTTP's statuses
            case Want.NO_REDIRECT:
                return not 300 <= status < 400  # noqa: PLR2004 - the classes of HTTP's statuses


@dataclass(frozen=True)
class Sending:
    """A request as it leaves. `label` says in a few words what is special about it."""

    label: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Exchange:
    """What was sent, what came back. Without a status nothing came, and `answer` says why."""

    sending: Sending
    want: Want
    status: int | None
    answer: str
    seconds: float

    @property
    def taken(self) -> bool:
        return self.status is not None and Want.TAKEN.fits(self.status)

    @property
    def complaint(self) -> str:
        """What is wrong with the answer; empty when it is right."""
        if self.status is None:
            return f"{self.sending.label}: {self.answer}"
        return "" if self.want.fits(self.status) else f"{self.sending.label}: answered {self.status}"

    @property
    def shown(self) -> str:
        return f"{self.status or 'no answer'} in {self.seconds * 1000:.0f} ms"


class Courier:
    """Sends to one address as Outpost does: no redirect followed, no proxy, one deadline. Safe between threads."""

    def __init__(self, url: str, *, answer_seconds: float = ANSWER_SECONDS_MAX) -> None:
        self._url = url
        self._answer_seconds = answer_seconds
        self._client = httpx.Client(timeout=answer_seconds, follow_redirects=False, trust_env=False)

    def send(self, sending: Sending, want: Want) -> Exchange:
        started = time.monotonic()
        status, answer = None, f"no answer within {self._answer_seconds:g} s"
        try:
            found = self._client.post(self._url, content=sending.body, headers=dict(sending.headers))
            if time.monotonic() - started <= self._answer_seconds:
                status, answer = found.status_code, " ".join(found.text.split())[:_EXCERPT]
        except httpx.TimeoutException:
            pass
        except httpx.HTTPError as error:
            answer = f"no answer ({type(error).__name__}: {error})"
        return Exchange(sending, want, status, answer, time.monotonic() - started)

    def close(self) -> None:
        self._client.close()
