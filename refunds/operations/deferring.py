"""Moving a refund to another date: by the day's run, or because a new calendar changed its promise."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from common.clock import today_in_taipei
from refunds import events
from refunds.calendar import calendar_of, current_version
from refunds.deferral import DeferralReason, Promise, Redated, redate
from refunds.models import CalendarVersion, Deferral, Refund
from refunds.operations.telling import tell_customer, tell_platform
from refunds.states import Status


def defer_refund(refund: Refund, *, to: dt.date, reason: DeferralReason, at: dt.datetime, by: str) -> None:
    """The run moves its turn to `to`; the promise itself stays. Joins the caller's transaction, the row locked."""
    _move(refund, promise=refund.promise, credit_date=to, reason=reason, at=at, by=by)


def redate_refund(*, refund_id: UUID, at: dt.datetime, by: str) -> bool:
    """Compare an open refund with the newest calendar and move it if that touches it. True when it was moved."""
    with transaction.atomic(durable=True):
        version = current_version()
        rows = Refund.objects.dated_before(version.number).select_for_update(of=("self",), skip_locked=True)
        related = rows.select_related("payment__account__customer", "platform", "calendar_version")
        refund = related.filter(pk=refund_id).first()
        if refund is None:
            return False
        moved = _touched_by(version, refund)
        dated_by = version if moved else refund.calendar_version
        Refund.objects.filter(pk=refund.pk).update(checked_version=version.number, calendar_version=dated_by)
        refund.checked_version, refund.calendar_version = version.number, dated_by
        if moved is not None:
            _move(refund, promise=moved.promise, credit_date=moved.credit_date, reason=moved.reason, at=at, by=by)
        return moved is not None


def tell_overdue(*, refund_id: UUID, at: dt.datetime) -> bool:
    """Tell the platform, once, that a refund's latest date has passed."""
    with transaction.atomic(durable=True):
        rows = Refund.objects.overdue(today_in_taipei(at)).select_for_update(of=("self",), skip_locked=True)
        related = rows.select_related("payment", "platform", "calendar_version")
        refund = related.filter(pk=refund_id, overdue_told_at=None).first()
        if refund is None:
            return False
        Refund.objects.filter(pk=refund.pk).update(overdue_told_at=at)
        tell_platform("refund.overdue", refund, at=at)
        return True


def _touched_by(version: CalendarVersion, refund: Refund) -> Redated | None:
    assert refund.calendar_version is not None
    assert refund.accepted_date is not None
    assert refund.credit_date is not None
    return redate(
        accepted_date=refund.accepted_date,
        promise=refund.promise,
        credit_date=refund.credit_date,
        before=calendar_of(refund.calendar_version),
        after=calendar_of(version),
    )


def _move(
    refund: Refund, *, promise: Promise, credit_date: dt.date, reason: DeferralReason, at: dt.datetime, by: str
) -> None:
    assert refund.status == Status.ACCEPTED, "only a refund that waits for its run has a date to move"
    before, old_date = refund.promise, refund.credit_date
    assert old_date is not None
    fields = {
        "expected_credit_date": promise.expected_credit_date,
        "latest_credit_date": promise.latest_credit_date,
        "credit_date": credit_date,
    }
    Refund.objects.filter(pk=refund.pk).update(**fields)
    for name, value in fields.items():
        setattr(refund, name, value)
    deferral = Deferral.objects.create(
        refund=refund,
        number=refund.deferrals.count() + 1,
        reason=reason,
        old_date=old_date,
        new_date=credit_date,
        old_latest_date=before.latest_credit_date,
        new_latest_date=promise.latest_credit_date,
        at=at,
        by=by,
    )
    tell_platform("refund.deferred", refund, at=at)
    if credit_date > old_date:
        text = events.deferred_sms(refund, deferral)
        tell_customer(f"refund_deferred_{deferral.number}", refund, text, at=at)
