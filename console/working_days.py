"""Service time between two moments: what a case took, in the hours in which somebody was there. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

from common.clock import TAIPEI, taipei

# Hours of customer service, Taipei time, on working days.
OPENS, CLOSES = dt.time(9), dt.time(17, 30)


def worked(start: dt.datetime, end: dt.datetime, is_working_day: Callable[[dt.date], bool]) -> dt.timedelta:
    """Service time from start to end.

    Monday 10:00 to 12:00 = 2 h. Friday 17:00 to Monday 09:30 = 1 h. Saturday to Sunday = nothing. Backwards = nothing.
    """
    first, last = taipei(start).date(), taipei(end).date()
    total = dt.timedelta()
    for day in (first + dt.timedelta(days=number) for number in range((last - first).days + 1)):
        if is_working_day(day):
            opens, closes = _hours(day)
            total += max(dt.timedelta(), min(closes, end) - max(opens, start))
    return total


@lru_cache(maxsize=2048)
def _hours(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return dt.datetime.combine(day, OPENS, TAIPEI), dt.datetime.combine(day, CLOSES, TAIPEI)
