"""The shop: what it asks of the portal, how it signs, and what a notice may change."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from common import clock
from sandbox import shop_goods, shop_portal
from sandbox.models import ReceivedNotice, ShopOrder, ShopRefund, ShopSwitch
from sandbox.tests.portal_double import platform, verified

pytestmark = pytest.mark.django_db

AMOUNTS = {
    "currency": "CNY",
    "product_minor": 19_900,
    "shipping_minor": 2_500,
    "discount_minor": 1_250,
    "rate": "4.4966",
    "rate_source": "Demo Rates",
    "rate_quoted_at": "2026-11-23T01:00:00.000Z",
    "settlement_currency": "TWD",
    "order_amount_minor": 951,
    "charge_minor": 10,
    "final_amount_minor": 961,
}
MOMENT = "2026-11-23T05:12:07.120Z"


def payment(status="created", reference="PAY-1", **other):
    return {
        "object": "payment",
        "id": reference,
        "order_number": "TB1",
        "status": status,
        "money_moved": "no",
        "amounts": AMOUNTS,
        "created_at": MOMENT,
        "expires_at": MOMENT,
        "refundable_minor": 0,
        "page_url": "http://x/p",
    } | other


def refund(status, order_number):
    return {
        "object": "refund",
        "id": "RF-1",
        "refund_number": "RF0000000001",
        "payment": "PAY-1",
        "order_number": order_number,
        "status": status,
        "money_moved": "no",
        "currency": "TWD",
        "amount_minor": 500,
        "charge_minor": 5,
        "total_minor": 505,
        "reason": "",
        "requested_at": MOMENT,
    }


@pytest.fixture
def order(portal, client):
    portal.answers["POST", "/api/v1/payments"] = (201, payment())
    made = client.post("/shop/checkout", {"items": {"teapot": 1}}, content_type="application/json")
    assert made.status_code == 201
    return ShopOrder.objects.get(order_number=made.json()["order_number"])


def tell(client, portal, kind, data, notice_id="evt_1", **how):
    content, headers = portal.notice(
        {"id": notice_id, "type": kind, "created_at": MOMENT, "data": data}, notice_id, **how
    )
    return client.post("/shop/notices", content, content_type="application/json", headers=headers)


def test_the_golden_cart_is_951_dollars_and_the_charge_10():
    priced = shop_goods.price({"teapot": 1})

    assert (priced.product_minor, priced.shipping_minor, priced.discount_minor) == (19_900, 2_500, 1_250)
    assert (priced.estimate_minor, priced.charge_estimate_minor) == (951, 10)


@pytest.mark.parametrize(("sku", "least"), [("headphones", 5_000), ("desk", 50_000)])
def test_goods_are_as_dear_as_their_text_says(sku, least):
    assert shop_goods.price({sku: 1}).estimate_minor > least


def test_checkout_asks_for_a_payment_of_the_order_signed(order, portal):
    asked = portal.bodies("POST", "/api/v1/payments")[0]

    assert asked["purpose"] == "order"
    assert (asked["product_minor"], asked["shipping_minor"], asked["discount_minor"]) == (19_900, 2_500, 1_250)
    assert (asked["currency"], asked["rate"]) == ("CNY", "4.4966")
    assert asked["return_url"] == f"http://testserver/shop/orders/{order.order_number}/"
    seed = Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.SHOP_SIGNING_KEY))
    public_key = base64.b64encode(seed.public_key().public_bytes_raw()).decode()
    who = verified(portal.asked[0], url=portal.url, public_key=public_key, moment=clock.now())
    assert who.key_id == "shop-tests"


def test_a_browser_goes_from_cart_to_cashier_to_the_payment_page(portal, client):
    portal.answers["POST", "/api/v1/payments"] = [
        (201, payment(page_url="http://portal/pay/1")),
        (200, payment(page_url="http://portal/pay/2")),
    ]
    client.post("/shop/cart", {"sku": "teapot"})

    to_cashier = client.post("/shop/checkout")
    page = client.get(to_cashier.url, headers={"Accept-Language": "en"}).content.decode()
    paying = client.post(to_cashier.url)

    assert "NT$951" in page
    assert "NT$10" in page
    assert "NT$961" in page
    assert paying.url == "http://portal/pay/2"
    first, second = portal.bodies("POST", "/api/v1/payments")
    assert first == second


def test_what_the_portal_refuses_is_shown_with_its_code(portal, client):
    portal.answers["POST", "/api/v1/payments"] = (409, {"code": "order_amounts_differ", "title": "No", "detail": "why"})

    answer = client.post("/shop/checkout", {}, content_type="application/json")

    assert answer.status_code == 409
    assert answer.json()["refused"]["code"] == "order_amounts_differ"


def test_a_silent_portal_leaves_the_order_unpaid_and_says_so(client, settings, monkeypatch):
    settings.PORTAL_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(shop_portal, "RETRIES", 0)

    answer = client.post("/shop/checkout", {}, content_type="application/json")

    assert answer.json()["refused"]["code"] == "portal_silent"
    assert ShopOrder.objects.get().status == "unpaid"


def test_a_portal_that_breaks_off_is_asked_again_for_the_same_payment(portal, client):
    portal.answers["POST", "/api/v1/payments"] = [(503, {"code": "unavailable"}), (201, payment())]

    answer = client.post("/shop/checkout", {}, content_type="application/json")

    assert answer.status_code == 201
    first, second = ({name.lower(): value for name, value in headers.items()} for _, _, headers, _ in portal.asked)
    assert first["idempotency-key"] == second["idempotency-key"]
    assert first["signature"] != second["signature"]


def test_an_order_is_unpaid_until_the_notice_and_paid_after_it(order, portal, client):
    before = client.get(f"/shop/orders/{order.order_number}/", headers={"Accept-Language": "en"}).content.decode()

    told = tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number))

    after = client.get(f"/shop/orders/{order.order_number}/", headers={"Accept-Language": "en"}).content.decode()
    assert told.status_code == 204
    assert "Payment Not Completed" in before
    assert "Payment Not Completed" not in after
    assert 'data-status="paid"' in after


def test_the_same_notice_again_is_acknowledged_and_changes_nothing(order, portal, client):
    data = payment("succeeded", order_number=order.order_number)

    answers = [tell(client, portal, "payment.succeeded", data).status_code for _ in range(3)]

    assert answers == [204] * 3
    assert ReceivedNotice.objects.get().times == 3


@pytest.mark.parametrize("spoilt", ["key", "body", "id", "nothing"])
def test_a_notice_with_a_wrong_signature_is_refused_and_changes_nothing(order, portal, client, spoilt):
    data = payment("succeeded", order_number=order.order_number)
    body = {"id": "evt_1", "type": "payment.succeeded", "created_at": MOMENT, "data": data}
    content, headers = portal.notice(body, key=Ed25519PrivateKey.generate() if spoilt == "key" else None)
    match spoilt:
        case "body":
            content = content.replace(b"961", b"962")
        case "id":
            headers["webhook-id"] = "evt_2"
        case "nothing":
            headers = {}

    told = client.post("/shop/notices", content, content_type="application/json", headers=headers)

    assert told.status_code == 401
    order.refresh_from_db()
    assert order.status == "unpaid"
    assert not ReceivedNotice.objects.exists()


def test_a_notice_that_is_no_event_is_not_understood(order, portal, client):
    content, headers = portal.notice({"id": "evt_1"})

    told = client.post("/shop/notices", content, content_type="application/json", headers=headers)

    assert told.status_code == 400
    assert not ReceivedNotice.objects.exists()


def test_a_notice_without_a_key_to_check_it_with_has_to_come_again(order, portal, client):
    portal.answers["GET", "/api/v1/platform"] = (200, platform())

    told = tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number))

    assert told.status_code == 503
    assert not ReceivedNotice.objects.exists()


def test_a_rotated_key_is_fetched_when_the_old_one_does_not_fit(order, portal, client):
    tell(client, portal, "payment.failed", payment("failed", order_number=order.order_number), "evt_0")
    portal.key = Ed25519PrivateKey.generate()
    public_key = base64.b64encode(portal.key.public_key().public_bytes_raw()).decode()
    portal.answers["GET", "/api/v1/platform"] = (200, platform(public_key))

    told = tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number))

    assert told.status_code == 204


def test_a_notice_that_was_overtaken_does_not_unpay_an_order(order, portal, client):
    tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number), "evt_2")
    tell(client, portal, "payment.failed", payment("failed", order_number=order.order_number), "evt_1")

    order.refresh_from_db()
    assert order.status == "paid"


def test_the_end_of_an_earlier_payment_is_not_the_end_of_the_order(order, portal, client):
    ShopOrder.objects.update(payment_id="PAY-2")

    tell(client, portal, "payment.expired", payment("expired", "PAY-1", order_number=order.order_number))

    order.refresh_from_db()
    assert order.status == "unpaid"


def test_a_receiver_that_is_down_answers_500_and_keeps_nothing(order, portal, client):
    client.post("/shop/switch", {"receiver": "down"}, content_type="application/json")

    told = tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number))

    assert told.status_code == 500
    assert not ReceivedNotice.objects.exists()
    client.post("/shop/switch", {"receiver": "up"})
    assert ShopSwitch.state() == "up"


def test_a_refund_is_asked_for_confirmed_by_the_seller_and_followed_by_notices(order, portal, client):
    asked = refund("requested", order.order_number)
    portal.answers["POST", "/api/v1/refunds"] = (201, asked)
    portal.answers["POST", "/api/v1/refunds/RF-1/confirm"] = (200, {**asked, "status": "accepted"})
    address = f"/shop/orders/{order.order_number}/"

    made = client.post(f"{address}refund", {"amount_minor": 500}, content_type="application/json").json()
    refund_number = made["refunds"][0]["refund_number"]
    confirmed = client.post(f"{address}confirm", {"refund": refund_number}, content_type="application/json").json()
    tell(client, portal, "refund.credited", {**asked, "status": "credited"}, "evt_9")
    tell(client, portal, "refund.accepted", {**asked, "status": "accepted"}, "evt_8")

    sent = portal.bodies("POST", "/api/v1/refunds")[0]
    assert (sent["payment"], sent["amount_minor"], sent["refund_number"]) == ("PAY-1", 500, refund_number)
    assert made["refunds"][0]["status"] == "requested"
    assert confirmed["refunds"][0]["status"] == "accepted"
    assert ShopRefund.objects.get().status == "credited"


@pytest.mark.parametrize("action", ["cancel", "ship", "look-up"])
def test_each_button_calls_the_portal_and_comes_back(order, portal, client, action):
    paths = {
        "cancel": ("POST", "/api/v1/payments/PAY-1/cancel", "cancelled"),
        "ship": ("POST", "/api/v1/payments/PAY-1/shipped", "succeeded"),
        "look-up": ("GET", "/api/v1/payments/PAY-1", "pending"),
    }
    method, path, status = paths[action]
    portal.answers[method, path] = (200, payment(status))

    answer = client.post(f"/shop/orders/{order.order_number}/{action}")

    assert answer.url == f"/shop/orders/{order.order_number}/"
    order.refresh_from_db()
    assert order.payment["status"] == status
    assert order.status == ("cancelled" if action == "cancel" else "unpaid")
    assert (order.shipped_at is not None) == (action == "ship")


def test_a_refused_action_says_so_and_changes_nothing(order, portal, client):
    portal.answers["POST", "/api/v1/payments/PAY-1/cancel"] = (409, {"code": "already_paid", "title": "Paid"})

    answer = client.post(f"/shop/orders/{order.order_number}/cancel")

    assert answer.status_code == 409
    assert b"already_paid" in answer.content
    order.refresh_from_db()
    assert order.status == "unpaid"


def test_an_unknown_action_is_a_bad_request(order, client):
    assert client.post(f"/shop/orders/{order.order_number}/explode").status_code == 400


def test_adding_value_to_the_wallet_shows_the_portals_refusal(portal, client):
    refusal = {"code": "top_up_not_supported", "title": "Orders only", "money_moved": "no"}
    portal.answers["POST", "/api/v1/payments"] = (422, refusal)

    answer = client.post("/shop/top-up", {}, content_type="application/json").json()
    page = client.post("/shop/top-up")

    assert answer == {"status": 422, "refused": refusal}
    assert b"top_up_not_supported" in page.content
    assert {body["purpose"] for body in portal.bodies("POST", "/api/v1/payments")} == {"top_up"}


def test_an_order_page_offers_what_its_order_can_do_and_says_all_that_comes_back(order, portal, client):
    address, english = f"/shop/orders/{order.order_number}/", {"Accept-Language": "en"}
    unpaid = client.get(address, headers=english).content.decode()
    ShopOrder.objects.update(status="paid")
    unrefunded = client.get(address, headers=english).content.decode()
    back = {"amount_minor": 1951, "charge_minor": 20, "total_minor": 1971}
    order.refunds.create(
        refund_number="RF1", amount_minor=1951, status="credited", refund=back, created_at=order.created_at
    )
    paid = client.get(address, headers=english).content.decode()
    chinese = client.get(address, headers={"Accept-Language": "zh-hant"}).content.decode()

    assert ("Pay again" in unpaid, "Ask for a refund" in unpaid) == (True, False)
    assert ("Pay again" in unrefunded, "Ask for a refund" in unrefunded) == (False, True)
    assert ("Pay again" in paid, "Ask for a refund" in paid) == (False, False)
    assert "You get back NT$1,971 (Order amount NT$1,951 + handling charge NT$20)" in paid
    assert "退款總額 NT$1,971" in chinese
    assert f"/was-i-charged/?order_number={order.order_number}" in paid


def order_in_english(client, order, **more):
    return client.get(f"/shop/orders/{order.order_number}/", more, headers={"Accept-Language": "en"}).content.decode()


def test_a_wholly_refunded_order_can_be_neither_refunded_nor_shipped_nor_cancelled(order, portal, client):
    tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number))
    portal.answers["POST", "/api/v1/refunds"] = (201, refund("requested", order.order_number))
    before = order_in_english(client, order)
    for amount in (500, 451):
        client.post(
            f"/shop/orders/{order.order_number}/refund", {"amount_minor": amount}, content_type="application/json"
        )

    after = order_in_english(client, order)

    for action in ("refund", "ship", "cancel"):
        assert f"/shop/orders/{order.order_number}/{action}" in before
        assert f'/shop/orders/{order.order_number}/{action}"' not in after
    assert "nothing is left to refund" in after
    assert "Refunded or on its way back, of the order amount: NT$951" in " ".join(after.split())


def test_what_is_left_to_refund_is_suggested(order, portal, client):
    tell(client, portal, "payment.succeeded", payment("succeeded", order_number=order.order_number))
    portal.answers["POST", "/api/v1/refunds"] = (201, refund("requested", order.order_number))
    client.post(f"/shop/orders/{order.order_number}/refund", {"amount_minor": 500}, content_type="application/json")

    assert 'name="amount_minor" type="number" min="1" value="451"' in order_in_english(client, order)


def test_waiting_for_a_notice_is_spoken_of_only_when_the_portal_has_the_payment(order, portal, client):
    unpaid = order_in_english(client, order)
    portal.answers["GET", "/api/v1/payments/PAY-1"] = (200, payment("succeeded", order_number=order.order_number))
    client.post(f"/shop/orders/{order.order_number}/look-up")
    asked = order_in_english(client, order, status=1)

    assert "wait one to two hours" not in unpaid
    assert "The shop knows of no payment yet." in unpaid
    assert "not paid yet" in unpaid
    assert "wait one to two hours" in asked


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_portal_is_asked_in_the_language_of_the_page(order, portal, client, language):
    portal.answers["POST", "/api/v1/payments/PAY-1/cancel"] = (409, {"code": "already_paid", "title": "Paid"})

    client.post(f"/shop/orders/{order.order_number}/cancel", headers={"Accept-Language": language})

    headers = {name.lower(): value for name, value in portal.asked[-1][2].items()}
    assert headers["accept-language"] == language
