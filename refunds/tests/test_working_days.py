"""The working-day rules as tables, the seven published oracles first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refunds.working_days import BankOnlyDay, Calendar, Override, Part, PublishedDay, Reason

ORACLES = [
    ("2023-01-19", "2023-02-06", "2023-02-09"),
    ("2024-02-07", "2024-02-22", "2024-02-27"),
    ("2025-01-24", "2025-02-10", "2025-02-13"),
    ("2026-02-13", "2026-03-04", "2026-03-09"),
    ("2026-09-22", "2026-10-05", "2026-10-08"),
    ("2026-12-21", "2026-12-31", "2027-01-06"),
    ("2027-02-03", "2027-02-19", "2027-02-24"),
]

PLAIN = Calendar(years_known=frozenset(range(2017, 2028)))


def on(text):
    return date.fromisoformat(text)


def with_closure(day, part=Part.WHOLE, county="taipei_city"):
    return Calendar(overrides=(Override(on(day), county, part),))


@pytest.mark.parametrize(("start", "seventh", "tenth"), ORACLES)
def test_the_promise_dates_of_the_published_examples(start, seventh, tenth):
    assert PLAIN.add_working_days(on(start), 7) == on(seventh)
    assert PLAIN.add_working_days(on(start), 10) == on(tenth)


@pytest.mark.parametrize(
    ("day", "counted", "reason"),
    [
        ("2026-11-23", True, Reason.WORKING),
        ("2026-11-21", False, Reason.WEEKEND),
        ("2026-02-17", False, Reason.HOLIDAY),
        ("2026-02-28", False, Reason.HOLIDAY),
        ("2025-02-08", True, Reason.MAKE_UP),
        ("2014-12-27", True, Reason.MAKE_UP),
        ("2025-01-27", False, Reason.HOLIDAY),
        ("2025-05-01", False, Reason.BANK_ONLY),
        ("2026-05-01", False, Reason.HOLIDAY),
        ("2021-05-01", False, Reason.WEEKEND),
    ],
)
def test_what_a_day_is(day, counted, reason):
    found = PLAIN.day(on(day))

    assert (found.counted, found.reason) == (counted, reason)


def test_a_friday_before_a_make_up_saturday_is_followed_by_that_saturday():
    assert PLAIN.next_working_day(on("2025-02-07")) == on("2025-02-08")
    assert PLAIN.next_working_day(on("2025-02-14")) == on("2025-02-17")


def test_nothing_added_is_the_same_day_even_on_a_holiday():
    assert PLAIN.add_working_days(on("2026-02-17"), 0) == on("2026-02-17")


def test_an_explanation_lists_each_day_with_its_reason():
    days = PLAIN.explain(on("2026-09-24"), 1)

    assert [(day.date.day, day.counted, day.reason) for day in days] == [
        (25, False, Reason.HOLIDAY),
        (26, False, Reason.WEEKEND),
        (27, False, Reason.WEEKEND),
        (28, False, Reason.HOLIDAY),
        (29, True, Reason.WORKING),
    ]
    assert (days[0].name, days[0].name_en) == ("中秋節", "Mid-Autumn Festival")


def test_a_year_not_published_yet_is_estimated_and_a_published_one_is_not():
    assert PLAIN.is_estimated(on("2028-01-03"))
    assert PLAIN.day(on("2028-01-03")).estimated
    assert not PLAIN.is_estimated(on("2027-12-30"))


@pytest.mark.parametrize(
    ("row", "counted", "reason"),
    [
        (PublishedDay(on("2026-11-24"), True, "選舉放假"), False, Reason.HOLIDAY),
        (PublishedDay(on("2026-11-28"), False, "補行上班"), True, Reason.MAKE_UP),
        (PublishedDay(on("2026-09-25"), False, ""), True, Reason.WORKING),
        (PublishedDay(on("2026-11-28"), True, ""), False, Reason.WEEKEND),
    ],
)
def test_an_official_row_is_stronger_than_the_rule_set(row, counted, reason):
    found = Calendar(published=(row,)).day(row.date)

    assert (found.counted, found.reason) == (counted, reason)


def test_a_bank_holiday_is_stronger_than_an_official_row_that_says_work():
    calendar = Calendar(published=(PublishedDay(on("2025-05-01"), False, ""),))

    assert calendar.day(on("2025-05-01")).reason is Reason.BANK_ONLY


def test_a_bank_holiday_without_a_last_year_stays():
    calendar = Calendar(bank_only=(BankOnlyDay(7, 1, None, "銀行結算日", "Bank settlement day"),))

    assert not calendar.is_working_day(on("2027-07-01"))
    assert calendar.is_working_day(on("2025-05-01"))


@pytest.mark.parametrize(
    ("part", "county", "counted", "reason", "noon"),
    [
        (Part.WHOLE, "taipei_city", False, Reason.TYPHOON, False),
        (Part.MORNING, "taipei_city", False, Reason.TYPHOON, False),
        (Part.AFTERNOON, "taipei_city", True, Reason.AFTERNOON_CLOSED, True),
        (Part.NONE, "taipei_city", True, Reason.WORKING, False),
        (Part.WHOLE, "hualien_county", True, Reason.CLOSED_ELSEWHERE, False),
    ],
)
def test_a_typhoon_stops_the_run_only_where_the_run_is(part, county, counted, reason, noon):
    calendar = with_closure("2026-11-24", part, county)
    found = calendar.day(on("2026-11-24"))

    assert (found.counted, found.reason) == (counted, reason)
    assert calendar.closes_at_noon(on("2026-11-24")) is noon


def test_a_typhoon_moves_the_seventh_working_day_by_one():
    start = on("2026-11-23")

    assert Calendar().add_working_days(start, 7) == on("2026-12-02")
    assert with_closure("2026-11-24").add_working_days(start, 7) == on("2026-12-03")


def test_a_closure_taken_back_counts_again():
    day = on("2026-11-24")
    calendar = Calendar(overrides=(Override(day, "taipei_city", Part.WHOLE), Override(day, "taipei_city", Part.NONE)))

    assert calendar.is_working_day(day)


def test_a_typhoon_on_a_holiday_changes_nothing():
    assert with_closure("2026-09-25").day(on("2026-09-25")).reason is Reason.HOLIDAY


def test_counties_closed_elsewhere_are_named():
    day = on("2026-11-24")
    calendar = Calendar(
        overrides=(Override(day, "taitung_county", Part.WHOLE), Override(day, "hualien_county", Part.MORNING))
    )

    assert calendar.day(day).name_en == "Hualien County, Taitung County"


@given(st.dates(date(2017, 1, 1), date(2030, 12, 31)), st.integers(1, 60))
def test_the_nth_working_day_is_a_working_day_with_n_counted_before_it(start, n):
    end = PLAIN.add_working_days(start, n)

    between = [start + timedelta(days=k) for k in range(1, (end - start).days + 1)]
    assert PLAIN.is_working_day(end)
    assert sum(PLAIN.is_working_day(day) for day in between) == n
