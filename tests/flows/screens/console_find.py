"""Screens of finding payments, the palette, and one payment with everything about it."""

from __future__ import annotations

import datetime as dt

from common import clock
from notifications.operations import deliver_due
from notifications.states import Channel
from refunds import operations as refunds
from refunds.tests.factories import again, ask, confirm
from refunds.working_days import Part
from tests.flows.screens import charged, refunding, screen


def search(guest, term, *, role="supervisor", at="/console/"):
    """Typed into the header's box, and Enter."""
    guest.as_staff(role)
    guest.open(at)
    guest.page.locator("#desk-q").fill(term)
    with guest.page.expect_navigation():
        guest.page.locator("#desk-q").press("Enter")


def show(guest, payment, *, role="supervisor", query=""):
    guest.as_staff(role)
    guest.open(f"/console/payment/{payment.reference}/{query}")


@screen("console-find")
def newest(guest):
    charged.told(guest)
    guest.as_staff("agent")
    guest.open("/console/find/")


@screen("console-find-filtered")
def filtered(guest):
    payment = charged.told(guest)
    guest.as_staff("supervisor")
    query = f"/console/find/?status=paid&platform={payment.platform.code}"
    guest.open(query)
    guest.page.locator(".keep summary").click()
    guest.page.locator("#save_name").fill("Paid today")
    with guest.page.expect_navigation():
        guest.page.locator(".keep button").click()


@screen("console-find-no-fit")
def no_fit(guest):
    guest.as_staff("agent")
    guest.open("/console/find/?amount_from=9999999")


@screen("console-find-wrong-filter")
def wrong_filter(guest):
    guest.as_staff("agent")
    guest.open("/console/find/?amount_from=500&amount_to=100")


@screen("console-find-several")
def several(guest):
    """Four digits that are two payments' account and another one's order number."""
    card = guest.house.account()
    last4 = card["account_number"][-4:]
    guest.house.paid(guest.language, card=card)
    guest.house.paid(guest.language, card=card)
    search(guest, last4)


@screen("console-find-nothing")
def nothing(guest):
    search(guest, "HM00000000")


@screen("console-find-misread")
def misread(guest):
    search(guest, "PAY-0123456789ABCD")


@screen("console-find-personal")
def personal(guest):
    search(guest, "0987 654 321")


# ---------- one payment ----------

for _name, _made in {
    "just-now": charged.just_now,
    "told": charged.told,
    "told-in-vain": charged.told_in_vain,
    "hours-ago": charged.hours_ago,
    "in-flight": charged.in_flight,
    "declined": charged.declined,
}.items():
    screen(f"console-payment-{_name}")(lambda guest, made=_made: show(guest, made(guest)))


@screen("console-payment-new")
def new(guest):
    """Nothing has happened yet: every part is empty."""
    show(guest, guest.house.order(guest.language)[0], role="auditor")


@screen("console-payment-refund-deferred")
def refund_deferred(guest):
    refund, at, _ = refunding.asked_for(guest)
    refund = confirm(refund, at)
    closed = {"date": dt.date(2026, 6, 10), "counties": ["taipei_city"], "at": at, "by": "amy"}
    refunds.record_closure(part=Part.WHOLE, **closed)
    refunds.redate_refund(refund_id=refund.id, at=at, by="sweep")
    refunds.record_closure(part=Part.NONE, **closed)  # other screens' days stay as they are
    show(guest, again(refund).payment)
    guest.page.locator("[id^=refund-RF] details summary").first.click()


@screen("console-payment-refund-overdue")
def refund_overdue(guest):
    refund, at, _ = refunding.asked_for(guest, days_ago=30)
    confirm(refund, at)
    guest.as_staff("agent")
    guest.open(f"/console/refund/{refund.reference}/")


@screen("console-payment-many-refunds")
def many_refunds(guest):
    refund, at, _ = refunding.asked_for(guest, days_ago=2, amount_minor=100)
    confirm(refund, at)
    for amount_minor in (20, 30):
        ask(refund.payment, at, amount_minor)
    show(guest, refund.payment)


@screen("console-payment-texts-only")
def texts_only(guest):
    show(guest, charged.told(guest), query="?show=sms")


@screen("console-payment-revealed")
def revealed(guest):
    payment = charged.told(guest)
    show(guest, payment)
    guest.page.locator("details:has(#reveal_field) > summary").click()
    guest.fill(field="phone")
    guest.page.locator("#reveal_reason").fill("the caller asks which number gets the text")
    with guest.page.expect_navigation():
        guest.page.locator("details:has(#reveal_field) button").click()


@screen("console-payment-told-again")
def told_again(guest):
    show(guest, charged.told_in_vain(guest))
    guest.page.locator("details:has(#tell_reason) > summary").click()
    words = "the shop says that it is back" if guest.language == "en" else "購物平台表示已恢復"
    guest.page.locator("#tell_reason").fill(words)
    with guest.page.expect_navigation():
        guest.page.locator("details:has(#tell_reason) button").click()


@screen("console-payment-acts-open")
def acts_open(guest):
    show(guest, charged.in_flight(guest))
    guest.page.locator("details:has(#ask_reason) > summary").click()


@screen("console-payment-unknown")
def unknown(guest):
    guest.as_staff("agent")
    guest.open("/console/payment/PAY-0123456789ABCD/")


# ---------- papers, many at once ----------


@screen("console-case-file-check")
def case_file_check(guest):
    guest.as_staff("auditor")
    guest.open("/console/case-file/check/")


@screen("console-case-file-not-ours")
def case_file_not_ours(guest):
    case_file_check(guest)
    guest.fill(reference="PAY-0123456789ABCD", code="AAAA-BBBB-CCCC-DDDD")
    with guest.page.expect_navigation():
        guest.page.locator("main form button").click()


@screen("console-tell-many")
def tell_many(guest):
    guest.as_staff("operator")
    guest.open("/console/payments/tell-again/")


@screen("console-tell-many-preview")
def tell_many_preview(guest):
    payment = charged.told_in_vain(guest)
    guest.as_staff("operator")
    guest.open(f"/console/payments/tell-again/?platform={payment.platform.code}&since=2026-06-01T00:00")


@screen("console-tell-many-taken")
def tell_many_taken(guest):
    payment = charged.told(guest)
    deliver_due(channel=Channel.WEBHOOK, at=clock.now())
    guest.as_staff("operator")
    guest.open(f"/console/payments/tell-again/?platform={payment.platform.code}&since=2026-06-01T00:00")
