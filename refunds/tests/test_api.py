"""The refunds API through HTTP: asked, confirmed, cancelled, read, explained, and each refusal as a problem document."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import get_resolver

from common import clock
from payments.operations import mark_shipped
from payments.tests.factories import make_paid_payment, make_payment, make_platform
from platforms import operations as platforms
from refunds.models import Refund
from refunds.tests.factories import again, ask, make_accepted_refund

pytestmark = pytest.mark.django_db

SECRET = "sk_test_refunds"


@pytest.fixture(autouse=True)
def _frozen(monkeypatch, at):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: at)


def client_of(platform, at, secret=SECRET):
    platforms.issue_bearer_key(platform=platform, at=at, by="test", secret=secret)
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def shop(at):
    return client_of(make_platform(), at)


def post(shop, path, body=None):
    return shop.post(f"/api/v1/{path}", body if body is not None else {}, content_type="application/json")


def asking(payment, **changes):
    return {"payment": payment.reference, "refund_number": "R-1", "amount_minor": 951, "currency": "TWD", **changes}


def test_a_refund_is_asked_for_confirmed_and_read(at, shop):
    payment = make_paid_payment(at)

    asked = post(shop, "refunds", asking(payment, reason="broken"))
    reference = asked.json()["id"]
    confirmed = post(shop, f"refunds/{reference}/confirm")
    read = shop.get(f"/api/v1/refunds/{reference}")

    assert (asked.status_code, asked.json()["status"], asked.json()["total_minor"]) == (201, "requested", 961)
    assert (confirmed.status_code, confirmed.json()["expected_credit_date"]) == (200, "2026-06-17")
    assert (read.status_code, read.json()) == (200, confirmed.json())


def test_the_same_request_again_is_answered_with_the_same_refund(at, shop):
    payment = make_paid_payment(at)

    first, second = (post(shop, "refunds", asking(payment)) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_a_refund_is_cancelled(at, shop):
    reference = post(shop, "refunds", asking(make_paid_payment(at))).json()["id"]

    cancelled = post(shop, f"refunds/{reference}/cancel")

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")


REFUSED_FIELDS = [
    ({"amount_minor": 0}, "/amount_minor", "min_value"),
    ({"amount_minor": -5}, "/amount_minor", "min_value"),
    ({"amount_minor": 1.5}, "/amount_minor", "not_whole"),
    ({"amount_minor": 5.0}, "/amount_minor", "not_whole"),
    ({"amount_minor": "5"}, "/amount_minor", "not_whole"),
    ({"amount_minor": True}, "/amount_minor", "not_whole"),
    ({"amount_minor": None}, "/amount_minor", "null"),
    ({"amount_minor": 10**11}, "/amount_minor", "max_value"),
    ({"currency": "CNY"}, "/currency", "invalid_choice"),
    ({"refund_number": "a b"}, "/refund_number", "invalid"),
    ({"refund_number": "x" * 65}, "/refund_number", "invalid"),
    ({"expected_refundable_minor": -1}, "/expected_refundable_minor", "min_value"),
    ({"amount": 951}, "/amount", "unknown_field"),
    ({"goods_shipped": "perhaps"}, "/goods_shipped", "invalid"),
]


@pytest.mark.parametrize(("changes", "pointer", "code"), REFUSED_FIELDS)
def test_a_wrong_field_is_named_and_nothing_is_refunded(at, shop, changes, pointer, code):
    answer = post(shop, "refunds", asking(make_paid_payment(at), **changes))

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert answer.json()["money_moved"] == "no"
    assert Refund.objects.count() == 0


def test_each_refusal_is_a_problem_with_its_code(at, shop):
    paid, unpaid, shipped = make_paid_payment(at), make_payment(at), make_paid_payment(at)
    mark_shipped(payment=shipped, at=at)
    ask(paid, at, 900, refund_number="R-0")
    cases = [
        (asking(unpaid), 409, "order_not_paid"),
        (asking(shipped), 409, "goods_shipped"),
        (asking(paid, goods_shipped=True, amount_minor=1), 409, "goods_shipped"),
        (asking(paid, amount_minor=52), 409, "refund_above_rest"),
        (asking(paid, amount_minor=1, expected_refundable_minor=951), 409, "refundable_mismatch"),
        (asking(paid, refund_number="R-0", amount_minor=1), 422, "refund_number_reused"),
        ({**asking(paid), "payment": "PAY-0"}, 404, "payment_not_found"),
    ]

    for body, status, code in cases:
        answer = post(shop, "refunds", body)
        assert (answer.status_code, answer.json()["code"], answer.json()["money_moved"]) == (status, code, "no")
    assert Refund.objects.count() == 1


def test_the_361st_day_is_refused(at, shop, monkeypatch):
    payment = make_paid_payment(at)
    monkeypatch.setattr(clock, "now", lambda: at + dt.timedelta(days=361))

    answer = post(shop, "refunds", asking(payment))

    assert (answer.status_code, answer.json()["code"]) == (409, "refund_too_late")
    assert answer.json()["last_date"] == "2027-06-03"


def test_another_platform_sees_nothing_of_it(at):
    refund = make_accepted_refund(at)
    stranger = client_of(make_platform("tmall"), at, "sk_test_stranger")

    answers = [
        stranger.get(f"/api/v1/refunds/{refund.reference}"),
        stranger.get("/api/v1/refunds/RF-0"),
        post(stranger, f"refunds/{refund.reference}/cancel"),
        post(stranger, f"refunds/{refund.reference}/confirm"),
        post(stranger, "refunds", asking(refund.payment)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert again(refund).step == refund.step


def test_nobody_without_a_key_is_answered(at):
    assert Client().get("/api/v1/refunds/RF-0").status_code == 401
    assert Client().get("/api/v1/calendar/explain?start=2026-09-22&days=7").status_code == 401


def test_the_calendar_explains_each_day(shop):
    answer = shop.get("/api/v1/calendar/explain?start=2026-09-22&days=7").json()

    assert (answer["start"], answer["end"], answer["estimated"]) == ("2026-09-22", "2026-10-05", False)
    assert sum(day["counted"] for day in answer["days"]) == 7
    assert answer["days"][2] == {
        "date": "2026-09-25",
        "counted": False,
        "reason": "holiday",
        "name": "中秋節",
        "name_en": "Mid-Autumn Festival",
        "estimated": False,
    }


def test_a_year_that_is_not_out_yet_is_estimated(shop):
    assert shop.get("/api/v1/calendar/explain?start=2027-12-30&days=5").json()["estimated"] is True


@pytest.mark.parametrize(
    "query",
    [
        "",
        "start=2026-09-22",
        "start=soon&days=7",
        "start=2026-09-22&days=0",
        "start=2026-09-22&days=61",
        "start=1997-12-31&days=1",
        "start=9999-12-31&days=1",
    ],
)
def test_a_question_out_of_range_is_refused(shop, query):
    assert shop.get(f"/api/v1/calendar/explain?{query}").status_code == 422
