"""What is done with a payment: orders taken and ended, debits made, unknown debits settled, wrong ones given back."""

from payments.operations.debits import PaymentGated, pay_by_card, prepare_signing
from payments.operations.enquiries import enquire_about
from payments.operations.orders import (
    NewOrder,
    abandon_attempt,
    cancel_payment,
    create_payment,
    expire_payment,
    mark_shipped,
    tell_platform_again,
)
from payments.operations.reversing import ask_reversal, reverse_debit, reversible_attempt
from payments.operations.rules import add_charge_rule, add_limit_rule

__all__ = [
    "NewOrder",
    "PaymentGated",
    "abandon_attempt",
    "add_charge_rule",
    "add_limit_rule",
    "ask_reversal",
    "cancel_payment",
    "create_payment",
    "enquire_about",
    "expire_payment",
    "mark_shipped",
    "pay_by_card",
    "prepare_signing",
    "reverse_debit",
    "reversible_attempt",
    "tell_platform_again",
]
