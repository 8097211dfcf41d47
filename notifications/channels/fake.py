"""A steered channel in process, for tests: it remembers every letter and answers as it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from notifications.channels.port import Answer, Delivered, Letter, Refused, SmsLetter, Unknown, WebhookLetter


@dataclass
class FakeChannel:
    """`behave` queues answers for an address or phone; without any it delivers. `sent` is what really left."""

    sent: list[Letter] = field(default_factory=list)
    behaviours: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        self.sent.clear()
        self.behaviours.clear()

    def behave(self, target: str, *behaviours: str) -> None:
        """What the next letters to this URL or phone, or of this event get: deliver, refuse, timeout_before,
        timeout_after, or a status.

        refuse is a 500; "400" is that status, and "429 60" asks for 60 seconds' rest. always_refuse, always_timeout,
        "always 404" hold from then on.
        """
        self.behaviours.setdefault(target, []).extend(behaviours)

    def send(self, letter: Letter) -> tuple[Answer, ...]:
        target = letter.url if isinstance(letter, WebhookLetter) else letter.phone
        with self._lock:
            behaviour = self._next(event if (event := _event(letter)) in self.behaviours else target)
            if behaviour not in {"timeout_before", "always_timeout"}:
                self.sent.append(letter)
        operator = "primary" if isinstance(letter, SmsLetter) else ""
        match behaviour:
            case "deliver":
                return (Delivered(http_status=200, answer="ok", duration_ms=1, operator=operator),)
            case "refuse" | "always_refuse":
                return (Refused(http_status=500, answer="no", duration_ms=1, operator=operator),)
            case "timeout_before" | "timeout_after" | "always_timeout":
                return (Unknown(answer="no answer", duration_ms=15_000, operator=operator),)
            case _:
                return (_status(behaviour.removeprefix("always ")),)

    def _next(self, target: str) -> str:
        queue = self.behaviours.get(target)
        if not queue:
            return "deliver"
        return queue[0] if queue[0].startswith("always") else queue.pop(0)


def _event(letter: Letter) -> str:
    return letter.event_id if isinstance(letter, WebhookLetter) else ""


def _status(words: str) -> Refused:
    """ "429 60": the status, and the seconds of Retry-After."""
    status, _, seconds = words.partition(" ")
    return Refused(http_status=int(status), answer="no", duration_ms=1, retry_after=int(seconds) if seconds else None)
