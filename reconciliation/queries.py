"""The two sides of a comparison with the bank in a span of time, and what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from payments.models import Attempt
from payments.states import AttemptOutcome
from reconciliation.matching import Ours, Stand, Theirs, Verdict
from reconciliation.models import BankLine, Finding
from refunds.models import CreditAttempt, RefundChange
from refunds.operations.crediting import AMOUNT_DIFFERS
from refunds.states import Status as RefundStatus

# The bank's clock and ours may differ by this, and an answer may take that long: a request near the edge of the span
# is compared with lines that far beyond it.
MARGIN = dt.timedelta(hours=1)

_DEBIT_STANDS = {AttemptOutcome.APPROVED: Stand.BOOKED, "": Stand.OPEN}


def ours_between(since: dt.datetime, until: dt.datetime) -> list[Ours]:
    """Requests that were sent in the span, and those that a line of the span names."""
    return [*_debits(since, until), *_credits(since, until)]


def theirs_between(since: dt.datetime, until: dt.datetime, ours: list[Ours]) -> list[Theirs]:
    """Lines booked in the span, those of our requests beyond it, and whatever reverses them."""
    ids = [own.request_id for own in ours]
    lines = BankLine.objects.filter(_within(since, until) | Q(request_id__in=ids) | Q(reverses__in=ids))
    return [
        Theirs(line.line, line.kind, line.request_id, line.amount_minor, line.reverses)
        for line in lines.order_by("line")
    ]


def fetched_until(*, since: dt.datetime, at: dt.datetime) -> dt.datetime:
    """From where the statement is to be fetched on: lines that are here needn't be told again every minute."""
    last = BankLine.objects.order_by("-booked_at").values_list("booked_at", flat=True).first()
    return max(since, min(last, at)) if last else since


def open_findings() -> list[Finding]:
    return list(Finding.objects.filter(resolved_at=None).order_by("found_at", "id"))


def oldest_open_mismatch_at() -> dt.datetime | None:
    """Since when the books and the bank have disagreed about something."""
    rows = Finding.objects.filter(resolved_at=None, name__in=list(Verdict)).order_by("found_at", "id")
    return rows.values_list("found_at", flat=True).first()


def _debits(since: dt.datetime, until: dt.datetime) -> Iterator[Ours]:
    named = BankLine.objects.filter(_within(since, until)).values("request_id")
    reversed_ids = BankLine.objects.filter(_within(since, until), reverses__isnull=False).values("reverses")
    sent = Q(debit_sent_at__gte=since, debit_sent_at__lt=until)
    attempts = Attempt.objects.filter(sent | Q(request_id__in=named) | Q(request_id__in=reversed_ids))
    for attempt in attempts.select_related("payment").order_by("id").iterator():
        stand = _DEBIT_STANDS.get(attempt.outcome, Stand.NOT_BOOKED)
        yield Ours(attempt.request_id, "debit", attempt.payment.reference, attempt.amount_minor, stand)


def _credits(since: dt.datetime, until: dt.datetime) -> Iterator[Ours]:
    named = BankLine.objects.filter(_within(since, until)).values("request_id")
    by_hand = RefundChange.objects.filter(
        subject=OuterRef("refund"), before=RefundStatus.MANUAL, after=RefundStatus.CREDITED
    )
    attempts = CreditAttempt.objects.filter(Q(at__gte=since, at__lt=until) | Q(request_id__in=named))
    rows = attempts.annotate(was_by_hand=Exists(by_hand)).select_related("refund").order_by("id")
    for attempt in rows.iterator():
        yield Ours(
            attempt.request_id, "credit", attempt.refund.reference, attempt.refund.total_minor, _credit_stand(attempt)
        )


def _credit_stand(attempt: CreditAttempt) -> Stand:
    refund = attempt.refund
    if attempt.request_id != refund.request_id:
        return Stand.NOT_BOOKED  # the bank said for good that it took this one for nothing; a later one took its place
    match refund.status:
        case RefundStatus.CREDITED:
            return Stand.OPEN if attempt.was_by_hand else Stand.BOOKED  # type: ignore[attr-defined]  # annotated above
        case RefundStatus.CREDITING | RefundStatus.UNKNOWN:
            return Stand.OPEN
        case RefundStatus.MANUAL if refund.bank_code == AMOUNT_DIFFERS:
            return Stand.OPEN
        case _:
            return Stand.NOT_BOOKED


def _within(since: dt.datetime, until: dt.datetime) -> Q:
    return Q(booked_at__gte=since, booked_at__lt=until)
