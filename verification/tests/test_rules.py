"""The gate's rules as tables."""

import datetime as dt

import pytest

from verification import rules, states
from verification.rules.documents import ISSUE_PLACES, Document, document_kind, typed_document_number
from verification.rules.roc_dates import parse_roc_date, roc_date


@pytest.mark.parametrize(
    ("used", "today", "needed"),
    [
        (None, "2026-11-23", True),
        ("2026-11-23", "2026-11-23", False),
        ("2025-11-23", "2026-11-22", False),
        ("2025-11-23", "2026-11-23", False),  # exactly one year
        ("2025-11-23", "2026-11-24", True),  # a day more
        ("2024-02-29", "2025-02-28", False),  # from 29 February to 28 February
        ("2024-02-29", "2025-03-01", True),
        ("2024-02-28", "2025-02-28", False),
        ("2023-03-01", "2024-02-29", False),
        ("2023-02-28", "2024-02-28", False),
        ("2023-02-28", "2024-02-29", True),
        ("2023-12-31", "2024-12-31", False),
        ("2023-12-31", "2025-01-01", True),
    ],
)
def test_a_check_is_needed_a_day_after_the_year(used, today, needed):
    last_used = dt.date.fromisoformat(used) if used else None

    assert rules.is_check_needed_on(dt.date.fromisoformat(today), last_used_date=last_used) is needed


@pytest.mark.parametrize(
    ("release_code", "release_date", "today", "blocked"),
    [
        (None, None, "2026-11-23", True),
        ("", None, "2026-11-23", True),
        (None, "2020-01-01", "2026-11-23", True),  # a date without a code releases nothing
        ("R1", None, "2026-11-23", False),
        ("R1", "2026-11-22", "2026-11-23", False),
        ("R1", "2026-11-23", "2026-11-23", True),  # the release date itself still blocks
        ("R1", "2026-11-24", "2026-11-23", True),
    ],
)
def test_a_watch_list_notice_blocks_until_its_release_date_is_over(release_code, release_date, today, blocked):
    date = dt.date.fromisoformat(release_date) if release_date else None

    assert rules.blocks(release_code, date, today=dt.date.fromisoformat(today)) is blocked


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("A123456789", Document.NATIONAL_ID),
        ("B120863158", Document.NATIONAL_ID),
        ("F131104093", Document.NATIONAL_ID),
        ("A223456781", Document.NATIONAL_ID),
        ("A123456788", None),
        ("A213456789", None),  # two digits swapped
        ("A323456789", None),
        ("A800000014", Document.RESIDENT_CERTIFICATE),
        ("A900000016", Document.RESIDENT_CERTIFICATE),
        ("A800000015", None),
        ("AB12345677", Document.RESIDENT_CERTIFICATE_BEFORE_2021),
        ("AB12345678", None),
        ("AE12345678", None),
        ("123456789A", None),
        ("A12345678", None),
        ("A1234567890", None),
        ("Ａ123456789", None),
        ("A12345678９", None),
        ("", None),
    ],
)
def test_a_document_number_has_its_checksum(number, kind):
    assert document_kind(number) is kind


@pytest.mark.parametrize(
    "typed", ["A123456789", "a123456789", " a123 456 789 ", "Ａ１２３４５６７８９", "A123-456-789"]
)
def test_a_document_number_is_understood_as_people_type_it(typed):
    assert typed_document_number(typed) == "A123456789"


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        ("75/03/02", "1986-03-02"),
        ("75/3/2", "1986-03-02"),
        ("075-03-02", "1986-03-02"),
        ("75.3.2", "1986-03-02"),
        ("750302", "1986-03-02"),
        ("0750302", "1986-03-02"),
        ("1150302", "2026-03-02"),
        ("７５／０３／０２", "1986-03-02"),
        (" 75 / 03 / 02 ", "1986-03-02"),
        ("民國75年3月2日", "1986-03-02"),
        ("民國 75 年 3 月 2 日", "1986-03-02"),
        ("75年3月2", "1986-03-02"),
        ("1986/3/2", "1986-03-02"),
        ("19860302", "1986-03-02"),
        ("101/02/29", "2012-02-29"),
        ("1/1/1", "1912-01-01"),
        ("100/02/29", None),
        ("75/13/02", None),
        ("75/02/30", None),
        ("0/01/01", None),
        ("75/03", None),
        ("75030", None),
        ("民國七十五年", None),
        ("9999/99/99", None),
        ("-75/03/02", None),
        ("", None),
    ],
)
def test_a_roc_date_is_understood_as_people_type_it(typed, date):
    assert parse_roc_date(typed) == (dt.date.fromisoformat(date) if date else None)


def test_a_roc_date_is_shown_as_it_stands_on_the_card():
    assert roc_date(dt.date(1986, 3, 2)) == "75/03/02"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("１２３４５６", "123456"),
        ("１２３\u3000４５６", "123456"),
        ("000042", "000042"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("١٢٣٤٥٦", None),
        ("", None),
    ],
)
def test_a_code_is_understood_as_people_type_it(typed, code):
    assert rules.typed_code(typed) == code


def test_a_new_code_has_six_digits():
    codes = {rules.new_code() for _ in range(200)}

    assert all(rules.typed_code(code) == code for code in codes)
    assert len(codes) > 190


def test_every_issue_place_has_a_five_digit_code():
    assert all(len(code) == 5 and code.isdigit() for code in ISSUE_PLACES)
    assert len(ISSUE_PLACES) == 27


def test_every_status_has_its_moves_and_an_ended_check_stays_ended():
    assert set(states.MOVES) == set(states.Status)
    assert {status for status, after in states.MOVES.items() if not after} == states.ENDED
    assert all(states.Status.EXPIRED in states.MOVES[status] for status in states.LEFT_OPEN)
    assert not any(states.Status.EXPIRED in states.MOVES[status] for status in states.IN_FLIGHT)
