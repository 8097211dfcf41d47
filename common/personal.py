"""What must not stand in free text: account and card numbers, national IDs, telephone numbers, passwords, codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Personal(StrEnum):
    NATIONAL_ID = "national_id"
    ACCOUNT = "account"
    PHONE = "phone"
    SECRET = "secret"  # noqa: S105 - a word for what is looked for


# Dates and times are digits too, and they may stand anywhere.
_TIMES = re.compile(r"\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}:\d{2}(?::\d{2})?")
_GAP = r"[ \-.]?"
_PATTERNS: Final = (
    # A letter, then sex or kind of resident, then eight digits.
    (Personal.NATIONAL_ID, re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{_GAP}[A-Da-d1289](?:{_GAP}\d){{8}}(?!\d)")),
    (Personal.PHONE, re.compile(rf"(?<![A-Za-z0-9])(?:\+?886{_GAP}|0)9(?:{_GAP}\d){{8}}(?!\d)")),
    (Personal.ACCOUNT, re.compile(rf"(?<![A-Za-z0-9])\d(?:{_GAP}\d){{11,18}}(?!\d)")),
    (
        Personal.SECRET,
        re.compile(r"(?:password|passcode|\bpin\b|\botp\b|sms code|密碼|驗證碼|簡訊碼)\D{0,12}\d{4,12}", re.IGNORECASE),
    ),
)


def found_in(text: str, *, known: Iterable[str] = ()) -> Personal | None:
    """The first kind of it that the text seems to hold; None for a text that may be kept.

    `known`: references and order numbers that may stand there although they look like one.
    "Account 0001234 5678901" → ACCOUNT. "A123456789" → NATIONAL_ID. "密碼是 123456" → SECRET.
    "Paid NT$1,961 on 2026-06-08 10:00, account ending 8901" → None.
    """
    plain = unicodedata.normalize("NFKC", text)
    for word in sorted(filter(None, known), key=len, reverse=True):
        plain = plain.replace(word, " ~ ")
    plain = _TIMES.sub(" ~ ", plain)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(plain)), None)
