"""What the platform is told about a payment, and the SMS texts of its payer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.clock import stamp
from common.money import Money
from payments.models import Payment, plain_rate

# Debits from this amount on are always notified by SMS.
SMS_FROM_MINOR = 5_000


def payment_body(payment: Payment) -> dict[str, Any]:
    """A payment as the platform sees it, in the API and in every event alike."""
    return {
        "object": "payment",
        "id": payment.reference,
        "order_number": payment.order_number,
        "status": payment.platform_status,
        "money_moved": payment.money_moved,
        "amounts": {
            "currency": payment.currency,
            "product_minor": payment.product_minor,
            "shipping_minor": payment.shipping_minor,
            "discount_minor": payment.discount_minor,
            "rate": plain_rate(payment.rate),
            "rate_source": payment.rate_source,
            "rate_quoted_at": stamp(payment.rate_quoted_at),
            "settlement_currency": "TWD",
            "order_amount_minor": payment.order_amount_minor,
            "charge_minor": payment.charge_minor,
            "final_amount_minor": payment.final_amount_minor,
        },
        "created_at": stamp(payment.created_at),
        "expires_at": stamp(payment.expires_at),
        "paid_at": stamp(payment.paid_at),
        "shipped_at": stamp(payment.shipped_at),
        "refundable_minor": payment.refundable_minor,
        "failure_code": payment.failure_code or None,
    }


def reversed_sms(payment: Payment, told: Money) -> str:
    """One segment in either language: what was taken, that all of it is back, and what to do."""
    with override(payment.language):
        assert payment.account is not None
        return _(
            "[Outpost] The bank took a wrong amount, NT$%(amount)s, from account ending %(last4)s. All of it is back."
            " If you still want the order, pay again from the shop."
        ) % {"amount": f"{told.amount_minor:,}", "last4": payment.account.last4}


def paid_sms(payment: Payment) -> str:
    """One segment in either language, order number left out: it may be long."""
    with override(payment.language):
        assert payment.account is not None
        return _("[Outpost] NT$%(amount)s paid abroad from account ending %(last4)s. Not you? Call %(phone)s") % {
            "amount": f"{payment.final_amount_minor:,}",
            "last4": payment.account.last4,
            # Who did not pay has the card locked, and the bank does that.
            "phone": settings.BANK_PHONE or payment.platform.contact_phone,
        }
