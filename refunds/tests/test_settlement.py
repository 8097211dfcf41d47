"""Settlement days: sums and lines from one midnight of Taipei to the next, and when a day is final."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from cards.bank import fake_bank
from common import clock
from payments.operations import enquire_about
from payments.tests.factories import ACCOUNT, make_account, make_payment, make_platform, pay
from refunds.tests.factories import at_taipei, make_credited_refund
from refunds.tests.test_api import client_of

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 6, 8)
PATH = "/api/v1/settlement-days"
# The first and the last moment of the day, and those beyond them.
MIDNIGHT = dt.datetime(2026, 6, 7, 16, 0, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
NEXT_MIDNIGHT = MIDNIGHT + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: at_taipei(dt.date(2026, 7, 1)))


@pytest.fixture
def shop():
    return client_of(make_platform(), MIDNIGHT)


def paid(at, twd=951, platform=None):
    return pay(make_payment(at, twd=twd, platform=platform), at)


def sums(day):
    return (day["payments"]["count"], day["refunds"]["count"], day["net_minor"])


def test_a_day_goes_from_midnight_to_midnight_in_taipei(shop):
    for at, twd in ((MIDNIGHT - MICROSECOND, 100), (MIDNIGHT, 200), (NEXT_MIDNIGHT - MICROSECOND, 400)):
        paid(at, twd)
    paid(NEXT_MIDNIGHT, 800)

    day = shop.get(f"{PATH}/2026-06-08").json()

    assert day == {
        "object": "settlement_day",
        "date": "2026-06-08",
        "time_zone": "Asia/Taipei",
        "currency": "TWD",
        "payments": {"count": 2, "order_amount_minor": 600, "charge_minor": 6, "final_amount_minor": 606},
        "refunds": {"count": 0, "amount_minor": 0, "charge_minor": 0, "total_minor": 0},
        "net_minor": 606,
        "final": True,
        "starts_at": "2026-06-07T16:00:00.000Z",
        "ends_at": "2026-06-08T16:00:00.000Z",
    }


def test_a_refund_counts_on_the_day_it_is_credited(shop):
    make_credited_refund(at_taipei(DAY), payment=paid(at_taipei(DAY)))

    days = {day["date"]: day for day in shop.get(PATH, {"from": "2026-06-08", "to": "2026-06-17"}).json()["data"]}

    assert sums(days["2026-06-08"]) == (1, 0, 961)
    assert sums(days["2026-06-17"]) == (0, 1, -961)
    assert days["2026-06-17"]["refunds"] == {"count": 1, "amount_minor": 951, "charge_minor": 10, "total_minor": 961}


def test_days_without_movement_are_there_with_zeros_newest_first(shop):
    paid(MIDNIGHT)

    answer = shop.get(PATH, {"from": "2026-06-06", "to": "2026-06-09"}).json()

    assert [(day["date"], *sums(day)) for day in answer["data"]] == [
        ("2026-06-09", 0, 0, 0),
        ("2026-06-08", 1, 0, 961),
        ("2026-06-07", 0, 0, 0),
        ("2026-06-06", 0, 0, 0),
    ]
    assert (answer["object"], answer["has_more"], answer["next_cursor"]) == ("list", False, None)


def test_a_debit_whose_outcome_is_told_after_midnight_counts_on_the_next_day(shop):
    sent_at = NEXT_MIDNIGHT - dt.timedelta(minutes=1)
    make_account(sent_at)
    fake_bank().behave(ACCOUNT, "timeout_after")
    payment = paid(sent_at)
    before = [sums(shop.get(f"{PATH}/{day}").json()) for day in ("2026-06-08", "2026-06-09")]

    enquire_about(payment=payment, at=NEXT_MIDNIGHT + dt.timedelta(minutes=2), by="test")

    after = [sums(shop.get(f"{PATH}/{day}").json()) for day in ("2026-06-08", "2026-06-09")]
    assert before == [(0, 0, 0), (0, 0, 0)]
    assert after == [(0, 0, 0), (1, 0, 961)]


@pytest.mark.parametrize(
    ("at", "final"),
    [
        (NEXT_MIDNIGHT - MICROSECOND, False),
        (NEXT_MIDNIGHT, False),
        (NEXT_MIDNIGHT + dt.timedelta(hours=1) - MICROSECOND, False),
        (NEXT_MIDNIGHT + dt.timedelta(hours=1), True),
    ],
)
def test_a_day_is_final_once_nothing_of_it_can_be_on_its_way(shop, monkeypatch, at, final):
    monkeypatch.setattr(clock, "now", lambda: at)

    assert shop.get(f"{PATH}/2026-06-08").json()["final"] is final


def test_anothers_money_is_in_no_sum_and_no_line(shop):
    paid(MIDNIGHT, platform=make_platform("tmall"))

    assert sums(shop.get(f"{PATH}/2026-06-08").json()) == (0, 0, 0)
    assert shop.get(f"{PATH}/2026-06-08/lines").json()["data"] == []


def test_the_lines_of_a_day_add_up_to_its_net_and_come_newest_first(shop):
    refunded = paid(at_taipei(DAY, 9))
    refund = make_credited_refund(at_taipei(DAY, 9), payment=refunded, amount_minor=500)
    day = refund.credit_date
    first, last = paid(at_taipei(day, 9)), paid(at_taipei(day, 11))

    lines = shop.get(f"{PATH}/{day}/lines").json()["data"]

    assert [(line["kind"], line["id"]) for line in lines] == [
        ("payment", last.reference),
        ("refund", refund.reference),
        ("payment", first.reference),
    ]
    assert lines[1] == {
        "object": "settlement_line",
        "kind": "refund",
        "id": refund.reference,
        "order_number": refunded.order_number,
        "refund_number": refund.platform_refund_number,
        "at": "2026-06-17T02:00:00.000Z",
        "amounts": {
            "currency": "TWD",
            "amount_minor": 500,
            "charge_minor": refund.charge_minor,
            "total_minor": refund.total_minor,
            "net_minor": -refund.total_minor,
        },
    }
    net = sum(line["amounts"]["net_minor"] for line in lines)
    assert net == shop.get(f"{PATH}/{day}").json()["net_minor"] == 2 * 961 - refund.total_minor


def test_lines_are_paged_without_gap_or_double_even_at_one_moment(shop):
    made = [paid(MIDNIGHT, 100).reference for _ in range(4)] + [paid(MIDNIGHT + MICROSECOND, 100).reference]
    paid(NEXT_MIDNIGHT, 100)

    read, cursor, pages = [], None, 0
    while cursor or not pages:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = shop.get(f"{PATH}/2026-06-08/lines", query).json()
        read, cursor, pages = read + [line["id"] for line in page["data"]], page["next_cursor"], pages + 1
        assert page["has_more"] is (cursor is not None)

    assert read == list(reversed(made))
    assert pages == 3


def test_a_days_cursor_opens_no_other_day(shop):
    for _ in range(2):
        paid(MIDNIGHT)
    cursor = shop.get(f"{PATH}/2026-06-08/lines", {"limit": 1}).json()["next_cursor"]

    answer = shop.get(f"{PATH}/2026-06-09/lines", {"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "cursor_unknown"


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        (f"{PATH}?from=2026-06-01&to=2026-08-31", 3),
        (f"{PATH}/2026-06-08", 3),
        (f"{PATH}/2026-06-08/lines?limit=100", 3),
    ],
)
def test_reading_costs_the_same_for_one_row_and_for_ten(shop, path, cost):
    for rows in (1, 9):
        for _ in range(rows):
            paid(MIDNIGHT, 100)
        with CaptureQueriesContext(connection) as captured:
            assert shop.get(path).status_code == 200
        assert len(captured) == cost


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "/from", "required"),
        ("from=2026-06-08", "/to", "required"),
        ("from=2026-06-08&to=2026-06-07", "/to", "span_out_of_range"),
        ("from=2026-06-01&to=2026-09-01", "/to", "span_out_of_range"),
        ("from=1997-12-31&to=1998-01-01", "/from", "out_of_range"),
        ("from=2099-12-31&to=2100-01-01", "/to", "out_of_range"),
        ("from=20260608&to=2026-06-08", "/from", "invalid"),
        ("from=2026-02-30&to=2026-03-01", "/from", "invalid"),
        ("from=2026-06-08&to=2026-06-08&limit=1", "/limit", "unknown_field"),
        ("from=2026-06-08&from=2026-06-08&to=2026-06-08", "/from", "repeated"),
    ],
)
def test_a_span_that_makes_no_sense_is_named(shop, query, pointer, code):
    answer = shop.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    "day", ["2026-02-30", "20260608", "today", "1997-12-31", "2100-01-01", "2026-06-08T00:00:00Z", "x" * 3000, "%00"]
)
@pytest.mark.parametrize("under", ["", "/lines"])
def test_what_is_no_day_is_not_found(shop, day, under):
    assert shop.get(f"{PATH}/{day}{under}").status_code in {400, 404}


def test_a_day_that_has_not_begun_in_taipei_is_not_found(shop, monkeypatch):
    """A slip of the year must not read like a day without sales."""
    monkeypatch.setattr("common.clock.now", lambda: dt.datetime(2026, 6, 8, 16, 0, tzinfo=dt.UTC))

    statuses = [
        shop.get(f"{PATH}/{day}").status_code for day in ("2026-06-08", "2026-06-09", "2026-06-10", "2027-06-08")
    ]

    assert statuses == [200, 200, 404, 404]


def test_nobody_without_a_key_is_answered(client):
    assert [client.get(f"{PATH}{path}").status_code for path in ("", "/2026-06-08", "/2026-06-08/lines")] == [401] * 3
