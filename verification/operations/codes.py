"""One-time codes: sent to the phone that the bank has, tried, and turned into leave to ask the credit centre."""

from __future__ import annotations

import datetime as dt
import hmac

from django.utils.translation import gettext, override

from common.errors import Refusal
from common.sealing import keyed_hash
from notifications.operations import enqueue_sms
from verification import errors, limits, queries, rules
from verification.models import Check, Inquiry, OneTimeCode
from verification.states import Status


def send_code(check: Check, inquiry: Inquiry, *, at: dt.datetime) -> None:
    digits = rules.new_code()
    number = inquiry.codes.count() + 1
    code = OneTimeCode.objects.create(
        inquiry=inquiry,
        number=number,
        code_hash=_code_hash(inquiry, number, digits),
        sent_at=at,
        expires_at=at + rules.CODE_LIFETIME,
    )
    enqueue_sms(
        purpose="identity_code",
        subject=str(code.id),
        phone=check.customer.phone,
        text=identity_sms(digits, language=check.language),
        at=at,
    )


def identity_sms(digits: str, *, language: str) -> str:
    with override(language):
        text = gettext("[Outpost] Your identity code: %(code)s. Good for 5 minutes. Tell it to nobody.")
    return text % {"code": digits}


def _code_hash(inquiry: Inquiry, number: int, digits: str) -> str:
    return keyed_hash(f"{inquiry.id}:{number}:{digits}", purpose="one_time_code")


def prove(check: Check, digits: str, *, at: dt.datetime, by: str) -> Refusal | None:
    """Count the try; with the right code the question may be asked. Returns the refusal so that the try is kept."""
    inquiry = queries.latest_inquiry(check)
    code = queries.latest_code(inquiry)
    left = queries.code_tries_left(code)
    if at >= code.expires_at:
        return errors.CodeExpired()
    if not left:
        return errors.CodeTriesUsedUp()
    was_right = hmac.compare_digest(code.code_hash, _code_hash(inquiry, code.number, digits))
    code.tries.create(number=rules.CODE_TRIES_MAX - left + 1, was_right=was_right, at=at)
    if was_right:
        limits.reserve_try(check, national_id_hash=inquiry.national_id_hash, at=at)
        Inquiry.objects.filter(id=inquiry.id).update(proved_at=at)
        check.move_to(Status.ASKING, at=at, by=by)
        return None
    if left > 1:
        return errors.CodeWrong(tries_left=left - 1)
    if queries.resends_left(inquiry):
        return errors.CodeTriesUsedUp()
    check.move_to(Status.EXPIRED, at=at, by=by, reason="all codes used up")
    return errors.CheckEnded()
