"""The sweeps of refunds: the day's run, enquiries, dating by a new calendar. Each takes due rows and no others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task

from common.clock import now, today_in_taipei
from refunds import operations
from refunds.calendar import current_version
from refunds.models import Refund
from refunds.models.refund import RefundQuerySet
from refunds.operations import Worked

log = logging.getLogger(__name__)

# Rows a sweep works through before it lets another have the thread; the next one goes on where it ended.
_SWEEP_LIMIT = 200
_BY = "sweep"


@shared_task(name="refunds.credit_due")
def credit_due() -> None:
    """The day's run: credit or defer each refund whose date has come."""

    def credit(refund_id: UUID) -> bool:
        # Before the run opens it is the same for all of them.
        return operations.credit_due_refund(refund_id=refund_id, at=now(), by=_BY) is not Worked.WAITING

    _sweep(Refund.objects.due(now()).order_by("credit_date", "id"), credit)


@shared_task(name="refunds.enquire")
def enquire() -> None:
    """Ask the bank about each credit whose answer was lost."""

    def ask(refund_id: UUID) -> bool:
        operations.enquire_about_credit(refund_id=refund_id, at=now(), by=_BY)
        return True

    _sweep(Refund.objects.to_enquire(now()).order_by("enquire_at", "id"), ask)


@shared_task(name="refunds.redate_refunds")
def redate_refunds() -> None:
    """Compare each open refund with the newest calendar."""

    def redate(refund_id: UUID) -> bool:
        operations.redate_refund(refund_id=refund_id, at=now(), by=_BY)
        return True

    _sweep(Refund.objects.dated_before(current_version().number).order_by("credit_date", "id"), redate)


@shared_task(name="refunds.tell_overdue")
def tell_overdue() -> None:
    """Tell the platform of each refund whose latest date has passed."""

    def tell(refund_id: UUID) -> bool:
        operations.tell_overdue(refund_id=refund_id, at=now())
        return True

    overdue = Refund.objects.overdue(today_in_taipei(now())).filter(overdue_told_at=None)
    _sweep(overdue.order_by("latest_credit_date", "id"), tell)


def _sweep(due: RefundQuerySet, work: Callable[[UUID], bool]) -> None:
    for refund_id in list(due.values_list("id", flat=True)[:_SWEEP_LIMIT]):
        try:
            if not work(refund_id):
                return
        except Exception:  # one refund's trouble must not keep the others waiting
            log.exception("refund sweep failed", extra={"refund": str(refund_id)})
