"""What is to be told: rows that commit with the move they tell of, and the wish to have it told again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from common.clock import stamp
from common.jobs import run_soon
from common.references import new_id
from common.rows import insert_together
from common.sealing import seal
from notifications import retry, rules
from notifications.models import Event, Message, Retelling
from notifications.states import Channel, Status
from platforms.models import Platform, WebhookEndpoint

_WAKE = {Channel.WEBHOOK: "notifications.deliver_webhooks", Channel.SMS: "notifications.deliver_sms"}


def enqueue_event(
    *,
    platform: Platform,
    kind: str,
    subject: str,
    data: dict[str, Any],
    at: dt.datetime,
    ordering_key: str = "",
) -> Event:
    """Keep an event, and a message for each endpoint that wants it, switched on or off. Joins the caller's transaction.

    The body's bytes are fixed here: {"id": "evt_…", "type": kind, "created_at": "2026-11-23T05:12:07.120Z", "data": {…}}.
    Events with one `ordering_key` reach an endpoint one after the other; without one the subject is the key.
    """
    key = ordering_key or subject
    event = _new_event(platform=platform, kind=kind, subject=subject, data=data, at=at, ordering_key=key)
    wanting = [endpoint for endpoint in platform.endpoints.order_by("created_at", "id") if endpoint.wants(kind)]
    _keep(event, *(new_delivery(event, endpoint, at=at) for endpoint in wanting))
    return event


def keep_event(
    *, platform: Platform, kind: str, subject: str, data: dict[str, Any], at: dt.datetime, ordering_key: str
) -> Event:
    """The event alone, for the feed."""
    event = _new_event(platform=platform, kind=kind, subject=subject, data=data, at=at, ordering_key=ordering_key)
    _keep(event)
    return event


def enqueue_delivery(event: Event, endpoint: WebhookEndpoint, *, at: dt.datetime) -> Message:
    """The message that brings this event to this endpoint."""
    return _enqueue(new_delivery(event, endpoint, at=at))


def new_delivery(event: Event, endpoint: WebhookEndpoint, *, at: dt.datetime) -> Message:
    """Its row, due at once and not yet saved."""
    return Message(
        channel=Channel.WEBHOOK,
        event=event,
        endpoint=endpoint,
        purpose=event.kind,
        subject=event.subject,
        ordering_key=event.ordering_key,
        status=Status.PENDING,
        created_at=at,
        ladder_from=at,
        due_at=at,
    )


def enqueue_sms(*, purpose: str, subject: str, phone: str, text: str, at: dt.datetime) -> Message:
    """Keep a text message, once for ever per (purpose, subject): the second call gives the first's row.

    Joins the caller's transaction. `phone` is E.164. The text of a one-time code is sealed, and erased once sent.
    """
    assert transaction.get_connection().in_atomic_block, "a text message joins the transaction of the move it tells of"
    known = Message.objects.filter(channel=Channel.SMS, purpose=purpose, subject=subject).first()
    if known is not None:
        return known
    secret = purpose in retry.ONE_TIME_PURPOSES
    return _enqueue(
        Message(
            channel=Channel.SMS,
            recipient_sealed=seal(phone),
            purpose=purpose,
            subject=subject,
            text=rules.hide_codes(text) if secret else text,
            text_sealed=seal(text) if secret else "",
            status=Status.PENDING,
            created_at=at,
            ladder_from=at,
            due_at=at,
        )
    )


def tell_again(*, subject: str, at: dt.datetime, by: str, reason: str = "") -> bool:
    """Make what the platform hasn't taken of this subject due now: the same messages, no new ones.

    Joins the caller's transaction. False, and nothing done, when a customer asks again within ten minutes; staff may
    ask at any time.
    """
    assert transaction.get_connection().in_atomic_block, "telling again joins the caller's transaction"
    undelivered = Message.objects.filter(channel=Channel.WEBHOOK, subject=subject).exclude(status=Status.DELIVERED)
    messages = _locked(undelivered)
    if not _is_staff(by) and _told_lately(subject, at):
        return False
    if messages:
        Retelling.objects.create(subject=subject, at=at, by=by, reason=reason[:300])
    for message in messages:
        _make_due(message, at=at, by=by, reason=reason)
    return True


def resend_message(*, message_id: UUID, at: dt.datetime, by: str, reason: str) -> bool:
    """Staff or the platform have one message sent again, a dead one revived with a fresh ladder.

    False when it was delivered, or is a one-time code that was given up: its text is gone, and its time too. An endpoint
    that rests is tried at once: whoever asks believes that it is back.
    """
    with transaction.atomic(durable=True):
        WebhookEndpoint.objects.filter(messages=message_id).update(resting_until=None)
        message = Message.objects.select_for_update().get(pk=message_id)
        erased = message.status == Status.DEAD and message.purpose in retry.ONE_TIME_PURPOSES
        if message.status == Status.DELIVERED or erased:
            return False
        Retelling.objects.create(subject=message.subject, at=at, by=by, reason=reason[:300])
        _make_due(message, at=at, by=by, reason=reason)
    return True


def _new_event(
    *, platform: Platform, kind: str, subject: str, data: dict[str, Any], at: dt.datetime, ordering_key: str
) -> Event:
    event = Event(id=new_id(), platform=platform, kind=kind, subject=subject, created_at=at)
    event.ordering_key = ordering_key or event.public_id
    body = {"id": event.public_id, "type": kind, "created_at": stamp(at), "data": data}
    event.body = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return event


def _keep(event: Event, *messages: Message) -> None:
    """Event, messages and their first change rows, in one statement."""
    assert transaction.get_connection().in_atomic_block, "an event joins the transaction of the move it tells of"
    insert_together(event, *messages, *(message.birth(at=message.created_at, by="system") for message in messages))
    run_soon("notifications.number_events")
    if messages:
        run_soon(_WAKE[Channel.WEBHOOK])


def _enqueue(message: Message) -> Message:
    insert_together(message, message.birth(at=message.created_at, by="system"))
    run_soon(_WAKE[Channel(message.channel)])
    return message


def _make_due(message: Message, *, at: dt.datetime, by: str, reason: str) -> None:
    if message.status == Status.DEAD:
        message.move_to(Status.PENDING, at=at, by=by, reason=reason, fields={"due_at": at, "ladder_from": at})
    else:
        message.due_at = at
        message.save(update_fields=["due_at"])
    run_soon(_WAKE[Channel(message.channel)])


def _locked(messages: QuerySet[Message]) -> list[Message]:
    return list(messages.order_by("id").select_for_update(of=("self",)))


def _told_lately(subject: str, at: dt.datetime) -> bool:
    return Retelling.objects.filter(subject=subject, at__gt=at - retry.RETELL_EVERY).exists()


def _is_staff(by: str) -> bool:
    return by.startswith("staff:")
