"""Reading payments: for pages, API, console and the help page's numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cards.models import Account
from common.clock import stamp, taipei, today_in_taipei
from payments.errors import PaymentNotFound
from payments.limits import limits_on
from payments.models import Attempt, ChargeRule, LimitCode, Payment
from payments.states import PLATFORM_SEES, UNTOUCHED, AttemptOutcome, Status
from platforms.models import Platform

# In whose hands the next step of a payment or a refund is.
HOLDERS = ("payer", "platform", "bank", "portal", "customer_service", "nobody")


@dataclass(frozen=True)
class NextStep:
    """One cell of the table of what comes next. `when`: the column that has its time, "" where nobody knows it."""

    what: str
    holder: str
    when: str
    text: str | Promise

    def as_json(self, at: dt.datetime | None, **words: object) -> dict[str, Any]:
        text = str(self.text) % words
        return {"what": self.what, "at": stamp(at), "holder": self.holder, "text": text}


_ENDED = NextStep(
    "nothing", "nobody", "", _("This payment ended without a charge. To have the order paid, send it again.")
)
_TIME_IS_OVER = NextStep(
    "payment_expires",
    "portal",
    "expires_at",
    _("The time to pay is over: the portal is ending this payment. Nothing was charged."),
)
NEXT_STEPS: dict[str, NextStep] = {
    Status.CREATED: NextStep(
        "payer_pays",
        "payer",
        "expires_at",
        _("The payer can pay on the payment page until %(until)s Taipei time. Nothing was charged."),
    ),
    Status.GATED: NextStep(
        "payer_proves_identity_then_pays_again",
        "payer",
        "expires_at",
        _(
            "The payer proves identity once, then pays again from the shop, until %(until)s Taipei time."
            " Nothing was charged."
        ),
    ),
    Status.DEBITING: NextStep(
        "bank_is_asked",
        "bank",
        "enquire_at",
        _("The bank is being asked for the money. Without an answer it is asked what became of that debit."),
    ),
    Status.UNKNOWN: NextStep(
        "bank_is_asked",
        "bank",
        "enquire_at",
        _("The bank's answer is not known. The bank is asked until it says; nothing is charged a second time."),
    ),
    Status.PAID: NextStep("nothing", "nobody", "", _("The order is paid. Nothing is left to be done.")),
    Status.FAILED: _ENDED,
    Status.CANCELLED: _ENDED,
    Status.EXPIRED: _ENDED,
}
# What a list may be narrowed by, and where that stands.
_CONDITIONS = {
    "order_number": "order_number",
    "created_from": "created_at__gte",
    "created_before": "created_at__lt",
    "paid_from": "paid_at__gte",
    "paid_before": "paid_at__lt",
    "amount_min_minor": "final_amount_minor__gte",
    "amount_max_minor": "final_amount_minor__lte",
}


def payment_of_platform(platform: Platform, reference: str) -> Payment:
    """Raises PaymentNotFound, for another platform's payment as for one that doesn't exist."""
    payment = Payment.objects.select_related("platform").filter(platform=platform, reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def payments_of_platform(platform: Platform, wanted: Mapping[str, Any]) -> QuerySet[Payment]:
    """Those that meet each of the wanted conditions; `status` is a list of what the platform sees. To be paged."""
    conditions = {_CONDITIONS[name]: value for name, value in wanted.items() if name != "status"}
    if "status" in wanted:
        conditions["status__in"] = [inner for inner, outer in PLATFORM_SEES.items() if outer in wanted["status"]]
    return Payment.objects.filter(platform=platform, **conditions)


def payment_by_reference(reference: str) -> Payment:
    payment = Payment.objects.select_related("platform", "account").filter(reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def find_for_payer(*, order_number: str, account_last4: str) -> Attempt | None:
    """An attempt by what its payer has at hand: the order number and the last four digits of the account presented.

    The newest of that order for which this account was presented, whichever way it ended.
    """
    attempts = Attempt.objects.filter(payment__order_number=order_number, account_last4=account_last4)
    return attempts.order_by("-payment_id", "-id").first()


def presented(attempt_id: str) -> tuple[Payment, Account | None]:
    """The payment of an attempt, and the account presented with it; none where no card of it was ever found genuine."""
    attempt = Attempt.objects.select_related("payment__platform", "payment__account").get(pk=attempt_id)
    accounts = Account.objects.select_related("customer").filter(number_hash=attempt.account_hash)
    return attempt.payment, accounts.first()


def being_presented(payment: Payment, attempts: Iterable[Attempt] | None = None) -> Attempt | None:
    """The card presentation that is under way: confirmed, and the bank not asked for the money yet.

    `attempts` are the payment's, where the caller has read them already.
    """
    if payment.status != Status.CREATED:
        return None
    live = payment.attempts.filter(outcome="") if attempts is None else attempts
    return next((attempt for attempt in live if not attempt.outcome), None)


def last_decline(payment: Payment) -> Attempt | None:
    """The newest attempt that ended without a charge, to be explained on the page."""
    ended = (AttemptOutcome.DECLINED, AttemptOutcome.REFUSED, AttemptOutcome.REVERSED)
    return payment.attempts.filter(outcome__in=ended).order_by("-number").first()


def signed_digest(payment: Payment) -> str:
    """The digest of the order that the card signed, of a paid payment: 64 hex characters."""
    return payment.attempts.get(outcome=AttemptOutcome.APPROVED).order_digest


def what_next(payment: Payment, at: dt.datetime) -> dict[str, Any]:
    """What happens next with a payment, when, in whose hands it is, and that in a sentence of the active language."""
    over = payment.status in UNTOUCHED and payment.expires_at <= at
    step = _TIME_IS_OVER if over else NEXT_STEPS[payment.status]
    until = f"{taipei(payment.expires_at):%Y-%m-%d %H:%M}"
    return step.as_json(getattr(payment, step.when) if step.when else None, until=until)


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
