"""The demo shop: orders, paying and paying again, shipping, refunds, and what notices change."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import get_language

from sandbox import shop_goods, shop_portal
from sandbox.models import ReceivedNotice, ShopOrder, ShopRefund
from sandbox.shop_portal import Answer, Question, Silent

Status = ShopOrder.Status

_ORDER_AFTER = {
    "payment.succeeded": Status.PAID,
    "payment.cancelled": Status.CANCELLED,
    "payment.expired": Status.EXPIRED,
}
_REFUND_ENDS = {"credited", "cancelled"}


class Refused(Exception):
    """The portal said no, or nothing. `problem` is its answer, shown as it came."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("code", ""))
        self.problem = problem


def place_order(*, priced: shop_goods.Priced, language: str, at: dt.datetime, **other: Any) -> ShopOrder:
    """Keep the order, then ask for its payment. `other` replaces parts of what is asked (tests, odd amounts)."""
    order_number = f"TB{at:%y%m%d}{secrets.randbelow(10**8):08d}"
    goods = [{name: line[name] for name in ("name", "quantity", "amount_minor")} for line in priced.lines]
    asked = {
        "purpose": "order",
        "order_number": order_number,
        "description": ", ".join(line["name"] for line in goods)[:200],
        "goods": goods,
        "currency": shop_goods.CURRENCY,
        "product_minor": priced.product_minor,
        "shipping_minor": priced.shipping_minor,
        "discount_minor": priced.discount_minor,
        "rate": str(shop_goods.RATE),
        "rate_source": "Demo Rates, mid",
        "rate_quoted_at": shop_goods.rate_quoted_at(at).isoformat().replace("+00:00", "Z"),
        "return_url": f"{settings.SANDBOX_URL}/shop/orders/{order_number}/",
        "language": language,
        **other,
    }
    order = ShopOrder.objects.create(order_number=asked["order_number"], asked=asked, created_at=at)
    start_payment(order)
    return order


def start_payment(order: ShopOrder) -> str:
    """The address of the payment page, fresh every time: the portal finds the payment by our order number."""
    body = _ask(lambda portal: portal.payments.create(**order.asked), language=order.asked["language"])
    _keep_payment(order, body)
    return body.get("page_url") or ""


def cancel(order: ShopOrder) -> None:
    _keep_payment(order, _ask(lambda portal: portal.payments.cancel(order.payment_id)))
    ShopOrder.objects.filter(pk=order.pk, status=Status.UNPAID).update(status=Status.CANCELLED)


def ship(order: ShopOrder, *, at: dt.datetime) -> None:
    _keep_payment(order, _ask(lambda portal: portal.payments.mark_shipped(order.payment_id)))
    ShopOrder.objects.filter(pk=order.pk).update(shipped_at=at)


def look_up(order: ShopOrder) -> None:
    """What a shop does that heard nothing: asks. The answer is shown; the status still waits for the notice."""
    _keep_payment(order, _ask(lambda portal: portal.payments.get(order.payment_id)))


def ask_refund(order: ShopOrder, *, amount_minor: int, reason: str, at: dt.datetime) -> ShopRefund:
    """The buyer asks and the portal is told; nothing is promised before the seller confirms."""
    refund_number = f"RF{secrets.randbelow(10**10):010d}"
    answer = _ask(
        lambda portal: portal.refunds.create(
            payment=order.payment_id,
            refund_number=refund_number,
            amount_minor=amount_minor,
            currency="TWD",
            reason=reason,
        )
    )
    return ShopRefund.objects.create(
        order=order,
        refund_number=refund_number,
        amount_minor=amount_minor,
        refund_id=answer.get("id", ""),
        status=answer.get("status", "waiting"),
        refund=answer,
        created_at=at,
    )


def decide_refund(refund: ShopRefund, *, decision: str) -> None:
    """The seller's word: `confirm` or `cancel`."""
    assert decision in {"confirm", "cancel"}
    if decision == "confirm":
        _keep_refund(_ask(lambda portal: portal.refunds.confirm(refund.refund_id)))
    else:
        _keep_refund(_ask(lambda portal: portal.refunds.cancel(refund.refund_id)))


def look_up_refund(refund: ShopRefund) -> None:
    _keep_refund(_ask(lambda portal: portal.refunds.get(refund.refund_id)))


def top_up(*, language: str) -> Answer:
    """Ask the portal to add value to the shop's wallet, which it must refuse. Raises Refused when it is silent."""
    asked: dict[str, Any] = {
        "purpose": "top_up",
        "order_number": f"TOPUP{secrets.randbelow(10**8):08d}",
        "description": "Wallet top-up",
        "goods": [],
        "currency": shop_goods.CURRENCY,
        "product_minor": 10_000,
        "shipping_minor": 0,
        "discount_minor": 0,
        "rate": str(shop_goods.RATE),
        "rate_source": "Demo Rates, mid",
        "rate_quoted_at": "2026-01-02T01:00:00Z",
        "return_url": f"{settings.SANDBOX_URL}/shop/",
    }
    try:
        return shop_portal.ask(lambda portal: portal.payments.create(**asked), language=language)
    except Silent as silent:
        raise Refused(_silence(silent)) from silent


def take_notice(*, notice_id: str, body: dict[str, Any], at: dt.datetime) -> bool:
    """Act on a notice once, however often it comes. Whether it was the first time."""
    kind, data = str(body.get("type", "")), body.get("data")
    with transaction.atomic():
        notice, is_new = ReceivedNotice.objects.get_or_create(
            notice_id=notice_id, defaults={"kind": kind, "body": body, "received_at": at}
        )
        if not is_new:
            ReceivedNotice.objects.filter(pk=notice.pk).update(times=F("times") + 1)
            return False
        if isinstance(data, dict):
            _keep_refund(data) if kind.startswith("refund.") else _act_on_payment(kind, data, at)
        return True


def refunded_minor(order: ShopOrder) -> int:
    """How much of the order amount is back or on its way; what was withdrawn doesn't count."""
    found = order.refunds.exclude(status="cancelled").aggregate(total=Sum("amount_minor"))
    return int(found["total"] or 0)


def notices_about(order: ShopOrder) -> list[ReceivedNotice]:
    return list(ReceivedNotice.objects.filter(body__data__order_number=order.order_number).order_by("-id")[:50])


def _act_on_payment(kind: str, data: dict[str, Any], at: dt.datetime) -> None:
    order = ShopOrder.objects.select_for_update().filter(order_number=str(data.get("order_number", ""))).first()
    # A paid order stays paid; the end of an earlier payment is not the end of the present one.
    if order is None or order.status == Status.PAID:
        return
    if kind != "payment.succeeded" and data.get("id") != order.payment_id:
        return
    order.status = _ORDER_AFTER.get(kind, order.status)
    order.payment_id = str(data.get("id", order.payment_id))
    order.payment = data
    order.failure_code = str(data.get("failure_code") or "")
    if order.status == Status.PAID:
        order.paid_at = at
    order.save()


def _keep_payment(order: ShopOrder, body: dict[str, Any]) -> None:
    order.payment_id = str(body.get("id", order.payment_id))
    order.payment = body
    order.failure_code = str(body.get("failure_code") or "")
    order.save(update_fields=["payment_id", "payment", "failure_code"])


def _keep_refund(body: dict[str, Any]) -> None:
    """Notices may overtake one another: a refund that has ended doesn't begin again."""
    found = ShopRefund.objects.filter(refund_id=str(body.get("id", ""))).exclude(refund_id="")
    if body.get("status") not in _REFUND_ENDS:
        found = found.exclude(status__in=_REFUND_ENDS)
    found.update(status=str(body.get("status", "")), refund=body)


def _ask(question: Question, *, language: str = "") -> dict[str, Any]:
    """In the language of the page that asks, where the order has none of its own to say."""
    try:
        answer = shop_portal.ask(question, language=language or ("en" if get_language() == "en" else "zh-hant"))
    except Silent as silent:
        raise Refused(_silence(silent)) from silent
    if not answer.ok:
        raise Refused(answer.body)
    return answer.body


def _silence(silent: Silent) -> dict[str, Any]:
    return {"code": "portal_silent", "title": str(silent), "money_moved": "unknown"}
