"""The calendar as rows and as a file: reading the official CSV, and building the Calendar value of a version."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from refunds import errors
from refunds.models import BankOnlyDay, CalendarDay, CalendarOverride, CalendarVersion
from refunds.working_days import SATURDAY, Calendar, Override, Part, PublishedDay
from refunds.working_days import BankOnlyDay as BankOnly

HEADING = ["西元日期", "星期", "是否放假", "備註"]
WEEKDAYS = "一二三四五六日"
WORKED, OFF = "0", "2"
# The official file marks a weekend day that is worked in exchange for a day off with one of these.
MAKE_UP_REMARKS = ("補行上班", "補班")


def current_version() -> CalendarVersion:
    """The newest publication; the first one comes with the migrations."""
    version = CalendarVersion.objects.order_by("-number").first()
    assert version is not None, "the first calendar is a row of the migrations"
    return version


def current_calendar() -> Calendar:
    return calendar_of(current_version())


def calendar_of(version: CalendarVersion) -> Calendar:
    """The calendar as of one publication. Its rows never change, so it is built once a process."""
    return _build(version.id, version.number)


def with_year(calendar: Calendar, days: Iterable[PublishedDay]) -> Calendar:
    """What the calendar becomes once this official year is published: its rows are the latest and speak."""
    rows = tuple(days)
    years = calendar.years_known | {rows[0].date.year}
    return replace(calendar, version=calendar.version + 1, published=(*calendar.published, *rows), years_known=years)


def with_closure(calendar: Calendar, day: date, counties: Iterable[str], part: Part) -> Calendar:
    """What the calendar becomes once this closure is recorded, or taken back."""
    rows = tuple(Override(day, county, part) for county in sorted(set(counties)))
    return replace(calendar, version=calendar.version + 1, overrides=(*calendar.overrides, *rows))


def says_so_already(calendar: Calendar, day: date, counties: Iterable[str], part: Part) -> bool:
    """Whether recording this closure would change nothing."""
    latest = {(row.date, row.county): row.part for row in calendar.overrides}
    return all(latest.get((day, county), Part.NONE) is part for county in counties)


@lru_cache(maxsize=32)
def _build(version_id: UUID, number: int) -> Calendar:
    del version_id  # tells publications apart that a rolled-back test numbered alike
    until = {"version__number__lte": number}
    spans = CalendarVersion.objects.filter(number__lte=number, first_year__isnull=False)
    days = CalendarDay.objects.filter(**until).order_by("version__number", "date", "id")
    closures = CalendarOverride.objects.filter(**until).order_by("version__number", "date", "id")
    bank_days = BankOnlyDay.objects.filter(**until).order_by("month", "day", "id")
    return Calendar(
        version=number,
        published=tuple(PublishedDay(day.date, day.is_off, day.remark) for day in days),
        overrides=tuple(Override(row.date, row.county, Part(row.part)) for row in closures),
        bank_only=tuple(BankOnly(row.month, row.day, row.last_year, row.name, row.name_en) for row in bank_days),
        years_known=frozenset(
            year
            for first, last in spans.values_list("first_year", "last_year")
            for year in range(first or 0, (last or 0) + 1)
        ),
    )


def parse_official_year(content: bytes) -> tuple[PublishedDay, ...]:
    """The days of one official year (CSV of the personnel administration, UTF-8 with or without BOM, or Big5).

    Raises a CalendarFileRefused for a file that is not a whole year, repeats a day, or contradicts its weekdays.
    `20250208,六,0,補行上班` is a worked Saturday; `20250127,一,2,調整放假日` a Monday off.
    """
    lines = read_text(content).splitlines()
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


def read_text(content: bytes) -> str:
    """A calendar file as text. Raises CalendarUnreadable."""
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
