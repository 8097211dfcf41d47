"""What staff publish: official years, closures and maintenance windows, for all refunds at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from audit import operations as audit
from common.jobs import run_soon
from refunds import errors
from refunds.calendar import current_calendar, current_version, parse_official_year, says_so_already
from refunds.deferral import WindowKind
from refunds.models import CalendarDay, CalendarOverride, CalendarVersion, MaintenanceWindow
from refunds.working_days import COUNTIES, Part


def publish_official_year(*, content: bytes, at: dt.datetime, by: str, note: str = "") -> CalendarVersion:
    """Take an official calendar file as the calendar of its year; open refunds that it touches are dated anew.

    Joins the caller's transaction where there is one. Raises a CalendarFileRefused, naming the line, for a file that can't
    be trusted; then no day of it is taken.
    """
    days = parse_official_year(content)
    year = days[0].date.year
    with transaction.atomic():
        _queue_for_publishing()
        version = _next_version(CalendarVersion.Kind.OFFICIAL_YEAR, year=year, note=note, at=at, by=by)
        CalendarDay.objects.bulk_create(
            CalendarDay(version=version, date=day.date, is_off=day.is_off, remark=day.remark[:100]) for day in days
        )
        audit.record(by=by, action="calendar.published", subject=str(version.number), reason=note, at=at)
        run_soon("refunds.redate_refunds")
    return version


def record_closure(
    *, date: dt.date, counties: Iterable[str], part: Part, note: str = "", at: dt.datetime, by: str
) -> CalendarVersion:
    """Record that offices of these counties close on a day (typhoon), wholly or for half of it; NONE takes it back.

    Joins the caller's transaction where there is one. Raises ClosureUnchanged when the calendar says so already.
    """
    named = sorted(set(counties))
    assert named, "a closure names its counties"
    assert set(named) <= set(COUNTIES), f"counties of the table: {named}"
    with transaction.atomic():
        _queue_for_publishing()
        if says_so_already(current_calendar(), date, named, part):
            raise errors.ClosureUnchanged
        version = _next_version(CalendarVersion.Kind.CLOSURE, year=None, note=note, at=at, by=by)
        CalendarOverride.objects.bulk_create(
            CalendarOverride(version=version, date=date, county=county, part=part) for county in named
        )
        details = {"date": date.isoformat(), "counties": named, "part": part.value}
        audit.record(by=by, action="calendar.closure", subject=str(version.number), reason=note, details=details, at=at)
        run_soon("refunds.redate_refunds")
    return version


def plan_window(
    *,
    kind: WindowKind,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    text_zh_hant: str = "",
    text_en: str = "",
    at: dt.datetime,
    by: str,
) -> MaintenanceWindow:
    """A time in which the run sends no credit: what it reaches then moves to the next working day.

    Raises WindowTimesWrong unless it ends after it starts, and in the future.
    """
    if ends_at <= starts_at or ends_at <= at:
        raise errors.WindowTimesWrong
    with transaction.atomic(durable=True):
        window = MaintenanceWindow.objects.create(
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            text_zh_hant=text_zh_hant,
            text_en=text_en,
            planned_at=at,
            planned_by=by,
        )
        audit.record(by=by, action="maintenance.planned", subject=str(window.id), at=at)
    return window


def cancel_window(*, window_id: UUID, at: dt.datetime, by: str) -> None:
    """The window no longer holds the run; cancelling again keeps the first time."""
    with transaction.atomic(durable=True):
        rows = MaintenanceWindow.objects.filter(pk=window_id, cancelled_at=None)
        if rows.update(cancelled_at=at, cancelled_by=by):
            audit.record(by=by, action="maintenance.cancelled", subject=str(window_id), at=at)


def _queue_for_publishing() -> None:
    """One publication at a time, so that numbers have no gap and none overtakes another.

    A lock of its own: the application may not even lock the calendar's rows, which never change.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('refunds.calendar'))")


def _next_version(kind: str, *, year: int | None, note: str, at: dt.datetime, by: str) -> CalendarVersion:
    return CalendarVersion.objects.create(
        # Read anew: whoever held the queue before us has published since.
        number=current_version().number + 1,
        kind=kind,
        first_year=year,
        last_year=year,
        note=note[:300],
        published_at=at,
        published_by=by,
    )
