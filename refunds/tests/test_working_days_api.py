"""The calendar through HTTP: each date of a span, and the spans there are."""

import pytest
from django.test import Client

from payments.tests.factories import make_platform
from refunds.tests.test_api import client_of

pytestmark = pytest.mark.django_db

PATH = "/api/v1/calendar/working-days"


@pytest.fixture
def shop(at):
    return client_of(make_platform(), at)


def test_each_date_of_a_span_says_whether_it_counts_and_why(shop):
    answer = shop.get(PATH, {"from": "2026-09-24", "to": "2026-09-28"}).json()

    assert (answer["object"], answer["from"], answer["to"]) == ("working_days", "2026-09-24", "2026-09-28")
    assert answer["estimated"] is False
    assert [(day["date"], day["working"], day["reason"]) for day in answer["days"]] == [
        ("2026-09-24", True, "working_day"),
        ("2026-09-25", False, "holiday"),
        ("2026-09-26", False, "weekend"),
        ("2026-09-27", False, "weekend"),
        ("2026-09-28", False, "holiday"),
    ]
    assert answer["days"][1] == {
        "date": "2026-09-25",
        "working": False,
        "reason": "holiday",
        "name": "中秋節",
        "name_en": "Mid-Autumn Festival",
        "estimated": False,
    }


def test_a_span_may_be_one_day_or_four_hundred(shop):
    lengths = [
        len(shop.get(PATH, {"from": "2026-01-01", "to": last}).json()["days"]) for last in ("2026-01-01", "2027-02-04")
    ]

    assert lengths == [1, 400]


@pytest.mark.parametrize(("first", "last"), [("1998-01-01", "1999-02-04"), ("2098-11-27", "2099-12-31")])
def test_the_first_and_the_last_year_are_within_the_calendar(shop, first, last):
    answer = shop.get(PATH, {"from": first, "to": last})

    assert answer.status_code == 200
    assert len(answer.json()["days"]) == 400


def test_a_year_whose_calendar_is_not_out_is_estimated(shop):
    answer = shop.get(PATH, {"from": "2026-12-31", "to": "2028-01-01"}).json()

    assert answer["estimated"] is True
    assert [answer["days"][number]["estimated"] for number in (0, -1)] == [False, True]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "/from", "required"),
        ("from=2026-01-01", "/to", "required"),
        ("from=2026-01-02&to=2026-01-01", "/to", "span_out_of_range"),
        ("from=2026-01-01&to=2027-02-05", "/to", "span_out_of_range"),
        ("from=1997-12-31&to=1998-01-01", "/from", "out_of_range"),
        ("from=2099-12-31&to=2100-01-01", "/to", "out_of_range"),
        ("from=2026-W01-1&to=2026-01-01", "/from", "invalid"),
        ("from=2026-01-01&to=soon", "/to", "invalid"),
        ("from=2026-01-01&to=2026-01-01&county=x", "/county", "unknown_field"),
    ],
)
def test_a_span_that_makes_no_sense_is_named(shop, query, pointer, code):
    answer = shop.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_nobody_without_a_key_is_answered():
    assert Client().get(PATH).status_code == 401
