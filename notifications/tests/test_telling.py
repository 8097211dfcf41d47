"""Enqueueing joins the caller's transaction; telling again adds nothing and is rationed."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.utils import ProgrammingError

from notifications import operations
from notifications.channels import fake_sender
from notifications.models import Attempt, Event, EventNumber, Message, MessageChange, Retelling
from notifications.states import MOVES, Channel, Status
from notifications.tests.factories import AT, PHONE, deliver, make_event, make_sms, make_webhook
from platforms import operations as platforms
from platforms.models import WebhookEndpoint
from platforms.tests.factories import make_endpoint, make_platform

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _channels_reset():
    for channel in Channel:
        fake_sender(channel).reset()


def test_an_events_bytes_are_fixed_when_it_is_kept():
    event = make_event(subject="PAY-1", amount=961, text="付款")

    assert json.loads(event.body) == {
        "id": f"evt_{event.pk.hex}",
        "type": "payment.succeeded",
        "created_at": "2026-06-08T02:00:00.000Z",
        "data": {"amount": 961, "text": "付款"},
    }


def test_each_endpoint_that_wants_the_kind_gets_one_message_and_one_that_is_off_too():
    platform = make_platform()
    wanted = [make_endpoint(platform), make_endpoint(platform, event_types=["payment.succeeded", "refund.credited"])]
    make_endpoint(platform, event_types=["refund.credited"])
    wanted.append(make_endpoint(platform))
    off = WebhookEndpoint.DisabledReason.BY_STAFF
    platforms.disable_endpoint(endpoint_id=wanted[-1].pk, why=off, at=AT, by="staff:amy")
    make_endpoint(make_platform())

    event = make_event(platform)

    messages = list(event.messages.order_by("id"))
    assert [message.endpoint for message in messages] == wanted
    assert {(m.status, m.due_at, m.attempts_made) for m in messages} == {(Status.PENDING, AT, 0)}


def test_an_event_is_kept_even_when_nobody_is_to_be_told():
    event = make_event(make_platform())

    assert Event.objects.get() == event
    assert not Message.objects.exists()


def test_what_is_rolled_back_leaves_no_event_and_no_message():
    platform = make_platform()
    make_endpoint(platform)

    with transaction.atomic():
        operations.enqueue_event(platform=platform, kind="payment.succeeded", subject="PAY-1", data={}, at=AT)
        operations.enqueue_sms(purpose="payment_paid", subject="PAY-1", phone=PHONE, text="x", at=AT)
        transaction.set_rollback(True)

    assert not Event.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_enqueueing_outside_a_transaction_is_a_programmers_error():
    platform = make_platform()

    with pytest.raises(AssertionError):
        operations.enqueue_event(platform=platform, kind="payment.succeeded", subject="PAY-1", data={}, at=AT)
    with pytest.raises(AssertionError):
        operations.enqueue_sms(purpose="payment_paid", subject="PAY-1", phone=PHONE, text="x", at=AT)
    with pytest.raises(AssertionError):
        operations.tell_again(subject="PAY-1", at=AT, by="customer")


def test_one_text_message_for_ever_per_purpose_and_subject():
    first = make_sms(subject="PAY-1", text="first")
    second = make_sms(subject="PAY-1", text="second")
    other = make_sms(subject="PAY-1", purpose="refund_credited")

    assert second.pk == first.pk != other.pk
    assert second.text == "first"


def test_a_phone_number_is_sealed_at_rest_and_masked_when_shown():
    message = make_sms(phone=PHONE)

    assert PHONE[4:] not in message.recipient_sealed
    assert (message.phone, message.recipient) == (PHONE, "09••-•••-678")


def test_a_one_time_code_is_sealed_and_its_shown_text_masked():
    message = make_sms(purpose="identity_code", text="您的驗證碼為 123456")

    assert message.text == "您的驗證碼為 ••••••"
    assert "123456" not in str(Message.objects.filter(pk=message.pk).values().get())
    assert message.sent_text == "您的驗證碼為 123456"


@pytest.mark.parametrize("fate", ["deliver", "always_refuse"])
def test_a_one_time_code_is_erased_once_it_was_sent_or_given_up(fate):
    message = make_sms(purpose="identity_code", text="code 123456")
    fake_sender(Channel.SMS).behave(PHONE, fate)

    for minutes in (0, 1, 6):
        deliver(AT + minutes * MINUTE, Channel.SMS)

    message.refresh_from_db()
    assert message.status == (Status.DELIVERED if fate == "deliver" else Status.DEAD)
    assert (message.text, message.text_sealed) == ("code ••••••", "")
    assert fake_sender(Channel.SMS).sent[0].text == "code 123456"


def test_telling_again_makes_the_same_message_due_now():
    message = make_webhook("https://shop.example/a", subject="PAY-1")
    fake_sender(Channel.WEBHOOK).behave("https://shop.example/a", "refuse")
    deliver(AT + 20 * MINUTE)
    later = AT + 21 * MINUTE

    assert operations.tell_again(subject="PAY-1", at=later, by="customer", reason="pressed the button")

    message.refresh_from_db()
    assert (message.due_at, message.attempts_made) == (later, 1)
    assert Message.objects.count() == Event.objects.count() == 1
    assert Retelling.objects.values_list("subject", "by", "reason").get() == ("PAY-1", "customer", "pressed the button")


@pytest.mark.parametrize(
    ("by", "minutes", "is_allowed"),
    [
        ("customer", 0, False),
        ("customer", 9, False),
        ("customer", 10, True),
        ("staff:amy", 0, True),
        ("staff:amy", 1, True),
    ],
)
def test_customers_may_ask_once_in_ten_minutes_and_staff_at_any_time(by, minutes, is_allowed):
    message = make_webhook(subject="PAY-1")
    make_webhook(subject="PAY-2")
    operations.tell_again(subject="PAY-1", at=AT, by="customer")
    before = Message.objects.get(pk=message.pk).due_at

    allowed = operations.tell_again(subject="PAY-1", at=AT + minutes * MINUTE, by=by)

    assert allowed is is_allowed
    assert Retelling.objects.count() == (2 if is_allowed else 1)
    message.refresh_from_db()
    assert message.due_at == (AT + minutes * MINUTE if is_allowed else before)
    assert operations.tell_again(subject="PAY-2", at=AT, by="customer")


def test_what_was_acknowledged_is_not_told_again():
    message = make_webhook(subject="PAY-1")
    deliver(AT)

    assert operations.tell_again(subject="PAY-1", at=AT + MINUTE, by="staff:amy")

    message.refresh_from_db()
    assert message.status == Status.DELIVERED
    assert not Retelling.objects.exists()
    assert deliver(AT + MINUTE) == 0


def test_a_dead_message_is_revived_with_a_fresh_ladder():
    message = make_webhook("https://shop.example/b", subject="PAY-1")
    fake_sender(Channel.WEBHOOK).behave("https://shop.example/b", "refuse", "refuse")
    deliver(AT + 73 * 60 * MINUTE)
    message.refresh_from_db()
    assert message.status == Status.DEAD
    revived_at = AT + 100 * 60 * MINUTE

    assert operations.resend_message(message_id=message.pk, at=revived_at, by="staff:amy", reason="shop is back")
    deliver(revived_at)

    message.refresh_from_db()
    assert message.status == Status.PENDING
    assert message.due_at == revived_at + dt.timedelta(seconds=5)
    assert list(message.changes.order_by("step").values_list("after", flat=True)) == ["pending", "dead", "pending"]


def test_a_delivered_message_and_a_forgotten_code_are_not_sent_again():
    delivered = make_webhook()
    deliver(AT)
    code = make_sms(purpose="identity_code", text="code 123456")
    fake_sender(Channel.SMS).behave(PHONE, "always_refuse")
    deliver(AT + 6 * MINUTE, Channel.SMS)

    for message in (delivered, code):
        assert not operations.resend_message(message_id=message.pk, at=AT + 7 * MINUTE, by="staff:amy", reason="x")
        message.refresh_from_db()
        assert message.due_at is None
    assert not Retelling.objects.exists()


def test_the_database_knows_the_same_moves_as_the_code():
    for before in Status:
        for after in Status:
            message = make_webhook()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            if before != Status.PENDING:
                with transaction.atomic():
                    _force(message, before)
            try:
                with transaction.atomic():
                    _force(message, after)
                moved = True
            except IntegrityError:
                moved = False
            assert moved is (after in MOVES[before]), f"{before} to {after}"


def _force(message, status):
    """A move past move_to, as the database sees it."""
    message.refresh_from_db()
    step = message.step + 1
    Message.objects.filter(pk=message.pk).update(
        status=status,
        step=step,
        due_at=AT if status == Status.PENDING else None,
        acknowledged_at=AT if status == Status.DELIVERED else None,
    )
    message.changes.create(step=step, before=message.status, after=status, at=AT, by="test")


@pytest.mark.parametrize("model", [Event, EventNumber, Attempt, Retelling, MessageChange])
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_what_happened_can_be_neither_changed_nor_removed(model, deed):
    make_webhook(subject="PAY-1")
    operations.tell_again(subject="PAY-1", at=AT, by="staff:amy")
    deliver(AT)
    operations.number_events()
    rows = model.objects.all()
    assert rows.exists()

    with pytest.raises((ProgrammingError, InternalError, IntegrityError)), transaction.atomic():
        rows._raw_delete(rows.db) if deed == "delete" else rows.update(**{model._meta.pk.attname: rows[0].pk})

    assert rows.exists()
