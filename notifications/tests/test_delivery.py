"""Delivering: exactly what is due, by one process, again after a crash, and written down."""

import datetime as dt

import pytest
from django.db import transaction

from common import phases
from notifications import operations, retry
from notifications.channels import fake_sender
from notifications.channels.port import Delivered, Unknown
from notifications.models import Attempt, Message, Retelling
from notifications.operations import claiming, delivery
from notifications.states import Channel, Phase, Status
from notifications.tests.factories import AT, deliver, make_event, make_sms, make_webhook, together
from platforms import operations as platforms
from platforms.models import WebhookEndpoint
from platforms.tests.factories import make_endpoint, make_platform

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)
URL = "https://shop.example/hook"
BY_PLATFORM = WebhookEndpoint.DisabledReason.BY_PLATFORM


@pytest.fixture(autouse=True)
def _channels_reset():
    for channel in Channel:
        fake_sender(channel).reset()


def webhooks():
    return fake_sender(Channel.WEBHOOK)


@pytest.mark.django_db
def test_an_acknowledged_message_is_delivered_and_over():
    message = make_webhook(URL)

    assert deliver(AT) == 1
    assert deliver(AT + HOUR) == 0

    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert AT <= message.acknowledged_at < AT + 10 * SECOND
    assert (message.due_at, message.lease_token, message.attempts_made) == (None, None, 1)
    attempt = message.attempts.get()
    assert (attempt.number, attempt.outcome, attempt.http_status, attempt.answer) == (1, "delivered", 200, "ok")


@pytest.mark.django_db
def test_a_notice_is_stamped_by_the_real_clock_while_the_test_clock_is_ahead(settings, tmp_path):
    """A receiver checks the time against its own clock; what happened when is told by the test clock."""
    settings.CLOCK_FILE = str(tmp_path / "clock")
    (tmp_path / "clock").write_text(str(9 * 86_400))
    make_webhook(URL)

    deliver(AT + dt.timedelta(days=9))

    (letter,) = webhooks().sent
    assert letter.sent_at == AT


@pytest.mark.django_db
def test_a_message_that_is_refused_climbs_the_whole_ladder_and_dies():
    message = make_webhook(URL)
    webhooks().behave(URL, "always 400")

    tried_at = []
    for mark in retry.LADDER:
        assert deliver(AT + mark - SECOND) == 0
        tried_at.append(deliver(AT + mark))
        if mark != retry.LADDER[-1]:
            message.refresh_from_db()
            assert message.status == Status.PENDING

    message.refresh_from_db()
    assert tried_at == [1] * 63
    assert (message.status, message.due_at, message.acknowledged_at) == (Status.DEAD, None, None)
    assert list(message.attempts.order_by("number").values_list("number", flat=True)) == list(range(1, 64))
    assert message.changes.get(step=1).reason == "not delivered in 63 attempts"
    assert deliver(AT + 100 * HOUR) == 0


@pytest.mark.django_db
def test_every_try_has_the_same_id_and_the_same_bytes():
    make_webhook(URL)
    webhooks().behave(URL, "timeout_after", "refuse", "deliver")

    for mark in retry.LADDER[:3]:
        deliver(AT + mark)

    letters = webhooks().sent
    assert len(letters) == 3
    assert len({(letter.event_id, letter.body) for letter in letters}) == 1


@pytest.mark.django_db
def test_what_is_not_due_is_left_alone():
    make_webhook(URL, at=AT + SECOND)

    assert deliver(AT) == 0
    assert webhooks().sent == []


@pytest.mark.django_db
def test_an_endpoint_that_is_switched_off_keeps_its_messages_until_it_is_on():
    platform = make_platform()
    endpoint = make_endpoint(platform, URL)
    make_event(platform)
    platforms.disable_endpoint(endpoint_id=endpoint.pk, why=BY_PLATFORM, at=AT, by="platform:shop")
    make_event(platform, at=AT + HOUR)
    assert deliver(AT + HOUR) == 0

    operations.enable_endpoint(endpoint_id=endpoint.pk, at=AT + 100 * HOUR, by="platform:shop")

    assert deliver(AT + 100 * HOUR) == 2


@pytest.mark.django_db
def test_a_hanging_platform_is_no_business_of_text_messages():
    make_webhook(URL)
    webhooks().behave(URL, "always_timeout")
    sms = make_sms()

    assert deliver(AT, Channel.SMS) == 1

    sms.refresh_from_db()
    assert sms.status == Status.DELIVERED
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
def test_one_batch_takes_no_more_than_its_limit():
    for _ in range(3):
        make_webhook()

    assert deliver(AT, limit=2) == 2
    assert deliver(AT, limit=2) == 1


@pytest.mark.django_db
def test_during_a_rotation_both_keys_sign_and_afterwards_the_new_one():
    platform = make_platform()
    endpoint = make_endpoint(platform, URL)
    old = endpoint.private_key()
    new = platforms.rotate_signing_key(endpoint=endpoint, at=AT).private_key()
    make_event(platform)
    webhooks().behave(URL, "refuse")

    deliver(AT)
    deliver(AT + 8 * 24 * HOUR)

    assert [letter.private_keys for letter in webhooks().sent] == [(new, old), (new,)]


@pytest.mark.django_db
def test_a_channel_that_breaks_is_an_unknown_answer_and_the_others_go_on(monkeypatch):
    broken, fine = make_webhook("https://broken.example/"), make_webhook(URL)
    honest = type(webhooks()).send

    def send(channel, letter):
        if letter.url == "https://broken.example/":
            raise ZeroDivisionError
        return honest(channel, letter)

    monkeypatch.setattr(type(webhooks()), "send", send)

    assert deliver(AT) == 2

    assert [Message.objects.get(pk=m.pk).status for m in (broken, fine)] == [Status.PENDING, Status.DELIVERED]
    assert broken.attempts.get().outcome == "unknown"


class Died(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def die_at(phase):
    def handler(reached):
        if reached == phase:
            raise Died

    phases.listen(handler)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phase", list(Phase)[:3])
def test_a_process_that_dies_on_the_way_sends_the_same_id_and_bytes_again(phase):
    message = make_webhook(URL)
    die_at(phase)
    with pytest.raises(Died):
        deliver(AT)
    phases.listen(None)
    before = len(webhooks().sent)

    assert deliver(AT + retry.LEASE - SECOND) == 0
    again = deliver(AT + retry.LEASE)

    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert again == (0 if phase is Phase.RECORDED else 1)
    assert len(webhooks().sent) == (before + 1 if again else before)
    assert len({(letter.event_id, letter.body) for letter in webhooks().sent}) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_each_message_once():
    messages = [make_webhook() for _ in range(40)]
    counts = []

    def work():
        while tried := deliver(AT, limit=3):
            counts.append(tried)

    together(*[work] * 8)

    assert sum(counts) == 40
    assert len(webhooks().sent) == 40
    assert {letter.message_id for letter in webhooks().sent} == {str(message.pk) for message in messages}
    assert Attempt.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_a_late_yes_counts_even_when_the_lease_went_to_another():
    message = make_webhook(URL)
    slow = claiming.claim(Channel.WEBHOOK, AT, 1)[0]
    webhooks().behave(URL, "refuse")
    deliver(AT + retry.LEASE)

    delivery._record(slow, (Delivered(http_status=200),), at=AT + retry.LEASE + SECOND)

    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["refused", "delivered"]


@pytest.mark.django_db(transaction=True)
def test_a_late_silence_changes_nothing_for_the_lease_that_came_after():
    message = make_webhook(URL)
    slow = claiming.claim(Channel.WEBHOOK, AT, 1)[0]
    later = AT + retry.LEASE
    newer = claiming.claim(Channel.WEBHOOK, later, 1)[0]

    delivery._record(slow, (Unknown(),), at=later)

    message.refresh_from_db()
    assert (message.lease_token, message.due_at) == (newer.token, AT)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction():
    make_webhook(URL)

    with pytest.raises(RuntimeError), transaction.atomic():
        deliver(AT)

    assert webhooks().sent == []


@pytest.mark.django_db
def test_two_operators_are_two_attempts_of_one_delivery(monkeypatch):
    sms = make_sms()
    answers = (Unknown(answer="no answer", operator="primary"), Delivered(http_status=200, operator="secondary"))
    monkeypatch.setattr(type(webhooks()), "send", lambda channel, letter: answers)

    deliver(AT, Channel.SMS)

    sms.refresh_from_db()
    rows = sms.attempts.order_by("number").values_list("number", "outcome", "operator")
    assert list(rows) == [(1, "unknown", "primary"), (2, "delivered", "secondary")]
    assert (sms.status, sms.attempts_made) == (Status.DELIVERED, 2)


@pytest.mark.django_db(transaction=True)
def test_customers_pressing_at_once_are_one_retelling():
    make_webhook(URL, subject="PAY-1")

    def press():
        with transaction.atomic():
            return operations.tell_again(subject="PAY-1", at=AT, by="customer")

    answers = together(*[press] * 6)

    assert sorted(answers) == [False] * 5 + [True]
    assert Retelling.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_platforms_that_hang_take_up_only_so_much():
    for _ in range(claiming.IN_FLIGHT_MAX + 8):
        make_webhook()
    hanging = [claiming.claim(Channel.WEBHOOK, AT, 16) for _ in range(5)]

    assert [len(claims) for claims in hanging] == [16, 16, 16, 16, 0]
    assert deliver(AT) == 0
    assert deliver(AT + retry.LEASE) == 16
