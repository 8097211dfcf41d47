"""What a payment's events book: which lines go into the ledger. Pure over a payment's amounts."""

from __future__ import annotations

from ledger.chart import AccountCode, Side
from ledger.operations import Line
from payments.models import Payment


def debit_settled(payment: Payment) -> list[Line]:
    """The bank took the final amount: the order is owed to the platform, the charge is the bank's income."""
    amounts = payment.amounts
    return [
        Line(Side.DEBIT, AccountCode.BANK_CLEARING, amounts.final),
        Line(Side.CREDIT, AccountCode.PLATFORM_PAYABLE, amounts.order),
        Line(Side.CREDIT, AccountCode.CHARGE_INCOME, amounts.charge),
    ]
