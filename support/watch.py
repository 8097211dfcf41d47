"""What needs a case: queries over the rows that lower apps left, each naming its kind, its row and since when.

A cause that had a case is not found again for the same event, so that a person's word stands. Causes that end only
with the money's arrival (`ENDS_WITH_ITS_CAUSE`) can't be closed by hand, so their case is open for as long as they last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery

from cards.bank import port
from common.clock import today_in_taipei
from notifications.models import Message
from notifications.retry import ONE_TIME_PURPOSES
from notifications.states import Channel
from notifications.states import Status as MessageStatus
from payments.errors import BankDeclined
from payments.models import Attempt, Payment
from payments.states import IN_FLIGHT
from payments.states import Status as PaymentStatus
from platforms.models import Platform, WebhookEndpoint
from reconciliation.models import Finding
from refunds.models import Refund, RefundChange
from refunds.states import Status as RefundStatus
from support.models import Case
from support.states import Kind
from verification.models import LookUpQuestion

# Promise 4: told within two hours of the debit, or a case.
TOLD_WITHIN = dt.timedelta(hours=2)
# Of what was paid longer ago only what still has a notice that nobody took is looked at: the sweep that asks comes every ten
# seconds, and prove asks of every payment ever made.
_LOOKED_BACK = dt.timedelta(days=1)
# The bank's ladder of enquiries is long over by then.
SETTLED_WITHIN = dt.timedelta(hours=1)

_AT_THE_BANK = (RefundStatus.CREDITING, RefundStatus.UNKNOWN)


@dataclass(frozen=True)
class Cause:
    """One thing that needs a person: exactly one of the four rows is set; `question` says what a customer asked of a payment."""

    kind: Kind
    payment: Payment | None = None
    refund: Refund | None = None
    finding: Finding | None = None
    endpoint: WebhookEndpoint | None = None
    question: LookUpQuestion | None = None

    @property
    def amount_minor(self) -> int:
        """How much money it is about; 0 where that can't be said."""
        if self.payment is not None:
            return self.payment.final_amount_minor
        return self.refund.total_minor if self.refund is not None else 0


def causes(at: dt.datetime, *, limit: int) -> Iterator[Cause]:
    """Everything that needs a case and has none, at most `limit` of each kind, oldest first."""
    yield from (Cause(Kind.NOT_TOLD, payment=row) for row in not_told(at)[:limit])
    yield from (Cause(Kind.UNKNOWN_DEBIT, payment=row) for row in unknown_debits(at)[:limit])
    yield from (Cause(Kind.UNKNOWN_CREDIT, refund=row) for row in unknown_credits(at)[:limit])
    yield from (Cause(Kind.REFUND_OVERDUE, refund=row) for row in refunds_overdue(at)[:limit])
    yield from (Cause(Kind.REFUND_MANUAL, refund=row) for row in refunds_manual()[:limit])
    yield from (Cause(Kind.ACCOUNT_CLOSED, refund=row) for row in refunds_to_closed_accounts()[:limit])
    yield from (Cause(Kind.DEAD_LETTER, payment=row) for row in payments_with_dead_letters()[:limit])
    yield from (Cause(Kind.DEAD_LETTER, refund=row) for row in refunds_with_dead_letters()[:limit])
    yield from (Cause(Kind.UNMAPPED_BANK_CODE, payment=row) for row in unmapped_bank_codes()[:limit])
    yield from (Cause(Kind.BROKEN_INVARIANT, finding=row) for row in broken_invariants()[:limit])
    yield from (Cause(Kind.ENDPOINT_GONE, endpoint=row) for row in gone_endpoints()[:limit])
    yield from customers_asking(limit=limit)


def not_told(at: dt.datetime) -> QuerySet[Payment]:
    """Paid two hours ago, and no endpoint of the platform has taken the notice."""
    taken = told().filter(subject=OuterRef("reference"))
    those = perhaps_untold(at - _LOOKED_BACK, at - TOLD_WITHIN)
    paid = Payment.objects.filter(
        ~Exists(taken), pk__in=those, status=PaymentStatus.PAID, paid_at__lte=at - TOLD_WITHIN
    )
    return paid.filter(~_had_case("payment", Kind.NOT_TOLD)).order_by("paid_at", "id")


def perhaps_untold(since: dt.datetime, until: dt.datetime) -> QuerySet[Payment, Any]:
    """Ids of payments paid in between, or of any time with a notice that nobody took: each by an index that holds few rows."""
    # Named platform by platform, so that the index of settlement days serves.
    every = Platform.objects.values("pk")
    recent = Payment.objects.filter(platform__in=every, paid_at__gt=since, paid_at__lte=until)
    sent = _notices()
    waits = Payment.objects.filter(reference__in=sent.filter(status=MessageStatus.PENDING).values("subject"))
    given_up = Payment.objects.filter(reference__in=sent.filter(status=MessageStatus.DEAD).values("subject"))
    return recent.values("pk").union(waits.values("pk"), given_up.values("pk"))


def unknown_debits(at: dt.datetime) -> QuerySet[Payment]:
    """The bank was asked for the money an hour ago, and what it did isn't known."""
    sent = Attempt.objects.filter(payment=OuterRef("pk"), outcome="").values("debit_sent_at")[:1]
    waiting = Payment.objects.filter(status__in=IN_FLIGHT).annotate(since=Subquery(sent))
    found = waiting.filter(since__lte=at - SETTLED_WITHIN)
    return found.filter(~_had_case("payment", Kind.UNKNOWN_DEBIT, since="since")).order_by("since", "id")


def unknown_credits(at: dt.datetime) -> QuerySet[Refund]:
    """The same, of money on its way back."""
    waiting = Refund.objects.filter(status__in=_AT_THE_BANK).annotate(since=_last_move_to(RefundStatus.CREDITING))
    found = waiting.filter(since__lte=at - SETTLED_WITHIN)
    return found.filter(~_had_case("refund", Kind.UNKNOWN_CREDIT, since="since")).order_by("since", "id")


def refunds_overdue(at: dt.datetime) -> QuerySet[Refund]:
    """Their latest date has passed. A date that a new calendar moved may pass again, and needs a case again."""
    late = Refund.objects.overdue(today_in_taipei(at))
    cases = Case.objects.filter(refund=OuterRef("pk"), kind=Kind.REFUND_OVERDUE)
    after = cases.filter(opened_at__date__gt=OuterRef("latest_credit_date"))
    return late.filter(~Exists(after)).order_by("latest_credit_date", "id")


def refunds_manual() -> QuerySet[Refund]:
    """The bank can't credit them, for a reason other than a closed account: a person settles each."""
    return _in_hands(Kind.REFUND_MANUAL, ~Q(bank_code=port.ACCOUNT_CLOSED))


def refunds_to_closed_accounts() -> QuerySet[Refund]:
    """There is no account any more: the customer has to be asked for another."""
    return _in_hands(Kind.ACCOUNT_CLOSED, Q(bank_code=port.ACCOUNT_CLOSED))


def payments_with_dead_letters() -> QuerySet[Payment]:
    found = Payment.objects.filter(reference__in=_dead().values("subject")).annotate(since=_last_death())
    return found.filter(~_had_case("payment", Kind.DEAD_LETTER, since="since")).order_by("since", "id")


def refunds_with_dead_letters() -> QuerySet[Refund]:
    found = Refund.objects.filter(reference__in=_dead().values("subject")).annotate(since=_last_death())
    return found.filter(~_had_case("refund", Kind.DEAD_LETTER, since="since")).order_by("since", "id")


def unmapped_bank_codes() -> QuerySet[Payment]:
    """Declined with a code that we have no text for: someone is to ask the bank what it means."""
    declined = Attempt.objects.filter(outcome_code=BankDeclined.code)
    last = declined.filter(payment=OuterRef("pk")).order_by("-outcome_at").values("outcome_at")[:1]
    found = Payment.objects.filter(pk__in=declined.values("payment")).annotate(since=Subquery(last))
    return found.filter(~_had_case("payment", Kind.UNMAPPED_BANK_CODE, since="since")).order_by("since", "id")


def broken_invariants() -> QuerySet[Finding]:
    found = Finding.objects.filter(resolved_at=None)
    return found.filter(~_had_case("finding", Kind.BROKEN_INVARIANT)).order_by("found_at", "id")


def gone_endpoints() -> QuerySet[WebhookEndpoint]:
    """Answered 410 and was switched off: until it is on again its platform is told nothing there."""
    gone = WebhookEndpoint.objects.filter(enabled=False, disabled_reason=WebhookEndpoint.DisabledReason.GONE)
    return gone.filter(~_had_case("endpoint", Kind.ENDPOINT_GONE, since="disabled_at")).order_by("disabled_at", "id")


def customers_asking(*, limit: int) -> Iterator[Cause]:
    """Asked on a page of a look-up, and nobody has it yet."""
    waiting = LookUpQuestion.objects.filter(answered_at=None, case=None).order_by("asked_at", "id")[:limit]
    questions = {question.subject: question for question in waiting}
    payments = Payment.objects.in_bulk(list(questions), field_name="reference")
    for reference, question in questions.items():
        yield Cause(Kind.CUSTOMER_ASKED, payment=payments[reference], question=question)


def cause_remains(case: Case, at: dt.datetime) -> bool:
    """Is there still what the case was opened for? Of a kind that is not named here: until a person says no."""
    remains = _REMAINS.get(Kind(case.kind))
    return remains is None or remains(case, at)


def _had_case(field: str, kind: Kind, *, since: str = "") -> Exists:
    """A case of this kind was opened for the row; with `since`, for what happened to it then."""
    when: dict[str, Any] = {"opened_at__gte": OuterRef(since)} if since else {}
    return Exists(Case.objects.filter(**{field: OuterRef("pk")}, kind=kind, **when))


def _in_hands(kind: Kind, why: Q) -> QuerySet[Refund]:
    held = Refund.objects.filter(why, status=RefundStatus.MANUAL)
    waiting = held.annotate(since=_last_move_to(RefundStatus.MANUAL))
    return waiting.filter(~_had_case("refund", kind, since="since")).order_by("since", "id")


def _is_in_hands(case: Case) -> bool:
    return case.refund is not None and case.refund.status == RefundStatus.MANUAL


def _last_move_to(status: RefundStatus) -> Subquery:
    moves = RefundChange.objects.filter(subject=OuterRef("pk"), after=status)
    return Subquery(moves.order_by("-step").values("at")[:1], output_field=DateTimeField())


def _last_death() -> Subquery:
    deaths = _dead().filter(subject=OuterRef("reference"), changes__step=F("step"))
    return Subquery(deaths.order_by("-changes__at").values("changes__at")[:1], output_field=DateTimeField())


def _dead() -> QuerySet[Message]:
    """Given up undelivered. A one-time code is worthless by then, and its customer has asked for another."""
    return Message.objects.filter(status=MessageStatus.DEAD).exclude(purpose__in=ONE_TIME_PURPOSES)


def told() -> QuerySet[Message]:
    """The notices of payments that an endpoint has taken."""
    return _notices().filter(status=MessageStatus.DELIVERED)


def _notices() -> QuerySet[Message]:
    return Message.objects.filter(channel=Channel.WEBHOOK, purpose="payment.succeeded")


_REMAINS: Final[dict[Kind, Callable[[Case, dt.datetime], bool]]] = {
    Kind.NOT_TOLD: lambda case, at: not told().filter(subject=case.subject).exists(),
    Kind.UNKNOWN_DEBIT: lambda case, at: case.payment is not None and case.payment.status in IN_FLIGHT,
    Kind.UNKNOWN_CREDIT: lambda case, at: case.refund is not None and case.refund.status in _AT_THE_BANK,
    Kind.REFUND_OVERDUE: lambda case, at: case.refund is not None and case.refund.is_overdue(at),
    Kind.REFUND_MANUAL: lambda case, at: _is_in_hands(case),
    Kind.ACCOUNT_CLOSED: lambda case, at: _is_in_hands(case),
    Kind.DEAD_LETTER: lambda case, at: _dead().filter(subject=case.subject).exists(),
    Kind.BROKEN_INVARIANT: lambda case, at: case.finding is not None and case.finding.resolved_at is None,
    Kind.ENDPOINT_GONE: lambda case, at: case.endpoint is not None and not case.endpoint.enabled,
}
