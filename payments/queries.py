"""Reading payments: for pages, API, console and the help page's numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from common.clock import today_in_taipei
from payments import events
from payments.errors import PaymentNotFound
from payments.limits import limits_on
from payments.models import Attempt, ChargeRule, LimitCode, Payment
from payments.states import AttemptOutcome, Status
from platforms.models import Platform


def payment_of_platform(platform: Platform, reference: str) -> Payment:
    """Raises PaymentNotFound, for another platform's payment as for one that doesn't exist."""
    payment = Payment.objects.select_related("platform").filter(platform=platform, reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def payments_of_order(platform: Platform, order_number: str) -> list[Payment]:
    """Every payment of an order, newest first: one is live or paid at most."""
    payments = Payment.objects.select_related("platform").filter(platform=platform, order_number=order_number)
    return list(payments.order_by("-id")[:50])


def payment_by_reference(reference: str) -> Payment:
    payment = Payment.objects.select_related("platform", "account").filter(reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def find_for_payer(*, order_number: str, account_last4: str) -> Payment | None:
    """A payment by what its payer has at hand: the order number and the last four digits of the account presented.

    The newest payment of that order for which this account was presented, whichever way it ended.
    """
    attempts = Attempt.objects.filter(payment__order_number=order_number, account_last4=account_last4)
    attempt = attempts.select_related("payment__platform", "payment__account").order_by("-payment_id", "-id").first()
    return attempt.payment if attempt else None


def last_decline(payment: Payment) -> Attempt | None:
    """The newest attempt that ended without a charge, to be explained on the page."""
    ended = (AttemptOutcome.DECLINED, AttemptOutcome.REFUSED)
    return payment.attempts.filter(outcome__in=ended).order_by("-number").first()


def what_next(payment: Payment) -> dict[str, Any]:
    """What happens next with a payment, when, and in whose hands it is: for the API and pages alike."""
    match payment.status:
        case Status.CREATED:
            return {"what": "payer_pays", "at": events.stamp(payment.expires_at), "holder": "payer"}
        case Status.GATED:
            return {
                "what": "payer_proves_identity_then_pays_again",
                "at": events.stamp(payment.expires_at),
                "holder": "payer",
            }
        case Status.DEBITING | Status.UNKNOWN:
            return {"what": "bank_is_asked", "at": events.stamp(payment.enquire_at), "holder": "bank"}
        case _:
            return {"what": "nothing", "at": None, "holder": "nobody"}


def help_figures(at: dt.datetime) -> dict[str, Any]:
    """The numbers of the help page, from the rows that the engine reads."""
    day = today_in_taipei(at)
    amounts = limits_on(day)
    rule = ChargeRule.objects.filter(valid_from__lte=day).order_by("-valid_from", "id").first()
    assert rule is not None, f"no charge row for {day}"
    platform = Platform.objects.order_by("created_at", "id").first()
    return {
        "charge_percent": f"{rule.percent.normalize():f}",
        "service_daily_minor": amounts[LimitCode.SERVICE_DAILY],
        "service_monthly_minor": amounts[LimitCode.SERVICE_MONTHLY],
        "transfer_single_minor": amounts[LimitCode.TRANSFER_SINGLE],
        "transfer_daily_minor": amounts[LimitCode.TRANSFER_DAILY],
        "transfer_monthly_minor": amounts[LimitCode.TRANSFER_MONTHLY],
        "platform_phone": platform.contact_phone if platform else "",
    }
