"""A debit of another amount than the order's, given back whole. Transaction, call, transaction; the bank is asked until it says.

An approval leaves the row, in its own transaction; the sweep sends it. While it is under way the debit's own ladder settles
nothing. Approved: the payment has failed and nothing was kept. Declined: the debit stands and is unknown as before.
"""

from __future__ import annotations

import datetime as dt
from typing import assert_never
from uuid import UUID

from django.db import transaction

from audit import operations as audit
from cards import bank
from cards.bank.port import Approved, Declined, Outcome, Unknown
from common import phases
from common.jobs import run_soon
from ledger.queries import journals_of
from notifications import operations as notifications
from payments import errors, events, limits
from payments.models import Attempt, DebitReversal, Payment, ReversalOutcome
from payments.operations.settling import ENQUIRY_LADDER, tell_platform
from payments.states import AttemptOutcome, ReversalPhase, Status


def reversible_attempt(*, reference: str, told_minor: int) -> Attempt:
    """The debit that can be given back, if that is what the bank said last that it took.

    Raises PaymentNotFound, and DebitNotReversible for every other debit.
    """
    attempts = Attempt.objects.select_related("payment", "account__customer")
    attempt = attempts.filter(payment__reference=reference, outcome="").first()
    if attempt is None and not Payment.objects.filter(reference=reference).exists():
        raise errors.PaymentNotFound
    if (
        attempt is None
        or attempt.payment.status != Status.UNKNOWN
        or attempt.told_minor != told_minor
        or attempt.reversals.under_way().exists()
    ):
        raise errors.DebitNotReversible
    return attempt


def ask_reversal(
    *, reference: str, told_minor: int, reason: str, made_by: str, approved_by: str, at: dt.datetime
) -> DebitReversal:
    """Leave it to be sent. Joins the transaction of its approval: the database takes it only there."""
    assert transaction.get_connection().in_atomic_block, "a debit is given back in the transaction of its approval"
    # Whoever writes down the bank's word about the debit waits here, or is waited for.
    Payment.objects.select_for_update().filter(reference=reference).first()
    attempt = reversible_attempt(reference=reference, told_minor=told_minor)
    reversal = DebitReversal.objects.create(
        attempt=attempt,
        told_minor=told_minor,
        asked_at=at,
        made_by=made_by,
        approved_by=approved_by,
        reason=reason[:300],
        send_at=at,
    )
    audit.record(by=approved_by, action="payment.reversal_asked", subject=reference, reason=reason, at=at)
    run_soon("payments.reverse")
    return reversal


def reverse_debit(*, reversal_id: UUID, at: dt.datetime, by: str) -> bool:
    """Ask the bank to give it back, and write down its word; False when there is nothing to be asked now.

    Always the same request id: however often it is asked, killed in between and asked again, the bank gives back once.
    """
    with transaction.atomic(durable=True):
        rows = DebitReversal.objects.to_send(at).select_for_update(of=("self",), skip_locked=True)
        reversal = rows.select_related("attempt__payment").filter(pk=reversal_id).first()
        if reversal is None:
            return False
        # The next time is set before asking: whoever dies while asking only makes it later.
        step = ENQUIRY_LADDER[min(reversal.tries, len(ENQUIRY_LADDER) - 1)]
        DebitReversal.objects.filter(pk=reversal.pk).update(send_at=at + step, tries=reversal.tries + 1)
    phases.reached(ReversalPhase.CLAIMED)
    outcome = bank.bank().reverse(
        debit_request_id=reversal.attempt.request_id,
        request_id=reversal.request_id,
        reason=f"{reversal.attempt.payment.reference} wrong amount",
    )
    phases.reached(ReversalPhase.ANSWERED)
    settle_reversal(reversal_id=reversal.pk, outcome=outcome, at=at, by=by)
    return True


def settle_reversal(*, reversal_id: UUID, outcome: Outcome, at: dt.datetime, by: str) -> None:
    """Write down what the bank said of it: once, whoever brings the answer and however often."""
    with transaction.atomic(durable=True):
        payments = Payment.objects.select_for_update(of=("self",)).select_related("platform", "account__customer")
        payment = payments.get(attempts__reversals=reversal_id)
        reversal = DebitReversal.objects.select_for_update(of=("self",)).select_related("attempt").get(pk=reversal_id)
        if reversal.outcome:
            return
        match outcome:
            case Approved(amount=amount) if amount != reversal.told:
                # It gave back something else than it took: nobody is told anything before people have looked.
                _park(reversal, f"bank says {amount}")
            case Approved(bank_reference=bank_reference):
                _end(reversal, ReversalOutcome.REVERSED, at=at, bank_reference=bank_reference)
                _fail(payment, reversal, bank_reference, at=at, by=by)
            case Declined(code=code):
                _end(reversal, ReversalOutcome.DECLINED, at=at, bank_code=code)
                audit.record(
                    by=by, action="payment.reversal_declined", subject=payment.reference, reason=f"bank: {code}", at=at
                )
            case Unknown(why=why):
                _park(reversal, why)
            case _:
                assert_never(outcome)
        phases.reached(ReversalPhase.SETTLING)
    phases.reached(ReversalPhase.SETTLED)


def _park(reversal: DebitReversal, why: str) -> None:
    DebitReversal.objects.filter(pk=reversal.pk).update(last_answer=why[:200])


def _end(reversal: DebitReversal, outcome: ReversalOutcome, *, at: dt.datetime, **said: str) -> None:
    DebitReversal.objects.filter(pk=reversal.pk).update(outcome=outcome, outcome_at=at, last_answer="", **said)


def _fail(payment: Payment, reversal: DebitReversal, bank_reference: str, *, at: dt.datetime, by: str) -> None:
    """Nothing is kept: the limit is given back, the payment has failed, platform and payer are told."""
    assert payment.status == Status.UNKNOWN, "while a reversal is under way nothing else ends the payment"
    assert payment.account is not None
    assert payment.limits_day is not None
    assert not journals_of([payment.reference]), "an unknown debit is in no book"
    limits.release(account=payment.account, amount_minor=payment.final_amount_minor, day=payment.limits_day)
    code = errors.DebitReversed.code
    Attempt.objects.filter(pk=reversal.attempt_id, outcome="").update(
        outcome=AttemptOutcome.REVERSED, outcome_code=code, outcome_at=at
    )
    fields = {"enquire_at": None, "limits_day": None, "failure_code": code}
    payment.move_to(Status.FAILED, at=at, by=by, reason=f"given back under {bank_reference}", fields=fields)
    tell_platform(payment, "payment.failed", at)
    phone = payment.account.customer.phone
    if phone:
        text = events.reversed_sms(payment, reversal.told)
        notifications.enqueue_sms(purpose="debit_reversed", subject=payment.reference, phone=phone, text=text, at=at)
