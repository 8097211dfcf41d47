"""Screens of refund progress: each state a refund can be in, closed and opened by the code of the SMS."""

from __future__ import annotations

import datetime as dt

from cards.bank import fake_bank
from common import clock
from common.clock import TAIPEI
from refunds import operations
from refunds.models import Refund
from refunds.tests.factories import again, ask, at_taipei, confirm, run
from refunds.working_days import Part
from tests.flows.screens import screen, screens_at

screens_at({"refund-look-up": "/refunds/", "refund-stale": "/refunds/no-such-token/"})


@screen("refund-look-up-wrong")
def refund_wrong(guest):
    guest.open("/refunds/")
    guest.press("main button[type=submit]")


@screen("refund-look-up-nothing")
def refund_nothing(guest):
    guest.open("/refunds/")
    guest.fill(order_number="HM00000000", account_last4="0000")
    guest.press("main button[type=submit]")


def asked_for(guest, *, days_ago=0, card=None, amount_minor=None):
    """A refund that the platform asked for so many days ago, of an order paid a day before."""
    now = clock.now()
    at = at_taipei((now - dt.timedelta(days=days_ago)).astimezone(TAIPEI).date(), hour=9)
    card = card or guest.house.account()
    payment, _ = guest.house.paid(guest.language, at=at - dt.timedelta(days=1), card=card)
    return ask(payment, at, amount_minor or payment.order_amount_minor), at, card


def show(guest, *refunds):
    guest.open(guest.house.refund_link(*refunds))


def refund_screen(name):
    """Two screens of the refund that the function makes: as anybody sees it, and opened by the code of the SMS."""

    def register(make):
        @screen(f"refund-{name}")
        def closed(guest):
            show(guest, make(guest))

        @screen(f"refund-{name}-opened")
        def opened(guest):
            refund = make(guest)
            guest.open_wholly(guest.house.refund_link(refund), refund.payment.reference)

        return make

    return register


@refund_screen("requested")
def requested(guest):
    refund, _, _ = asked_for(guest)
    return refund


@refund_screen("accepted")
def accepted(guest):
    refund, at, _ = asked_for(guest, days_ago=3)
    return confirm(refund, at)


@refund_screen("deferred")
def deferred(guest):
    refund, at, _ = asked_for(guest)
    refund = confirm(refund, at)
    closed = {"date": dt.date(2026, 6, 10), "counties": ["taipei_city"], "at": at, "by": "amy"}
    operations.record_closure(part=Part.WHOLE, **closed)
    operations.redate_refund(refund_id=refund.id, at=at, by="sweep")
    operations.record_closure(part=Part.NONE, **closed)  # other screens' days stay as they are
    return again(refund)


@refund_screen("overdue")
def overdue(guest):
    refund, at, _ = asked_for(guest, days_ago=30)
    return confirm(refund, at)


def at_the_bank(guest, behaviour):
    refund, at, card = asked_for(guest, days_ago=14)
    refund = confirm(refund, at)
    if behaviour:
        fake_bank().behave(card["account_number"], behaviour)
    run(refund, at_taipei(refund.credit_date))
    return again(refund)


@refund_screen("at-the-bank")
def unknown(guest):
    return at_the_bank(guest, "timeout_before")


@refund_screen("by-hand")
def by_hand(guest):
    return at_the_bank(guest, "4502")


@refund_screen("credited")
def credited(guest):
    return at_the_bank(guest, "")


@screen("refund-two-of-one-order")
def two_of_one_order(guest):
    refund, at, _ = asked_for(guest, days_ago=2, amount_minor=951)
    confirm(refund, at)
    another = ask(refund.payment, at + dt.timedelta(minutes=5), 100)
    show(guest, *Refund.objects.filter(pk__in=[refund.pk, another.pk]))


@refund_screen("cancelled")
def cancelled(guest):
    refund, at, _ = asked_for(guest)
    operations.cancel_refund(platform=refund.platform, reference=refund.reference, at=at, by="shop")
    return again(refund)


@screen("refund-none-yet")
def none_yet(guest):
    """From “Was I charged?” of an order that nothing was refunded of."""
    payment, _ = guest.house.paid(guest.language)
    guest.open(guest.house.charged_link(payment).replace("/was-i-charged/", "/refunds/of/"))


@screen("refund-code-sent")
def code_sent(guest):
    refund, _, _ = asked_for(guest)
    guest.open(f"{guest.house.refund_link(refund)}code/")
    guest.press("form[action$='/send/'] button")
