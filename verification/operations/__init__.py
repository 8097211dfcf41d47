"""The identity gate at work: checks opened, consent, data, codes, the two questions asked outside, and the end."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from cards.bank import bank
from cards.models import Customer
from common import phases
from common.sealing import keyed_hash, seal
from verification import errors, limits, queries, rules
from verification.jcic import credit_centre
from verification.jcic import port as jcic_port
from verification.models import Check, Consent, Inquiry, Reset
from verification.operations.answers import record_use, settle_answer, settle_profile
from verification.operations.codes import prove, send_code
from verification.operations.gate_rules import add_gate_rule
from verification.operations.look_ups import send_look_up_code, use_look_up_code
from verification.operations.questions import ask_customer_service, mark_answered
from verification.queries import account_past_gate, is_check_needed
from verification.rules.consent import CONSENT_VERSION, consent_text_hash
from verification.rules.documents import IdentityData
from verification.states import IN_FLIGHT, LEFT_OPEN, Phase, Status

__all__ = [
    "account_past_gate",
    "add_gate_rule",
    "answer_code",
    "ask_customer_service",
    "carry_on",
    "expire_left_checks",
    "extend_check",
    "give_consent",
    "is_check_needed",
    "mark_answered",
    "open_check",
    "record_use",
    "resend_code",
    "reset_identity",
    "send_look_up_code",
    "submit_data",
    "try_again",
    "use_look_up_code",
]

# 256 random bits: the link is the only key to the pages of a check.
_TOKEN_BYTES = 32


def reset_identity(*, customer: Customer, reason: str, at: dt.datetime, by: str) -> Reset:
    """The next payment asks who they are, whatever they passed before. Joins the transaction of its approval."""
    assert transaction.get_connection().in_atomic_block, "an identity is reset in the transaction of its approval"
    return Reset.objects.create(customer=customer, at=at, by=by, reason=reason[:300])


def open_check(
    *,
    customer: Customer,
    account_number: str,
    subject: str,
    platform_name: str,
    return_url: str,
    language: str,
    at: dt.datetime,
) -> tuple[Check, str]:
    """A new check and the token of its link `/identity/<token>/`, which is told this once and kept as a hash alone.

    Joins the caller's transaction, in which the payment `subject` is locked. What that payment left open before ends.
    """
    assert transaction.get_connection().in_atomic_block, "a check is opened in the transaction that stops the payment"
    assert return_url.startswith(("https://", "http://")), "the return address is vetted where the order is made"
    for left in Check.objects.select_for_update().filter(subject=subject, status__in=LEFT_OPEN).order_by("id"):
        left.move_to(Status.EXPIRED, at=at, by="payer", reason="a newer check was opened")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    check = Check.objects.create(
        status=Status.STARTED,
        token_hash=queries.token_hash(token),
        customer=customer,
        account_sealed=seal(account_number),
        account_last4=account_number[-4:],
        subject=subject,
        platform_name=platform_name,
        return_url=return_url,
        language=language,
        opened_at=at,
        expires_at=at + rules.CHECK_LIFETIME,
    )
    check.record_birth(at=at, by="payer")
    return check, token


def extend_check(*, check_id: UUID, at: dt.datetime) -> Check:
    """As long as a new check has, from now on, for whoever asks before the end. Raises ExtensionsUsedUp."""
    with transaction.atomic(durable=True):
        check = _lock(check_id, *LEFT_OPEN, at=at)
        if check.extensions >= rules.EXTENSIONS_MAX:
            raise errors.ExtensionsUsedUp
        check.expires_at, check.extensions = at + rules.CHECK_LIFETIME, check.extensions + 1
        check.save(update_fields=["expires_at", "extensions"])
    return check


def give_consent(*, check_id: UUID, version: str, text_hash: str, language: str, at: dt.datetime, by: str) -> Check:
    """Keep who agreed to which text when. Raises ConsentTextChanged when what was shown is no longer the text."""
    with override(language):
        is_todays_text = version == CONSENT_VERSION and hmac.compare_digest(text_hash, consent_text_hash())
    if not is_todays_text:
        raise errors.ConsentTextChanged
    with transaction.atomic(durable=True):
        check = _lock(check_id, Status.STARTED, at=at)
        check.move_to(Status.CONSENTED, at=at, by=by)
        Consent.objects.create(
            identity_check=check, version=version, text_hash=text_hash, language=language, given_at=at
        )
    return check


def submit_data(*, check_id: UUID, data: IdentityData, at: dt.datetime, by: str) -> Check:
    """Keep the data, ask the bank who holds the account, send the code. Twice: the second waits for the same answer.

    Raises TriesUsedUp or AnotherCheckRunning before anybody is asked.
    """
    with transaction.atomic(durable=True):
        check = _lock(check_id, Status.CONSENTED, Status.MISMATCH, Status.SUBMITTED, at=at)
        if check.status != Status.SUBMITTED:
            inquiry = _new_inquiry(check, data, at=at)
            limits.reserve_try(check, national_id_hash=inquiry.national_id_hash, at=at)
            check.move_to(Status.SUBMITTED, at=at, by=by)
    phases.reached(Phase.DATA_KEPT)
    return carry_on(check_id=check_id, at=at, by=by)


def resend_code(*, check_id: UUID, at: dt.datetime, by: str) -> Check:
    """Another code to the same phone. Raises ResendTooEarly or ResendsUsedUp."""
    with transaction.atomic(durable=True):
        check = _lock(check_id, Status.CODE_SENT, at=at)
        inquiry = queries.latest_inquiry(check)
        if not queries.resends_left(inquiry):
            raise errors.ResendsUsedUp
        if seconds := queries.seconds_until_resend(inquiry, at=at):
            raise errors.ResendTooEarly(seconds=seconds)
        send_code(check, inquiry, at=at)
    return check


def answer_code(*, check_id: UUID, text: str, at: dt.datetime, by: str) -> Check:
    """With the right code the credit centre is asked. A wrong one is kept as a try and then refused."""
    digits = rules.typed_code(text)
    if digits is None:
        raise errors.CodeMalformed
    with transaction.atomic(durable=True):
        check = _lock(check_id, Status.CODE_SENT, Status.ASKING, at=at)
        refusal = prove(check, digits, at=at, by=by) if check.status == Status.CODE_SENT else None
    if refusal is not None:
        raise refusal
    phases.reached(Phase.QUESTION_KEPT)
    return carry_on(check_id=check_id, at=at, by=by)


def try_again(*, check_id: UUID, at: dt.datetime, by: str) -> Check:
    """Ask the partner that gave no answer once more: the same question under the same request id."""
    with transaction.atomic(durable=True):
        check = _lock(check_id, Status.UNAVAILABLE, Status.SUBMITTED, Status.ASKING, at=at)
        if check.status == Status.UNAVAILABLE:
            inquiry = queries.latest_inquiry(check)
            limits.reserve_try(check, national_id_hash=inquiry.national_id_hash, at=at)
            check.move_to(Status.ASKING if inquiry.proved_at else Status.SUBMITTED, at=at, by=by)
    return carry_on(check_id=check_id, at=at, by=by)


def carry_on(*, check_id: UUID, at: dt.datetime, by: str) -> Check:
    """Ask whom the check waits for and settle the answer; nothing where it waits for nobody.

    Safe to run twice, at once or after a crash: the request id is the inquiry's, and the first answer settles.
    """
    check = Check.objects.select_related("customer").get(id=check_id)
    if check.status not in IN_FLIGHT:
        return check
    inquiry = queries.latest_inquiry(check)
    if check.status == Status.SUBMITTED:
        profile = bank().profile(customer_number=check.customer.number, account_number=check.account_number)
        phases.reached(Phase.BANK_ANSWERED)
        return settle_profile(check_id, inquiry.id, profile, at=at, by=by)
    answer = credit_centre().ask(jcic_port.IdentityQuestion(request_id=inquiry.request_id, person=_data(inquiry)))
    phases.reached(Phase.CENTRE_ANSWERED)
    return settle_answer(check_id, inquiry.id, answer, at=at, by=by)


def expire_left_checks(*, at: dt.datetime, limit: int, by: str) -> int:
    """End checks that nobody went on with. Returns how many."""
    with transaction.atomic(durable=True):
        left = Check.objects.left_open(at).select_for_update(skip_locked=True).order_by("expires_at", "id")[:limit]
        for check in left:
            check.move_to(Status.EXPIRED, at=at, by=by, reason="left open")
    return len(left)


def _lock(check_id: UUID, *expected: Status, at: dt.datetime) -> Check:
    check = Check.objects.select_for_update(of=["self"]).select_related("customer").get(id=check_id)
    if check.is_over(at):
        raise errors.CheckEnded
    if check.status not in expected:
        raise errors.CheckElsewhere
    return check


def _new_inquiry(check: Check, data: IdentityData, *, at: dt.datetime) -> Inquiry:
    return Inquiry.objects.create(
        identity_check=check,
        customer=check.customer,
        national_id_sealed=seal(data.national_id),
        national_id_hash=keyed_hash(data.national_id, purpose="national_id"),
        birth_date_sealed=seal(data.birth_date.isoformat()),
        issue_date_sealed=seal(data.issue_date.isoformat()),
        issue_type=data.issue_type,
        issue_place=data.issue_place,
        given_at=at,
    )


def _data(inquiry: Inquiry) -> IdentityData:
    return IdentityData(
        national_id=inquiry.national_id,
        birth_date=inquiry.birth_date,
        issue_date=inquiry.issue_date,
        issue_type=inquiry.issue_type,
        issue_place=inquiry.issue_place,
    )
