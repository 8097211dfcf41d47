"""What the gate's pages and its callers ask: a check by its link, what it waits for, what it ended with."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from uuid import UUID

from django.db.models import F

from verification import limits
from verification.models import Check, Inquiry, OneTimeCode
from verification.rules import CODE_TRIES_MAX, RESENDS_MAX, resend_at

# Longer than both wires' deadlines together, with their connections.
LEFT_AFTER = dt.timedelta(seconds=60)


def token_hash(token: str) -> str:
    # Plain SHA-256 will do: the token has 256 random bits, nobody can guess it from its hash.
    return hashlib.sha256(token.encode()).hexdigest()


def find_check(token: str) -> Check | None:
    return Check.objects.select_related("customer").filter(token_hash=token_hash(token)).first()


def left_in_flight(*, at: dt.datetime, limit: int) -> list[UUID]:
    """Checks whose question has been out for longer than any partner may take: their process died."""
    asked = Check.objects.in_flight().filter(changes__step=F("step"), changes__at__lte=at - LEFT_AFTER)
    return list(asked.order_by("changes__at", "id").values_list("id", flat=True)[:limit])


def latest_inquiry(check: Check) -> Inquiry:
    return check.inquiries.latest("id")


def latest_code(inquiry: Inquiry) -> OneTimeCode:
    return inquiry.codes.latest("number")


def seconds_until_resend(inquiry: Inquiry, *, at: dt.datetime) -> int:
    """0 when a new code may be asked for now."""
    return max(0, math.ceil((resend_at(latest_code(inquiry).sent_at) - at).total_seconds()))


def resends_left(inquiry: Inquiry) -> int:
    return max(0, RESENDS_MAX + 1 - inquiry.codes.count())


def code_tries_left(code: OneTimeCode) -> int:
    return CODE_TRIES_MAX - code.tries.count()


def tries_left_today(check: Check, *, at: dt.datetime) -> int:
    return limits.tries_left_today(customer=check.customer, at=at)
