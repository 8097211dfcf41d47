"""How many statements and commits a payment costs: pinned, so that a change that adds one is seen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments import operations
from payments.tests.factories import make_account, make_order, make_platform, sign

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

    assert (statements, commits) == (4, 1)


def test_a_debit_takes_four_commits(at):
    make_account(at)
    payment = operations.create_payment(platform=make_platform(), order=make_order(at), at=at, by="platform").payment
    signed = sign(payment, at)

    statements, commits = cost(lambda: operations.pay_by_card(payment=payment, signed=signed, at=at, by="payer"))

    assert (statements, commits) == (38, 4)
