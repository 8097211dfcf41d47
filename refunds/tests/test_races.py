"""Races, with real threads and real commits: refunds never pass the payment, a credit is never sent twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from cards.bank import fake_bank
from common.errors import Refusal
from payments.tests.factories import make_paid_payment
from refunds import calendar, operations
from refunds.models import CreditAttempt, Refund
from refunds.tests.factories import again, ask, at_taipei, confirm, enquire, make_accepted_refund, run
from refunds.working_days import Part

pytestmark = pytest.mark.django_db(transaction=True)

DUE = dt.date(2026, 6, 17)


def together(jobs):
    """Start all jobs at the same moment, each with a connection of its own; what each gave or raised."""
    barrier = Barrier(len(jobs))

    def work(job):
        barrier.wait()
        try:
            return job()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(work, jobs))


def test_fifty_concurrent_refunds_never_pass_the_payment(at):
    payment = make_paid_payment(at)

    found = together([lambda: ask(payment, at, 100)] * 50)

    payment.refresh_from_db()
    refunds = Refund.objects.filter(payment=payment)
    assert refunds.count() == 9
    assert found.count("refund_above_rest") == 41
    assert payment.refunded_order_minor == sum(refund.amount_minor for refund in refunds) == 900
    assert payment.refunded_charge_minor == sum(refund.charge_minor for refund in refunds) == 9


def test_fifty_concurrent_full_refunds_are_one(at):
    payment = make_paid_payment(at)

    found = together([lambda: ask(payment, at, 951)] * 50)

    assert found.count("refund_above_rest") == 49
    assert Refund.objects.get().total_minor == 961


def test_one_number_sent_many_times_at_once_is_one_refund(at):
    payment = make_paid_payment(at)

    found = together([lambda: ask(payment, at, 400, refund_number="R-1").pk] * 20)

    assert len(set(found)) == 1
    payment.refresh_from_db()
    assert payment.refunded_order_minor == 400


def test_one_number_for_two_payments_at_once_is_one_refund_and_one_refusal(at):
    payments = [make_paid_payment(at) for _ in range(2)]

    found = together([lambda payment=payment: ask(payment, at, 400, refund_number="R-1") for payment in payments * 5])

    assert found.count("refund_number_reused") == 5
    assert Refund.objects.count() == 1


def test_a_refund_taken_by_many_runs_at_once_is_sent_once(at):
    refund = make_accepted_refund(at)

    together([lambda: run(refund, at_taipei(DUE))] * 12)

    assert again(refund).status == "credited"
    assert CreditAttempt.objects.filter(refund=refund).count() == 1
    assert len([line for line in fake_bank().book if line.kind == "credit"]) == 1


def test_refunds_of_one_payment_taken_at_once_are_each_credited_once(at):
    payment = make_paid_payment(at)
    refunds = [make_accepted_refund(at, amount_minor=part, payment=payment) for part in (300, 300, 351)]

    together([lambda refund=refund: run(refund, at_taipei(DUE)) for refund in refunds * 4])
    for refund in refunds:
        run(refund, at_taipei(DUE))

    assert {again(refund).status for refund in refunds} == {"credited"}
    assert sum(line.amount.amount_minor for line in fake_bank().book if line.kind == "credit") == 961


def test_an_inquiry_and_the_late_answer_book_once(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(refund.payment.account.number, "timeout_after")
    run(refund, at_taipei(DUE))
    refund = again(refund)
    outcome = fake_bank().enquire_credit(refund.request_id)
    later = at_taipei(DUE, 10, 2)

    def settle():
        operations.settle_credit(request_id=refund.request_id, outcome=outcome, at=later, by="late")

    together([settle, lambda: enquire(refund, later)] * 6)

    assert again(refund).status == "credited"
    assert again(refund).changes.count() == again(refund).step + 1


def test_a_confirmation_and_a_cancellation_at_once_end_in_one_of_them(at):
    refund = ask(make_paid_payment(at), at)

    def cancel():
        return operations.cancel_refund(platform=refund.platform, reference=refund.reference, at=at, by="test")

    found = together([cancel, lambda: confirm(refund, at)])

    status = again(refund).status
    payment = again(refund).payment
    assert (status, payment.refunded_order_minor) in {("accepted", 951), ("cancelled", 0)}
    assert ("refund_not_cancellable" in found) == (status == "accepted")


def test_publications_at_once_queue_and_number_without_a_gap(at):
    days = [DUE + dt.timedelta(days=n) for n in range(6)]

    def close(day):
        return operations.record_closure(date=day, counties=["taipei_city"], part=Part.WHOLE, at=at, by="amy").number

    numbers = together([lambda day=day: close(day) for day in days])

    assert sorted(numbers) == [2, 3, 4, 5, 6, 7]
    assert calendar.current_calendar().version == 7
    assert not any(calendar.current_calendar().is_working_day(day) for day in days)


def test_one_closure_recorded_many_times_at_once_is_one_publication(at):
    def close():
        return operations.record_closure(date=DUE, counties=["taipei_city"], part=Part.WHOLE, at=at, by="amy").number

    assert sorted(map(str, together([close] * 6))) == ["2", *["closure_unchanged"] * 5]
