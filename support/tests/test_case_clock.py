"""When a case is due: service hours counted over nights, weekends, typhoons and the New Year."""

import datetime as dt
from functools import partial

import pytest

from common.clock import TAIPEI
from refunds.working_days import SETTLEMENT_COUNTY, Calendar, Override, Part
from support.states import CLOCKS, FIRST, LARGE_MINOR, Kind, Priority, first_priority
from support.working_days import due, service_hours, worked

TYPHOON = dt.date(2026, 6, 9)
CALENDARS = {
    "usual": Calendar(years_known=frozenset({2026, 2027})),
    "afternoon closed": Calendar(overrides=(Override(TYPHOON, SETTLEMENT_COUNTY, Part.AFTERNOON),)),
    "morning closed": Calendar(overrides=(Override(TYPHOON, SETTLEMENT_COUNTY, Part.MORNING),)),
    "closed in Hualien": Calendar(overrides=(Override(TYPHOON, "hualien_county", Part.WHOLE),)),
}


def at(text):
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("opened", "hours", "calendar", "expected"),
    [
        # Within a day, and to its last minute.
        ("2026-06-08 10:00", 2, "usual", "2026-06-08 12:00"),
        ("2026-06-08 09:00", 8.5, "usual", "2026-06-08 17:30"),
        ("2026-06-08 16:30", 1, "usual", "2026-06-08 17:30"),
        # Over a night: what is left goes on at nine.
        ("2026-06-08 17:00", 1, "usual", "2026-06-09 09:30"),
        ("2026-06-08 17:30", 1, "usual", "2026-06-09 10:00"),
        ("2026-06-08 23:59", 1, "usual", "2026-06-09 10:00"),
        ("2026-06-09 03:00", 1, "usual", "2026-06-09 10:00"),
        ("2026-06-08 09:00", 8.75, "usual", "2026-06-09 09:15"),
        # Over a weekend.
        ("2026-06-05 17:00", 1, "usual", "2026-06-08 09:30"),
        ("2026-06-06 12:00", 4, "usual", "2026-06-08 13:00"),
        ("2026-06-05 09:00", 17, "usual", "2026-06-08 17:30"),
        # A typhoon that closes the afternoon: three hours, then the next day.
        ("2026-06-09 11:00", 2, "afternoon closed", "2026-06-10 10:00"),
        ("2026-06-09 13:00", 1, "afternoon closed", "2026-06-10 10:00"),
        ("2026-06-08 17:00", 3.5, "afternoon closed", "2026-06-09 12:00"),
        # One that closes the morning closes the day; one elsewhere changes nothing.
        ("2026-06-09 10:00", 1, "morning closed", "2026-06-10 10:00"),
        ("2026-06-09 10:00", 1, "closed in Hualien", "2026-06-09 11:00"),
        # Over the New Year, from the Friday before to the Monday after it.
        ("2026-02-13 17:00", 1, "usual", "2026-02-23 09:30"),
        ("2026-02-16 10:00", 8.5, "usual", "2026-02-23 17:30"),
        # Over the turn of a year.
        ("2026-12-31 17:00", 2, "usual", "2027-01-04 10:30"),
    ],
)
def test_service_time_is_counted_while_somebody_is_there(opened, hours, calendar, expected):
    assert due(at(opened), dt.timedelta(hours=hours), CALENDARS[calendar]) == at(expected)


def test_a_due_time_is_in_utc_whatever_zone_it_was_asked_in():
    opened = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)

    found = due(opened, dt.timedelta(hours=2), CALENDARS["usual"])

    assert (found, found.tzinfo) == (dt.datetime(2026, 6, 8, 4, 0, tzinfo=dt.UTC), dt.UTC)


def test_nobody_is_there_on_a_saturday():
    assert service_hours(dt.date(2026, 6, 6), CALENDARS["usual"]) is None


def test_longer_is_never_due_sooner():
    """Half an hour more each time, over two weeks with a typhoon: never backwards, never outside the hours."""
    opened, calendar = at("2026-06-05 16:45"), CALENDARS["afternoon closed"]

    found = [due(opened, dt.timedelta(minutes=30 * steps), calendar).astimezone(TAIPEI) for steps in range(1, 160)]

    assert found == sorted(set(found))
    assert all(dt.time(9) <= moment.time() <= dt.time(17, 30) for moment in found)
    assert [moment.time() for moment in found if moment.date() == TYPHOON and moment.time() > dt.time(12)] == []


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_says_how_urgent_it_is_and_whose_it_is(kind):
    priority, _queue = FIRST[kind]

    assert first_priority(kind, LARGE_MINOR - 1) == priority
    assert first_priority(kind, LARGE_MINOR) == max(Priority.URGENT, priority - 1)


def test_the_more_urgent_the_sooner_both_clocks_run_out():
    clocks = [CLOCKS[priority] for priority in sorted(Priority)]

    assert clocks == sorted(clocks)
    assert all(answer < settle for answer, settle in clocks)


@pytest.mark.parametrize(
    ("start", "end", "calendar", "minutes"),
    [
        ("2026-06-08 10:00", "2026-06-08 12:00", "usual", 120),
        ("2026-06-05 17:00", "2026-06-08 09:30", "usual", 60),
        ("2026-06-06 10:00", "2026-06-07 10:00", "usual", 0),
        ("2026-06-08 08:00", "2026-06-08 09:00", "usual", 0),
        ("2026-06-08 17:30", "2026-06-09 09:00", "usual", 0),
        ("2026-06-08 09:00", "2026-06-08 17:30", "usual", 510),
        ("2026-06-01 09:00", "2026-06-08 09:00", "usual", 5 * 510),
        ("2026-06-08 12:00", "2026-06-08 10:00", "usual", 0),
        # Nobody was there once the typhoon closed the afternoon.
        ("2026-06-09 10:00", "2026-06-09 16:00", "afternoon closed", 120),
        ("2026-06-08 17:00", "2026-06-10 09:30", "morning closed", 60),
    ],
)
def test_service_time_is_what_lies_within_the_hours_of_working_days(start, end, calendar, minutes):
    hours_of = partial(service_hours, calendar=CALENDARS[calendar])

    assert worked(at(start), at(end), hours_of) == dt.timedelta(minutes=minutes)
