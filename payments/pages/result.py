"""The result page: receipt, being confirmed, declined, or ended; and the look whether the bank has answered by now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from common.clock import now
from common.errors import Refusal
from payments import operations, queries
from payments.errors import AttemptInProgress
from payments.events import SMS_FROM_MINOR
from payments.models import Payment
from payments.operations.debits import refuse_unless_payable
from payments.pages import shown
from payments.pages.doorway import PAYER, payment_page
from payments.states import Status

# Often enough to feel live; the bank itself is asked on the ladder's times only.
POLL_SECONDS = 4


@require_safe
@payment_page
def result(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    if payment.status == Status.PAID:
        return _page(request, "receipt", payment, secret, **_receipt(payment))
    try:
        refuse_unless_payable(payment, now())
    except AttemptInProgress:
        asked_again = shown.time_text(payment.enquire_at) if payment.enquire_at else ""
        return _page(request, "confirming", payment, secret, asked_again=asked_again, poll_seconds=POLL_SECONDS)
    except Refusal as refusal:
        ended = {"title": str(refusal.title), "text": refusal.detail(), "money_moved": refusal.money_moved}
        return _page(request, "ended", payment, secret, **ended)
    decline = queries.last_decline(payment)
    if decline is None:
        return redirect("payments:pay", payment.reference, secret)
    return _page(request, "declined", payment, secret, decline=shown.explain(decline))


@require_POST
@payment_page
def check(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    """Ask the bank if it is time to; answer a script whether there is news, and send a person back to the result."""
    at = now()
    for due in Payment.objects.to_enquire(at).filter(pk=payment.pk):
        payment = operations.enquire_about(payment=due, at=at, by=PAYER)
    if request.accepts("text/html"):
        return redirect("payments:result", payment.reference, secret)
    try:
        refuse_unless_payable(payment, at)
    except AttemptInProgress:
        return JsonResponse({"settled": False})
    except Refusal:
        pass
    return JsonResponse({"settled": True})


def _receipt(payment: Payment) -> dict[str, Any]:
    assert payment.account is not None
    return {
        "rows": shown.receipt_rows(payment),
        "lines": shown.amount_lines(payment),
        "total": shown.amount_total(payment, paid=True),
        "sms": payment.final_amount_minor >= SMS_FROM_MINOR and bool(payment.account.customer.phone),
        "shipped": payment.shipped_at is not None,
    }


def _page(request: HttpRequest, name: str, payment: Payment, secret: str, **more: Any) -> HttpResponse:
    context = {"payment": payment, "platform": payment.platform, "secret": secret, **more}
    return render(request, f"payments/{name}.html", context)
