"""What an attacker or a broken program sends to the API: each is answered with its exact code, and nothing moves."""

import gzip
import json
import re

import pytest
from django.test import Client

from ledger.models import Journal
from notifications.models import Event
from payments.models import Payment
from payments.tests.factories import make_payment
from payments.tests.test_api import order
from platforms.tests.factories import make_bearer_key, make_platform

pytestmark = pytest.mark.django_db
PATH = "/api/v1/payments"


@pytest.fixture
def shop():
    _, secret = make_bearer_key(make_platform())
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})


def raw(client, body, **more):
    headers = {"idempotency-key": "attack", **more.pop("headers", {})}
    return client.generic("POST", PATH, body, content_type="application/json", headers=headers, **more)


def sent(client, **changes):
    return raw(client, json.dumps(order(**changes)))


def assert_refused(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    problem = answer.json()
    assert (problem["code"], problem["money_moved"]) == (code, "no")
    assert not Payment.objects.exists()
    assert not Journal.objects.exists()
    assert not Event.objects.exists()


def body_with(text):
    """A whole order whose description is written as it stands here."""
    return json.dumps(order(description="@")).replace('"@"', text).encode()


BODIES = {
    "nothing": (b"", 422, "invalid_request"),
    "no JSON": (b"{", 400, "malformed_json"),
    "a form": (b"order_number=TB-1&rate=1", 400, "malformed_json"),
    "XML": (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        400,
        "malformed_json",
    ),
    "not UTF-8": (b'{"order_number": "\xff\xfe"}', 400, "malformed_json"),
    "UTF-16": ('{"order_number": "TB-1"}'.encode("utf-16"), 400, "malformed_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400, "malformed_json"),
    "NaN": (body_with("NaN"), 400, "malformed_json"),
    "a lone surrogate": (body_with('"\\ud800"'), 400, "malformed_json"),
    "a name twice": (b'{"order_number": "TB-1", "order_number": "TB-2"}', 400, "malformed_json"),
    "nested 10,000 deep": (b"[" * 10_000 + b"]" * 10_000, 400, "malformed_json"),
    "nested 21 deep": (b'{"goods":' + b"[" * 20 + b"]" * 20 + b"}", 400, "malformed_json"),
    "objects 10,000 deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "malformed_json"),
    "a number of 5,000 digits": (b'{"product_minor": ' + b"9" * 5_000 + b"}", 400, "malformed_json"),
    "a number beyond all floats": (b'{"product_minor": 1e999}', 400, "malformed_json"),
    "a list": (b"[]", 422, "invalid_request"),
    "null": (b"null", 422, "invalid_request"),
    "64 kB and a byte": (b" " * 65_537, 413, "body_too_large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_order_is_refused(shop, name):
    body, status, code = BODIES[name]

    assert_refused(raw(shop, body), status, code)


def test_a_body_that_only_claims_to_have_100_megabytes_is_refused_before_it_is_read(shop):
    assert_refused(raw(shop, b"{}", CONTENT_LENGTH="104857600"), 413, "body_too_large")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP", "identity, gzip"])
def test_a_packed_body_is_refused_unopened(shop, encoding):
    bomb = gzip.compress(b" " * 50_000_000)

    assert_refused(raw(shop, bomb, headers={"content-encoding": encoding}), 415, "content_encoding_refused")


def test_a_body_without_a_length_is_refused(shop):
    assert_refused(raw(shop, b"{}", headers={"transfer-encoding": "chunked"}), 411, "length_required")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml"])
def test_another_kind_of_body_is_refused(shop, kind):
    answer = shop.generic("POST", PATH, b"a=b", content_type=kind)

    assert_refused(answer, 415, "unsupported_media_type")


MORE_FIELDS = {
    "status": "succeeded",
    "paid_at": "2026-06-08T02:00:00Z",
    "platform": "another",
    "id": "PAY-05ZK3T9MQ2W7XC",
    "final_amount_minor": 1,
    "charge_percent": "0",
    "money_moved": "yes",
    "__proto__": {"admin": True},
    "Order_Number": "TB-2",
}


@pytest.mark.parametrize("name", MORE_FIELDS)
def test_a_field_that_is_not_the_platforms_to_set_is_refused_by_name(shop, name):
    answer = sent(shop, **{name: MORE_FIELDS[name]})

    assert_refused(answer, 422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(f"/{name}", "unknown_field")]


UNSEEN = [
    "\u202e" + "951 ton si eciрp",
    "a\u2066b",
    "line\nbreak",
    "carriage\rreturn",
    "\x1b[31mred",
    "\x7f",
    "\u2028",
    "\x85",
]


@pytest.mark.parametrize("text", UNSEEN)
@pytest.mark.parametrize("place", ["description", "rate_source", "goods"])
def test_a_text_that_reads_otherwise_than_it_is_written_is_refused(shop, place, text):
    value = [{"name": text, "quantity": 1, "amount_minor": 1}] if place == "goods" else text

    answer = sent(shop, **{place: value})

    assert_refused(answer, 422, "invalid_request")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/goods/0/name" if place == "goods" else f"/{place}", "unprintable")


TWINS = ["ＴＢ-1", "TB-１", "TB\u200b-1", "TB\u00ad-1", "ТB-1", "TB-1 ", " TB-1", "TB-1\n", "TB‐1", "T\u0301B-1", ""]


@pytest.mark.parametrize("number", TWINS)
def test_an_order_number_that_looks_like_another_is_refused(shop, number):
    assert_refused(sent(shop, order_number=number), 422, "invalid_request")


RETURNS = [
    "https://shop.example.evil.example/",
    "https://shop.example@evil.example/",
    "https://evil.example/?https://shop.example/",
    "https://evil.example/#https://shop.example/",
    "https://SHOP.example.evil/",
    "http://shop.example/",
    "https://shop.example",
    "https:/shop.example/",
    "//shop.example/",
    "/orders/1",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://shop.example\\@evil.example/",
    "https://shop.example%2f@evil.example/",
    " https://shop.example/",
    "https://shop.example:8443/",
    "",
]


@pytest.mark.parametrize("url", RETURNS)
def test_a_customer_is_sent_back_to_no_address_that_is_not_registered(shop, url):
    assert_refused(sent(shop, return_url=url), 422, "invalid_request")


def test_a_script_in_a_text_is_shown_as_a_text(shop):
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    goods = [{"name": script, "quantity": 1, "amount_minor": 19800}]

    page_url = sent(shop, description=script, goods=goods).json()["page_url"]

    html = Client().get(re.sub("^https?://[^/]+", "", page_url)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html


@pytest.mark.parametrize("injected", ["a\r\nSet-Cookie: x=1", "a\nb", "x" * 500, "ü", "short", "<script>"])
def test_a_request_id_that_would_forge_a_header_or_a_log_line_is_replaced(shop, injected):
    answer = shop.get(f"{PATH}?order_number=TB-1", headers={"x-request-id": injected})

    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f-]{36}", answer["X-Request-Id"])
    assert "Set-Cookie" not in answer


def test_the_pace_is_the_platforms_whatever_address_a_request_claims():
    _, secret = make_bearer_key(make_platform(requests_per_minute=3))
    shop = Client(headers={"authorization": f"Bearer {secret}"})

    statuses = [
        shop.get(f"{PATH}?limit=1", headers={"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for={number}"})
        for number in range(5)
    ]

    assert [answer.status_code for answer in statuses] == [200, 200, 200, 429, 429]


QUERIES = {
    "cursor": [
        "x",
        "'; DROP TABLE payments_payment; --",
        "\ud83d",
        "A" * 201,
        "aWQ6AAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
    "limit": ["0", "101", "-1", "1.0", "1e2", "٣", " 5", "9" * 30, ""],
    "status": ["paid", "succeeded,", "SUCCEEDED", "succeeded,succeeded,succeeded,succeeded,succeeded,succeeded,failed"],
    "created_from": ["yesterday", "2026-06-08", "2026-06-08T02:00:00", "2026-13-01T00:00:00Z", "9" * 400],
    "amount_min_minor": ["-1", "1.5", "NaN", "9" * 25],
    "order_number": ["", "a b", "ＴＢ", "x" * 65],
    "expand": ["everything", "refunds,refunds.payment"],
    "offset": ["1"],
    "Limit": ["1"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in QUERIES.items() for value in values])
def test_a_parameter_that_makes_no_sense_is_named(shop, name, value, at):
    make_payment(at)

    answer = shop.get(PATH, {name: value.encode("utf-8", "surrogatepass")})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]
    assert Payment.objects.count() == 1


def test_a_parameter_that_is_there_twice_is_refused(shop):
    answer = shop.get(f"{PATH}?limit=1&limit=2")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "repeated")
