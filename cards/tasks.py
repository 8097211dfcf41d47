"""The sweep that forgets codes whose time is long over."""

from __future__ import annotations

from celery import shared_task

from cards import operations
from common import clock


@shared_task(name="cards.forget_codes")
def forget_codes() -> None:
    operations.forget_codes(at=clock.now())
