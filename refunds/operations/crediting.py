"""The daily run: credit or defer what is due, and ask the bank again where its answer was lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from django.db import transaction

from cards.bank import bank
from cards.bank.port import (
    ACCEPTED_FOR,
    ARRIVED_TOO_LATE,
    BANK_BUSY,
    Approved,
    CreditRequest,
    Declined,
    EnquiryOutcome,
    NotFound,
    Unknown,
)
from common.phases import reached
from common.references import new_id
from ledger import operations as ledger
from ledger.chart import JournalKind
from refunds import bookings, events
from refunds.calendar import current_calendar
from refunds.deferral import CreditNow, Defer, Wait, decide
from refunds.models import CreditAttempt, Refund
from refunds.operations.deferring import defer_refund
from refunds.operations.telling import tell_customer, tell_platform
from refunds.queries import approved_debit_request_id, windows_at
from refunds.states import RefundPhase, Status

# The bank answers an enquiry no sooner than two minutes after the credit; then ever less often, but within 15 minutes
# of its being back.
ENQUIRY_STEPS = tuple(dt.timedelta(minutes=minutes) for minutes in (2, 2, 5, 10, 15))
# What the bank was too busy for, or says it will never book, is tried again after this, in the same run if it can.
RETRY_AFTER = dt.timedelta(minutes=5)
# Recorded where the bank's own code would be, when it says it credited another amount than ours.
AMOUNT_DIFFERS = "amount_differs"


class Worked(StrEnum):
    """What the run did with one refund."""

    NOTHING = "nothing"  # it is not due, or another process has it, or another refund of its payment is being sent
    WAITING = "waiting"  # it is due, and today's run is not open yet
    DEFERRED = "deferred"
    SENT = "sent"  # to the bank; the refund's status says what came of it


@dataclass(frozen=True)
class _Intent:
    """A credit whose request id is committed and which may now be sent."""

    request: CreditRequest


def credit_due_refund(*, refund_id: UUID, at: dt.datetime, by: str) -> Worked:
    """The day's run for one refund: credited, deferred, or left until the run opens.

    Safe to run in many processes at once and to die at every RefundPhase.
    """
    with transaction.atomic(durable=True):
        step = _take(refund_id, at=at, by=by)
    if not isinstance(step, _Intent):
        return step
    reached(RefundPhase.INTENT_COMMITTED)
    outcome = bank().credit(step.request)
    reached(RefundPhase.ANSWERED)
    settle_credit(request_id=step.request.request_id, outcome=outcome, at=at, by=by)
    return Worked.SENT


def settle_credit(*, request_id: UUID, outcome: EnquiryOutcome, at: dt.datetime, by: str) -> None:
    """Write what the bank said of a credit: once, whoever brings the answer and however often."""
    with transaction.atomic(durable=True):
        rows = Refund.objects.select_for_update(of=("self",)).select_related(
            "payment__account__customer", "platform", "calendar_version"
        )
        refund = rows.get(attempts__request_id=request_id)
        if refund.request_id != request_id or refund.status not in (Status.CREDITING, Status.UNKNOWN):
            return  # settled before, or a later request took its place
        _settle(refund, outcome, at=at, by=by)
    reached(RefundPhase.PARKED if refund.status == Status.UNKNOWN else RefundPhase.SETTLED)


def enquire_about_credit(*, refund_id: UUID, at: dt.datetime, by: str) -> bool:
    """Ask the bank about a credit whose answer was lost; False when there is nothing to be asked now.

    The same request id, never a second credit. A CREDITING row whose time is over was left by a process that died.
    """
    with transaction.atomic(durable=True):
        refund = Refund.objects.to_enquire(at).select_for_update(skip_locked=True).filter(pk=refund_id).first()
        if refund is None:
            return False
        # The next time is set before asking: whoever dies while asking only makes it later.
        fields = {"enquire_at": at + _enquiry_step(refund.enquiries), "enquiries": refund.enquiries + 1}
        if refund.status == Status.CREDITING:
            refund.move_to(Status.UNKNOWN, at=at, by=by, reason="no answer was kept", fields=fields)
        else:
            Refund.objects.filter(pk=refund.pk).update(**fields)
    assert refund.request_id is not None
    outcome = bank().enquire_credit(refund.request_id)
    reached(RefundPhase.ENQUIRED)
    settle_credit(request_id=refund.request_id, outcome=outcome, at=at, by=by)
    return True


def _take(refund_id: UUID, *, at: dt.datetime, by: str) -> _Intent | Worked:
    due = Refund.objects.due(at).select_for_update(of=("self", "payment"), skip_locked=True)
    rows = due.select_related("payment__account__customer", "platform", "calendar_version")
    refund = rows.filter(pk=refund_id).first()
    if refund is None:
        return Worked.NOTHING
    # Asked again under the payment's lock: a moment ago another refund of it may not yet have been sent.
    siblings = set(refund.payment.refunds.at_the_bank().values_list("status", flat=True))
    if Status.CREDITING in siblings:
        return Worked.NOTHING
    assert refund.credit_date is not None
    decision = decide(
        credit_date=refund.credit_date,
        calendar=current_calendar(),
        windows=windows_at(at),
        other_is_unsettled=bool(siblings),
        at=at,
    )
    reached(RefundPhase.CLAIMED)
    match decision:
        case CreditNow():
            return _intend(refund, at=at, by=by)
        case Defer(to=to, reason=reason):
            defer_refund(refund, to=to, reason=reason, at=at, by=by)
            return Worked.DEFERRED
        case Wait():
            return Worked.WAITING
        case _:
            assert_never(decision)


def _intend(refund: Refund, *, at: dt.datetime, by: str) -> _Intent:
    """Write that we are about to ask the bank, under which id, and when to wonder about its answer."""
    request_id = new_id()
    payment = refund.payment
    assert payment.account is not None
    valid_until = at + ACCEPTED_FOR
    refund.move_to(
        Status.CREDITING,
        at=at,
        by=by,
        fields={"request_id": request_id, "enquire_at": at + ENQUIRY_STEPS[0], "enquiries": 0, "retry_at": None},
    )
    CreditAttempt.objects.create(
        refund=refund, number=refund.attempts.count() + 1, request_id=request_id, valid_until=valid_until, at=at
    )
    reached(RefundPhase.INTENT_WRITTEN)
    return _Intent(
        CreditRequest(
            request_id=request_id,
            account_number=payment.account.number,
            amount=refund.total,
            debit_request_id=approved_debit_request_id(payment),
            reference=refund.reference,
            narrative=f"REFUND {payment.order_number}"[:60],
            valid_until=valid_until,
        )
    )


def _settle(refund: Refund, outcome: EnquiryOutcome, *, at: dt.datetime, by: str) -> None:
    match outcome:
        case Approved(amount=amount) if amount != refund.total:
            _give_to_people(refund, AMOUNT_DIFFERS, at=at, by=by)
        case Approved(bank_reference=bank_reference):
            book_credit(refund, bank_reference=bank_reference, at=at, by=by)
        case Declined(code=code) if code in (BANK_BUSY, ARRIVED_TOO_LATE):
            _return_to_run(refund, f"declined {code}", at=at, by=by)
        case Declined(code=code):
            _give_to_people(refund, code, at=at, by=by)
        case NotFound(final=True):
            _return_to_run(refund, "the bank has no such request and takes it no more", at=at, by=by)
        case NotFound() | Unknown():
            if refund.status == Status.CREDITING:
                refund.move_to(Status.UNKNOWN, at=at, by=by, reason="the bank gave no answer")
        case _:
            assert_never(outcome)


def book_credit(refund: Refund, *, bank_reference: str, at: dt.datetime, by: str, reason: str = "") -> None:
    """The money is back: move, book, tell. Joins the caller's transaction."""
    fields = {"bank_reference": bank_reference, "bank_code": "", "credited_at": at}
    refund.move_to(Status.CREDITED, at=at, by=by, reason=reason, fields=fields)
    ledger.post(
        bookings.refund_credited(refund),
        kind=JournalKind.REFUND,
        reference=refund.reference,
        platform_code=refund.platform.code,
        at=at,
        reason=reason,
    )
    reached(RefundPhase.BOOKED)
    tell_platform("refund.credited", refund, at=at)
    tell_customer("refund_credited", refund, events.credited_sms(refund), at=at)
    reached(RefundPhase.TOLD)


def _give_to_people(refund: Refund, bank_code: str, *, at: dt.datetime, by: str) -> None:
    """The manual queue: the account is closed or the bank has another reason. Nothing is lost, a person goes on."""
    refund.move_to(Status.MANUAL, at=at, by=by, reason=f"bank: {bank_code}", fields={"bank_code": bank_code})
    tell_platform("refund.manual", refund, at=at)


def _return_to_run(refund: Refund, reason: str, *, at: dt.datetime, by: str) -> None:
    refund.move_to(Status.ACCEPTED, at=at, by=by, reason=reason, fields={"retry_at": at + RETRY_AFTER})


def _enquiry_step(enquiries: int) -> dt.timedelta:
    return ENQUIRY_STEPS[min(enquiries + 1, len(ENQUIRY_STEPS) - 1)]
