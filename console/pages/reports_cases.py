"""Customer service's own figures: how fast cases find somebody and end, and what people complain of."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.sheets import Cell, Column, Table
from console.pages.reports_money import totalled
from console.queries import reports
from console.queries.reports import Period
from refunds.calendar import current_calendar
from support.models import QUEUE
from support.states import Kind
from support.working_days import Hours, service_hours, worked

_ORIGINS: Final[dict[str, Promise]] = {
    "staff": gettext_lazy("Opened by staff"),
    "customer": gettext_lazy("Opened by the customer"),
    "sweep": gettext_lazy("Opened by the portal"),
}
_STAFF: Final = "staff:"
HoursOf = Callable[[dt.date], Hours]


def performance(period: Period) -> list[Table]:
    found = reports.cases_worked(period)
    hours_of = cache(partial(service_hours, calendar=current_calendar()))
    return [_by_kind(found, period, hours_of), _by_person(found, period, hours_of)]


def complaints(period: Period) -> list[Table]:
    """Cases by what they are about and by who opened them, and month by month."""
    found = reports.cases_opened(period)
    return [_by_origin(found), _by_month(found)]


def _by_kind(found: list[tuple[Any, ...]], period: Period, hours_of: HoursOf) -> Table:
    columns = [
        Column(_("Kind")),
        Column(_("Opened"), "number"),
        Column(_("Closed"), "number"),
        Column(_("Still open"), "number"),
        Column(_("Median minutes to an owner"), "number"),
        Column(_("Median minutes to the end"), "number"),
        Column(_("Nine in ten ended within minutes"), "number"),
    ]
    rows: list[list[Cell]] = []
    for kind in sorted({row[0] for row in found}):
        of_kind = [row for row in found if row[0] == kind]
        opened = [row for row in of_kind if _is_in(row[2], period)]
        closed = [row for row in of_kind if _is_in(row[5], period)]
        to_owner = _minutes(((row[2], row[4]) for row in opened if row[4]), hours_of)
        to_end = _minutes(((row[2], row[5]) for row in closed), hours_of)
        still_open = sum(1 for row in opened if row[5] is None)
        rows.append(
            [kind_word(kind), len(opened), len(closed), still_open, _median(to_owner), _median(to_end), _ninth(to_end)]
        )
    total = totalled(rows)
    if total:
        total[4:] = [None, None, None]
    return Table(_("By kind"), columns, rows, total, _service_hours())


def _by_person(found: list[tuple[Any, ...]], period: Period, hours_of: HoursOf) -> Table:
    columns = [
        Column(_("Person")),
        Column(_("Closed by them"), "number"),
        Column(_("Median minutes to the end"), "number"),
        Column(_("Open in their hands"), "number"),
    ]
    closed: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    in_hand: dict[str, int] = defaultdict(int)
    for row in found:
        if _is_in(row[5], period) and row[6]:
            closed[row[6]].append(row)
        if row[5] is None:
            in_hand[row[1]] += 1
    rows: list[list[Cell]] = []
    for name in sorted({*closed, *in_hand}):
        minutes = _minutes(((row[2], row[5]) for row in closed[name]), hours_of)
        rows.append([_person(name), len(closed[name]), _median(minutes), in_hand[name]])
    total = totalled(rows)
    if total:
        total[2] = None
    return Table(_("By person"), columns, rows, total, _service_hours())


def _by_origin(found: list[tuple[Any, ...]]) -> Table:
    columns = [
        Column(_("Kind")),
        *(Column(str(word), "number") for word in _ORIGINS.values()),
        Column(_("Together"), "number"),
        Column(_("Still open"), "number"),
    ]
    rows: list[list[Cell]] = []
    for kind in sorted({row[1] for row in found}):
        numbers = [sum(row[3] for row in found if row[1:3] == (kind, origin)) for origin in _ORIGINS]
        still_open = sum(row[4] for row in found if row[1] == kind)
        rows.append([kind_word(kind), *numbers, sum(numbers), still_open])
    return Table(_("What they were about, and who opened them"), columns, rows, totalled(rows))


def _by_month(found: list[tuple[Any, ...]]) -> Table:
    columns = [Column(_("Month")), *(Column(str(word), "number") for word in _ORIGINS.values())]
    columns.append(Column(_("Together"), "number"))
    rows: list[list[Cell]] = []
    for month in sorted({row[0] for row in found}):
        numbers = [sum(row[3] for row in found if (row[0], row[2]) == (month, origin)) for origin in _ORIGINS]
        rows.append([f"{month:%Y-%m}", *numbers, sum(numbers)])
    return Table(_("Month by month"), columns, rows, totalled(rows))


def kind_word(kind: str) -> str:
    return str(Kind(kind).label)


def _person(name: str) -> str:
    if name == QUEUE:
        return _("Nobody yet")
    return name.removeprefix(_STAFF) if name.startswith(_STAFF) else _("The portal itself (%(name)s)") % {"name": name}


def _service_hours() -> str:
    return _("Minutes are service time: working days from 09:00 to 17:30 Taipei time.")


def _is_in(at: dt.datetime | None, period: Period) -> bool:
    return at is not None and period.start <= at < period.end


def _minutes(spans: Iterable[tuple[dt.datetime, dt.datetime]], hours_of: HoursOf) -> list[int]:
    return sorted(int(worked(start, end, hours_of).total_seconds() // 60) for start, end in spans)


def _median(minutes: list[int]) -> int | None:
    return int(statistics.median(minutes)) if minutes else None


def _ninth(minutes: list[int]) -> int | None:
    """The value that nine in ten don't pass."""
    return minutes[-(-9 * len(minutes) // 10) - 1] if minutes else None
