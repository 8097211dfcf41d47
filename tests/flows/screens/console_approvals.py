"""Screens of what waits for a second person: queue, request, forms; empty, refused, decided."""

from __future__ import annotations

import datetime as dt
import itertools

from common import clock
from refunds.tests.factories import confirm
from staff.tests.factories import make_staff
from support import operations
from support.models import Approval
from tests.flows.screens import screen
from tests.flows.screens.refunding import asked_for

_number = itertools.count(1)
# One and the same request doesn't wait twice: each screen has a day of its own, far beyond any other test.
_days = itertools.count(0)


def someone(role: str = "supervisor"):
    return make_staff(f"second-{role}-{next(_number)}", role)


def tomorrow() -> str:
    return (clock.today_in_taipei(clock.now()) + dt.timedelta(days=30 + next(_days))).isoformat()


def said(guest, english: str, chinese: str) -> str:
    """What people type is in the language of the page they look at."""
    return english if guest.language == "en" else chinese


def asked(guest, maker=None, *, amount: int = 60_000, code: str = "transfer_single") -> Approval:
    """A limit; what waited about it before is withdrawn."""
    for old in Approval.objects.filter(status="pending", subject=code):
        operations.withdraw(approval_id=old.pk, maker=old.maker, at=clock.now())
    wish = {"code": code, "amount_minor": amount, "valid_from": tomorrow()}
    return operations.ask_for(
        deed="limit.change",
        wish=wish,
        reason=said(guest, "The board decided on 1 June to raise it.", "董事會於 6 月 1 日決定調高。"),
        maker=maker or someone(),
        at=clock.now(),
    )


def signed_in(guest, role: str = "supervisor"):
    """The browser's own member of staff."""
    from django.contrib.auth.models import User

    guest.as_staff(role, stepped_up=True)
    return User.objects.latest("id")


@screen("console-approvals")
def queue(guest):
    me = signed_in(guest)
    asked(guest, amount=300_000, code="service_monthly")
    asked(guest, code="transfer_daily")
    asked(guest, me)
    guest.open("/console/approvals/")


@screen("console-approvals-nothing")
def nothing(guest):
    signed_in(guest, "administrator")
    for old in Approval.objects.filter(status="pending"):
        operations.withdraw(approval_id=old.pk, maker=old.maker, at=clock.now())
    guest.open("/console/approvals/")


@screen("console-approvals-decided")
def decided(guest):
    signed_in(guest)
    operations.approve(approval_id=asked(guest).pk, checker=someone("operator"), at=clock.now())
    operations.reject(
        approval_id=asked(guest).pk,
        checker=someone(),
        words=said(guest, "Too high for one order.", "單筆金額過高。"),
        at=clock.now(),
    )
    guest.open("/console/approvals/?show=decided")


@screen("console-approval")
def to_decide(guest):
    signed_in(guest)
    guest.open(f"/console/approvals/{asked(guest).pk}/")


@screen("console-approval-own")
def own(guest):
    guest.open(f"/console/approvals/{asked(guest, signed_in(guest)).pk}/")


@screen("console-approval-refused")
def refused(guest):
    """A no without words."""
    signed_in(guest)
    guest.open(f"/console/approvals/{asked(guest).pk}/")
    guest.press(".approval-decide button[formaction]")


@screen("console-approval-done")
def done(guest):
    signed_in(guest)
    request = asked(guest)
    operations.approve(approval_id=request.pk, checker=someone(), at=clock.now())
    guest.open(f"/console/approvals/{request.pk}/")


@screen("console-approval-calendar")
def calendar(guest):
    """A typhoon that moves what waits."""
    signed_in(guest)
    for days in (0, 1, 3):
        refund, asked_at, _ = asked_for(guest, days_ago=days)
        confirm(refund, asked_at)
    maker, at = someone("operator"), clock.now()
    for old in Approval.objects.filter(status="pending", deed="calendar.closure"):
        operations.withdraw(approval_id=old.pk, maker=old.maker, at=at)
    wish = {"date": "2026-06-10", "counties": ["taipei_city", "new_taipei_city"], "part": "whole"}
    request = operations.ask_for(
        deed="calendar.closure", wish=wish, reason=said(guest, "Typhoon Lin", "颱風來襲"), maker=maker, at=at
    )
    guest.open(f"/console/approvals/{request.pk}/")


@screen("console-approval-deeds")
def deeds(guest):
    signed_in(guest, "operator")
    guest.open("/console/approvals/new/")


@screen("console-approval-propose")
def propose(guest):
    signed_in(guest)
    guest.open("/console/approvals/new/refund.settle_by_hand/?subject=RF-05ZK3T9MQ2W7XC")


@screen("console-approval-propose-closure")
def propose_closure(guest):
    signed_in(guest, "operator")
    guest.open("/console/approvals/new/calendar.closure/")


@screen("console-approval-propose-wrong")
def propose_wrong(guest):
    """Too soon for the customers to know."""
    signed_in(guest)
    guest.open("/console/approvals/new/charge.change/")
    guest.fill(percent="1.5", valid_from="2026-07-01", reason=said(guest, "decided in May", "五月決定"))
    guest.press("main form .button")
