"""How many statements and commits a payment costs: pinned, so that a change that adds one is seen."""

import json
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from payments import operations
from payments.tests.factories import make_account, make_order, make_platform, sign
from payments.tests.test_api import order
from platforms import signatures
from platforms.tests.factories import make_signing_key

pytestmark = pytest.mark.django_db(transaction=True)


def cost(work) -> tuple[int, int]:
    """(statements, commits) that `work` sends to the database, transaction statements not counted as statements."""
    with CaptureQueriesContext(connection) as captured:
        work()
    words = [query["sql"].split()[0].upper().rstrip(";") for query in captured.captured_queries]
    return sum(word not in {"BEGIN", "COMMIT"} for word in words), words.count("COMMIT")


def test_an_order_is_taken_with_one_commit(at):
    platform = make_platform()

    statements, commits = cost(
        lambda: operations.create_payment(platform=platform, order=make_order(at), at=at, by="platform")
    )

    assert (statements, commits) == (3, 1)


def test_a_debit_takes_three_commits(at):
    make_account(at)
    costs = []
    for _ in range(2):
        order = make_order(at)
        payment = operations.create_payment(platform=make_platform(), order=order, at=at, by="platform").payment
        signed = sign(payment, at)
        work = partial(operations.pay_by_card, payment=payment, signed=signed, at=at, by="payer")
        costs.append(cost(work))

    # Present the card (5), past the gate (1), reserve (5), settle (7); the first time the holder's phone is kept (1).
    assert costs == [(19, 3), (18, 3)]


@pytest.mark.parametrize(("key", "expected"), [(None, (5, 2)), ("one", (7, 4))])
def test_an_order_over_the_signed_api_costs_its_key_its_nonce_and_its_idempotency(key, expected):
    """Beside the order's own: who calls, the nonce; with an Idempotency-Key its claim and its answer, a commit each."""
    api_key, private = make_signing_key(make_platform())
    body = json.dumps(order(rate_quoted_at=clock.now().isoformat())).encode()
    message = signatures.Message("POST", "https://testserver/api/v1/payments", {}, body)
    signatures.sign(message, key_id=api_key.key_id, private_key=private, nonce="nonce-0000001", created=clock.now())
    headers = {**message.headers, **({"idempotency-key": key} if key else {})}

    statements, commits = cost(
        lambda: Client().post("/api/v1/payments", body, content_type="application/json", headers=headers)
    )

    assert (statements, commits) == expected
