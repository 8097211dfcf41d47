"""What goes in and out at webhook endpoints and deliveries: each field named, typed, and bounded."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from common.api import StrictBody
from common.clock import stamp
from notifications.models import Attempt, Message
from notifications.rules import EVENT_KINDS
from notifications.states import Status
from platforms.api.fields import Bound, Code, Text, Words
from platforms.api.listing import ListQuery
from platforms.models import WebhookEndpoint
from platforms.rules import URL_LENGTH_MAX

OVERLAP_DEFAULT = 7 * 86_400
OVERLAP_MAX = 30 * 86_400
# pending, delivered and given_up: the platform's words for a message's status.
PLATFORM_SEES = {Status.PENDING: "pending", Status.DELIVERED: "delivered", Status.DEAD: "given_up"}
DELIVERY_ID, ENDPOINT_ID, EVENT_ID = "dl_[0-9a-f]{32}", "we_[0-9a-f]{32}", "evt_[0-9a-f]{32}"


class NewWebhookEndpoint(StrictBody):
    """Where notices go, and which kinds of events; an empty list is every kind."""

    url = Text(max_length=URL_LENGTH_MAX)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(EVENT_KINDS), default=list, max_length=len(EVENT_KINDS)
    )
    description = Text(max_length=200, default="", allow_blank=True)


class WebhookEndpointChange(StrictBody):
    """What isn't given stays as it is."""

    url = Text(max_length=URL_LENGTH_MAX, required=False)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(EVENT_KINDS), required=False, max_length=len(EVENT_KINDS)
    )
    description = Text(max_length=200, required=False, allow_blank=True)


class WebhookRotation(StrictBody):
    """For how long the old key and the old secret sign beside the new ones."""

    overlap_seconds = serializers.IntegerField(min_value=0, max_value=OVERLAP_MAX, default=OVERLAP_DEFAULT)


class WebhookRecovery(StrictBody):
    since = Bound(help_text="Everything that happened from this time on.")


class DeliveryQuery(ListQuery):
    endpoint = Code(ENDPOINT_ID, required=False, help_text="The endpoint it goes to.")
    event = Code(EVENT_ID, required=False, help_text="The event it tells of.")
    subject = Code(
        "[A-Za-z0-9_-]{1,60}",
        required=False,
        help_text="The id of a payment or refund, or of an endpoint for its tests.",
    )
    status = Words(words=sorted(PLATFORM_SEES.values()), required=False, help_text="One of these, parted by commas.")
    created_from = Bound(required=False, help_text="Made at this time or later.")
    created_before = Bound(required=False, help_text="Made before this time.")


@extend_schema_serializer(component_name="WebhookEndpoint")
class WebhookEndpointBody(serializers.Serializer[Any]):
    """An endpoint; `backlog` counts the notices that it has not taken yet."""

    object = serializers.CharField()
    id = serializers.RegexField(f"^{ENDPOINT_ID}$")
    url = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    event_types = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.ChoiceField(WebhookEndpoint.DisabledReason.values, allow_null=True)
    public_keys = serializers.ListField(child=serializers.CharField(), help_text="Each key that signs now: whpk_…")
    previous_until = serializers.DateTimeField(allow_null=True)
    backlog = serializers.IntegerField(min_value=0)
    failing_since = serializers.DateTimeField(allow_null=True, help_text="Since when nothing gets through.")
    last_delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="WebhookEndpointWithSecret")
class WebhookEndpointWithSecret(WebhookEndpointBody):
    """The only answers that show the secret: keep it now."""

    secret = serializers.CharField(help_text="whsec_ and base64 of 32 bytes.")


@extend_schema_serializer(component_name="WebhookRecovered")
class WebhookRecoveryBody(serializers.Serializer[Any]):
    """`count` deliveries are due now. With `has_more` ask again with the same time: a call does a few thousand."""

    object = serializers.CharField()
    since = serializers.DateTimeField()
    count = serializers.IntegerField(min_value=0)
    has_more = serializers.BooleanField()


@extend_schema_serializer(component_name="DeliveryAttempt")
class DeliveryAttemptBody(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1)
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(Attempt.Outcome.values)
    http_status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    duration_ms = serializers.IntegerField(min_value=0)


@extend_schema_serializer(component_name="Delivery")
class DeliveryBody(serializers.Serializer[Any]):
    """One event on its way to one endpoint. `attempts` are the newest 100, in a list of deliveries the newest 10."""

    object = serializers.CharField()
    id = serializers.RegexField(f"^{DELIVERY_ID}$")
    event = serializers.RegexField(f"^{EVENT_ID}$")
    event_type = serializers.CharField()
    subject = serializers.CharField()
    endpoint = serializers.RegexField(f"^{ENDPOINT_ID}$")
    status = serializers.ChoiceField(sorted(PLATFORM_SEES.values()))
    attempts_made = serializers.IntegerField(min_value=0)
    next_try_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    attempts = DeliveryAttemptBody(many=True)


def endpoint_body(endpoint: WebhookEndpoint, *, backlog: int, at: dt.datetime) -> dict[str, Any]:
    return {
        "object": "webhook_endpoint",
        "id": endpoint.public_id,
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": endpoint.event_types,
        "enabled": endpoint.enabled,
        "disabled_at": stamp(endpoint.disabled_at),
        "disabled_reason": endpoint.disabled_reason or None,
        "public_keys": endpoint.public_keys(at),
        "previous_until": stamp(endpoint.previous_until) if endpoint.is_rotating(at) else None,
        "backlog": backlog,
        "failing_since": stamp(endpoint.failing_since),
        "last_delivered_at": stamp(endpoint.last_delivered_at),
        "created_at": stamp(endpoint.created_at),
    }


def delivery_body(message: Message) -> dict[str, Any]:
    """Of a message to an endpoint, with its attempts fetched."""
    assert message.event is not None, f"{message} is no delivery"
    assert message.endpoint is not None, f"{message} is no delivery"
    return {
        "object": "delivery",
        "id": message.public_id,
        "event": message.event.public_id,
        "event_type": message.event.kind,
        "subject": message.subject,
        "endpoint": message.endpoint.public_id,
        "status": PLATFORM_SEES[Status(message.status)],
        "attempts_made": message.attempts_made,
        "next_try_at": stamp(message.next_try_at),
        "acknowledged_at": stamp(message.acknowledged_at),
        "created_at": stamp(message.created_at),
        "attempts": [
            {
                "number": attempt.number,
                "at": stamp(attempt.at),
                "outcome": attempt.outcome,
                "http_status": attempt.http_status,
                "answer": attempt.answer,
                "duration_ms": attempt.duration_ms,
            }
            for attempt in message.attempts.all()
        ],
    }


def recovery_body(since: dt.datetime, *, count: int, has_more: bool) -> dict[str, Any]:
    return {"object": "recovery", "since": stamp(since), "count": count, "has_more": has_more}
