"""The event feed: chosen types, waiting without a connection, seats for those who wait, and one event by its id."""

import datetime as dt

import pytest
from django.db import connection
from rest_framework.test import APIClient

from notifications import operations, queries
from notifications.api import events as feed
from notifications.api.waiting import LOOK_SECONDS, SEATS_MAX, SEATS_OF_ONE_MAX, Waiter
from notifications.channels import fake_sender
from notifications.states import Channel
from notifications.tests.factories import AT, deliver, make_event, make_webhook
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform

pytestmark = pytest.mark.django_db
PATH = "/api/v1/events"


class Pauses:
    """Lets no time pass; `then` is what happens in the meantime, by the number of the pause."""

    def __init__(self, **then):
        self.lengths = []
        self.then = {int(number.removeprefix("at_")): act for number, act in then.items()}

    def __call__(self, seconds):
        self.lengths.append(seconds)
        self.then.get(len(self.lengths), lambda: None)()


@pytest.fixture
def platform():
    return make_platform()


@pytest.fixture
def reader(platform):
    return client(platform)


def client(platform):
    _, secret = make_bearer_key(platform)
    return APIClient(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def waiting(monkeypatch, **then):
    pauses = Pauses(**then)
    monkeypatch.setattr(feed, "waiter", Waiter(sleep=pauses))
    return pauses


def tell(platform, **fields):
    event = make_event(platform, **fields)
    operations.number_events()
    return event


# ---------- types ----------


def test_only_events_of_the_wanted_types_are_read_and_the_others_are_passed(platform, reader):
    for kind in ("payment.succeeded", "refund.requested", "payment.succeeded", "refund.credited", "payment.expired"):
        tell(platform, kind=kind)

    answer = reader.get(PATH, {"types": "refund.requested,refund.credited"}).json()

    assert [(event["sequence"], event["type"]) for event in answer["data"]] == [
        (2, "refund.requested"),
        (4, "refund.credited"),
    ]
    assert (answer["next_after"], answer["has_more"]) == (5, False)


def test_a_full_page_of_types_ends_at_its_last_event(platform, reader):
    for kind in ("refund.credited", "payment.succeeded", "refund.credited", "payment.succeeded"):
        tell(platform, kind=kind)

    first = reader.get(PATH, {"types": "refund.credited", "limit": 1}).json()
    second = reader.get(PATH, {"types": "refund.credited", "limit": 1, "after": first["next_after"]}).json()

    assert (first["next_after"], first["has_more"]) == (1, True)
    assert ([event["sequence"] for event in second["data"]], second["next_after"]) == ([3], 4)
    assert second["has_more"] is False


def test_a_search_for_types_is_bounded_and_goes_on_where_it_ended(platform, reader, monkeypatch):
    monkeypatch.setattr(queries, "FEED_SCAN_MAX", 2)
    for kind in ("payment.succeeded",) * 4 + ("refund.credited",):
        tell(platform, kind=kind)

    pages, after = [], 0
    while not pages or pages[-1]["has_more"]:
        pages.append(reader.get(PATH, {"types": "refund.credited", "after": after}).json())
        after = pages[-1]["next_after"]

    assert [(len(page["data"]), page["next_after"]) for page in pages] == [(0, 2), (0, 4), (1, 5)]


def test_a_type_that_nobody_sends_finds_nothing_and_moves_on(platform, reader):
    tell(platform)

    assert reader.get(PATH, {"types": "payment.exploded"}).json() == {"data": [], "next_after": 1, "has_more": False}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("types=", "/types"),
        ("types=payment", "/types"),
        ("types=payment.succeeded,", "/types"),
        ("types=" + ",".join(["a.b"] * 21), "/types"),
        ("wait=21", "/wait"),
        ("wait=-1", "/wait"),
        ("wait=0.5", "/wait"),
        ("since=1", "/since"),
        ("after=1&after=2", "/after"),
    ],
)
def test_a_question_that_makes_no_sense_is_named(reader, query, pointer):
    answer = reader.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("query", [{}, {"wait": 20}, {"types": "payment.succeeded"}])
def test_a_place_that_the_feed_has_not_reached_is_refused_with_its_end(platform, reader, monkeypatch, query):
    """A sandbox that was reset begins at 1 again: whoever goes on at 1,042 would hear nothing for a long time."""
    tell(platform)
    tell(platform)
    pauses = waiting(monkeypatch)

    answer = reader.get(PATH, {"after": 3, **query})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "beyond_end")
    assert "ends at 2" in answer.json()["errors"][0]["detail"]
    assert pauses.lengths == []
    assert reader.get(PATH, {"after": 2}).json() == {"data": [], "next_after": 2, "has_more": False}


# ---------- wait ----------


def test_who_waits_is_answered_as_soon_as_there_is_an_event(platform, reader, monkeypatch):
    pauses = waiting(monkeypatch, at_3=lambda: tell(platform))

    answer = reader.get(PATH, {"wait": 20})

    assert [event["sequence"] for event in answer.json()["data"]] == [1]
    assert pauses.lengths == [LOOK_SECONDS] * 3
    assert "Outpost-Wait" not in answer


def test_who_waits_in_vain_is_answered_when_the_time_is_over(platform, reader, monkeypatch):
    tell(platform)
    pauses = waiting(monkeypatch)

    answer = reader.get(PATH, {"wait": 2, "after": 1}).json()

    assert answer == {"data": [], "next_after": 1, "has_more": False}
    assert sum(pauses.lengths) == 2


@pytest.mark.parametrize("query", [{}, {"wait": 0}, {"wait": 20}])
def test_nobody_waits_where_there_is_something_to_read_or_nothing_was_asked(platform, reader, monkeypatch, query):
    if query.get("wait"):
        tell(platform)
    pauses = waiting(monkeypatch)

    reader.get(PATH, query)

    assert pauses.lengths == []


def test_an_event_of_another_type_or_platform_wakes_nobody(platform, reader, monkeypatch):
    waiting(
        monkeypatch,
        at_1=lambda: tell(platform, kind="payment.succeeded"),
        at_2=lambda: tell(make_platform(), kind="refund.credited"),
    )

    answer = reader.get(PATH, {"wait": 2, "types": "refund.credited"}).json()

    assert answer == {"data": [], "next_after": 1, "has_more": False}


def test_who_finds_no_seat_is_answered_at_once_and_told_so(platform, reader, monkeypatch):
    pauses = waiting(monkeypatch)
    with feed.waiter.seat(platform.pk), feed.waiter.seat(platform.pk):
        answer = reader.get(PATH, {"wait": 20})

    assert (answer.status_code, answer.json()["data"], answer["Outpost-Wait"]) == (200, [], "full")
    assert pauses.lengths == []


def test_seats_are_shared_among_platforms_and_given_back():
    waiter = Waiter()
    taken = []
    for number in range(SEATS_MAX + 1):
        for _ in range(SEATS_OF_ONE_MAX + 1):
            taken.append((number, waiter.seat(number)))
    got = [(number, seat.__enter__()) for number, seat in taken]

    assert sum(free for _, free in got) == SEATS_MAX
    assert max(sum(free for number, free in got if number == one) for one, _ in got) == SEATS_OF_ONE_MAX

    for _, seat in taken:
        seat.__exit__(None, None, None)
    with waiter.seat(1) as free:
        assert free


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_waiting(platform, reader, monkeypatch):
    held = []
    waiting(monkeypatch, at_1=lambda: held.append(connection.connection), at_2=lambda: tell(platform))

    answer = reader.get(PATH, {"wait": 20})

    assert held == [None]
    assert len(answer.json()["data"]) == 1


def test_an_impatient_thread_never_blocks_another(platform, reader, monkeypatch):
    """While one request waits, the same platform's next one is answered."""
    answers = []
    waiting(monkeypatch, at_1=lambda: answers.append(reader.get(PATH)))

    reader.get(PATH, {"wait": 1})

    assert [answer.status_code for answer in answers] == [200]


# ---------- one event ----------


def test_an_event_is_read_by_its_id_with_its_number_once_it_has_one(platform, reader):
    event = make_event(platform, number=7)
    before = reader.get(f"{PATH}/{event.public_id}").json()

    operations.number_events()

    after = reader.get(f"{PATH}/{event.public_id}").json()
    assert before == {
        "sequence": None,
        "id": event.public_id,
        "type": "payment.succeeded",
        "created_at": "2026-06-08T02:00:00.000Z",
        "data": {"number": 7},
    }
    assert after == {**before, "sequence": 1}
    assert reader.get(PATH).json()["data"] == [after]


def test_an_event_is_shown_with_each_delivery_and_its_tries():
    message = make_webhook("https://shop.example/hook", subject="PAY-1")
    fake_sender(Channel.WEBHOOK).behave("https://shop.example/hook", "refuse")
    deliver(AT)
    reader = client(message.event.platform)

    (delivery,) = reader.get(f"{PATH}/{message.event.public_id}", {"expand": "deliveries"}).json()["deliveries"]

    (tried,) = delivery.pop("attempts")
    assert delivery == {
        "object": "delivery",
        "id": f"dl_{message.pk.hex}",
        "event": message.event.public_id,
        "event_type": "payment.succeeded",
        "subject": "PAY-1",
        "endpoint": f"we_{message.endpoint.pk.hex}",
        "status": "pending",
        "attempts_made": 1,
        "next_try_at": delivery["next_try_at"],
        "acknowledged_at": None,
        "created_at": "2026-06-08T02:00:00.000Z",
    }
    assert {"number": 1, "outcome": "refused", "http_status": 500, "answer": "no"}.items() <= tried.items()


def test_reading_deliveries_costs_the_same_for_one_and_for_ten(platform, reader, django_assert_num_queries):
    for _ in range(10):
        make_endpoint(platform)
    event = make_event(platform)
    deliver(AT)

    with django_assert_num_queries(4):
        assert len(reader.get(f"{PATH}/{event.public_id}", {"expand": "deliveries"}).json()["deliveries"]) == 10


def test_another_platforms_event_is_answered_as_one_that_does_not_exist(platform, reader):
    theirs = make_event(make_platform()).public_id
    paths = [theirs, "evt_" + "0" * 32, theirs.upper(), theirs.removeprefix("evt_"), theirs + "%0A", "evt_", "%FF"]

    answers = [reader.get(f"{PATH}/{path}") for path in paths]

    assert [answer.status_code for answer in answers] == [404] * len(paths)
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[1] for body in bodies)
    assert bodies[0]["code"] == "event_not_found"


def test_events_of_many_payments_are_the_newest_of_each(django_assert_num_queries):
    platform = make_platform()
    events = [make_event(platform, subject=f"PAY-{number % 2}", at=AT + dt.timedelta(hours=1)) for number in range(44)]

    with django_assert_num_queries(1):
        found = queries.events_of(["PAY-0", "PAY-1", "PAY-2"])

    assert found["PAY-0"] == events[-2:2:-2]
    assert found["PAY-1"] == events[-1:3:-2]
    assert found["PAY-2"] == []
