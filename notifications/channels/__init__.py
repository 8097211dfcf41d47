"""The ways out: `channel(name)` is the adapter that the settings name for webhooks or text messages."""

from functools import lru_cache

from django.conf import settings

from notifications.channels.fake import FakeChannel
from notifications.channels.platform import WebhookSender
from notifications.channels.port import Sender
from notifications.channels.sms import SmsSender
from notifications.states import Channel

_fakes = {channel: FakeChannel() for channel in Channel}


def sender(channel: Channel) -> Sender:
    return _fakes[channel] if settings.WIRES == "fake" else _live(channel)


def fake_sender(channel: Channel) -> FakeChannel:
    """The simulator itself, for tests to steer and to read what was sent."""
    return _fakes[channel]


@lru_cache(maxsize=2)
def _live(channel: Channel) -> Sender:
    if channel is Channel.WEBHOOK:
        return WebhookSender(loopback_too=settings.SANDBOX)
    return SmsSender(
        primary=(settings.SMS_PRIMARY_URL, settings.SMS_PRIMARY_TOKEN),
        secondary=(settings.SMS_SECONDARY_URL, settings.SMS_SECONDARY_TOKEN),
    )
