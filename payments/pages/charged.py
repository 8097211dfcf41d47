"""Was I charged? What happened to the money, what the platform was told and answered, and what to do now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common import clock, lookups
from common.lookups import LookUp
from notifications import queries as notifications
from payments import operations, queries
from payments.errors import TellAgainTooSoon, TooManyLookUps
from payments.forms import LookUpForm, known_order_number
from payments.models import Attempt
from payments.pages import paper, shown, standing
from payments.pages.doorway import PAYER
from payments.pages.opening import Found, LookUpPage
from payments.states import Status


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    form = LookUpForm(request.POST or None, initial=known_order_number(request))
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, 422 if form.errors else 200)
    order_number = form.cleaned_data["order_number"]
    if lookups.is_too_often(address=request.META.get("REMOTE_ADDR", ""), order_number=order_number):
        raise TooManyLookUps
    attempt = queries.find_for_payer(order_number=order_number, account_last4=form.cleaned_data["account_last4"])
    if attempt is None:
        text = _(
            "No card with such an account was used for an order of this number. Compare both; if both are right, "
            "we charged nothing."
        )
        form.add_error(None, text)
        return _form(request, form, 404)
    return redirect("payments:charged", lookups.token_of(str(attempt.id), page=PAGE.name, at=clock.now()))


@never_cache
@require_safe
def charged(request: HttpRequest, token: str) -> HttpResponse:
    opened = _open(token)
    return _stale(request) if opened is None else _answer(request, *opened)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, token: str) -> HttpResponse:
    """Tell the platform once more what it has not taken of a paid order, at most every ten minutes."""
    if request.method != "POST":  # the language was switched on the page that said that it is too soon
        return redirect("payments:charged", token)
    opened = _open(token)
    if opened is None:
        return _stale(request)
    payment = opened[1].payment
    events = notifications.told(payment.reference)
    if not standing.can_tell(payment, events):
        why = standing.why_not_told(payment, queries.being_presented(payment), events)
        return _answer(request, *opened, not_told=why, status=409)
    try:
        operations.tell_platform_again(payment=payment, at=clock.now(), by=PAYER, reason="asked for on the page")
    except TellAgainTooSoon as refusal:
        return _answer(request, *opened, not_told=refusal.detail(), status=refusal.http_status)
    return redirect(f"{request.path.removesuffix('tell/')}?told=1")


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as a file, for whoever has the code of the SMS and whose account was charged."""
    opened = _open(token)
    if opened is None:
        return _stale(request)
    found = opened[1]
    if not (PAGE.is_opened(request, found) and _is_mine(found) and found.payment.status == Status.PAID):
        return redirect("payments:charged", token)
    PAGE.record_view(found, "receipt")
    return paper.receipt_response(found.payment, at=clock.now())


def found_by(token: str) -> Found | None:
    """What an answer's address is about; None once it has ended."""
    opened = _open(token)
    return opened[1] if opened else None


def _answer(
    request: HttpRequest, look_up: LookUp, found: Found, *, not_told: str = "", status: int = 200
) -> HttpResponse:
    payment, at = found.payment, clock.now()
    events, presented = notifications.told(payment.reference), queries.being_presented(payment)
    can_tell = standing.can_tell(payment, events)
    context = PAGE.context(request, look_up, found)
    if context["opened"]:
        PAGE.record_view(found, "opened")
        context |= _everything(found, presented)
    is_open = context["opened"] and _is_mine(found)
    context |= {
        "heading": standing.heading(payment, presented, opened=is_open),
        "platform": payment.platform,
        "money_moved": standing.money_moved(payment, presented),
        "facts": standing.facts(payment, presented, events, at, opened=is_open),
        "to_do": standing.what_to_do(payment, presented, events, context.get("decline"), at),
        "refund": standing.refund_words(payment, opened=is_open),
        "is_paid": payment.status == Status.PAID,
        "entries": standing.story(payment, presented, events, opened=is_open),
        "next_try": standing.next_try(events),
        "can_tell": can_tell,
        "not_told": not_told,
        "told": can_tell and "told" in request.GET,
    }
    return render(request, "payments/charged.html", context, status=status)


def _everything(found: Found, presented: Attempt | None) -> dict[str, Any]:
    """What only the holder of the bank's telephone sees; of an account that is somebody else's not even they."""
    payment = found.payment
    decline = queries.last_decline(payment)
    rows = shown.order_rows(payment)[1:]
    if _is_mine(found) and payment.status == Status.PAID:
        rows = shown.receipt_rows(payment, queries.signed_digest(payment))
    return {
        "rows": rows,
        "goods": shown.goods_rows(payment),
        "lines": shown.amount_lines(payment),
        "total": shown.amount_total(payment, paid=payment.status == Status.PAID),
        "decline": shown.explain(decline) if decline and standing.money_moved(payment, presented) == "no" else None,
        "has_receipt": _is_mine(found) and payment.status == Status.PAID,
    }


def _is_mine(found: Found) -> bool:
    """The account that was charged is the one whose digits were typed: another card may have paid the order."""
    return found.account is not None and found.payment.account_id == found.account.pk


def _open(token: str) -> tuple[LookUp, Found] | None:
    look_up = PAGE.look_up(token)
    return (look_up, _find(look_up)) if look_up else None


def _find(look_up: LookUp) -> Found:
    payment, account = queries.presented(look_up.answer)
    return Found(payment, account)


def _form(request: HttpRequest, form: LookUpForm, status: int) -> HttpResponse:
    return render(request, "payments/look_up.html", {"form": form}, status=status)


def _stale(request: HttpRequest) -> HttpResponse:
    return render(request, "payments/look_up.html", {"form": LookUpForm(), "stale": True}, status=410)


PAGE = LookUpPage(name="payments.was-i-charged", answer_url="payments:charged", find=_find, stale=_stale)
