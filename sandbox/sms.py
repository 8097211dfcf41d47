"""The two sandbox SMS operators: each keeps its own messages, and a phone number picks what happens to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F

from common import clock
from sandbox.faults import Call
from sandbox.models import TextMessage
from sandbox.outcomes import phone_outcome
from sandbox.wires import Body, lock_id, text, wire

Answer = dict[str, Any]
State = TextMessage.State

_OWN_FAULTS = {"unknown_sent": "timeout_after", "unknown_lost": "timeout_before"}
_STATES = {"reject": State.REJECTED, "fail": State.FAILED}


@wire("POST", "sms_{operator}", "send")
def send(body: Body, operator: str) -> Call:
    message_id, phone = text(body, "message_id", longest=64), text(body, "to", longest=20)
    words = text(body, "text", longest=1000)
    return Call(
        act=lambda: accept(operator=operator, message_id=message_id, phone=phone, words=words, at=clock.now()),
        again=lambda: deliver_again(operator=operator, message_id=message_id),
        own_fault=_OWN_FAULTS.get(phone_outcome(phone, operator), ""),
    )


@wire("GET", "sms_{operator}", "enquiry")
def enquiry(body: Body, operator: str, message_id: str) -> Call:
    return Call(act=lambda: look_up(operator=operator, message_id=message_id))


def accept(*, operator: str, message_id: str, phone: str, words: str, at: dt.datetime) -> Answer:
    """The second message with an id is the first one: it gets the same answer and rings no handset."""
    with transaction.atomic():
        lock_id(f"sms {operator} {message_id}")
        state = _STATES.get(phone_outcome(phone, operator), State.DELIVERED)
        message, _ = TextMessage.objects.get_or_create(
            operator=operator,
            message_id=message_id,
            defaults={
                "phone": phone,
                "text": words,
                "state": state,
                "code": "S401" if state == State.REJECTED else "",
                "copies": 1 if state == State.DELIVERED else 0,
                "received_at": at,
            },
        )
        return _answer(message)


def deliver_again(*, operator: str, message_id: str) -> Answer:
    found = TextMessage.objects.filter(operator=operator, message_id=message_id)
    found.filter(state=State.DELIVERED).update(copies=F("copies") + 1)
    return _answer(found.get())


def look_up(*, operator: str, message_id: str) -> Answer:
    found = TextMessage.objects.filter(operator=operator, message_id=message_id).exclude(state=State.REJECTED).first()
    return {"result": found.state if found else "not_found"}


def _answer(message: TextMessage) -> Answer:
    if message.state == State.REJECTED:
        return {"result": "rejected", "code": message.code}
    return {"result": "accepted", "operator_reference": f"{message.operator[:1].upper()}{message.pk:08d}"}
