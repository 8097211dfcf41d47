"""The refund calendar board: a month of days with what is due, and one day beside it."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from common.clock import now, time_text, today_in_taipei
from console.pages import board_words as words
from console.pages import calendar_day
from console.pages.calendar_words import standing_of, window_words
from console.queries import calendar_board as board
from refunds.pages.months import weekdays
from staff.pages import record_look, staff_page

# Calendars on Taiwan's walls begin with Sunday.
_WEEKS = calendar.Calendar(firstweekday=6)


@require_safe
@staff_page("console.see_calendar")
def month(request: HttpRequest) -> HttpResponse:
    """`?month=2026-06`; without one, or with one that isn't a month of the calendar, today's."""
    at = now()
    try:
        first = dt.date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        first = today_in_taipei(at).replace(day=1)
    if not board.is_within_calendar(first):
        first = today_in_taipei(at).replace(day=1)
    return render(request, "console/calendar.html", _context(first, at))


@require_safe
@staff_page("console.see_calendar")
def day(request: HttpRequest, day: str) -> HttpResponse:
    """The month of a day, and the day itself: its list by `?list=`, and by `?closed` what its closure would move."""
    try:
        date = dt.date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    if not board.is_within_calendar(date):
        raise Http404
    at = now()
    context = _context(date.replace(day=1), at, chosen=date)
    found = context.pop("board")
    may_see = request.user.has_perm("console.see_payments")
    context["day"] = shown = calendar_day.of(found, date, request.GET, may_see=may_see, at=at)
    if shown["rows"]:
        record_look(request, action="refund.listed", subject="", day=date.isoformat(), list=shown["list"])
    return render(request, "console/calendar.html", context)


def _context(first: dt.date, at: dt.datetime, chosen: dt.date | None = None) -> dict[str, Any]:
    weeks = _WEEKS.monthdatescalendar(first.year, first.month)
    found = board.board_of(weeks[0][0], weeks[-1][-1], at)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    return {
        "board": found,
        "title": date_format(first, "YEAR_MONTH_FORMAT"),
        "weekdays": weekdays(),
        "weeks": [[_cell(found.days[date], found.today, first, chosen) for date in week] for week in weeks],
        "before": _month_link(before),
        "after": _month_link(after),
        "this": {**_month_link(found.today), "is_shown": found.today.replace(day=1) == first},
        "version": found.version,
        "published": time_text(found.version.published_at),
        "is_estimated": found.calendar.is_estimated(first),
        "as_of": words.clock_time(at),
    }


def _month_link(month: dt.date) -> dict[str, str]:
    href = f"{reverse('desk:calendar')}?month={month:%Y-%m}"
    return {"href": href, "text": date_format(month, "YEAR_MONTH_FORMAT")}


def _cell(one: board.BoardDay, today: dt.date, month: dt.date, chosen: dt.date | None) -> dict[str, Any]:
    date = one.day.date
    return {
        "date": date,
        "name": date_format(date, "Y-m-d l"),
        "href": reverse("desk:calendar-day", args=[date.isoformat()]),
        "standing": standing_of(one.day),
        "is_open": one.day.counted,
        "is_today": date == today,
        "is_chosen": date == chosen,
        "is_outside": date.month != month.month,
        "windows": [window_words(window, date) for window in one.windows],
        "marks": _marks(one),
        "is_over": one.is_over and date >= today,
    }


def _marks(one: board.BoardDay) -> list[dict[str, str]]:
    """The numbers of a day that say something, the most pressing first."""
    return [mark for mark in calendar_day.marks_of(one) if mark["count"] != "0"]
