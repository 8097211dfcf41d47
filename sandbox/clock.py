"""The test clock: moves every process of the sandbox run forward, stopping where daily work is due."""

from __future__ import annotations

import datetime as dt
import functools
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import holidays
import httpx
from django.conf import settings
from holidays.holiday_base import HolidayBase

from common import clock

# The portal's daily crediting run starts at ten in Taipei; every day that is passed gets its ten o'clock.
DAILY_RUN = dt.time(10, 0)
MOVE_MAX = dt.timedelta(days=800)

# How long a stop waits for the portal to finish what is due: 400 × 0.05 s of real time.
IDLE_TRIES, IDLE_PAUSE_SECONDS = 400, 0.05
IDLE_ANSWERS = 2
IDLE_DEADLINE_SECONDS = 5.0

_moving = threading.Lock()


class Refused(ValueError):
    """The clock doesn't go backwards, nor so far at once, nor where no CLOCK_FILE is set."""


@dataclass(frozen=True)
class Moved:
    """`idle` is False when some stop was left while the portal still had work due."""

    now: dt.datetime
    stops: int
    idle: bool


def move_to(*, target: dt.datetime, stops: bool = True) -> Moved:
    """Move the clock to `target`; with `stops`, by hops of a day at most, each waiting until nothing is due."""
    with _moving:
        start = clock.now()
        if target < start:
            raise Refused("the clock only goes forward")
        if target - start > MOVE_MAX:
            raise Refused(f"at most {MOVE_MAX.days} days at once")
        count, idle = 0, True
        while True:
            at = clock.now()
            stop = next_stop(at, target) if stops else target
            if stop > at:
                set_offset(stop - dt.datetime.now(dt.UTC))
            idle = wait_until_idle() and idle
            count += 1
            if stop >= target:
                return Moved(now=clock.now(), stops=count, idle=idle)


def next_stop(at: dt.datetime, target: dt.datetime) -> dt.datetime:
    """The next ten o'clock in Taipei, or the target when that comes first."""
    local = clock.taipei(at)
    run = dt.datetime.combine(local.date(), DAILY_RUN, clock.TAIPEI)
    if run <= local:
        run = dt.datetime.combine(local.date() + dt.timedelta(days=1), DAILY_RUN, clock.TAIPEI)
    return min(run.astimezone(dt.UTC), target)


def next_working_day(at: dt.datetime) -> dt.datetime:
    """Five past ten in Taipei on the first working day after today: the daily run of that day is behind us then."""
    day = clock.today_in_taipei(at) + dt.timedelta(days=1)
    while not _taiwan().is_working_day(day):
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(10, 5), clock.TAIPEI).astimezone(dt.UTC)


def set_offset(offset: dt.timedelta) -> None:
    """Written whole or not at all: the other processes read the file at every turn."""
    if not settings.CLOCK_FILE:
        raise Refused("no CLOCK_FILE is set")
    path = Path(settings.CLOCK_FILE)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".clock-")
    with os.fdopen(handle, "w") as file:
        file.write(f"{offset.total_seconds():.6f}")
    # The others may run as another user; the offset is no secret.
    Path(name).chmod(0o644)
    Path(name).replace(path)


def wait_until_idle() -> bool:
    """Whether the portal says, twice in a row, that nothing is due. One that can't be asked is not waited for."""
    idle_answers = 0
    with httpx.Client(timeout=IDLE_DEADLINE_SECONDS, trust_env=False) as client:
        for _ in range(IDLE_TRIES):
            try:
                answer = client.get(f"{settings.PORTAL_URL}/sandbox/idle")
                idle = answer.status_code != httpx.codes.OK or answer.json().get("idle") is not False
            except (httpx.HTTPError, ValueError, AttributeError):
                return True
            # One answer may fall between two steps of the same work: credited, but the message not yet written.
            idle_answers = idle_answers + 1 if idle else 0
            if idle_answers == IDLE_ANSWERS:
                return True
            time.sleep(IDLE_PAUSE_SECONDS)
    return False


@functools.cache
def _taiwan() -> HolidayBase:
    return holidays.country_holidays("TW")
