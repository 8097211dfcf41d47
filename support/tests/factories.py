"""What becomes of notices, and cases of each kind, for the tests of support."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cards.bank import fake_bank, port
from common.references import new_id
from notifications.models import Message
from payments.models import Payment
from payments.tests.factories import make_platform
from platforms.models import WebhookEndpoint
from reconciliation.models import Finding, Run
from reconciliation.tests.factories import make_holder, pay_with
from refunds.models import Refund
from refunds.tests import factories as refunds
from support import operations
from support.models import Case
from support.watch import Cause, causes

ACCOUNT = "00012345678901"


def make_endpoint(at: dt.datetime) -> WebhookEndpoint:
    platform = make_platform()
    return WebhookEndpoint.objects.create(
        platform=platform, url="https://shop.example/hook", public_key="x", private_key_sealed="x", created_at=at
    )


def pay(at: dt.datetime, *behaviour: str, twd: int = 951) -> Payment:
    """A payment whose debit the bank treats as told: paid, unless told otherwise."""
    fake_bank().behave(ACCOUNT, *behaviour)
    return pay_with(make_holder("CARD0001", ACCOUNT, at), at, twd=twd)


def conclude(subject: str, status: str, at: dt.datetime) -> None:
    """Every message about it was taken, or its ladder ended."""
    for message in Message.objects.filter(subject=subject).exclude(status=status):
        acknowledged_at = at if status == "delivered" else None
        with transaction.atomic():
            fields = {"acknowledged_at": acknowledged_at, "due_at": None}
            message.move_to(status, at=at, by="test", fields=fields)


def make_manual_refund(at: dt.datetime, code: str = port.ACCOUNT_CLOSED) -> Refund:
    refund = refunds.make_accepted_refund(at, payment=pay(at), amount_minor=400)
    fake_bank().behave(ACCOUNT, code)
    refunds.run(refund, refunds.at_taipei(refund.credit_date))
    return refunds.again(refund)


def make_finding(at: dt.datetime) -> Finding:
    run = Run.objects.create(at=at, since=at, until=at, bank_answered=True)
    return Finding.objects.create(run=run, name="I-8", subject=f"PAY-{new_id()}", detail="x", found_at=at, seen_at=at)


def open_all(at: dt.datetime) -> list[Case]:
    """One round of the sweep."""
    return [operations.open_case(cause=cause, at=at, by="sweep") for cause in causes(at, limit=100)]


def cause_of(row: Payment | Refund | Finding, kind: str) -> Cause:
    return Cause(kind, **{type(row).__name__.lower(): row})


def make_bare(at: dt.datetime, **facts) -> Case:
    """A row without the operation that makes one: what the database itself thinks of it."""
    clocks = {"answer_due_at": at + dt.timedelta(hours=1), "due_at": at + dt.timedelta(hours=4)}
    return Case.objects.create(status="open", opened_at=at, queue="agents", priority=3, **clocks, **facts)
