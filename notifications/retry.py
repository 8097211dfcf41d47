"""When a message is tried again: the ladder, counted from the event's time, and where it ends."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

from notifications.states import Channel

_MINUTE, _HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)

# 0, 5 s, 30 s, 2 min, 5 min, every 15 min to 6 h, hourly to 24 h, three-hourly to 72 h: 63 tries.
# A platform that was away is told within 15 min in the first 6 h, within 1 h to 24 h, within 3 h to 72 h.
LADDER: tuple[dt.timedelta, ...] = (
    dt.timedelta(),
    dt.timedelta(seconds=5),
    dt.timedelta(seconds=30),
    2 * _MINUTE,
    5 * _MINUTE,
    *(15 * _MINUTE * quarter for quarter in range(1, 25)),
    *(_HOUR * hour for hour in range(7, 25)),
    *(_HOUR * hour for hour in range(27, 73, 3)),
)

# A text message is tried for a day; a one-time code is worthless after its five minutes.
_SMS_ENDS = 24 * _HOUR
_CODE_ENDS = 5 * _MINUTE
ONE_TIME_PURPOSES = frozenset({"identity_code"})

# Longer than the longest send (15 s to a platform, 6 s to each of two operators) with room for a slow database, and
# short enough that what a killed worker held is sent by another within half a minute.
LEASE = dt.timedelta(seconds=30)

# A customer may have the platform told again this often.
RETELL_EVERY = dt.timedelta(minutes=10)


def ladder(channel: Channel, purpose: str) -> tuple[dt.timedelta, ...]:
    """The marks for this kind of message."""
    if channel is Channel.WEBHOOK:
        return LADDER
    ends = _CODE_ENDS if purpose in ONE_TIME_PURPOSES else _SMS_ENDS
    return tuple(mark for mark in LADDER if mark <= ends)


def next_due(marks: tuple[dt.timedelta, ...], *, since: dt.datetime, at: dt.datetime) -> dt.datetime | None:
    """The first mark after `at`, None when the ladder has ended. Marks that were slept through are not made up for.

    From 12:00: at 12:00:00 → 12:00:05. At 12:07 → 12:15. At 18:00 → 19:00. At noon three days later → None.
    """
    index = bisect_right(marks, at - since)
    return since + marks[index] if index < len(marks) else None
