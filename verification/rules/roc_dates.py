"""Dates of the Republic's calendar (民國) as people type them, and back."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

# Year 1 of the Republic is 1912.
ROC_OFFSET = 1911

_PARTS = re.compile(r"(?:民國)?(\d{1,4})[年/\-.,](\d{1,2})[月/\-.,](\d{1,2})日?")
_COMPACT = re.compile(r"(?:民國)?(\d{2,4})(\d{2})(\d{2})")


def parse_roc_date(text: str) -> dt.date | None:
    """The date, or None where it can't be one.

    "75/03/02", "075-03-02", "750302", "0750302", "７５．３．２" and "民國75年3月2日" are 1986-03-02. Four-digit years
    from 1912 on can't be years of the Republic and are read as common years: "1986/3/2", "19860302".
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("、", "/").replace("。", ".")
    match = _PARTS.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    if year <= ROC_OFFSET:
        year += ROC_OFFSET
    if year == ROC_OFFSET:  # there was no year 0
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def roc_date(date: dt.date) -> str:
    """1986-03-02 → "75/03/02"."""
    return f"{date.year - ROC_OFFSET}/{date.month:02d}/{date.day:02d}"
