"""Screens of further deeds: the numbers of the identity check, the pace of the refunds' run, a platform switched off."""

from __future__ import annotations

from django.db import transaction

from common import clock
from common.references import new_id
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


@screen("console-deeds-of-a-payment")
def of_a_payment(guest):
    """A refund in a person's hands, one to be put off, and one about which a request waits already."""
    signed_in(guest)
    payment, _ = guest.house.paid(guest.language)
    at = clock.now()
    made = [make_accepted_refund(at, payment=payment, amount_minor=amount) for amount in (100, 200, 300)]
    for refund in made[:2]:
        with transaction.atomic():
            refund.move_to("crediting", at=at, by="run", fields={"request_id": new_id(), "enquire_at": at})
            refund.move_to("manual", at=at, by="run", fields={"bank_code": "4502"})
    wish = {"reference": made[1].reference}
    why = said(guest, "The customer has opened the account again.", "客戶已重新開立帳戶。")
    asked(guest, "refund.return_to_run", wish, why)
    guest.open(f"/console/payment/{payment.reference}/")
