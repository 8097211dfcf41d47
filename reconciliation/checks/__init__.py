"""The invariants as queries that must find nothing: of the books, the bank, attempts, notices, histories and canaries.

An invariant stands in the highest app it needs. Those that ask whether a person has a case in hand (I-6, I-23, told or
case) stand in `support/checks.py`; `manage.py prove` puts both lists together.
"""

from __future__ import annotations

from reconciliation.checks import attempts, bank, books, canaries, history, told
from reconciliation.checks.invariant import Broken, Invariant, by_query

INVARIANTS: tuple[Invariant, ...] = (
    books.BALANCED,
    bank.ONE_DEBIT,
    bank.SAME_AMOUNT,
    bank.ID_BEFORE_SENDING,
    bank.PAID_IS_DEBITED,
    attempts.CHECKED_BEFORE_DEBIT,
    books.REFUNDS_WITHIN_PAID,
    books.LIMITS_COUNTED,
    bank.ONE_CREDIT,
    books.CREDITED_IN_TIME,
    told.ONE_EVENT_A_MOVE,
    told.FEED_WITHOUT_GAPS,
    history.MOVES_KEPT,
    attempts.ONE_LIVE_ATTEMPT,
    attempts.COUNTER_ONCE,
    canaries.NO_SECRETS,
    told.ONES_OWN_ROWS,
    books.FOUR_EYES,
    history.AUDIT_UNBROKEN,
    told.ONE_SMS,
    bank.FAILED_IS_NOT_DEBITED,
)

__all__ = ["INVARIANTS", "Broken", "Invariant", "by_query"]
