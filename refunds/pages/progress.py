"""Where is my refund? By order number and the last four digits of the account: dates, days counted, what comes next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common import clock, lookups
from common.lookups import LookUp
from notifications import queries as notifications
from notifications.queries import ToldEvent
from payments.errors import TooManyLookUps
from payments.forms import known_order_number
from payments.pages import charged
from payments.pages.opening import Found, LookUpPage
from refunds import queries
from refunds.forms import ProgressForm
from refunds.pages import paper, shown
from refunds.queries import Progress


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Both answers that a customer has at hand → the page of their refunds, under an address that holds neither."""
    form = ProgressForm(request.POST or None, initial=known_order_number(request))
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, status=422 if form.errors else 200)
    order_number = form.cleaned_data["order_number"]
    if lookups.is_too_often(address=request.META.get("REMOTE_ADDR", ""), order_number=order_number):
        raise TooManyLookUps
    found = queries.refunded_payments(order_number=order_number, account_last4=form.cleaned_data["account_last4"])
    if not found:
        return _form(request, form, status=404, nothing_found=True)
    return redirect("refunds:found", lookups.token_of(found, page=PAGE.name, at=clock.now()))


@never_cache
@require_safe
def of_payment(request: HttpRequest, token: str) -> HttpResponse:
    """From “Was I charged?” to the refunds of that payment, without typing the two numbers again."""
    found = charged.found_by(token)
    if found is None:
        return _stale(request)
    references = queries.refunds_for(found.payment, found.account)
    if not references:
        return _form(request, ProgressForm(), status=404, nothing_yet=True)
    return redirect("refunds:found", lookups.token_of(references, page=PAGE.name, at=clock.now()))


@never_cache
@require_safe
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """Each refund of the order, as it stands now."""
    look_up, found = _open(token)
    if look_up is None or found is None:
        return _stale(request)
    refunds = queries.progress_of_payments(look_up.answer, at=clock.now())
    context = PAGE.context(request, look_up, found)
    if context["opened"]:
        PAGE.record_view(found, "opened")
    told = {reference: notifications.told(reference) for reference in look_up.answer}
    context["refunds"] = [_one(request, refund, told[refund.refund.payment.reference]) for refund in refunds]
    return render(request, "refunds/progress.html", context)


@never_cache
@require_safe
def note(request: HttpRequest, token: str, reference: str) -> HttpResponse:
    """The refund as a file, for whoever has the code of the SMS."""
    look_up, found = _open(token)
    if look_up is None or found is None:
        return _stale(request)
    refunds = queries.progress_of_payments(look_up.answer, at=clock.now())
    one = next((refund for refund in refunds if refund.refund.reference == reference), None)
    if one is None or one.refund.accepted_date is None or not _is_opened(request, one):
        return redirect("refunds:found", token)
    PAGE.record_view(Found(one.refund.payment, one.refund.payment.account), "note")
    return paper.note_response(one, at=clock.now())


def _one(request: HttpRequest, refund: Progress, told: list[ToldEvent]) -> dict[str, Any]:
    return shown.refund(refund, told, opened=_is_opened(request, refund))


def _is_opened(request: HttpRequest, refund: Progress) -> bool:
    return lookups.is_opened(request, refund.refund.payment.reference, at=clock.now())


def _open(token: str) -> tuple[LookUp | None, Found | None]:
    look_up = PAGE.look_up(token)
    return look_up, _find(look_up) if look_up else None


def _find(look_up: LookUp) -> Found | None:
    """The code goes to the account of the newest payment and opens that one; nearly always there is no other."""
    payment = queries.newest_payment(look_up.answer)
    return Found(payment, payment.account) if payment else None


def _form(request: HttpRequest, form: ProgressForm, *, status: int, **said: bool) -> HttpResponse:
    return render(request, "refunds/look_up.html", {"form": form, **said}, status=status)


def _stale(request: HttpRequest) -> HttpResponse:
    return _form(request, ProgressForm(), status=410, stale=True)


PAGE = LookUpPage(name="refunds.progress", answer_url="refunds:found", find=_find, stale=_stale)
