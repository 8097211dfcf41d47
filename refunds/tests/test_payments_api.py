"""Payments shown with their refunds: what is expanded, how much of it, and what that costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from common import clock
from notifications import operations as notifications
from payments.tests.factories import make_payment, pay
from payments.tests.test_api import NOW, Shop
from refunds.tests.factories import ask

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: NOW + 9 * HOUR)


@pytest.fixture
def shop():
    return Shop()


def test_refunds_and_events_are_shown_with_their_payment(shop):
    paid = pay(make_payment(NOW, platform=shop.platform), NOW)
    other = make_payment(NOW - HOUR, platform=shop.platform)
    refunds = [ask(paid, NOW, 10, refund_number=f"R-{number}").reference for number in range(2)]
    notifications.number_events()

    one = shop.get(f"/{paid.reference}", expand="refunds,events").json()
    many = shop.get(expand="events,refunds").json()["data"]

    assert [refund["id"] for refund in one["refunds"]] == list(reversed(refunds))
    assert [(event["type"], event["sequence"]) for event in one["events"]] == [("payment.succeeded", 1)]
    assert one["refunds"][0]["payment"] == paid.reference
    assert one["events"][0]["data"]["id"] == paid.reference
    assert many == [one, {**many[1], "id": other.reference, "refunds": [], "events": []}]
    assert "refunds" not in shop.get(f"/{paid.reference}").json()


@pytest.mark.parametrize(("expand", "cost"), [("", 2), ("events", 3), ("refunds", 4), ("events,refunds", 5)])
def test_a_list_costs_the_same_whatever_its_length(shop, expand, cost):
    for number in range(12):
        payment = pay(make_payment(NOW, platform=shop.platform), NOW)
        for part in range(number % 3):
            ask(payment, NOW, 1, refund_number=f"R-{number}-{part}")
    query = {"expand": expand} if expand else {}

    def statements(limit):
        with CaptureQueriesContext(connection) as captured:
            assert len(shop.get(limit=limit, **query).json()["data"]) == limit
        return len(captured)

    assert [statements(limit) for limit in (3, 12)] == [cost, cost]


def test_a_payment_shows_twenty_refunds_at_most(shop):
    paid = pay(make_payment(NOW, platform=shop.platform), NOW)
    newest = [ask(paid, NOW, 1, refund_number=f"R-{number}").reference for number in range(21)][:0:-1]

    shown = shop.get(f"/{paid.reference}", expand="refunds").json()["refunds"]

    assert [refund["id"] for refund in shown] == newest
