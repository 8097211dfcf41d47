"""The SMS to a payer whose debit is still unknown after an hour."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from payments.models import Payment


def unknown_debit_sms(payment: Payment) -> str:
    """One segment in either language."""
    assert payment.account is not None
    with override(payment.language):
        return _(
            "[Outpost] NT$%(amount)s from account ending %(last4)s: the bank has not said yet whether it was charged."
            " Don't pay again; we keep asking."
        ) % {
            "amount": f"{payment.final_amount_minor:,}",
            "last4": payment.account.last4,
        }
