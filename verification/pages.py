"""The identity page, one thing at a time: consent, data, code, result. Nothing is charged on any of them."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.clock import now, taipei, today_in_taipei
from common.errors import Refusal
from common.references import mask_phone
from verification import errors, operations, queries, rules
from verification.forms import CodeForm, ConsentForm, DataForm
from verification.models import Check
from verification.rules.consent import CONSENT_PARAGRAPHS, CONSENT_VERSION, consent_text_hash
from verification.states import IN_FLIGHT, LEFT_OPEN, Status

_STEPS = (_("Consent"), _("Your data"), _("SMS code"), _("Result"))

Page = Callable[[HttpRequest, Check, str], HttpResponse]
View = Callable[..., HttpResponse]

_PAYER = "payer"

# The step that a page belongs to, counted from 0.
_STEP_OF = {Status.STARTED: 0, Status.CONSENTED: 1, Status.MISMATCH: 1, Status.CODE_SENT: 2}

# Where a check of this status is looked at; every other status has its result page.
_PAGE_OF = {Status.STARTED: "consent", Status.CONSENTED: "data", Status.CODE_SENT: "code"}
_RESULT_TEMPLATES = {
    Status.PASSED: "verification/passed.html",
    Status.MISMATCH: "verification/mismatch.html",
    Status.REFUSED: "verification/refused.html",
    Status.UNAVAILABLE: "verification/unavailable.html",
    Status.SUBMITTED: "verification/asking.html",
    Status.ASKING: "verification/asking.html",
}


def _identity_page(*expected: Status) -> Callable[[Page], View]:
    """Find the check by its link; send the person to the page that its status is looked at on, unless this is it."""

    def decorate(page: Page) -> View:
        @functools.wraps(page)
        @never_cache
        def view(request: HttpRequest, token: str) -> HttpResponse:
            check = queries.find_check(token)
            if check is None:
                return render(request, "verification/unknown_link.html", status=404)
            _speak(request, check)
            if check.is_over(now()):
                return _ended(request, check)
            if check.status not in expected:
                return redirect("verification:home", token=token)
            try:
                return page(request, check, token)
            except errors.CheckElsewhere:
                return redirect("verification:home", token=token)
            except errors.CheckEnded:
                return _ended(request, check)

        return view

    return decorate


@require_safe
@_identity_page(*Status)
def home(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    return redirect(f"verification:{_PAGE_OF.get(Status(check.status), 'result')}", token=token)


@_identity_page(Status.STARTED)
def consent(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.give_consent(
                check_id=check.id,
                version=form.cleaned_data["version"],
                text_hash=form.cleaned_data["text_hash"],
                language=translation.get_language() or settings.LANGUAGE_CODE,
                at=now(),
                by=_PAYER,
            )
            return redirect("verification:data", token=token)
        except errors.ConsentTextChanged as refusal:
            form.add_error(None, refusal.detail())
    return _consent_page(request, check, token, form)


@_identity_page(Status.CONSENTED, Status.MISMATCH)
def data(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    at = now()
    if not queries.tries_left_today(check, at=at):
        return render(request, "verification/mismatch.html", {**_context(check, token), "tries_left": 0})
    form = DataForm(request.POST or None, today=today_in_taipei(at))
    if request.method == "POST" and form.is_valid():
        try:
            operations.submit_data(check_id=check.id, data=form.data_given(), at=at, by=_PAYER)
            return redirect("verification:home", token=token)
        except (errors.TriesUsedUp, errors.AnotherCheckRunning) as refusal:
            form.add_error(None, refusal.detail())
    return _form_page(request, check, token, "verification/data.html", form)


@_identity_page(Status.CODE_SENT, Status.ASKING)
def code(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    if request.method != "POST" and check.status == Status.ASKING:
        return redirect("verification:result", token=token)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer_code(check_id=check.id, text=form.cleaned_data["code"], at=now(), by=_PAYER)
            return redirect("verification:home", token=token)
        except (errors.CheckElsewhere, errors.CheckEnded):
            raise
        except Refusal as refusal:
            form.add_error("code", refusal.detail())
    return _code_page(request, check, token, form)


@_identity_page(Status.CODE_SENT)
def resend(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    if request.method != "POST":  # the language was switched on the page that said no
        return redirect("verification:home", token=token)
    try:
        operations.resend_code(check_id=check.id, at=now(), by=_PAYER)
    except (errors.ResendTooEarly, errors.ResendsUsedUp) as refusal:
        page = _code_page(request, check, token, CodeForm(), errors=[{"text": refusal.detail()}])
        page.status_code = refusal.http_status
        return page
    return redirect("verification:code", token=token)


@_identity_page(Status.UNAVAILABLE, *IN_FLIGHT)
def again(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    if request.method != "POST":  # the language was switched on the page that said no
        return redirect("verification:home", token=token)
    try:
        operations.try_again(check_id=check.id, at=now(), by=_PAYER)
    except (errors.TriesUsedUp, errors.AnotherCheckRunning) as refusal:
        context = {**_context(check, token), "refusal": refusal.detail()}
        return render(request, "verification/unavailable.html", context, status=refusal.http_status)
    return redirect("verification:home", token=token)


@require_safe
@_identity_page(*_RESULT_TEMPLATES)
def result(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    at = now()
    context = _context(check, token)
    if check.status == Status.MISMATCH:
        context["tries_left"] = queries.tries_left_today(check, at=at)
        context["steps"] = _steps(len(_STEPS) - 1)
    if check.wait_until is not None:
        context["wait_until"] = check.wait_until
        seconds = max(0, math.ceil((check.wait_until - at).total_seconds()))
        context["wait_seconds"], context["wait_clock"] = seconds, f"{seconds // 60}:{seconds % 60:02d}"
    return render(request, _RESULT_TEMPLATES[Status(check.status)], context)


@_identity_page(*LEFT_OPEN)
def extend(request: HttpRequest, check: Check, token: str) -> HttpResponse:
    """Half an hour more. A script gets the new time; without one the page comes back with what was typed into it."""
    if request.method != "POST":
        return redirect("verification:home", token=token)
    refusal = None
    try:
        check = operations.extend_check(check_id=check.id, at=now())
    except errors.ExtensionsUsedUp as used_up:
        refusal = used_up
    if not request.accepts("text/html"):
        if refusal is not None:
            raise refusal
        return JsonResponse(_time_left(check))
    return _as_it_was(request, check, token, errors=[{"text": refusal.detail()}] if refusal else [])


def _as_it_was(request: HttpRequest, check: Check, token: str, **more: Any) -> HttpResponse:
    """The page that this form belongs to, with its fields as they were sent; nothing is checked yet."""
    typed = request.POST.dict()
    match check.status:
        case Status.STARTED:
            return _consent_page(request, check, token, ConsentForm(initial={"agree": "agree" in typed}), **more)
        case Status.CODE_SENT:
            return _code_page(request, check, token, CodeForm(initial=typed), **more)
        case Status.CONSENTED | Status.MISMATCH if "national_id" in typed and queries.tries_left_today(check, at=now()):
            form = DataForm(initial=typed, today=today_in_taipei(now()))
            return _form_page(request, check, token, "verification/data.html", form, **more)
        case _:
            return redirect("verification:home", token=token)


def _consent_page(request: HttpRequest, check: Check, token: str, form: ConsentForm, **more: Any) -> HttpResponse:
    more |= {"paragraphs": CONSENT_PARAGRAPHS, "version": CONSENT_VERSION, "text_hash": consent_text_hash()}
    return _form_page(request, check, token, "verification/consent.html", form, **more)


def _code_page(request: HttpRequest, check: Check, token: str, form: CodeForm, **more: Any) -> HttpResponse:
    inquiry = queries.latest_inquiry(check)
    latest, at = queries.latest_code(inquiry), now()
    more |= {
        "is_sent_anew": latest.number > 1,
        "good_seconds": max(0, math.ceil((latest.expires_at - at).total_seconds())),
        "good_for": _minutes_text(latest.expires_at - at),
        "phone": mask_phone(check.customer.phone),
        "sent_at": latest.sent_at,
        "good_until": latest.expires_at,
        "resends_left": queries.resends_left(inquiry),
        "resend_seconds": queries.seconds_until_resend(inquiry, at=at),
    }
    return _form_page(request, check, token, "verification/code.html", form, **more)


def _form_page(
    request: HttpRequest, check: Check, token: str, template: str, form: forms.Form, **more: Any
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {**_context(check, token), "form": form, **more}, status=status)


def _ended(request: HttpRequest, check: Check) -> HttpResponse:
    return render(request, "verification/ended.html", _context(check, ""), status=errors.CheckEnded.http_status)


def _context(check: Check, token: str) -> dict[str, Any]:
    return {
        "token": token,
        "platform_name": check.platform_name,
        "return_url": check.return_url,
        "steps": _steps(_STEP_OF.get(Status(check.status), len(_STEPS) - 1)),
        "time_left": _time_left(check),
        "warn_seconds": int(rules.WARN_BEFORE.total_seconds()),
    }


def _time_left(check: Check) -> dict[str, Any]:
    """How long the check stays open, in words and in seconds, and how often it can still be kept open."""
    left = check.expires_at - now()
    clock = f"{taipei(check.expires_at):%H:%M}"
    words = gettext("This check stays open until %(clock)s, %(minutes)s.")
    extensions_left = rules.EXTENSIONS_MAX - check.extensions
    return {
        "seconds": max(0, math.ceil(left.total_seconds())),
        "text": words % {"clock": clock, "minutes": _minutes_text(left)},
        "warning": _time_warning(extensions_left) % {"clock": clock},
        "extensions_left": extensions_left,
    }


def _time_warning(extensions_left: int) -> str:
    if extensions_left:
        return gettext("This check ends at %(clock)s. Do you need more time?")
    return gettext("This check ends at %(clock)s. If that is too soon, pay again at the shop: you get a new check.")


def _minutes_text(left: dt.timedelta) -> str:
    """ "about 4 more minutes"; rounded down, so that nobody counts on time that isn't there."""
    minutes = int(left.total_seconds() // 60)
    if minutes < 1:
        return gettext("less than a minute")
    return ngettext("about %(minutes)s more minute", "about %(minutes)s more minutes", minutes) % {"minutes": minutes}


def _steps(current: int) -> list[dict[str, Any]]:
    states = ["done"] * current + ["current"] + ["todo"] * (len(_STEPS) - 1 - current)
    return [{"text": text, "state": state} for text, state in zip(_STEPS, states, strict=True)]


def _speak(request: HttpRequest, check: Check) -> None:
    """The platform named the payer's language; it counts until the person chooses one here."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(check.language)
        request.LANGUAGE_CODE = translation.get_language()
