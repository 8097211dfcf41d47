"""Orders, payments and signed cards for the tests of every app above."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from cards import operations as cards
from cards.chip import fake_authority
from cards.chip.port import Presentation, order_digest
from cards.models import Account
from common.money import Money
from common.references import new_id
from payments import operations
from payments.amounts import Quote
from payments.models import Payment
from payments.operations.debits import TERMINAL, SignedOrder
from platforms.models import Platform
from verification import operations as verification

ACCOUNT = "00012345678901"
SERIAL = "CARD0001"
_counter = itertools.count(1)
_order_number = itertools.count(1)


def make_platform(code: str = "taobao", at: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) -> Platform:
    platform, _ = Platform.objects.get_or_create(
        code=code,
        defaults={
            "name": code.title(),
            "contact_phone": "(02)7705-4306",
            "return_url_prefixes": ["https://shop.example/"],
            "created_at": at,
            "created_by": "test",
        },
    )
    return platform


def make_quote(twd: int = 951) -> Quote:
    """Goods worth `twd` in TWD: at a rate of 1 every sum can be made."""
    return Quote(Money(twd * 100, "CNY"), Money(0, "CNY"), Money(0, "CNY"), rate=Decimal(1))


def make_order(at: dt.datetime, *, order_number: str | None = None, twd: int = 951, **changes) -> operations.NewOrder:
    order = operations.NewOrder(
        order_number=order_number or f"TB{next(_order_number):08d}",
        quote=make_quote(twd),
        rate_source="Test Bank",
        rate_quoted_at=at,
        description="one thing",
        goods=[{"name": "thing", "quantity": 1, "amount_minor": twd * 100}],
        return_url="https://shop.example/orders/1",
        language="zh-hant",
        expires_at=at + dt.timedelta(hours=12),
    )
    return replace(order, **changes)


def make_payment(at: dt.datetime, *, twd: int = 951, order_number: str | None = None, platform=None) -> Payment:
    order = make_order(at, order_number=order_number, twd=twd)
    return operations.create_payment(platform=platform or make_platform(), order=order, at=at, by="test").payment


def make_account(at: dt.datetime, account_number: str = ACCOUNT, serial: str = SERIAL, passed: bool = True) -> Account:
    """The account of a card's holder; `passed`: their identity was checked today."""
    account = cards.remember_account(customer_number=f"C-{serial}", account_number=account_number, at=at)
    if passed:
        with transaction.atomic():
            verification.record_use(customer=account.customer, at=at)
    return account


def sign(payment: Payment, at: dt.datetime, *, account_number: str = ACCOUNT, serial: str = SERIAL) -> SignedOrder:
    """What the page brings after a right password: a fresh check code, signed by the card."""
    code = cards.issue_check_code(subject=payment.reference, at=at)
    digest = order_digest(payment.order_as_shown())
    presentation = fake_authority().sign(
        Presentation(
            request_id=new_id(),
            account_number=account_number,
            issuer="700",
            card_serial=serial,
            amount=payment.final_amount,
            terminal=TERMINAL,
            check_code=code.code,
            signed_at="20260608100000",
            order_digest=digest,
            counter=f"{next(_counter):08d}",
            tac="",
        )
    )
    return SignedOrder(
        account_number=account_number,
        issuer="700",
        card_serial=serial,
        check_code=code.code,
        signed_at=presentation.signed_at,
        order_digest=digest,
        counter=presentation.counter,
        tac=presentation.tac,
    )


def pay(payment: Payment, at: dt.datetime, **card) -> Payment:
    """Pay it with a card whose holder has passed the gate."""
    make_account(at, card.get("account_number", ACCOUNT), card.get("serial", SERIAL))
    paid = operations.pay_by_card(payment=payment, signed=sign(payment, at, **card), at=at, by="payer")
    assert isinstance(paid, Payment)
    return paid


def make_paid_payment(at: dt.datetime, *, twd: int = 951, **card) -> Payment:
    return pay(make_payment(at, twd=twd), at, **card)
