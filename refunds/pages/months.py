"""The calendar picture of a refund: each day of its promise, counted or not and why, in tables by month and in words."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.clock import taipei
from refunds.queries import CountedDay, Progress
from refunds.working_days import Day, Reason

# Calendars on Taiwan's walls begin with Sunday, so that both free days stand at the edges.
_SUNDAY = 6
_WEEKS = calendar.Calendar(firstweekday=_SUNDAY)
# The strongest mark gives the day its look; all of them are written.
_LOOKS = ("credited", "deferred", "latest", "expected", "planned", "accepted")
# Every other reason is said by the name of the day itself.
_WHY = {
    Reason.MAKE_UP: gettext_lazy("Make-up working day"),
    Reason.CLOSED_ELSEWHERE: gettext_lazy("Typhoon closure only in %(name)s"),
    Reason.WEEKEND: gettext_lazy("Weekend"),
    Reason.BANK_ONLY: gettext_lazy("Bank holiday: %(name)s"),
}


def of(progress: Progress) -> list[dict[str, Any]]:
    """A table a month, of the weeks in which something is counted: caption, weekdays, weeks of seven cells or None."""
    if not progress.days or progress.refund.accepted_date is None:
        return []
    first, last = progress.refund.accepted_date, _last_day(progress)
    cells = {cell["date"]: cell for cell in _cells(progress)}
    pictured = {day: {**cell, "today": day == progress.today} for day, cell in cells.items()}
    return [_month(month, first, last, pictured) for month in _months(first, last)]


def in_words(progress: Progress) -> list[str]:
    """The same, a sentence a day, for whoever reads better than looks."""
    return [_sentence(cell) for cell in _cells(progress)] if progress.days else []


def why_of(day: Day) -> str:
    """The reason of a day in the active language; empty for an ordinary working day."""
    name = day.name_en if get_language() == "en" else day.name
    if day.reason is Reason.WORKING:
        return ""
    text = _WHY.get(day.reason)
    return str(text) % {"name": name} if text else name or _("Holiday")


def weekdays() -> list[dict[str, str]]:
    """Sunday first: each with its name, and one short enough for the head of a column."""
    names = [str(WEEKDAYS[day]) for day in _WEEKS.iterweekdays()]
    return [{"name": name, "short": name[:3] if name.isascii() else name[-1]} for name in names]


def _cells(progress: Progress) -> Iterator[dict[str, Any]]:
    accepted = progress.refund.accepted_date
    assert accepted is not None
    yield _cell(accepted, None, _marks(accepted, None, progress), "")
    for counted in progress.days:
        yield _cell(counted.day.date, counted.number, _marks(counted.day.date, counted, progress), why_of(counted.day))
    credited = _credited_date(progress)
    if credited and credited > progress.days[-1].day.date:
        yield _cell(credited, None, _marks(credited, None, progress), "")


def _cell(day: dt.date, number: int | None, marks: list[dict[str, str]], why: str) -> dict[str, Any]:
    kinds = {mark["kind"] for mark in marks}
    look = next((look for look in _LOOKS if look in kinds), "counted" if number else "skipped")
    counted = "counted" if number else "skipped"
    return {"date": day, "number": number, "state": look, "counts": counted, "marks": marks, "why": why}


def _marks(day: dt.date, counted: CountedDay | None, progress: Progress) -> list[dict[str, str]]:
    """What this day is in the story of the refund, as it is shown now."""
    refund = progress.refund
    marks = []
    if day == refund.accepted_date:
        marks.append({"kind": "accepted", "text": _("Accepted")})
    for deferral in progress.deferrals:
        if day == deferral.old_date != deferral.new_date:
            reason = _("Moved on: %(reason)s") % {"reason": deferral.get_reason_display()}
            marks.append({"kind": "planned", "text": reason})
    if counted and counted.is_turn and not counted.is_expected and day != _credited_date(progress):
        marks.append({"kind": "deferred", "text": _("Moved to this day")})
    if counted and counted.is_expected:
        marks.append({"kind": "expected", "text": _("Expected day")})
    if counted and counted.is_latest:
        marks.append({"kind": "latest", "text": _("Latest day")})
    if day == _credited_date(progress):
        marks.append({"kind": "credited", "text": _("Credited")})
    return marks


def _month(month: dt.date, first: dt.date, last: dt.date, cells: dict[dt.date, dict[str, Any]]) -> dict[str, Any]:
    weeks = []
    for week in _WEEKS.monthdatescalendar(month.year, month.month):
        if any(first <= day <= last and day.month == month.month for day in week):
            weeks.append([cells.get(day, _outside(day)) if day.month == month.month else None for day in week])
    return {"caption": date_format(month, "YEAR_MONTH_FORMAT"), "weekdays": weekdays(), "weeks": weeks}


def _outside(day: dt.date) -> dict[str, Any]:
    return {"date": day, "number": None, "state": "outside", "counts": "", "marks": [], "why": "", "today": False}


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first day of each month from one date to another."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + dt.timedelta(days=31)).replace(day=1)


def _last_day(progress: Progress) -> dt.date:
    return max(progress.days[-1].day.date, _credited_date(progress) or progress.days[-1].day.date)


def _credited_date(progress: Progress) -> dt.date | None:
    return taipei(progress.refund.credited_at).date() if progress.refund.credited_at else None


def _sentence(cell: dict[str, Any]) -> str:
    day = date_format(cell["date"], "Y/m/d l")
    count = _("working day %(number)s") % {"number": cell["number"]} if cell["number"] else ""
    if not count and cell["why"]:
        count = _("not counted")
    said = [count, cell["why"], *(mark["text"] for mark in cell["marks"])]
    return _("%(day)s: %(said)s") % {"day": day, "said": " · ".join(filter(None, said))}
