"""Cases at work: opened once per cause, taken, noted, closed by hand with a reason or by themselves with their cause."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from audit import operations as audit
from notifications import operations as notifications
from payments.models import Payment
from platforms.models import WebhookEndpoint
from reconciliation.models import Finding
from refunds.models import Refund
from support import errors, events, watch
from support.models import Case
from support.states import ENDS_BY_HAND, ENDS_WITH_ITS_CAUSE, Kind, Status
from support.watch import Cause

# What a sweep closes by itself says so.
CAUSE_GONE = "the cause is gone"


def open_case(*, cause: Cause, at: dt.datetime, by: str) -> Case:
    """The one open case for this cause, made or found: two sweeps at once open one."""
    with transaction.atomic(durable=True):
        _lock_subject(cause)
        known = Case.objects.open().filter(kind=cause.kind, **_about(cause)).first()
        if known is not None:
            return known
        case = Case.objects.create(kind=cause.kind, status=Status.OPEN, opened_at=at, **_about(cause))
        case.record_birth(at=at, by=by)
        if cause.kind == Kind.UNKNOWN_DEBIT and cause.payment is not None:
            _reassure_payer(cause.payment, at)
    return case


def take_case(*, case_id: UUID, at: dt.datetime, by: str) -> Case:
    """From now on `by` answers for it. Raises CaseIsClosed."""
    with transaction.atomic(durable=True):
        case = _lock_open(case_id)
        before = case.owner
        case.owner = by
        case.save(update_fields=["owner"])
        audit.record(by=by, action="case.taken", subject=str(case.id), at=at, details={"from": before})
    return case


def add_note(*, case_id: UUID, text: str, at: dt.datetime, by: str) -> None:
    """Write something down, also about a case that is closed. Raises NoteIsEmpty."""
    text = text.strip()
    if not text:
        raise errors.NoteIsEmpty
    with transaction.atomic(durable=True):
        Case.objects.get(pk=case_id).notes.create(text=text[:2000], at=at, by=by)
        audit.record(by=by, action="case.noted", subject=str(case_id), at=at)


def close_case(*, case_id: UUID, reason: str, at: dt.datetime, by: str) -> Case:
    """A person's word that it is settled. Raises NoteIsEmpty, CaseIsClosed, CaseStillNeeded."""
    if not reason.strip():
        raise errors.NoteIsEmpty
    with transaction.atomic(durable=True):
        case = _lock_open(case_id)
        if case.kind in ENDS_WITH_ITS_CAUSE and watch.cause_remains(case, at):
            raise errors.CaseStillNeeded
        _close(case, reason.strip(), at=at, by=by)
        audit.record(by=by, action="case.closed", subject=str(case.id), reason=reason.strip(), at=at)
    return case


def close_resolved(*, case_id: UUID, at: dt.datetime, by: str) -> bool:
    """Close it if its cause is gone: the platform has answered, the bank has, the money is back. True if it was closed."""
    with transaction.atomic(durable=True):
        case = _lock(case_id)
        if case.status != Status.OPEN or case.kind in ENDS_BY_HAND or watch.cause_remains(case, at):
            return False
        _close(case, CAUSE_GONE, at=at, by=by)
    return True


def _close(case: Case, reason: str, *, at: dt.datetime, by: str) -> None:
    fields = {"closed_at": at, "closed_reason": reason[:300]}
    case.move_to(Status.CLOSED, at=at, by=by, reason=reason, fields=fields)


def _reassure_payer(payment: Payment, at: dt.datetime) -> None:
    """Once a payment: a payer who hears nothing pays again."""
    if payment.account is not None and payment.account.customer.phone:
        notifications.enqueue_sms(
            purpose="debit_unknown",
            subject=payment.reference,
            phone=payment.account.customer.phone,
            text=events.unknown_debit_sms(payment),
            at=at,
        )


def _about(cause: Cause) -> dict[str, Payment | Refund | Finding | WebhookEndpoint | None]:
    return {"payment": cause.payment, "refund": cause.refund, "finding": cause.finding, "endpoint": cause.endpoint}


def _lock_subject(cause: Cause) -> None:
    """Who opens a case for a row holds the row: the second sees the first one's case."""
    row = cause.payment or cause.refund or cause.finding or cause.endpoint
    assert row is not None
    type(row)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def _lock(case_id: UUID) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("payment", "refund", "finding", "endpoint")
    return rows.get(pk=case_id)


def _lock_open(case_id: UUID) -> Case:
    case = _lock(case_id)
    if case.status != Status.OPEN:
        raise errors.CaseIsClosed
    return case
