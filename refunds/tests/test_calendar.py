"""The official calendar file: read in each encoding, and refused for each fault without any day taken."""

from datetime import date, timedelta

import pytest

from refunds import errors
from refunds.calendar import HEADING, WEEKDAYS, parse_official_year
from refunds.working_days import Calendar, PublishedDay


def rows_of(year):
    """The official file of a year, as the rule set has it: lists of the four columns."""
    plain = Calendar(bank_only=())
    day, rows = date(year, 1, 1), []
    while day.year == year:
        found = plain.day(day)
        remark = "補行上班" if found.reason == "make_up_day" else found.name
        rows.append([f"{day:%Y%m%d}", WEEKDAYS[day.weekday()], "0" if found.counted else "2", remark])
        day += timedelta(days=1)
    return rows


def file_of(rows, encoding="utf-8-sig", heading=HEADING):
    return "\r\n".join(",".join(row) for row in [heading, *rows]).encode(encoding)


def index_of(rows, day):
    return next(index for index, row in enumerate(rows) if row[0] == day)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "big5"])
def test_an_official_year_is_read_in_each_encoding(encoding):
    days = parse_official_year(file_of(rows_of(2025), encoding))

    assert len(days) == 365
    assert days[0] == PublishedDay(date(2025, 1, 1), True, "中華民國開國紀念日")
    assert PublishedDay(date(2025, 2, 8), False, "補行上班") in days


@pytest.mark.parametrize("year", [2017, 2024, 2026, 2027])
def test_the_read_year_answers_like_the_rule_set(year):
    days = parse_official_year(file_of(rows_of(year)))

    calendar = Calendar(published=days)
    assert all(calendar.is_working_day(day.date) == Calendar().is_working_day(day.date) for day in days)


def changed(day, column, text):
    rows = rows_of(2025)
    rows[index_of(rows, day)][column] = text
    return file_of(rows)


def without(day):
    return file_of([row for row in rows_of(2025) if row[0] != day])


REFUSED = [
    ("not text", b"\xff\xff\x00\x81", errors.CalendarUnreadable, {}),
    ("empty", b"", errors.CalendarHeading, {}),
    ("other heading", file_of(rows_of(2025), heading=["date", "day", "off", "why"]), errors.CalendarHeading, {}),
    ("no rows", file_of([]), errors.CalendarPartialYear, {"days": 0, "date": "-"}),
    ("a missing day", without("20250703"), errors.CalendarPartialYear, {"days": 364, "date": date(2025, 7, 3)}),
    ("the first day missing", without("20250101"), errors.CalendarPartialYear, {"days": 364, "date": date(2025, 1, 1)}),
    (
        "half a year",
        file_of(rows_of(2025)[:181]),
        errors.CalendarPartialYear,
        {"days": 181, "date": date(2025, 7, 1)},
    ),
    (
        "a day of another year",
        file_of([*rows_of(2025), ["20260101", "四", "2", "開國紀念日"]]),
        errors.CalendarPartialYear,
        {"days": 366, "date": date(2026, 1, 1)},
    ),
    (
        "a day twice",
        file_of([*rows_of(2025), ["20250703", "四", "0", ""]]),
        errors.CalendarDuplicateDate,
        {"line": 367, "date": date(2025, 7, 3)},
    ),
    ("an unknown category", changed("20250703", 2, "1"), errors.CalendarRow, {"line": 185}),
    ("a date that isn't", changed("20250703", 0, "20250732"), errors.CalendarRow, {"line": 185}),
    ("a weekday that isn't", changed("20250703", 1, "天"), errors.CalendarRow, {"line": 185}),
    ("a short row", file_of([*rows_of(2025), ["20250703", "四"]]), errors.CalendarRow, {"line": 367}),
    (
        "another weekday",
        changed("20250703", 1, "五"),
        errors.CalendarWeekdayWrong,
        {"line": 185, "date": date(2025, 7, 3), "weekday": "星期五"},
    ),
    (
        "a weekday off without remark",
        changed("20250703", 2, "2"),
        errors.CalendarDayOffUnexplained,
        {"line": 185, "date": date(2025, 7, 3)},
    ),
    (
        "a Saturday worked without remark",
        changed("20250208", 3, ""),
        errors.CalendarWeekendWorked,
        {"line": 40, "date": date(2025, 2, 8)},
    ),
]


@pytest.mark.parametrize(("content", "refusal", "details"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_faulty_file_is_refused_with_its_own_code(content, refusal, details):
    with pytest.raises(refusal) as refused:
        parse_official_year(content)

    assert type(refused.value) is refusal
    assert refused.value.details == details
    assert "%(" not in refused.value.detail()


def test_blank_lines_at_the_end_do_no_harm():
    assert len(parse_official_year(file_of(rows_of(2025)) + b"\r\n,,,\r\n\r\n")) == 365
