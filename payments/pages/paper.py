"""The receipt of a payment as a paper to keep."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import clock
from common.clock import taipei
from common.papers import Letterhead, Line, Paper, Row, Table, pdf_response
from payments import queries
from payments.models import Payment
from payments.pages import shown
from payments.pages.doorway import payment_page
from payments.states import Status


@require_safe
@payment_page
def receipt_file(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    """For whoever is at the receipt itself."""
    if payment.status != Status.PAID:
        return redirect("payments:result", payment.reference, secret)
    return receipt_response(payment, at=clock.now())


def receipt_response(payment: Payment, *, at: dt.datetime) -> HttpResponse:
    return pdf_response(receipt_paper(payment, at=at), filename=f"Outpost-receipt-{payment.reference}.pdf")


def receipt_paper(payment: Payment, *, at: dt.datetime) -> Paper:
    """Of a paid payment, in the active language."""
    digest = queries.signed_digest(payment)
    rows = shown.receipt_rows(payment, digest)
    return Paper(
        title=_("Receipt"),
        lead=_("Your account was charged once."),
        **letterhead(payment.reference, at),
        facts=[Row(row["label"], row["value"], row.get("hint", "")) for row in rows],
        tables=[*_goods(payment), _amounts(payment)],
        notes=[
            f"{_('Order fingerprint in full (SHA-256):')} {digest}",
            _("Refunds go back to this account. Progress at any time: %(address)s")
            % {"address": address_of("refunds:progress")},
            _("Questions about the order: %(platform)s, %(phone)s")
            % {"platform": payment.platform.name, "phone": payment.platform.contact_phone},
            _("We never ask for your card password by phone, message or e-mail."),
        ],
    )


def letterhead(reference: str, at: dt.datetime) -> Letterhead:
    printed = _("Printed %(time)s, time of Taipei") % {"time": shown.time_text(at)}
    bank = (settings.BANK_NAME, settings.BANK_PHONE)
    return {
        "issuer": "Outpost",
        "service": _("Cross-border payment"),
        "language": get_language() or settings.LANGUAGE_CODE,
        "date": taipei(at).date(),
        "footer": f"{reference} · {printed}",
        "bank": " · ".join(part for part in bank if part),
        "mark": _("Sandbox: no real money moves here.") if settings.SANDBOX else "",
    }


def address_of(view: str) -> str:
    """Of our own, to be typed from paper."""
    return settings.PORTAL_URL.rstrip("/") + reverse(view)


def _goods(payment: Payment) -> list[Table]:
    goods = shown.goods_rows(payment)
    if not goods:
        return []
    rows = [Line([line["name"], f"× {line['quantity']}", line["amount"]]) for line in goods]
    return [Table(_("Order"), [_("Item"), _("Quantity"), _("Amount")], rows)]


def _amounts(payment: Payment) -> Table:
    lines = [Line([line["label"], line["value"]], line.get("note", "")) for line in shown.amount_lines(payment)]
    total = shown.amount_total(payment, paid=True)
    return Table(
        _("Amounts"),
        [_("Description"), _("Amount")],
        lines,
        total=Line([total["label"], total["value"]], total["note"]),
    )
