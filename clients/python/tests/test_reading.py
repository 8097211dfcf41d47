"""Answers as dataclasses: what may be missing, what may be more, what may not be otherwise."""

import datetime as dt

import pytest

from clients.python.tests.bodies import payment, refund
from outpost import Payment, Refund
from outpost.reading import Malformed, read


def test_null_and_absent_are_the_same():
    said = payment()
    silent = {name: value for name, value in said.items() if value is not None}

    assert read(Payment, said) == read(Payment, silent)


def test_what_is_read_cannot_be_changed():
    found = read(Refund, refund())

    with pytest.raises(AttributeError):
        found.status = "credited"


def test_a_deferral_has_its_dates():
    deferral = {
        "reason": "typhoon",
        "old_date": "2026-12-02",
        "new_date": "2026-12-03",
        "at": "2026-12-01T12:00:00.000Z",
    }

    (found,) = read(Refund, refund(deferrals=[deferral])).deferrals

    assert (found.old_date, found.new_date) == (dt.date(2026, 12, 2), dt.date(2026, 12, 3))
    assert found.at == dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "Payment is not an object"),
        ([], "Payment is not an object"),
        (payment(id=None), r"Payment\.id is missing"),
        (payment(id=7), r"Payment\.id is no str"),
        (payment(refundable_minor="951"), r"Payment\.refundable_minor is no int"),
        (payment(refundable_minor=951.0), r"Payment\.refundable_minor is no int"),
        (payment(refundable_minor=True), r"Payment\.refundable_minor is no int"),
        (payment(created_at="yesterday"), r"Payment\.created_at is no datetime"),
        (payment(created_at="2026-11-23T05:12:07"), r"Payment\.created_at is no datetime"),
        (payment(created_at=5), r"Payment\.created_at is no datetime"),
        (payment(amounts=[]), "Amounts is not an object"),
        (payment(amounts=payment()["amounts"] | {"rate": "much"}), r"Amounts\.rate is no Decimal"),
        (payment(refunds={}), r"Payment\.refunds is not a list"),
    ],
)
def test_what_breaks_the_contract_is_named(answer, why):
    with pytest.raises(Malformed, match=why):
        read(Payment, answer)
