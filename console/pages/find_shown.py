"""What was found, as plain values for templates."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.clock import time_text
from console.forms.find import REFUND_STATUSES, STATUSES
from console.matching import Kind
from console.models import SavedView
from console.queries.find import Group, Hit
from payments.states import Status
from refunds.models import Refund
from refunds.states import Status as RefundStatus

KINDS = {
    Kind.PAYMENT: _("Payment reference"),
    Kind.REFUND: _("Refund reference"),
    Kind.ORDER: _("Order number"),
    Kind.REFUND_NUMBER: _("The shop's refund number"),
    Kind.ACCOUNT: _("Account number"),
    Kind.NATIONAL_ID: _("National ID"),
    Kind.PHONE: _("Mobile number"),
    Kind.LAST_FOUR: _("Last four digits of the account"),
    Kind.PHONE_TAIL: _("Last digits of the mobile number"),
    Kind.AMOUNT: _("Final amount"),
    Kind.DATE: _("Day the payment was made"),
}
_TAGS = {
    **dict.fromkeys((Status.CREATED, Status.GATED, Status.DEBITING, Status.UNKNOWN), "wait"),
    Status.PAID: "good",
    Status.FAILED: "bad",
    **dict.fromkeys((Status.CANCELLED, Status.EXPIRED), "off"),
}
_REFUND_TAGS = {
    **dict.fromkeys((RefundStatus.REQUESTED, RefundStatus.ACCEPTED, RefundStatus.CREDITING), "wait"),
    **dict.fromkeys((RefundStatus.UNKNOWN, RefundStatus.MANUAL), "bad"),
    RefundStatus.CREDITED: "good",
    RefundStatus.CANCELLED: "off",
}


def address_of(reference: str) -> str:
    """The page of a payment, or the way to it from one of its refunds."""
    return reverse("desk:refund" if reference.startswith("RF-") else "desk:payment", args=[reference])


def status_tag(status: str) -> dict[str, str]:
    return {"kind": _TAGS[Status(status)], "text": str(STATUSES[Status(status)])}


def refund_tag(refund: Refund) -> dict[str, str]:
    status = RefundStatus(refund.status)
    return {"kind": _REFUND_TAGS[status], "text": str(REFUND_STATUSES[status])}


def row(hit: Hit) -> dict[str, Any]:
    payment, refund = hit.payment, hit.refund
    return {
        "reference": hit.reference,
        "address": address_of(hit.reference),
        "order_number": payment.order_number,
        "shop": payment.platform.name,
        "amount": str(refund.total if refund else payment.final_amount),
        "account": payment.account.masked if payment.account else "",
        "tag": refund_tag(refund) if refund else status_tag(payment.status),
        "at": time_text(refund.requested_at if refund else payment.created_at),
    }


def group(found: Group, more: str) -> dict[str, Any]:
    return {
        "id": found.reading.kind,
        "title": str(KINDS[found.reading.kind]),
        "rows": [row(hit) for hit in found.hits],
        "more": more,
    }


def view(saved: SavedView, user: User) -> dict[str, Any]:
    mine = saved.owner_id == user.pk
    return {
        "name": saved.name,
        "address": f"{reverse('desk:find')}?{saved.query}",
        "remove": reverse("desk:remove_view", args=[saved.pk]) if mine else "",
        "owner": "" if mine else saved.owner.get_username(),
    }
