"""Looking over the books: findings open once, close when mended, and nothing on its way is called broken."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connections

from cards.bank import fake_bank
from cards.bank.port import StatementLine, Unavailable
from common import clock
from common.money import Money
from common.references import new_id
from payments.operations import enquire_about
from payments.tests.factories import make_payment
from reconciliation import operations, tasks
from reconciliation.checks import INVARIANTS
from reconciliation.models import BankLine, Finding, Run
from reconciliation.tests.factories import ALWAYS, make_holder, make_house, pay_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(at):
    return make_holder("CARD0001", "00012345678901", at)


def stranger(at, number=50) -> StatementLine:
    """A debit in the bank's book that we know nothing of."""
    return StatementLine(number, "debit", new_id(), "8901", Money.twd(77), f"B{number:08d}", at, None)


def found():
    rows = Finding.objects.filter(resolved_at=None).order_by("name", "subject")
    return [(row.name, row.subject) for row in rows]


def test_a_run_over_sound_books_finds_nothing_and_says_what_it_compared(at):
    make_house(at)

    run = operations.reconcile(**ALWAYS, at=at)

    assert (run.bank_answered, run.broken) == (True, 0)
    assert run.matched == 3  # two paid, one refund credited
    assert found() == []


def test_what_the_bank_has_and_we_have_not_is_found_once_and_resolved_when_mended(at, card):
    line = stranger(clock.now())
    fake_bank().book.append(line)

    operations.reconcile(**ALWAYS, at=at)
    operations.reconcile(**ALWAYS, at=at + dt.timedelta(minutes=1))

    finding = Finding.objects.get(name="missing_here")
    assert (finding.subject, finding.found_at) == ("bank line 50", at)
    assert finding.seen_at == at + dt.timedelta(minutes=1)

    fake_bank().book.append(replace(line, line=51, kind="reversal", request_id=new_id(), reverses=line.request_id))
    operations.reconcile(**ALWAYS, at=at + dt.timedelta(minutes=2))

    finding.refresh_from_db()
    assert finding.resolved_at == at + dt.timedelta(minutes=2)


def test_a_debit_told_as_not_made_that_the_bank_made_is_found(at, card):
    fake_bank().behave(card["account_number"], "4501")
    declined = pay_with(card, at)
    fake_bank().book.append(
        replace(stranger(clock.now()), request_id=declined.attempts.get().request_id, amount=Money.twd(961))
    )

    operations.reconcile(**ALWAYS, at=at)

    assert ("missing_here", declined.reference) in found()


def test_a_debit_that_the_bank_has_lost_is_found(at, card):
    paid = pay_with(card, at)
    fake_bank().book.clear()

    operations.reconcile(**ALWAYS, at=at)

    assert found() == [("missing_at_bank", paid.reference)]


def test_an_unknown_debit_is_no_break_before_the_bank_is_asked_nor_after(at, card):
    fake_bank().behave(card["account_number"], "timeout_after")
    payment = pay_with(card, at)

    operations.reconcile(**ALWAYS, at=at)
    assert found() == []

    enquire_about(payment=payment, at=at, by="test")
    operations.reconcile(**ALWAYS, at=at)
    assert found() == []
    assert Run.objects.order_by("-id").first().matched == 1


def test_a_payment_that_settles_between_the_looks_is_no_break(at, card, monkeypatch):
    """Its row is there at the first look and its line isn't: the second statement brings it."""
    paid = pay_with(card, at)
    late = fake_bank().book.pop()
    fetched = operations.fetch_statement

    def line_comes_late(**span):
        statement = fetched(**span)
        if late not in fake_bank().book:
            fake_bank().book.append(late)
        return statement

    monkeypatch.setattr(operations, "fetch_statement", line_comes_late)
    operations.reconcile(**ALWAYS, at=at)

    assert paid.status == "paid"
    assert found() == []


def test_a_bank_that_changes_its_word_is_found_and_its_first_word_is_kept(at, card):
    pay_with(card, at)
    operations.reconcile(**ALWAYS, at=at)
    fake_bank().book[0] = replace(fake_bank().book[0], amount=Money.twd(1))

    operations.reconcile(**ALWAYS, at=at)

    assert found() == [("line_changed", "bank line 1")]
    assert BankLine.objects.get(line=1).amount_minor == 961


def test_without_the_banks_answer_our_own_books_are_still_looked_over(at, card, monkeypatch):
    pay_with(card, at)
    monkeypatch.setattr(fake_bank(), "statement", lambda **span: Unavailable("no answer"))

    run = operations.reconcile(**ALWAYS, at=at)

    assert (run.bank_answered, run.lines_fetched, run.note) == (False, 0, "no answer")
    assert found() == []


def test_without_the_banks_answer_a_mismatch_stays_open(at, card, monkeypatch):
    fake_bank().book.append(stranger(clock.now()))
    operations.reconcile(**ALWAYS, at=at)
    monkeypatch.setattr(fake_bank(), "statement", lambda **span: Unavailable("no answer"))

    operations.reconcile(**ALWAYS, at=at)

    assert found() == [("missing_here", "bank line 50")]


def test_prove_names_what_is_broken_and_keeps_no_finding(at):
    make_house(at)
    fake_bank().book.append(stranger(clock.now()))

    broken, why_not = operations.prove(INVARIANTS, **ALWAYS, at=at, with_bank=True)

    assert {(one.name, one.subject) for one in broken} == {("I-4", "bank line 50"), ("missing_here", "bank line 50")}
    assert why_not == ""
    assert Finding.objects.count() == 0


def test_prove_without_the_bank_asks_it_nothing(at, monkeypatch):
    make_house(at)
    monkeypatch.setattr(fake_bank(), "statement", lambda **span: pytest.fail("the bank was asked"))

    assert operations.prove(INVARIANTS, **ALWAYS, at=at, with_bank=False) == ([], "the bank was not asked")


def test_the_sweep_looks_back_to_the_oldest_mismatch():
    at = clock.now()
    fake_bank().book.append(replace(stranger(at), booked_at=at - dt.timedelta(hours=20)))
    tasks.check()
    Finding.objects.update(found_at=at - dt.timedelta(days=9))

    tasks.check()

    assert Run.objects.order_by("-id").first().since < at - dt.timedelta(days=9)
    assert found() == [("missing_here", "bank line 50")]


@pytest.mark.django_db(transaction=True)
def test_looks_at_the_same_time_write_each_finding_once(at):
    make_payment(at)
    fake_bank().book.append(stranger(clock.now()))

    def look():
        try:
            return operations.reconcile(**ALWAYS, at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=6) as pool:
        runs = [run.result() for run in [pool.submit(look) for _ in range(6)]]

    assert any(runs)
    assert found() == [("missing_here", "bank line 50")]


def test_a_look_is_alone_and_the_next_one_comes_after_it(monkeypatch):
    looks = []

    def look(**asked):
        looks.append(asked)
        tasks.check()

    monkeypatch.setattr(operations, "reconcile", look)

    tasks.check()
    assert len(looks) == 1

    tasks.check()
    assert len(looks) == 2


def test_a_look_that_took_long_is_followed_by_a_rest(monkeypatch):
    looks, clock_of_the_machine = [], iter([0.0, 100.0, 900.0, 901.0])
    monkeypatch.setattr(operations, "reconcile", lambda **asked: looks.append(asked))
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: next(clock_of_the_machine)))

    tasks.check()
    tasks.check()
    assert len(looks) == 1

    cache.clear()
    tasks.check()
    assert len(looks) == 2


def test_a_look_that_failed_leaves_the_way_free(monkeypatch):
    monkeypatch.setattr(operations, "reconcile", lambda **asked: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.check()
    monkeypatch.undo()

    tasks.check()

    assert Run.objects.count() == 1
