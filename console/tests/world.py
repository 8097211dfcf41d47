"""A day's work for the reports: payments, a decline, refunds of before, and a case that somebody took and closed."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools

from cards.bank import fake_bank
from common.clock import today_in_taipei
from common.errors import Refusal
from payments import operations as payments
from payments.models import Payment
from payments.tests.factories import make_account, make_payment, sign
from refunds.tests import factories as refunds
from support import operations as support
from support.states import Kind
from support.watch import Cause

_number = itertools.count(70_000_001)


def pay(at: dt.datetime, *behaviour: str, twd: int = 951, order_number: str | None = None) -> Payment:
    """An order by somebody new; the bank approves unless told otherwise."""
    number = next(_number)
    account, serial = f"{number:014d}", f"C{number}"
    make_account(at, account, serial)
    fake_bank().behave(account, *behaviour)
    payment = make_payment(at, twd=twd, order_number=order_number)
    with contextlib.suppress(Refusal):
        signed = sign(payment, at, account_number=account, serial=serial)
        payments.pay_by_card(payment=payment, signed=signed, at=at, by="payer")
    payment.refresh_from_db()
    return payment


def seed_a_day(at: dt.datetime) -> dt.date:
    """Of the Taipei day of this moment: three paid, one declined, one refund accepted and one credited, one case ended."""
    paid = [pay(at - dt.timedelta(minutes=50), twd=twd) for twd in (951, 12_000, 300)]
    pay(at - dt.timedelta(minutes=40), "4502", twd=500)
    refunds.make_accepted_refund(at - dt.timedelta(minutes=30), payment=paid[0], amount_minor=400)
    before = at - dt.timedelta(days=10)
    refunds.make_credited_refund(before, payment=pay(before, twd=2_000), amount_minor=2_000)
    case = support.open_case(cause=Cause(Kind.NOT_TOLD, payment=paid[1]), at=at - dt.timedelta(minutes=30), by="sweep")
    support.take_case(case_id=case.id, at=at - dt.timedelta(minutes=18), by="staff:amy")
    support.close_case(case_id=case.id, reason="The platform has it", at=at - dt.timedelta(minutes=5), by="staff:amy")
    return today_in_taipei(at)
