"""Refunds of paid orders, and the moments of their days, for the tests of every app above."""

from __future__ import annotations

import datetime as dt
import itertools

from common.clock import TAIPEI
from payments.models import Payment
from payments.tests.factories import make_paid_payment
from refunds import operations
from refunds.models import Refund

_number = itertools.count(1)


def at_taipei(day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
    """A moment of a business day, in UTC."""
    return dt.datetime.combine(day, dt.time(hour, minute), TAIPEI).astimezone(dt.UTC)


def ask(payment: Payment, at: dt.datetime, amount_minor: int = 951, **changes) -> Refund:
    asked = {
        "platform": payment.platform,
        "payment_reference": payment.reference,
        "refund_number": f"R{next(_number):06d}",
        "amount_minor": amount_minor,
        "at": at,
        "by": "test",
    }
    return operations.request_refund(**{**asked, **changes}).refund


def confirm(refund: Refund, at: dt.datetime) -> Refund:
    return operations.confirm_refund(platform=refund.platform, reference=refund.reference, at=at, by="test")


def make_accepted_refund(at: dt.datetime, *, amount_minor: int = 951, payment: Payment | None = None) -> Refund:
    """Of an order of NT$951 with a charge of NT$10, paid and accepted at `at`."""
    return confirm(ask(payment or make_paid_payment(at), at, amount_minor), at)


def make_credited_refund(at: dt.datetime, **changes) -> Refund:
    refund = make_accepted_refund(at, **changes)
    run(refund, at_taipei(refund.credit_date))
    return again(refund)


def run(refund: Refund, at: dt.datetime) -> operations.Worked:
    return operations.credit_due_refund(refund_id=refund.id, at=at, by="test")


def enquire(refund: Refund, at: dt.datetime) -> bool:
    return operations.enquire_about_credit(refund_id=refund.id, at=at, by="test")


def again(refund: Refund) -> Refund:
    """The row as the database has it now."""
    return Refund.objects.select_related("payment__account__customer", "platform", "calendar_version").get(pk=refund.pk)
