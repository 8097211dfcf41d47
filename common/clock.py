"""What time it is: UTC for rows, Asia/Taipei for business dates, a movable test clock in the sandbox."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

TAIPEI = ZoneInfo("Asia/Taipei")


def now() -> dt.datetime:
    """The current time in UTC. Called in pages, api, tasks, commands and admin only; below them time is an argument."""
    return dt.datetime.now(dt.UTC) + offset()


def offset() -> dt.timedelta:
    """How far the test clock is ahead of the real one. Always zero where no CLOCK_FILE is set."""
    path = getattr(settings, "CLOCK_FILE", "")
    if not path:
        return dt.timedelta()
    try:
        return dt.timedelta(seconds=float(Path(path).read_text() or 0))
    except FileNotFoundError:
        return dt.timedelta()


def taipei(at: dt.datetime) -> dt.datetime:
    return at.astimezone(TAIPEI)


def today_in_taipei(at: dt.datetime) -> dt.date:
    """The business date: 2026-11-23 16:00 UTC is already 24 November in Taipei."""
    return at.astimezone(TAIPEI).date()


def taipei_midnight(day: dt.date) -> dt.datetime:
    """The moment a business date begins, in UTC."""
    return dt.datetime.combine(day, dt.time(), TAIPEI).astimezone(dt.UTC)


def time_text(at: dt.datetime | None) -> str:
    """As people read it, Taipei time with its offset: "2026-06-08 10:00 +08:00"; empty for no time."""
    return f"{taipei(at):%Y-%m-%d %H:%M} +08:00" if at else ""


def stamp(at: dt.datetime | None) -> str | None:
    """RFC 3339 in UTC, whole milliseconds, as the API says times: "2026-11-23T05:12:07.120Z"."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
