"""Service hours: when somebody is there, when a case opened at some moment is due, what one took. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from common.clock import TAIPEI, taipei
from refunds.working_days import Calendar

# Published hours of customer service, Taipei time, on working days.
OPENS, CLOSES = dt.time(9), dt.time(17, 30)
# A typhoon that closes the afternoon: everybody goes home at noon.
CLOSES_AT_NOON = dt.time(12)
# The longest stretch without a working day is the New Year's, of some ten days; a due time is five service days off at most.
_DAYS_MAX: Final = 90

Hours = tuple[dt.datetime, dt.datetime] | None


def service_hours(day: dt.date, calendar: Calendar) -> Hours:
    """From when to when somebody is there on this day; None where nobody is.

    2026-06-08: 09:00 to 17:30. 2026-06-06 (Saturday): None. An afternoon closed by a typhoon: 09:00 to 12:00.
    """
    if not calendar.is_working_day(day):
        return None
    closes = CLOSES_AT_NOON if calendar.closes_at_noon(day) else CLOSES
    return dt.datetime.combine(day, OPENS, TAIPEI), dt.datetime.combine(day, closes, TAIPEI)


def due(opened_at: dt.datetime, service_time: dt.timedelta, calendar: Calendar) -> dt.datetime:
    """The moment at which so much service time has passed since the case was opened, in UTC.

    Monday 10:00 + 2 h = Monday 12:00. Friday 17:00 + 1 h = Monday 09:30. Saturday + 1 h = Monday 10:00.
    Monday 09:00 + 8.5 h = Monday 17:30: the last minute of a day still belongs to it.
    """
    assert service_time > dt.timedelta(), "time that passes"
    first, left = taipei(opened_at).date(), service_time
    for day in (first + dt.timedelta(days=number) for number in range(_DAYS_MAX)):
        hours = service_hours(day, calendar)
        if hours is None:
            continue
        opens, closes = max(hours[0], opened_at), hours[1]
        if opens >= closes:
            continue
        if left <= closes - opens:
            return (opens + left).astimezone(dt.UTC)
        left -= closes - opens
    raise AssertionError(f"no service day within {_DAYS_MAX} days of {first}")


def worked(start: dt.datetime, end: dt.datetime, hours_of: Callable[[dt.date], Hours]) -> dt.timedelta:
    """Service time between two moments; `hours_of` is `service_hours` of a calendar, kept by whoever asks for many.

    Monday 10:00 to 12:00 = 2 h. Friday 17:00 to Monday 09:30 = 1 h. Saturday to Sunday = nothing. Backwards = nothing.
    """
    first, last = taipei(start).date(), taipei(end).date()
    total = dt.timedelta()
    for day in (first + dt.timedelta(days=number) for number in range((last - first).days + 1)):
        if hours := hours_of(day):
            total += max(dt.timedelta(), min(hours[1], end) - max(hours[0], start))
    return total
