"""run_soon: wake a Celery task after commit. The rows carry the work; losing the call costs only the wait of a sweep."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)


def run_soon(task: str, *args: Any) -> None:
    """Start the registered task named `task` (for example "notifications.deliver_webhooks") once this transaction commits."""
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[Any, ...]) -> None:
    if not settings.WAKE_WORKERS:
        return
    try:
        # Without retries: a broker that is away must not hold the customer's request. Beat sweeps the row anyway.
        current_app.send_task(task, args=args, ignore_result=True, retry=False)
    except current_app.connection_for_write().connection_errors as error:
        log.warning("wake-up lost", extra={"task": task, "error": str(error)})
    except OSError as error:
        log.warning("wake-up lost", extra={"task": task, "error": str(error)})
