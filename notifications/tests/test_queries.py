"""What pages and console read: attempts with answers, next try, acknowledged, overdue; and the platform's feed."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from notifications import operations, queries
from notifications.channels import fake_sender
from notifications.models import Event
from notifications.states import Channel
from notifications.tests.factories import AT, deliver, make_event, make_sms, make_webhook
from platforms.models import WebhookEndpoint
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
URL = "https://shop.example/hook"


@pytest.fixture(autouse=True)
def _channels_reset():
    for channel in Channel:
        fake_sender(channel).reset()


def client(platform):
    _, secret = make_bearer_key(platform)
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def test_what_was_told_has_each_attempt_the_next_try_and_the_acknowledgement():
    make_webhook(URL, subject="PAY-1")
    make_webhook(subject="PAY-2")
    fake_sender(Channel.WEBHOOK).behave(URL, "refuse", "timeout_before")
    deliver(AT)
    deliver(AT + dt.timedelta(seconds=5))
    operations.number_events()

    (event,) = queries.told("PAY-1")

    (message,) = event.messages
    assert (event.kind, event.at, event.sequence) == ("payment.succeeded", AT, 1)
    assert (message.recipient, message.status) == (URL, "pending")
    tried = [(a.number, a.outcome, a.http_status, a.answer) for a in message.attempts]
    assert tried == [(1, "refused", 500, "no"), (2, "unknown", None, "no answer")]
    assert event.next_try_at == message.next_try_at == AT + dt.timedelta(seconds=30)
    assert event.acknowledged_at is None
    assert queries.acknowledged_at("PAY-1", "payment.succeeded") is None

    deliver(AT + dt.timedelta(seconds=30))

    (event,) = queries.told("PAY-1")
    assert event.acknowledged_at == queries.acknowledged_at("PAY-1", "payment.succeeded") >= AT
    assert event.next_try_at is None


def test_a_platform_without_an_address_was_told_in_its_feed_only():
    make_event(make_platform(), subject="PAY-1")

    (event,) = queries.told("PAY-1")

    assert (event.messages, event.sequence, event.acknowledged_at) == ((), None, None)


def test_reading_what_was_told_costs_the_same_for_one_event_and_for_ten(django_assert_num_queries):
    platform = make_platform()
    make_endpoint(platform)
    for _ in range(10):
        make_event(platform, subject="PAY-1")
    deliver(AT)

    with django_assert_num_queries(3):
        assert len(queries.told("PAY-1")) == 10


def test_overdue_is_what_no_endpoint_has_taken_in_that_time():
    taken = make_webhook(subject="PAY-taken").event
    silent = make_webhook(URL, subject="PAY-silent").event
    nobody = make_event(make_platform(), subject="PAY-nobody")
    make_event(make_platform(), kind="refund.credited")
    make_event(make_platform(), subject="PAY-young", at=AT + HOUR)
    make_event(make_platform(), subject="PAY-ancient", at=AT - 100 * HOUR)
    fake_sender(Channel.WEBHOOK).behave(URL, "always_timeout")
    deliver(AT)

    overdue = queries.unacknowledged(
        kinds=["payment.succeeded"], since=AT - 99 * HOUR, before=AT + dt.timedelta(seconds=1)
    )

    assert list(overdue[:10]) == [silent, nobody]
    assert taken not in overdue


def test_dead_messages_are_found():
    message = make_webhook(URL)
    make_webhook()
    fake_sender(Channel.WEBHOOK).behave(URL, "refuse")
    deliver(AT + 73 * HOUR)

    assert list(queries.dead_messages(before=AT + 73 * HOUR)[:10]) == [message]


def test_the_feed_is_read_page_by_page_without_gap_or_double():
    platform = make_platform()
    make_event(make_platform())
    events = [make_event(platform, number=number) for number in range(5)]
    operations.number_events()
    reader = client(platform)

    pages, after = [], 0
    while not pages or pages[-1]["has_more"]:
        pages.append(reader.get("/api/v1/events", {"after": after, "limit": 2}).json())
        after = pages[-1]["next_after"]

    read = [event for page in pages for event in page["data"]]
    assert [event["sequence"] for event in read] == [1, 2, 3, 4, 5]
    assert [event["id"] for event in read] == [event.public_id for event in events]
    assert read[3] == {
        "sequence": 4,
        "id": events[3].public_id,
        "type": "payment.succeeded",
        "created_at": "2026-06-08T02:00:00.000Z",
        "data": {"number": 3},
    }
    assert [page["has_more"] for page in pages] == [True, True, False]


def test_an_event_without_a_number_is_not_in_the_feed_yet():
    platform = make_platform()
    make_event(platform)
    reader = client(platform)

    assert reader.get("/api/v1/events").json() == {"data": [], "next_after": 0, "has_more": False}
    assert reader.get("/api/v1/events", {"after": 1}).json()["errors"][0]["code"] == "beyond_end"


def test_a_platform_never_reads_anothers_events():
    mine, other = make_platform(), make_platform()
    make_event(other, secret="theirs")
    make_event(mine)
    operations.number_events()

    answer = client(mine).get("/api/v1/events")

    assert "theirs" not in answer.content.decode()
    assert len(answer.json()["data"]) == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"after": "-1"}, "/after"),
        ({"after": "x"}, "/after"),
        ({"after": "1.5"}, "/after"),
        ({"after": "٣"}, "/after"),
        ({"after": "9" * 30}, "/after"),
        ({"after": str(2**63)}, "/after"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "501"}, "/limit"),
        ({"limit": ""}, "/limit"),
    ],
)
def test_a_feed_request_that_makes_no_sense_is_named(query, pointer):
    answer = client(make_platform()).get("/api/v1/events", query)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_reading_the_feed_needs_a_key():
    assert APIClient().get("/api/v1/events").status_code == 401
    assert not Event.objects.exists()


def test_what_a_sweep_would_send_is_neither_kept_back_nor_behind_another():
    endpoint = make_endpoint(platform := make_platform(), URL)
    first = make_event(platform, subject="PAY-1").messages.get()
    make_event(platform, subject="PAY-1", kind="payment.cancelled")
    later = make_event(platform, subject="PAY-2", at=AT + HOUR).messages.get()
    sms = make_sms()

    def found(at=AT, **health):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**health)
        return set(queries.to_send(at))

    assert found() == {first, sms}
    assert found(AT + HOUR) == {first, later, sms}
    assert found(failing_since=AT) == {first, later, sms}
    assert found(resting_until=AT + HOUR) == {sms}
    assert found(resting_until=None, failing_since=None, enabled=False, disabled_at=AT, disabled_reason="gone") == {sms}
