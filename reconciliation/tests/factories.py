"""A house in which everything that can happen has happened, for the invariants to hold in."""

from __future__ import annotations

import contextlib
import datetime as dt

from django.db import transaction

from audit import operations as audit
from cards.bank import fake_bank
from cards.models import Customer
from cards.operations import remember_account
from common.errors import Refusal
from notifications import operations as notifications
from payments import operations as payments
from payments.models import Payment
from payments.tests import factories
from platforms.models import WebhookEndpoint
from reconciliation import operations
from refunds.tests import factories as refunds
from verification.models import Check
from verification.operations import record_use
from verification.states import Status as CheckStatus
from verification.tests.factories import make_check

ALWAYS = {"since": dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "until": dt.datetime(2040, 1, 1, tzinfo=dt.UTC)}


def pass_gate(customer: Customer, at: dt.datetime) -> Check:
    """A check walked through to its end, as its pages do it."""
    check, _ = make_check(customer, at=at)
    with transaction.atomic():
        for status in ("CONSENTED", "SUBMITTED", "CODE_SENT", "ASKING", "PASSED"):
            check.move_to(CheckStatus[status], at=at, by="test")
        record_use(customer=customer, at=at)
    return check


def make_holder(serial: str, account_number: str, at: dt.datetime) -> dict[str, str]:
    """A card and account whose holder has passed the gate."""
    account = remember_account(customer_number=f"C-{serial}", account_number=account_number, at=at)
    if not account.customer.checks.exists():
        pass_gate(account.customer, at)
    return {"serial": serial, "account_number": account_number}


def pay_with(card: dict[str, str], at: dt.datetime, *, twd: int = 951) -> Payment:
    """Whatever came of it: a bank that refuses is no trouble of the test."""
    payment = factories.make_payment(at, twd=twd)
    signed = factories.sign(payment, at, **card)
    with contextlib.suppress(Refusal):
        payments.pay_by_card(payment=payment, signed=signed, at=at, by="payer")
    payment.refresh_from_db()
    return payment


def make_house(at: dt.datetime) -> dict[str, Payment]:
    """Payments of every status and refunds on their way and back, told, numbered, audited; the bank's statement fetched."""
    platform = factories.make_platform()
    WebhookEndpoint.objects.create(
        platform=platform, url="https://shop.example/hook", public_key="x", private_key_sealed="x", created_at=at
    )
    card = make_holder("CARD0001", "00012345678901", at)
    made = {"paid": pay_with(card, at, twd=6_000), "refunded": pay_with(card, at)}
    for name, behaviour in (("declined", "4501"), ("unknown", "timeout_before"), ("lost", "timeout_after")):
        fake_bank().behave(card["account_number"], behaviour)
        made[name] = pay_with(card, at)
    made["cancelled"] = payments.cancel_payment(payment=factories.make_payment(at), at=at, by="test")
    made["expired"] = factories.make_payment(at)
    payments.expire_payment(payment=made["expired"], at=made["expired"].expires_at, by="test")
    refunds.make_credited_refund(at, payment=made["refunded"], amount_minor=400)
    refunds.make_accepted_refund(at, payment=made["refunded"], amount_minor=100)
    audit.record(by="staff:amy", action="payment.seen", subject=made["paid"].reference, at=at)
    audit.record(by="staff:amy", action="payment.seen", subject=made["refunded"].reference, at=at)
    audit.link_records()
    notifications.number_events()
    operations.fetch_statement(**ALWAYS, at=at)
    return made
