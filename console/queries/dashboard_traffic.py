"""Today beside the same weekday of the weeks before, by hour; and what the limits have refused today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from common.clock import taipei, taipei_midnight, today_in_taipei
from payments.models import Attempt, Payment
from platforms.models import Platform

HOURS = 24
WEEKS_BEFORE = 4
_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)

# Platform by platform and day by day, so that each step is one walk along the index of settlement days.
_BY_HOUR = """
    SELECT day.weeks_ago, extract(hour FROM paid.paid_at AT TIME ZONE 'Asia/Taipei')::int AS hour,
           count(*), sum(paid.final_amount_minor)::bigint
    FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) AS day(weeks_ago, first, until)
    CROSS JOIN platforms_platform platform
    CROSS JOIN LATERAL (
        SELECT paid_at, final_amount_minor FROM payments_payment
        WHERE platform_id = platform.id AND paid_at >= day.first AND paid_at < day.until
    ) paid
    GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Hour:
    """One hour of today; `usual_…` is the mean of that hour in the weeks before. Nothing yet for hours to come."""

    hour: int
    count: int | None
    total_minor: int | None
    usual_count: float
    usual_minor: float


@dataclass(frozen=True)
class RefusedByLimit:
    limit_code: str
    count: int
    total_minor: int


def hours_of_today(at: dt.datetime) -> list[Hour]:
    today = today_in_taipei(at)
    found = _counted(today, at)
    hours = []
    for hour in range(HOURS):
        before = [found.get((week, hour), (0, 0)) for week in range(1, WEEKS_BEFORE + 1)]
        count, total = found.get((0, hour), (0, 0))
        is_to_come = hour > taipei(at).hour
        hours.append(
            Hour(
                hour,
                None if is_to_come else count,
                None if is_to_come else total,
                sum(week[0] for week in before) / WEEKS_BEFORE,
                sum(week[1] for week in before) / WEEKS_BEFORE,
            )
        )
    return hours


def payments_of_hour(day: dt.date, hour: int) -> QuerySet[Payment]:
    """Paid in that hour of a Taipei day."""
    first = taipei_midnight(day) + hour * _HOUR
    everyone = Platform.objects.values("pk")
    return Payment.objects.filter(platform__in=everyone, paid_at__gte=first, paid_at__lt=first + _HOUR)


def limits_refused_today(at: dt.datetime) -> list[RefusedByLimit]:
    """Most refused first. A presentation that a limit was in the way of; its payer may have paid since in another way."""
    rows = attempts_refused_by_limit(at).values("limit_code")
    counted = rows.annotate(count=Count("pk"), total=Sum("amount_minor")).order_by("-count", "limit_code")
    return [RefusedByLimit(row["limit_code"], row["count"], row["total"]) for row in counted]


def attempts_refused_by_limit(at: dt.datetime, *, limit_code: str = "") -> QuerySet[Attempt]:
    rows = Attempt.objects.filter(outcome_at__gte=taipei_midnight(today_in_taipei(at)), outcome_at__lte=at)
    refused = rows.exclude(limit_code="")
    return refused.filter(limit_code=limit_code) if limit_code else refused


def _counted(today: dt.date, at: dt.datetime) -> dict[tuple[int, int], tuple[int, int]]:
    """(weeks ago, hour) → payments and their sum."""
    days = [today - week * 7 * _DAY for week in range(WEEKS_BEFORE + 1)]
    firsts = [taipei_midnight(day) for day in days]
    untils = [at, *(taipei_midnight(day + _DAY) for day in days[1:])]
    with connection.cursor() as cursor:
        cursor.execute(_BY_HOUR, [list(range(len(days))), firsts, untils])
        return {(week, hour): (count, total) for week, hour, count, total in cursor.fetchall()}
