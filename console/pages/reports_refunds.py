"""Refund punctuality: on which working day the money was back, what moved it, and what is late."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from typing import Any, Final

from django.utils.translation import gettext as _

from common.clock import now, today_in_taipei
from common.sheets import Cell, Column, Table
from console.pages.reports_money import totalled
from console.queries import reports
from console.queries.reports import Period
from refunds.calendar import current_calendar
from refunds.models import Deferral

# The promise: credited on the 7th working day after acceptance, on the 10th at the latest.
_EXPECTED_DAY, _LATEST_DAY = 7, 10
_DAYS: Final = tuple(range(_EXPECTED_DAY, _LATEST_DAY + 1))


def punctuality(period: Period) -> list[Table]:
    found, today = reports.refunds_by_day(period), today_in_taipei(now())
    return [_kept(found, today), _by_day(found), _moved(period)]


def _kept(found: list[tuple[Any, ...]], today: dt.date) -> Table:
    """Against the promise that each refund carries itself."""
    columns = [
        Column(_("Accepted in")),
        Column(_("Refunds"), "number"),
        Column(_("Amount"), "number"),
        Column(_("Credited when expected"), "number"),
        Column(_("Credited by the last day"), "number"),
        Column(_("Credited late"), "number"),
        Column(_("Still within time"), "number"),
        Column(_("Overdue"), "number"),
    ]
    months: dict[str, list[int]] = defaultdict(lambda: [0] * (len(columns) - 1))
    for accepted, expected, latest, credited, refunds, minor in found:
        numbers = months[f"{accepted:%Y-%m}"]
        numbers[0] += refunds
        numbers[1] += minor
        numbers[2 + _verdict(expected, latest, credited, today)] += refunds
    rows: list[list[Cell]] = [[month, *numbers] for month, numbers in sorted(months.items())]
    return Table(_("Promises kept"), columns, rows, totalled(rows))


def _verdict(expected: dt.date, latest: dt.date, credited: dt.date | None, today: dt.date) -> int:
    """0 when expected, 1 by the last day, 2 late, 3 not yet and within time, 4 overdue."""
    if credited is None:
        return 4 if today > latest else 3
    return 0 if credited <= expected else 1 if credited <= latest else 2


def _by_day(found: list[tuple[Any, ...]]) -> Table:
    columns = [
        Column(_("Accepted in")),
        Column(_("Credited"), "number"),
        Column(_("Before working day %(day)s") % {"day": _EXPECTED_DAY}, "number"),
        *(Column(_("On working day %(day)s") % {"day": day}, "number") for day in _DAYS),
        Column(_("Later"), "number"),
    ]
    credited = [row for row in found if row[3] is not None]
    working_days = _working_days(credited)
    months: dict[str, list[int]] = defaultdict(lambda: [0] * (len(columns) - 1))
    for accepted, _expected, _latest, on, refunds, _minor in credited:
        day = bisect_right(working_days, on) - bisect_right(working_days, accepted)
        numbers = months[f"{accepted:%Y-%m}"]
        numbers[0] += refunds
        numbers[1 + min(max(0, day - _EXPECTED_DAY + 1), len(_DAYS) + 1)] += refunds
    rows: list[list[Cell]] = [[month, *numbers] for month, numbers in sorted(months.items())]
    return Table(_("On which working day the money was back"), columns, rows, totalled(rows))


def _working_days(credited: list[tuple[Any, ...]]) -> list[dt.date]:
    """Every working day from the first acceptance to the last credit, in order."""
    if not credited:
        return []
    first, last = min(row[0] for row in credited), max(row[3] for row in credited)
    calendar = current_calendar()
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if calendar.is_working_day(day)]


def _moved(period: Period) -> Table:
    reasons = [str(reason) for reason in Deferral.Reason.values]
    labels = dict(Deferral.Reason.choices)
    columns = [Column(_("Moved in")), *(Column(str(labels[reason]), "number") for reason in reasons)]
    columns.append(Column(_("Together"), "number"))
    months: dict[str, list[int]] = defaultdict(lambda: [0] * len(reasons))
    for month, reason, number in reports.deferrals_by_month(period):
        months[f"{month:%Y-%m}"][reasons.index(reason)] += number
    rows: list[list[Cell]] = [[month, *numbers, sum(numbers)] for month, numbers in sorted(months.items())]
    return Table(_("Moved to a later day, by reason"), columns, rows, totalled(rows))
