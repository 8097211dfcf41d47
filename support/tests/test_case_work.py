"""Cases in people's hands: taken, handed over, made urgent, merged, opened by hand and again; and what may not be written."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction

from audit.models import Record
from payments.operations import enquire_about
from staff.tests.factories import make_staff
from support import checks, errors, operations, queries
from support.models import QUEUE, Case, CaseHandling, CaseNote
from support.states import ClosedAs, Kind, Priority, Queue
from support.tests.factories import cause_of, make_finding, make_manual_refund, pay
from support.tests.test_checks import broken
from support.watch import Cause, customers_asking
from verification.errors import QuestionEmpty, QuestionOpen, QuestionPersonal, QuestionsUsedUp
from verification.models import LookUpQuestion
from verification.operations import ask_customer_service

pytestmark = pytest.mark.django_db

AMY, BOB = "staff:amy", "staff:bob"
HOUR = dt.timedelta(hours=1)


def open_for(row, kind, at):
    return operations.open_case(cause=cause_of(row, kind), at=at, by="sweep")


def again(case):
    return Case.objects.get(pk=case.pk)


def by_hand(payment, at, kind=Kind.QUESTION, words="where is it?"):
    return operations.open_by_hand(reference=payment.reference, kind=kind, words=words, at=at, by=AMY)


def ask(payment, at, text="The shop says it got nothing."):
    return ask_customer_service(
        subject=payment.reference, text=text, page="payments.was-i-charged", language="en", known=(), at=at
    )


def opened_for(question, payment, at):
    return operations.open_case(cause=Cause(Kind.CUSTOMER_ASKED, payment=payment, question=question), at=at, by="sweep")


# ── Opened ──


def test_a_case_knows_its_number_its_queue_and_its_clocks(at):
    case = open_for(pay(at), "not_told", at)  # Monday, 10:00

    assert case.reference.startswith("CS-")
    assert (case.priority, case.queue, case.owner) == (Priority.HIGH, Queue.AGENTS, QUEUE)
    assert (case.answer_due_at, case.due_at) == (at + 2 * HOUR, at + 24 * HOUR)


def test_a_large_amount_makes_it_more_urgent(at):
    case = open_for(pay(at, twd=40_000), "not_told", at)

    assert (case.priority, case.due_at) == (Priority.URGENT, at + 4 * HOUR)


def test_a_callers_question_is_opened_by_hand_with_what_they_said(at):
    payment = pay(at)

    case = by_hand(payment, at)

    assert (case.kind, case.payment, case.opened_at) == ("question", payment, at)
    assert [(note.text, note.by) for note in case.notes.all()] == [("where is it?", AMY)]
    with pytest.raises(errors.CaseIsOpen) as refusal:
        by_hand(payment, at)
    assert case.reference in refusal.value.detail()
    assert by_hand(payment, at, kind=Kind.COMPLAINT) != case


def test_a_refund_can_be_complained_of_and_nothing_of_that_reference_can_not(at):
    refund = make_manual_refund(at)

    case = operations.open_by_hand(reference=refund.reference.lower(), kind=Kind.COMPLAINT, words="late", at=at, by=AMY)

    assert case.refund == refund
    with pytest.raises(errors.NothingToOpenFor):
        operations.open_by_hand(reference="PAY-0000000000000A", kind=Kind.COMPLAINT, words="late", at=at, by=AMY)


def test_a_closed_case_goes_on_as_a_new_one_that_names_it(at):
    old = open_for(pay(at), "not_told", at)
    with pytest.raises(errors.CaseIsOpen):
        operations.reopen_case(case_id=old.id, reason="not yet", at=at, by=AMY)
    operations.close_case(case_id=old.id, reason="told by phone", at=at, by=AMY)

    case = operations.reopen_case(case_id=old.id, reason="they called again", at=at + HOUR, by=BOB)

    assert (case.kind, case.reopens, case.opened_at, case.status) == ("not_told", old, at + HOUR, "open")
    assert again(old).status == "closed"
    with pytest.raises(errors.CaseWasReopened) as refusal:
        operations.reopen_case(case_id=old.id, reason="once more", at=at + HOUR, by=BOB)
    assert case.reference in refusal.value.detail()


def test_what_would_close_itself_at_once_goes_on_as_a_question(at):
    payment = pay(at, "timeout_after")
    old = open_for(payment, "unknown_debit", at)
    enquire_about(payment=payment, at=at, by="test")
    operations.close_resolved(case_id=old.id, at=at, by="sweep")

    case = operations.reopen_case(case_id=old.id, reason="they don't believe it", at=at, by=AMY)

    assert (case.kind, case.reopens) == ("question", old)


# ── In hands ──


def test_a_case_that_somebody_has_is_not_taken_from_them(at):
    case = open_for(pay(at), "not_told", at)
    operations.take_case(case_id=case.id, at=at, by=AMY)
    operations.take_case(case_id=case.id, at=at, by=AMY)

    with pytest.raises(errors.CaseIsTaken, match="case_is_taken"):
        operations.take_case(case_id=case.id, at=at, by=BOB)

    assert again(case).owner == AMY
    assert [(row.what, row.before, row.after) for row in case.handlings.all()] == [("taken", "agents", AMY)]


def test_the_next_case_is_the_one_due_first_of_my_queues_that_nobody_has(at):
    late, early = open_for(pay(at), "unmapped_bank_code", at), open_for(make_finding(at), "broken_invariant", at)
    middle = open_for(pay(at), "not_told", at)
    taken = by_hand(pay(at, twd=40_000), at, kind=Kind.COMPLAINT)
    operations.take_case(case_id=taken.id, at=at, by=BOB)

    def mine(*queues):
        case = operations.take_next(queues=queues, at=at, by=AMY)
        return case and case.id

    assert mine("agents") == middle.id
    assert mine("agents") is None
    assert mine("agents", "supervisors", "operators") == early.id
    assert mine("agents", "supervisors", "operators") == late.id


def test_a_case_is_handed_to_a_queue_or_a_colleague_with_a_note(at):
    make_staff("bob", "supervisor")
    make_staff("rita", "auditor")
    case = open_for(pay(at), "not_told", at)
    operations.take_case(case_id=case.id, at=at, by=AMY)

    operations.hand_over(case_id=case.id, to=BOB, note="he knows the platform", at=at, by=AMY)
    assert again(case).owner == BOB
    operations.hand_over(case_id=case.id, to="operators", note="ask the bank", at=at, by=BOB)

    case = again(case)
    assert (case.owner, case.queue, case.answered_at) == (QUEUE, "operators", at)
    assert [(row.what, row.before, row.after, row.reason, row.by) for row in case.handlings.order_by("number")] == [
        ("taken", "agents", AMY, "", AMY),
        ("given", AMY, BOB, "he knows the platform", AMY),
        ("queued", BOB, "operators", "ask the bank", BOB),
    ]
    assert [note.text for note in case.notes.order_by("at", "id")] == ["he knows the platform", "ask the bank"]
    for nobody in ("staff:nobody", "staff:rita", "bob", "customers"):
        with pytest.raises(errors.NotAColleague):
            operations.hand_over(case_id=case.id, to=nobody, note="x", at=at, by=AMY)
    assert again(case).handled == 3


def test_another_priority_counts_anew_from_when_it_was_opened(at):
    case = open_for(pay(at), "not_told", at)

    operations.set_priority(case_id=case.id, priority=Priority.LOW, reason="the shop knows", at=at + HOUR, by=AMY)
    operations.set_priority(case_id=case.id, priority=Priority.LOW, reason="the shop knows", at=at + HOUR, by=AMY)

    case = again(case)
    assert (case.priority, case.due_at) == (Priority.LOW, at + dt.timedelta(days=7, hours=-1) + 2 * HOUR - HOUR)
    [row] = case.handlings.all()
    assert (row.what, row.before, row.after, row.reason) == ("priority", "high", "low", "the shop knows")


def test_a_duplicate_is_merged_and_its_notes_are_shown_with_the_other(at):
    payment = pay(at)
    first, second = open_for(payment, "not_told", at), by_hand(payment, at)

    other = operations.merge_case(case_id=second.id, into=first.reference.lower(), reason="same matter", at=at, by=AMY)

    second = again(second)
    assert other.id == first.id
    assert (second.status, second.closed_as, second.merged_into) == ("closed", "merged", first)
    assert [note.text for note in queries.notes_of([first, *queries.merged_tree(first)])] == ["where is it?"]
    assert [row.what for row in first.handlings.all()] == ["merged_in"]


def test_only_open_cases_about_one_payment_are_merged_and_never_what_money_hangs_on(at):
    payment = pay(at)
    case, strange = open_for(payment, "not_told", at), open_for(pay(at), "not_told", at)
    closed = by_hand(payment, at)
    operations.close_case(case_id=closed.id, reason="done", at=at, by=AMY)
    finding = open_for(make_finding(at), "broken_invariant", at)

    for into in (strange, closed, finding, case):
        with pytest.raises(errors.CaseNotMergeable):
            operations.merge_case(case_id=case.id, into=into.reference, reason="x", at=at, by=AMY)
    refund = make_manual_refund(at)
    manual = open_for(refund, "account_closed", at)
    question = operations.open_by_hand(reference=refund.reference, kind=Kind.QUESTION, words="?", at=at, by=AMY)
    with pytest.raises(errors.CaseStillNeeded):
        operations.merge_case(case_id=manual.id, into=question.reference, reason="x", at=at, by=AMY)

    assert again(case).status == again(manual).status == "open"
    assert not CaseHandling.objects.exists()


def test_the_first_clock_stops_with_the_first_word_and_stays_stopped(at):
    case = open_for(pay(at), "not_told", at)
    operations.take_case(case_id=case.id, at=at, by=AMY)
    assert again(case).answered_at is None

    operations.add_note(case_id=case.id, text="called the platform", at=at + HOUR, by=AMY)
    operations.add_note(case_id=case.id, text="called again", at=at + 2 * HOUR, by=AMY)

    assert again(case).answered_at == at + HOUR


@pytest.mark.parametrize("text", ["ID A123456789", "帳號 00012345678901", "call 0912-345-678", "密碼 123456"])
def test_nothing_personal_is_written_down_anywhere(at, text):
    payment = pay(at)
    case = open_for(payment, "not_told", at)
    before = Record.objects.count()

    for write in (
        lambda: operations.add_note(case_id=case.id, text=text, at=at, by=AMY),
        lambda: operations.close_case(case_id=case.id, reason=text, at=at, by=AMY),
        lambda: operations.hand_over(case_id=case.id, to="operators", note=text, at=at, by=AMY),
        lambda: operations.set_priority(case_id=case.id, priority=Priority.LOW, reason=text, at=at, by=AMY),
        lambda: by_hand(payment, at, words=text),
    ):
        with pytest.raises(errors.NoteIsPersonal):
            write()

    assert (again(case).status, again(case).handled, again(case).answered_at) == ("open", 0, None)
    assert not CaseNote.objects.exists()
    assert (Case.objects.count(), Record.objects.count()) == (1, before)


def test_the_order_number_may_be_named_although_it_looks_like_an_account(at):
    payment = pay(at)
    payment.order_number = "123456789012345678"
    payment.save()
    case = open_for(payment, "not_told", at)

    operations.add_note(case_id=case.id, text="order 123456789012345678 arrived", at=at, by=AMY)

    assert case.notes.count() == 1


# ── What customers ask ──


def test_what_a_customer_asks_becomes_a_case_under_the_number_they_know(at):
    payment = pay(at)
    question = ask(payment, at)

    [cause] = customers_asking(limit=10)
    case = operations.open_case(cause=cause, at=at, by="sweep")

    assert (case.kind, case.payment, case.reference) == ("customer_asked", payment, question.reference)
    assert list(customers_asking(limit=10)) == []
    assert operations.close_resolved(case_id=case.id, at=at + HOUR, by="sweep") is False
    operations.close_case(case_id=case.id, reason="told them", closed_as=ClosedAs.EXPLAINED, at=at + 2 * HOUR, by=AMY)
    assert LookUpQuestion.objects.get().answered_at == at + 2 * HOUR


def test_one_question_is_open_a_payment_and_three_are_asked_a_day(at):
    payment = pay(at)
    for number in range(3):
        case = opened_for(ask(payment, at), payment, at)
        with pytest.raises(QuestionOpen) as refusal:
            ask(payment, at + HOUR)
        assert case.reference in refusal.value.detail()
        operations.close_case(case_id=case.id, reason=f"done {number}", at=at, by=AMY)

    with pytest.raises(QuestionsUsedUp):
        ask(payment, at + 23 * HOUR)
    ask(payment, at + 24 * HOUR)
    assert LookUpQuestion.objects.count() == 4


@pytest.mark.parametrize(("text", "refusal"), [(" ", QuestionEmpty), ("my ID is A123456789", QuestionPersonal)])
def test_an_empty_and_a_telltale_question_are_not_kept(at, text, refusal):
    with pytest.raises(refusal):
        ask(pay(at), at, text)

    assert not LookUpQuestion.objects.exists()


def test_a_question_merged_into_another_case_is_answered_when_that_one_ends(at):
    payment = pay(at)
    asked, other = opened_for(ask(payment, at), payment, at), by_hand(payment, at)
    operations.merge_case(case_id=asked.id, into=other.reference, reason="same matter", at=at, by=AMY)
    assert LookUpQuestion.objects.get().answered_at is None
    assert broken(checks.NOTHING_FORGOTTEN, at + HOUR) == []

    operations.close_case(case_id=other.id, reason="told them", at=at + HOUR, by=AMY)

    assert LookUpQuestion.objects.get().answered_at == at + HOUR


def test_i23_a_question_that_nobody_looks_at(at):
    payment = pay(at)
    question = ask(payment, at)

    assert broken(checks.NOTHING_FORGOTTEN, at + dt.timedelta(minutes=4)) == []
    assert broken(checks.NOTHING_FORGOTTEN, at + dt.timedelta(minutes=5)) == [payment.reference]
    opened_for(question, payment, at)
    assert broken(checks.NOTHING_FORGOTTEN, at + dt.timedelta(minutes=5)) == []


# ── The database's own refusals ──


def change_behind_its_back(case, change):
    """By SQL, up to what the database asks at the end of a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE support_case SET {change} WHERE id = %s", [case.id])  # noqa: S608 - ours, from the table
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("kind = 'complaint'", "is about stays"),
        ("opened_at = opened_at + interval '1 hour'", "is about stays"),
        ("payment_id = NULL", "is about stays"),
        ("reference = 'CS-000000000'", "is about stays"),
        ("owner = 'staff:eve'", "without saying so"),
        ("queue = 'operators'", "without saying so"),
        ("priority = 4", "without saying so"),
        ("due_at = due_at + interval '1 day'", "without saying so"),
        ("owner = 'staff:eve', handled = handled + 2", "without saying so"),
        ("owner = 'staff:eve', handled = handled + 1", "has no row"),
        ("queue = 'friends', handled = handled + 1", "support_case_words_known"),
        ("merged_into_id = id", "support_merged_names_the_other"),
        ("status = 'closed', step = step + 1", "support_closed_says_when_and_why"),
    ],
)
def test_the_database_lets_no_case_be_changed_in_silence(at, change, guard):
    case = open_for(pay(at), "not_told", at)

    with pytest.raises(IntegrityError, match=guard):
        change_behind_its_back(case, change)


@pytest.mark.parametrize("change", ["closed_reason = 'x'", "closed_as = 'no_fault'", "owner = 'staff:eve'"])
def test_a_closed_case_stays_as_it_was_closed(at, change):
    case = open_for(pay(at), "not_told", at)
    operations.close_case(case_id=case.id, reason="told by phone", at=at, by=AMY)

    with pytest.raises(IntegrityError, match="is closed"):
        change_behind_its_back(case, change)


def test_a_change_of_hands_without_a_reason_is_refused(at):
    case = open_for(pay(at), "not_told", at)

    with pytest.raises(IntegrityError, match="support_handling_says_why"), transaction.atomic():
        case.handlings.create(number=1, what="given", after="staff:eve", at=at, by="staff:eve")


# ── Races ──


def at_once(calls):
    """All of them begin together; what each returned, None for a refusal."""
    gate = threading.Barrier(len(calls))

    def one(call):
        try:
            gate.wait()
            return call()
        except errors.CaseIsClosed:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [result.result() for result in [pool.submit(one, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
def test_agents_who_ask_for_the_next_case_at_once_never_get_the_same(at):
    cases = [open_for(pay(at), "not_told", at) for _ in range(5)]

    got = at_once([lambda n=n: operations.take_next(queues=["agents"], at=at, by=f"staff:{n}") for n in range(8)])

    taken = [case.id for case in got if case]
    assert sorted(taken) == sorted(case.id for case in cases)
    assert sorted(case.owner for case in got if case) == sorted(
        Case.objects.exclude(owner=QUEUE).values_list("owner", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_two_cases_merged_into_each_other_at_once_leave_one_open(at):
    payment = pay(at)
    one, other = open_for(payment, "not_told", at), by_hand(payment, at)

    def merge(case, into):
        try:
            return operations.merge_case(case_id=case.id, into=into.reference, reason="same", at=at, by=AMY)
        except errors.CaseNotMergeable:
            return None

    results = at_once([lambda: merge(one, other), lambda: merge(other, one)])

    assert sum(result is not None for result in results) == 1
    assert Case.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_question_sent_twice_at_once_is_one(at):
    payment = pay(at)

    def send():
        try:
            return ask(payment, at)
        except QuestionOpen:
            return None

    assert sum(result is not None for result in at_once([send] * 6)) == 1
    assert LookUpQuestion.objects.count() == 1
