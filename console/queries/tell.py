"""How many notices a platform has not taken since a moment, counted up to a cap."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from common.paging import count_to_cap
from notifications.models import Event, Message
from notifications.rules import TEST_KIND
from notifications.states import Status
from platforms.models import Platform, WebhookEndpoint


@dataclass(frozen=True)
class Untaken:
    """One endpoint, and what it has not taken. `count`: COUNT_MAX + 1 for all that is more."""

    endpoint: WebhookEndpoint
    count: int


def untaken_since(platform: Platform, since: dt.datetime) -> list[Untaken]:
    endpoints = platform.endpoints.filter(enabled=True).order_by("created_at", "id")
    return [Untaken(endpoint, _count(endpoint, since)) for endpoint in endpoints]


def _count(endpoint: WebhookEndpoint, since: dt.datetime) -> int:
    events = Event.objects.filter(platform=endpoint.platform_id, created_at__gte=since).exclude(kind=TEST_KIND)
    if endpoint.event_types:
        events = events.filter(kind__in=endpoint.event_types)
    taken = Message.objects.filter(event=OuterRef("pk"), endpoint=endpoint, status=Status.DELIVERED)
    return count_to_cap(events.filter(~Exists(taken)).values("pk"))
