"""When a message is tried again: the ladder, counted from the event's time, its end, and how a failing endpoint is probed."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from enum import Enum

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
ONE_TIME_PURPOSES = frozenset({"identity_code", "look_up_code"})

# Longer than the longest send (15 s to a platform, 6 s to each of two operators) with room for a slow database, and
# short enough that what a killed worker held is sent by another within half a minute.
LEASE = dt.timedelta(seconds=30)

# An endpoint that doesn't answer is probed with one message at a time, this long after the last probe at the latest.
# Well within the minute in which a platform that is back has its whole backlog.
PROBE_EVERY = dt.timedelta(seconds=30)

# A platform may ask us to come back later (429, 503), within bounds: neither at once for ever, nor next week.
RETRY_AFTER_MIN, RETRY_AFTER_MAX = dt.timedelta(seconds=5), _HOUR

# So many notices in a row refused at the first try, and none taken in between: the fault is the endpoint's.
REFUSED_IN_ROW_MAX = 3

# A customer may have the platform told again this often.
RETELL_EVERY = dt.timedelta(minutes=10)


class Concern(Enum):
    """Whom a failure concerns: this message alone, the endpoint as a whole, or an endpoint that is gone for good."""

    MESSAGE = "message"
    ENDPOINT = "endpoint"
    GONE = "gone"


_GONE = 410
_ASKS_FOR_REST = frozenset({429, 503})
# 408 and 425 speak of the connection, 429 of the caller: none of them of what was sent.
_NOT_OF_THE_MESSAGE = frozenset({408, 425, 429})


def concern_of(http_status: int | None) -> Concern:
    """400 → MESSAGE: other payments' notices go on. 503, 302 and no answer at all → ENDPOINT. 410 → GONE."""
    if http_status == _GONE:
        return Concern.GONE
    if http_status is not None and 400 <= http_status < 500 and http_status not in _NOT_OF_THE_MESSAGE:  # noqa: PLR2004 - HTTP's own classes
        return Concern.MESSAGE
    return Concern.ENDPOINT


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


def next_probe(
    *, since: dt.datetime, at: dt.datetime, http_status: int | None, retry_after: int | None
) -> dt.datetime | None:
    """When an endpoint that failed is tried again with this message, None when the message's ladder has ended.

    The next mark or PROBE_EVERY, whichever comes first: from 12:00, at 12:00:00 → 12:00:05; at 13:00 → 13:00:30. A 429 or
    503 that names its own time is given it, up to an hour and not beyond the ladder's end.
    """
    mark = next_due(LADDER, since=since, at=at)
    if mark is None:
        return None
    if retry_after is None or http_status not in _ASKS_FOR_REST:
        return min(mark, at + PROBE_EVERY)
    rest = min(max(dt.timedelta(seconds=retry_after), RETRY_AFTER_MIN), RETRY_AFTER_MAX)
    return min(at + rest, since + LADDER[-1])
