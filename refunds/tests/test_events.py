"""What is told of a refund: one SMS segment in each language, and bodies that a platform can read."""

import datetime as dt

import pytest

from notifications.rules import segments
from payments.tests.factories import make_paid_payment
from refunds import events
from refunds.models import Deferral
from refunds.tests.factories import again, ask, make_accepted_refund

pytestmark = pytest.mark.django_db

# A refund as large as a month's limit.
LARGEST = 300_000


def worst_texts(refund):
    """Every text with the longest words it can have."""
    refund.total_minor = LARGEST
    yield events.accepted_sms(refund)
    yield events.credited_sms(refund)
    for reason in Deferral.Reason:
        yield events.deferred_sms(refund, Deferral(reason=reason))


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_each_text_is_one_segment(at, language):
    refund = again(make_accepted_refund(at))
    refund.payment.language = language

    texts = list(worst_texts(refund))

    assert [text for text in texts if segments(text) != 1] == []
    assert all("300,000" in text for text in texts)
    assert ("退款" in texts[0]) == (language == "zh-hant")


def test_the_body_of_a_promised_refund(at):
    refund = make_accepted_refund(at)

    body = events.refund_body(again(refund), at)

    assert body == {
        "object": "refund",
        "id": refund.reference,
        "refund_number": refund.platform_refund_number,
        "payment": refund.payment.reference,
        "order_number": refund.payment.order_number,
        "status": "accepted",
        "money_moved": "no",
        "currency": "TWD",
        "amount_minor": 951,
        "charge_minor": 10,
        "total_minor": 961,
        "reason": "",
        "requested_at": "2026-06-08T02:00:00.000Z",
        "accepted_date": "2026-06-08",
        "expected_credit_date": "2026-06-17",
        "latest_credit_date": "2026-06-23",
        "credit_date": "2026-06-17",
        "calendar_version": 1,
        "overdue": False,
        "credited_at": None,
        "deferrals": [],
    }


def test_the_body_before_the_promise_has_no_dates(at):
    body = events.refund_body(ask(make_paid_payment(at), at), at + dt.timedelta(days=90))

    dates = ("accepted_date", "expected_credit_date", "latest_credit_date", "credit_date", "calendar_version")
    assert {name: body[name] for name in dates} == dict.fromkeys(dates)
    assert (body["status"], body["overdue"]) == ("requested", False)
