"""A refund as the API answers it: every field named and typed, what happens next, and what was expanded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from notifications.api.events import event_body
from notifications.queries import events_of
from payments.api.bodies import NextBody, minor
from payments.api.bodies import body_of as payment_body_of
from payments.models import Payment
from platforms.api.fields import Component, Constant
from refunds import events, queries
from refunds.models import Deferral, Refund
from refunds.states import PLATFORM_SEES

STATUSES = tuple(dict.fromkeys(PLATFORM_SEES.values()))
REFUND_ID = "RF-[0-9A-Z]{14}"


@extend_schema_serializer(component_name="Deferral")
class DeferralBody(serializers.Serializer[Any]):
    """A refund moved to another date, and why."""

    reason = serializers.ChoiceField(choices=Deferral.Reason.values)
    old_date = serializers.DateField()
    new_date = serializers.DateField()
    old_latest_date = serializers.DateField()
    new_latest_date = serializers.DateField()
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Refund")
class RefundBody(serializers.Serializer[Any]):
    """Money of one paid order on its way back. Amounts are whole TWD."""

    object = Constant("refund")
    id = serializers.RegexField(f"^{REFUND_ID}$")
    refund_number = serializers.CharField()
    payment = Component("Payment", or_id=True, help_text="Its id; with expand=payment the payment itself.")
    order_number = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    money_moved = serializers.ChoiceField(choices=["no", "yes", "unknown"])
    currency = Constant("TWD")
    amount_minor = minor(help_text="Of the order amount.")
    charge_minor = minor(help_text="Of the charge.")
    total_minor = minor(help_text="Both: what the account is credited with.")
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    accepted_date = serializers.DateField(allow_null=True)
    expected_credit_date = serializers.DateField(allow_null=True)
    latest_credit_date = serializers.DateField(allow_null=True)
    credit_date = serializers.DateField(allow_null=True)
    calendar_version = serializers.IntegerField(allow_null=True)
    overdue = serializers.BooleanField()
    credited_at = serializers.DateTimeField(allow_null=True)
    deferrals = DeferralBody(many=True)
    next = NextBody()
    events = Component(
        "Event", many=True, required=False, help_text="With expand=events: the newest, at most 20 of a refund."
    )


def bodies_of(refunds: Sequence[Refund], at: dt.datetime, *, expand: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Many refunds with what was asked to be expanded: a statement for each name, however many refunds."""
    bodies = [{**events.refund_body(refund, at), "next": queries.what_next(refund, at)} for refund in refunds]
    told = events_of([refund.reference for refund in refunds]) if "events" in expand else {}
    for refund, body in zip(refunds, bodies, strict=True):
        if "payment" in expand:
            body["payment"] = payment_body_of(refund.payment, at)
        if "events" in expand:
            body["events"] = [event_body(event) for event in told[refund.reference]]
    return bodies


def refunds_by_payment(payments: Sequence[Payment], at: dt.datetime) -> Mapping[UUID, list[dict[str, Any]]]:
    """The newest refunds of each payment, as the payments API shows them when asked to."""
    prefetch_related_objects(payments, queries.newest_refunds())
    return {payment.pk: bodies_of(payment.newest_refunds, at) for payment in payments}  # type: ignore[attr-defined]  # prefetched
