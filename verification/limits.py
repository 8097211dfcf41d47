"""How many mismatches a person has left today, counted so that parallel checks can't get past the number."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from cards.models import Customer
from common.clock import today_in_taipei
from verification import states
from verification.errors import AnotherCheckRunning, TriesUsedUp
from verification.models import MISMATCHES, Check, GateRule, Inquiry


def gate_rule(date: dt.date) -> GateRule:
    """The numbers that apply on a Taipei date."""
    return GateRule.objects.filter(effective_date__lte=date).latest("effective_date")


def mismatches_today(*, customer: Customer, national_id_hash: str | None, at: dt.datetime) -> int:
    """The larger of the customer's and the ID's count: neither another card nor another ID gives new tries."""
    answered = Inquiry.objects.filter(outcome__in=MISMATCHES, answered_date=today_in_taipei(at))
    of_customer = answered.filter(customer=customer).count()
    if national_id_hash is None:
        return of_customer
    return max(of_customer, answered.filter(national_id_hash=national_id_hash).count())


def tries_left_today(*, customer: Customer, at: dt.datetime) -> int:
    rule = gate_rule(today_in_taipei(at))
    return max(0, rule.mismatches_max - mismatches_today(customer=customer, national_id_hash=None, at=at))


def reserve_try(check: Check, *, national_id_hash: str, at: dt.datetime) -> None:
    """Refuse when asking now could bring a mismatch too many. The caller moves the check in flight in this transaction.

    A question whose answer is still out counts as a mismatch until it is in. Raises TriesUsedUp, AnotherCheckRunning.
    """
    customer = check.customer
    _one_at_a_time(f"verification customer {customer.pk}", f"verification person {national_id_hash}")
    mismatches_max = gate_rule(today_in_taipei(at)).mismatches_max
    counted = mismatches_today(customer=customer, national_id_hash=national_id_hash, at=at)
    if counted >= mismatches_max:
        raise TriesUsedUp(tries=mismatches_max)
    asked = Inquiry.objects.filter(outcome="", identity_check__status__in=states.IN_FLIGHT).exclude(
        identity_check=check
    )
    out = max(asked.filter(customer=customer).count(), asked.filter(national_id_hash=national_id_hash).count())
    if counted + out >= mismatches_max:
        raise AnotherCheckRunning


def _one_at_a_time(*names: str) -> None:
    """Transaction-long locks by name, in an order that is the same for everyone. There may be no row yet to lock."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
