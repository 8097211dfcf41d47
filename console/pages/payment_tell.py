"""Telling a shop again of everything that it has not taken since a moment: first how much that is, then with a reason."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from common.clock import now, time_text
from common.console import staff_name
from common.paging import capped
from console.forms.payment import ReasonForm, TellManyForm
from console.queries.tell import untaken_since
from notifications.operations import recover_endpoint
from platforms.models import Platform
from staff.pages import record_look, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("notifications.act_on_message")
def tell_many(request: HttpRequest) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    form, reason = TellManyForm(asked or None), ReasonForm(request.POST or None)
    valid = form.is_valid()
    if request.method == "POST" and valid and reason.is_valid():
        _tell(request, form.cleaned_data["platform"], form.cleaned_data["since"], reason.cleaned_data["reason"])
        return redirect("desk:tell_many")
    found = untaken_since(form.cleaned_data["platform"], form.cleaned_data["since"]) if valid else []
    context = {
        "form": form,
        "reason_form": reason,
        "previewed": valid,
        "shop": form.cleaned_data["platform"].name if valid else "",
        "since": time_text(form.cleaned_data["since"]) if valid else "",
        "rows": [{"url": one.endpoint.url, "count": capped(one.count)} for one in found],
        "anything": any(one.count for one in found),
    }
    wrong = bool(form.errors) or (request.method == "POST" and bool(reason.errors))
    return render(request, "console/payment_tell.html", context, status=422 if wrong else 200)


def _tell(request: HttpRequest, platform: Platform, since: dt.datetime, reason: str) -> None:
    at, by = now(), staff_name(request)
    details = {"platform": platform.code, "since": since.isoformat()}
    record_look(request, action="payment.many_told_again", subject=platform.code, reason=reason, **details)
    recovered = [
        recover_endpoint(endpoint_id=one.endpoint.pk, since=since, at=at, by=by)
        for one in untaken_since(platform, since)
    ]
    count = sum(one.count for one in recovered)
    text = ngettext("%(count)s notice is sent again.", "%(count)s notices are sent again.", count)
    messages.success(request, text % {"count": f"{count:,}"})
    if any(one.has_more for one in recovered):
        messages.warning(request, _("There are more than were taken at once: do the same again in a few minutes."))
