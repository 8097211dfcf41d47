"""The circuit of an endpoint: what an answer says about it as a whole, and what waits while nothing gets through.

Every function here joins the caller's transaction, which has locked the endpoint.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db.models import QuerySet

from notifications import retry
from notifications.channels.port import Answer
from notifications.models import Attempt, Message
from notifications.retry import Concern
from notifications.states import Status
from platforms.models import WebhookEndpoint
from platforms.operations.endpoints import switch_off, write

log = logging.getLogger(__name__)

# While nothing is failing, a success is written down no more often than this: an endpoint's row is one for all.
_NOTED_EVERY = dt.timedelta(seconds=1)
# How many overdue messages of a failing endpoint are given up after one of its probes.
_GIVEN_UP_AT_ONCE = 500


def close(endpoint: WebhookEndpoint, *, at: dt.datetime) -> None:
    """It took something: what waits for it goes out, and what it refused before is tried again.

    While it rests this is a late answer to what was sent before: the rest goes on, since it may have been asked for.
    """
    if endpoint.resting_until is not None and at < endpoint.resting_until:
        write(endpoint, last_delivered_at=at)
        return
    if endpoint.failing_since is not None:
        log.info("endpoint answers again", extra={"endpoint": endpoint.public_id})
        make_due(Message.objects.filter(endpoint=endpoint, due_at__gt=at), due_at=at)
    noted = endpoint.last_delivered_at is not None and at - endpoint.last_delivered_at < _NOTED_EVERY
    if not noted or endpoint.failing_since or endpoint.resting_until or endpoint.refused_in_row:
        write(endpoint, failing_since=None, resting_until=None, refused_in_row=0, last_delivered_at=at)


def make_due(messages: QuerySet[Message], **fields: Any) -> int:
    """Write `due_at` (and where the ladder begins anew) of those that are pending, however many; how many.

    One that someone else has locked is being sent or made due at this moment, and needs nothing from us.
    """
    free = messages.filter(status=Status.PENDING).select_for_update(of=("self",), skip_locked=True)
    return Message.objects.filter(pk__in=free.values("pk")).update(**fields)


def next_try(endpoint: WebhookEndpoint, message: Message, answer: Answer, *, at: dt.datetime) -> dt.datetime | None:
    """When this message is due again after an answer that was no yes; None when its ladder has ended.

    What concerns the endpoint opens the circuit: it rests, and then one message at a time is tried until one is taken.
    """
    match _concern(endpoint, message, answer):
        case Concern.GONE:
            _switch_off(endpoint, at)
            return at
        case Concern.MESSAGE:
            _count_refusal(endpoint, message, answer)
            if endpoint.failing_since is None and endpoint.refused_in_row < retry.REFUSED_IN_ROW_MAX:
                return retry.next_due(retry.LADDER, since=message.ladder_from, at=at)
            return _open(endpoint, message, answer, at=at)
        case Concern.ENDPOINT:
            return _open(endpoint, message, answer, at=at)


def overdue(endpoint: WebhookEndpoint, *, at: dt.datetime) -> list[Message]:
    """Messages that waited behind a failing endpoint until their own ladder ended, locked: the probe spoke for them."""
    if endpoint.failing_since is None or not endpoint.enabled:
        return []
    waiting = Message.objects.filter(
        endpoint=endpoint, status=Status.PENDING, lease_until=None, ladder_from__lte=at - retry.LADDER[-1]
    )
    return list(waiting.order_by("event_id").select_for_update(of=("self",), skip_locked=True)[:_GIVEN_UP_AT_ONCE])


def _concern(endpoint: WebhookEndpoint, message: Message, answer: Answer) -> Concern:
    """A message that failed before, at an endpoint that has taken others since, is itself the trouble: its receiver
    breaks over this one event, and the other payments' must not wait for it."""
    concern = retry.concern_of(answer.http_status)
    if concern is Concern.ENDPOINT and endpoint.failing_since is None and endpoint.last_delivered_at is not None:
        before = Attempt.objects.filter(message=message, number=message.attempts_made - 1).first()
        if before is not None and before.at < endpoint.last_delivered_at:
            return Concern.MESSAGE
    return concern


def _count_refusal(endpoint: WebhookEndpoint, message: Message, answer: Answer) -> None:
    """Of what it refuses only first tries count, so that one message can't be several; of silence each."""
    counts = message.attempts_made == 1 or retry.concern_of(answer.http_status) is Concern.ENDPOINT
    if counts and endpoint.refused_in_row < retry.REFUSED_IN_ROW_MAX:
        write(endpoint, refused_in_row=endpoint.refused_in_row + 1)


def _open(endpoint: WebhookEndpoint, message: Message, answer: Answer, *, at: dt.datetime) -> dt.datetime | None:
    due_at = retry.next_probe(
        since=message.ladder_from, at=at, http_status=answer.http_status, retry_after=answer.retry_after
    )
    if endpoint.failing_since is None:
        log.warning("endpoint fails", extra={"endpoint": endpoint.public_id, "status": answer.http_status})
    write(
        endpoint,
        failing_since=endpoint.failing_since or at,
        # A message whose own ladder has ended leaves its endpoint to be probed with the next one.
        resting_until=due_at or at + retry.PROBE_EVERY,
        last_failed_at=at,
        last_failure=" ".join(part for part in (str(answer.http_status or ""), answer.answer) if part)[:120],
    )
    return due_at


def _switch_off(endpoint: WebhookEndpoint, at: dt.datetime) -> None:
    """410: its owner says that nothing is there any more. Its messages wait for someone to switch it on again."""
    switch_off(endpoint, why=WebhookEndpoint.DisabledReason.GONE, at=at, by="system", reason="answered 410")
    log.warning("endpoint gone", extra={"endpoint": endpoint.public_id})
