"""Payments, their card attempts, debits given back, and the dated rows of limits and charges."""

from payments.models.limits import ChargeRule, LimitCode, LimitRule, LimitUse
from payments.models.payment import Attempt, Payment, PaymentChange, PaymentQuerySet, plain_rate
from payments.models.reversals import DebitReversal, ReversalOutcome

__all__ = [
    "Attempt",
    "ChargeRule",
    "DebitReversal",
    "LimitCode",
    "LimitRule",
    "LimitUse",
    "Payment",
    "PaymentChange",
    "PaymentQuerySet",
    "ReversalOutcome",
    "plain_rate",
]
