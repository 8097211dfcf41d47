"""The SMS to a payer whose debit is still unknown after an hour."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from payments.models import Payment


def unknown_debit_sms(payment: Payment) -> str:
    """One segment of 70 characters in either language."""
    assert payment.account is not None
    with override(payment.language):
        return _("[Outpost] NT$%(amount)s from account %(last4)s: bank unsure. Don't pay again.") % {
            "amount": f"{payment.final_amount_minor:,}",
            "last4": payment.account.last4,
        }
