"""The sweeps: each does all that is due on its own channel and leaves the other alone."""

import pytest
from django.test import override_settings

from common import clock
from notifications import channels, tasks
from notifications.channels import fake_sender
from notifications.channels.platform import WebhookSender
from notifications.channels.sms import SmsSender
from notifications.models import EventNumber, Message
from notifications.states import Channel, Status
from notifications.tests.factories import make_sms, make_webhook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _channels_reset():
    for channel in Channel:
        fake_sender(channel).reset()


def test_the_webhook_sweep_sends_every_due_webhook_and_no_text_message():
    for _ in range(20):
        make_webhook(at=clock.now())
    sms = make_sms(at=clock.now())

    tasks.deliver_webhooks()

    assert len(fake_sender(Channel.WEBHOOK).sent) == 20
    assert list(Message.objects.filter(status=Status.PENDING)) == [sms]


def test_the_text_message_sweep_sends_every_due_text_message_and_no_webhook():
    for _ in range(20):
        make_sms(at=clock.now())
    webhook = make_webhook(at=clock.now())

    tasks.deliver_sms()

    assert len(fake_sender(Channel.SMS).sent) == 20
    assert list(Message.objects.filter(status=Status.PENDING)) == [webhook]


def test_the_numbering_sweep_numbers_everything():
    for _ in range(3):
        make_webhook()

    tasks.number_events()

    assert EventNumber.objects.count() == 3


@override_settings(WIRES="live", SMS_PRIMARY_URL="http://127.0.0.1:1", SMS_PRIMARY_TOKEN="t")
def test_live_wires_are_the_http_ones():
    channels._live.cache_clear()

    assert isinstance(channels.sender(Channel.WEBHOOK), WebhookSender)
    assert isinstance(channels.sender(Channel.SMS), SmsSender)

    channels._live.cache_clear()
