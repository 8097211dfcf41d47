"""The sweep that looks over the books every minute."""

from __future__ import annotations

import datetime as dt

from celery import shared_task

from common import clock
from reconciliation import operations, queries

# A day holds every request that is still being settled; what disagrees longer is looked at until it agrees.
_SPAN = dt.timedelta(days=1)


@shared_task(name="reconciliation.check")
def check() -> None:
    at = clock.now()
    disagreed_at = queries.oldest_open_mismatch_at() or at
    operations.reconcile(since=min(at, disagreed_at) - _SPAN, until=at + _SPAN, at=at)
