"""The result page: receipt, being confirmed, declined, or ended; and the look whether the bank has answered by now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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


@dataclass(frozen=True)
class Waiting:
    """What the page says while the result is out, for each thing that it may be waiting for."""

    title: str | Promise
    lead: str | Promise


WAITING: dict[str, Waiting] = {
    # A card has confirmed, perhaps in another window; the bank has not been asked for money yet.
    Status.CREATED: Waiting(
        gettext_lazy("This order is being paid right now"),
        gettext_lazy(
            "A card has just confirmed it, in this window, in another one or on another device. Please don't pay again: "
            "this order is charged once at most."
        ),
    ),
    Status.DEBITING: Waiting(
        gettext_lazy("The bank is being asked for the money"),
        gettext_lazy(
            "Your card has confirmed the order and the bank has our request; it mostly answers within seconds. Please "
            "don't pay again: this order is charged once at most."
        ),
    ),
    Status.UNKNOWN: Waiting(
        gettext_lazy("Your payment is being confirmed"),
        gettext_lazy(
            "The bank has not yet said whether it took the money. Please don't pay again: this order is charged once "
            "at most."
        ),
    ),
}


@require_safe
@payment_page
def result(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    at = now()
    if payment.status == Status.PAID:
        return _page(request, "receipt", payment, secret, **_receipt(payment))
    try:
        refuse_unless_payable(payment, at)
    except AttemptInProgress:
        return _page(request, "confirming", payment, secret, **_waiting(payment, at), poll_seconds=POLL_SECONDS)
    except Refusal as refusal:
        ended = {"title": str(refusal.title), "text": refusal.detail(), "money_moved": refusal.money_moved}
        return _page(request, "ended", payment, secret, **ended, code=refusal.code)
    decline = queries.last_decline(payment)
    if decline is None:
        return redirect("payments:pay", payment.reference, secret)
    return _page(request, "declined", payment, secret, decline=shown.explain(decline))


@require_POST
@payment_page
def check(request: HttpRequest, payment: Payment, secret: str) -> HttpResponse:
    """Ask the bank if it is time to; answer a script in words whether there is news, and send a person back to the result."""
    at = now()
    for due in Payment.objects.to_enquire(at).filter(pk=payment.pk):
        payment = operations.enquire_about(payment=due, at=at, by=PAYER)
    if request.accepts("text/html"):
        return redirect("payments:result", payment.reference, secret)
    try:
        refuse_unless_payable(payment, at)
    except AttemptInProgress:
        return JsonResponse({"settled": False, **_waiting(payment, at)})
    except Refusal:
        pass
    return JsonResponse({"settled": True, "news": _("The result is here: this page shows it now.")})


def _waiting(payment: Payment, at: dt.datetime) -> dict[str, str]:
    """The page's words for what is being waited for. `news` changes only when there is some: it is read aloud."""
    words = WAITING[payment.status]
    if payment.status != Status.UNKNOWN:
        news = _("We look for the result every few seconds.")
    elif payment.enquire_at and payment.enquire_at > at:
        news = _("The bank is asked again at %(time)s.") % {"time": shown.clock_text(payment.enquire_at)}
    else:
        news = _("The bank is being asked again now.")
    return {
        "title": str(words.title),
        "lead": str(words.lead),
        "news": news,
        "looked": _("Last looked at %(time)s.") % {"time": shown.clock_text(at)},
    }


def _receipt(payment: Payment) -> dict[str, Any]:
    assert payment.account is not None
    digest = queries.signed_digest(payment)
    return {
        "rows": shown.receipt_rows(payment, digest),
        "digest": digest,
        "lines": shown.amount_lines(payment),
        "total": shown.amount_total(payment, paid=True),
        "sms": payment.final_amount_minor >= SMS_FROM_MINOR and bool(payment.account.customer.phone),
        "shipped": payment.shipped_at is not None,
    }


def _page(request: HttpRequest, name: str, payment: Payment, secret: str, **more: Any) -> HttpResponse:
    context = {"payment": payment, "platform": payment.platform, "secret": secret, **more}
    return render(request, f"payments/{name}.html", context)
