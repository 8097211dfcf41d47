"""From a platform's request to the promise: request, confirm and cancel a refund."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from common.clock import today_in_taipei
from common.errors import FieldError, InvalidRequest
from common.money import AMOUNT_MINOR_MAX
from payments.errors import PaymentNotFound
from payments.models import Payment
from payments.states import Status as PaymentStatus
from platforms.models import Platform
from refunds import errors, events
from refunds.amounts import charge_part_minor
from refunds.calendar import calendar_of, current_version
from refunds.deferral import REFUNDABLE_FOR, Promise
from refunds.models import Refund
from refunds.operations.telling import tell_customer, tell_platform
from refunds.queries import charge_policy_on
from refunds.states import Status


@dataclass(frozen=True)
class Requested:
    """The refund of a number, made now or found."""

    refund: Refund
    is_new: bool


def request_refund(
    *,
    platform: Platform,
    payment_reference: str,
    refund_number: str,
    amount_minor: int,
    reason: str = "",
    expected_refundable_minor: int | None = None,
    goods_shipped: bool = False,
    at: dt.datetime,
    by: str,
) -> Requested:
    """Reserve `amount_minor` (whole TWD, of the order, without the charge) of a paid order for a refund.

    The same refund number with the same contents gives the same refund, however often; with others it is refused.
    Raises PaymentNotFound, RefundNumberReused, OrderNotPaid, GoodsShipped, RefundTooLate, RefundableMismatch,
    RefundAboveRest, InvalidRequest.
    """
    _refuse_bad_amount(amount_minor)
    asked = {"amount_minor": amount_minor, "reason": reason, "expected_refundable_minor": expected_refundable_minor}
    try:
        with transaction.atomic(durable=True):
            payment = _lock_payment(platform, payment_reference)
            known = _refund_of_number(platform, refund_number)
            if known is not None:
                return Requested(_same_refund(known, payment, asked), is_new=False)
            _refuse_unrefundable(payment, goods_shipped=goods_shipped, at=at)
            _refuse_above_rest(payment, amount_minor, expected_refundable_minor)
            return Requested(_reserve(payment, refund_number, asked, at=at, by=by), is_new=True)
    except IntegrityError:
        # The same number arrived for another payment at the same moment: that one holds it now.
        known = _refund_of_number(platform, refund_number)
        if known is None:
            raise
        raise errors.RefundNumberReused(refund_number=refund_number, reference=known.reference) from None


def confirm_refund(*, platform: Platform, reference: str, at: dt.datetime, by: str) -> Refund:
    """The seller agrees: the refund is accepted and its dates are promised. Confirming again changes nothing.

    Accepted 2026-12-21 in Taipei: credited between 2026-12-31 and 2027-01-06.
    Raises RefundNotFound, RefundNotConfirmable (cancelled), GoodsShipped.
    """
    with transaction.atomic(durable=True):
        refund = _lock_refund(platform, reference)
        if refund.status == Status.CANCELLED:
            raise errors.RefundNotConfirmable
        if refund.status != Status.REQUESTED:
            return refund
        _refuse_shipped(refund.payment, goods_shipped=False)
        refund.move_to(Status.ACCEPTED, at=at, by=by, fields=_promise_fields(at))
        tell_platform("refund.accepted", refund, at=at)
        tell_customer("refund_accepted", refund, events.accepted_sms(refund), at=at)
        return refund


def cancel_refund(*, platform: Platform, reference: str, at: dt.datetime, by: str) -> Refund:
    """Give up a refund that was not confirmed; what it reserved is free again. Cancelling again changes nothing.

    Raises RefundNotFound, RefundNotCancellable (its dates were promised to the customer).
    """
    with transaction.atomic(durable=True):
        refund = _lock_refund(platform, reference)
        if refund.status == Status.CANCELLED:
            return refund
        if refund.status != Status.REQUESTED:
            raise errors.RefundNotCancellable
        refund.move_to(Status.CANCELLED, at=at, by=by)
        Payment.objects.filter(pk=refund.payment_id).update(
            refunded_order_minor=F("refunded_order_minor") - refund.amount_minor,
            refunded_charge_minor=F("refunded_charge_minor") - refund.charge_minor,
        )
        tell_platform("refund.cancelled", refund, at=at)
        return refund


def _refuse_bad_amount(amount_minor: int) -> None:
    if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
        raise InvalidRequest([FieldError("/amount_minor", "out_of_range", _("An amount of whole dollars above zero."))])


def _lock_payment(platform: Platform, reference: str) -> Payment:
    rows = Payment.objects.select_for_update(of=("self",)).select_related("platform")
    payment = rows.filter(platform=platform, reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def _lock_refund(platform: Platform, reference: str) -> Refund:
    """With its payment, so that what is reserved and what is left are moved together."""
    rows = Refund.objects.select_for_update(of=("self", "payment")).select_related(
        "payment__account__customer", "payment__platform", "platform"
    )
    refund = rows.filter(platform=platform, reference=reference).first()
    if refund is None:
        raise errors.RefundNotFound
    return refund


def _refund_of_number(platform: Platform, refund_number: str) -> Refund | None:
    rows = Refund.objects.select_related("payment", "platform", "calendar_version")
    return rows.filter(platform=platform, platform_refund_number=refund_number).first()


def _same_refund(known: Refund, payment: Payment, asked: dict[str, object]) -> Refund:
    same = known.payment_id == payment.id and all(getattr(known, name) == value for name, value in asked.items())
    if not same:
        raise errors.RefundNumberReused(refund_number=known.platform_refund_number, reference=known.reference)
    return known


def _refuse_unrefundable(payment: Payment, *, goods_shipped: bool, at: dt.datetime) -> None:
    if payment.status != PaymentStatus.PAID or payment.paid_at is None:
        raise errors.OrderNotPaid
    _refuse_shipped(payment, goods_shipped=goods_shipped)
    last_date = today_in_taipei(payment.paid_at) + REFUNDABLE_FOR
    if today_in_taipei(at) > last_date:
        raise errors.RefundTooLate(last_date=last_date.isoformat())


def _refuse_shipped(payment: Payment, *, goods_shipped: bool) -> None:
    if goods_shipped or payment.shipped_at is not None:
        raise errors.GoodsShipped(contact=payment.platform.contact_phone)


def _refuse_above_rest(payment: Payment, amount_minor: int, expected_refundable_minor: int | None) -> None:
    rest_minor = payment.refundable_minor
    if expected_refundable_minor is not None and expected_refundable_minor != rest_minor:
        raise errors.RefundableMismatch(
            expected_refundable_minor=expected_refundable_minor, refundable_minor=rest_minor
        )
    if amount_minor > rest_minor:
        raise errors.RefundAboveRest(refundable_minor=rest_minor)


def _reserve(payment: Payment, refund_number: str, asked: dict[str, object], *, at: dt.datetime, by: str) -> Refund:
    amount_minor = asked["amount_minor"]
    assert isinstance(amount_minor, int)
    charge_minor = charge_part_minor(
        charge_policy_on(today_in_taipei(at)),
        order_minor=payment.order_amount_minor,
        charge_minor=payment.charge_minor,
        refunded_order_minor=payment.refunded_order_minor,
        refunded_charge_minor=payment.refunded_charge_minor,
        amount_minor=amount_minor,
    )
    # The database refuses what passes the payment (payments_refunded_within_order), whatever was read before.
    Payment.objects.filter(pk=payment.pk).update(
        refunded_order_minor=F("refunded_order_minor") + amount_minor,
        refunded_charge_minor=F("refunded_charge_minor") + charge_minor,
    )
    refund = Refund.objects.create(
        platform=payment.platform,
        payment=payment,
        platform_refund_number=refund_number,
        charge_minor=charge_minor,
        total_minor=amount_minor + charge_minor,
        requested_at=at,
        status=Status.REQUESTED,
        **asked,
    )
    refund.record_birth(at=at, by=by)
    tell_platform("refund.requested", refund, at=at)
    return refund


def _promise_fields(at: dt.datetime) -> dict[str, object]:
    version = current_version()
    accepted_date = today_in_taipei(at)
    promise = Promise.of(accepted_date, calendar_of(version))
    return {
        "accepted_date": accepted_date,
        "expected_credit_date": promise.expected_credit_date,
        "latest_credit_date": promise.latest_credit_date,
        "calendar_version": version,
        "checked_version": version.number,
        "credit_date": promise.expected_credit_date,
    }
