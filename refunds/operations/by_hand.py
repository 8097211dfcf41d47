"""The manual queue: a person settles what the bank could not credit, or gives it back to the run."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from audit import operations as audit
from refunds import errors
from refunds.models import Refund
from refunds.operations.crediting import AMOUNT_DIFFERS, book_credit
from refunds.states import Status


def settle_by_hand(*, reference: str, bank_reference: str, note: str, at: dt.datetime, by: str) -> Refund:
    """The money reached its owner another way; `bank_reference` is the bank's proof of it. Raises RefundNotManual."""
    assert bank_reference, "money paid by hand has a proof"
    with transaction.atomic(durable=True):
        refund = _lock_manual(reference)
        book_credit(refund, bank_reference=bank_reference, at=at, by=by, reason=note)
        audit.record(by=by, action="refund.settled_by_hand", subject=refund.reference, reason=note, at=at)
        return refund


def return_to_run(*, reference: str, note: str, at: dt.datetime, by: str) -> Refund:
    """The account can be credited again: the next run takes it, with a request of its own.

    Raises RefundNotManual, also where the bank may have credited already (another amount than ours).
    """
    with transaction.atomic(durable=True):
        refund = _lock_manual(reference)
        if refund.bank_code == AMOUNT_DIFFERS:
            raise errors.RefundNotManual
        refund.move_to(Status.ACCEPTED, at=at, by=by, reason=note, fields={"bank_code": "", "retry_at": None})
        audit.record(by=by, action="refund.returned_to_run", subject=refund.reference, reason=note, at=at)
        return refund


def _lock_manual(reference: str) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",)).select_related(
        "payment__account__customer", "platform", "calendar_version"
    )
    refund = rows.filter(reference=reference).first()
    if refund is None:
        raise errors.RefundNotFound
    if refund.status != Status.MANUAL:
        raise errors.RefundNotManual
    return refund
