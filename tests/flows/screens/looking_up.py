"""Screens of the two look-ups: was I charged, and where is my refund."""

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

screens_at({"charged-look-up": "/was-i-charged/", "charged-stale": "/was-i-charged/no-such-token/"})


@screen("charged-look-up-wrong")
def charged_wrong(guest):
    guest.open("/was-i-charged/")
    guest.fill(order_number="", account_last4="12")
    guest.press("main button[type=submit]")


@screen("charged-look-up-nothing")
def charged_nothing(guest):
    guest.open("/was-i-charged/")
    guest.fill(order_number="HM00000000", account_last4="0000")
    guest.press("main button[type=submit]")


def charged(guest, **changes):
    payment, _ = guest.house.paid(guest.language, **changes)
    guest.open(guest.house.charged_link(payment))


@screen("charged-just-now")
def charged_just_now(guest):
    charged(guest)


@screen("charged-hours-ago")
def charged_hours_ago(guest):
    charged(guest, at=clock.now() - dt.timedelta(hours=3))


@screen("charged-unknown")
def charged_unknown(guest):
    card = guest.house.account()
    fake_bank().behave(card["account_number"], "timeout_after")
    charged(guest, card=card)


@screen("charged-declined")
def charged_declined(guest):
    card = guest.house.account()
    fake_bank().behave(card["account_number"], "4505")
    charged(guest, card=card)


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


@screen("refund-requested")
def requested(guest):
    refund, _, _ = asked_for(guest)
    show(guest, refund)


@screen("refund-accepted")
def accepted(guest):
    refund, at, _ = asked_for(guest, days_ago=3)
    show(guest, confirm(refund, at))


@screen("refund-deferred")
def deferred(guest):
    refund, at, _ = asked_for(guest)
    refund = confirm(refund, at)
    closed = {"date": dt.date(2026, 6, 10), "counties": ["taipei_city"], "at": at, "by": "amy"}
    operations.record_closure(part=Part.WHOLE, **closed)
    operations.redate_refund(refund_id=refund.id, at=at, by="sweep")
    operations.record_closure(part=Part.NONE, **closed)  # other screens' days stay as they are
    show(guest, again(refund))


@screen("refund-overdue")
def overdue(guest):
    refund, at, _ = asked_for(guest, days_ago=30)
    show(guest, confirm(refund, at))


def at_the_bank(guest, behaviour):
    refund, at, card = asked_for(guest, days_ago=14)
    refund = confirm(refund, at)
    if behaviour:
        fake_bank().behave(card["account_number"], behaviour)
    run(refund, at_taipei(refund.credit_date))
    show(guest, again(refund))


@screen("refund-at-the-bank")
def unknown(guest):
    at_the_bank(guest, "timeout_before")


@screen("refund-by-hand")
def by_hand(guest):
    at_the_bank(guest, "4502")


@screen("refund-credited")
def credited(guest):
    at_the_bank(guest, "")


@screen("refund-two-of-one-order")
def two_of_one_order(guest):
    refund, at, _ = asked_for(guest, days_ago=2, amount_minor=951)
    confirm(refund, at)
    another = ask(refund.payment, at + dt.timedelta(minutes=5), 100)
    show(guest, *Refund.objects.filter(pk__in=[refund.pk, another.pk]))


@screen("refund-cancelled")
def cancelled(guest):
    refund, at, _ = asked_for(guest)
    operations.cancel_refund(platform=refund.platform, reference=refund.reference, at=at, by="shop")
    show(guest, refund)
