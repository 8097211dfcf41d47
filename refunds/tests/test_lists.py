"""Lists of refunds: each condition, pages that hold still, what is expanded, and what a list costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from cards.bank import fake_bank, port
from common import clock
from notifications import operations as notifications
from payments.tests.factories import ACCOUNT, make_paid_payment, make_platform
from refunds import operations
from refunds.tests.factories import ask, at_taipei, confirm, run
from refunds.tests.test_api import client_of

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch, at):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: at + dt.timedelta(days=9))


@pytest.fixture
def shop(at):
    return client_of(make_platform(), at)


@pytest.fixture
def plenty(at):
    """One refund of each status, an hour apart, oldest first: requested, accepted, crediting, manual, credited, cancelled."""
    payments = [make_paid_payment(at, twd=700 + number) for number in range(6)]
    made = [
        ask(payment, at + number * HOUR, 100 * (number + 1), refund_number=f"R-{number}")
        for number, payment in enumerate(payments)
    ]
    for refund in made[1:5]:
        confirm(refund, at + 6 * HOUR)
    due = at_taipei(dt.date(2026, 6, 17))
    for refund, behaviour in zip(made[2:5], ("timeout_after", port.ACCOUNT_CLOSED, "approve"), strict=True):
        fake_bank().behave(ACCOUNT, behaviour)
        run(refund, due)
    operations.cancel_refund(platform=made[5].platform, reference=made[5].reference, at=at + 7 * HOUR, by="test")
    return made


def get(shop, path="", **query):
    return shop.get(f"/api/v1/refunds{path}", query)


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["data"]]


def test_each_condition_finds_what_meets_it_newest_first(shop, plenty):
    conditions = [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"payment": plenty[2].payment.reference}, [2]),
        ({"payment": "PAY-00000000000000"}, []),
        ({"order_number": plenty[3].payment.order_number}, [3]),
        ({"refund_number": "R-4"}, [4]),
        ({"refund_number": "r-4"}, []),
        *(
            ({"status": status}, [number])
            for number, status in enumerate(("requested", "accepted", "crediting", "manual", "credited", "cancelled"))
        ),
        ({"status": "credited,requested"}, [4, 0]),
        ({"created_from": "2026-06-08T05:00:00Z"}, [5, 4, 3]),
        ({"created_before": "2026-06-08T05:00:00Z"}, [2, 1, 0]),
        ({"amount_min_minor": "300"}, [5, 4, 3, 2]),
        ({"amount_max_minor": "300"}, [2, 1, 0]),
        ({"amount_min_minor": "300", "amount_max_minor": "399", "status": "crediting"}, [2]),
    ]

    for query, expected in conditions:
        assert ids(get(shop, **query)) == [plenty[number].reference for number in expected], query


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("payment=RF-00000000000000", "/payment", "invalid"),
        ("payment=PAY-0", "/payment", "invalid"),
        ("status=unknown", "/status", "unknown_word"),
        ("refund_number=a%20b", "/refund_number", "invalid"),
        ("created_from=2026-06-08T05:00:00", "/created_from", "invalid"),
        ("amount_min_minor=10000000000", "/amount_min_minor", "max_value"),
        ("paid_from=2026-06-08T05:00:00Z", "/paid_from", "unknown_field"),
        ("expand=refunds", "/expand", "unknown_word"),
        ("limit=5&limit=5", "/limit", "repeated"),
    ],
)
def test_a_question_that_makes_no_sense_is_named(shop, query, pointer, code):
    answer = shop.get(f"/api/v1/refunds?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


def test_pages_hold_still_while_refunds_are_added(at, shop):
    payment = make_paid_payment(at)
    asked = [ask(payment, at, 1).reference for _ in range(5)]

    read, cursor = [], None
    while cursor or not read:
        page = get(shop, limit=2, **({"cursor": cursor} if cursor else {})).json()
        read, cursor = read + [one["id"] for one in page["data"]], page["next_cursor"]
        ask(payment, at + HOUR, 1)

    assert read == list(reversed(asked))


def test_anothers_refunds_are_in_no_list(at, plenty):
    stranger = client_of(make_platform("tmall"), at, "sk_test_stranger")

    assert ids(get(stranger)) == []
    assert ids(get(stranger, payment=plenty[0].payment.reference)) == []
    assert ids(get(stranger, refund_number="R-0")) == []


def test_payment_and_events_are_shown_with_their_refund(shop, plenty):
    refund = plenty[4]
    notifications.number_events()

    one = get(shop, f"/{refund.reference}", expand="events,payment").json()
    plain = get(shop, f"/{refund.reference}").json()

    assert plain["payment"] == refund.payment.reference
    assert one["payment"] == shop.get(f"/api/v1/payments/{refund.payment.reference}").json()
    assert [event["type"] for event in one["events"]] == ["refund.credited", "refund.accepted", "refund.requested"]
    assert "next" not in one["events"][0]["data"]
    assert {**one, "payment": plain["payment"]} == {**plain, "events": one["events"]}
    (listed,) = get(shop, refund_number="R-4", expand="payment,events").json()["data"]
    assert listed == one


@pytest.mark.parametrize(("expand", "cost"), [("", 3), ("payment", 3), ("payment,events", 4)])
def test_a_list_costs_the_same_whatever_its_length(at, shop, expand, cost):
    payment = make_paid_payment(at)
    for number in range(12):
        refund = ask(payment, at, 1)
        if number % 2:
            confirm(refund, at)
    query = {"expand": expand} if expand else {}

    def statements(limit):
        with CaptureQueriesContext(connection) as captured:
            assert len(ids(get(shop, limit=limit, **query))) == limit
        return len(captured)

    assert [statements(limit) for limit in (3, 12)] == [cost, cost]
