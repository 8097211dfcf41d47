"""The working-day calendar of Taiwan as a value: which days count, which do not, and why; no rows, no clock.

The rule set is that of the `holidays` library. On top of it lie, each stronger than the one before: the rows of the
official calendar, the days on which only banks are closed, and the closures that staff recorded (typhoon).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from types import MappingProxyType

from holidays.countries.taiwan import Taiwan

# The crediting run works at the head office, so only a closure there stops it.
SETTLEMENT_COUNTY = "taipei_city"

# The longest stretch anyone asks for is the promise (10); the explaining endpoint offers more, but not without end.
WORKING_DAYS_MAX = 60

SATURDAY = 5  # as date.weekday() counts

COUNTIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "taipei_city": ("臺北市", "Taipei City"),
        "new_taipei_city": ("新北市", "New Taipei City"),
        "keelung_city": ("基隆市", "Keelung City"),
        "taoyuan_city": ("桃園市", "Taoyuan City"),
        "hsinchu_city": ("新竹市", "Hsinchu City"),
        "hsinchu_county": ("新竹縣", "Hsinchu County"),
        "miaoli_county": ("苗栗縣", "Miaoli County"),
        "taichung_city": ("臺中市", "Taichung City"),
        "changhua_county": ("彰化縣", "Changhua County"),
        "nantou_county": ("南投縣", "Nantou County"),
        "yunlin_county": ("雲林縣", "Yunlin County"),
        "chiayi_city": ("嘉義市", "Chiayi City"),
        "chiayi_county": ("嘉義縣", "Chiayi County"),
        "tainan_city": ("臺南市", "Tainan City"),
        "kaohsiung_city": ("高雄市", "Kaohsiung City"),
        "pingtung_county": ("屏東縣", "Pingtung County"),
        "yilan_county": ("宜蘭縣", "Yilan County"),
        "hualien_county": ("花蓮縣", "Hualien County"),
        "taitung_county": ("臺東縣", "Taitung County"),
        "penghu_county": ("澎湖縣", "Penghu County"),
        "kinmen_county": ("金門縣", "Kinmen County"),
        "lienchiang_county": ("連江縣", "Lienchiang County"),
    }
)


class Reason(StrEnum):
    """Why a day counts or does not; the first four count."""

    WORKING = "working_day"
    MAKE_UP = "make_up_day"
    CLOSED_ELSEWHERE = "typhoon_closure_elsewhere"
    AFTERNOON_CLOSED = "typhoon_closure_afternoon"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    BANK_ONLY = "bank_holiday"
    TYPHOON = "typhoon_closure"


class Part(StrEnum):
    """Which part of a day a closure covers; NONE takes an earlier closure back."""

    WHOLE = "whole"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    NONE = "none"


@dataclass(frozen=True)
class PublishedDay:
    """One row of the official calendar."""

    date: date
    is_off: bool
    remark: str = ""


@dataclass(frozen=True)
class Override:
    """A closure of one county that staff recorded."""

    date: date
    county: str
    part: Part


@dataclass(frozen=True)
class BankOnlyDay:
    """A day of each year on which banks are closed and offices are not; the last year included, None is open."""

    month: int
    day: int
    last_year: int | None
    name: str
    name_en: str

    def is_on(self, day: date) -> bool:
        in_force = self.last_year is None or day.year <= self.last_year
        return in_force and (day.month, day.day) == (self.month, self.day)


@dataclass(frozen=True)
class Day:
    """One day of an explanation: counted or skipped, why, and whether its year is only estimated."""

    date: date
    counted: bool
    reason: Reason
    name: str
    name_en: str
    estimated: bool


# Labour Day became everybody's holiday in 2026; until then it closed banks alone.
LABOUR_DAY = BankOnlyDay(month=5, day=1, last_year=2025, name="勞動節", name_en="Labor Day")


@dataclass(frozen=True)
class Calendar:
    """One version of the calendar.

    `years_known` are the years whose official calendar is out; all others answer "estimated".

    Friday + 1 = Monday. Friday before a make-up Saturday + 1 = Saturday.
    2026-02-13 (Friday before the New Year) + 7 = 2026-03-04, + 10 = 2026-03-09.
    """

    version: int = 0
    published: tuple[PublishedDay, ...] = ()
    overrides: tuple[Override, ...] = ()
    bank_only: tuple[BankOnlyDay, ...] = (LABOUR_DAY,)
    years_known: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Saturday 2025-02-08 (make-up day): True. Its Monday off, 2025-01-27: False. 2025-05-01 (banks): False."""
        return self.day(day).counted

    def is_estimated(self, day: date) -> bool:
        """True when the official calendar of that year is not out yet."""
        return day.year not in self.years_known

    def closes_at_noon(self, day: date) -> bool:
        """A typhoon that closes only the afternoon: the day counts, and the run stops at noon."""
        return self._closure_at_head_office(day) is Part.AFTERNOON

    def add_working_days(self, start: date, working_days: int) -> date:
        """The date of the n-th working day after `start`, which itself never counts.

        2026-09-22 + 7 = 2026-10-05 (25 and 28 September are holidays). 2026-12-21 + 10 = 2027-01-06.
        Any day + 0 = that day.
        """
        return self.explain(start, working_days)[-1].date if working_days else start

    def next_working_day(self, day: date) -> date:
        """Friday 2026-09-25: Tuesday 2026-09-29."""
        return self.add_working_days(day, 1)

    def explain(self, start: date, working_days: int) -> list[Day]:
        """Each day after `start`, counted or skipped, to the n-th that counts.

        2026-09-24, 1: the 25th (holiday), 26th, 27th (weekend), 28th (holiday), 29th (counted).
        """
        assert 0 <= working_days <= WORKING_DAYS_MAX, "a number of working days within reason"
        days: list[Day] = []
        counted = 0
        current = start
        while counted < working_days:
            current += timedelta(days=1)
            days.append(self.day(current))
            counted += days[-1].counted
        return days

    def day(self, day: date) -> Day:
        """What this calendar says of one day."""
        base = self._before_closures(day)
        if not base.counted:
            return base
        closure = self._closure_at_head_office(day)
        if closure in (Part.WHOLE, Part.MORNING):
            # A run that missed its morning has no booking day at the central bank left.
            return _day(base, Reason.TYPHOON, "颱風停止上班", "Typhoon closure")
        if closure is Part.AFTERNOON:
            return _day(base, Reason.AFTERNOON_CLOSED, "颱風下午停止上班", "Typhoon closure in the afternoon")
        elsewhere = self._closed_counties(day)
        if elsewhere:
            names, names_en = zip(*(COUNTIES[county] for county in elsewhere), strict=True)
            return _day(base, Reason.CLOSED_ELSEWHERE, "、".join(names), ", ".join(names_en))
        return base

    def _before_closures(self, day: date) -> Day:
        estimated = self.is_estimated(day)
        for special in self.bank_only:
            if special.is_on(day) and day.weekday() < SATURDAY:
                return Day(day, False, Reason.BANK_ONLY, special.name, special.name_en, estimated)
        row = self._published_by_date.get(day)
        works, name, name_en = _rules_of(day.year).answer(day)
        if row is not None:
            works, name = not row.is_off, row.remark or name
        weekend = day.weekday() >= SATURDAY
        if works:
            return Day(day, True, Reason.MAKE_UP if weekend else Reason.WORKING, "", "", estimated)
        reason = Reason.WEEKEND if weekend and not name else Reason.HOLIDAY
        return Day(day, False, reason, name, name_en, estimated)

    def _closure_at_head_office(self, day: date) -> Part:
        return self._closures.get((day, SETTLEMENT_COUNTY), Part.NONE)

    def _closed_counties(self, day: date) -> list[str]:
        closed = ((county, part) for (closed_on, county), part in self._closures.items() if closed_on == day)
        return sorted(county for county, part in closed if part is not Part.NONE)

    @cached_property
    def _published_by_date(self) -> dict[date, PublishedDay]:
        return {row.date: row for row in self.published}

    @cached_property
    def _closures(self) -> dict[tuple[date, str], Part]:
        # Later closures of the same county and day replace earlier ones: the rows only ever grow.
        return {(row.date, row.county): row.part for row in self.overrides}


@dataclass(frozen=True)
class _Rules:
    holidays: Mapping[date, str]
    holidays_en: Mapping[date, str]
    make_up_days: frozenset[date]

    def answer(self, day: date) -> tuple[bool, str, str]:
        if day in self.make_up_days:
            return True, "", ""
        name = self.holidays.get(day, "")
        return day.weekday() < SATURDAY and not name, name, self.holidays_en.get(day, "")


@lru_cache(maxsize=64)
def _rules_of(year: int) -> _Rules:
    # The library fills its table on the first question, which two threads must not do together; and a make-up day of
    # December belongs to a holiday of January. So: three years, read out once.
    years = (year - 1, year, year + 1)
    chinese = Taiwan(years=years, expand=False, language="zh_TW")  # type: ignore[no-untyped-call]  # untyped there
    english = Taiwan(years=years, expand=False, language="en_US")  # type: ignore[no-untyped-call]  # untyped there
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    return _Rules(
        holidays={day: chinese[day] for day in days if day in chinese},
        holidays_en={day: english[day] for day in days if day in english},
        make_up_days=frozenset(day for day in days if day.weekday() >= SATURDAY and chinese.is_working_day(day)),
    )


def _day(base: Day, reason: Reason, name: str, name_en: str) -> Day:
    counted = reason in (Reason.AFTERNOON_CLOSED, Reason.CLOSED_ELSEWHERE)
    return Day(base.date, counted, reason, name, name_en, base.estimated)
