"""SIGKILL at every named phase of debit and refund, singly and again in recovery: nothing lost, nothing doubled.

Each case forks, dies for real at the phase, and recovers as production does: by its sweeps, asking the bank that lived on.
OUTPOST_KILLS=n makes it n random cases instead of the few of every run; case i is drawn from seed i.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import signal

import pytest
from django.db import connections

from cards import bank, chip
from cards.bank import fake_bank
from common import phases
from common.errors import Refusal
from ledger.models import Journal
from notifications.models import Event
from payments import operations as payments
from payments.models import Attempt, DebitReversal, LimitUse, Payment
from payments.states import DebitPhase, ReversalPhase, Status
from payments.tests.factories import make_account, make_paid_payment, make_payment, sign
from refunds import operations as refunds
from refunds import states as refund_states
from refunds.models import Refund
from refunds.states import RefundPhase
from refunds.tests.factories import at_taipei, make_accepted_refund
from support.tests.approving import carry_out
from tests import wire_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

DEBIT_PHASES = [phase.value for phase in DebitPhase]
REFUND_PHASES = [phase.value for phase in RefundPhase]
# What the bank does with the first debit; the phases of parking and enquiring exist only behind a lost answer.
RANDOM_KILLS = int(os.environ.get("OUTPOST_KILLS", "60"))
BANK_BEHAVIOURS = ("approve", "timeout_after", "timeout_before")


@pytest.fixture
def wires(settings):
    with wire_server.wired(settings):
        yield


def in_child(work, *, die_at):
    """Run `work` in a forked process that kills itself at the phase; True when it died there, False when it never came by."""
    connections.close_all()  # a connection shared by two processes would be ended by either
    child = os.fork()
    if child == 0:
        bank._live.cache_clear()
        chip._live.cache_clear()
        phases.listen(lambda phase: os.kill(os.getpid(), signal.SIGKILL) if phase == die_at else None)
        try:
            work()
        except Refusal:
            pass
        except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
            os._exit(70)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed in another way than by the kill"
    return os.WIFSIGNALED(status)


def sweep_debits(at):
    """One round of what beat starts: enquire about what is in flight, clear what was left before the bank was asked."""
    for payment in Payment.objects.to_enquire(at).order_by("id"):
        payments.enquire_about(payment=payment, at=at, by="sweep")
    for attempt in Attempt.objects.filter(outcome="", debit_sent_at=None).select_related("payment"):
        payments.abandon_attempt(attempt=attempt, at=at)


def recover_debits(at):
    for minutes in (3, 10, 30):
        sweep_debits(at + dt.timedelta(minutes=minutes))


def pay_until_paid(payment, at):
    """The payer comes back: when nothing was charged they pay again, else they wait for the bank's word."""
    for hours in range(3):
        later = at + dt.timedelta(hours=hours)
        payment.refresh_from_db()
        if payment.status == Status.CREATED:
            payments.pay_by_card(payment=payment, signed=sign(payment, later), at=later, by="payer")
        recover_debits(later)
    payment.refresh_from_db()


def assert_debited_once(payment):
    assert payment.status == Status.PAID
    assert fake_bank().debits_of(payment.reference) == 1
    assert Journal.objects.filter(reference=payment.reference).count() == 1
    assert list(Event.objects.filter(subject=payment.reference).values_list("kind", flat=True)) == ["payment.succeeded"]
    assert payment.attempts.filter(outcome="approved").count() == 1
    assert not payment.attempts.filter(outcome="").exists()


def debit_case(at, behaviour, first, second=None):
    make_account(at)
    payment = make_payment(at)
    signed = sign(payment, at)
    fake_bank().behave(signed.account_number, behaviour)
    died = in_child(lambda: payments.pay_by_card(payment=payment, signed=signed, at=at, by="payer"), die_at=first)
    if second is not None:
        died = in_child(lambda: recover_debits(at), die_at=second) or died
    recover_debits(at + dt.timedelta(minutes=40))
    pay_until_paid(payment, at + dt.timedelta(minutes=80))
    assert_debited_once(payment)
    return died


def test_a_debit_killed_at_each_phase_happens_once(wires, at):
    died = set()
    for phase, behaviour in itertools.product(DEBIT_PHASES, BANK_BEHAVIOURS):
        if debit_case(at, behaviour, phase):
            died.add(phase)

    assert died == set(DEBIT_PHASES) - {DebitPhase.ENQUIRED}


def test_a_debit_killed_again_in_its_recovery_happens_once(wires, at):
    died = set()
    for first, second in itertools.product(
        DEBIT_PHASES, (DebitPhase.ENQUIRED, DebitPhase.SETTLING, DebitPhase.SETTLED, DebitPhase.PARKED)
    ):
        if debit_case(at, "timeout_after", first, second.value):
            died.add(second)

    assert DebitPhase.ENQUIRED in died


def sweep_refunds(at):
    """One round of what beat starts: enquire about what is at the bank, send what is due."""
    for refund in Refund.objects.to_enquire(at).order_by("id"):
        refunds.enquire_about_credit(refund_id=refund.id, at=at, by="sweep")
    for refund in Refund.objects.due(at).order_by("id"):
        refunds.credit_due_refund(refund_id=refund.id, at=at, by="sweep")


def recover_refunds(at):
    for minutes in (3, 10, 30):
        sweep_refunds(at + dt.timedelta(minutes=minutes))


def assert_credited_once(refund):
    refund.refresh_from_db()
    assert refund.status == refund_states.Status.CREDITED
    credits_ = [line for line in fake_bank().book if line.kind == "credit"]
    asked = {attempt.request_id for attempt in refund.attempts.all()}
    assert [line.amount.amount_minor for line in credits_ if line.request_id in asked] == [refund.total.amount_minor]
    assert Journal.objects.filter(reference=refund.reference).count() == 1
    assert Event.objects.filter(subject=refund.reference, kind="refund.credited").count() == 1


def refund_case(at, behaviour, first, second=None):
    payment = make_paid_payment(at)
    refund = make_accepted_refund(at, payment=payment)
    run_at = at_taipei(refund.credit_date)
    fake_bank().behave(payment.account.number, behaviour)
    died = {first} if in_child(lambda: sweep_refunds(run_at), die_at=first) else set()
    if second is not None and in_child(lambda: recover_refunds(run_at), die_at=second):
        died.add(second)
    for hour in (1, 2, 3):
        recover_refunds(run_at + dt.timedelta(hours=hour))
    assert_credited_once(refund)
    return died


def test_a_refund_killed_at_each_phase_is_credited_once(wires, at):
    died = set()
    for phase, behaviour in itertools.product(REFUND_PHASES, BANK_BEHAVIOURS):
        died |= refund_case(at, behaviour, phase)

    assert died == set(REFUND_PHASES) - {RefundPhase.ENQUIRED}


def test_a_refund_killed_again_in_its_recovery_is_credited_once(wires, at):
    died = set()
    for first, second in itertools.product(REFUND_PHASES, REFUND_PHASES):
        died |= refund_case(at, "timeout_after", first, second)

    assert died >= {RefundPhase.ENQUIRED, RefundPhase.INTENT_COMMITTED, RefundPhase.BOOKED, RefundPhase.SETTLED}


REVERSAL_PHASES = [phase.value for phase in ReversalPhase]


def sweep_reversals(at):
    for reversal in DebitReversal.objects.to_send(at):
        payments.reverse_debit(reversal_id=reversal.pk, at=at, by="sweep")


def reversal_case(at, behaviour, phase):
    """A debit of another amount that two people have agreed to give back; its sender dies, and the sweep comes by again."""
    payment = make_payment(at)
    make_account(at)
    signed = sign(payment, at)
    fake_bank().behave(signed.account_number, "other_amount")
    payments.pay_by_card(payment=payment, signed=signed, at=at, by="payer")
    wish = {"reference": payment.reference, "told_minor": payment.final_amount_minor + 1}
    carry_out(at, "payment.reverse_debit", wish)
    fake_bank().reversals.append(behaviour)
    died = in_child(lambda: sweep_reversals(at), die_at=phase)
    for minutes in (2, 5, 10, 15):
        sweep_reversals(at + dt.timedelta(minutes=minutes))
    payment.refresh_from_db()
    request_id = payment.attempts.get().request_id
    assert (payment.status, payment.attempts.get().outcome) == (Status.FAILED, "reversed")
    assert [line.reverses for line in fake_bank().book if line.kind == "reversal"].count(request_id) == 1
    assert not Journal.objects.filter(reference=payment.reference).exists()
    assert list(Event.objects.filter(subject=payment.reference).values_list("kind", flat=True)) == ["payment.failed"]
    assert LimitUse.objects.filter(account=payment.account, used_minor__gt=0).count() == 0
    return died


def test_a_debit_given_back_and_killed_at_each_phase_goes_back_once(wires, at):
    died = set()
    for phase, behaviour in itertools.product(REVERSAL_PHASES, ("approve", "timeout_after", "timeout_before")):
        if reversal_case(at, behaviour, phase):
            died.add(phase)

    assert died == set(REVERSAL_PHASES)


def test_random_kills_happen_once(wires, at):
    for seed in range(RANDOM_KILLS):
        chance = random.Random(seed)
        day = at + dt.timedelta(days=seed)  # a day of its own, so that no limit is in the way
        if chance.random() < 0.5:
            debit_case(day, chance.choice(BANK_BEHAVIOURS), chance.choice(DEBIT_PHASES), chance.choice(DEBIT_PHASES))
        else:
            refund_case(day, chance.choice(BANK_BEHAVIOURS), chance.choice(REFUND_PHASES), chance.choice(REFUND_PHASES))
