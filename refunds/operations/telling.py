"""Telling the platform and the customer of a refund, in the transaction of what is told."""

from __future__ import annotations

import datetime as dt

from notifications import operations as notifications
from refunds import events
from refunds.models import Refund


def tell_platform(kind: str, refund: Refund, *, at: dt.datetime) -> None:
    """In the order of its payment: no endpoint hears of a refund before it has heard that the payment succeeded."""
    notifications.enqueue_event(
        platform=refund.platform,
        kind=kind,
        subject=refund.reference,
        data=events.refund_body(refund, at),
        at=at,
        ordering_key=refund.payment.reference,
    )


def tell_customer(purpose: str, refund: Refund, text: str, *, at: dt.datetime) -> None:
    """By SMS, once per purpose. A customer whose phone the bank has not told finds it on the progress page."""
    assert refund.payment.account is not None
    phone = refund.payment.account.customer.phone
    if phone:
        notifications.enqueue_sms(purpose=purpose, subject=refund.reference, phone=phone, text=text, at=at)
