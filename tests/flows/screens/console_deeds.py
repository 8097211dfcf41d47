"""Screens of further deeds: the identity check's numbers, the run's pace, a platform switched off, a debit given back."""

from __future__ import annotations

from django.db import transaction

from cards.bank import fake_bank
from common import clock
from common.references import new_id
from payments.tasks import reverse as sweep
from payments.tests.factories import make_paid_payment
from platforms.tests.factories import make_platform
from refunds.tests.factories import make_accepted_refund
from support import operations
from support.models import Approval
from tests.flows.screens import screen
from tests.flows.screens.console_approvals import said, signed_in, someone, tomorrow


def asked(guest, deed: str, wish: dict[str, object], reason: str, *, role: str = "supervisor") -> Approval:
    """By another person; what waited about the same is withdrawn."""
    for old in Approval.objects.filter(status="pending", deed=deed):
        operations.withdraw(approval_id=old.pk, maker=old.maker, at=clock.now())
    return operations.ask_for(deed=deed, wish=wish, reason=reason, maker=someone(role), at=clock.now())


@screen("console-deed-gate")
def gate(guest):
    signed_in(guest)
    wish = {"mismatches_max": 3, "wait_seconds": 60, "valid_from": tomorrow()}
    why = said(guest, "Half of all mismatches are a mistyped issue date.", "半數不符為發證日期輸入錯誤。")
    guest.open(f"/console/approvals/{asked(guest, 'gate.change', wish, why).pk}/")


@screen("console-deed-gate-propose")
def gate_propose(guest):
    signed_in(guest)
    guest.open("/console/approvals/new/gate.change/")


@screen("console-deed-gate-wrong")
def gate_wrong(guest):
    """None at all would let nobody through, and it can't begin today."""
    signed_in(guest)
    guest.open("/console/approvals/new/gate.change/")
    today = clock.today_in_taipei(clock.now()).isoformat()
    guest.fill(mismatches_max="2", wait_seconds="60", valid_from=today, reason=said(guest, "in haste", "急件"))
    guest.press("main form .button")


@screen("console-deed-pace")
def pace(guest):
    signed_in(guest)
    wish = {"credits_per_minute": 240, "valid_from": tomorrow()}
    why = said(guest, "Measured in May: 240 a minute.", "五月實測為每分鐘 240 筆。")
    guest.open(f"/console/approvals/{asked(guest, 'run_pace.change', wish, why).pk}/")


@screen("console-deed-suspend")
def suspend(guest):
    signed_in(guest, "operator")
    wish = {"code": make_platform(name="Lantern").code}
    why = said(guest, "Its key was published by mistake.", "其金鑰遭誤公開。")
    guest.open(f"/console/approvals/{asked(guest, 'platform.suspend', wish, why, role='operator').pk}/")


@screen("console-deed-links")
def of_a_payment(guest):
    """A refund in a person's hands, one to be put off, and one about which a request waits already."""
    signed_in(guest)
    payment, _ = guest.house.paid(guest.language)
    at = clock.now()
    made = [make_accepted_refund(at, payment=payment, amount_minor=amount) for amount in (100, 200, 300)]
    for refund in made[:2]:
        with transaction.atomic():
            refund.move_to("crediting", at=at, by="sweep", fields={"request_id": new_id(), "enquire_at": at})
            refund.move_to("manual", at=at, by="sweep", fields={"bank_code": "4502"})
    wish = {"reference": made[1].reference}
    why = said(guest, "The customer has opened the account again.", "客戶已重新開立帳戶。")
    asked(guest, "refund.return_to_run", wish, why)
    guest.open(f"/console/payment/{payment.reference}/")


def wrongly_debited(guest):
    """The bank says that it took a dollar more than the order."""
    card = guest.house.account()
    fake_bank().behave(card["account_number"], "other_amount")
    payment, _ = guest.house.paid(guest.language, card=card)
    return payment


@screen("console-deed-wrong-debit")
def wrong_debit(guest):
    signed_in(guest)
    guest.open(f"/console/payment/{wrongly_debited(guest).reference}/")


@screen("console-deed-reverse-propose")
def reverse_propose(guest):
    signed_in(guest)
    payment = wrongly_debited(guest)
    told = payment.final_amount_minor + 1
    guest.open(f"/console/approvals/new/payment.reverse_debit/?subject={payment.reference}&told_minor={told}")


@screen("console-deed-reverse")
def reverse(guest):
    signed_in(guest)
    guest.open(f"/console/approvals/{to_be_given_back(guest).pk}/")


def to_be_given_back(guest) -> Approval:
    payment = wrongly_debited(guest)
    wish = {"reference": payment.reference, "told_minor": payment.final_amount_minor + 1}
    why = said(guest, "The bank stands by its amount, on the phone at 9:40.", "帳務單位於 9:40 電話確認其扣款金額。")
    return asked(guest, "payment.reverse_debit", wish, why)


@screen("console-deed-reversed")
def reversed_debit(guest):
    """What to say once all of it is back."""
    signed_in(guest)
    asked_for = to_be_given_back(guest)
    operations.approve(approval_id=asked_for.pk, checker=someone("operator"), at=clock.now())
    sweep()
    guest.open(f"/console/payment/{asked_for.subject}/")


@screen("console-deed-unmasked")
def unmasked(guest):
    """Agreed to by another: who asked may take the file now."""
    me, day = signed_in(guest), clock.today_in_taipei(clock.now()).isoformat()
    make_paid_payment(clock.now())
    for old in Approval.objects.filter(status="pending", deed="export.rows"):
        operations.withdraw(approval_id=old.pk, maker=old.maker, at=clock.now())
    asking = operations.ask_for(
        deed="export.rows",
        wish={"first": day, "last": day},
        reason=said(guest, "The police ask for them in writing.", "警方來函調閱。"),
        maker=me,
        at=clock.now(),
    )
    operations.approve(approval_id=asking.pk, checker=someone(), at=clock.now())
    guest.open(f"/console/approvals/{asking.pk}/")


@screen("console-deed-unmasked-propose")
def unmasked_propose(guest):
    signed_in(guest)
    day = clock.today_in_taipei(clock.now()).isoformat()
    guest.open(f"/console/approvals/new/export.rows/?first={day}&last={day}")
