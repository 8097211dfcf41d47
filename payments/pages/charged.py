"""Was I charged? What happened to the money, what the platform was told and answered, and what to do now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock, lookups
from notifications import queries as notifications
from payments import operations, queries
from payments.errors import TellAgainTooSoon, TooManyLookUps
from payments.forms import LookUpForm
from payments.models import Payment
from payments.pages import shown
from payments.pages.doorway import PAYER
from payments.states import IN_FLIGHT, Status

# The published rule: wait one to two hours and refresh; after that the platform's customer service has the answer.
WAIT = dt.timedelta(hours=2)
# The newest tries say enough; the ladder has dozens.
TRIES_SHOWN = 6

_PAGE = "payments.was-i-charged"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    form = LookUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, 422 if form.errors else 200)
    order_number = form.cleaned_data["order_number"]
    if lookups.is_too_often(address=request.META.get("REMOTE_ADDR", ""), order_number=order_number):
        raise TooManyLookUps
    payment = queries.find_for_payer(order_number=order_number, account_last4=form.cleaned_data["account_last4"])
    if payment is None:
        text = _(
            "No card with such an account was used for an order of this number. Compare both; if both are right, "
            "we charged nothing."
        )
        form.add_error(None, text)
        return _form(request, form, 404)
    return redirect("payments:charged", lookups.token_of(payment.reference, page=_PAGE, at=clock.now()))


@never_cache
@require_safe
def charged(request: HttpRequest, token: str) -> HttpResponse:
    payment = _payment_of_token(token)
    return _stale(request) if payment is None else _answer(request, token, payment)


@never_cache
@require_POST
def tell(request: HttpRequest, token: str) -> HttpResponse:
    """Tell the platform once more, at most every ten minutes."""
    payment = _payment_of_token(token)
    if payment is None:
        return _stale(request)
    try:
        operations.tell_platform_again(payment=payment, at=clock.now(), by=PAYER, reason="asked for on the page")
    except TellAgainTooSoon as refusal:
        return _answer(request, token, payment, too_soon=refusal.detail(), status=refusal.http_status)
    return redirect(f"{request.path.removesuffix('tell/')}?told=1")


def _answer(
    request: HttpRequest, token: str, payment: Payment, *, too_soon: str = "", status: int = 200
) -> HttpResponse:
    at = clock.now()
    events = notifications.told(payment.reference)
    acknowledged_at = events[-1].acknowledged_at if events else None
    decline = queries.last_decline(payment)
    context = {
        "payment": payment,
        "platform": payment.platform,
        "token": token,
        "money_moved": payment.money_moved,
        "rows": _rows(payment),
        "decline": shown.explain(decline) if decline and payment.money_moved == "no" else None,
        "in_flight": payment.status in IN_FLIGHT,
        "is_paid": payment.status == Status.PAID,
        "asked_again": shown.time_text(payment.enquire_at) if payment.enquire_at else "",
        "entries": [entry for event in events for entry in _entries(event)],
        "acknowledged": shown.time_text(acknowledged_at) if acknowledged_at else "",
        "next_try": _next_try(events),
        "can_tell": _can_tell(payment, events),
        "wait_until": _wait_until(payment, at),
        "too_soon": too_soon,
        "told": "told" in request.GET,
    }
    return render(request, "payments/charged.html", context, status=status)


def _rows(payment: Payment) -> list[dict[str, str]]:
    rows = [{"label": _("Payment reference"), "value": payment.reference}, *shown.order_rows(payment)]
    rows.append({"label": _("Final amount"), "value": str(payment.final_amount)})
    if payment.paid_at and payment.account:
        rows.append({"label": _("Charged at"), "value": shown.time_text(payment.paid_at), "hint": _("Time of Taipei")})
        rows.append({"label": _("From account"), "value": payment.account.masked})
    return rows


def _entries(event: notifications.ToldEvent) -> list[dict[str, Any]]:
    """An event and the newest tries to tell it, oldest first."""
    words = {
        "payment.succeeded": _("Notice “paid” made ready for the shop"),
        "payment.failed": _("Notice “not paid” made ready for the shop"),
        "payment.cancelled": _("Notice “cancelled” made ready for the shop"),
        "payment.expired": _("Notice “time is over” made ready for the shop"),
    }
    tries = sorted((attempt for message in event.messages for attempt in message.attempts), key=lambda one: one.at)
    first = {"title": words.get(event.kind, event.kind), "when": shown.time_text(event.at), "at": event.at}
    text = "" if event.messages else _("The shop fetches its notices from us by itself.")
    earlier = sum(message.attempts_made for message in event.messages) - TRIES_SHOWN
    entries: list[dict[str, Any]] = [{**first, "text": text, "state": "done"}]
    if earlier > 0:
        entries.append({"title": _("%(count)d earlier tries without success") % {"count": earlier}, "state": "problem"})
    return entries + [_try(attempt) for attempt in tries[-TRIES_SHOWN:]]


def _try(attempt: notifications.ToldAttempt) -> dict[str, Any]:
    titles = {
        "delivered": _("Told; the shop has confirmed it"),
        "refused": _("Told; the shop did not accept it"),
        "unknown": _("The shop did not answer"),
    }
    answer = _("Answer %(status)s") % {"status": attempt.http_status} if attempt.http_status else ""
    return {
        "title": titles.get(attempt.outcome, attempt.outcome),
        "text": answer,
        "at": attempt.at,
        "when": shown.time_text(attempt.at),
        "state": "done" if attempt.outcome == "delivered" else "problem",
    }


def _next_try(events: list[notifications.ToldEvent]) -> str:
    due = min((event.next_try_at for event in events if event.next_try_at), default=None)
    return shown.time_text(due) if due else ""


def _can_tell(payment: Payment, events: list[notifications.ToldEvent]) -> bool:
    """Something was sent that hasn't been taken; a shop that fetches its notices can't be told by us."""
    untaken = [message for event in events for message in event.messages if message.acknowledged_at is None]
    return payment.status == Status.PAID and bool(untaken)


def _wait_until(payment: Payment, at: dt.datetime) -> str:
    """Until when waiting is the right thing to do; empty once it isn't any more."""
    if payment.paid_at is None or at >= payment.paid_at + WAIT:
        return ""
    return shown.time_text(payment.paid_at + WAIT)


def _payment_of_token(token: str) -> Payment | None:
    reference = lookups.answer_of(token, page=_PAGE, at=clock.now())
    return None if reference is None else queries.payment_by_reference(reference)


def _form(request: HttpRequest, form: LookUpForm, status: int) -> HttpResponse:
    return render(request, "payments/look_up.html", {"form": form}, status=status)


def _stale(request: HttpRequest) -> HttpResponse:
    return render(request, "payments/look_up.html", {"form": LookUpForm(), "stale": True}, status=410)
