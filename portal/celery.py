"""The Celery app and the whole beat schedule as one table. Celery is the alarm clock; due rows in PostgreSQL are the work."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("outpost")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    # A worker that was killed leaves its messages unacknowledged: look for them every 5 s instead of every 90.
    broker_transport_options={"unacked_restore_interval": 5, "unacked_restore_throttle": 1, "visibility_timeout": 60},
)
app.autodiscover_tasks()

# task → every so many seconds. Each sweeps rows that are due; running it twice or never costs time, not money.
BEAT: dict[str, float] = {
    "payments.enquire": 5,
    "payments.reverse": 5,
    "payments.expire": 10,
    "payments.abandon_attempts": 15,
    "notifications.number_events": 2,
    "notifications.deliver_webhooks": 2,
    "notifications.deliver_sms": 2,
    "refunds.credit_due": 5,
    "refunds.enquire": 5,
    "refunds.redate_refunds": 10,
    "refunds.tell_overdue": 10,
    "verification.carry_on_left_checks": 5,
    "verification.expire_left_checks": 30,
    "support.watch": 10,
    "support.expire_approvals": 30,
    "reconciliation.check": 60,
    "audit.link_records": 5,
    "audit.sign_daily_head": 300,
    "platforms.forget_nonces": 600,
    "cards.forget_codes": 600,
}
# A message that nobody took in time is dropped: the next round sweeps the same rows.
app.conf.beat_schedule = {
    name: {"task": name, "schedule": seconds, "options": {"expires": max(seconds, 5)}} for name, seconds in BEAT.items()
}
