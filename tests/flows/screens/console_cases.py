"""Screens of cases: the lists, the board, one case in each of its states, a new one, and what customers ask."""

from __future__ import annotations

import datetime as dt

from cards.bank import fake_bank, port
from common import clock
from refunds.tests.factories import again, ask, at_taipei, confirm, run
from support import operations
from support.models import Case
from support.states import ClosedAs, Kind, Priority
from support.watch import Cause
from tests.flows.screens import screen
from verification.operations import ask_customer_service

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ASKED = {
    "zh-hant": "購物平台說沒有收到錢，但我的帳戶已經扣款了。",
    "en": "The shop says that nothing came, but my account was charged.",
}
NOTED = {
    "zh-hant": "平台維護中，已通知其值班人員。",
    "en": "The platform is being looked after; its duty officer knows.",
}
WHY = {"zh-hant": "已向客戶說明款項流向。", "en": "Told the customer where the money is."}


def in_english(guest, words):
    return words["en" if guest.language == "en" else "zh-hant"]


def not_told(guest, *, ago=3 * HOUR):
    payment, _ = guest.house.paid(guest.language, at=clock.now() - ago)
    return operations.open_case(cause=Cause(Kind.NOT_TOLD, payment=payment), at=clock.now() - ago, by="sweep")


def closed_account(guest):
    """A refund of last month whose account is closed by now."""
    at = at_taipei((clock.now() - 30 * DAY).date(), hour=9)
    card = guest.house.account()
    payment, _ = guest.house.paid(guest.language, at=at - DAY, card=card)
    refund = confirm(ask(payment, at, payment.order_amount_minor), at)
    fake_bank().behave(card["account_number"], port.ACCOUNT_CLOSED)
    run(refund, at_taipei(refund.credit_date))
    return operations.open_case(
        cause=Cause(Kind.ACCOUNT_CLOSED, refund=again(refund)), at=clock.now() - 5 * DAY, by="sweep"
    )


def asked(guest):
    payment, _ = guest.house.paid(guest.language)
    question = ask_customer_service(
        subject=payment.reference,
        text=in_english(guest, ASKED),
        page="payments.was-i-charged",
        language=guest.language,
        known=(),
        at=clock.now(),
    )
    cause = Cause(Kind.CUSTOMER_ASKED, payment=payment, question=question)
    return payment, operations.open_case(cause=cause, at=clock.now(), by="sweep")


def some(guest):
    """One of each age and in several hands."""
    overdue, today, manual = not_told(guest, ago=4 * DAY), not_told(guest), closed_account(guest)
    _, question = asked(guest)
    operations.take_case(case_id=today.id, at=clock.now(), by="staff:bob")
    operations.take_case(case_id=manual.id, at=clock.now(), by="staff:carla")
    return overdue, today, manual, question


def show(guest, case: Case):
    guest.open(f"/console/cases/{case.pk}/")


@screen("console-cases")
def cases(guest):
    some(guest)
    guest.as_staff("supervisor")
    guest.open("/console/cases/?view=all")


@screen("console-cases-empty")
def cases_empty(guest):
    guest.as_staff("agent")
    guest.open("/console/cases/?view=mine")


@screen("console-cases-wrong-number")
def cases_wrong_number(guest):
    guest.as_staff("agent")
    guest.open("/console/cases/?view=mine&number=CS-000000000")


@screen("console-cases-closed")
def cases_closed(guest):
    case = not_told(guest)
    operations.close_case(
        case_id=case.id, reason=in_english(guest, WHY), at=clock.now(), by="staff:bob", closed_as=ClosedAs.EXPLAINED
    )
    guest.as_staff("auditor")
    guest.open("/console/cases/?view=closed")


@screen("console-cases-board")
def board(guest):
    some(guest)
    guest.as_staff("supervisor")
    guest.open("/console/cases/board/")


@screen("console-case-asked")
def case_asked(guest):
    _, case = asked(guest)
    guest.as_staff("agent")
    show(guest, case)


@screen("console-case-worked-on")
def case_worked_on(guest):
    case, at = not_told(guest, ago=4 * DAY), clock.now()
    guest.as_staff("supervisor", name=f"bob-{case.reference[3:].lower()}")
    bob = f"staff:bob-{case.reference[3:].lower()}"
    operations.take_case(case_id=case.id, at=at, by=bob)
    words = in_english(guest, NOTED)
    operations.add_note(case_id=case.id, text=words, at=at, by=bob)
    operations.set_priority(case_id=case.id, priority=Priority.URGENT, reason=words, at=at, by=bob)
    other = operations.open_by_hand(
        reference=case.payment.reference, kind=Kind.COMPLAINT, words=in_english(guest, ASKED), at=at, by=bob
    )
    operations.merge_case(case_id=other.id, into=case.reference, reason=in_english(guest, WHY), at=at, by=bob)
    show(guest, case)


@screen("console-case-of-a-refund")
def case_of_a_refund(guest):
    case = closed_account(guest)
    guest.as_staff("supervisor")
    show(guest, case)


@screen("console-case-refused")
def case_refused(guest):
    case = closed_account(guest)
    guest.as_staff("supervisor")
    show(guest, case)
    guest.page.locator("details", has=guest.page.locator("form[action$='/close/']")).locator("summary").click()
    guest.page.locator("#close_reason").fill(in_english(guest, WHY))
    guest.press("form[action$='/close/'] button")


@screen("console-case-closed")
def case_closed(guest):
    case = not_told(guest)
    operations.close_case(
        case_id=case.id, reason=in_english(guest, WHY), at=clock.now(), by="staff:bob", closed_as=ClosedAs.EXPLAINED
    )
    guest.as_staff("agent")
    show(guest, case)


@screen("console-case-new")
def case_new(guest):
    payment, _ = guest.house.paid(guest.language)
    guest.as_staff("agent")
    guest.open(f"/console/cases/new/?payment={payment.reference}")


@screen("console-case-new-wrong")
def case_new_wrong(guest):
    guest.as_staff("agent")
    guest.open("/console/cases/new/")
    guest.press("main button.button")


# ---------- what the customer sees of it ----------


@screen("charged-ask")
def ask_form(guest):
    payment, _ = guest.house.paid(guest.language)
    link = guest.house.charged_link(payment)
    guest.open_wholly(f"{link}ask/", payment.reference)


@screen("charged-ask-refused")
def ask_refused(guest):
    ask_form(guest)
    guest.fill(text="A123456789")
    guest.press("main form.card button[type=submit]")


@screen("charged-asked")
def charged_asked(guest):
    payment, _ = asked(guest)
    guest.open_wholly(guest.house.charged_link(payment), payment.reference)


@screen("charged-asked-and-answered")
def charged_answered(guest):
    payment, case = asked(guest)
    operations.close_case(case_id=case.id, reason=in_english(guest, WHY), at=clock.now(), by="staff:bob")
    guest.open_wholly(guest.house.charged_link(payment), payment.reference)
