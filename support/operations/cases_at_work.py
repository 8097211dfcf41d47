"""An open case in people's hands: taken, handed over, made more or less urgent, merged into another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import operations as audit
from support import errors, queries
from support.models import QUEUE, Case, CaseHandling
from support.operations.cases import (
    clean,
    clocks,
    close_merged,
    lock,
    lock_open,
    mark_answered,
    refuse_while_needed,
)
from support.states import Deed, Priority, Queue, Status


def take_case(*, case_id: UUID, at: dt.datetime, by: str) -> Case:
    """From now on `by` answers for it. Raises CaseIsClosed, CaseIsTaken."""
    with transaction.atomic(durable=True):
        case = lock_open(case_id)
        if case.owner == by:
            return case
        if case.owner != QUEUE:
            raise errors.CaseIsTaken(owner=case.owner)
        _take(case, at=at, by=by)
    return case


def take_next(*, queues: Collection[str], at: dt.datetime, by: str) -> Case | None:
    """The case of these queues that is due first and that nobody has, given to `by`: two who ask at once never get the same."""
    with transaction.atomic(durable=True):
        waiting = Case.objects.open().filter(owner=QUEUE, queue__in=queues).order_by("due_at", "id")
        case = waiting.select_for_update(of=("self",), skip_locked=True).first()
        if case is not None:
            _take(case, at=at, by=by)
    return case


def hand_over(*, case_id: UUID, to: str, note: str, at: dt.datetime, by: str) -> Case:
    """Give it to a person ("staff:bob") or to a queue ("agents"), with what they need to know.

    Raises CaseIsClosed, NotAColleague, NoteIsEmpty, NoteIsPersonal.
    """
    with transaction.atomic(durable=True):
        case = lock_open(case_id)
        note = clean(note, known=queries.names_of(case.payment, case.refund))
        mark_answered(case, at=at)
        before = _holder(case)
        words = {"before": before, "after": to, "reason": note, "at": at, "by": by}
        if to in Queue.values:
            _handle(case, CaseHandling(what=Deed.QUEUED, **words), owner=QUEUE, queue=to)
        elif queries.is_colleague(to):
            _handle(case, CaseHandling(what=Deed.GIVEN, **words), owner=to)
        else:
            raise errors.NotAColleague
        case.notes.create(text=note, at=at, by=by)
        audit.record(
            by=by,
            action="case.handed_over",
            subject=str(case.id),
            reason=note,
            at=at,
            details={"from": before, "to": to},
        )
    return case


def set_priority(*, case_id: UUID, priority: Priority, reason: str, at: dt.datetime, by: str) -> Case:
    """More or less urgent, counted anew from when it was opened. Raises CaseIsClosed, NoteIsEmpty, NoteIsPersonal."""
    with transaction.atomic(durable=True):
        case = lock_open(case_id)
        reason = clean(reason, known=queries.names_of(case.payment, case.refund))
        if case.priority == priority:
            return case
        before, after = Priority(case.priority).name.lower(), priority.name.lower()
        deed = CaseHandling(what=Deed.PRIORITY, before=before, after=after, reason=reason, at=at, by=by)
        _handle(case, deed, priority=priority, **clocks(case.opened_at, priority))
        details = {"from": before, "to": after}
        audit.record(by=by, action="case.priority", subject=str(case.id), reason=reason, at=at, details=details)
    return case


def merge_case(*, case_id: UUID, into: str, reason: str, at: dt.datetime, by: str) -> Case:
    """Close it as a duplicate of the case with the number `into`, which shows its notes; the other one is returned.

    Raises CaseNotMergeable, CaseIsClosed, CaseStillNeeded, NoteIsEmpty, NoteIsPersonal.
    """
    with transaction.atomic(durable=True):
        pks = {case_id, *Case.objects.filter(reference=into.strip().upper()).values_list("pk", flat=True)}
        both = {pk: lock(pk) for pk in sorted(pks)}  # always in the same order, or two merges wait for each other
        case, other = both[case_id], next((row for pk, row in both.items() if pk != case_id), None)
        if case.status != Status.OPEN:
            raise errors.CaseIsClosed
        if other is None or other.status != Status.OPEN or not _is_about_the_same(case, other):
            raise errors.CaseNotMergeable
        reason = clean(reason, known=queries.names_of(case.payment, case.refund))
        refuse_while_needed(case, at)
        close_merged(case, into=other, reason=reason[:300], at=at, by=by)
        _handle(other, CaseHandling(what=Deed.MERGED_IN, after=case.reference, reason=reason, at=at, by=by))
        details = {"into": other.reference}
        audit.record(by=by, action="case.merged", subject=str(case.id), reason=reason, at=at, details=details)
    return other


def _take(case: Case, *, at: dt.datetime, by: str) -> None:
    before = _holder(case)
    _handle(case, CaseHandling(what=Deed.TAKEN, before=before, after=by, at=at, by=by), owner=by)
    audit.record(by=by, action="case.taken", subject=str(case.id), at=at, details={"from": before})


def _handle(case: Case, deed: CaseHandling, **facts: Any) -> None:
    """Change the row and say so in one breath: the database takes neither without the other."""
    for name, value in facts.items():
        setattr(case, name, value)
    case.handled += 1
    case.save(update_fields=[*facts, "handled"])
    deed.case, deed.number, deed.reason = case, case.handled, deed.reason[:300]
    deed.save(force_insert=True)


def _holder(case: Case) -> str:
    return case.queue if case.owner == QUEUE else case.owner


def _is_about_the_same(case: Case, other: Case) -> bool:
    """Both about one payment, itself or through a refund."""
    payment_id = case.payment_id or (case.refund and case.refund.payment_id)
    return payment_id is not None and payment_id == (other.payment_id or (other.refund and other.refund.payment_id))
