"""What the gate's pages and its callers ask: a check by its link, what it waits for, what it ended with."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from cards.models import Account, Customer
from common.clock import today_in_taipei
from common.sealing import keyed_hash
from verification import limits
from verification.models import Check, Inquiry, LastUse, LookUpCode, LookUpQuestion, OneTimeCode, Reset
from verification.rules import (
    CODE_TRIES_MAX,
    LOOK_UP_CODES_MAX,
    LOOK_UP_CODES_PER,
    RESENDS_MAX,
    is_check_needed_on,
    resend_at,
)

# Longer than both wires' deadlines together, with their connections.
LEFT_AFTER = dt.timedelta(seconds=60)


def token_hash(token: str) -> str:
    # Plain SHA-256 will do: the token has 256 random bits, nobody can guess it from its hash.
    return hashlib.sha256(token.encode()).hexdigest()


def find_check(token: str) -> Check | None:
    return Check.objects.select_related("customer").filter(token_hash=token_hash(token)).first()


def is_check_needed(*, customer: Customer, at: dt.datetime) -> bool:
    """Neither a completed payment nor a passed check in the last year: exactly one year counts, a day more doesn't."""
    last_use = _last_uses(customer).first()
    return _is_needed_since(last_use.used_at if last_use else None, at)


def account_past_gate(*, customer_number: str, account_number: str, at: dt.datetime) -> Account | None:
    """The account, if it is known as this customer's and they need no check. One statement, for all but the first payment."""
    last_used_at = Subquery(_last_uses(OuterRef("customer")).values("used_at"))
    known = Account.objects.filter(
        number_hash=keyed_hash(account_number, purpose="account"),
        customer__number_hash=keyed_hash(customer_number, purpose="customer"),
    )
    account = known.select_related("customer").annotate(last_used_at=last_used_at).first()
    return None if account is None or _is_needed_since(account.last_used_at, at) else account


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


def latest_look_up_code(subject: str) -> LookUpCode | None:
    return LookUpCode.objects.filter(subject=subject).order_by("-number").first()


def open_look_up_code(subject: str, *, at: dt.datetime) -> LookUpCode | None:
    """The code that can be typed now: the latest, if it is neither over, nor used, nor tried too often."""
    code = latest_look_up_code(subject)
    if code is None or at >= code.expires_at or not look_up_tries_left(code):
        return None
    return None if code.tries.filter(was_right=True).exists() else code


def look_up_tries_left(code: LookUpCode) -> int:
    return CODE_TRIES_MAX - code.tries.count()


def look_up_code_again_at(subject: str, at: dt.datetime) -> dt.datetime | None:
    """When the next code may be sent, if so many went out lately that none may now."""
    lately = LookUpCode.objects.filter(subject=subject, sent_at__gt=at - LOOK_UP_CODES_PER)
    sent = list(lately.order_by("-number").values_list("sent_at", flat=True)[:LOOK_UP_CODES_MAX])
    return sent[-1] + LOOK_UP_CODES_PER if len(sent) >= LOOK_UP_CODES_MAX else None


def seconds_until_look_up_resend(subject: str, *, at: dt.datetime) -> int:
    code = latest_look_up_code(subject)
    return max(0, math.ceil((resend_at(code.sent_at) - at).total_seconds())) if code else 0


def latest_question(subject: str) -> LookUpQuestion | None:
    """What was asked of customer service last about it; answered once `answered_at` says when."""
    return LookUpQuestion.objects.filter(subject=subject).order_by("-number").first()


def questions_since(subject: str, since: dt.datetime) -> int:
    return LookUpQuestion.objects.filter(subject=subject, asked_at__gt=since).count()


def _last_uses(customer: Customer | OuterRef) -> QuerySet[LastUse]:
    """The customer's last use, if it counts: what lies before a reset counts as if it had never been."""
    reset = Reset.objects.filter(customer=OuterRef("customer"), at__gte=OuterRef("used_at"))
    return LastUse.objects.filter(~Exists(reset), customer=customer)


def _is_needed_since(last_used_at: dt.datetime | None, at: dt.datetime) -> bool:
    last_used_date = today_in_taipei(last_used_at) if last_used_at else None
    return is_check_needed_on(today_in_taipei(at), last_used_date=last_used_date)
