"""A payment as the API answers it: every field named and typed, what happens next, and what was expanded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from common.money import MINOR_DIGITS
from notifications.api.events import event_body
from notifications.queries import events_of
from payments import events, queries
from payments.models import Payment
from payments.queries import HOLDERS
from payments.states import PLATFORM_SEES
from platforms.api.fields import Component, Constant

STATUSES = tuple(dict.fromkeys(PLATFORM_SEES.values()))
PAYMENT_ID = "PAY-[0-9A-Z]{14}"
# By the id of each payment: what stands under the expanded name.
Expander = Callable[[Sequence[Payment], dt.datetime], Mapping[UUID, Any]]


def minor(**options: Any) -> serializers.IntegerField:
    """An amount in whole minor units."""
    return serializers.IntegerField(min_value=0, **options)


@extend_schema_serializer(component_name="PaymentAmounts")
class AmountsBody(serializers.Serializer[Any]):
    """What the goods cost in `currency`, and what that makes in `settlement_currency`. All in whole minor units."""

    currency = serializers.ChoiceField(choices=sorted(MINOR_DIGITS))
    product_minor = minor()
    shipping_minor = minor()
    discount_minor = minor()
    rate = serializers.RegexField(r"^[0-9]+(\.[0-9]+)?$", help_text="TWD for one unit of `currency`.")
    rate_source = serializers.CharField()
    rate_quoted_at = serializers.DateTimeField()
    settlement_currency = Constant("TWD")
    order_amount_minor = minor()
    charge_minor = minor()
    final_amount_minor = minor(help_text="Order amount and charge: what the account is debited with.")


@extend_schema_serializer(component_name="Next")
class NextBody(serializers.Serializer[Any]):
    """What happens next, when, and in whose hands it is."""

    what = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    holder = serializers.ChoiceField(choices=HOLDERS)
    text = serializers.CharField(help_text="One sentence in the language of the request.")


@extend_schema_serializer(component_name="Payment")
class PaymentBody(serializers.Serializer[Any]):
    """One order to be paid, as it stands."""

    object = Constant("payment")
    id = serializers.RegexField(f"^{PAYMENT_ID}$")
    order_number = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    money_moved = serializers.ChoiceField(choices=["no", "yes", "unknown"])
    amounts = AmountsBody()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    refundable_minor = minor()
    failure_code = serializers.CharField(allow_null=True)
    page_url = serializers.URLField(
        allow_null=True, help_text="The payer's page. Told when an order is created or sent again, never again after."
    )
    next = NextBody()
    refunds = Component(
        "Refund", many=True, required=False, help_text="With expand=refunds: the newest, at most 20 of a payment."
    )
    events = Component(
        "Event", many=True, required=False, help_text="With expand=events: the newest, at most 20 of a payment."
    )


def body_of(payment: Payment, at: dt.datetime, link_secret: str = "") -> dict[str, Any]:
    """`link_secret` opens the payer's page and is known to nobody once this is answered."""
    page_url = f"{settings.PORTAL_URL}/pay/{payment.reference}/{link_secret}/" if link_secret else None
    return {**events.payment_body(payment), "page_url": page_url, "next": queries.what_next(payment, at)}


def bodies_of(
    payments: Sequence[Payment], at: dt.datetime, *, expand: Iterable[str] = (), by: Mapping[str, Expander]
) -> list[dict[str, Any]]:
    """Many payments with what was asked to be expanded: a statement for each name, however many payments."""
    bodies = [body_of(payment, at) for payment in payments]
    for name in dict.fromkeys(expand):
        found = by[name](payments, at)
        for payment, body in zip(payments, bodies, strict=True):
            body[name] = found.get(payment.pk, [])
    return bodies


def events_by_payment(payments: Sequence[Payment], at: dt.datetime) -> Mapping[UUID, list[dict[str, Any]]]:
    """What the platform was told of each, newest first."""
    found = events_of([payment.reference for payment in payments])
    return {payment.pk: [event_body(event) for event in found[payment.reference]] for payment in payments}
