"""The sweep that forgets nonces whose time is over."""

from __future__ import annotations

from celery import shared_task

from common import clock
from platforms import operations


@shared_task(name="platforms.forget_nonces")
def forget_nonces() -> None:
    operations.forget_nonces(at=clock.now())
