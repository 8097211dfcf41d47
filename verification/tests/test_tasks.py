"""The gate's sweeps, as Celery would run them."""

import datetime as dt

import pytest

from common import clock, phases
from verification import operations, tasks
from verification.models import Check, CheckChange
from verification.states import Phase, Status
from verification.tests.factories import ACCOUNT, PERSON, make_check, make_consented_check

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


class Stopped(BaseException):
    """The process ended here."""


def leave_in_flight(check, *, at):
    def stop(phase):
        if phase == Phase.DATA_KEPT.value:
            raise Stopped

    phases.listen(stop)
    with pytest.raises(Stopped):
        operations.submit_data(check_id=check.id, data=PERSON, at=at, by="payer")
    phases.listen(None)


def test_a_check_left_open_ends_and_a_fresh_one_stays():
    old, _ = make_check(subject="PAY-1", at=clock.now() - HOUR)
    fresh, _ = make_check(old.customer, subject="PAY-2", at=clock.now())

    tasks.expire_left_checks()

    assert Check.objects.get(pk=old.pk).status == Status.EXPIRED
    assert Check.objects.get(pk=fresh.pk).status == Status.STARTED
    assert CheckChange.objects.get(subject=old, after="expired").by == "sweep"


def test_a_check_that_a_dead_process_left_waiting_is_carried_on():
    at = clock.now() - dt.timedelta(minutes=5)
    check = make_consented_check(at=at)
    leave_in_flight(check, at=at)

    tasks.carry_on_left_checks()

    assert Check.objects.get(pk=check.pk).status == Status.CODE_SENT


def test_a_question_that_is_being_answered_is_left_alone():
    check = make_consented_check(at=clock.now())
    leave_in_flight(check, at=clock.now())

    tasks.carry_on_left_checks()

    assert Check.objects.get(pk=check.pk).status == Status.SUBMITTED


def test_one_checks_trouble_does_not_keep_the_others_waiting(bank, monkeypatch):
    at = clock.now() - dt.timedelta(minutes=5)
    first = make_consented_check(subject="PAY-1", at=at)
    second = make_consented_check(first.customer, subject="PAY-2", at=at)
    leave_in_flight(first, at=at)
    leave_in_flight(second, at=at + dt.timedelta(seconds=1))
    # A profile of a kind that the port doesn't know: a programmer's error in the middle of the sweep.
    answers = iter([None, bank.profile(customer_number="C-1", account_number=ACCOUNT)])
    monkeypatch.setattr(bank, "profile", lambda **asked: next(answers))

    tasks.carry_on_left_checks()

    assert Check.objects.get(pk=first.pk).status == Status.SUBMITTED
    assert Check.objects.get(pk=second.pk).status == Status.CODE_SENT
