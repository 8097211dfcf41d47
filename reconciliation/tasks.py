"""The sweep that looks over the books: every minute, and more seldom once a look takes long."""

from __future__ import annotations

import datetime as dt
import time

from celery import shared_task
from django.core.cache import cache

from common import clock
from reconciliation import operations, queries

# A day holds every request that is still being settled; what disagrees longer is looked at until it agrees.
_SPAN = dt.timedelta(days=1)
# A look walks the whole history. It is alone, and afterwards rests this many times as long as it took: books that have grown are
# looked at more seldom, and never take more than a tenth of a processor.
_RESTS_TIMES, _BEAT = 9, 60
_MARK = "reconciliation.check"
# A worker that was killed while looking leaves its mark for so long.
_LOOK_MAX = 15 * 60


@shared_task(name="reconciliation.check")
def check() -> None:
    if not cache.add(_MARK, True, timeout=_LOOK_MAX):
        return
    began = time.monotonic()
    try:
        at = clock.now()
        disagreed_at = queries.oldest_open_mismatch_at() or at
        operations.reconcile(since=min(at, disagreed_at) - _SPAN, until=at + _SPAN, at=at)
    finally:
        rest = int(_RESTS_TIMES * (time.monotonic() - began)) - _BEAT
        # No rest ends the mark at once.
        cache.set(_MARK, True, timeout=max(rest, 0))
