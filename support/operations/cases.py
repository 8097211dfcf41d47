"""Opening a case for a cause or by hand, noting, closing it by hand, by a merge, or because its cause is gone."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import operations as audit
from common.personal import found_in
from notifications import operations as notifications
from payments.models import Payment
from platforms.models import WebhookEndpoint
from reconciliation.models import Finding
from refunds.calendar import current_calendar
from refunds.models import Refund
from support import errors, events, queries, watch
from support.models import Case
from support.states import (
    CLOCKS,
    ENDS_BY_HAND,
    ENDS_WITH_ITS_CAUSE,
    FIRST,
    ClosedAs,
    Kind,
    Priority,
    Status,
    first_priority,
)
from support.watch import Cause
from support.working_days import due
from verification import operations as verification

# What a sweep closes by itself says so.
CAUSE_GONE = "the cause is gone"
NOTE_LENGTH_MAX = 2_000
_REASON_LENGTH_MAX = 300


def open_case(*, cause: Cause, at: dt.datetime, by: str) -> Case:
    """The one open case for this cause, made or found: two sweeps at once open one."""
    with transaction.atomic(durable=True):
        lock_subject(cause)
        known = open_for(cause)
        if known is not None:
            return known
        case = make_case(cause, at=at, by=by)
        if cause.kind == Kind.UNKNOWN_DEBIT and cause.payment is not None:
            _reassure_payer(cause.payment, at)
    return case


def open_by_hand(*, reference: str, kind: Kind, words: str, at: dt.datetime, by: str) -> Case:
    """A question or complaint of a caller about a payment or refund, with what they said as the first note.

    Raises NothingToOpenFor, NoteIsEmpty, NoteIsPersonal, CaseIsOpen.
    """
    cause = queries.cause_by_hand(reference=reference, kind=kind)
    if cause is None:
        raise errors.NothingToOpenFor
    words = clean(words, known=queries.names_of(cause.payment, cause.refund))
    with transaction.atomic(durable=True):
        lock_subject(cause)
        known = open_for(cause)
        if known is not None:
            raise errors.CaseIsOpen(number=known.reference)
        case = make_case(cause, at=at, by=by)
        case.notes.create(text=words, at=at, by=by)
        audit.record(by=by, action="case.opened", subject=str(case.id), at=at, details={"about": case.subject})
    return case


def reopen_case(*, case_id: UUID, reason: str, at: dt.datetime, by: str) -> Case:
    """A new case that goes on with a closed one. Raises NoteIsEmpty, NoteIsPersonal, CaseIsOpen, CaseWasReopened."""
    with transaction.atomic(durable=True):
        old = lock(case_id)
        reason = clean(reason, known=queries.names_of(old.payment, old.refund))
        if old.status == Status.OPEN:
            raise errors.CaseIsOpen(number=old.reference)
        later = Case.objects.filter(reopens=old).first()
        if later is not None:
            raise errors.CaseWasReopened(number=later.reference)
        # What the sweep would close at once, or what the customer asked and was answered, goes on as a question.
        goes_on = old.kind != Kind.CUSTOMER_ASKED and watch.cause_remains(old, at)
        kind = Kind(old.kind) if goes_on else Kind.QUESTION
        cause = Cause(kind, payment=old.payment, refund=old.refund, finding=old.finding, endpoint=old.endpoint)
        lock_subject(cause)
        known = open_for(cause)
        if known is not None:
            raise errors.CaseIsOpen(number=known.reference)
        case = make_case(cause, at=at, by=by, reopens=old)
        case.notes.create(text=reason, at=at, by=by)
        audit.record(by=by, action="case.reopened", subject=str(old.id), reason=reason, at=at)
    return case


def add_note(*, case_id: UUID, text: str, at: dt.datetime, by: str) -> None:
    """Write something down, also about a case that is closed. Raises NoteIsEmpty, NoteIsPersonal."""
    with transaction.atomic(durable=True):
        case = lock(case_id)
        text = clean(text, known=queries.names_of(case.payment, case.refund))
        case.notes.create(text=text, at=at, by=by)
        mark_answered(case, at=at)
        audit.record(by=by, action="case.noted", subject=str(case_id), at=at)


def close_case(*, case_id: UUID, reason: str, at: dt.datetime, by: str, closed_as: ClosedAs = ClosedAs.SETTLED) -> Case:
    """A person's word that it is settled. Raises NoteIsEmpty, NoteIsPersonal, CaseIsClosed, CaseStillNeeded."""
    with transaction.atomic(durable=True):
        case = lock_open(case_id)
        reason = clean(reason, known=queries.names_of(case.payment, case.refund))
        refuse_while_needed(case, at)
        mark_answered(case, at=at)
        _close(case, closed_as, reason, at=at, by=by)
        audit.record(by=by, action="case.closed", subject=str(case.id), reason=reason, at=at)
    return case


def close_resolved(*, case_id: UUID, at: dt.datetime, by: str) -> bool:
    """Close it if its cause is gone: the platform has answered, the bank has, the money is back. True if it was closed."""
    with transaction.atomic(durable=True):
        case = lock(case_id)
        if case.status != Status.OPEN or case.kind in ENDS_BY_HAND or watch.cause_remains(case, at):
            return False
        _close(case, ClosedAs.CAUSE_GONE, CAUSE_GONE, at=at, by=by)
    return True


def close_merged(case: Case, *, into: Case, reason: str, at: dt.datetime, by: str) -> None:
    """Close it in favour of the other, in the caller's transaction. What a customer asked waits for the other's end."""
    facts = {"closed_at": at, "closed_as": ClosedAs.MERGED, "closed_reason": reason, "merged_into": into}
    case.move_to(Status.CLOSED, at=at, by=by, reason=reason, fields=facts)


def clean(text: str, *, known: tuple[str, ...]) -> str:
    """What may be kept of a text. Raises NoteIsEmpty, NoteIsPersonal."""
    text = text.strip()[:NOTE_LENGTH_MAX]
    if not text:
        raise errors.NoteIsEmpty
    if found_in(text, known=known):
        raise errors.NoteIsPersonal
    return text


def clocks(opened_at: dt.datetime, priority: Priority) -> dict[str, dt.datetime]:
    """When a case of this priority is to be answered and to be settled."""
    calendar, (answer, settle) = current_calendar(), CLOCKS[priority]
    return {"answer_due_at": due(opened_at, answer, calendar), "due_at": due(opened_at, settle, calendar)}


def mark_answered(case: Case, *, at: dt.datetime) -> None:
    """A person's first word stops the first clock."""
    if case.answered_at is None and case.status == Status.OPEN:
        case.answered_at = at
        case.save(update_fields=["answered_at"])


def refuse_while_needed(case: Case, at: dt.datetime) -> None:
    if case.kind in ENDS_WITH_ITS_CAUSE and watch.cause_remains(case, at):
        raise errors.CaseStillNeeded


def make_case(cause: Cause, *, at: dt.datetime, by: str, reopens: Case | None = None) -> Case:
    """The row, its clocks and its birth. The caller holds the subject's lock."""
    priority, queue = first_priority(cause.kind, cause.amount_minor), FIRST[cause.kind][1]
    facts: dict[str, Any] = {
        "priority": priority,
        "queue": queue,
        "reopens": reopens,
        **clocks(at, priority),
        **_about(cause),
    }
    if cause.question is not None:  # the number that the customer knows already
        facts |= {"question": cause.question, "reference": cause.question.reference}
    case = Case.objects.create(kind=cause.kind, status=Status.OPEN, opened_at=at, **facts)
    case.record_birth(at=at, by=by)
    return case


def open_for(cause: Cause) -> Case | None:
    return Case.objects.open().filter(kind=cause.kind, **_about(cause)).first()


def lock_subject(cause: Cause) -> None:
    """Who opens a case for a row holds the row: the second sees the first one's case."""
    row = cause.payment or cause.refund or cause.finding or cause.endpoint
    assert row is not None
    type(row)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def lock(case_id: UUID) -> Case:
    rows = Case.objects.select_for_update(of=("self",))
    return rows.select_related("payment", "refund__payment", "finding", "endpoint").get(pk=case_id)


def lock_open(case_id: UUID) -> Case:
    case = lock(case_id)
    if case.status != Status.OPEN:
        raise errors.CaseIsClosed
    return case


def _close(case: Case, closed_as: ClosedAs, reason: str, *, at: dt.datetime, by: str) -> None:
    fields = {"closed_at": at, "closed_as": closed_as, "closed_reason": reason[:_REASON_LENGTH_MAX]}
    case.move_to(Status.CLOSED, at=at, by=by, reason=reason, fields=fields)
    verification.mark_answered(question_ids=queries.questions_of(case), at=at)


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
