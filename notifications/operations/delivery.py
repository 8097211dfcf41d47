"""Delivering what is due: claim with a lease, send outside any transaction, write down what came back."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import assert_never
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from common import phases
from common.outbound import refuse_inside_transaction
from notifications import channels, retry
from notifications.channels.port import Answer, Delivered, Letter, Refused, SmsLetter, Unknown, WebhookLetter
from notifications.models import Attempt, Message
from notifications.states import Channel, Phase, Status

log = logging.getLogger(__name__)

# How many are on their way at once in one process: one that hangs holds up its own batch by 15 s at most.
BATCH = 16
# And in all processes together: a platform that hangs must not take up every worker there is.
IN_FLIGHT_MAX = 32


@dataclass(frozen=True)
class _Claim:
    message_id: UUID
    token: UUID
    letter: Letter


def deliver_due(*, channel: Channel, at: dt.datetime, limit: int = BATCH) -> int:
    """Send what is due on this channel, at most `limit` at once; how many were tried.

    A process that dies between sending and writing down leaves a lease that runs out: the same id and the same bytes
    go out again. `at` is the time of the call; answers are dated by how much later they came.
    """
    started = time.monotonic()
    claims = _claim(channel, at, min(limit, BATCH))
    if not claims:
        return 0
    phases.reached(Phase.CLAIMED)
    refuse_inside_transaction()
    for claim, answers in _send_all(channel, claims):
        phases.reached(Phase.SENT)
        _record(claim, answers, at=at + dt.timedelta(seconds=time.monotonic() - started))
        phases.reached(Phase.RECORDED)
    return len(claims)


def _claim(channel: Channel, at: dt.datetime, limit: int) -> list[_Claim]:
    """Lock what is due and nobody else's, and lease it. An endpoint that is switched off keeps its messages."""
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    switched_on = Q(endpoint=None) | Q(endpoint__enabled=True)
    due = Message.objects.filter(free, switched_on, channel=channel, status=Status.PENDING, due_at__lte=at)
    token = uuid4()
    with transaction.atomic(durable=True):
        room = IN_FLIGHT_MAX - _in_flight(channel, at)
        messages = list(
            due.order_by("due_at", "id")
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("event", "endpoint")[: max(0, min(limit, room))]
        )
        ids = [message.pk for message in messages]
        Message.objects.filter(pk__in=ids).update(lease_token=token, lease_until=at + retry.LEASE)
    return [_Claim(message.pk, token, _letter(message, at)) for message in messages]


def _in_flight(channel: Channel, at: dt.datetime) -> int:
    return Message.objects.filter(channel=channel, status=Status.PENDING, lease_until__gt=at).count()


def _letter(message: Message, at: dt.datetime) -> Letter:
    if message.event is None or message.endpoint is None:
        return SmsLetter(message_id=str(message.pk), phone=message.phone, text=message.sent_text)
    endpoint = message.endpoint
    keys = [endpoint.private_key()]
    if endpoint.previous_until is not None and at < endpoint.previous_until:
        keys.append(endpoint.previous_private_key())
    return WebhookLetter(
        message_id=str(message.pk),
        event_id=message.event.public_id,
        url=endpoint.url,
        body=message.event.body.encode(),
        private_keys=tuple(keys),
        sent_at=at,
    )


def _send_all(channel: Channel, claims: list[_Claim]) -> Iterator[tuple[_Claim, tuple[Answer, ...]]]:
    """All at once, each answer as it comes. The threads touch no database."""
    sender = channels.sender(channel)
    with ThreadPoolExecutor(max_workers=len(claims), thread_name_prefix="deliver") as threads:
        sent: dict[Future[tuple[Answer, ...]], _Claim] = {
            threads.submit(sender.send, claim.letter): claim for claim in claims
        }
        for done in as_completed(sent):
            yield sent[done], _answers(done)


def _answers(done: Future[tuple[Answer, ...]]) -> tuple[Answer, ...]:
    try:
        return done.result()
    except Exception as error:  # the other letters of the batch must still be written down
        log.exception("a channel broke")
        return (Unknown(answer=f"channel broke: {type(error).__name__}"),)


def _record(claim: _Claim, answers: tuple[Answer, ...], *, at: dt.datetime) -> None:
    with transaction.atomic(durable=True):
        message = Message.objects.select_for_update().get(pk=claim.message_id)
        for number, answer in enumerate(answers, start=message.attempts_made + 1):
            _keep_attempt(message, number, answer, at)
        message.attempts_made += len(answers)
        message.save(update_fields=["attempts_made"])
        _conclude(message, answers[-1], ours=message.lease_token == claim.token, at=at)


def _conclude(message: Message, last: Answer, *, ours: bool, at: dt.datetime) -> None:
    """Delivered counts whoever hears it. What is next is decided by the holder of the lease alone."""
    ended = {"due_at": None, "lease_token": None, "lease_until": None, "text_sealed": ""}
    if isinstance(last, Delivered):
        if message.status != Status.DELIVERED:
            message.move_to(Status.DELIVERED, at=at, by="system", fields={**ended, "acknowledged_at": at})
        return
    if not ours or message.status != Status.PENDING:
        return
    marks = retry.ladder(Channel(message.channel), message.purpose)
    due_at = retry.next_due(marks, since=message.ladder_from, at=at)
    if due_at is None:
        reason = f"not delivered in {message.attempts_made} attempts"
        message.move_to(Status.DEAD, at=at, by="system", reason=reason, fields=ended)
        log.warning("message given up", extra={"message_id": str(message.pk), "subject": message.subject})
        return
    Message.objects.filter(pk=message.pk).update(due_at=due_at, lease_token=None, lease_until=None)


def _keep_attempt(message: Message, number: int, answer: Answer, at: dt.datetime) -> None:
    match answer:
        case Delivered():
            outcome = Attempt.Outcome.DELIVERED
        case Refused():
            outcome = Attempt.Outcome.REFUSED
        case Unknown():
            outcome = Attempt.Outcome.UNKNOWN
        case _:
            assert_never(answer)
    Attempt.objects.create(
        message=message,
        number=number,
        at=at,
        outcome=outcome,
        http_status=answer.http_status,
        answer=answer.answer,
        duration_ms=answer.duration_ms,
        operator=answer.operator,
    )
