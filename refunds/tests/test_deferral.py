"""Credit now, wait, or move to the next working day: each reason, and which one wins."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from refunds.deferral import (
    CreditNow,
    Defer,
    DeferralReason,
    Promise,
    Redated,
    Wait,
    Window,
    WindowKind,
    decide,
    is_overdue,
    redate,
)
from refunds.working_days import Calendar, Override, Part, PublishedDay

TAIPEI = ZoneInfo("Asia/Taipei")
TUESDAY = date(2026, 11, 24)
WEDNESDAY = date(2026, 11, 25)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


def window(kind, start="2026-11-24T08:00", end="2026-11-24T11:00"):
    return Window(kind, at(start), at(end))


def typhoon(part=Part.WHOLE, day=TUESDAY):
    return Calendar(overrides=(Override(day, "taipei_city", part),))


HOLIDAY = Calendar(published=(PublishedDay(TUESDAY, True, "選舉放假"),))
BOTH = Calendar(published=HOLIDAY.published, overrides=typhoon().overrides)
MAINTENANCE = (window(WindowKind.MAINTENANCE),)
UPGRADE = (window(WindowKind.SYSTEM_UPGRADE),)
PLAIN = Calendar()

DECISIONS = [
    # when, calendar, windows, other unsettled, decision
    ("2026-11-23T10:00", PLAIN, (), False, Wait()),
    ("2026-11-24T08:59", PLAIN, (), False, Wait()),
    ("2026-11-24T09:00", PLAIN, (), False, CreditNow()),
    ("2026-11-24T15:29", PLAIN, (), False, CreditNow()),
    ("2026-11-24T15:30", PLAIN, (), False, DeferralReason.REFUNDS_PENDING),
    ("2026-11-24T10:00", PLAIN, (), True, DeferralReason.REFUNDS_PENDING),
    ("2026-11-24T08:59", PLAIN, (), True, Wait()),
    ("2026-11-24T10:00", PLAIN, MAINTENANCE, False, DeferralReason.MAINTENANCE),
    ("2026-11-24T11:00", PLAIN, MAINTENANCE, False, CreditNow()),
    ("2026-11-24T08:30", PLAIN, MAINTENANCE, False, Wait()),
    ("2026-11-24T10:00", PLAIN, UPGRADE, False, DeferralReason.SYSTEM_UPGRADE),
    ("2026-11-24T10:00", PLAIN, UPGRADE + MAINTENANCE, True, DeferralReason.MAINTENANCE),
    ("2026-11-24T10:00", PLAIN, UPGRADE, True, DeferralReason.SYSTEM_UPGRADE),
    ("2026-11-24T00:01", HOLIDAY, (), False, DeferralReason.HOLIDAY_PUBLISHED),
    ("2026-11-24T06:00", typhoon(), (), False, DeferralReason.TYPHOON_CLOSURE),
    ("2026-11-24T10:00", typhoon(Part.MORNING), MAINTENANCE, True, DeferralReason.TYPHOON_CLOSURE),
    ("2026-11-24T10:00", BOTH, MAINTENANCE, True, DeferralReason.HOLIDAY_PUBLISHED),
    ("2026-11-24T11:59", typhoon(Part.AFTERNOON), (), False, CreditNow()),
    ("2026-11-24T12:00", typhoon(Part.AFTERNOON), (), True, DeferralReason.TYPHOON_CLOSURE),
]


@pytest.mark.parametrize(("when", "calendar", "windows", "unsettled", "expected"), DECISIONS)
def test_what_the_run_does_with_a_due_refund(when, calendar, windows, unsettled, expected):
    if isinstance(expected, DeferralReason):
        expected = Defer(WEDNESDAY, expected)

    found = decide(credit_date=TUESDAY, calendar=calendar, windows=windows, other_is_unsettled=unsettled, at=at(when))

    assert found == expected


def test_a_run_that_is_a_day_late_still_credits():
    assert (
        decide(credit_date=TUESDAY, calendar=PLAIN, windows=(), other_is_unsettled=False, at=at("2026-11-25T10:00"))
        == CreditNow()
    )


def test_a_run_that_missed_friday_moves_to_monday_not_to_the_weekend():
    found = decide(
        credit_date=date(2026, 11, 27), calendar=PLAIN, windows=(), other_is_unsettled=False, at=at("2026-11-28T10:00")
    )

    assert found == Defer(date(2026, 11, 30), DeferralReason.HOLIDAY_PUBLISHED)


def test_the_promise_is_the_seventh_and_the_tenth_working_day():
    assert Promise.of(date(2026, 12, 21), PLAIN) == Promise(date(2026, 12, 31), date(2027, 1, 6))


@pytest.mark.parametrize(
    ("today", "settled", "overdue"),
    [("2026-12-07", False, False), ("2026-12-08", False, True), ("2026-12-08", True, False)],
)
def test_overdue_begins_the_day_after_the_latest_date_and_ends_with_the_credit(today, settled, overdue):
    assert (
        is_overdue(latest_credit_date=date(2026, 12, 7), is_settled=settled, today=date.fromisoformat(today)) is overdue
    )


MONDAY = date(2026, 11, 23)
PROMISE = Promise(date(2026, 12, 2), date(2026, 12, 7))
LATER = Promise(date(2026, 12, 3), date(2026, 12, 8))


def redated(before, after, credit_date=PROMISE.expected_credit_date, promise=PROMISE):
    return redate(accepted_date=MONDAY, promise=promise, credit_date=credit_date, before=before, after=after)


def published(*days):
    return Calendar(published=tuple(PublishedDay(day, True, "放假") for day in days))


def test_a_typhoon_within_the_days_moves_the_promise_by_one():
    assert redated(PLAIN, typhoon()) == Redated(LATER, date(2026, 12, 3), DeferralReason.TYPHOON_CLOSURE)


def test_a_typhoon_taken_back_moves_the_promise_forward_again():
    found = redated(typhoon(), PLAIN, credit_date=LATER.expected_credit_date, promise=LATER)

    assert found == Redated(PROMISE, date(2026, 12, 2), DeferralReason.TYPHOON_CLOSURE)


def test_a_published_holiday_within_the_days_moves_the_promise_by_one():
    assert redated(PLAIN, published(TUESDAY)) == Redated(LATER, date(2026, 12, 3), DeferralReason.HOLIDAY_PUBLISHED)


def test_a_holiday_between_the_two_dates_moves_the_latest_alone():
    found = redated(PLAIN, published(date(2026, 12, 4)))

    assert found == Redated(
        Promise(date(2026, 12, 2), date(2026, 12, 8)), date(2026, 12, 2), DeferralReason.HOLIDAY_PUBLISHED
    )


@pytest.mark.parametrize("day", [MONDAY, date(2026, 12, 8), date(2026, 11, 28), date(2026, 2, 3)])
def test_a_day_that_was_not_counted_touches_nothing(day):
    assert redated(PLAIN, published(day)) is None


def test_a_refund_deferred_on_its_own_keeps_its_later_date():
    found = redated(PLAIN, typhoon(), credit_date=date(2026, 12, 4))

    assert found == Redated(LATER, date(2026, 12, 4), DeferralReason.TYPHOON_CLOSURE)


def test_a_refund_deferred_on_its_own_leaves_a_day_that_closes():
    after = typhoon(day=date(2026, 12, 4))

    found = redated(PLAIN, after, credit_date=date(2026, 12, 4))

    assert found == Redated(
        Promise(date(2026, 12, 2), date(2026, 12, 8)), date(2026, 12, 7), DeferralReason.TYPHOON_CLOSURE
    )


def test_two_windows_end_before_they_touch():
    first = window(WindowKind.MAINTENANCE)

    assert first.covers(first.starts_at)
    assert not first.covers(first.ends_at)
    assert not first.covers(first.starts_at - timedelta(seconds=1))
