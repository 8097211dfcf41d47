"""Finding payments: by everything a caller may have at hand, and by typed filters. Each reading uses one index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from cards.rules import tail_hash
from common.clock import taipei_midnight
from common.paging import Page, newest_first
from common.sealing import keyed_hash
from console.matching import Kind, Reading
from console.models import SavedView
from payments.models import Attempt, Payment
from platforms.models import Platform
from refunds.models import Refund
from support.models import Case

# Of each reading at first; more is a page of its own.
SHOWN = 10
_DAY = dt.timedelta(days=1)
# Digits of a phone's tail; a short one has three.
_TAIL = 4
# Whose refund or payment row a group's page shows beside its payment.
_REFUNDS = (Kind.REFUND, Kind.REFUND_NUMBER)


@dataclass(frozen=True)
class Hit:
    """A payment that was found; `refund`: the one of it that was asked for."""

    payment: Payment
    refund: Refund | None = None

    @property
    def reference(self) -> str:
        return self.refund.reference if self.refund else self.payment.reference


@dataclass(frozen=True)
class Group:
    """What one reading of the term found, newest first."""

    reading: Reading
    hits: list[Hit]
    next_cursor: str | None


def groups_of(readings: list[Reading], *, cursor: str = "", limit: int = SHOWN) -> list[Group]:
    """Each reading that found something. `cursor`: of a page of the one reading that is given."""
    platforms = platform_ids()
    groups = (_group(reading, platforms, cursor, limit) for reading in readings)
    return [group for group in groups if group.hits]


def only_hit(groups: list[Group]) -> Hit | None:
    """The one thing that all readings together found; of a refund and its payment, the refund."""
    hits = [hit for group in groups for hit in group.hits]
    if len({hit.payment.pk for hit in hits}) != 1 or any(group.next_cursor for group in groups):
        return None
    refunds = {hit.refund.pk: hit for hit in hits if hit.refund}
    return next(iter(refunds.values())) if len(refunds) == 1 else Hit(hits[0].payment)


def payments_wanted(wanted: dict[str, Any], *, cursor: str = "", limit: int = 50) -> Page[Payment]:
    """A page of the payments that meet each filter that is set, newest first."""
    rows = _rows().filter(*_conditions(wanted))
    return newest_first(rows, cursor=cursor, limit=limit, by="created_at")


def payment_of_refund(reference: str) -> str | None:
    """The reference of the payment that this refund belongs to."""
    return Refund.objects.filter(reference=reference).values_list("payment__reference", flat=True).first()


def views_of(user: User) -> QuerySet[SavedView]:
    """Their own and those that are shared with one of their roles."""
    roles = user.groups.values("name")
    rows = SavedView.objects.filter(removed_at=None).select_related("owner")
    return rows.filter(Q(owner=user) | Q(shared_with__in=roles)).order_by("name", "id")


def platform_ids() -> list[UUID]:
    """All of them: indexes begin with the platform, and there are few."""
    return list(Platform.objects.order_by("id").values_list("id", flat=True))


def _group(reading: Reading, platforms: list[UUID], cursor: str, limit: int) -> Group:
    if reading.kind in _REFUNDS:
        refunds = Refund.objects.select_related("payment__platform", "payment__account")
        found = newest_first(refunds.filter(_refund(reading, platforms)), cursor=cursor, limit=limit, by="requested_at")
        return Group(reading, [Hit(refund.payment, refund) for refund in found.rows], found.next_cursor)
    rows = _rows().filter(_payment(reading, platforms))
    page = newest_first(rows, cursor=cursor, limit=limit, by="created_at")
    return Group(reading, [Hit(payment) for payment in page.rows], page.next_cursor)


def _rows() -> QuerySet[Payment]:
    return Payment.objects.select_related("platform", "account")


def _refund(reading: Reading, platforms: list[UUID]) -> Q:
    if reading.kind is Kind.REFUND:
        return Q(reference=reading.value)
    return Q(platform__in=platforms, platform_refund_number=reading.value)


def _payment(reading: Reading, platforms: list[UUID]) -> Q:
    match reading.kind:
        case Kind.PAYMENT:
            return Q(reference=reading.value)
        case Kind.ORDER:
            return Q(platform__in=platforms, order_number=reading.value)
        case Kind.AMOUNT:
            return Q(platform__in=platforms, final_amount_minor=reading.amount_minor)
        case Kind.DATE:
            midnight = taipei_midnight(reading.date)
            return Q(created_at__gte=midnight, created_at__lt=midnight + _DAY)
        case _:
            # A card that was refused is found as well as one that paid.
            return Q(pk__in=Attempt.objects.filter(_attempt(reading)).values("payment_id"))


def _attempt(reading: Reading) -> Q:
    value = reading.value
    match reading.kind:
        case Kind.LAST_FOUR:
            return Q(account_last4=value)
        case Kind.ACCOUNT:
            return Q(account__number_hash=keyed_hash(value, purpose="account"))
        case Kind.NATIONAL_ID:
            return Q(account__customer__national_id_hash=keyed_hash(value, purpose="national_id"))
        case Kind.PHONE:
            return Q(account__customer__phone_hash=keyed_hash(value, purpose="phone"))
        case _:
            column = "phone_tail_hash" if len(value) == _TAIL else "phone_short_tail_hash"
            return Q(**{f"account__customer__{column}": tail_hash(value)})


def _conditions(wanted: dict[str, Any]) -> Iterator[Q]:
    plain = {
        "status": "status",
        "platform": "platform",
        "amount_from": "final_amount_minor__gte",
        "amount_to": "final_amount_minor__lte",
    }
    yield from (Q(**{column: wanted[name]}) for name, column in plain.items() if name in wanted)
    if wanted.get("date_from"):
        yield Q(created_at__gte=taipei_midnight(wanted["date_from"]))
    if wanted.get("date_to"):
        yield Q(created_at__lt=taipei_midnight(wanted["date_to"] + _DAY))
    if wanted.get("refund_status"):
        yield Q(pk__in=Refund.objects.filter(status=wanted["refund_status"]).values("payment_id"))
    if wanted.get("open_case"):
        cases = Case.objects.open()
        own, of_refunds = cases.filter(payment__isnull=False), cases.filter(refund__isnull=False)
        yield Q(pk__in=own.values_list("payment_id").union(of_refunds.values_list("refund__payment_id"), all=True))
