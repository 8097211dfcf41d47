"""The invariants of "someone has it in hand": broken where a case is missing, kept where the sweep came by."""

import datetime as dt

import pytest

from cards.bank import fake_bank
from reconciliation import operations as reconciliation
from reconciliation.tests.factories import ALWAYS
from refunds.tests.factories import at_taipei, make_accepted_refund, run
from support import checks, operations
from support.tests.factories import ACCOUNT, conclude, make_endpoint, make_manual_refund, open_all, pay

pytestmark = pytest.mark.django_db

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def broken(invariant, at):
    return sorted(found.subject for found in invariant.broken(at))


def test_i6_a_debit_that_the_bank_has_and_nobody_answers_for(at):
    payment = pay(at, "timeout_after")
    reconciliation.fetch_statement(**ALWAYS, at=at)

    assert broken(checks.IN_HAND, at + HOUR) == []
    assert broken(checks.IN_HAND, at + 2 * HOUR) == [payment.reference]

    open_all(at + 2 * HOUR)
    assert broken(checks.IN_HAND, at + 2 * HOUR) == []


def test_i12_a_platform_that_was_not_told_and_nobody_knows(at):
    make_endpoint(at)
    payment, told = pay(at), pay(at)
    conclude(told.reference, "delivered", at)

    assert broken(checks.TOLD_OR_CASE, at + 2 * HOUR) == []
    assert broken(checks.TOLD_OR_CASE, at + 3 * HOUR) == [payment.reference]

    open_all(at + 3 * HOUR)
    assert broken(checks.TOLD_OR_CASE, at + 3 * HOUR) == []


def test_i12_a_dead_letter_that_nobody_knows_of(at):
    make_endpoint(at)
    payment = pay(at)
    conclude(payment.reference, "dead", at)

    assert broken(checks.TOLD_OR_CASE, at + HOUR) == [payment.reference]

    open_all(at + HOUR)
    assert broken(checks.TOLD_OR_CASE, at + HOUR) == []


def test_i12_a_case_that_a_person_closed_stands(at):
    payment = pay(at)
    [case] = open_all(at + 3 * HOUR)
    operations.close_case(case_id=case.id, reason="told by phone", at=at + 3 * HOUR, by="staff:amy")

    assert broken(checks.TOLD_OR_CASE, at + 3 * HOUR) == []
    assert payment.status == "paid"


def test_i23_a_debit_unknown_for_over_an_hour(at):
    payment = pay(at, "timeout_before")

    assert broken(checks.NOTHING_FORGOTTEN, at + HOUR) == []
    assert broken(checks.NOTHING_FORGOTTEN, at + 2 * HOUR) == [payment.reference]

    open_all(at + 2 * HOUR)
    assert broken(checks.NOTHING_FORGOTTEN, at + 2 * HOUR) == []


def test_i23_a_credit_unknown_for_over_an_hour_and_a_refund_in_nobodys_hands(at):
    manual = make_manual_refund(at)
    unknown = make_accepted_refund(at, payment=pay(at), amount_minor=400)
    fake_bank().behave(ACCOUNT, "timeout_before")
    day = at_taipei(unknown.credit_date)
    run(unknown, day)

    assert broken(checks.NOTHING_FORGOTTEN, day + 2 * HOUR) == sorted([manual.reference, unknown.reference])

    open_all(day + 2 * HOUR)
    assert broken(checks.NOTHING_FORGOTTEN, day + 2 * HOUR) == []


def test_i23_an_overdue_refund(at):
    refund = make_accepted_refund(at, payment=pay(at), amount_minor=400)
    late = at_taipei(refund.latest_credit_date) + 2 * DAY

    assert broken(checks.NOTHING_FORGOTTEN, late) == [refund.reference]

    open_all(late)
    assert broken(checks.NOTHING_FORGOTTEN, late) == []
