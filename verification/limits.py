"""How many mismatches a person has left today, counted so that parallel checks can't get past the number."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Count, Q

from cards.models import Customer
from common.clock import today_in_taipei
from verification import states
from verification.errors import AnotherCheckRunning, TriesUsedUp
from verification.models import MISMATCHES, Check, GateRule, Inquiry


def gate_rule(date: dt.date) -> GateRule:
    """The numbers that apply on a Taipei date."""
    return GateRule.objects.filter(valid_from__lte=date).latest("valid_from")


def tries_left_today(*, customer: Customer, at: dt.datetime) -> int:
    mismatches = Inquiry.objects.filter(customer=customer).filter(_mismatch_on(today_in_taipei(at))).count()
    return max(0, gate_rule(today_in_taipei(at)).mismatches_max - mismatches)


def reserve_try(check: Check, *, national_id_hash: str, at: dt.datetime) -> None:
    """Refuse when asking now could bring a mismatch too many. The caller moves the check in flight in this transaction.

    The customer's and the ID's count both apply: neither another card nor another ID gives new tries. A question whose
    answer is still out counts as a mismatch until it is in. Raises TriesUsedUp, AnotherCheckRunning.
    """
    customer, today = check.customer, today_in_taipei(at)
    one_at_a_time(f"verification customer {customer.pk}", f"verification person {national_id_hash}")
    settled = _mismatch_on(today)
    out = Q(outcome="", identity_check__status__in=states.IN_FLIGHT)
    same_customer, same_person = Q(customer=customer), Q(national_id_hash=national_id_hash)
    # One statement, one snapshot: an answer that is settled meanwhile is seen as out or as settled, never as neither.
    count = Inquiry.objects.filter(same_customer | same_person).aggregate(
        customer_settled=Count("id", filter=same_customer & settled),
        customer_all=Count("id", filter=same_customer & (settled | out)),
        person_settled=Count("id", filter=same_person & settled),
        person_all=Count("id", filter=same_person & (settled | out)),
    )
    mismatches_max = gate_rule(today).mismatches_max
    if max(count["customer_settled"], count["person_settled"]) >= mismatches_max:
        raise TriesUsedUp(tries=mismatches_max)
    if max(count["customer_all"], count["person_all"]) >= mismatches_max:
        raise AnotherCheckRunning


def one_at_a_time(*names: str) -> None:
    """Transaction-long locks by name, in an order that is the same for everyone. There may be no row yet to lock."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _mismatch_on(date: dt.date) -> Q:
    return Q(outcome__in=MISMATCHES, answered_date=date)
