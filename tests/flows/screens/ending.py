"""Screens of every way a payment can end: its result, what stopped it at the reader, and links that were good once."""

from __future__ import annotations

import datetime as dt

from cards.bank import fake_bank
from common import clock
from payments import operations
from payments.models import Payment
from payments.operations.settling import DECLINES_MAX
from payments.pages.stopped import ENDINGS
from payments.states import DebitPhase
from tests.flows.screens import screen


def behaving(guest, answer):
    """A card for which the bank gives this answer."""
    card = guest.house.account()
    fake_bank().behave(card["account_number"], answer)
    return card


@screen("pay-link-dead")
def link_dead(guest):
    _, link = guest.house.order(guest.language)
    guest.open(f"{link[:-5]}wrong/")


def result_of(guest, **changes):
    payment, link = guest.house.paid(guest.language, **changes)
    guest.open(f"{link}result/")
    return payment


@screen("result-receipt")
def receipt(guest):
    assert result_of(guest).status == "paid"


@screen("result-confirming")
def confirming(guest):
    assert result_of(guest, card=behaving(guest, "timeout_after")).status == "unknown"


def _at(name, moment, status):
    @screen(f"result-{name}")
    def at(guest):
        payment, link = guest.house.paid_until(guest.language, moment)
        assert payment.status == status
        guest.open(f"{link}result/")


_at("being-presented", DebitPhase.PRESENTED, "created")
_at("being-debited", DebitPhase.RESERVED, "debiting")


@screen("result-declined-balance")
def declined_balance(guest):
    assert result_of(guest, card=behaving(guest, "4501")).status == "created"


@screen("result-declined-agreement")
def declined_agreement(guest):
    card = guest.house.account()
    fake_bank().set_profile(card["account_number"], transfer_agreement=False)
    assert result_of(guest, card=card).status == "created"


@screen("result-cancelled")
def cancelled(guest):
    payment, link = guest.house.order(guest.language)
    operations.cancel_payment(payment=payment, at=clock.now(), by="shop")
    guest.open(f"{link}result/")


@screen("result-expired")
def expired(guest):
    long_ago = clock.now() - dt.timedelta(days=1)
    _, link = guest.house.order(guest.language, at=long_ago)
    guest.open(f"{link}result/")


@screen("result-failed")
def failed(guest):
    """Declined so often that nothing more is tried."""
    payment, link = guest.house.order(guest.language)
    for _ in range(DECLINES_MAX):
        guest.house.pay(payment, at=clock.now(), card=behaving(guest, "4505"))
    assert payment.status == "failed"
    guest.open(f"{link}result/")


def _stopped(reason):
    @screen(f"stopped-{reason.replace('_', '-')}")
    def stopped(guest):
        _, link = guest.house.order(guest.language)
        guest.open(f"{link}stopped/{reason}/")


for _reason in ENDINGS:
    _stopped(_reason)


def gated(guest):
    payment, link = guest.house.paid(guest.language, card=guest.house.account(passed=False))
    assert payment.status == "gated"
    return payment, link


def replaced(guest):
    """The shop has sent the payer here again: the first link, and the payment."""
    payment, link = guest.house.order(guest.language)
    again, _ = guest.house.order(guest.language, order_number=payment.order_number)
    assert again == payment
    return again, link


@screen("former-link-gated")
def former_gated(guest):
    _, link = gated(guest)
    guest.open(link)


@screen("former-link-gated-time-over")
def former_gated_time_over(guest):
    payment, link = gated(guest)
    Payment.objects.filter(pk=payment.pk).update(expires_at=clock.now())
    guest.open(link)


@screen("former-link-replaced")
def former_replaced(guest):
    _, link = replaced(guest)
    guest.open(link)


@screen("former-link-being-paid")
def former_being_paid(guest):
    payment, link = replaced(guest)
    guest.house.pay(payment, at=clock.now(), card=behaving(guest, "timeout_after"))
    guest.open(link)


@screen("former-link-paid-elsewhere")
def former_paid(guest):
    payment, link = replaced(guest)
    guest.house.pay(payment, at=clock.now(), card=guest.house.account())
    guest.open(link)
