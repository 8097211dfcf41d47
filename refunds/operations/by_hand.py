"""What a person does with one refund, each by an approval: settled by hand, given back to the run, or deferred.

All join the caller's transaction, in which the approval is used up; the database takes the first two only with one.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from audit import operations as audit
from common.clock import today_in_taipei
from refunds import errors
from refunds.calendar import current_calendar
from refunds.deferral import DeferralReason
from refunds.models import Refund
from refunds.operations.crediting import AMOUNT_DIFFERS, book_credit
from refunds.operations.deferring import defer_refund
from refunds.states import Status
from refunds.working_days import Calendar


def settle_by_hand(*, reference: str, bank_reference: str, note: str, at: dt.datetime, by: str) -> Refund:
    """The money reached its owner another way; `bank_reference` is the bank's proof of it. Raises RefundNotManual."""
    assert bank_reference, "money paid by hand has a proof"
    refund = _lock_manual(reference)
    book_credit(refund, bank_reference=bank_reference, at=at, by=by, reason=note)
    audit.record(by=by, action="refund.settled_by_hand", subject=refund.reference, reason=note, at=at)
    return refund


def is_returnable(refund: Refund) -> bool:
    """A person has it, and the bank has surely not credited it, not even with another amount."""
    return refund.status == Status.MANUAL and refund.bank_code != AMOUNT_DIFFERS


def return_to_run(*, reference: str, note: str, at: dt.datetime, by: str) -> Refund:
    """The account can be credited again: the next run takes it, with a request of its own.

    Raises RefundNotManual, also where the bank may have credited already (another amount than ours).
    """
    refund = _lock_manual(reference)
    if not is_returnable(refund):
        raise errors.RefundNotManual
    refund.move_to(Status.ACCEPTED, at=at, by=by, reason=note, fields={"bank_code": "", "retry_at": None})
    audit.record(by=by, action="refund.returned_to_run", subject=refund.reference, reason=note, at=at)
    return refund


def defer_by_hand(*, reference: str, reason: DeferralReason, note: str, at: dt.datetime, by: str) -> Refund:
    """Its turn comes one working day later; the customer is told `reason`. Raises RefundNotDeferrable."""
    refund = _lock(reference)
    defer_refund(refund, to=deferred_date(refund, at), reason=reason, at=at, by=by)
    audit.record(by=by, action="refund.deferred_by_hand", subject=refund.reference, reason=note, at=at)
    return refund


def deferred_date(refund: Refund, at: dt.datetime, calendar: Calendar | None = None) -> dt.date:
    """The working day after its turn, by the current calendar unless the caller has read it already.

    Raises RefundNotDeferrable when it waits for no run, or its promise would break.
    """
    if refund.status != Status.ACCEPTED or refund.credit_date is None or refund.latest_credit_date is None:
        raise errors.RefundNotDeferrable
    to = (calendar or current_calendar()).next_working_day(max(refund.credit_date, today_in_taipei(at)))
    if to > refund.latest_credit_date:
        raise errors.RefundNotDeferrable
    return to


def _lock_manual(reference: str) -> Refund:
    refund = _lock(reference)
    if refund.status != Status.MANUAL:
        raise errors.RefundNotManual
    return refund


def _lock(reference: str) -> Refund:
    assert transaction.get_connection().in_atomic_block, "done by hand in the transaction of its approval"
    rows = Refund.objects.select_for_update(of=("self",)).select_related(
        "payment__account__customer", "platform", "calendar_version"
    )
    refund = rows.filter(reference=reference).first()
    if refund is None:
        raise errors.RefundNotFound
    return refund
