"""What a refund's events book: which lines go into the ledger. Pure over a refund's amounts."""

from __future__ import annotations

from ledger.chart import AccountCode, Side
from ledger.operations import Line
from refunds.models import Refund


def refund_credited(refund: Refund) -> list[Line]:
    """The bank gave the money back: less is owed to the platform, and less of the charge is income."""
    return [
        Line(Side.DEBIT, AccountCode.PLATFORM_PAYABLE, refund.amount),
        Line(Side.DEBIT, AccountCode.CHARGE_INCOME, refund.charge),
        Line(Side.CREDIT, AccountCode.BANK_CLEARING, refund.total),
    ]
