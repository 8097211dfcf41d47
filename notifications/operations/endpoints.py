"""What is done with an endpoint and what waits for it: switched on, tried out, and given again what it missed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from common.jobs import run_soon
from notifications.models import Event, Message, MessageChange
from notifications.operations.circuit import make_due
from notifications.operations.telling import enqueue_delivery, keep_event, new_delivery
from notifications.rules import TEST_KIND
from notifications.states import Status
from platforms.errors import EndpointDisabled
from platforms.models import WebhookEndpoint
from platforms.operations.endpoints import lock_endpoint, switch_on, write

# Messages that one recovery makes or revives; what is beyond is another call's. Those that are pending anyway are
# made due without a limit: that is one statement.
RECOVERED_AT_ONCE = 5_000


@dataclass(frozen=True)
class Recovered:
    """How many deliveries are due now, and whether more are left for another call."""

    count: int
    has_more: bool


def enable_endpoint(*, endpoint_id: UUID, at: dt.datetime, by: str, reason: str = "") -> WebhookEndpoint:
    """On again. What waited for it is due at once, with a ladder as fresh as on the first day."""
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(endpoint_id)
        if switch_on(endpoint, at=at, by=by, reason=reason):
            make_due(Message.objects.filter(endpoint=endpoint), due_at=at, ladder_from=at)
            _wake()
    return endpoint


def send_test(*, endpoint_id: UUID, at: dt.datetime, by: str) -> Message:
    """An event `webhook.test` for this endpoint alone, whatever kinds it wants. Raises EndpointDisabled."""
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(endpoint_id)
        if not endpoint.enabled:
            raise EndpointDisabled
        event = keep_event(
            platform=endpoint.platform,
            kind=TEST_KIND,
            subject=endpoint.public_id,
            data={"object": "webhook_test", "endpoint": endpoint.public_id, "asked_by": by},
            at=at,
            ordering_key="",
        )
        message = enqueue_delivery(event, endpoint, at=at)
        write(endpoint, resting_until=None)
    return message


def recover_endpoint(*, endpoint_id: UUID, since: dt.datetime, at: dt.datetime, by: str) -> Recovered:
    """Make due everything since then that this endpoint wants and has not taken, each with a fresh ladder.

    Pending deliveries are made due, dead ones revived, missing ones made, in the order of their events.
    """
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(endpoint_id)
        events = _wanted(endpoint, since)
        pending = Message.objects.filter(endpoint=endpoint, event__in=events)
        count = make_due(pending, due_at=at, ladder_from=at)
        revived = _revive(endpoint, events, at=at, by=by)
        made = _make_missing(endpoint, events, at=at, by=by, limit=RECOVERED_AT_ONCE - revived)
        write(endpoint, resting_until=None)
        _wake()
    return Recovered(count + revived + made, has_more=revived + made == RECOVERED_AT_ONCE)


def _wanted(endpoint: WebhookEndpoint, since: dt.datetime) -> QuerySet[Event]:
    events = Event.objects.filter(platform=endpoint.platform, created_at__gte=since).exclude(kind=TEST_KIND)
    return events.filter(kind__in=endpoint.event_types) if endpoint.event_types else events


def _revive(endpoint: WebhookEndpoint, events: QuerySet[Event], *, at: dt.datetime, by: str) -> int:
    dead = Message.objects.filter(endpoint=endpoint, event__in=events, status=Status.DEAD).order_by("event_id")
    messages = list(dead.select_for_update(of=("self",))[:RECOVERED_AT_ONCE])
    fields = {"due_at": at, "ladder_from": at}
    Message.move_all(messages, Status.PENDING, at=at, by=by, reason="recovered", fields=fields)
    return len(messages)


def _make_missing(endpoint: WebhookEndpoint, events: QuerySet[Event], *, at: dt.datetime, by: str, limit: int) -> int:
    there = Message.objects.filter(event=OuterRef("pk"), endpoint=endpoint)
    missing = events.filter(~Exists(there)).order_by("id")[:limit]
    messages = Message.objects.bulk_create(
        (new_delivery(event, endpoint, at=at) for event in missing.defer("body")), batch_size=1_000
    )
    MessageChange.objects.bulk_create(
        (MessageChange(subject=message, step=0, after=Status.PENDING, at=at, by=by) for message in messages),
        batch_size=1_000,
    )
    return len(messages)


def _wake() -> None:
    run_soon("notifications.deliver_webhooks")
