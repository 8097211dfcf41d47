"""How the ways out are doing today: text messages by operator, and each platform's notices, keys and requests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, DateTimeField, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from common.clock import taipei_midnight, today_in_taipei
from notifications.models import Attempt, Message
from notifications.states import Channel, Status
from payments.models import Payment
from platforms.models import ApiKey, Platform, RequestNonce, WebhookEndpoint

# A key that ends sooner should have its successor by now.
EXPIRES_SOON = dt.timedelta(days=30)


@dataclass(frozen=True)
class OperatorToday:
    operator: str
    sent: int
    failed: int


@dataclass(frozen=True)
class TextsToday:
    operators: tuple[OperatorToday, ...]
    waiting: int
    given_up: int

    @property
    def sent(self) -> int:
        return sum(operator.sent for operator in self.operators)

    @property
    def failed(self) -> int:
        return sum(operator.failed for operator in self.operators)


@dataclass(frozen=True)
class PlatformHealth:
    """`tried` and `delivered` count today's deliveries; a platform without endpoints reads the feed and has none."""

    platform_id: UUID
    name: str
    is_enabled: bool
    endpoint_count: int
    endpoints_off: int
    tried: int
    delivered: int
    failing_since: dt.datetime | None
    keys_expiring: int
    next_expiry_at: dt.datetime | None
    last_request_at: dt.datetime | None

    @property
    def delivered_percent(self) -> float | None:
        return 100 * self.delivered / self.tried if self.tried else None


def texts_today(at: dt.datetime) -> TextsToday:
    tries = text_attempts(at).values("operator").order_by("operator")
    sent = Count("pk", filter=Q(outcome=Attempt.Outcome.DELIVERED))
    rows = tries.annotate(sent=sent, failed=Count("pk") - F("sent"))
    operators = tuple(OperatorToday(row["operator"], row["sent"], row["failed"]) for row in rows)
    waiting, given_up = texts_waiting(at).count(), texts_given_up(at).count()
    return TextsToday(operators, waiting, given_up)


def text_attempts(at: dt.datetime, *, operator: str = "", outcome: str = "") -> QuerySet[Attempt]:
    """Today's tries at an operator; `outcome`: sent or failed."""
    rows = Attempt.objects.filter(at__gte=_midnight(at), at__lte=at, message__channel=Channel.SMS)
    if operator:
        rows = rows.filter(operator=operator)
    if outcome:
        was_sent = Q(outcome=Attempt.Outcome.DELIVERED)
        rows = rows.filter(was_sent if outcome == "sent" else ~was_sent)
    return rows


def texts_waiting(at: dt.datetime) -> QuerySet[Message]:
    del at  # they wait now; every list is asked for at a time
    return Message.objects.filter(channel=Channel.SMS, status=Status.PENDING)


def texts_given_up(at: dt.datetime) -> QuerySet[Message]:
    """Made today, and no operator took them before their time was over."""
    return Message.objects.filter(channel=Channel.SMS, status=Status.DEAD, created_at__gte=_midnight(at))


def platforms_health(at: dt.datetime) -> list[PlatformHealth]:
    tries = _notices_today(at)
    found = []
    for row in _platforms(at):
        tried, delivered = tries.get(row["platform_id"], (0, 0))
        found.append(PlatformHealth(tried=tried, delivered=delivered, **row))
    return found


def _notices_today(at: dt.datetime) -> dict[UUID, tuple[int, int]]:
    """Platform → tries and deliveries."""
    notices = Attempt.objects.filter(at__gte=_midnight(at), at__lte=at, message__channel=Channel.WEBHOOK)
    rows = notices.values_list("message__endpoint__platform").order_by("message__endpoint__platform")
    counted = rows.annotate(tried=Count("pk"), delivered=Count("pk", filter=Q(outcome=Attempt.Outcome.DELIVERED)))
    return {platform: (tried, delivered) for platform, tried, delivered in counted}


def _platforms(at: dt.datetime) -> list[dict[str, Any]]:
    """Everything else of each, by the names of PlatformHealth."""
    # Each fact of a platform is grouped by itself: joined they would multiply each other.
    endpoints = WebhookEndpoint.objects.filter(platform=OuterRef("pk")).order_by().values("platform")
    usable = ApiKey.objects.filter(platform=OuterRef("pk"), revoked_at=None, expires_at__gt=at)
    ending = usable.filter(expires_at__lte=at + EXPIRES_SOON).order_by().values("platform")
    nonces = RequestNonce.objects.filter(key__platform=OuterRef("pk")).order_by().values("key__platform")
    # Nonces are soon forgotten; what a platform made stays.
    newest = Payment.objects.filter(platform=OuterRef("pk")).order_by("-created_at").values("created_at")[:1]
    rows = Platform.objects.annotate(
        platform_id=F("pk"),
        is_enabled=F("enabled"),
        endpoint_count=_number(endpoints.annotate(found=Count("pk"))),
        endpoints_off=_number(endpoints.annotate(found=Count("pk", filter=Q(enabled=False)))),
        failing_since=_moment(endpoints.annotate(found=Min("failing_since", filter=Q(enabled=True)))),
        keys_expiring=_number(ending.annotate(found=Count("pk"))),
        next_expiry_at=_moment(ending.annotate(found=Min("expires_at"))),
        last_request_at=Greatest(
            Subquery(newest, output_field=DateTimeField()), _moment(nonces.annotate(found=Max("seen_at")))
        ),
    )
    names = ("platform_id", "name", "is_enabled", "endpoint_count", "endpoints_off", "failing_since")
    return list(
        rows.order_by("-enabled", "name", "id").values(*names, "keys_expiring", "next_expiry_at", "last_request_at")
    )


def _number(grouped: QuerySet) -> Coalesce:  # type: ignore[type-arg]  # rows of any model, as a dictionary each
    return Coalesce(Subquery(grouped.values("found"), output_field=IntegerField()), 0)


def _moment(grouped: QuerySet) -> Subquery:  # type: ignore[type-arg]  # as above
    return Subquery(grouped.values("found"), output_field=DateTimeField())


def _midnight(at: dt.datetime) -> dt.datetime:
    return taipei_midnight(today_in_taipei(at))
