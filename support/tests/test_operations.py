"""Cases at work: one for each cause, closed by a person with a reason or by themselves with their cause."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connections, transaction

from audit.models import Record
from payments.operations import enquire_about
from refunds.tests.factories import at_taipei
from support import errors, operations
from support.models import QUEUE, Case, CaseChange, CaseNote
from support.tests.approving import carry_out
from support.tests.factories import (
    cause_of,
    conclude,
    make_bare,
    make_endpoint,
    make_finding,
    make_manual_refund,
    pay,
)

pytestmark = pytest.mark.django_db

AMY = "staff:amy"


def open_for(row, kind, at):
    return operations.open_case(cause=cause_of(row, kind), at=at, by="sweep")


def again(case):
    return Case.objects.get(pk=case.pk)


def test_a_second_opening_finds_the_first(at):
    payment = pay(at)

    first = open_for(payment, "not_told", at)
    second = open_for(payment, "not_told", at + dt.timedelta(minutes=1))

    assert first == second
    assert (again(first).opened_at, again(first).owner) == (at, QUEUE)
    assert [change.after for change in first.changes.all()] == ["open"]


def test_a_payment_may_have_cases_of_two_kinds(at):
    payment = pay(at)

    assert open_for(payment, "not_told", at) != open_for(payment, "dead_letter", at)


def test_after_it_was_closed_the_same_cause_gets_a_new_case(at):
    payment = pay(at)
    first = open_for(payment, "not_told", at)
    operations.close_case(case_id=first.id, reason="told by phone", at=at, by=AMY)

    assert open_for(payment, "not_told", at) != first


def test_the_database_lets_no_second_open_case_through(at):
    finding = make_finding(at)
    open_for(finding, "broken_invariant", at)

    with pytest.raises(IntegrityError, match="support_open_once_per_finding"), transaction.atomic():
        make_bare(at, kind="broken_invariant", finding=finding)


def test_a_case_is_about_one_thing(at):
    payment, finding = pay(at), make_finding(at)

    with pytest.raises(IntegrityError, match="support_case_is_about_one_thing"), transaction.atomic():
        make_bare(at, kind="not_told", payment=payment, finding=finding)


def test_staff_take_note_and_close_and_it_is_all_recorded(at):
    case = open_for(pay(at), "not_told", at)

    operations.take_case(case_id=case.id, at=at, by=AMY)
    operations.add_note(case_id=case.id, text=" The platform is down until noon. ", at=at, by=AMY)
    operations.close_case(case_id=case.id, reason="told by phone", at=at, by=AMY)

    case = again(case)
    assert (case.status, case.owner, case.closed_at, case.closed_reason) == ("closed", AMY, at, "told by phone")
    assert [(note.text, note.by) for note in case.notes.all()] == [("The platform is down until noon.", AMY)]
    deeds = Record.objects.filter(subject=str(case.id)).order_by("id").values_list("action", "by")
    assert list(deeds) == [("case.taken", AMY), ("case.noted", AMY), ("case.closed", AMY)]


@pytest.mark.parametrize("words", ["", "   "])
def test_nothing_is_closed_or_noted_without_a_word(at, words):
    case = open_for(pay(at), "not_told", at)

    with pytest.raises(errors.NoteIsEmpty):
        operations.close_case(case_id=case.id, reason=words, at=at, by=AMY)
    with pytest.raises(errors.NoteIsEmpty):
        operations.add_note(case_id=case.id, text=words, at=at, by=AMY)

    assert again(case).status == "open"
    assert not CaseNote.objects.exists()
    assert not Record.objects.exists()


def test_a_closed_case_is_neither_taken_nor_closed_again(at):
    case = open_for(pay(at), "not_told", at)
    operations.close_case(case_id=case.id, reason="told by phone", at=at, by=AMY)

    for act in (
        lambda: operations.close_case(case_id=case.id, reason="again", at=at, by=AMY),
        lambda: operations.take_case(case_id=case.id, at=at, by="staff:bob"),
    ):
        with pytest.raises(errors.CaseIsClosed):
            act()

    assert (again(case).closed_reason, again(case).owner) == ("told by phone", QUEUE)
    assert CaseChange.objects.count() == 2


def test_money_on_its_way_keeps_its_case_until_the_bank_has_spoken(at):
    payment = pay(at, "timeout_after")
    case = open_for(payment, "unknown_debit", at)

    with pytest.raises(errors.CaseStillNeeded):
        operations.close_case(case_id=case.id, reason="I don't like it", at=at, by=AMY)
    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is False
    assert again(case).status == "open"

    enquire_about(payment=payment, at=at, by="test")

    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is True
    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is False
    assert again(case).closed_reason == "the cause is gone"


def test_a_case_of_a_notice_closes_itself_when_the_acknowledgement_comes(at):
    make_endpoint(at)
    payment = pay(at)
    case = open_for(payment, "not_told", at)
    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is False

    conclude(payment.reference, "delivered", at)

    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is True


def test_a_dead_letter_that_is_delivered_after_all_closes_its_case(at):
    make_endpoint(at)
    payment = pay(at)
    conclude(payment.reference, "dead", at)
    case = open_for(payment, "dead_letter", at)
    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is False

    conclude(payment.reference, "delivered", at)

    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is True


def test_a_refund_settled_by_hand_closes_its_cases(at):
    refund = make_manual_refund(at)
    manual, overdue = open_for(refund, "account_closed", at), open_for(refund, "refund_overdue", at)
    late = at_taipei(refund.latest_credit_date + dt.timedelta(days=1))
    with pytest.raises(errors.CaseStillNeeded):
        operations.close_case(case_id=manual.id, reason="done", at=late, by=AMY)
    assert operations.close_resolved(case_id=overdue.id, at=late, by="sweep") is False

    carry_out(late, "refund.settle_by_hand", {"reference": refund.reference, "bank_reference": "CHEQUE 1"})

    assert [operations.close_resolved(case_id=case.id, at=late, by="sweep") for case in (manual, overdue)] == [
        True,
        True,
    ]


def test_a_finding_that_is_mended_closes_its_case(at):
    finding = make_finding(at)
    case = open_for(finding, "broken_invariant", at)
    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is False

    finding.resolved_at = at
    finding.save()

    assert operations.close_resolved(case_id=case.id, at=at, by="sweep") is True


def at_once(calls):
    def one(call):
        try:
            return call()
        except errors.CaseIsClosed:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [result.result() for result in [pool.submit(one, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_time_open_one_case(at):
    payment = pay(at, "timeout_before")

    cases = at_once([lambda: open_for(payment, "unknown_debit", at)] * 12)

    assert len({case.id for case in cases}) == 1
    assert Case.objects.count() == CaseChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_closed_from_two_sides_at_once_is_closed_once(at):
    case = open_for(pay(at), "not_told", at)

    by_hand = [lambda by=by: operations.close_case(case_id=case.id, reason=by, at=at, by=by) for by in "abcdef"]
    closed = [result for result in at_once(by_hand) if result]

    assert len(closed) == 1
    assert again(case).closed_reason == closed[0].closed_reason
    assert [change.after for change in case.changes.order_by("step")] == ["open", "closed"]
