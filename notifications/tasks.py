"""The sweeps: webhooks and text messages each have their own, so that a platform that hangs holds up no SMS."""

from __future__ import annotations

from celery import shared_task

from common import clock
from notifications import operations
from notifications.operations.numbering import BATCH as NUMBERED_AT_ONCE
from notifications.states import Channel

# A task ends after so many batches at the latest; what is left is the next sweep's.
_BATCHES_MAX = 50


@shared_task(name="notifications.deliver_webhooks")
def deliver_webhooks() -> None:
    _deliver(Channel.WEBHOOK)


@shared_task(name="notifications.deliver_sms")
def deliver_sms() -> None:
    _deliver(Channel.SMS)


@shared_task(name="notifications.number_events")
def number_events() -> None:
    for _ in range(_BATCHES_MAX):
        if operations.number_events() < NUMBERED_AT_ONCE:
            return


def _deliver(channel: Channel) -> None:
    for _ in range(_BATCHES_MAX):
        if not operations.deliver_due(channel=channel, at=clock.now()):
            return
