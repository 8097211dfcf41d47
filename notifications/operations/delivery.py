"""Delivering what is due: claim with a lease, send outside any transaction, write down what came back."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any, Final, assert_never

from django.db import transaction

from common import phases
from common.outbound import refuse_inside_transaction
from notifications import channels, retry
from notifications.channels.port import Answer, Delivered, Refused, Unknown
from notifications.models import Attempt, Message
from notifications.operations import circuit
from notifications.operations.claiming import BATCH, Claim, claim
from notifications.states import Channel, Phase, Status
from platforms.models import WebhookEndpoint
from platforms.operations.endpoints import lock_endpoint

log = logging.getLogger(__name__)

_ENDED: Final[dict[str, Any]] = {"due_at": None, "lease_token": None, "lease_until": None, "text_sealed": ""}


def deliver_due(*, channel: Channel, at: dt.datetime, limit: int = BATCH) -> int:
    """Send what is due on this channel, at most `limit` at once; how many were tried.

    A process that dies between sending and writing down leaves a lease that runs out: the same id and the same bytes
    go out again. `at` is the time of the call; answers are dated by how much later they came.
    """
    started = time.monotonic()
    claims = claim(channel, at, limit)
    if not claims:
        return 0
    phases.reached(Phase.CLAIMED)
    refuse_inside_transaction()
    for sent, answers in _send_all(channel, claims):
        phases.reached(Phase.SENT)
        _record(sent, answers, at=at + dt.timedelta(seconds=time.monotonic() - started))
        phases.reached(Phase.RECORDED)
    return len(claims)


def _send_all(channel: Channel, claims: list[Claim]) -> Iterator[tuple[Claim, tuple[Answer, ...]]]:
    """All at once, each answer as it comes. The threads touch no database."""
    sender = channels.sender(channel)
    with ThreadPoolExecutor(max_workers=len(claims), thread_name_prefix="deliver") as threads:
        sent: dict[Future[tuple[Answer, ...]], Claim] = {threads.submit(sender.send, one.letter): one for one in claims}
        for done in as_completed(sent):
            yield sent[done], _answers(done)


def _answers(done: Future[tuple[Answer, ...]]) -> tuple[Answer, ...]:
    try:
        return done.result()
    except Exception as error:  # the other letters of the batch must still be written down
        log.exception("a channel broke")
        return (Unknown(answer=f"channel broke: {type(error).__name__}"),)


def _record(claim: Claim, answers: tuple[Answer, ...], *, at: dt.datetime) -> None:
    """The endpoint is locked before its message, as everywhere."""
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(claim.endpoint_id) if claim.endpoint_id else None
        message = Message.objects.select_for_update().get(pk=claim.message_id)
        for number, answer in enumerate(answers, start=message.attempts_made + 1):
            _keep_attempt(message, number, answer, at)
        message.attempts_made += len(answers)
        message.save(update_fields=["attempts_made"])
        _conclude(message, endpoint, answers[-1], ours=message.lease_token == claim.token, at=at)


def _conclude(message: Message, endpoint: WebhookEndpoint | None, last: Answer, *, ours: bool, at: dt.datetime) -> None:
    """Delivered counts whoever hears it. What is next is decided by the holder of the lease alone."""
    if isinstance(last, Delivered):
        if message.status != Status.DELIVERED:
            message.move_to(Status.DELIVERED, at=at, by="system", fields={**_ENDED, "acknowledged_at": at})
        if endpoint is not None:
            circuit.close(endpoint, at=at)
    elif ours and message.status == Status.PENDING:
        _try_again(message, _next_try(message, endpoint, last, at=at), at=at)
        if endpoint is not None:
            _give_up_overdue(endpoint, at)


def _next_try(
    message: Message, endpoint: WebhookEndpoint | None, last: Answer, *, at: dt.datetime
) -> dt.datetime | None:
    if endpoint is not None:
        return circuit.next_try(endpoint, message, last, at=at)
    marks = retry.ladder(Channel(message.channel), message.purpose)
    return retry.next_due(marks, since=message.ladder_from, at=at)


def _try_again(message: Message, due_at: dt.datetime | None, *, at: dt.datetime) -> None:
    if due_at is not None:
        Message.objects.filter(pk=message.pk).update(due_at=due_at, lease_token=None, lease_until=None)
        return
    reason = f"not delivered in {message.attempts_made} attempts"
    message.move_to(Status.DEAD, at=at, by="system", reason=reason, fields=_ENDED)
    log.warning("message given up", extra={"message_id": str(message.pk), "subject": message.subject})


def _give_up_overdue(endpoint: WebhookEndpoint, at: dt.datetime) -> None:
    waited = circuit.overdue(endpoint, at=at)
    Message.move_all(
        waited,
        Status.DEAD,
        at=at,
        by="system",
        reason="the endpoint took nothing until the ladder ended",
        fields=_ENDED,
    )
    if waited:
        log.warning("messages given up", extra={"endpoint": endpoint.public_id, "count": len(waited)})


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
