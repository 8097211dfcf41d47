"""The shop's pages: goods, cart, My Cashier, the order with its refunds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from common import clock
from sandbox import shop, shop_goods
from sandbox.models import ShopOrder, ShopRefund, ShopSwitch
from sandbox.pages import bad_request, json_body, page_or_json, wants_json

ORDERS_SHOWN = 20


@never_cache
def shop_front(request: HttpRequest) -> HttpResponse:
    context = {
        "goods": [
            {**vars(good), "price": _yuan(good.price_minor), "image": f"sandbox/goods/{good.sku}.svg"}
            for good in shop_goods.GOODS.values()
        ],
        "cart_count": sum(_cart(request).values()),
        "orders": ShopOrder.objects.order_by("-id")[:ORDERS_SHOWN],
        "receiver": ShopSwitch.state(),
        "receivers": ShopSwitch.Receiver.values,
    }
    return render(request, "sandbox/shop.html", context)


@never_cache
def cart_page(request: HttpRequest) -> HttpResponse:
    cart = _cart(request)
    if request.method == "POST":
        sku = request.POST.get("sku", "")
        if sku not in shop_goods.GOODS:
            return bad_request("unknown goods")
        quantity = _quantity(request.POST.get("quantity", ""), cart.get(sku, 0) + 1)
        cart = {name: count for name, count in {**cart, sku: quantity}.items() if count}
        request.session["cart"] = cart
        return redirect("shop-cart")
    return render(request, "sandbox/cart.html", {"priced": _priced_shown(shop_goods.price(cart)), "cart": cart})


def _checkout(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("shop-cart")
    cart = _cart(request)
    if not cart:
        return redirect("shop")
    try:
        order = shop.place_order(priced=shop_goods.price(cart), language=_language(), at=clock.now())
    except shop.Refused as refused:
        return render(request, "sandbox/refused.html", {"problem": refused.problem}, status=409)
    request.session["cart"] = {}
    return redirect("shop-cashier", order.order_number)


def _checkout_json(request: HttpRequest) -> JsonResponse:
    """{"items": {sku: quantity}, …}: any other member replaces that part of what the portal is asked."""
    try:
        body = json_body(request)
        items = {str(sku): int(count) for sku, count in body.pop("items", {"teapot": 1}).items()}
        priced = shop_goods.price(items)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        return bad_request(error)
    try:
        other = {"language": _language(), **body}
        order = shop.place_order(priced=priced, at=clock.now(), **other)
    except shop.Refused as refused:
        return JsonResponse({"refused": refused.problem}, status=409)
    return JsonResponse(_order_json(order), status=201)


checkout = page_or_json(page=_checkout, answer=_checkout_json)


@never_cache
def cashier_page(request: HttpRequest, order_number: str) -> HttpResponse:
    """My Cashier. Choosing ATM Card Payment goes to the payment page by a fresh address."""
    order = get_object_or_404(ShopOrder, order_number=order_number)
    if request.method == "POST":
        try:
            page_url = shop.start_payment(order)
        except shop.Refused as refused:
            return _refused(request, order, refused)
        return redirect(page_url) if page_url else redirect("shop-order", order_number)
    priced = _priced_shown(_priced_as_asked(order))
    return render(request, "sandbox/cashier.html", {"order": order, "priced": priced, "amounts": _amounts(order)})


def _order_page(request: HttpRequest, order_number: str) -> HttpResponse:
    order = get_object_or_404(ShopOrder, order_number=order_number)
    refunded, amount = shop.refunded_minor(order), _amounts(order).get("order_amount_minor", 0)
    context = {
        "order": order,
        "amounts": _amounts(order),
        "refunds": list(order.refunds.order_by("id")),
        "notices": shop.notices_about(order),
        "refunded_minor": refunded,
        "rest_minor": max(0, amount - refunded),
        "is_refunded": 0 < amount <= refunded,
        # As far as the portal has answered: the order itself waits for the notice.
        "is_confirmed": order.payment.get("status") in {"pending", "succeeded"},
    }
    # The page's script asks for the status alone, over and over.
    return render(request, "sandbox/_order_status.html" if "status" in request.GET else "sandbox/order.html", context)


def _order_answer(request: HttpRequest, order_number: str) -> JsonResponse:
    return JsonResponse(_order_json(get_object_or_404(ShopOrder, order_number=order_number)))


order_page = page_or_json(page=_order_page, answer=_order_answer)


def _act(request: HttpRequest, order_number: str, action: str) -> HttpResponse:
    order = get_object_or_404(ShopOrder, order_number=order_number)
    try:
        _do(order, action, request.POST.dict())
    except (ValueError, KeyError) as error:
        return bad_request(error)
    except shop.Refused as refused:
        return _refused(request, order, refused)
    return redirect("shop-order", order_number)


def _act_json(request: HttpRequest, order_number: str, action: str) -> JsonResponse:
    order = get_object_or_404(ShopOrder, order_number=order_number)
    try:
        _do(order, action, json_body(request))
    except (ValueError, KeyError, TypeError) as error:
        return bad_request(error)
    except shop.Refused as refused:
        return JsonResponse({"refused": refused.problem}, status=409)
    order.refresh_from_db()
    return JsonResponse(_order_json(order))


order_act = require_POST(page_or_json(page=_act, answer=_act_json))


def _top_up(request: HttpRequest) -> HttpResponse:
    try:
        answer = shop.top_up(language=get_language() or "zh-hant")
    except shop.Refused as refused:
        return render(request, "sandbox/refused.html", {"problem": refused.problem}, status=409)
    if answer.ok:
        return bad_request("the portal took a top-up")
    return render(request, "sandbox/refused.html", {"problem": answer.body, "status": answer.status})


def _top_up_json(request: HttpRequest) -> JsonResponse:
    try:
        answer = shop.top_up(language=get_language() or "zh-hant")
    except shop.Refused as refused:
        return JsonResponse({"refused": refused.problem}, status=409)
    return JsonResponse({"status": answer.status, "refused": answer.body})


top_up = page_or_json(page=_top_up, answer=_top_up_json)


def _switch(request: HttpRequest) -> HttpResponse:
    try:
        ShopSwitch.turn(str((json_body(request) if wants_json(request) else request.POST).get("receiver", "")))
    except ValueError as error:
        return bad_request(error)
    return JsonResponse({"receiver": ShopSwitch.state()}) if wants_json(request) else redirect("shop")


switch = require_POST(page_or_json(page=_switch, answer=_switch))


def _do(order: ShopOrder, action: str, body: dict[str, Any]) -> None:
    """Raises ValueError, KeyError, Refused."""
    at = clock.now()
    if action == "refund":
        shop.ask_refund(order, amount_minor=int(body["amount_minor"]), reason=str(body.get("reason", ""))[:200], at=at)
    elif action in {"confirm", "withdraw", "look-up-refund"}:
        refund = ShopRefund.objects.filter(order=order, refund_number=body["refund"]).first()
        if refund is None:
            raise KeyError(body["refund"])
        if action == "look-up-refund":
            shop.look_up_refund(refund)
        else:
            shop.decide_refund(refund, decision="confirm" if action == "confirm" else "cancel")
    elif action == "ship":
        shop.ship(order, at=at)
    else:
        {"cancel": shop.cancel, "look-up": shop.look_up}[action](order)


def _refused(request: HttpRequest, order: ShopOrder, refused: shop.Refused) -> HttpResponse:
    return render(request, "sandbox/refused.html", {"problem": refused.problem, "order": order}, status=409)


def _order_json(order: ShopOrder) -> dict[str, Any]:
    refunds = order.refunds.order_by("id").values("refund_number", "refund_id", "amount_minor", "status", "refund")
    return {
        "order_number": order.order_number,
        "status": order.status,
        "payment_id": order.payment_id,
        "payment": order.payment,
        "page_url": order.payment.get("page_url"),
        "failure_code": order.failure_code,
        "shipped": order.shipped_at is not None,
        "refunds": list(refunds),
        "notices": [
            {"id": notice.notice_id, "kind": notice.kind, "times": notice.times} for notice in shop.notices_about(order)
        ],
    }


def _amounts(order: ShopOrder) -> dict[str, Any]:
    found = order.payment.get("amounts")
    return found if isinstance(found, dict) else {}


def _priced_as_asked(order: ShopOrder) -> shop_goods.Priced:
    asked = order.asked
    return shop_goods.Priced(asked["goods"], asked["product_minor"], asked["shipping_minor"], asked["discount_minor"])


def _priced_shown(priced: shop_goods.Priced) -> dict[str, Any]:
    return {
        "lines": [{**line, "price": _yuan(line["amount_minor"])} for line in priced.lines],
        "product": _yuan(priced.product_minor),
        "shipping": _yuan(priced.shipping_minor),
        "discount": _yuan(priced.discount_minor),
        "total": _yuan(priced.total_minor),
        "rate": str(shop_goods.RATE),
        "estimate_minor": priced.estimate_minor,
        "charge_estimate_minor": priced.charge_estimate_minor,
    }


def _yuan(minor: int) -> str:
    return f"CNY {minor // 100:,}.{minor % 100:02d}"


def _cart(request: HttpRequest) -> dict[str, int]:
    found = request.session.get("cart")
    return {sku: count for sku, count in found.items() if sku in shop_goods.GOODS} if isinstance(found, dict) else {}


def _quantity(typed: str, otherwise: int) -> int:
    known = typed.isascii() and typed.isdigit()
    return min(int(typed[:9]) if known else otherwise, shop_goods.QUANTITY_MAX)


def _language() -> str:
    return "en" if get_language() == "en" else "zh-hant"
