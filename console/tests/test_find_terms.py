"""What a term may be is told by its own shape."""

import datetime as dt

import pytest

from console.matching import Kind, Reading, is_personal, readings_of

MONDAY = dt.date(2026, 6, 8)


def kinds(term):
    return [reading.kind.value for reading in readings_of(term, MONDAY)]


def day(term):
    return [reading.date for reading in readings_of(term, MONDAY) if reading.kind is Kind.DATE]


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("PAY-05ZK3T9MQ2W7XC", "PAY-05ZK3T9MQ2W7XC"),
        ("pay 05zk3t9m q2w7xc", "PAY-05ZK3T9MQ2W7XC"),
        ("ＰＡＹ－０５ＺＫ３Ｔ９ＭＱ２Ｗ７ＸＣ", "PAY-05ZK3T9MQ2W7XC"),
        # O, I and L are no characters of a reference: zero and one were meant.
        ("PAY-O5ZK3T9MQ2W7XC", "PAY-05ZK3T9MQ2W7XC"),
    ],
)
def test_a_reference_is_known_however_it_was_typed(term, value):
    (reading,) = readings_of(term, MONDAY)

    assert (reading.kind, reading.value) == (Kind.PAYMENT, value)


def test_a_reference_whose_check_character_does_not_fit_says_so():
    from common.references import payment_reference

    right = payment_reference()
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")

    assert [reading.misread for term in (right, wrong) for reading in readings_of(term, MONDAY)] == [False, True]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("", []),
        ("   ", []),
        ("RF-05ZK3T9MQ2W7XC", ["refund"]),
        ("TB00000001", ["order", "refund_number"]),
        ("5566", ["order", "refund_number", "last_four", "phone_tail", "amount"]),
        ("５５６６", ["order", "refund_number", "last_four", "phone_tail", "amount"]),
        ("678", ["order", "refund_number", "phone_tail", "amount"]),
        ("NT$1,234", ["amount"]),
        ("1,234", ["amount"]),
        ("1234元", ["amount"]),
        ("A123456789", ["order", "refund_number", "national_id"]),
        ("a123456789", ["order", "refund_number", "national_id"]),
        ("0912-345-678", ["order", "refund_number", "phone"]),
        ("+886 912 345 678", ["phone"]),
        ("00012345678901", ["order", "refund_number", "account"]),
        ("今天", ["date"]),
        ("2026-06-08", ["order", "refund_number", "date"]),
        ("6/8", ["date"]),
        ("0", ["order", "refund_number"]),
        ("<script>", []),
    ],
)
def test_a_term_is_read_as_everything_that_it_may_be(term, expected):
    assert kinds(term) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("2026-06-08", MONDAY),
        ("2026/6/8", MONDAY),
        ("20260608", MONDAY),
        ("115/06/08", MONDAY),
        ("1150608", MONDAY),
        ("民國115年6月8日", MONDAY),
        ("6月8日", MONDAY),
        ("6/8", MONDAY),
        # A day that is still to come this year was last year's.
        ("12/31", dt.date(2025, 12, 31)),
        ("today", MONDAY),
        ("昨天", dt.date(2026, 6, 7)),
        ("前天", dt.date(2026, 6, 6)),
    ],
)
def test_a_day_is_known_in_each_way_of_writing_it(term, expected):
    assert day(term) == [expected]


@pytest.mark.parametrize("term", ["2026-02-30", "13/1", "2026-13-01", "0/0", "115/06", "99999999"])
def test_what_is_no_day_is_not_read_as_one(term):
    assert day(term) == []


@pytest.mark.parametrize(
    ("term", "expected"),
    [("A123456789", True), ("0912345678", True), ("00012345678901", True), ("5566", False), ("TB00000001", False)],
)
def test_a_persons_own_numbers_are_known_as_such(term, expected):
    assert is_personal(readings_of(term, MONDAY)) is expected


def test_a_very_long_term_is_cut_and_read_as_nothing():
    assert readings_of("9" * 5_000, MONDAY) == []


def test_a_phone_is_read_in_the_form_it_is_hashed_in():
    assert Reading(Kind.PHONE, "+886912345678") in readings_of("0912 345 678", MONDAY)
