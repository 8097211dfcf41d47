"""The chart of accounts: what may be booked at all. There is no wallet in it, so adding value can't be booked."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"


class AccountCode(StrEnum):
    # What the core bank has taken from or given to savings accounts on our behalf.
    BANK_CLEARING = "bank_clearing"
    # What we owe the platform for orders paid, less refunds.
    PLATFORM_PAYABLE = "platform_payable"
    # The handling charge: the bank's income.
    CHARGE_INCOME = "charge_income"


class JournalKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    REVERSAL = "reversal"
