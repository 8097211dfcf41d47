"""Everything about one payment, in a number of statements that doesn't grow with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from audit.models import Record
from common.clock import today_in_taipei
from ledger.queries import journals_of
from notifications import queries as notifications
from notifications.models import Message, Retelling
from notifications.queries import ToldEvent
from notifications.states import Channel
from payments import queries as payments
from payments.errors import PaymentNotFound
from payments.limits import limits_on
from payments.models import Attempt, LimitUse, Payment, PaymentChange
from payments.states import IN_FLIGHT, Status
from refunds import queries as refunds
from refunds.models import Deferral, Refund
from refunds.queries import Progress
from refunds.states import Status as RefundStatus
from support.models import Case
from verification.models import Check, Inquiry, LookUpCode

# A life has far fewer; what is beyond is in the audit trail and on the lists.
RECORDS_MAX, RETELLINGS_MAX, MESSAGES_MAX, REFUNDS_MAX, CASES_MAX, CHECKS_MAX = 150, 50, 60, 30, 50, 20
# Money of these refunds is settled.
_SETTLED = (RefundStatus.CREDITED, RefundStatus.CANCELLED)


@dataclass(frozen=True)
class Limit:
    """One limit of the account in the period that the payment counts in, in TWD."""

    code: str
    amount_minor: int
    used_minor: int


@dataclass(frozen=True)
class Whole:
    """All rows about one payment, each list oldest first."""

    payment: Payment
    presented: Attempt | None
    declined: Attempt | None
    changes: list[PaymentChange]
    attempts: list[Attempt]
    refunds: list[Progress]
    checks: list[Check]
    codes: list[LookUpCode]
    told: dict[str, list[ToldEvent]]
    texts: list[Message]
    retellings: list[Retelling]
    cases: list[Case]
    journals: list[Any]  # of the ledger, whose rows are its own
    limits: list[Limit]
    records: list[Record]

    @property
    def events(self) -> list[ToldEvent]:
        """What the platform was told of the payment itself."""
        return self.told[self.payment.reference]

    @property
    def subjects(self) -> list[str]:
        return list(self.told)

    @property
    def is_open(self) -> bool:
        """Something is still to come: the page looks again by itself."""
        waits = self.payment.status in IN_FLIGHT or self.presented is not None
        untold = any(
            message.status == "pending" for events in self.told.values() for one in events for message in one.messages
        )
        return waits or untold or any(one.refund.status not in _SETTLED for one in self.refunds)


def whole_payment(reference: str, *, at: dt.datetime) -> Whole:
    """Raises PaymentNotFound."""
    payment = Payment.objects.select_related("platform", "account__customer").filter(reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    mine = [refunds.progress(refund, at) for refund in _refunds(payment)]
    subjects = [payment.reference, *(one.refund.reference for one in mine)]
    codes = list(LookUpCode.objects.filter(subject=payment.reference).prefetch_related("tries").order_by("id"))
    checks = _checks(payment)
    return Whole(
        payment=payment,
        presented=payments.being_presented(payment),
        declined=payments.last_decline(payment) if payment.status != Status.PAID else None,
        changes=list(payment.changes.order_by("step")),
        attempts=list(payment.attempts.order_by("number")),
        refunds=mine,
        checks=checks,
        codes=codes,
        told=notifications.told_of(subjects),
        texts=_texts(subjects, codes, checks),
        retellings=list(Retelling.objects.filter(subject__in=subjects).order_by("-at")[:RETELLINGS_MAX])[::-1],
        cases=_cases(payment, [one.refund for one in mine]),
        journals=journals_of(subjects),
        limits=_limits(payment, at),
        records=_records(payment, subjects),
    )


def _refunds(payment: Payment) -> list[Refund]:
    rows = Refund.objects.filter(payment=payment).select_related(
        "payment__account__customer", "payment__platform", "platform", "calendar_version"
    )
    deferrals = Prefetch("deferrals", Deferral.objects.order_by("number", "id"))
    rows = rows.prefetch_related(deferrals, "changes", "attempts")
    return list(rows.order_by("requested_at", "id")[:REFUNDS_MAX])


def _checks(payment: Payment) -> list[Check]:
    inquiries = Prefetch("inquiries", Inquiry.objects.order_by("id").prefetch_related("notices", "codes"))
    rows = Check.objects.filter(subject=payment.reference).prefetch_related("changes", inquiries)
    return list(rows.order_by("id")[:CHECKS_MAX])


def _texts(subjects: list[str], codes: list[LookUpCode], checks: list[Check]) -> list[Message]:
    """Text messages about the payment and its refunds, and those that brought a code; codes are hidden in them."""
    ids = [str(code.pk) for code in codes]
    ids += [str(code.pk) for check in checks for inquiry in check.inquiries.all() for code in inquiry.codes.all()]
    rows = Message.objects.filter(channel=Channel.SMS, subject__in=[*subjects, *ids])
    return list(rows.prefetch_related("attempts").order_by("-id")[:MESSAGES_MAX])[::-1]


def _cases(payment: Payment, mine: list[Refund]) -> list[Case]:
    # The refunds by their ids: an index knows the cases of each.
    rows = Case.objects.filter(Q(payment=payment) | Q(refund__in=mine)).select_related("refund")
    return list(rows.prefetch_related("changes", "notes").order_by("-id")[:CASES_MAX])[::-1]


def _limits(payment: Payment, at: dt.datetime) -> list[Limit]:
    if payment.account is None:
        return []
    day = payment.limits_day or today_in_taipei(at)
    month = day.replace(day=1)
    uses = LimitUse.objects.filter(account=payment.account).filter(
        Q(period="day", starts_on=day) | Q(period="month", starts_on=month)
    )
    used = {use.period: use.used_minor for use in uses}
    single = payment.final_amount_minor if payment.limits_day else 0
    taken = {"daily": used.get("day", 0), "monthly": used.get("month", 0), "single": single}
    return [Limit(code.value, amount, taken[code.value.rpartition("_")[2]]) for code, amount in limits_on(day).items()]


def _records(payment: Payment, subjects: list[str]) -> list[Record]:
    """Who looked and who did what; the admin's pages name a payment by its id."""
    rows = Record.objects.filter(subject__in=[*subjects, f"payment {payment.pk}"])
    return list(rows.order_by("-id")[:RECORDS_MAX])[::-1]
