"""The examples of the API's document: each is sent as it stands and taken, and every operation with a body has one."""

import json
import re

import pytest
import yaml
from django.conf import settings
from django.test import Client

from payments.models import Payment
from payments.tests.factories import make_payment, pay
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform
from portal.api_examples import LINKS, REQUESTS

pytestmark = pytest.mark.django_db
DOCUMENT = yaml.safe_load((settings.BASE_DIR / "docs/api/openapi.yaml").read_text())
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


def things(platform, at):
    """What the examples name."""
    paid = pay(make_payment(at, platform=platform), at)
    key, _ = make_bearer_key(platform)
    return {"payment": paid.reference, "key_id": key.key_id, "endpoint_id": make_endpoint(platform).public_id}


def test_each_operation_that_takes_a_body_has_an_example_and_no_other():
    with_body = {name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation}

    assert set(REQUESTS) == with_body
    assert {
        name: operation["requestBody"]["content"]["application/json"]["examples"]["usual"]["value"]
        for name, (_, _, operation) in OPERATIONS.items()
        if "requestBody" in operation
    } == REQUESTS


def test_each_operation_has_a_name_a_tag_and_a_sentence():
    lacking = [
        f"{method} {path}"
        for path, method, operation in OPERATIONS.values()
        if not re.fullmatch(r"[a-z_]+", operation["operationId"])
        or len(operation.get("tags", [])) != 1
        or not re.match(r"[A-Z“]", operation["description"])
        or not operation["x-scope"]
        or operation["x-consistency"] not in {"read-your-writes", "sequenced"}
    ]

    assert lacking == []


@pytest.mark.parametrize("name", REQUESTS)
def test_an_example_is_taken_as_it_stands(name, at, monkeypatch):
    platform = make_platform()
    made = things(platform, at)
    path, method, operation = OPERATIONS[name]
    _, secret = make_bearer_key(platform)
    body = json.dumps(REQUESTS[name])
    for thing, its_id in made.items():
        path, body = path.replace(f"{{{thing}}}", its_id), body.replace(f"{{{thing}}}", its_id)

    answer = getattr(Client(), method)(
        path,
        body,
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}", "idempotency-key": "example"},
    )

    assert answer.status_code in {200, 201}, answer.content
    assert str(answer.status_code) in operation["responses"]


def test_the_example_of_a_payment_is_the_golden_order():
    """951 → 10 → 961: the amounts of the help page, the README and the tests of the engine."""
    platform = make_platform()
    _, secret = make_bearer_key(platform)

    Client().post(
        "/api/v1/payments",
        json.dumps(REQUESTS["create_payment"]),
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )

    payment = Payment.objects.get()
    assert (payment.order_amount_minor, payment.charge_minor, payment.final_amount_minor) == (951, 10, 961)


def test_each_link_leads_from_an_answer_to_an_operation_that_takes_its_id():
    for name, links in LINKS.items():
        assert name in OPERATIONS
        for target, parameter in links:
            path, _, _ = OPERATIONS[target]
            assert f"{{{parameter}}}" in path
