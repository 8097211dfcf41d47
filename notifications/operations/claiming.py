"""Claiming what is due: fairly between endpoints, in order within a payment, and one probe of an endpoint that fails."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q

from common import clock
from notifications import retry
from notifications.channels.port import Letter, SmsLetter, WebhookLetter
from notifications.models import Message
from notifications.states import Channel, Status

# How many are on their way at once in one process: one that hangs holds up its own batch by 15 s at most.
BATCH = 16
# And in all processes together.
IN_FLIGHT_MAX = 64
# And to one endpoint: a platform that hangs must not take up every worker there is.
IN_FLIGHT_PER_ENDPOINT = 8
# An endpoint that has let a notice wait for so long is sent one more at most until it has answered.
SLOW_AFTER = dt.timedelta(seconds=3)
_IN_FLIGHT_WHILE_SLOW = 2
# Each batch with a probe in it may hang for 15 s, and its thread with it: so many at once in all processes.
_PROBING_BATCHES_MAX = 2

_LOCK = "notifications.claim"

# Not on its way, and not behind another one of its order. The latter is asked row by row, in the order of an index: no
# plan may begin by sorting a backlog of a hundred thousand.
_READY = """m.endpoint_id = endpoint.id AND m.status = 'pending' AND (m.lease_until IS NULL OR m.lease_until <= %(at)s)
    AND m.id = (SELECT b.id FROM notifications_message b
        WHERE b.endpoint_id = m.endpoint_id AND b.ordering_key = m.ordering_key AND b.status = 'pending'
        ORDER BY b.event_id LIMIT 1)"""

# Endpoints that are on and don't rest, with the room that each has left; of each what is due and ready; and of these
# one of each endpoint in turn, what fails last. The one probe of an endpoint that fails is the message that was not
# tried yet, or else the one tried longest ago, whether its own mark has come or not.
_FAIR = f"""
    WITH endpoint AS (
        SELECT e.id, e.failing_since IS NOT NULL AS fails,
            CASE WHEN e.failing_since IS NOT NULL THEN 1 WHEN flying.until <= %(slow_until)s THEN %(slow)s
                 ELSE %(each)s END - flying.count AS room
        FROM platforms_webhookendpoint e
        CROSS JOIN LATERAL (SELECT count(*) AS count, min(f.lease_until) AS until FROM notifications_message f
            WHERE f.endpoint_id = e.id AND f.status = 'pending' AND f.lease_until > %(at)s) flying
        WHERE e.enabled AND (e.resting_until IS NULL OR e.resting_until <= %(at)s)
    ), probing AS (
        SELECT count(DISTINCT f.lease_token) AS batches
        FROM notifications_message f JOIN platforms_webhookendpoint e ON e.id = f.endpoint_id
        WHERE f.status = 'pending' AND f.lease_until > %(at)s AND e.failing_since IS NOT NULL
    ), due AS (
        SELECT ready.*, false AS fails, endpoint.room,
            row_number() OVER (PARTITION BY endpoint.id ORDER BY ready.due_at, ready.event_id) AS turn
        FROM endpoint CROSS JOIN LATERAL (
            SELECT m.id, m.due_at, m.event_id FROM notifications_message m WHERE m.due_at <= %(at)s AND {_READY}
            ORDER BY m.due_at, m.event_id LIMIT %(each)s) ready
        WHERE NOT endpoint.fails AND endpoint.room > 0
        UNION ALL
        SELECT probe.id, probe.due_at, probe.event_id, true, endpoint.room, 1
        FROM endpoint CROSS JOIN probing CROSS JOIN LATERAL (
            (SELECT 1 AS rank, m.id, m.due_at, m.event_id FROM notifications_message m
             WHERE m.attempts_made = 0 AND {_READY} ORDER BY m.due_at, m.event_id LIMIT 1)
            UNION ALL
            (SELECT 2, m.id, m.due_at, m.event_id FROM notifications_message m
             WHERE {_READY} ORDER BY m.due_at, m.event_id LIMIT 1)
            ORDER BY rank LIMIT 1) probe
        WHERE endpoint.fails AND endpoint.room > 0 AND probing.batches < %(probing)s
    )
    SELECT m.id FROM notifications_message m JOIN due USING (id) WHERE due.turn <= due.room
    ORDER BY due.turn, due.fails, due.due_at, m.event_id LIMIT %(limit)s
    FOR UPDATE OF m SKIP LOCKED
"""  # noqa: S608 - put together from literals; every value is a parameter


@dataclass(frozen=True)
class Claim:
    message_id: UUID
    endpoint_id: UUID | None
    token: UUID
    letter: Letter


def claim(channel: Channel, at: dt.datetime, limit: int) -> list[Claim]:
    """Lock what is due and nobody else's, and lease it. One process claims at a time, so that the caps are exact."""
    token = uuid4()
    with transaction.atomic(durable=True):
        _wait_for_ones_turn(channel)
        room = max(0, min(limit, BATCH, IN_FLIGHT_MAX - _in_flight(channel, at)))
        ids = _fair_share(at, room) if channel is Channel.WEBHOOK else _oldest_due(channel, at, room)
        Message.objects.filter(pk__in=ids).update(lease_token=token, lease_until=at + retry.LEASE)
        messages = Message.objects.select_related("event", "endpoint").in_bulk(ids)
    return [Claim(pk, messages[pk].endpoint_id, token, _letter(messages[pk], at)) for pk in ids]


def _wait_for_ones_turn(channel: Channel) -> None:
    """And keep to the indexes: a table that was empty when it was last counted is thought to be so, and is read whole for
    each row of a backlog that has come since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{_LOCK} {channel}"],
        )


def _in_flight(channel: Channel, at: dt.datetime) -> int:
    return Message.objects.filter(channel=channel, status=Status.PENDING, lease_until__gt=at).count()


def _fair_share(at: dt.datetime, limit: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_FAIR, _facts(at, limit))
        return [message_id for (message_id,) in cursor.fetchall()]


def _facts(at: dt.datetime, limit: int) -> dict[str, dt.datetime | int]:
    return {
        "at": at,
        "limit": limit,
        "each": IN_FLIGHT_PER_ENDPOINT,
        "slow": _IN_FLIGHT_WHILE_SLOW,
        # What was leased before this ends before that.
        "slow_until": at + retry.LEASE - SLOW_AFTER,
        "probing": _PROBING_BATCHES_MAX,
    }


def _oldest_due(channel: Channel, at: dt.datetime, limit: int) -> list[UUID]:
    free = Q(lease_until=None) | Q(lease_until__lte=at)
    due = Message.objects.filter(free, channel=channel, status=Status.PENDING, due_at__lte=at)
    locked = due.order_by("due_at", "id").select_for_update(of=("self",), skip_locked=True)
    return list(locked.values_list("pk", flat=True)[:limit])


def _letter(message: Message, at: dt.datetime) -> Letter:
    if message.event is None or message.endpoint is None:
        return SmsLetter(message_id=str(message.pk), phone=message.phone, text=message.sent_text)
    endpoint = message.endpoint
    keys, secrets = [endpoint.private_key()], [endpoint.secret()]
    if endpoint.is_rotating(at):
        keys.append(endpoint.previous_private_key())
        secrets.append(endpoint.previous_secret())
    return WebhookLetter(
        message_id=str(message.pk),
        event_id=message.event.public_id,
        url=endpoint.url,
        body=message.event.body.encode(),
        private_keys=tuple(keys),
        # A receiver checks it against its own clock, which no test clock moves.
        sent_at=at - clock.offset(),
        secrets=tuple(filter(None, secrets)),
    )
