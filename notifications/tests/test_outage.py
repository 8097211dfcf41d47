"""A platform is away for three days: nothing is lost, nothing overtakes, nobody else notices, and it is back in a minute."""

import datetime as dt
import json
from itertools import count
from uuid import UUID

import pytest
from django.test import override_settings

from notifications import channels
from notifications.channels import fake_sender
from notifications.models import Attempt, Message
from notifications.states import Channel, Status
from notifications.tests.factories import AT, answer_with, deliver, make_event, receiver
from platforms.models import WebhookEndpoint
from platforms.tests.factories import make_endpoint, make_platform

# Commits are real: within one transaction old versions of rows pile up, and the database plans as no live one would.
pytestmark = pytest.mark.django_db(transaction=True)
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)
AWAY, WELL = "https://away.example/hook", "https://well.example/hook"
_payments = count(1)


def make_payment(platform, at):
    """A payment and its refund: four events that have to arrive in this order."""
    number = next(_payments)
    story = [
        (f"PAY-{number}", "payment.succeeded"),
        (f"RF-{number}", "refund.requested"),
        (f"RF-{number}", "refund.accepted"),
        (f"RF-{number}", "refund.credited"),
    ]
    return [make_event(platform, subject=s, kind=kind, at=at, ordering_key=f"PAY-{number}") for s, kind in story]


def sweep(at):
    """What the task does at one moment; after how many batches the other platform had nothing left to hear."""
    batches = heard_after = 0
    while deliver(at):
        batches += 1
        if not heard_after and not waiting(WELL).exists():
            heard_after = batches
    return heard_after


def waiting(url):
    return Message.objects.filter(endpoint__url=url, status=Status.PENDING)


def orders_kept(event_ids):
    """Within each payment every event left after the one before it."""
    keys = dict(Message.objects.values_list("event_id", "ordering_key"))
    told = {}
    for event_id in map(as_uuid, event_ids):
        told.setdefault(keys[event_id], []).append(event_id)
    return all(events == sorted(events) for events in told.values())


def as_uuid(event_id):
    return UUID(event_id.removeprefix("evt_"))


@pytest.fixture
def away():
    platform = make_platform()
    make_endpoint(platform, AWAY)
    return platform


@pytest.fixture
def well():
    platform = make_platform()
    make_endpoint(platform, WELL)
    return platform


def tell_the_other(well, at):
    """One event of the other platform: in which batch of the sweep it left, and how long that took."""
    event = make_event(well, at=at)
    batch = sweep(at)
    return batch, event.messages.get().acknowledged_at - at


def test_an_outage_of_three_days(away, well):
    normal = [tell_the_other(well, AT - HOUR + minute * MINUTE) for minute in range(5)]
    fake_sender(Channel.WEBHOOK).behave(AWAY, "always_timeout")

    meanwhile = []
    for hour in range(72):
        make_payment(away, AT + hour * HOUR)
        meanwhile.append(tell_the_other(well, AT + hour * HOUR))
        sweep(AT + hour * HOUR + 30 * MINUTE)
    backlog = waiting(AWAY).count()
    tried = Attempt.objects.filter(message__endpoint__url=AWAY).count()
    fake_sender(Channel.WEBHOOK).behaviours.clear()
    back_at = AT + 72 * HOUR
    spent = next(seconds for seconds in range(0, 62, 2) if not left_after(back_at + seconds * SECOND))

    assert backlog == 72 * 4
    assert tried <= 4 + 2 * 72
    assert {batch for batch, _ in normal} == {batch for batch, _ in meanwhile} == {1}
    assert max(delay for _, delay in meanwhile) < 5 * SECOND
    assert spent <= 60
    assert set(Message.objects.values_list("status", flat=True)) == {Status.DELIVERED}
    received = [letter.event_id for letter in fake_sender(Channel.WEBHOOK).sent if letter.url == AWAY]
    assert len(received) == len(set(received)) == 72 * 4
    assert orders_kept(received)
    found = WebhookEndpoint.objects.get(url=AWAY)
    assert (found.enabled, found.failing_since, found.resting_until) == (True, None, None)


def left_after(at):
    sweep(at)
    return waiting(AWAY).count()


@pytest.fixture
def real_http(settings):
    channels._live.cache_clear()
    with override_settings(WIRES="live"):
        yield
    channels._live.cache_clear()


def test_an_outage_over_real_http(real_http):
    """Nobody listens; then a 503, a page instead of an answer, a 404; then it is back with everything in order."""
    away, well, mood = make_platform(), make_platform(), {}

    def answer_in_its_mood(handler):
        mood["answer"](handler)

    with receiver(answer_with(200)) as other, receiver(answer_in_its_mood) as shop:
        make_endpoint(well, f"{other.url}/hook")
        endpoint = make_endpoint(away, "http://127.0.0.1:1/hook")
        for minute in range(20):
            make_payment(away, AT + minute * MINUTE)
            make_event(well, at=AT + minute * MINUTE)
            while deliver(AT + minute * MINUTE):
                pass
        assert len(other.received) == 20
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=f"{shop.url}/hook")
        answers = [answer_with(503, Retry_After="40"), answer_with(302, Location="/login"), answer_with(404, b"nginx")]
        for hour, answer in enumerate(answers, start=1):
            mood["answer"] = answer
            while deliver(AT + hour * HOUR):
                pass
        refused = len(shop.received)
        mood["answer"] = answer_with(204)

        for seconds in range(0, 62, 2):
            while deliver(AT + 70 * HOUR + seconds * SECOND):
                pass

        bodies = [json.loads(body) for _, _, body in shop.received[refused:]]

    assert refused == 3
    assert len(bodies) == 80
    assert set(Message.objects.values_list("status", flat=True)) == {Status.DELIVERED}
    ids_of = [message.event.public_id for message in Message.objects.filter(endpoint=endpoint).order_by("event_id")]
    assert {body["id"] for body in bodies} == set(ids_of)
    key_of = dict(Message.objects.filter(endpoint=endpoint).values_list("event_id", "ordering_key"))
    told = {}
    for body in bodies:
        told.setdefault(key_of[as_uuid(body["id"])], []).append(body["type"])
    story = ["payment.succeeded", "refund.requested", "refund.accepted", "refund.credited"]
    assert list(told.values()) == [story] * 20
