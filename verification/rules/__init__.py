"""The rules of the identity gate as plain functions: when a check is needed, tries, codes, the watch list."""

from __future__ import annotations

import calendar
import datetime as dt
import secrets
import unicodedata

# A link that was left open: long enough to find one's ID card, too short for a lost browser tab to matter.
CHECK_LIFETIME = dt.timedelta(minutes=30)

# Who needs longer says so in time, as often as WCAG 2.2.1 asks for; after that a new check is the simpler way.
EXTENSIONS_MAX = 10
# Long before the end, for somebody who reads slowly or with a screen reader.
WARN_BEFORE = dt.timedelta(minutes=5)

CODE_DIGITS = 6
CODE_LIFETIME = dt.timedelta(minutes=5)
# Five guesses at one of a million: a guesser gets through once in 200,000 codes.
CODE_TRIES_MAX = 5
# Operators deliver within a minute or not soon; asking earlier only makes two codes cross each other.
RESEND_AFTER = dt.timedelta(seconds=60)
RESENDS_MAX = 3

# A look-up may be read out to somebody first; the code opens what one could see on a statement, not a payment.
LOOK_UP_CODE_LIFETIME = dt.timedelta(minutes=10)
# Nobody's telephone rings all day because somebody else knows an order number and four digits.
LOOK_UP_CODES_MAX = 3
LOOK_UP_CODES_PER = dt.timedelta(hours=1)

# Of one payment: who has more to say calls.
QUESTIONS_MAX = 3
QUESTIONS_PER = dt.timedelta(hours=24)
QUESTION_LENGTH_MAX = 500


def valid_until(used_date: dt.date) -> dt.date:
    """The last Taipei date on which a use still counts: the same day a year later.

    2025-11-23 → 2026-11-23. 2024-02-29 → 2025-02-28, because 2025 has no 29 February.
    """
    year = used_date.year + 1
    day = min(used_date.day, calendar.monthrange(year, used_date.month)[1])
    return dt.date(year, used_date.month, day)


def is_check_needed_on(today: dt.date, *, last_used_date: dt.date | None) -> bool:
    """Exactly one year is still valid, a day more is not. Both are Taipei dates; never used means needed."""
    return last_used_date is None or today > valid_until(last_used_date)


def blocks(release_code: str | None, release_date: dt.date | None, *, today: dt.date) -> bool:
    """A watch-list notice blocks while it has no release code, and up to and including its release date."""
    if not release_code:
        return True
    return release_date is not None and today <= release_date


def new_code() -> str:
    """Six digits, leading zeros kept: "004217"."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def typed_code(text: str) -> str | None:
    """The six digits in what a person typed, or None: "１２３ 456" and "123-456" are 123456."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(char for char in plain if not char.isspace() and char not in "-‐–—")
    is_code = len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit()
    return digits if is_code else None


def resend_at(sent_at: dt.datetime) -> dt.datetime:
    """From when another code may be asked for."""
    return sent_at + RESEND_AFTER
