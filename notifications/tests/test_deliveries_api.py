"""Deliveries over HTTP: found by what they are about, read with each attempt, sent again."""

import datetime as dt

import pytest

from common import clock
from notifications.channels import fake_sender
from notifications.models import Attempt, Message, Retelling
from notifications.states import Channel, Status
from notifications.tests.factories import deliver, make_event, make_sms
from notifications.tests.test_webhooks_api import Shop, problem
from platforms.models import WebhookEndpoint
from platforms.tests.factories import make_endpoint

pytestmark = pytest.mark.django_db
LIST = "/api/v1/webhook-deliveries"
URL = "https://shop.example/hook"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def shop():
    found = Shop()
    make_endpoint(found.platform, URL)
    return found


def behave(*fates):
    fake_sender(Channel.WEBHOOK).behave(URL, *fates)


def test_a_delivery_is_shown_with_each_attempt(shop):
    now = clock.now()
    event = make_event(shop.platform, subject="PAY-1", at=now)
    behave("400", "deliver")
    deliver(now)
    deliver(now + dt.timedelta(seconds=5))

    (body,) = shop.get(LIST).json()["data"]

    message = Message.objects.get()
    assert {name: body[name] for name in ("object", "id", "event", "event_type", "subject", "endpoint", "status")} == {
        "object": "delivery",
        "id": f"dl_{message.pk.hex}",
        "event": event.public_id,
        "event_type": "payment.succeeded",
        "subject": "PAY-1",
        "endpoint": WebhookEndpoint.objects.get().public_id,
        "status": "delivered",
    }
    assert (body["attempts_made"], body["next_try_at"], body["acknowledged_at"] is None) == (2, None, False)
    shown = [(a["number"], a["outcome"], a["http_status"], a["answer"]) for a in body["attempts"]]
    assert shown == [(1, "refused", 400, "no"), (2, "delivered", 200, "ok")]
    assert shop.get(f"{LIST}/{body['id']}").json() == body


def test_deliveries_are_found_by_endpoint_event_subject_status_and_time(shop):
    other = make_endpoint(shop.platform, f"{URL}/other", event_types=["refund.credited"])
    now = clock.now()
    first = make_event(shop.platform, subject="PAY-1", at=now - 5 * HOUR)
    make_event(shop.platform, subject="PAY-2", at=now - 90 * HOUR)
    make_event(shop.platform, subject="RF-1", kind="refund.credited", at=now - HOUR)
    make_sms(subject="PAY-1")
    behave("400", "400")
    Message.objects.exclude(subject="PAY-2").update(due_at=now + HOUR)
    deliver(now)

    def found(**query):
        return sorted(row["subject"] for row in shop.get(LIST, **query).json()["data"])

    assert found() == ["PAY-1", "PAY-2", "RF-1", "RF-1"]
    assert found(endpoint=other.public_id) == ["RF-1"]
    assert found(event=first.public_id) == ["PAY-1"]
    assert found(subject="PAY-2") == ["PAY-2"]
    assert found(status="given_up") == ["PAY-2"]
    assert found(status="pending", subject="RF-1") == ["RF-1", "RF-1"]
    assert found(status="delivered") == []
    assert found(created_from=(now - 6 * HOUR).isoformat(), created_before=(now - 2 * HOUR).isoformat()) == ["PAY-1"]
    assert found(endpoint=f"we_{'0' * 32}") == []


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({"state": "pending"}, "/state", "unknown_field"),
        ({"status": "dead"}, "/status", "unknown_word"),
        ({"endpoint": "we_1"}, "/endpoint", "invalid"),
        ({"event": "PAY-1"}, "/event", "invalid"),
        ({"created_from": "monday"}, "/created_from", "invalid"),
        ({"created_before": "2026-06-08T02:00:00"}, "/created_before", "invalid"),
    ],
)
def test_a_filter_that_is_wrong_is_refused_by_name(shop, query, pointer, code):
    answer = shop.get(LIST, **query)

    assert problem(answer) == (422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_another_platforms_delivery_and_a_text_message_are_not_there(shop):
    make_event(shop.platform)
    sms = make_sms()
    ids = [Message.objects.get(channel=Channel.WEBHOOK).public_id, sms.public_id, "dl_x", "PAY-1"]

    answers = [Shop().get(f"{LIST}/{ids[0]}"), *(shop.get(f"{LIST}/{name}") for name in ids[1:])]
    answers += [Shop().post(f"{LIST}/{ids[0]}/resend"), shop.post(f"{LIST}/{ids[1]}/resend")]

    assert [problem(answer) for answer in answers] == [(404, "delivery_not_found")] * 6
    assert Shop().get(LIST).json()["data"] == []
    assert not Retelling.objects.exists()


def test_a_delivery_that_was_given_up_is_sent_again_with_a_fresh_ladder(shop):
    make_event(shop.platform, subject="PAY-1", at=clock.now() - 80 * HOUR)
    behave("400")
    deliver(clock.now())
    message = Message.objects.get()
    assert message.status == Status.DEAD

    body = shop.post(f"{LIST}/{message.public_id}/resend").json()

    assert (body["status"], body["attempts_made"]) == ("pending", 1)
    assert Retelling.objects.values_list("subject", "by").get() == ("PAY-1", f"platform:{shop.platform.code}")
    assert deliver(clock.now()) == 1
    sent = fake_sender(Channel.WEBHOOK).sent
    assert len({(letter.event_id, letter.body) for letter in sent}) == 1


def test_asking_for_it_again_ends_the_endpoints_rest(shop):
    make_event(shop.platform, at=clock.now())
    behave("429 3000")
    deliver(clock.now())
    assert deliver(clock.now()) == 0
    message = Message.objects.get()

    shop.post(f"{LIST}/{message.public_id}/resend")

    assert deliver(clock.now()) == 1
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


def test_what_was_taken_is_not_sent_again(shop):
    make_event(shop.platform, at=clock.now())
    deliver(clock.now())
    message = Message.objects.get()

    answer = shop.post(f"{LIST}/{message.public_id}/resend")

    assert problem(answer) == (409, "delivery_taken")
    assert deliver(clock.now()) == 0
    assert not Retelling.objects.exists()


def test_while_it_rests_or_is_off_the_next_try_says_so(shop):
    now = clock.now()
    make_event(shop.platform, at=now)
    endpoint = WebhookEndpoint.objects.get()
    message = Message.objects.select_related("endpoint").get()
    assert message.next_try_at == now

    WebhookEndpoint.objects.update(resting_until=now + HOUR)
    message = Message.objects.select_related("endpoint").get()
    assert message.next_try_at == now + HOUR

    shop.post(f"/api/v1/webhook-endpoints/{endpoint.public_id}/disable")
    assert shop.get(LIST).json()["data"][0]["next_try_at"] is None


def test_of_very_many_attempts_the_newest_are_shown(shop):
    now = clock.now()
    make_event(shop.platform, at=now)
    message = Message.objects.get()
    Attempt.objects.bulk_create(
        Attempt(message=message, number=number, at=now, outcome="refused", http_status=500, duration_ms=1)
        for number in range(1, 151)
    )
    Message.objects.update(attempts_made=150)

    one = shop.get(f"{LIST}/{message.public_id}").json()
    (row,) = shop.get(LIST).json()["data"]

    assert [attempt["number"] for attempt in one["attempts"]] == list(range(51, 151))
    assert [attempt["number"] for attempt in row["attempts"]] == list(range(141, 151))
    assert one["attempts_made"] == row["attempts_made"] == 150
