"""What the bank said, written down once: paid, declined, or unknown and to be asked again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from cards.bank import port
from cards.bank.port import Approved, Declined
from common import phases
from common.errors import Refusal
from common.money import Money
from ledger import operations as ledger
from ledger.chart import JournalKind
from notifications import operations as notifications
from payments import bookings, errors, events, limits
from payments.models import Attempt, DebitReversal, Payment
from payments.states import IN_FLIGHT, AttemptOutcome, DebitPhase, Status
from verification import operations as verification

# The bank answers an enquiry about a debit no sooner than two minutes after it.
ENQUIRY_DELAY = dt.timedelta(minutes=2)
# Then ever more seldom; the last step repeats until the bank answers. A case has been open since the first hour.
ENQUIRY_LADDER = tuple(dt.timedelta(minutes=minutes) for minutes in (2, 3, 5, 5, 10, 15))
# An order whose card was declined this often is over: something other than bad luck is at work.
DECLINES_MAX = 5

_REFUSALS: dict[str, type[Refusal]] = {
    port.BALANCE_TOO_LOW: errors.BalanceTooLow,
    port.ACCOUNT_CLOSED: errors.AccountClosed,
    port.ACCOUNT_FROZEN: errors.AccountFrozen,
    port.CARD_LOST: errors.CardLost,
    port.CARD_CANCELLED: errors.CardCancelled,
    port.BANK_LIMIT: errors.BankLimit,
    port.FOREIGN_CARD: errors.ForeignCard,
    port.NO_TRANSFER_AGREEMENT: errors.NoTransferAgreement,
    port.CREDIT_CARD: errors.CreditCard,
    port.BANK_BUSY: errors.BankBusy,
    port.ARRIVED_TOO_LATE: errors.NotDebited,
    port.NEVER_ARRIVED: errors.NotDebited,
}


def refusal_for(bank_code: str) -> Refusal:
    """The customer's text for a code of the bank; a code we don't know gets the general one and is kept."""
    refusal = _REFUSALS.get(bank_code)
    return refusal() if refusal else errors.BankDeclined(bank_code=bank_code)


def settle(*, attempt: Attempt, outcome: Approved | Declined, at: dt.datetime, by: str) -> Payment:
    """Write down the bank's final word, once. Raises the refusal of a decline, after it is committed."""
    if isinstance(outcome, Approved):
        if outcome.amount.amount_minor != attempt.amount_minor:
            # The bank booked something else than we asked for: nobody may be told anything before people have looked.
            why = f"bank says {outcome.amount}"
            return park_unknown_debit(attempt=attempt, why=why, at=at, by=by, told=outcome.amount)
        return settle_debit(attempt=attempt, bank_reference=outcome.bank_reference, at=at, by=by)
    decline_debit(attempt=attempt, bank_code=outcome.code, at=at, by=by)
    raise refusal_for(outcome.code)


def settle_debit(*, attempt: Attempt, bank_reference: str, at: dt.datetime, by: str) -> Payment:
    """The bank has debited: paid, booked, told. A second time changes nothing."""
    with transaction.atomic(durable=True):
        payment = _lock(attempt)
        if payment.status not in IN_FLIGHT or is_being_reversed(payment, attempt):
            return payment
        assert payment.account is not None
        fields = {"paid_at": at, "bank_reference": bank_reference, "enquire_at": None}
        payment.move_to(Status.PAID, at=at, by=by, reason=f"bank reference {bank_reference}", fields=fields)
        _end_attempt(attempt, AttemptOutcome.APPROVED, "", "", at)
        ledger.post(
            bookings.debit_settled(payment),
            kind=JournalKind.PAYMENT,
            reference=payment.reference,
            platform_code=payment.platform.code,
            at=at,
        )
        tell_platform(payment, "payment.succeeded", at)
        _notify_payer(payment, at)
        verification.record_use(customer=payment.account.customer, at=at)
        phases.reached(DebitPhase.SETTLING)
    phases.reached(DebitPhase.SETTLED)
    return payment


def decline_debit(*, attempt: Attempt, bank_code: str, at: dt.datetime, by: str) -> Payment:
    """The bank has not debited and never will: the limit is given back, the payer may try again a few times."""
    code = refusal_for(bank_code).code
    with transaction.atomic(durable=True):
        payment = _lock(attempt)
        if payment.status not in IN_FLIGHT or is_being_reversed(payment, attempt):
            return payment
        assert payment.account is not None
        assert payment.limits_day is not None
        limits.release(account=payment.account, amount_minor=payment.final_amount_minor, day=payment.limits_day)
        _end_attempt(attempt, AttemptOutcome.DECLINED, code, bank_code, at)
        declined = payment.attempts.filter(outcome=AttemptOutcome.DECLINED).count()
        fields: dict[str, Any] = {"enquire_at": None, "limits_day": None, "account": None}
        if declined < DECLINES_MAX:
            payment.move_to(Status.CREATED, at=at, by=by, reason=f"not debited: {code}", fields=fields)
        else:
            fields |= {"failure_code": code}
            payment.move_to(Status.FAILED, at=at, by=by, reason=f"declined {declined} times", fields=fields)
            tell_platform(payment, "payment.failed", at)
        phases.reached(DebitPhase.SETTLING)
    phases.reached(DebitPhase.SETTLED)
    return payment


def is_being_reversed(payment: Payment, attempt: Attempt) -> bool:
    """It is on its way back to its account: until the bank has said, nobody else ends the payment.

    Only an unknown debit can be; a payment that goes well costs no statement for it.
    """
    return payment.status == Status.UNKNOWN and DebitReversal.objects.under_way().filter(attempt=attempt).exists()


def park_unknown_debit(*, attempt: Attempt, why: str, at: dt.datetime, by: str, told: Money | None = None) -> Payment:
    """No final word: the outcome is unknown, and the ladder asks the bank again with the same request id.

    `told`: the other amount that the bank says it took.
    """
    with transaction.atomic(durable=True):
        payment = _lock(attempt)
        if payment.status not in IN_FLIGHT:
            return payment
        step = ENQUIRY_LADDER[min(payment.enquiries, len(ENQUIRY_LADDER) - 1)]
        fields = {"enquire_at": at + step, "enquiries": payment.enquiries + 1}
        if told is not None and told.currency == "TWD":
            Attempt.objects.filter(pk=attempt.pk, outcome="").update(told_minor=told.amount_minor)
        if payment.status == Status.DEBITING:
            payment.move_to(Status.UNKNOWN, at=at, by=by, reason=why, fields=fields)
        else:
            Payment.objects.filter(pk=payment.pk).update(**fields)
            payment.refresh_from_db()
    phases.reached(DebitPhase.PARKED)
    return payment


def _notify_payer(payment: Payment, at: dt.datetime) -> None:
    assert payment.account is not None
    phone = payment.account.customer.phone
    if payment.final_amount_minor >= events.SMS_FROM_MINOR and phone:
        notifications.enqueue_sms(
            purpose="payment_paid", subject=payment.reference, phone=phone, text=events.paid_sms(payment), at=at
        )


def tell_platform(payment: Payment, kind: str, at: dt.datetime) -> None:
    notifications.enqueue_event(
        platform=payment.platform, kind=kind, subject=payment.reference, data=events.payment_body(payment), at=at
    )


def _end_attempt(attempt: Attempt, outcome: AttemptOutcome, code: str, bank_code: str, at: dt.datetime) -> None:
    Attempt.objects.filter(pk=attempt.pk, outcome="").update(
        outcome=outcome, outcome_code=code, bank_code=bank_code, outcome_at=at
    )


def _lock(attempt: Attempt) -> Payment:
    return (
        Payment.objects.select_for_update(of=("self",))
        .select_related("platform", "account__customer")
        .get(pk=attempt.payment_id)
    )
