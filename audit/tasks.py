"""The sweeps that chain records and sign the day's head."""

from __future__ import annotations

from celery import shared_task

from audit import operations
from common import clock

_BATCHES_MAX = 50


@shared_task(name="audit.link_records")
def link_records() -> None:
    for _ in range(_BATCHES_MAX):
        if operations.link_records() < operations.BATCH:
            return


@shared_task(name="audit.sign_daily_head")
def sign_daily_head() -> None:
    operations.link_records()
    operations.sign_daily_head(at=clock.now())
