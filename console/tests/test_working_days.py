"""Service time between two moments."""

import datetime as dt

import pytest

from common.clock import TAIPEI
from console.working_days import worked


def is_working_day(day):
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-06-08 10:00", "2026-06-08 12:00", 120),
        ("2026-06-05 17:00", "2026-06-08 09:30", 60),
        ("2026-06-06 10:00", "2026-06-07 10:00", 0),
        ("2026-06-08 08:00", "2026-06-08 09:00", 0),
        ("2026-06-08 17:30", "2026-06-09 09:00", 0),
        ("2026-06-08 09:00", "2026-06-08 17:30", 510),
        ("2026-06-01 09:00", "2026-06-08 09:00", 5 * 510),
        ("2026-06-08 12:00", "2026-06-08 10:00", 0),
    ],
)
def test_service_time_is_what_lies_within_the_hours_of_working_days(start, end, minutes):
    moments = [dt.datetime.fromisoformat(text).replace(tzinfo=TAIPEI) for text in (start, end)]

    assert worked(*moments, is_working_day) == dt.timedelta(minutes=minutes)
