"""What is sent, and what can come back: delivered, refused, or unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

ANSWER_LENGTH_MAX = 500


@dataclass(frozen=True)
class WebhookLetter:
    """One event to one endpoint. The keys are base64 seeds, the secrets base64 of 32 bytes; all of them sign."""

    message_id: str
    event_id: str
    url: str
    body: bytes
    private_keys: tuple[str, ...] = field(repr=False)
    sent_at: dt.datetime
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class SmsLetter:
    """One text to one phone, E.164. Neither may be logged."""

    message_id: str
    phone: str = field(repr=False)
    text: str = field(repr=False)


Letter = WebhookLetter | SmsLetter


@dataclass(frozen=True)
class _Answer:
    """What is kept of an answer: its status where there was one, its beginning, how long it took, who gave it.

    `retry_after` is the number of seconds that the other side asked us to stay away, None when it didn't.
    """

    http_status: int | None = None
    answer: str = ""
    duration_ms: int = 0
    operator: str = ""
    retry_after: int | None = None


@dataclass(frozen=True)
class Delivered(_Answer):
    """The other side took it."""


@dataclass(frozen=True)
class Refused(_Answer):
    """The other side answered, and not with a yes."""


@dataclass(frozen=True)
class Unknown(_Answer):
    """No answer, or none that can be understood: it may have arrived."""


Answer = Delivered | Refused | Unknown


class Sender(Protocol):
    def send(self, letter: Letter) -> tuple[Answer, ...]:
        """Deliver; one answer for each party asked, the last one decides. Never raises for what a partner does."""


def excerpt(text: str) -> str:
    """The beginning of an answer as it may be stored: one line, no control characters."""
    clean = "".join(char if char.isprintable() else " " for char in text[: 2 * ANSWER_LENGTH_MAX])
    return " ".join(clean.split())[:ANSWER_LENGTH_MAX]
