"""Requests that wait for a second person, and who may ask and agree, for the tests of support and above."""

from __future__ import annotations

import datetime as dt
import itertools

from django.contrib.auth.models import User

from staff.tests.factories import make_staff
from support import operations
from support.models import Approval

_number = itertools.count(1)
TOMORROW = "2026-06-09"
LIMIT = {"code": "transfer_single", "amount_minor": 9_000, "valid_from": TOMORROW}


def someone(role: str = "supervisor", name: str = "") -> User:
    return make_staff(name or f"{role}{next(_number)}", role)


def ask(at: dt.datetime, maker: User, deed: str = "limit.change", wish: dict | None = None, **how) -> Approval:
    return operations.ask_for(
        deed=deed, wish=wish or LIMIT, reason=how.pop("reason", "agreed"), maker=maker, at=at, **how
    )


def agree(approval: Approval, checker: User, at: dt.datetime) -> Approval:
    return operations.approve(approval_id=approval.pk, checker=checker, at=at).approval


def carry_out(at: dt.datetime, deed: str, wish: dict, *, role: str = "supervisor") -> Approval:
    """Asked for by one and agreed to by as many others as it takes."""
    approval = ask(at, someone(role), deed, wish)
    for _ in range(approval.checkers_needed):
        approval = agree(approval, someone(role), at)
    return approval
