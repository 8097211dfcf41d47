"""Payments, their card attempts, and the dated rows of limits and charges."""

from payments.models.limits import ChargeRule, LimitCode, LimitRule, LimitUse
from payments.models.payment import Attempt, Payment, PaymentChange, PaymentQuerySet, plain_rate

__all__ = [
    "Attempt",
    "ChargeRule",
    "LimitCode",
    "LimitRule",
    "LimitUse",
    "Payment",
    "PaymentChange",
    "PaymentQuerySet",
    "plain_rate",
]
