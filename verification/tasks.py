"""The gate's sweeps: end what was left open, finish what a dead process left waiting for an answer."""

from __future__ import annotations

import logging

from celery import shared_task

from common.clock import now
from verification import operations, queries

log = logging.getLogger(__name__)

_SWEEP_LIMIT = 200


@shared_task(name="verification.expire_left_checks")
def expire_left_checks() -> None:
    """End checks that nobody went on with for half an hour."""
    operations.expire_left_checks(at=now(), limit=_SWEEP_LIMIT, by="sweep")


@shared_task(name="verification.carry_on_left_checks")
def carry_on_left_checks() -> None:
    """Ask again, with the same request id, what was never settled."""
    for check_id in queries.left_in_flight(at=now(), limit=_SWEEP_LIMIT):
        try:
            operations.carry_on(check_id=check_id, at=now(), by="sweep")
        except Exception:  # one check's trouble must not keep the others waiting
            log.exception("check not carried on", extra={"check": str(check_id)})
