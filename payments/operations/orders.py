"""Orders taken in and ended: create, cancel, expire, and the platform's word that goods were shipped."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from common.clock import today_in_taipei
from common.money import Money
from common.rows import insert_together
from notifications import operations as notifications
from payments import errors, events
from payments.amounts import Amounts, Quote, amounts_of
from payments.models import Attempt, ChargeRule, Payment
from payments.states import LIVE_OR_PAID, UNTOUCHED, AttemptOutcome, Status
from platforms.models import Platform

# More tabs than anybody has open of one order; a shop that asks for a link a thousand times must not grow the row.
FORMER_LINKS_KEPT = 20


@dataclass(frozen=True)
class NewOrder:
    """An order as the platform sends it, checked for form."""

    order_number: str
    quote: Quote
    rate_source: str
    rate_quoted_at: dt.datetime
    description: str
    goods: list[dict[str, Any]]
    return_url: str
    language: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Created:
    """The payment of an order; `link_secret` opens its page and is told this once. Empty when there is nothing to pay."""

    payment: Payment
    link_secret: str
    is_new: bool


def create_payment(*, platform: Platform, order: NewOrder, at: dt.datetime, by: str) -> Created:
    """The one live payment of this order, made or found, with a fresh page link if it is still to be paid.

    Raises OrderAmountsDiffer when the order is here with other amounts. Two equal requests at once make one payment.
    """
    try:
        with transaction.atomic(durable=True):
            return _find(platform, order, at, by) or _make(platform, order, at, by)
    except IntegrityError:
        # A twin of this request was faster; what it made is what we answer.
        with transaction.atomic(durable=True):
            found = _find(platform, order, at, by)
            if found is None:
                raise
            return found


def cancel_payment(*, payment: Payment, at: dt.datetime, by: str) -> Payment:
    """End a payment nobody has asked the bank for. A second cancel gets the first one's answer. Raises NotCancellable."""
    with transaction.atomic(durable=True):
        payment = _lock(payment)
        if payment.status == Status.CANCELLED:
            return payment
        if payment.status not in UNTOUCHED or payment.attempts.filter(outcome="").exists():
            raise errors.NotCancellable(payment_status=payment.platform_status)
        payment.move_to(Status.CANCELLED, at=at, by=by)
        _tell(payment, "payment.cancelled", at)
    return payment


def expire_payment(*, payment: Payment, at: dt.datetime, by: str) -> bool:
    """End a payment whose time is over. False when it is no longer due: it was paid, or is being paid right now."""
    with transaction.atomic(durable=True):
        payment = _lock(payment)
        if payment.status not in UNTOUCHED or payment.expires_at > at or payment.attempts.filter(outcome="").exists():
            return False
        payment.move_to(Status.EXPIRED, at=at, by=by)
        _tell(payment, "payment.expired", at)
    return True


def abandon_attempt(*, attempt: Attempt, at: dt.datetime) -> bool:
    """Close an attempt whose process died before it asked the bank for money. False when that is not so."""
    with transaction.atomic(durable=True):
        payment = _lock(attempt.payment)
        if payment.status not in UNTOUCHED:
            return False
        rows = Attempt.objects.filter(id=attempt.id, outcome="", debit_sent_at=None).update(
            outcome=AttemptOutcome.ABANDONED, outcome_at=at
        )
    return rows == 1


def mark_shipped(*, payment: Payment, at: dt.datetime) -> Payment:
    """The platform says the goods are on their way; from now on refunds are refused here. Raises NotPaid."""
    with transaction.atomic(durable=True):
        payment = _lock(payment)
        if payment.status != Status.PAID:
            raise errors.NotPaid
        if payment.shipped_at is None:
            payment.shipped_at = at
            payment.save(update_fields=["shipped_at"])
    return payment


def tell_platform_again(*, payment: Payment, at: dt.datetime, by: str, reason: str) -> None:
    """Send what the platform hasn't taken once more, the same bytes; who asked and why is kept.

    Raises TellAgainTooSoon when a customer asks again within ten minutes.
    """
    with transaction.atomic(durable=True):
        if not notifications.tell_again(subject=payment.reference, at=at, by=by, reason=reason):
            raise errors.TellAgainTooSoon


def link_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def retired_links(payment: Payment) -> list[str]:
    """The hashes of its former links once its present one is retired: who comes by one is told what became of the order."""
    return [*payment.former_links, payment.link_hash][-FORMER_LINKS_KEPT:]


def charge_percent_on(day: dt.date) -> Decimal:
    """The handling charge on a Taipei date: the newest row that is valid by then."""
    rule = ChargeRule.objects.filter(valid_from__lte=day).order_by("-valid_from", "id").first()
    assert rule is not None, f"no charge row for {day}"
    return rule.percent


def _find(platform: Platform, order: NewOrder, at: dt.datetime, by: str) -> Created | None:
    payment = (
        Payment.objects.select_for_update()
        .filter(platform=platform, order_number=order.order_number, status__in=LIVE_OR_PAID)
        .first()
    )
    if payment is None or (payment.status in UNTOUCHED and payment.expires_at <= at and _end_expired(payment, at, by)):
        return None
    payment.platform = platform
    if payment.quote != order.quote:
        requested = amounts_of(order.quote, payment.charge_percent)
        raise errors.OrderAmountsDiffer(
            existing_minor=payment.final_amount_minor, requested_minor=requested.final.amount_minor
        )
    return Created(payment, _fresh_link(payment, at, by), is_new=False)


def _end_expired(payment: Payment, at: dt.datetime, by: str) -> bool:
    """An order whose time is over makes room for the new payment, unless a card is being presented this moment."""
    if payment.attempts.filter(outcome="").exists():
        return False
    payment.move_to(Status.EXPIRED, at=at, by=by)
    _tell(payment, "payment.expired", at)
    return True


def _fresh_link(payment: Payment, at: dt.datetime, by: str) -> str:
    """A new secret for the page; the old link is dead from now on. None for a payment that isn't to be paid."""
    if payment.status not in UNTOUCHED:
        return ""
    secret = secrets.token_urlsafe(24)
    if payment.status == Status.GATED:
        payment.move_to(Status.CREATED, at=at, by=by, reason="pay again", fields={"link_hash": link_hash(secret)})
    else:
        payment.link_hash, payment.former_links = link_hash(secret), retired_links(payment)
        payment.save(update_fields=["link_hash", "former_links"])
    return secret


def _make(platform: Platform, order: NewOrder, at: dt.datetime, by: str) -> Created:
    percent = charge_percent_on(today_in_taipei(at))
    amounts = amounts_of(order.quote, percent)
    secret = secrets.token_urlsafe(24)
    payment = Payment(
        platform=platform,
        order_number=order.order_number,
        status=Status.CREATED,
        link_hash=link_hash(secret),
        created_at=at,
        expires_at=order.expires_at,
        description=order.description,
        goods=order.goods,
        rate_source=order.rate_source,
        rate_quoted_at=order.rate_quoted_at,
        return_url=order.return_url,
        language=order.language,
        charge_percent=percent,
        **_amount_columns(order.quote, amounts),
    )
    insert_together(payment, payment.birth(at=at, by=by))
    return Created(payment, secret, is_new=True)


def _amount_columns(quote: Quote, amounts: Amounts) -> dict[str, Any]:
    def minor(money: Money) -> int:
        return money.amount_minor

    return {
        "currency": quote.product.currency,
        "product_minor": minor(quote.product),
        "shipping_minor": minor(quote.shipping),
        "discount_minor": minor(quote.discount),
        "rate": quote.rate,
        "order_amount_minor": minor(amounts.order),
        "charge_minor": minor(amounts.charge),
        "final_amount_minor": minor(amounts.final),
    }


def _tell(payment: Payment, kind: str, at: dt.datetime) -> None:
    notifications.enqueue_event(
        platform=payment.platform, kind=kind, subject=payment.reference, data=events.payment_body(payment), at=at
    )


def _lock(payment: Payment) -> Payment:
    return Payment.objects.select_for_update(of=("self",)).select_related("platform").get(pk=payment.pk)
