"""What the platform is told about a refund, and the SMS texts of the person who paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from common.clock import stamp
from refunds.models import Deferral, Refund
from refunds.states import MONEY_MOVED


def refund_body(refund: Refund, at: dt.datetime) -> dict[str, Any]:
    """A refund as the platform sees it, in the API and in every event alike. Amounts are whole TWD."""
    # Sorted here, so that a list that has fetched them already asks for none again.
    deferrals = sorted(refund.deferrals.all(), key=lambda deferral: (deferral.number, deferral.id))
    return {
        "object": "refund",
        "id": refund.reference,
        "refund_number": refund.platform_refund_number,
        "payment": refund.payment.reference,
        "order_number": refund.payment.order_number,
        "status": refund.platform_status,
        "money_moved": MONEY_MOVED[refund.status],
        "currency": "TWD",
        "amount_minor": refund.amount_minor,
        "charge_minor": refund.charge_minor,
        "total_minor": refund.total_minor,
        "reason": refund.reason,
        "requested_at": stamp(refund.requested_at),
        "accepted_date": _day(refund.accepted_date),
        "expected_credit_date": _day(refund.expected_credit_date),
        "latest_credit_date": _day(refund.latest_credit_date),
        "credit_date": _day(refund.credit_date),
        "calendar_version": refund.calendar_version.number if refund.calendar_version else None,
        "overdue": refund.is_overdue(at),
        "credited_at": stamp(refund.credited_at),
        "deferrals": [deferral_body(deferral) for deferral in deferrals],
    }


def deferral_body(deferral: Deferral) -> dict[str, Any]:
    return {
        "reason": deferral.reason,
        "old_date": _day(deferral.old_date),
        "new_date": _day(deferral.new_date),
        "old_latest_date": _day(deferral.old_latest_date),
        "new_latest_date": _day(deferral.new_latest_date),
        "at": stamp(deferral.at),
    }


def accepted_sms(refund: Refund) -> str:
    """With the promise. One segment in either language, as all texts here, and without a link (decision 0038)."""
    with override(refund.payment.language):
        text = _(
            "[Outpost] Refund of NT$%(total)s accepted: in your account ending %(last4)s between %(expected)s and"
            " %(latest)s. You need not do anything."
        )
        return text % _words(refund)


def deferred_sms(refund: Refund, deferral: Deferral) -> str:
    with override(refund.payment.language):
        text = _("[Outpost] Refund of NT$%(total)s moved to %(turn)s (%(reason)s). You need not do anything.")
        return text % {**_words(refund), "reason": deferral.get_reason_display()}


def credited_sms(refund: Refund) -> str:
    with override(refund.payment.language):
        text = _("[Outpost] Refund of NT$%(total)s credited to your account ending %(last4)s.")
        return text % _words(refund)


def _words(refund: Refund) -> dict[str, str]:
    assert refund.payment.account is not None
    return {
        "total": f"{refund.total_minor:,}",
        "last4": refund.payment.account.last4,
        "expected": _day(refund.expected_credit_date) or "",
        "latest": _day(refund.latest_credit_date) or "",
        "turn": _day(refund.credit_date) or "",
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
