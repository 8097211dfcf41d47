"""What a day of Taipei time adds up to for a platform: what was debited for it, what was given back, and each line of both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Count, Model, QuerySet, Sum
from django.db.models.functions import TruncDate

from common.clock import TAIPEI, taipei_midnight
from common.paging import Place, cursor_of, place_of
from payments.models import Payment
from platforms.models import Platform
from refunds.models import Refund

# A row is dated by the moment its work began and is there once that work is committed. No wire and no transaction
# takes longer than minutes; an hour after midnight nothing of the day before is still on its way.
FINAL_AFTER = dt.timedelta(hours=1)
_LINES = "settlement"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Sums:
    """A day's payments or refunds: the orders' part, the charge, and both."""

    count: int = 0
    amount_minor: int = 0
    charge_minor: int = 0
    total_minor: int = 0


@dataclass(frozen=True)
class SettlementDay:
    date: dt.date
    payments: Sums
    refunds: Sums

    @property
    def starts_at(self) -> dt.datetime:
        return taipei_midnight(self.date)

    @property
    def ends_at(self) -> dt.datetime:
        """The first moment that belongs to the next day."""
        return taipei_midnight(self.date + dt.timedelta(days=1))

    @property
    def net_minor(self) -> int:
        return self.payments.total_minor - self.refunds.total_minor

    def is_final(self, at: dt.datetime) -> bool:
        """The day is over and nothing can be added to it. What the bank says later is dated later."""
        return at >= self.ends_at + FINAL_AFTER


@dataclass(frozen=True)
class Line:
    """A payment or a refund of a day. `refund_number` is None for a payment."""

    place: Place
    kind: str
    reference: str
    order_number: str
    refund_number: str | None
    amount_minor: int
    charge_minor: int
    total_minor: int

    @property
    def net_minor(self) -> int:
        return self.total_minor if self.kind == "payment" else -self.total_minor


def settlement_days(platform: Platform, *, first: dt.date, last: dt.date) -> list[SettlementDay]:
    """Each day from first to last, those without movement too, the newest first. Two statements, however many rows."""
    paid = _sums(_paid(platform, first, last), "paid_at", "order_amount_minor", "charge_minor", "final_amount_minor")
    credited = _sums(_credited(platform, first, last), "credited_at", "amount_minor", "charge_minor", "total_minor")
    days = [last - dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return [SettlementDay(day, paid.get(day, Sums()), credited.get(day, Sums())) for day in days]


def settlement_lines(
    platform: Platform, day: dt.date, *, cursor: str = "", limit: int
) -> tuple[list[Line], str | None]:
    """A page of the day's payments and refunds, the newest first, and the next page's cursor.

    Raises InvalidRequest for a cursor of another list or of another day.
    """
    name = f"{_LINES}.{day}"
    place = place_of(name, cursor) if cursor else None
    paid = _page(_paid(platform, day, day), "paid_at", place, limit)
    credited = _page(_credited(platform, day, day).select_related("payment"), "credited_at", place, limit)
    lines = [_payment_line(payment) for payment in paid] + [_refund_line(refund) for refund in credited]
    lines.sort(key=lambda line: line.place, reverse=True)
    more = len(lines) > limit
    return lines[:limit], cursor_of(name, lines[limit - 1].place) if more else None


def _paid(platform: Platform, first: dt.date, last: dt.date) -> QuerySet[Payment]:
    starts_at, ends_at = _span(first, last)
    return Payment.objects.filter(platform=platform, paid_at__gte=starts_at, paid_at__lt=ends_at)


def _credited(platform: Platform, first: dt.date, last: dt.date) -> QuerySet[Refund]:
    starts_at, ends_at = _span(first, last)
    return Refund.objects.filter(platform=platform, credited_at__gte=starts_at, credited_at__lt=ends_at)


def _span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return taipei_midnight(first), taipei_midnight(last + dt.timedelta(days=1))


def _sums(rows: QuerySet[Row], column: str, amount: str, charge: str, total: str) -> dict[dt.date, Sums]:
    by_day = rows.annotate(day=TruncDate(column, tzinfo=TAIPEI)).values("day").order_by("day")
    found = by_day.annotate(count=Count("*"), amount=Sum(amount), charge=Sum(charge), total=Sum(total))
    return {row["day"]: Sums(row["count"], row["amount"], row["charge"], row["total"]) for row in found}


def _page(rows: QuerySet[Row], column: str, place: Place | None, limit: int) -> QuerySet[Row]:
    if place is not None:
        rows = rows.filter(place.behind(column))
    return rows.order_by(f"-{column}", "-pk")[: limit + 1]


def _payment_line(payment: Payment) -> Line:
    assert payment.paid_at is not None
    return Line(
        place=Place(payment.paid_at, payment.pk),
        kind="payment",
        reference=payment.reference,
        order_number=payment.order_number,
        refund_number=None,
        amount_minor=payment.order_amount_minor,
        charge_minor=payment.charge_minor,
        total_minor=payment.final_amount_minor,
    )


def _refund_line(refund: Refund) -> Line:
    assert refund.credited_at is not None
    return Line(
        place=Place(refund.credited_at, refund.pk),
        kind="refund",
        reference=refund.reference,
        order_number=refund.payment.order_number,
        refund_number=refund.platform_refund_number,
        amount_minor=refund.amount_minor,
        charge_minor=refund.charge_minor,
        total_minor=refund.total_minor,
    )
