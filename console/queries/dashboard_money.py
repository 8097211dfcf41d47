"""Money that is out: debits the platform has not been told of, debits whose outcome the bank has not said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Min, OuterRef, Q, QuerySet, Subquery, Sum

from payments.models import Attempt, Payment
from payments.states import IN_FLIGHT, Status
from support.models import Case
from support.states import Kind
from support.states import Status as CaseStatus
from support.watch import TOLD_WITHIN, perhaps_untold, told

# Of a platform without an endpoint nothing but the payment itself shows that it is late; the sweep that opens its case
# comes every ten seconds, and would have to stand still for two hours before such a payment were missed here.
_LOOKED_BACK = 2 * TOLD_WITHIN


@dataclass(frozen=True)
class Untold:
    """Paid and not acknowledged by the platform: all of them, and in whose hands each is. `told`: of the last two hours."""

    count: int
    total_minor: int
    oldest_at: dt.datetime | None
    waiting: int
    in_case: int
    without_case: int
    told: int


@dataclass(frozen=True)
class UnknownDebits:
    """The bank was asked for the money, and what it did isn't booked yet."""

    count: int
    total_minor: int
    oldest_at: dt.datetime | None
    next_enquiry_at: dt.datetime | None


def untold(at: dt.datetime) -> Untold:
    found = _looked_at(at).aggregate(
        count=Count("pk", filter=Q(is_told=False)),
        total=Sum("final_amount_minor", filter=Q(is_told=False)),
        oldest=Min("paid_at", filter=Q(is_told=False)),
        waiting=Count("pk", filter=Q(is_told=False, is_recent=True, has_case=False)),
        in_case=Count("pk", filter=Q(is_told=False, has_case=True)),
        without=Count("pk", filter=Q(is_told=False, is_recent=False, has_case=False)),
        told=Count("pk", filter=Q(is_told=True, is_recent=True)),
    )
    return Untold(
        found["count"],
        found["total"] or 0,
        found["oldest"],
        found["waiting"],
        found["in_case"],
        found["without"],
        found["told"],
    )


def untold_payments(at: dt.datetime, *, state: str = "") -> QuerySet[Payment]:
    """The rows of the figure of that name; all that are not told without one."""
    conditions = {
        "": Q(is_told=False),
        "waiting": Q(is_told=False, is_recent=True, has_case=False),
        "in_case": Q(is_told=False, has_case=True),
        "without_case": Q(is_told=False, is_recent=False, has_case=False),
        "told": Q(is_told=True, is_recent=True),
    }
    return _looked_at(at).filter(conditions[state])


def unknown_debits(at: dt.datetime) -> UnknownDebits:
    found = unknown_debit_payments(at).aggregate(
        count=Count("pk"), total=Sum("final_amount_minor"), oldest=Min("asked_at"), following=Min("enquire_at")
    )
    return UnknownDebits(found["count"], found["total"] or 0, found["oldest"], found["following"])


def unknown_debit_payments(at: dt.datetime) -> QuerySet[Payment]:
    """With `asked_at`: when the bank was asked for the money."""
    del at  # which they are doesn't depend on it; every list is asked for at a time
    asked = Attempt.objects.filter(payment=OuterRef("pk"), outcome="").values("debit_sent_at")[:1]
    return Payment.objects.filter(status__in=IN_FLIGHT).annotate(asked_at=Subquery(asked))


def _looked_at(at: dt.datetime) -> QuerySet[Payment]:
    """Those that may be untold, each by an index that holds few rows; and of each what is known.

    Paid a little while ago; with a notice that nobody took; with an open case that says so.
    """
    since = at - TOLD_WITHIN
    in_case = Case.objects.filter(status=CaseStatus.OPEN, kind=Kind.NOT_TOLD, payment__isnull=False)
    those = perhaps_untold(at - _LOOKED_BACK, at).union(in_case.values("payment"))
    taken = told().filter(subject=OuterRef("reference"))
    # A case that a person closed is an answer too.
    cases = Case.objects.filter(Q(status=CaseStatus.OPEN) | Q(kind=Kind.NOT_TOLD), payment=OuterRef("pk"))
    return Payment.objects.filter(pk__in=those, status=Status.PAID).annotate(
        is_told=Exists(taken),
        has_case=Exists(cases),
        is_recent=ExpressionWrapper(Q(paid_at__gt=since), output_field=BooleanField()),
    )
