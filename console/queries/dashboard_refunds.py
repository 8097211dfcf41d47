"""Refunds as promises: those whose latest date is near or over, and what each of the next runs has before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from common.clock import taipei_midnight, today_in_taipei
from refunds.calendar import current_calendar
from refunds.deferral import open_minutes
from refunds.models import Refund
from refunds.queries import credits_per_minute, windows_between
from refunds.states import Status
from refunds.working_days import Calendar

WORKING_DAYS_AHEAD = 15
# The rows of the index `refunds_promised`.
PROMISED = (Status.ACCEPTED, Status.CREDITING, Status.UNKNOWN, Status.MANUAL)


@dataclass(frozen=True)
class Ending:
    """Promises that end in this span and are not kept yet."""

    name: str  # passed | today | tomorrow | week
    count: int
    total_minor: int


@dataclass(frozen=True)
class DueDay:
    """A working day's run: what is due then, and how many refunds it can credit from now on."""

    date: dt.date
    count: int
    total_minor: int
    capacity: int

    @property
    def is_over(self) -> bool:
        return self.count > self.capacity


def promises_ending(at: dt.datetime) -> list[Ending]:
    """In one walk along the promises: what has passed, today, tomorrow, and the five days after."""
    today = today_in_taipei(at)
    spans = _spans(today)
    counts = {f"{name}_count": Count("pk", filter=span) for name, span in spans.items()}
    sums = {f"{name}_total": Sum("total_minor", filter=span) for name, span in spans.items()}
    found = Refund.objects.filter(_ends(latest_credit_date__lte=_week_of(today))).aggregate(**counts, **sums)
    return [Ending(name, found[f"{name}_count"], found[f"{name}_total"] or 0) for name in spans]


def refunds_ending(at: dt.datetime, *, when: str) -> QuerySet[Refund]:
    return Refund.objects.filter(_spans(today_in_taipei(at))[when])


def due_days(at: dt.datetime) -> list[DueDay]:
    """The next working days, today's run included while it is open. What has no run of its own joins the next one."""
    calendar = current_calendar()
    dates = _runs_ahead(calendar, at)
    due = Refund.objects.filter(status=Status.ACCEPTED, credit_date__lte=dates[-1])
    found = due.values_list("credit_date").annotate(Count("pk"), Sum("total_minor")).order_by("credit_date")
    counts, totals = dict.fromkeys(dates, 0), dict.fromkeys(dates, 0)
    for credit_date, count, total in found:
        assert credit_date is not None, "the condition asks for a date"
        turn = next(date for date in dates if date >= credit_date)
        counts[turn] += count
        totals[turn] += total
    capacity = capacity_of(dates, calendar, at)
    return [DueDay(date, counts[date], totals[date], capacity[date]) for date in dates]


def capacity_of(dates: list[dt.date], calendar: Calendar, at: dt.datetime) -> dict[dt.date, int]:
    """How many refunds the run of each of these days can credit from `at` on, maintenance taken out."""
    first_at, last_at = taipei_midnight(dates[0]), taipei_midnight(dates[-1] + dt.timedelta(days=1))
    windows = tuple(window.as_window() for window in windows_between(first_at, last_at))
    pace = credits_per_minute(dates)
    return {
        date: pace[date] * open_minutes(day=date, calendar=calendar, windows=windows, since=max(first_at, at))
        for date in dates
    }


def _runs_ahead(calendar: Calendar, at: dt.datetime) -> list[dt.date]:
    today = today_in_taipei(at)
    is_today_over = not open_minutes(day=today, calendar=calendar, windows=(), since=at)
    start = today if is_today_over else today - dt.timedelta(days=1)
    return [day.date for day in calendar.explain(start, WORKING_DAYS_AHEAD) if day.counted]


def _spans(today: dt.date) -> dict[str, Q]:
    tomorrow = today + dt.timedelta(days=1)
    return {
        "passed": _ends(latest_credit_date__lt=today),
        "today": _ends(latest_credit_date=today),
        "tomorrow": _ends(latest_credit_date=tomorrow),
        "week": _ends(latest_credit_date__gt=tomorrow, latest_credit_date__lte=_week_of(today)),
    }


def _ends(**condition: dt.date) -> Q:
    return Q(status__in=PROMISED, **condition)


def _week_of(today: dt.date) -> dt.date:
    """The last of seven days that begin today."""
    return today + dt.timedelta(days=6)
