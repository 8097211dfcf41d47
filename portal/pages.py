"""The portal's own pages: start, help, errors, and what machines ask (alive, ready, idle)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import notifications.queries
import payments.queries
import refunds.queries
from cards.errors import PictureCodeExpired
from cards.models import PictureCode
from cards.queries import open_answer
from common import clock, lookups
from common.errors import Refusal
from common.money import Money
from notifications.models import Event
from payments.amounts import Amounts, Quote, amounts_of
from payments.events import SMS_FROM_MINOR
from payments.forms import PictureForm
from payments.models import Payment
from payments.pages import standing
from portal import catalogue, faq, problems
from portal.errors import problem_response
from refunds.amounts import ChargePolicy
from refunds.deferral import RUN_OPENS
from refunds.models import Refund
from verification import rules
from verification.limits import gate_rule
from verification.models import Check

# The published rule for "deducted but not completed" is "one to two hours"; the second is payments' WAIT.
NOTICE_WAIT_MIN = dt.timedelta(hours=1)
_CHARGE_RETURNED = {
    ChargePolicy.NONE: _("No: the handling charge is not given back."),
    ChargePolicy.PROPORTIONAL: _("Yes, in proportion: of a part refund a part of the handling charge."),
    ChargePolicy.FULL_ONLY: _("Yes, when the whole order is refunded; not of a part refund."),
}
# The order of the help page's worked example; its charge is worked out by the engine.
EXAMPLE_ORDER_MINOR = 951


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What base.html needs on every page. No query: an error page must work without the database."""
    return {
        "sandbox": settings.SANDBOX,
        "sandbox_url": settings.SANDBOX_URL,
        "bank_phone": settings.BANK_PHONE,
        "platform_phone": _platform_phone,
    }


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    figures = help_figures(clock.now())
    return render(request, "portal/help.html", {"figures": figures, "groups": faq.answered(figures)})


def help_figures(at: dt.datetime) -> dict[str, Any]:
    """The numbers of the help page as texts, from the rows and constants that the engine reads."""
    figures = payments.queries.help_figures(at) | refunds.queries.help_figures()
    amounts = _example(Decimal(figures["charge_percent"]))
    money = {
        name.removesuffix("_minor"): str(Money.twd(value)) for name, value in figures.items() if name.endswith("_minor")
    }
    return (
        figures
        | money
        | {
            "example_order": str(amounts.order),
            "example_charge": str(amounts.charge),
            "example_final": str(amounts.final),
            "gate_years": rules.valid_until(dt.date(2001, 1, 1)).year - 2001,
            "mismatches_max": gate_rule(clock.today_in_taipei(at)).mismatches_max,
            "wait_minutes": -(-gate_rule(clock.today_in_taipei(at)).wait_seconds // 60),
            "charge_returned": str(_CHARGE_RETURNED[refunds.queries.charge_policy_on(clock.today_in_taipei(at))]),
            "sms_from": str(Money.twd(SMS_FROM_MINOR)),
            "look_up_minutes": lookups.TOKEN_SECONDS // 60,
            "look_up_code_minutes": rules.LOOK_UP_CODE_LIFETIME // dt.timedelta(minutes=1),
            "look_up_codes_max": rules.LOOK_UP_CODES_MAX,
            "portal": settings.PORTAL_URL,
            "notice_hours_min": NOTICE_WAIT_MIN // dt.timedelta(hours=1),
            "notice_hours_max": standing.WAIT // dt.timedelta(hours=1),
        }
    )


@require_safe
def component_catalogue(request: HttpRequest) -> HttpResponse:
    """Every component of the design system with sample values; in the sandbox only."""
    return render(request, "portal/components.html", catalogue.samples())


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Says nothing about anything behind it."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """This process can work: its database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def idle(request: HttpRequest) -> HttpResponse:
    """Whether nothing is due at this moment of the (test) clock; the sandbox waits for it between two moves of time."""
    at = clock.now()
    due = {
        "payments_to_expire": Payment.objects.to_expire(at),
        "debits_to_enquire": Payment.objects.to_enquire(at),
        # Before the day's run opens its refunds only wait.
        "debits_at_the_bank": Payment.objects.filter(status="debiting"),
        "credits_at_the_bank": Refund.objects.filter(status="crediting"),
        "refunds_to_credit": Refund.objects.due(at) if clock.taipei(at).time() >= RUN_OPENS else Refund.objects.none(),
        "credits_to_enquire": Refund.objects.to_enquire(at),
        "checks_to_expire": Check.objects.left_open(at),
        "messages": notifications.queries.to_send(at),
        "events_to_number": Event.objects.filter(number=None),
    }
    waiting = sorted(name for name, rows in due.items() if rows.exists())
    return JsonResponse({"idle": not waiting, "waiting": waiting})


@never_cache
@require_safe
def picture_code(request: HttpRequest) -> HttpResponse:
    """What an open picture says, for the sandbox's own card holder; anywhere else nobody but a person reads it."""
    if not settings.SANDBOX:
        raise Http404
    form, at = PictureForm(request.GET), clock.now()
    picture = PictureCode.objects.filter(id=form.cleaned_data["id"]).first() if form.is_valid() else None
    if picture is None:
        raise Http404
    try:
        return JsonResponse({"answer": open_answer(picture_id=picture.id, subject=picture.subject, at=at)})
    except PictureCodeExpired as error:
        raise Http404 from error


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, problems.BadRequest())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, problems.NotAllowed())


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, problems.NotFound())


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return _error(request, problems.TooManyRequests())


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, problems.InternalError())


def service_unavailable(request: HttpRequest) -> HttpResponse:
    return _error(request, problems.Unavailable())


def _error(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A page for people, a problem document under /api/."""
    if request.path.startswith("/api/v"):
        return problem_response(request, refusal)
    context = {"request_id": getattr(request, "request_id", "")}
    return render(request, f"portal/{refusal.http_status}.html", context, status=refusal.http_status)


def _platform_phone() -> str:
    """Called by the templates that show it, so that all others ask the database nothing."""
    try:
        return str(payments.queries.help_figures(clock.now())["platform_phone"])
    except DatabaseError:
        return ""


def _example(charge_percent: Decimal) -> Amounts:
    nothing = Money.twd(0)
    quote = Quote(Money.twd(EXAMPLE_ORDER_MINOR), shipping=nothing, discount=nothing, rate=Decimal(1))
    return amounts_of(quote, charge_percent)
