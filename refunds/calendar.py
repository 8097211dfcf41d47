"""The calendar as rows and as a file: reading the official CSV, and building the Calendar value of a version."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from refunds import errors
from refunds.working_days import SATURDAY, PublishedDay

HEADING = ["西元日期", "星期", "是否放假", "備註"]
WEEKDAYS = "一二三四五六日"
WORKED, OFF = "0", "2"
# The official file marks a weekend day that is worked in exchange for a day off with one of these.
MAKE_UP_REMARKS = ("補行上班", "補班")


def parse_official_year(content: bytes) -> tuple[PublishedDay, ...]:
    """The days of one official year (CSV of the personnel administration, UTF-8 with or without BOM, or Big5).

    Raises a CalendarFileRefused for a file that is not a whole year, repeats a day, or contradicts its weekdays.
    `20250208,六,0,補行上班` is a worked Saturday; `20250127,一,2,調整放假日` a Monday off.
    """
    lines = _decode(content).splitlines()
    if not lines or [cell.strip() for cell in next(csv.reader(lines[:1]))] != HEADING:
        raise errors.CalendarHeading
    seen: dict[date, PublishedDay] = {}
    for line, row in enumerate(csv.reader(lines[1:]), start=2):
        if not any(cell.strip() for cell in row):
            continue
        day = _read_row(line, [cell.strip() for cell in row])
        if day.date in seen:
            raise errors.CalendarDuplicateDate(line=line, date=day.date)
        seen[day.date] = day
    _refuse_partial_year(seen)
    return tuple(seen[day] for day in sorted(seen))


def _decode(content: bytes) -> str:
    # Big5 text is practically never valid UTF-8, so the stricter encoding is tried first.
    for encoding in ("utf-8-sig", "cp950"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise errors.CalendarUnreadable


def _read_row(line: int, row: list[str]) -> PublishedDay:
    if len(row) != len(HEADING) or row[2] not in (WORKED, OFF) or len(row[1]) != 1 or row[1] not in WEEKDAYS:
        raise errors.CalendarRow(line=line)
    try:
        day = datetime.strptime(row[0], "%Y%m%d").date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        raise errors.CalendarRow(line=line) from None
    _refuse_contradiction(line, day, *row[1:])
    return PublishedDay(day, row[2] == OFF, row[3])


def _refuse_contradiction(line: int, day: date, weekday: str, category: str, remark: str) -> None:
    if WEEKDAYS[day.weekday()] != weekday:
        raise errors.CalendarWeekdayWrong(line=line, date=day, weekday=f"星期{weekday}")
    weekend = day.weekday() >= SATURDAY
    if category == OFF and not weekend and not remark:
        raise errors.CalendarDayOffUnexplained(line=line, date=day)
    if category == WORKED and weekend and not any(words in remark for words in MAKE_UP_REMARKS):
        raise errors.CalendarWeekendWorked(line=line, date=day)


def _refuse_partial_year(seen: dict[date, PublishedDay]) -> None:
    if not seen:
        raise errors.CalendarPartialYear(days=0, date="-")
    year = min(seen).year
    wrong = sorted(set(_days_of(year)) ^ set(seen))
    if wrong:
        raise errors.CalendarPartialYear(days=len(seen), date=wrong[0])


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
