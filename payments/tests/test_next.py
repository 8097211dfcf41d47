"""What happens next with a payment: a step, a holder and a sentence for every status, in both languages."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils.translation import override

from payments.events import payment_body
from payments.models import Payment
from payments.queries import HOLDERS, NEXT_STEPS, what_next
from payments.states import MONEY_MOVED, Status

AT = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=2)
EXPIRES, ENQUIRES = "2026-06-08T04:00:00.000Z", "2026-06-08T02:02:00.000Z"

TABLE = [
    (Status.CREATED, "payer_pays", "payer", EXPIRES),
    (Status.GATED, "payer_proves_identity_then_pays_again", "payer", EXPIRES),
    (Status.DEBITING, "bank_is_asked", "bank", ENQUIRES),
    (Status.UNKNOWN, "bank_is_asked", "bank", ENQUIRES),
    (Status.PAID, "nothing", "nobody", None),
    (Status.FAILED, "nothing", "nobody", None),
    (Status.CANCELLED, "nothing", "nobody", None),
    (Status.EXPIRED, "nothing", "nobody", None),
]


def payment(status, expires_at=LATER):
    return Payment(status=status, expires_at=expires_at, enquire_at=AT + dt.timedelta(minutes=2), created_at=AT)


def test_each_status_has_its_row():
    assert {row[0] for row in TABLE} == set(Status) == set(NEXT_STEPS)


@pytest.mark.parametrize(("status", "what", "holder", "at"), TABLE, ids=[row[0].value for row in TABLE])
def test_each_status_says_what_comes_next_when_and_in_whose_hands(status, what, holder, at):
    said = {}
    for language in ("zh-hant", "en"):
        with override(language):
            body = what_next(payment(status), AT)
        said[language] = body.pop("text")
        assert body == {"what": what, "at": at, "holder": holder}

    assert holder in HOLDERS
    assert re.search(r"[\u4e00-\u9fff]", said["zh-hant"])
    assert said["en"].endswith(".")
    assert not re.search(r"[\u4e00-\u9fff]|%", said["en"])
    assert ("charged" in said["en"] or "without a charge" in said["en"]) or MONEY_MOVED[status] != "no"


@pytest.mark.parametrize("status", [Status.CREATED, Status.GATED])
def test_a_payment_whose_time_is_over_is_in_the_portals_hands(status):
    body = what_next(payment(status, expires_at=AT), AT)

    assert (body["what"], body["holder"], body["at"]) == ("payment_expires", "portal", "2026-06-08T02:00:00.000Z")


def test_the_time_to_pay_is_told_in_taipei_time():
    with override("en"):
        assert "until 2026-06-08 12:00 Taipei time" in what_next(payment(Status.CREATED), AT)["text"]


def test_what_is_sent_as_an_event_has_no_sentence_in_it():
    assert "next" not in payment_body(Payment(status=Status.CREATED, rate=Decimal(1), created_at=AT, expires_at=LATER))
