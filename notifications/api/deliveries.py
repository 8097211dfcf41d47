"""A delivery as the API answers it: one event to one endpoint, each try and what came back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from notifications.models import Message
from notifications.states import Status
from platforms.api.fields import Constant

_SHOWN = {Status.PENDING: "pending", Status.DELIVERED: "delivered", Status.DEAD: "given_up"}


@extend_schema_serializer(component_name="DeliveryAttempt")
class TryBody(serializers.Serializer[Any]):
    """One try to deliver, and what came back."""

    number = serializers.IntegerField(min_value=1)
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=["delivered", "refused", "unknown"])
    http_status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField()
    duration_ms = serializers.IntegerField(min_value=0)


@extend_schema_serializer(component_name="Delivery")
class DeliveryBody(serializers.Serializer[Any]):
    """One event to one endpoint."""

    object = Constant("delivery")
    id = serializers.RegexField("^dl_[0-9a-f]{32}$")
    event = serializers.RegexField("^evt_[0-9a-f]{32}$")
    event_type = serializers.CharField()
    subject = serializers.CharField()
    endpoint = serializers.RegexField("^we_[0-9a-f]{32}$")
    status = serializers.ChoiceField(choices=list(_SHOWN.values()))
    attempts_made = serializers.IntegerField(min_value=0)
    next_try_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    attempts = TryBody(many=True)


def delivery_body(message: Message) -> dict[str, Any]:
    """Event, endpoint and attempts of the message are read with it."""
    assert message.event is not None
    assert message.endpoint is not None
    return {
        "object": "delivery",
        "id": f"dl_{message.pk.hex}",
        "event": message.event.public_id,
        "event_type": message.purpose,
        "subject": message.subject,
        "endpoint": f"we_{message.endpoint.pk.hex}",
        "status": _SHOWN[Status(message.status)],
        "attempts_made": message.attempts_made,
        "next_try_at": _stamp(message.due_at),
        "acknowledged_at": _stamp(message.acknowledged_at),
        "created_at": _stamp(message.created_at),
        "attempts": [
            {
                "number": attempt.number,
                "at": _stamp(attempt.at),
                "outcome": attempt.outcome,
                "http_status": attempt.http_status,
                "answer": attempt.answer,
                "duration_ms": attempt.duration_ms,
            }
            for attempt in message.attempts.all()
        ],
    }


def _stamp(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
