"""Text messages through two operators: the second is asked when the first didn't clearly take it (docs/wires.md)."""

from __future__ import annotations

import time

from common.outbound import Client, Unanswered
from notifications.channels.port import Answer, Delivered, Letter, Refused, SmsLetter, Unknown, excerpt

# Short: someone may sit waiting for a code, and the other operator is there.
DEADLINE_SECONDS = 6.0


class SmsSender:
    """Message ids are ours and idempotent at each operator, so one message rings a handset twice at the very most."""

    def __init__(
        self, *, primary: tuple[str, str], secondary: tuple[str, str], deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._operators = [
            (name, Client(url, token, deadline_seconds=deadline_seconds))
            for name, (url, token) in (("primary", primary), ("secondary", secondary))
            if url
        ]

    def send(self, letter: Letter) -> tuple[Answer, ...]:
        assert isinstance(letter, SmsLetter)
        answers: list[Answer] = []
        for name, client in self._operators:
            answers.append(_ask(name, client, letter))
            if isinstance(answers[-1], Delivered):
                break
        return tuple(answers) or (Refused(answer="no operator is set up"),)


def _ask(operator: str, client: Client, letter: SmsLetter) -> Answer:
    started = time.monotonic()
    body = {"message_id": letter.message_id, "to": letter.phone, "text": letter.text}

    def spent() -> int:
        return int((time.monotonic() - started) * 1000)

    try:
        answer = client.post("messages", body, request_id=letter.message_id)
    except Unanswered as error:
        return Unknown(answer=excerpt(str(error)), duration_ms=spent(), operator=operator)
    match answer.get("result"):
        case "accepted":
            reference = excerpt(str(answer.get("operator_reference", "")))
            return Delivered(http_status=200, answer=reference, duration_ms=spent(), operator=operator)
        case "rejected":
            code = excerpt(f"rejected {answer.get('code', '')}")
            return Refused(http_status=200, answer=code, duration_ms=spent(), operator=operator)
        case _:
            return Unknown(http_status=200, answer="not understood", duration_ms=spent(), operator=operator)
