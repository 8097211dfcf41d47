"""The inquiry ladder: a debit whose outcome is unknown is asked for, with its own request id, until the bank has said."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

from cards import bank
from cards.bank.port import NEVER_ARRIVED, Approved, Declined, NotFound, Unknown
from common import phases
from common.errors import Refusal
from payments.models import Attempt, Payment
from payments.operations.settling import is_being_reversed, park_unknown_debit, settle
from payments.states import IN_FLIGHT, DebitPhase


def enquire_about(*, payment: Payment, at: dt.datetime, by: str) -> Payment:
    """Ask the bank what became of this payment's debit and write down its word. Safe to run twice and at once.

    A "not found" counts only when the bank calls it final: until then the request may still arrive.
    """
    if payment.status not in IN_FLIGHT:
        return payment
    attempt = Attempt.objects.filter(payment=payment, outcome="").first()
    if attempt is None:  # another enquiry has just written the bank's word down
        return Payment.objects.get(pk=payment.pk)
    outcome = bank.bank().enquire_debit(attempt.request_id)
    phases.reached(DebitPhase.ENQUIRED)
    if is_being_reversed(payment, attempt):
        outcome = Unknown("the debit is being given back")
    try:
        match outcome:
            case Approved() | Declined():
                return settle(attempt=attempt, outcome=outcome, at=at, by=by)
            case NotFound(final=True):
                return settle(attempt=attempt, outcome=Declined(NEVER_ARRIVED), at=at, by=by)
            case NotFound() | Unknown():
                why = outcome.why if isinstance(outcome, Unknown) else "not found yet"
                return park_unknown_debit(attempt=attempt, why=why, at=at, by=by)
            case _:
                assert_never(outcome)
    except Refusal:
        # A decline is news for the payer's page, which reads it from the row; the ladder itself is done.
        return Payment.objects.get(pk=payment.pk)
