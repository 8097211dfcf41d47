"""Lists of payments: each condition, pages that hold still while rows are added, and what a list costs."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from cards.bank import fake_bank, port
from common import clock
from notifications import operations as notifications
from payments.errors import BalanceTooLow
from payments.models import Payment
from payments.operations import cancel_payment, expire_payment
from payments.tests.factories import ACCOUNT, make_account, make_payment, pay
from payments.tests.test_api import NOW, Shop, assert_problem

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: NOW + 48 * HOUR)


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def plenty(shop):
    """One payment of each status, an hour apart, oldest first: created, pending, succeeded, failed, cancelled, expired."""
    made = [
        make_payment(NOW + number * HOUR, platform=shop.platform, order_number=f"TB-{number}", twd=100 * (number + 1))
        for number in range(6)
    ]
    make_account(NOW)
    fake_bank().behave(ACCOUNT, "timeout_after")
    pay(made[1], NOW + 6 * HOUR)
    pay(made[2], NOW + 7 * HOUR)
    for number in range(5):
        fake_bank().behave(ACCOUNT, port.BALANCE_TOO_LOW)
        with pytest.raises(BalanceTooLow):
            pay(Payment.objects.get(pk=made[3].pk), NOW + (8 + number) * HOUR)
    cancel_payment(payment=made[4], at=NOW + 9 * HOUR, by="test")
    expire_payment(payment=made[5], at=NOW + 20 * HOUR, by="test")
    return [payment.reference for payment in made]


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["data"]]


CONDITIONS = [
    ({}, [5, 4, 3, 2, 1, 0]),
    ({"order_number": "TB-2"}, [2]),
    ({"order_number": "tb-2"}, []),
    ({"status": "created"}, [0]),
    ({"status": "pending"}, [1]),
    ({"status": "succeeded"}, [2]),
    ({"status": "failed"}, [3]),
    ({"status": "cancelled"}, [4]),
    ({"status": "expired"}, [5]),
    ({"status": "expired,created,pending"}, [5, 1, 0]),
    ({"created_from": "2026-06-08T05:00:00Z"}, [5, 4, 3]),
    ({"created_from": "2026-06-08T13:00:00+08:00"}, [5, 4, 3]),
    ({"created_before": "2026-06-08T05:00:00Z"}, [2, 1, 0]),
    ({"created_from": "2026-06-08T03:00:00Z", "created_before": "2026-06-08T05:00:00.000Z"}, [2, 1]),
    ({"created_from": "9999-12-31T23:59:59-14:00"}, []),
    ({"created_from": "0001-01-01T00:00:00+14:00"}, [5, 4, 3, 2, 1, 0]),
    ({"created_from": "2026-06-07T09:00:00-20:00"}, [5, 4, 3]),
    ({"paid_from": "2026-06-08T09:00:00Z"}, [2]),
    ({"paid_before": "2026-06-08T09:00:00Z"}, []),
    ({"amount_min_minor": "303"}, [5, 4, 3, 2]),
    ({"amount_max_minor": "303"}, [2, 1, 0]),
    ({"amount_min_minor": "303", "amount_max_minor": "303"}, [2]),
    ({"amount_min_minor": "19999999998"}, []),
    ({"status": "failed", "amount_max_minor": "303"}, []),
]


def test_each_condition_finds_what_meets_it_newest_first(shop, plenty):
    for query, expected in CONDITIONS:
        assert ids(shop.get(**query)) == [plenty[number] for number in expected], query


REFUSED = [
    ("statu=created", "/statu", "unknown_field"),
    ("status=paid", "/status", "unknown_word"),
    ("status=", "/status", "unknown_word"),
    ("status=created,,failed", "/status", "unknown_word"),
    ("status=%00", None, None),
    ("order_number=", "/order_number", "blank"),
    ("order_number=a%20b", "/order_number", "invalid"),
    ("order_number=%ED%A0%80", "/order_number", "invalid"),
    ("order_number=TB-1%0A", "/order_number", "invalid"),
    ("order_number=" + "x" * 3000, "/order_number", "invalid"),
    ("created_from=2026-06-08", "/created_from", "invalid"),
    ("created_from=2026-06-08T05:00:00", "/created_from", "invalid"),
    ("paid_before=now", "/paid_before", "invalid"),
    ("amount_min_minor=1.0", "/amount_min_minor", "invalid"),
    ("amount_min_minor=-1", "/amount_min_minor", "min_value"),
    ("amount_max_minor=" + "9" * 400, "/amount_max_minor", "invalid"),
    ("amount_max_minor=19999999999", "/amount_max_minor", "max_value"),
    ("limit=0", "/limit", "min_value"),
    ("limit=101", "/limit", "max_value"),
    ("limit=%D9%A3", "/limit", "invalid"),
    ("limit=1&limit=2", "/limit", "repeated"),
    ("cursor=", "/cursor", "blank"),
    ("cursor=abc", "/cursor", "cursor_unknown"),
    ("cursor=..", "/cursor", "invalid"),
    ("expand=attempts", "/expand", "unknown_word"),
    ("a/b~c=1", "/a~1b~0c", "unknown_field"),
    ("=1", "/", "unknown_field"),
]


@pytest.mark.parametrize(("query", "pointer", "code"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_a_question_that_makes_no_sense_is_named(shop, query, pointer, code):
    answer = shop.client.get(f"/api/v1/payments?{query}")

    if pointer is None:
        assert 400 <= answer.status_code < 500
    else:
        body = assert_problem(answer, 422, "invalid_request")
        assert (pointer, code) in [(error["pointer"], error["code"]) for error in body["errors"]]
        assert all(error["detail"] for error in body["errors"])


def test_a_refusal_of_a_parameter_is_in_the_callers_language(shop):
    answer = shop.client.get("/api/v1/payments?limit=1&limit=2", headers={"accept-language": "zh-hant"})

    assert answer.json()["errors"][0]["detail"] == "此參數只能出現一次。"


def test_pages_hold_still_while_payments_are_added(shop):
    first = [make_payment(NOW + number * HOUR, platform=shop.platform).reference for number in range(5)]
    same_time = make_payment(NOW + 4 * HOUR, platform=shop.platform).reference

    page = shop.get(limit=2).json()
    read, pages = page["data"], [page]
    while page["has_more"]:
        make_payment(NOW + 40 * HOUR, platform=shop.platform)
        page = shop.get(limit=2, cursor=page["next_cursor"]).json()
        read, pages = read + page["data"], [*pages, page]

    assert [one["id"] for one in read] == [same_time, *reversed(first)]
    assert [(len(one["data"]), one["has_more"]) for one in pages] == [(2, True), (2, True), (2, False)]
    assert pages[-1]["next_cursor"] is None


def test_a_cursor_keeps_to_its_list(shop):
    for _ in range(2):
        make_payment(NOW, platform=shop.platform)
    cursor = shop.get(limit=1).json()["next_cursor"]

    answer = shop.client.get("/api/v1/refunds", {"cursor": cursor})

    assert answer.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/cursor",
        "code": "cursor_unknown",
        "detail": "",
    }


def test_anothers_payments_are_in_no_list(shop):
    mine = make_payment(NOW, platform=shop.platform).reference
    stranger = Shop()
    theirs = make_payment(NOW, platform=stranger.platform, order_number="TB-1").reference

    assert ids(shop.get()) == [mine]
    assert ids(stranger.get()) == [theirs]
    assert ids(shop.get(order_number="TB-1")) == []


def test_events_are_shown_with_their_payment(shop):
    paid = pay(make_payment(NOW, platform=shop.platform), NOW)
    notifications.number_events()

    one = shop.get(f"/{paid.reference}", expand="events").json()

    assert [(event["type"], event["sequence"]) for event in one["events"]] == [("payment.succeeded", 1)]
    assert one["events"][0]["data"]["id"] == paid.reference
    assert "next" not in one["events"][0]["data"]
    assert shop.get(expand="events").json()["data"] == [one]
    assert "events" not in shop.get(f"/{paid.reference}").json()


@pytest.mark.parametrize("query", [{}, {"created_from": "2026-06-08T05:00:00Z"}, {"limit": "100"}])
def test_a_page_is_one_walk_along_the_lists_index(shop, query):
    for _ in range(2):
        make_payment(NOW + 4 * HOUR, platform=shop.platform)
    cursor = shop.get(limit=1).json()["next_cursor"]
    with CaptureQueriesContext(connection) as captured:
        shop.get(**query)
        shop.get(**query, cursor=cursor)

    for statement in (captured[1]["sql"], captured[3]["sql"]):
        with connection.cursor() as reading:
            # Of two rows the planner may as well sort: where an index gives the order, it is told not to. A sort that no
            # index spares stands in the plan all the same.
            reading.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            reading.execute(f"EXPLAIN {statement}")
            plan = "\n".join(row[0] for row in reading.fetchall())
        # With one platform's rows alone in the table, the index over all platforms is as good.
        assert re.search("using payments_(list|newest) on payments_payment", plan), plan
        assert "Sort" not in plan, plan
