"""Ask customer service to look at a payment, from a look-up that its code has opened; and how that stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from common import clock, lookups
from common.errors import Refusal
from payments.errors import TooManyLookUps
from payments.forms import AskForm
from payments.models import Payment
from payments.pages import shown
from verification import operations as verification
from verification import queries as questions


def latest(payment: Payment) -> dict[str, Any] | None:
    """What was asked last about this payment: its number, when, and whether it is dealt with. It names nobody."""
    question = questions.latest_question(payment.reference)
    if question is None:
        return None
    answered = shown.time_text(question.answered_at) if question.answered_at else ""
    return {"number": question.reference, "at": shown.time_text(question.asked_at), "answered": answered}


def answer(request: HttpRequest, payment: Payment, *, page: str, context: dict[str, Any]) -> HttpResponse | None:
    """The form, or what was wrong with it; None once the question is kept."""
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if lookups.is_too_often(address=request.META.get("REMOTE_ADDR", ""), order_number=f"ask:{payment.reference}"):
            raise TooManyLookUps
        if form.is_valid():
            try:
                verification.ask_customer_service(
                    subject=payment.reference,
                    text=form.cleaned_data["text"],
                    page=page,
                    language=get_language() or payment.language,
                    known=(payment.order_number,),
                    at=clock.now(),
                )
            except Refusal as refusal:
                form.add_error("text", refusal.detail())
                status = refusal.http_status
            else:
                return None
        else:
            status = 422
    return render(request, "payments/look_up_ask.html", {**context, "form": form}, status=status)
