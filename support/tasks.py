"""The sweeps: a case for what nobody settles, closed when its cause is gone; requests that nobody decided in time."""

from __future__ import annotations

import logging

from celery import shared_task

from common.clock import now
from support import operations, queries
from support.queries import approvals
from support.watch import causes

log = logging.getLogger(__name__)

# Of each kind, a round. A platform that is away for a day brings thousands; they come in order of age.
_SWEEP_LIMIT = 200
_BY = "sweep"


@shared_task(name="support.watch")
def watch() -> None:
    """Closing goes first: a case whose cause came back is opened anew."""
    for case_id in queries.cases_to_look_at(limit=_SWEEP_LIMIT):
        try:
            operations.close_resolved(case_id=case_id, at=now(), by=_BY)
        except Exception:  # one case's trouble must not keep the others waiting
            log.exception("case not looked at", extra={"case": str(case_id)})
    for cause in causes(now(), limit=_SWEEP_LIMIT):
        try:
            operations.open_case(cause=cause, at=now(), by=_BY)
        except Exception:  # nor one cause's
            log.exception("case not opened", extra={"kind": cause.kind})


@shared_task(name="support.expire_approvals")
def expire_approvals() -> None:
    """What nobody decided within its day is over; reading it says so before the sweep comes by."""
    for approval_id in approvals.to_expire(now(), limit=_SWEEP_LIMIT):
        try:
            operations.expire_approval(approval_id=approval_id, at=now(), by=_BY)
        except Exception:  # one request's trouble must not keep the others waiting
            log.exception("approval not expired", extra={"approval": str(approval_id)})
