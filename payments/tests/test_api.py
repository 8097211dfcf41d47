"""The payments API through HTTP: what a platform may ask, and that whatever else it sends is refused and moves nothing."""

import datetime as dt
import json
from decimal import Decimal
from itertools import count

import pytest
from django.test import Client
from django.urls import get_resolver

from cards.bank import fake_bank
from common import clock
from ledger.models import Journal
from notifications.models import Event
from payments.models import Payment
from payments.pages import pay as pay_page
from payments.states import Status
from payments.tests.factories import ACCOUNT, make_account, pay
from platforms import signatures
from platforms.tests.factories import make_bearer_key, make_platform, make_signing_key

pytestmark = pytest.mark.django_db

PATH = "/api/v1/payments"
NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
_nonces = count(1)


class Shop:
    """A platform that calls us with its own key."""

    def __init__(self, **fields):
        self.platform = make_platform(**fields)
        _, secret = make_bearer_key(self.platform)
        self.client = Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})

    def get(self, path="", **query):
        return self.client.get(PATH + path, query)

    def post(self, path="", body=None, content_type="application/json"):
        raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        return self.client.generic("POST", PATH + path, raw, content_type=content_type)

    def create(self, **changes):
        return self.post(body=order(**changes))


def order(**changes):
    """951 dollars of goods: (198.00 + 22.50 − 9.75) CNY × 4.5125."""
    body = {
        "order_number": "TB-1",
        "description": "one thing",
        "goods": [{"name": "thing", "quantity": 1, "amount_minor": 19800}],
        "currency": "CNY",
        "product_minor": 19800,
        "shipping_minor": 2250,
        "discount_minor": 975,
        "rate": "4.5125",
        "rate_source": "Test Bank",
        "rate_quoted_at": "2026-06-08T01:59:00Z",
        "return_url": "https://shop.example/orders/1",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not LEFT_OUT}


class _LeftOut:
    """The field is not in the body at all. Its text is the same in every process that collects these tests."""

    def __str__(self):
        return "left-out"


LEFT_OUT = _LeftOut()


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(pay_page, "now", lambda: NOW)


@pytest.fixture
def shop():
    return Shop()


def assert_problem(answer, status, code):
    """A whole problem document, and that it says that no money moved."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"].endswith(f"/api/errors/{code}/")
    assert (body["status"], body["code"], body["money_moved"]) == (status, code, "no")
    assert body["title"]
    assert "{" not in body["title"]
    assert body["detail"]
    assert body["request_id"] == answer["X-Request-Id"]
    assert isinstance(body["retryable"], bool)
    return body


def assert_nothing_moved():
    assert not Payment.objects.exists()
    assert not Event.objects.exists()
    assert not Journal.objects.exists()


# ---------- create, find again, read ----------


def test_an_order_becomes_a_payment_with_every_amount(shop):
    answer = shop.create()

    body = answer.json()
    assert answer.status_code == 201
    assert body["amounts"] == {
        "currency": "CNY",
        "product_minor": 19800,
        "shipping_minor": 2250,
        "discount_minor": 975,
        "rate": "4.5125",
        "rate_source": "Test Bank",
        "rate_quoted_at": "2026-06-08T01:59:00.000Z",
        "settlement_currency": "TWD",
        "order_amount_minor": 951,
        "charge_minor": 10,
        "final_amount_minor": 961,
    }
    assert {
        "object": "payment",
        "order_number": "TB-1",
        "status": "created",
        "money_moved": "no",
    }.items() <= body.items()
    assert body["created_at"] == "2026-06-08T02:00:00.000Z"
    assert body["expires_at"] == "2026-06-08T14:00:00.000Z"
    assert body["next"] == {
        "what": "payer_pays",
        "at": body["expires_at"],
        "holder": "payer",
        "text": "The payer can pay on the payment page until 2026-06-08 22:00 Taipei time. Nothing was charged.",
    }
    assert (body["paid_at"], body["refundable_minor"], body["failure_code"]) == (None, 0, None)


def test_the_pages_address_opens_the_payers_page(shop):
    page_url = shop.create().json()["page_url"]

    page = Client().get(page_url.removeprefix("http://127.0.0.1:8000"))

    assert page.status_code == 200
    assert "NT$961" in page.content.decode()


def test_the_same_order_again_finds_its_payment_with_a_fresh_link(shop):
    first, second = shop.create(), shop.create()

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["page_url"] != second.json()["page_url"]
    assert Payment.objects.count() == 1


def test_the_same_order_with_another_amount_is_refused_with_both_amounts(shop):
    shop.create()

    answer = shop.create(product_minor=19801)

    body = assert_problem(answer, 409, "order_amounts_differ")
    assert (body["existing_minor"], body["requested_minor"]) == (961, 961)
    assert "NT$961" in body["detail"]
    assert Payment.objects.get().product_minor == 19800


def test_the_same_order_number_of_two_platforms_are_two_orders(shop):
    assert (shop.create().status_code, Shop().create().status_code) == (201, 201)


def test_a_paid_order_is_found_and_has_no_page_to_pay_it(shop):
    made = shop.create().json()
    pay(Payment.objects.get(), NOW)

    again = shop.create()

    assert again.status_code == 200
    assert {
        "id": made["id"],
        "status": "succeeded",
        "page_url": None,
        "money_moved": "yes",
    }.items() <= again.json().items()
    assert again.json()["refundable_minor"] == 951


def test_a_payment_is_read_by_our_id_and_by_the_orders_number(shop):
    made = shop.create().json()

    by_id, by_order = shop.get(f"/{made['id']}"), shop.get(order_number="TB-1")

    assert by_id.json() == {**made, "page_url": None}
    assert by_order.json() == {"object": "list", "data": [by_id.json()], "has_more": False, "next_cursor": None}
    assert shop.get(order_number="TB-2").json()["data"] == []


def test_an_orders_ended_payments_are_listed_newest_first(shop):
    first = shop.create().json()["id"]
    shop.post(f"/{first}/cancel")
    second = shop.create().json()["id"]

    assert [(one["id"], one["status"]) for one in shop.get(order_number="TB-1").json()["data"]] == [
        (second, "created"),
        (first, "cancelled"),
    ]


def test_a_rate_may_be_written_as_a_number(shop):
    assert shop.create(rate=4.5125).json()["amounts"]["rate"] == "4.5125"


@pytest.mark.parametrize(("language", "text"), [("zh-hant", "確認訂單並付款"), ("en", "Check your order and pay")])
def test_the_platform_names_the_language_of_the_page(shop, language, text):
    page_url = shop.create(language=language).json()["page_url"]

    assert text in Client().get(page_url.removeprefix("http://127.0.0.1:8000")).content.decode()


# ---------- cancel, shipped ----------


def test_a_payment_is_cancelled_once_and_answers_the_same_again(shop):
    made = shop.create().json()

    first, second = shop.post(f"/{made['id']}/cancel"), shop.post(f"/{made['id']}/cancel")

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert second.json() == first.json()
    assert Event.objects.filter(kind="payment.cancelled").count() == 1


def test_a_cancelled_order_can_be_ordered_anew(shop):
    first = shop.create().json()["id"]
    shop.post(f"/{first}/cancel")

    again = shop.create()

    assert again.status_code == 201
    assert again.json()["id"] != first


def test_a_paid_payment_cannot_be_cancelled(shop):
    made = shop.create().json()
    pay(Payment.objects.get(), NOW)

    assert_problem(shop.post(f"/{made['id']}/cancel"), 409, "payment_not_cancellable")
    assert Payment.objects.get().status == Status.PAID


def test_a_payment_at_the_bank_cannot_be_cancelled(shop):
    made = shop.create().json()
    make_account(NOW)
    fake_bank().behave(ACCOUNT, "timeout_after")
    pay(Payment.objects.get(), NOW)

    assert_problem(shop.post(f"/{made['id']}/cancel"), 409, "payment_not_cancellable")
    assert shop.get(f"/{made['id']}").json()["status"] == "pending"
    assert shop.get(f"/{made['id']}").json()["money_moved"] == "unknown"


def test_shipped_goods_are_said_once_and_keep_their_time(shop, monkeypatch):
    made = shop.create().json()
    pay(Payment.objects.get(), NOW)
    first = shop.post(f"/{made['id']}/shipped")
    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(hours=1))

    second = shop.post(f"/{made['id']}/shipped")

    assert first.json()["shipped_at"] == second.json()["shipped_at"] == "2026-06-08T02:00:00.000Z"


def test_goods_that_nobody_paid_are_not_shipped(shop):
    made = shop.create().json()

    assert_problem(shop.post(f"/{made['id']}/shipped"), 409, "payment_not_paid")
    assert Payment.objects.get().shipped_at is None


# ---------- what an order is refused for ----------

AMOUNTS = ("product_minor", "shipping_minor", "discount_minor")
REFUSED_AMOUNTS = [
    (-1, "min_value"),
    (10**30, "max_value"),
    (9_999_999_999 + 1, "max_value"),
    (9.5, "not_whole"),
    (1.0, "not_whole"),
    ("9.5", "not_whole"),
    ("9", "not_whole"),
    (1e300, "not_whole"),
    (True, "not_whole"),
    (False, "not_whole"),
    ([1], "not_whole"),
    ({"minor": 1}, "not_whole"),
    (None, "null"),
]
REFUSED = [
    *((name, value, name, code) for name in AMOUNTS for value, code in REFUSED_AMOUNTS),
    ("product_minor", 0, "product_minor", "min_value"),
    ("product_minor", LEFT_OUT, "product_minor", "required"),
    ("discount_minor", 22050, "discount_minor", "discount_too_high"),
    ("discount_minor", 22051, "discount_minor", "discount_too_high"),
    ("currency", "XYZ", "currency", "invalid_choice"),
    ("currency", "cny", "currency", "invalid_choice"),
    ("currency", "", "currency", "invalid_choice"),
    ("currency", 156, "currency", "invalid_choice"),
    ("currency", LEFT_OUT, "currency", "required"),
    ("rate", LEFT_OUT, "rate", "required"),
    ("rate", None, "rate", "null"),
    ("rate", "", "rate", "invalid"),
    ("rate", "0", "rate", "rate_not_positive"),
    ("rate", 0, "rate", "rate_not_positive"),
    ("rate", "0.00000000", "rate", "rate_not_positive"),
    ("rate", "-4.5", "rate", "min_value"),
    ("rate", "NaN", "rate", "invalid"),
    ("rate", "sNaN", "rate", "invalid"),
    ("rate", "Infinity", "rate", "invalid"),
    ("rate", "-Infinity", "rate", "invalid"),
    ("rate", "4.123456789", "rate", "max_decimal_places"),
    ("rate", "12345678901", "rate", "max_whole_digits"),
    ("rate", "1" * 5000, "rate", "max_string_length"),
    ("rate", "1e999999", "rate", "max_digits"),
    ("rate", "1e-999999", "rate", "max_digits"),
    ("rate", "four", "rate", "invalid"),
    ("rate", True, "rate", "invalid"),
    ("rate", ["4.5"], "rate", "invalid"),
    ("rate", "9999999999", "rate", "order_amount_out_of_range"),
    ("rate", "0.00000001", "rate", "order_amount_out_of_range"),
    ("rate_source", LEFT_OUT, "rate_source", "required"),
    ("rate_source", "x" * 61, "rate_source", "max_length"),
    ("rate_source", 7, "rate_source", "not_text"),
    ("rate_quoted_at", "2026-06-08T02:05:01Z", "rate_quoted_at", "quoted_in_future"),
    ("rate_quoted_at", "1999-12-31T23:59:59Z", "rate_quoted_at", "quoted_too_long_ago"),
    ("rate_quoted_at", "0001-01-01T00:00:00+14:00", "rate_quoted_at", "overflow"),
    ("rate_quoted_at", "0001-01-02T00:00:00+14:00", "rate_quoted_at", "quoted_too_long_ago"),
    ("rate_quoted_at", "9999-12-31T23:59:59-14:00", "rate_quoted_at", "overflow"),
    ("rate_quoted_at", "yesterday", "rate_quoted_at", "invalid"),
    ("rate_quoted_at", 1780884000, "rate_quoted_at", "invalid"),
    ("rate_quoted_at", LEFT_OUT, "rate_quoted_at", "required"),
    ("expires_at", "2026-06-08T02:00:00Z", "expires_at", "expiry_out_of_range"),
    ("expires_at", "2026-06-08T01:00:00Z", "expires_at", "expiry_out_of_range"),
    ("expires_at", "2026-06-23T02:00:01Z", "expires_at", "expiry_out_of_range"),
    ("expires_at", None, "expires_at", "null"),
    ("return_url", "https://shop.example.evil/orders/1", "return_url", "return_url_not_allowed"),
    ("return_url", "https://shop.example", "return_url", "return_url_not_allowed"),
    ("return_url", "https://shop.example@evil.example/", "return_url", "return_url_not_allowed"),
    ("return_url", "http://shop.example/orders/1", "return_url", "return_url_not_allowed"),
    ("return_url", "https://SHOP.example/orders/1", "return_url", "return_url_not_allowed"),
    ("return_url", "javascript:alert(1)", "return_url", "invalid"),
    ("return_url", "https://shop.example/" + "x" * 500, "return_url", "max_length"),
    ("return_url", LEFT_OUT, "return_url", "required"),
    ("order_number", LEFT_OUT, "order_number", "required"),
    ("order_number", "", "order_number", "blank"),
    ("order_number", "x" * 65, "order_number", "invalid"),
    ("order_number", "TB 1", "order_number", "invalid"),
    ("order_number", "TB/1", "order_number", "invalid"),
    ("order_number", "訂單1", "order_number", "invalid"),
    ("order_number", "TB\u00001", "order_number", "invalid"),
    ("order_number", 17, "order_number", "not_text"),
    ("order_number", 1e3, "order_number", "not_text"),
    ("description", "x" * 201, "description", "max_length"),
    ("description", "a\u0000b", "description", "null_characters_not_allowed"),
    ("language", "fr", "language", "invalid_choice"),
    ("purpose", "gift", "purpose", None),
    ("goods", "thing", "goods", "not_a_list"),
    ("goods", [[]], "goods/0", "invalid"),
    ("goods", [{"name": "thing", "quantity": 1, "amount_minor": 1.0}], "goods/0/amount_minor", "not_whole"),
    ("goods", [{"name": "thing", "quantity": 0, "amount_minor": 1}], "goods/0/quantity", "min_value"),
    ("goods", [{"name": "", "quantity": 1, "amount_minor": 1}], "goods/0/name", "blank"),
    ("goods", [{"name": "x", "quantity": 1, "amount_minor": 1, "sku": "7"}], "goods/0/sku", "unknown_field"),
    ("goods", [{"name": "x", "quantity": 1, "amount_minor": 1}] * 101, "goods", "max_length"),
    ("amount_minor", 951, "amount_minor", "unknown_field"),
    ("a/b~c", 951, "a~1b~0c", "unknown_field"),
]


@pytest.mark.parametrize(
    ("name", "value", "pointer", "code"),
    [row for row in REFUSED if row[3]],
    ids=lambda part: None if isinstance(part, dict | list) else str(part)[:40],
)
def test_a_wrong_field_is_named_and_nothing_is_made(shop, name, value, pointer, code):
    body = assert_problem(shop.create(**{name: value}), 422, "invalid_request")

    named = [(error["pointer"], error["code"]) for error in body["errors"]]
    assert (f"/{pointer}", code) in named
    assert all(error["detail"] for error in body["errors"])
    assert_nothing_moved()


def test_a_wallet_top_up_is_refused_whatever_else_is_wrong(shop):
    for changes in ({}, {"product_minor": -1}, {"goods": LEFT_OUT, "order_number": LEFT_OUT}):
        assert_problem(shop.create(purpose="wallet_top_up", **changes), 422, "top_up_not_supported")
    assert_nothing_moved()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_number", "x" * 64),
        ("product_minor", 1),
        ("discount_minor", 22049),
        ("rate", "4.12345678"),
        ("rate_quoted_at", "2026-06-08T02:05:00Z"),
        ("expires_at", "2026-06-23T02:00:00Z"),
        ("goods", LEFT_OUT),
        ("description", LEFT_OUT),
        ("language", LEFT_OUT),
    ],
    ids=str,
)
def test_what_is_just_within_the_bounds_is_taken(shop, name, value):
    changes = {name: value, "shipping_minor": 2250 if name != "product_minor" else 0}
    if name == "product_minor":
        changes |= {"discount_minor": 0, "rate": "100"}
    if name == "discount_minor":
        changes["rate"] = "100"

    answer = shop.create(**changes)

    assert answer.status_code == 201, answer.content


def test_each_amount_of_the_largest_order_comes_out_exact(shop):
    body = shop.create(
        currency="TWD", product_minor=9_999_999_999, shipping_minor=0, discount_minor=0, rate="1", goods=[]
    ).json()

    assert body["amounts"]["order_amount_minor"] == 9_999_999_999
    assert body["amounts"]["final_amount_minor"] == 9_999_999_999 + 100_000_000


def test_the_texts_follow_the_callers_language(shop):
    in_chinese = shop.client.post(
        PATH, json.dumps(order(rate="0")), content_type="application/json", headers={"accept-language": "zh-hant"}
    )

    assert in_chinese.json()["errors"][0]["detail"] == "匯率須大於零。"
    assert shop.create(rate="0").json()["errors"][0]["detail"] == "The rate must be above zero."


# ---------- what is no request at all ----------

NO_JSON = [
    b"{",
    b"{'a': 1}",
    b"nonsense",
    b'{"rate": NaN}',
    b'{"rate": Infinity}',
    b'{"order_number": "\xff"}',
    b'{"order_number": "\\ud800"}',
    b'{"\\udfff": 1}',
    b"[" * 60_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"product_minor": ' + b"9" * 5000 + b"}",
    b"\xef\xbb\xbf{}",
    b"\x00",
]


@pytest.mark.parametrize("raw", NO_JSON, ids=lambda raw: repr(raw[:20]))
def test_what_is_no_json_is_refused_as_a_problem(shop, raw):
    assert_problem(shop.post(body=raw), 400, "malformed_json")
    assert_nothing_moved()


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"17", b"null", b"true", b"[{}]", b"", b"{}"])
def test_what_is_no_object_or_an_empty_one_is_refused(shop, raw):
    assert_problem(shop.post(body=raw), 422, "invalid_request")
    assert_nothing_moved()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(shop, kind):
    assert_problem(shop.post(body=json.dumps(order()).encode(), content_type=kind), 415, "unsupported_media_type")
    assert_nothing_moved()


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "base64", "nonsense"])
def test_json_is_utf_8_whatever_the_header_says(shop, charset):
    raw = json.dumps(order(description="一件")).encode()

    assert shop.post(body=raw, content_type=f"application/json; charset={charset}").status_code == 201


def test_another_method_is_refused_with_those_there_are(shop):
    answer = shop.client.delete(PATH)

    assert_problem(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer["Allow"].split(", "))


def test_an_answer_in_another_form_is_refused(shop):
    assert_problem(shop.client.get(PATH, headers={"accept": "text/csv"}), 406, "not_acceptable")


def test_a_body_above_64_kb_is_refused(shop):
    assert_problem(shop.create(description="x" * 65_536), 413, "body_too_large")
    assert_nothing_moved()


def test_an_address_of_the_api_that_does_not_exist_is_a_problem(shop):
    assert_problem(shop.client.get("/api/v1/nothing"), 404, "not_found")


@pytest.mark.parametrize("path", ["/PAY-%00", "/PAY-%00/cancel", "/%ED%A0%80", "/PAY-" + "x" * 3000, "/'--", "/%2e%2e"])
def test_a_strange_id_names_no_payment(shop, path):
    assert shop.client.get(PATH + path).status_code in {400, 404, 405}


# ---------- who calls ----------


def test_another_platforms_payment_is_answered_as_one_that_does_not_exist(shop):
    mine = shop.create().json()["id"]
    stranger = Shop()

    def answers(reference):
        return [
            stranger.get(f"/{reference}"),
            stranger.post(f"/{reference}/cancel"),
            stranger.post(f"/{reference}/shipped"),
        ]

    for theirs, nobodys in zip(answers(mine), answers("PAY-00000000000000"), strict=True):
        assert_problem(theirs, 404, "payment_not_found")
        assert without_id(theirs) == without_id(nobodys)
    assert stranger.get(order_number="TB-1").json()["data"] == []
    assert Payment.objects.get().status == Status.CREATED


def without_id(answer):
    return {name: value for name, value in answer.json().items() if name != "request_id"}


def test_nobody_without_a_key_is_answered(shop):
    made = shop.create().json()["id"]
    calls = [("post", PATH), ("get", PATH), ("get", f"{PATH}/{made}"), ("post", f"{PATH}/{made}/cancel")]

    for method, path in calls:
        answer = getattr(Client(), method)(path)
        assert_problem(answer, 401, "unauthenticated")
        assert "outpost" in answer["WWW-Authenticate"]
    assert Payment.objects.get().status == Status.CREATED


def signed(platform, method, path, raw=b""):
    """Send it as a platform's own client does, signed with a key that only the platform has."""
    key, private = make_signing_key(platform)
    message = signatures.Message(method, f"https://testserver{path}", {"content-type": "application/json"}, raw)
    nonce = f"payments-{next(_nonces):08d}"
    signatures.sign(message, key_id=key.key_id, private_key=private, nonce=nonce, created=NOW)
    return {name: value for name, value in message.headers.items() if name.lower() != "content-type"}


def test_a_signed_order_becomes_a_payment():
    raw = json.dumps(order()).encode()
    headers = signed(make_platform(), "POST", PATH, raw)

    assert Client().post(PATH, raw, content_type="application/json", headers=headers).status_code == 201


def test_a_signed_order_whose_amount_was_changed_on_the_way_makes_nothing():
    raw = json.dumps(order()).encode()
    headers = signed(make_platform(), "POST", PATH, raw)
    changed = raw.replace(b"19800", b"19801")

    answer = Client().post(PATH, changed, content_type="application/json", headers=headers)

    assert_problem(answer, 401, "signature_invalid")
    assert "WWW-Authenticate" in answer
    assert_nothing_moved()


def test_a_signed_order_sent_again_by_someone_else_makes_nothing_new():
    raw = json.dumps(order()).encode()
    headers = signed(make_platform(), "POST", PATH, raw)
    first, second = (Client().post(PATH, raw, content_type="application/json", headers=headers) for _ in range(2))

    assert first.status_code == 201
    assert_problem(second, 401, "request_replayed")
    assert Payment.objects.count() == 1


def test_a_signature_for_one_address_opens_no_other(shop):
    made = shop.create().json()["id"]
    headers = signed(shop.platform, "POST", f"{PATH}/{made}/shipped")

    answer = Client().post(f"{PATH}/{made}/cancel", b"", content_type="application/json", headers=headers)

    assert_problem(answer, 401, "signature_invalid")
    assert Payment.objects.get().status == Status.CREATED


# ---------- never a 500 ----------

NASTY = [
    *(None, True, False, 0, -1, -0.0, 1e308, -1e308, 10**400, 0.1, 9.5),
    *("", " ", "\n", "\t", "0", "-1", "1e400", "NaN", "null", "true", "\\", '"', "'", "%s", "%(name)s", "{}", "${x}"),
    *(
        "\u0000",
        "\u202e",
        "\ufeff",
        "\U0010ffff",
        "é" * 40,
        "字" * 300,
        "١٢٣",
        "４．５",
        "x" * 9000,
        "../..",
        "'; DROP--",
    ),
    *("0000-00-00T00:00:00Z", "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-06-08T24:00:00Z", "2026-06-08"),
    *(
        "2026-06-08T02:00:60Z",
        "https://[::1",
        "https://[v1.x]/",
        "http://\u3000/",
        "//",
        "https://shop.example/\r\nX: y",
    ),
    *([], [[]], [None], [{}], {}, {"": ""}, {"a": {"b": {"c": []}}}, [1, "2", None, {}], [[[[[[[[[[]]]]]]]]]]),
]
FIELDS = [*order(), "purpose", "expires_at", "language", "nonsense"]


@pytest.mark.parametrize("name", FIELDS)
def test_no_value_of_a_field_is_an_error_of_ours(shop, name):
    for value in NASTY:
        answer = shop.create(**{name: value})
        # A number too long to be read is refused for the whole body.
        assert answer.status_code in {200, 201, 400, 409, 422}, (name, value, answer.content)
        if answer.status_code == 422:
            assert answer.json()["code"] in {"invalid_request", "top_up_not_supported"}


@pytest.mark.parametrize("name", ["name", "quantity", "amount_minor", "nonsense"])
def test_no_value_within_the_goods_is_an_error_of_ours(shop, name):
    for value in NASTY:
        line = {"name": "thing", "quantity": 1, "amount_minor": 1, name: value}
        answer = shop.create(goods=[line])
        # A number too long to be read is refused for the whole body.
        assert answer.status_code in {200, 201, 400, 422}, (name, value, answer.content)


def test_whatever_was_taken_can_be_read_again(shop):
    for number, name in enumerate(FIELDS):
        for value in NASTY:
            if name != "order_number":
                shop.create(**{"order_number": f"N-{number}", name: value})

    for payment in Payment.objects.all():
        answer = shop.get(f"/{payment.reference}")
        assert answer.status_code == 200
        assert payment.rate > Decimal(0)
        assert payment.order_amount_minor > 0
