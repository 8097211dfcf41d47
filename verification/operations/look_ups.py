"""Codes that open everything of a look-up: sent to the phone that the bank has, good once, for a few minutes."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import assert_never

from django.db import transaction
from django.utils.translation import gettext, override

from cards.bank import bank, port
from cards.models import Account
from common.clock import taipei
from common.errors import Refusal
from common.references import mask_phone
from common.sealing import keyed_hash
from notifications.operations import enqueue_sms
from verification import errors, limits, queries, rules
from verification.models import LookUpCode


def send_look_up_code(
    *, subject: str, account: Account, language: str, call_instead: str, at: dt.datetime
) -> LookUpCode:
    """A code for `subject` by SMS to whoever holds `account`, asked of the bank at this moment.

    Raises LookUpCodesUsedUp, ResendTooEarly, LookUpBankSilent or LookUpWithoutPhone (which names `call_instead`).
    """
    _refuse_if_too_many(subject, at)
    phone = _phone_at_the_bank(account, call_instead)
    with transaction.atomic(durable=True):
        limits.one_at_a_time(_lock_name(subject))
        _refuse_if_too_many(subject, at)
        return _send(subject, phone, language=language, at=at)


def use_look_up_code(*, subject: str, text: str, at: dt.datetime) -> LookUpCode:
    """Use the latest code up. A wrong one is kept as a try and then refused, alike for every kind of wrong."""
    digits = rules.typed_code(text)
    if digits is None:
        raise errors.CodeMalformed
    with transaction.atomic(durable=True):
        limits.one_at_a_time(_lock_name(subject))
        code, refusal = _try(subject, digits, at=at)
    if refusal is not None:
        raise refusal
    assert code is not None
    return code


def _try(subject: str, digits: str, *, at: dt.datetime) -> tuple[LookUpCode | None, Refusal | None]:
    """Returns the refusal instead of raising it, so that the try is kept."""
    code = queries.latest_look_up_code(subject)
    if code is None or at >= code.expires_at or code.tries.filter(was_right=True).exists():
        return None, errors.CodeExpired()
    left = queries.look_up_tries_left(code)
    if not left:
        return None, errors.CodeTriesUsedUp()
    was_right = hmac.compare_digest(code.code_hash, _code_hash(subject, code.number, digits))
    code.tries.create(number=rules.CODE_TRIES_MAX - left + 1, was_right=was_right, at=at)
    if was_right:
        return code, None
    return None, errors.CodeWrong(tries_left=left - 1) if left > 1 else errors.CodeTriesUsedUp()


def _send(subject: str, phone: str, *, language: str, at: dt.datetime) -> LookUpCode:
    latest, digits = queries.latest_look_up_code(subject), rules.new_code()
    number = latest.number + 1 if latest else 1
    code = LookUpCode.objects.create(
        subject=subject,
        number=number,
        code_hash=_code_hash(subject, number, digits),
        phone_masked=mask_phone(phone),
        sent_at=at,
        expires_at=at + rules.LOOK_UP_CODE_LIFETIME,
    )
    enqueue_sms(
        purpose="look_up_code", subject=str(code.id), phone=phone, text=look_up_sms(digits, language=language), at=at
    )
    return code


def look_up_sms(digits: str, *, language: str) -> str:
    with override(language):
        text = gettext(
            "[Outpost] Look-up code: %(code)s. It shows your payment's details, for 10 minutes. Tell nobody."
        )
    return text % {"code": digits}


def _phone_at_the_bank(account: Account, call_instead: str) -> str:
    answer = bank().profile(customer_number=account.customer.number, account_number=account.number)
    match answer:
        case port.Unavailable():
            raise errors.LookUpBankSilent
        case port.Profile(phone=phone) if phone:
            return phone
        case port.Profile() | port.Declined():
            raise errors.LookUpWithoutPhone(phone=call_instead)
        case _ as unreachable:
            assert_never(unreachable)


def _refuse_if_too_many(subject: str, at: dt.datetime) -> None:
    if again_at := queries.look_up_code_again_at(subject, at):
        raise errors.LookUpCodesUsedUp(time=f"{taipei(again_at):%H:%M}")
    if seconds := queries.seconds_until_look_up_resend(subject, at=at):
        raise errors.ResendTooEarly(seconds=seconds)


def _lock_name(subject: str) -> str:
    return f"verification look-up {subject}"


def _code_hash(subject: str, number: int, digits: str) -> str:
    return keyed_hash(f"{subject}:{number}:{digits}", purpose="look_up_code")
