"""The refund calendar: of each day what it is, what is due, what was moved there and away, which promises end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from common.clock import taipei, taipei_midnight, today_in_taipei
from console.queries.dashboard_refunds import PROMISED, capacity_of
from platforms.models import Platform
from refunds.calendar import calendar_of, current_version
from refunds.models import CalendarVersion, Deferral, MaintenanceWindow, Refund
from refunds.queries import FIRST_DATE, LAST_DATE, windows_between
from refunds.states import Status
from refunds.working_days import Calendar, Day

_DAY = dt.timedelta(days=1)

# One walk along an index for each kind of number. At risk: no run takes it before its promise ends.
_NUMBERS = """
    SELECT 'due', credit_date, count(*), sum(total_minor)::bigint FROM refunds_refund
     WHERE status = 'accepted' AND credit_date BETWEEN %(first)s AND %(last)s GROUP BY 2
    UNION ALL
    SELECT 'credited', (paid.credited_at AT TIME ZONE 'Asia/Taipei')::date, count(*), sum(paid.total_minor)::bigint
      FROM platforms_platform platform CROSS JOIN LATERAL (
        SELECT credited_at, total_minor FROM refunds_refund
         WHERE platform_id = platform.id AND credited_at >= %(first_at)s AND credited_at < %(last_at)s
      ) paid GROUP BY 2
    UNION ALL
    SELECT 'moved_away', old_date, count(*), 0 FROM refunds_deferral
     WHERE old_date BETWEEN %(first)s AND %(last)s AND new_date <> old_date GROUP BY 2
    UNION ALL
    SELECT 'moved_here', new_date, count(*), 0 FROM refunds_deferral
     WHERE new_date BETWEEN %(first)s AND %(last)s AND new_date <> old_date GROUP BY 2
    UNION ALL
    SELECT 'ends', latest_credit_date, count(*), sum(total_minor)::bigint FROM refunds_refund
     WHERE status IN ('accepted', 'crediting', 'unknown', 'manual')
       AND latest_credit_date BETWEEN %(first)s AND %(last)s GROUP BY 2
    UNION ALL
    SELECT 'at_risk', latest_credit_date, count(*), sum(total_minor)::bigint FROM refunds_refund
     WHERE status IN ('accepted', 'crediting', 'unknown', 'manual')
       AND latest_credit_date BETWEEN %(first)s AND %(last)s
       AND (status <> 'accepted' OR credit_date > latest_credit_date OR latest_credit_date < %(today)s) GROUP BY 2
"""


@dataclass(frozen=True)
class Number:
    count: int = 0
    total_minor: int = 0


@dataclass(frozen=True)
class BoardDay:
    """One day of the board. `numbers` by name: due, credited, moved_away, moved_here, ends, at_risk."""

    day: Day
    capacity: int
    windows: tuple[MaintenanceWindow, ...]
    numbers: dict[str, Number] = field(default_factory=dict)

    def number(self, name: str) -> Number:
        return self.numbers.get(name, Number())

    @property
    def is_over(self) -> bool:
        """More is due than the run of this day can credit."""
        return self.number("due").count > self.capacity


@dataclass(frozen=True)
class Board:
    version: CalendarVersion
    calendar: Calendar
    today: dt.date
    days: dict[dt.date, BoardDay]


def board_of(first: dt.date, last: dt.date, at: dt.datetime) -> Board:
    """Every day from first to last, both included, by the calendar in force."""
    version = current_version()
    calendar = calendar_of(version)
    dates = [first + number * _DAY for number in range((last - first).days + 1)]
    numbers = _numbers(first, last, at)
    capacity = capacity_of(dates, calendar, at)
    windows = windows_between(taipei_midnight(first), taipei_midnight(last + _DAY))
    days = {
        date: BoardDay(
            calendar.day(date),
            capacity[date],
            tuple(window for window in windows if _reaches(window, date)),
            numbers.get(date, {}),
        )
        for date in dates
    }
    return Board(version, calendar, today_in_taipei(at), days)


def is_within_calendar(date: dt.date) -> bool:
    return FIRST_DATE < date < LAST_DATE


def refunds_due(date: dt.date) -> QuerySet[Refund]:
    return Refund.objects.filter(status=Status.ACCEPTED, credit_date=date).select_related("payment", "platform")


def refunds_ending_on(date: dt.date) -> QuerySet[Refund]:
    ending = Refund.objects.filter(status__in=PROMISED, latest_credit_date=date)
    return ending.select_related("payment", "platform")


def refunds_at_risk(date: dt.date, today: dt.date) -> QuerySet[Refund]:
    """No run takes them before their promise ends: the bank or a person has them, their turn is later, or it has ended."""
    late = Q(credit_date__gt=F("latest_credit_date")) | Q(latest_credit_date__lt=today) | ~Q(status=Status.ACCEPTED)
    return refunds_ending_on(date).filter(late)


def refunds_credited_on(date: dt.date) -> QuerySet[Refund]:
    first_at = taipei_midnight(date)
    # Named platform by platform, so that the index of settlement days serves.
    rows = Refund.objects.filter(platform__in=_every_platform(), credited_at__gte=first_at)
    return rows.filter(credited_at__lt=taipei_midnight(date + _DAY)).select_related("payment", "platform")


def deferrals_of(date: dt.date, *, way: str) -> QuerySet[Deferral]:
    """`away`: from this day to another; `here`: to this day."""
    rows = Deferral.objects.filter(old_date=date) if way == "away" else Deferral.objects.filter(new_date=date)
    return rows.exclude(new_date=F("old_date")).select_related("refund__payment", "refund__platform")


def _every_platform() -> QuerySet[Platform, UUID]:
    return Platform.objects.values_list("pk", flat=True)


def _numbers(first: dt.date, last: dt.date, at: dt.datetime) -> dict[dt.date, dict[str, Number]]:
    asked = {
        "first": first,
        "last": last,
        "first_at": taipei_midnight(first),
        "last_at": taipei_midnight(last + _DAY),
        "today": today_in_taipei(at),
    }
    found: dict[dt.date, dict[str, Number]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, asked)
        for name, date, count, total in cursor.fetchall():
            found.setdefault(date, {})[name] = Number(count, total)
    return found


def _reaches(window: MaintenanceWindow, date: dt.date) -> bool:
    """A window that ends at midnight does not reach into the day that begins then."""
    last = taipei(window.ends_at - dt.timedelta(microseconds=1)).date()
    return taipei(window.starts_at).date() <= date <= last
