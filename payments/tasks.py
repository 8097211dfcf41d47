"""The sweeps of payments: expire, enquire, give back, clear abandoned attempts. Each takes due rows and leaves what is not."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task

from common.clock import now
from payments.models import Attempt, DebitReversal, Payment
from payments.operations import abandon_attempt, enquire_about, expire_payment, reverse_debit
from payments.states import UNTOUCHED

log = logging.getLogger(__name__)

_SWEEP_LIMIT = 200
# Longer than every wire of an attempt may take together before money is asked for.
ABANDONED_AFTER = dt.timedelta(minutes=2)


@shared_task(name="payments.expire")
def expire() -> None:
    """End what nobody paid in time."""
    at = now()
    for payment in Payment.objects.to_expire(at).order_by("expires_at", "id")[:_SWEEP_LIMIT]:
        expire_payment(payment=payment, at=at, by="sweep")


@shared_task(name="payments.enquire")
def enquire() -> None:
    """Ask the bank about each debit whose outcome isn't known."""
    for payment in Payment.objects.to_enquire(now()).order_by("enquire_at", "id")[:_SWEEP_LIMIT]:
        with _alone("enquiry failed", reference=payment.reference):
            enquire_about(payment=payment, at=now(), by="sweep")


@shared_task(name="payments.reverse")
def reverse() -> None:
    """Have the bank give back each debit that people agreed on."""
    at = now()
    for reversal in DebitReversal.objects.to_send(at).order_by("send_at", "id")[:_SWEEP_LIMIT]:
        with _alone("reversal failed", reversal=str(reversal.pk)):
            reverse_debit(reversal_id=reversal.pk, at=now(), by="sweep")


@shared_task(name="payments.abandon_attempts")
def abandon_attempts() -> None:
    """Close attempts whose process died before the bank was asked for money, so that the payer can try again."""
    at = now()
    left_open = Attempt.objects.filter(
        outcome="", debit_sent_at=None, created_at__lte=at - ABANDONED_AFTER, payment__status__in=UNTOUCHED
    )
    for attempt in left_open.select_related("payment").order_by("created_at", "id")[:_SWEEP_LIMIT]:
        abandon_attempt(attempt=attempt, at=at)


@contextmanager
def _alone(what: str, **about: str) -> Iterator[None]:
    """The trouble of one row must not keep the others waiting: it is logged, and the row is due again."""
    try:
        yield
    except Exception:  # whatever it is: the next row is somebody else's money
        log.exception(what, extra=about)
