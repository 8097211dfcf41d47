"""An endpoint as a whole: its circuit, its rest, its order, and that no other endpoint notices."""

import datetime as dt

import pytest
from django.db import connection

from conftest import owner_connection
from notifications import operations, retry
from notifications.channels import fake_sender
from notifications.models import Attempt, Event, Message, MessageChange
from notifications.operations import claiming
from notifications.operations.telling import new_delivery
from notifications.states import Channel, Status
from notifications.tests.factories import AT, deliver, make_event, together
from platforms.models import EndpointChange, WebhookEndpoint
from platforms.tests.factories import make_endpoint, make_platform

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)
DOWN, WELL = "https://down.example/hook", "https://well.example/hook"


@pytest.fixture
def down():
    """A platform whose endpoint the test breaks."""
    platform = make_platform()
    make_endpoint(platform, DOWN)
    return platform


@pytest.fixture
def well():
    platform = make_platform()
    make_endpoint(platform, WELL)
    return platform


def behave(*fates, url=DOWN):
    fake_sender(Channel.WEBHOOK).behaviours.pop(url, None)
    fake_sender(Channel.WEBHOOK).behave(url, *fates)


def sent(url=DOWN):
    return [letter.event_id for letter in fake_sender(Channel.WEBHOOK).sent if letter.url == url]


def sweep(at):
    """All that the task does at this moment."""
    counts = []
    while tried := deliver(at):
        counts.append(tried)
    return sum(counts)


def endpoint():
    return WebhookEndpoint.objects.get(url=DOWN)


def pending(url=DOWN):
    return Message.objects.filter(endpoint__url=url, status=Status.PENDING)


@pytest.mark.parametrize("fate", ["always_timeout", "always_refuse", "always 302", "always 408", "always 429"])
def test_an_endpoint_that_fails_is_probed_with_one_message_and_the_others_wait_untouched(down, fate):
    events = [make_event(down) for _ in range(40)]
    behave(fate)
    first = sweep(AT)

    probes = [sweep(AT + at * SECOND) for at in (1, 5, 6, 30, 31, 59, 61, 62)]

    assert first == claiming.IN_FLIGHT_PER_ENDPOINT
    assert probes == [0, 1, 0, 1, 0, 0, 1, 0]
    assert Attempt.objects.count() == 8 + 3
    assert pending().filter(attempts_made=0).count() == 40 - 8 - 3
    assert (pending().count(), endpoint().failing_since is None) == (len(events), False)


def test_what_was_not_tried_yet_is_probed_first_and_the_oldest_of_it(down):
    events = [make_event(down) for _ in range(11)]
    behave("always_refuse")
    sweep(AT)

    for at in (5, 30, 61):
        sweep(AT + at * SECOND)

    assert sent()[8:] == [event.public_id for event in events[8:11]]


def test_the_first_success_lets_the_whole_backlog_go(down):
    events = [make_event(down) for _ in range(100)]
    behave("always_refuse")
    for seconds in range(0, 1800, 30):
        sweep(AT + seconds * SECOND)
    behave("deliver")

    counts = [sweep(AT + 1800 * SECOND + seconds * SECOND) for seconds in (0, 2)]

    assert sum(counts) == 100
    assert {message.status for message in Message.objects.all()} == {Status.DELIVERED}
    assert {event.public_id for event in events} <= set(sent())
    found = endpoint()
    assert (found.failing_since, found.resting_until, found.refused_in_row) == (None, None, 0)


def test_what_waited_behind_a_failing_endpoint_is_given_up_with_its_own_ladder_and_not_before(down):
    first, second = make_event(down, at=AT), make_event(down, at=AT + HOUR)
    behave("always_timeout")

    statuses = {}
    for hours in (0, 71, 72, 73):
        sweep(AT + hours * HOUR)
        sweep(AT + hours * HOUR + MINUTE)
        statuses[hours] = [Message.objects.get(event=event).status for event in (first, second)]

    assert statuses[71] == [Status.PENDING] * 2
    assert statuses[72] == [Status.DEAD, Status.PENDING]
    assert statuses[73] == [Status.DEAD] * 2
    changes = Message.objects.get(event=first).changes.order_by("step").values_list("before", "after")
    assert list(changes) == [("", "pending"), ("pending", "dead")]


def test_a_clock_that_jumps_gives_nothing_up_at_an_endpoint_that_is_well(down):
    for _ in range(20):
        make_event(down)

    assert sweep(AT + 200 * HOUR) == 20
    assert not pending().exists()


def test_one_platform_that_hangs_costs_another_nothing(down, well):
    """Each notice of the other leaves with the sweep after it, as it does when all are well."""
    behave("always_timeout")
    for _ in range(200):
        make_event(down)

    for second in range(0, 120, 2):
        at = AT + second * SECOND
        event = make_event(well, at=at)
        sweep(at)
        assert sent(WELL)[-1] == event.public_id

    assert Attempt.objects.filter(message__endpoint__url=DOWN).count() == 8 + 4
    assert not pending(WELL).exists()


def test_claims_go_round_the_endpoints(down, well):
    for platform in (down, well):
        for _ in range(20):
            make_event(platform)

    claims = claiming.claim(Channel.WEBHOOK, AT, 6)

    assert [claim.letter.url for claim in claims] == [DOWN, WELL] * 3


def test_one_endpoint_has_eight_on_their_way_and_two_while_it_is_slow(down):
    for _ in range(40):
        make_event(down)

    at_once = [len(claiming.claim(Channel.WEBHOOK, AT, 16)) for _ in range(2)]
    assert at_once == [8, 0]

    Message.objects.filter(pk__in=pending().filter(lease_until__gt=AT).values("pk")[:7]).update(lease_until=None)
    later = AT + claiming.SLOW_AFTER
    assert [len(claiming.claim(Channel.WEBHOOK, later, 16)) for _ in range(2)] == [1, 0]


def test_probes_never_take_up_more_than_two_batches():
    platforms = [make_platform() for _ in range(60)]
    for platform in platforms:
        make_endpoint(platform)
        make_event(platform)
    WebhookEndpoint.objects.update(failing_since=AT, resting_until=AT)
    healthy = make_platform()
    make_endpoint(healthy, WELL)
    make_event(healthy)

    batches = [claiming.claim(Channel.WEBHOOK, AT, 16) for _ in range(3)]

    assert [len(batch) for batch in batches] == [16, 16, 0]
    assert batches[0][0].letter.url == WELL


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_keep_to_one_probe(down):
    for _ in range(20):
        make_event(down)
    WebhookEndpoint.objects.update(failing_since=AT, resting_until=AT)

    claims = together(*[lambda: claiming.claim(Channel.WEBHOOK, AT, 16)] * 8)

    assert sorted(len(one) for one in claims) == [0] * 7 + [1]


def test_events_of_a_payment_and_its_refunds_reach_the_endpoint_one_after_the_other(down):
    paid, other = make_event(down, subject="PAY-1"), make_event(down, subject="PAY-2")
    refunded = make_event(down, subject="RF-1", kind="refund.accepted", ordering_key="PAY-1")
    behave("400")
    deliver(AT)
    tried_first = sent()

    assert sweep(AT + 4 * SECOND) == 0
    sweep(AT + 5 * SECOND)

    assert tried_first == [paid.public_id, other.public_id]
    assert sent()[2:] == [paid.public_id, refunded.public_id]


def test_what_is_on_its_way_holds_back_what_comes_after_it(down):
    make_event(down, subject="PAY-1")
    make_event(down, subject="PAY-1", kind="payment.cancelled")

    claims = [claiming.claim(Channel.WEBHOOK, AT, 16) for _ in range(2)]

    assert [len(found) for found in claims] == [1, 0]


def test_what_was_given_up_holds_nothing_back(down):
    make_event(down, subject="PAY-1", at=AT - 80 * HOUR)
    later = make_event(down, subject="PAY-1", kind="payment.cancelled")
    behave("400", "deliver")

    assert sweep(AT) == 2
    assert sent()[-1] == later.public_id


def test_one_message_that_is_refused_holds_back_its_own_payment_alone(down):
    refused = make_event(down, subject="PAY-1")
    behind = make_event(down, subject="PAY-1", kind="payment.cancelled")
    others = [make_event(down) for _ in range(10)]
    behave("422", "deliver")

    sweep(AT)

    assert {event.pk for event in (refused, behind)} == set(pending().values_list("event_id", flat=True))
    assert set(sent()[1:]) == {event.public_id for event in others}
    assert endpoint().failing_since is None
    assert Message.objects.get(event=refused).due_at == AT + 5 * SECOND


def test_one_event_over_which_the_receiver_breaks_is_told_from_an_endpoint_that_is_down(down):
    """It answers 500 to this one only: other payments wait for one probe, and never again."""
    broken = make_event(down, subject="PAY-1")
    behave("always_refuse", url=broken.public_id)
    assert sweep(AT) == 1
    assert endpoint().failing_since is not None
    others = [make_event(down, at=AT + SECOND) for _ in range(3)]

    sweep(AT + 5 * SECOND)
    again = make_event(down, at=AT + 6 * SECOND)
    sweep(AT + 6 * SECOND)

    assert endpoint().failing_since is None
    assert set(pending().values_list("event_id", flat=True)) == {broken.pk}
    assert {event.public_id for event in (*others, again)} <= set(sent())
    assert Message.objects.get(event=broken).due_at == AT + 30 * SECOND


def test_an_endpoint_that_refuses_three_in_a_row_is_itself_the_trouble(down):
    """A wrong path or a lost secret after a deployment: not each of a thousand notices climbs a ladder of its own."""
    for _ in range(100):
        make_event(down)
    behave("always 404")

    first = sweep(AT)
    probes = [sweep(AT + seconds * SECOND) for seconds in (5, 30, 61)]
    behave("deliver")
    sweep(AT + 92 * SECOND)

    assert (first, probes) == (8, [1, 1, 1])
    assert not pending().exists()


def test_one_message_refused_again_and_again_is_not_three(down):
    make_event(down, subject="PAY-1")
    behave("always 400")

    for seconds in (0, 5, 30, 120, 300):
        assert sweep(AT + seconds * SECOND) == 1

    assert endpoint().failing_since is None


@pytest.mark.parametrize(
    ("fate", "rest"),
    [
        ("429 60", 60),
        ("503 60", 60),
        ("429 0", 5),
        ("503 999999", 3600),
        ("500 60", 5),  # only 429 and 503 may name a time
        ("429", 5),
    ],
)
def test_an_endpoint_that_asks_for_rest_is_left_alone_until_then(down, fate, rest):
    make_event(down)
    behave(fate, "deliver")
    sweep(AT)
    make_event(down, at=AT + SECOND)

    before = sweep(AT + (rest - 1) * SECOND)
    after = sweep(AT + (rest + 1) * SECOND)

    assert (before, after) == (0, 2)


def test_a_rest_does_not_outlast_the_ladder(down):
    make_event(down)
    behave("429 3600", "deliver")
    sweep(AT + 72 * HOUR - 10 * MINUTE)

    assert sweep(AT + 72 * HOUR) == 1
    assert not pending().exists()


def test_a_late_yes_does_not_end_a_rest_that_was_asked_for(down):
    for _ in range(2):
        make_event(down)
    behave("429 600", "deliver")

    assert deliver(AT) == 2

    assert pending().count() == 1
    assert sweep(AT + 599 * SECOND) == 0
    assert sweep(AT + 601 * SECOND) == 1


def test_an_endpoint_that_is_gone_is_switched_off_and_its_messages_wait(down):
    make_event(down)
    behave("410")
    sweep(AT)
    make_event(down, at=AT + HOUR)

    assert sweep(AT + 100 * HOUR) == 0

    found = endpoint()
    assert (found.enabled, found.disabled_reason, found.disabled_at is None) == (False, "gone", False)
    assert (pending().count(), Attempt.objects.get().http_status) == (2, 410)
    assert EndpointChange.objects.values_list("deed", "by", "reason").last() == ("disabled", "system", "answered 410")

    behave("deliver")
    operations.enable_endpoint(endpoint_id=found.pk, at=AT + 101 * HOUR, by="staff:amy")
    assert sweep(AT + 101 * HOUR) == 2


def test_what_waits_for_an_endpoint_that_is_off_gets_a_fresh_ladder(down):
    make_event(down)
    behave("refuse", "deliver")
    sweep(AT)
    WebhookEndpoint.objects.update(enabled=False, disabled_at=AT, disabled_reason="by_platform")

    operations.enable_endpoint(endpoint_id=endpoint().pk, at=AT + 500 * HOUR, by="platform:x")
    behave("refuse")
    sweep(AT + 500 * HOUR)

    message = pending().get()
    assert (message.ladder_from, message.due_at) == (AT + 500 * HOUR, AT + 500 * HOUR + 5 * SECOND)


@pytest.mark.parametrize("fails", [False, True])
def test_a_claim_looks_at_little_of_a_large_backlog(down, well, fails):
    """With an anti-join in place of the look-up of each order's first, a claim of ten thousand took a minute."""
    found = endpoint()
    with owner_connection() as owner:  # what earlier tests rolled back still lies in the tables, and would be read too
        owner.execute("VACUUM notifications_event, notifications_message, notifications_messagechange")
    events = Event.objects.bulk_create(
        Event(platform=down, kind="payment.failed", subject=f"P{n}", ordering_key=f"P{n}", body="{}", created_at=AT)
        for n in range(1_000)
    )
    messages = Message.objects.bulk_create(new_delivery(event, found, at=AT) for event in events)
    MessageChange.objects.bulk_create(
        MessageChange(subject=message, step=0, after="pending", at=AT, by="test") for message in messages
    )
    make_event(well)
    if fails:
        WebhookEndpoint.objects.filter(pk=found.pk).update(failing_since=AT, resting_until=AT)

    claiming._wait_for_ones_turn(Channel.WEBHOOK)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claiming._FAIR}", claiming._facts(AT, 16))
        plan = cursor.fetchone()[0][0]["Plan"]

    assert plan["Actual Rows"] == (2 if fails else 9)
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 300


@pytest.mark.parametrize(
    ("status", "concern"),
    [
        (None, "endpoint"),
        (301, "endpoint"),
        (307, "endpoint"),
        (400, "message"),
        (401, "message"),
        (404, "message"),
        (408, "endpoint"),
        (409, "message"),
        (410, "gone"),
        (413, "message"),
        (422, "message"),
        (425, "endpoint"),
        (429, "endpoint"),
        (499, "message"),
        (500, "endpoint"),
        (503, "endpoint"),
        (599, "endpoint"),
    ],
)
def test_an_answer_concerns_the_message_or_the_endpoint(status, concern):
    assert retry.concern_of(status).value == concern
