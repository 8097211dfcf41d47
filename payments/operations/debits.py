"""One debit from card to books: present, verify, reserve, ask the bank, settle. Transaction, call, transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from cards import bank, chip
from cards import operations as cards
from cards.bank.port import ACCEPTED_FOR, Approved, DebitRequest, Declined, Profile
from cards.chip.port import Invalid, Presentation, Unavailable, Valid, order_digest
from cards.errors import (
    CardAuthorityUnavailable,
    CardCounterRepeated,
    CardSignatureInvalid,
    CheckCodeExpired,
    CheckCodeUsed,
)
from cards.models import Account, CheckCode
from common import phases
from common.clock import today_in_taipei
from common.errors import Refusal
from common.sealing import keyed_hash
from common.states import StaleStep
from payments import errors, limits, queries
from payments.models import Attempt, Payment
from payments.operations.maintenance import refuse_in_maintenance
from payments.operations.orders import retired_links
from payments.operations.settling import ENQUIRY_DELAY, park_unknown_debit, refusal_for, settle
from payments.rules import eligibility
from payments.states import AttemptOutcome, DebitPhase, Status
from verification import operations as verification

# The name of this portal among the bank's terminals.
TERMINAL = "OUTPOST1"


@dataclass(frozen=True)
class SignedOrder:
    """What the page brings from the card: everything the TAC was made over but what we know ourselves."""

    account_number: str
    issuer: str
    card_serial: str
    check_code: str
    signed_at: str
    order_digest: str
    counter: str
    tac: str


@dataclass(frozen=True)
class PaymentGated:
    """Not charged: the payer must prove identity first, on the page that `identity_token` opens."""

    payment: Payment
    identity_token: str


def prepare_signing(*, payment: Payment, picture_id: UUID, answer: str, at: dt.datetime) -> CheckCode:
    """A right picture code buys the check code that the card signs over. Raises a refusal for a wrong one.

    The picture is looked at before the card asks for the password, so that a wrong one costs no password try.
    """
    refuse_unless_payable(payment, at)
    refuse_in_maintenance(at)
    cards.use_picture_code(picture_id=picture_id, answer=answer, subject=payment.reference, at=at)
    return cards.issue_check_code(subject=payment.reference, at=at)


def pay_by_card(*, payment: Payment, signed: SignedOrder, at: dt.datetime, by: str) -> Payment | PaymentGated:
    """Debit the order once: the payment comes back PAID or UNKNOWN, or gated, or a Refusal says why nothing moved.

    The same signature again (a double click, a request sent twice) gets what the first one led to, and moves nothing.
    """
    payment, attempt, is_first = _present(payment, signed, at)
    if not is_first:
        return _answer_again(attempt)
    phases.reached(DebitPhase.PRESENTED)
    try:
        customer_number = _verify(payment, attempt, signed)
        phases.reached(DebitPhase.VERIFIED)
        account = _gate(payment, attempt, customer_number, signed, at)
        if isinstance(account, PaymentGated):
            return account
        profile = _profile(customer_number, signed.account_number)
        phases.reached(DebitPhase.PROFILED)
        _reserve(payment, attempt, account, signed, profile, at, by)
    except Refusal as refusal:
        _close(attempt, AttemptOutcome.REFUSED, refusal.code, at, limit_code=str(refusal.details.get("limit", "")))
        raise
    phases.reached(DebitPhase.RESERVED)
    return _debit(payment, attempt, signed.account_number, at, by)


def refuse_unless_payable(payment: Payment, at: dt.datetime, attempts: Iterable[Attempt] | None = None) -> None:
    """Raise the refusal that explains why this payment can't be paid now; pass silently when it can. `attempts`: if read already."""
    match payment.status:
        # Before the time: a card that was presented in time may still be charged a moment after it.
        case Status.CREATED if queries.being_presented(payment, attempts):
            raise errors.AttemptInProgress
        case Status.CREATED if payment.expires_at > at:
            return
        case Status.CREATED | Status.EXPIRED:
            raise errors.OrderExpired
        case Status.GATED:
            raise errors.LinkDead
        case Status.PAID:
            raise errors.AlreadyPaid
        case Status.CANCELLED:
            raise errors.OrderCancelled
        case Status.FAILED:
            raise errors.OrderFailed
        case _:
            raise errors.AttemptInProgress


def _present(payment: Payment, signed: SignedOrder, at: dt.datetime) -> tuple[Payment, Attempt, bool]:
    """Write the attempt and use up its check code, before anyone outside is asked; or find the one it was before."""
    try:
        with transaction.atomic(durable=True):
            payment = Payment.objects.select_for_update(of=("self",)).select_related("platform").get(pk=payment.pk)
            attempts = list(payment.attempts.order_by("number"))
            for known in attempts:
                if (known.check_code, known.tac) == (signed.check_code, signed.tac):
                    return payment, known, False
            refuse_unless_payable(payment, at, attempts)
            refuse_in_maintenance(at)
            cards.use_check_code(code=signed.check_code, subject=payment.reference, at=at)
            if signed.order_digest != order_digest(payment.order_as_shown()):
                raise errors.OrderChanged
            attempt = Attempt.objects.create(
                payment=payment,
                number=len(attempts) + 1,
                account_hash=keyed_hash(signed.account_number, purpose="account"),
                account_last4=signed.account_number[-4:],
                check_code=signed.check_code,
                counter=int(signed.counter),
                tac=signed.tac,
                signed_at=signed.signed_at,
                order_digest=signed.order_digest,
                amount_minor=payment.final_amount_minor,
                created_at=at,
            )
            phases.reached(DebitPhase.PRESENTING)
    except IntegrityError as error:  # the database's own word: one live attempt a payment
        raise errors.AttemptInProgress from error
    return payment, attempt, True


def _answer_again(attempt: Attempt) -> Payment:
    """The payment as it stands for a signature that debits or has debited; else that nothing came of it."""
    match attempt.outcome:
        case "" | AttemptOutcome.APPROVED:
            return Payment.objects.select_related("platform", "account").get(pk=attempt.payment_id)
        case AttemptOutcome.DECLINED:
            raise refusal_for(attempt.bank_code)
        case AttemptOutcome.REVERSED:
            raise errors.DebitReversed
        case _:
            raise CheckCodeUsed


def _verify(payment: Payment, attempt: Attempt, signed: SignedOrder) -> str:
    """The bank's number of the card's holder. Raises CardSignatureInvalid, CardCounterRepeated, CardAuthorityUnavailable."""
    presentation = Presentation(
        request_id=attempt.request_id,
        account_number=signed.account_number,
        issuer=signed.issuer,
        card_serial=signed.card_serial,
        amount=payment.final_amount,
        terminal=TERMINAL,
        check_code=signed.check_code,
        signed_at=signed.signed_at,
        order_digest=signed.order_digest,
        counter=signed.counter,
        tac=signed.tac,
    )
    match chip.authority().verify(presentation):
        case Valid(customer_number):
            return customer_number
        case Invalid("counter_repeated"):
            raise CardCounterRepeated
        case Invalid():
            raise CardSignatureInvalid
        case Unavailable():
            raise CardAuthorityUnavailable


def _gate(
    payment: Payment, attempt: Attempt, customer_number: str, signed: SignedOrder, at: dt.datetime
) -> PaymentGated | Account:
    """The account that pays, or the attempt's end when identity is to be proved first: no booking, no limit, no call to the bank."""
    whose = {"customer_number": customer_number, "account_number": signed.account_number}
    if (known := verification.account_past_gate(**whose, at=at)) is not None:
        return known
    with transaction.atomic(durable=True):
        account = cards.remember_account(**whose, at=at)
        if not verification.is_check_needed(customer=account.customer, at=at):
            return account
        # The shop may have asked for a fresh link since: the one that dies now is the newest.
        newest = Payment.objects.select_for_update().get(pk=payment.pk)
        dead = {"link_hash": "", "former_links": retired_links(newest)}
        ended = {"outcome": AttemptOutcome.GATED, "outcome_code": "identity_check_needed", "outcome_at": at}
        with _still_presented(payment, attempt, at, **ended):
            payment.move_to(Status.GATED, at=at, by="gate", reason="identity check needed", fields=dead)
        _use_card(attempt, account, signed, at)
        _, token = verification.open_check(
            customer=account.customer,
            account_number=signed.account_number,
            subject=payment.reference,
            platform_name=payment.platform.name,
            return_url=payment.return_url,
            language=payment.language,
            at=at,
        )
    return PaymentGated(payment, token)


def _profile(customer_number: str, account_number: str) -> Profile:
    match bank.bank().profile(customer_number=customer_number, account_number=account_number):
        case Profile(phone=phone) as profile if phone:
            return profile
        case Declined(code):
            raise refusal_for(code)
        # A holder without a number could not be told of the debit.
        case _:
            raise errors.BankBusy


def _reserve(  # noqa: PLR0917 - the facts of one step, passed on as they are
    payment: Payment,
    attempt: Attempt,
    account: Account,
    signed: SignedOrder,
    profile: Profile,
    at: dt.datetime,
    by: str,
) -> None:
    """Check, move, reserve: after this commit, and only then, the bank may be asked for the money."""
    if (refusal := eligibility(profile, on=today_in_taipei(at))) is not None:
        raise refusal
    fields = {"account": account, "limits_day": today_in_taipei(at), "enquire_at": at + ENQUIRY_DELAY, "enquiries": 0}
    with transaction.atomic(durable=True):
        with _still_presented(payment, attempt, at, account=account, debit_sent_at=at):
            payment.move_to(Status.DEBITING, at=at, by=by, fields=fields)
        _use_card(attempt, account, signed, at)
        cards.remember_holder(customer=account.customer, phone=profile.phone, national_id=profile.national_id)
        limits.reserve(account=account, amount_minor=payment.final_amount_minor, at=at)
        phases.reached(DebitPhase.RESERVING)


@contextmanager
def _still_presented(payment: Payment, attempt: Attempt, at: dt.datetime, **changed: Any) -> Iterator[None]:
    """Around the move of a payment read before the wires were asked: change its attempt too, or refuse if either has moved on.

    A sweep gives an attempt up when the wires hang. Raises what became of the payment, or CheckCodeExpired: confirm anew.
    """
    try:
        yield
    except StaleStep as stale:
        refuse_unless_payable(Payment.objects.get(pk=payment.pk), at)
        raise CheckCodeExpired from stale
    if not Attempt.objects.filter(pk=attempt.pk, outcome="").update(**changed):
        raise CheckCodeExpired


def _debit(payment: Payment, attempt: Attempt, account_number: str, at: dt.datetime, by: str) -> Payment:
    """Ask the bank, outside any transaction, and write down what it said. Raises its refusal when it declined."""
    request = DebitRequest(
        request_id=attempt.request_id,
        account_number=account_number,
        amount=payment.final_amount,
        reference=payment.reference,
        narrative=f"{payment.platform.name} {payment.order_number}"[:60],
        valid_until=at + ACCEPTED_FOR,
    )
    outcome = bank.bank().debit(request)
    phases.reached(DebitPhase.ANSWERED)
    if isinstance(outcome, Approved | Declined):
        return settle(attempt=attempt, outcome=outcome, at=at, by=by)
    return park_unknown_debit(attempt=attempt, why=outcome.why, at=at, by=by)


def _use_card(attempt: Attempt, account: Account, signed: SignedOrder, at: dt.datetime) -> None:
    counter, subject = int(signed.counter), str(attempt.id)
    cards.use_card(account=account, card_serial=signed.card_serial, counter=counter, subject=subject, at=at)


def _close(attempt: Attempt, outcome: AttemptOutcome, code: str, at: dt.datetime, *, limit_code: str = "") -> None:
    """End a live attempt; one that has ended already stays as it is."""
    ended = {"outcome": outcome, "outcome_code": code, "limit_code": limit_code, "outcome_at": at}
    Attempt.objects.filter(pk=attempt.pk, outcome="").update(**ended)
