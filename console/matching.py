"""What a search term may be, told by its own shape: references, numbers, names of days. Pure; several readings may fit.

"5566" is the end of an account or of a phone, an amount and an order number; "115/06/08" is a date, 8 June 2026.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from common.references import reference_is_well_formed
from verification.rules.documents import document_kind

TERM_MAX = 100
# NT$10,000,000: no payment comes near it.
_AMOUNT_MAX = 10_000_000
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_ROC = 1911


class Kind(StrEnum):
    """In the order in which results are shown: what names one thing stands before what many share."""

    PAYMENT = "payment"
    REFUND = "refund"
    ORDER = "order"
    REFUND_NUMBER = "refund_number"
    ACCOUNT = "account"
    NATIONAL_ID = "national_id"
    PHONE = "phone"
    LAST_FOUR = "last_four"
    PHONE_TAIL = "phone_tail"
    AMOUNT = "amount"
    DATE = "date"


# A person's own numbers: such a term never stands in an address or a log.
PERSONAL = frozenset({Kind.ACCOUNT, Kind.NATIONAL_ID, Kind.PHONE})


@dataclass(frozen=True)
class Reading:
    """One thing that the term may be. `misread`: a reference whose check character doesn't fit."""

    kind: Kind
    value: str
    misread: bool = False

    @property
    def amount_minor(self) -> int:
        return int(self.value)

    @property
    def date(self) -> dt.date:
        return dt.date.fromisoformat(self.value)


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_REFERENCE = re.compile(r"(PAY|RF)([0-9A-Z]{14})")
# What is misread on the phone: Crockford's alphabet has none of these letters.
_MISREAD = str.maketrans("OIL", "011")
_ORDER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PHONE = re.compile(r"(?:\+?886|0)(9[0-9]{8})")
_ACCOUNT = re.compile(r"[0-9]{14}")
_AMOUNT = re.compile(
    r"(?P<sign>NT\$?|TWD|\$)?(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<unit>元|圓)?", re.IGNORECASE
)
_DATE = re.compile(r"(?:民國)?(?:([0-9]{2,4})[-/.年])?([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_DATE_RUN = re.compile(r"([0-9]{3,4})([0-9]{2})([0-9]{2})")
_DAYS_AGO = {
    **dict.fromkeys(("today", "今天", "今日"), 0),
    **dict.fromkeys(("yesterday", "昨天", "昨日"), 1),
    **dict.fromkeys(("前天", "前日"), 2),
}


def readings_of(term: str, today: dt.date) -> list[Reading]:
    """Everything the term may be, in the order of Kind; full-width signs, blanks and other dashes don't matter.

    "pay-05zk3t9m q2w7xc" → the payment's reference. "NT$1,234" → an amount and nothing else. "" → nothing.
    """
    text = _tidy(term)
    tight = text.replace(" ", "")
    if not tight:
        return []
    if named := _reference(tight.upper()):
        return [named]
    if (day := _day_named(tight, today)) and not re.fullmatch(r"[0-9.-]+", tight):
        return [Reading(Kind.DATE, day.isoformat())]
    amount = _AMOUNT.fullmatch(tight)
    if amount and (amount["sign"] or amount["unit"] or "," in amount["digits"]):
        return _amounts(amount["digits"])
    return [
        *_numbers(tight),
        *(_amounts(tight) if amount else []),
        *([Reading(Kind.DATE, day.isoformat())] if day else []),
    ]


def is_personal(readings: list[Reading]) -> bool:
    return any(reading.kind in PERSONAL for reading in readings)


def _tidy(term: str) -> str:
    text = unicodedata.normalize("NFKC", term[:TERM_MAX]).translate(_DASHES)
    return " ".join(text.split()).strip()


def _reference(text: str) -> Reading | None:
    found = _REFERENCE.fullmatch(text.replace("-", ""))
    if not found:
        return None
    value = f"{found[1]}-{found[2].translate(_MISREAD)}"
    kind = Kind.PAYMENT if found[1] == "PAY" else Kind.REFUND
    return Reading(kind, value, misread=not reference_is_well_formed(value))


def _numbers(text: str) -> list[Reading]:
    """What a run of letters and digits may be, without being an amount or a day."""
    found = []
    if _ORDER.fullmatch(text):
        found += [Reading(Kind.ORDER, text), Reading(Kind.REFUND_NUMBER, text)]
    digits = text.replace("-", "")
    if _ACCOUNT.fullmatch(digits):
        found.append(Reading(Kind.ACCOUNT, digits))
    # Its check digit tells it from an order number of the same form.
    if document_kind(text.upper()):
        found.append(Reading(Kind.NATIONAL_ID, text.upper()))
    if phone := _PHONE.fullmatch(digits):
        found.append(Reading(Kind.PHONE, f"+886{phone[1]}"))
    if re.fullmatch(r"[0-9]{4}", text):
        found.append(Reading(Kind.LAST_FOUR, text))
    if re.fullmatch(r"[0-9]{3,4}", text):
        found.append(Reading(Kind.PHONE_TAIL, text))
    return found


def _amounts(digits: str) -> list[Reading]:
    amount_minor = int(digits.replace(",", ""))
    return [Reading(Kind.AMOUNT, str(amount_minor))] if 0 < amount_minor <= _AMOUNT_MAX else []


def _day_named(text: str, today: dt.date) -> dt.date | None:
    if text.lower() in _DAYS_AGO:
        return today - dt.timedelta(days=_DAYS_AGO[text.lower()])
    found = _DATE.fullmatch(text) or _DATE_RUN.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if year:
        return _day(year if year >= _FIRST_YEAR else year + _ROC, month, day)
    # Without a year the last such day is meant: callers speak of what has been.
    this_year = _day(today.year, month, day)
    return this_year if this_year and this_year <= today else _day(today.year - 1, month, day)


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
