"""How long a sign-in holds and how many wrong tries it may take: the limits, and the arithmetic on them."""

from __future__ import annotations

import datetime as dt
from typing import Final

# A screen left alone, and a day's work: whichever comes first ends the session.
IDLE_MAX: Final = dt.timedelta(minutes=15)
SESSION_MAX: Final = dt.timedelta(hours=8)
# The time of the last request is written down this often: a request in between costs no write.
SEEN_EVERY: Final = dt.timedelta(minutes=1)
# Between password and second factor.
PENDING_MAX: Final = dt.timedelta(minutes=10)
# A confirmation that it is still the same person lets approve and reveal for so long.
STEP_UP_MAX: Final = dt.timedelta(minutes=5)
# Wrong passwords and wrong codes of one name from one address; the next try after the pause begins at one.
TRIES_MAX: Final = 5
TRIES_PAUSE: Final = dt.timedelta(minutes=15)
# A password that somebody else made is good for the first sign-in alone, and not for long.
FIRST_PASSWORD_MAX: Final = dt.timedelta(days=3)


def is_over(*, started_at: float, seen_at: float, at: dt.datetime) -> bool:
    """Seconds since 1970 in, as a session keeps them. Exactly at the limit it still holds."""
    now = at.timestamp()
    return now - started_at > SESSION_MAX.total_seconds() or now - seen_at > IDLE_MAX.total_seconds()


def is_fresh(since: float | None, *, at: dt.datetime, limit: dt.timedelta) -> bool:
    """A moment kept in a session that lies no further back than `limit`; a moment to come is none."""
    return since is not None and 0 <= at.timestamp() - since <= limit.total_seconds()


def is_locked(*, count: int, last_at: dt.datetime, at: dt.datetime) -> bool:
    """The fifth wrong try closes the door until the pause after it is over."""
    return count >= TRIES_MAX and at - last_at < TRIES_PAUSE
