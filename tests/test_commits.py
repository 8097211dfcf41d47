"""What is committed before the bank is asked, and what is committed together: seen by another connection than ours."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.db import connection

from cards.bank import fake_bank
from common.errors import Refusal
from notifications.models import Event
from payments import operations as payments
from payments.models import Attempt, Payment
from payments.tests.factories import ACCOUNT, make_account, make_paid_payment, make_payment, pay, sign
from refunds import operations as refunds
from refunds.models import Refund
from refunds.tests.factories import ask, at_taipei, make_accepted_refund, make_credited_refund, run
from tests import wire_server

pytestmark = pytest.mark.django_db(transaction=True)

# Each notice and text message beside the moves of its subject: which of them did another transaction write?
TOLD_APART = """
    WITH moves AS (
        SELECT p.reference AS subject, c.xmin AS tx FROM payments_paymentchange c
        JOIN payments_payment p ON p.id = c.subject_id
        UNION ALL
        SELECT r.reference, c.xmin FROM refunds_refundchange c JOIN refunds_refund r ON r.id = c.subject_id
        UNION ALL
        SELECT r.reference, d.xmin FROM refunds_deferral d JOIN refunds_refund r ON r.id = d.refund_id
        UNION ALL
        SELECT r.reference, r.xmin FROM refunds_refund r WHERE r.overdue_told_at IS NOT NULL
    ), told AS (
        SELECT subject, kind, xmin AS tx FROM notifications_event
        UNION ALL
        SELECT subject, purpose, xmin FROM notifications_message
    )
    SELECT kind FROM told WHERE NOT EXISTS (
        SELECT FROM moves WHERE moves.subject = told.subject AND moves.tx = told.tx
    )
"""


@pytest.fixture
def intents(settings):
    """What was committed at the moment that the bank was asked for money, by path."""
    found = {}

    class Watched(wire_server.Wires):
        def asked(self, path, body):
            # This thread has a connection of its own: it sees what is committed and nothing else.
            try:
                found[path] = committed_intent(path, body)
            finally:
                connection.close()

    with wire_server.wired(settings, Watched):
        yield found


def committed_intent(path, body):
    match path:
        case "/debits":
            sent = Attempt.objects.filter(request_id=body["request_id"], outcome="", debit_sent_at__isnull=False)
            return list(sent.values_list("payment__status", "payment__account__last4"))
        case "/credits":
            sent = Refund.objects.filter(attempts__request_id=body["request_id"], request_id=body["request_id"])
            return list(sent.values_list("status", flat=True))
    return None


def test_the_bank_is_asked_for_a_debit_only_after_the_intent_is_committed(intents, at):
    payment = pay(make_payment(at), at)

    assert payment.status == "paid"
    assert intents["/debits"] == [("debiting", ACCOUNT[-4:])]


def test_the_bank_is_asked_for_a_credit_only_after_the_intent_is_committed(intents, at):
    refund = make_credited_refund(at)

    assert refund.status == "credited"
    assert intents["/credits"] == ["crediting"]


def decline_five_times(at):
    make_account(at)
    payment = make_payment(at)
    fake_bank().behave(ACCOUNT, *["4501"] * 5)
    for _ in range(5):
        with pytest.raises(Refusal, match="balance_too_low"):
            payments.pay_by_card(payment=payment, signed=sign(payment, at), at=at, by="payer")
        payment = Payment.objects.get()


def cancel_refund(at):
    refund = ask(make_paid_payment(at), at)
    refunds.cancel_refund(platform=refund.platform, reference=refund.reference, at=at, by="test")


def credit_a_closed_account(at):
    refund = make_accepted_refund(at)
    fake_bank().behave(ACCOUNT, "4502")
    run(refund, at_taipei(refund.credit_date))


def miss_the_run(at):
    refund = make_accepted_refund(at)
    run(refund, at_taipei(refund.credit_date, 16))


def pass_the_latest_date(at):
    refund = make_accepted_refund(at)
    refunds.tell_overdue(refund_id=refund.id, at=at_taipei(refund.latest_credit_date + dt.timedelta(days=1)))


TOLD = {
    "payment.succeeded": lambda at: make_paid_payment(at, twd=5_000),
    "payment.failed": decline_five_times,
    "payment.cancelled": lambda at: payments.cancel_payment(payment=make_payment(at), at=at, by="platform"),
    "payment.expired": lambda at: payments.expire_payment(
        payment=make_payment(at), at=at + dt.timedelta(hours=12), by="sweep"
    ),
    "refund.requested": lambda at: ask(make_paid_payment(at), at),
    "refund.accepted": make_accepted_refund,
    "refund.cancelled": cancel_refund,
    "refund.credited": make_credited_refund,
    "refund.manual": credit_a_closed_account,
    "refund.deferred": miss_the_run,
    "refund.overdue": pass_the_latest_date,
}


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_told_is_written_by_the_transaction_of_its_move(kind, at):
    TOLD[kind](at)

    assert Event.objects.filter(kind=kind).count() == 1
    with connection.cursor() as cursor:
        cursor.execute(TOLD_APART)
        assert list(itertools.chain.from_iterable(cursor.fetchall())) == []
