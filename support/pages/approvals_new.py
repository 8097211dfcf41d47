"""Asking for what needs a second person: the list of deeds, and the form of each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from common.clock import now
from common.errors import Refusal
from staff.pages import member_of, staff_page
from support import operations
from support.models import Approval
from support.operations.deeds import DEEDS
from support.pages.deed_forms import FORMS, DeedForm
from support.queries import approvals as queries

_GROUPS = {
    "refund": gettext_lazy("Refunds"),
    "payment": gettext_lazy("Payments"),
    "calendar": gettext_lazy("Calendar"),
    "limit": gettext_lazy("Rules"),
    "charge": gettext_lazy("Rules"),
    "charge_return": gettext_lazy("Rules"),
    "gate": gettext_lazy("Rules"),
    "run_pace": gettext_lazy("Rules"),
    "tier": gettext_lazy("Rules"),
    "platform": gettext_lazy("Platforms"),
    "identity": gettext_lazy("People and data"),
    "export": gettext_lazy("People and data"),
    "staff": gettext_lazy("Staff"),
}


@require_safe
@staff_page("support.propose")
def deeds(request: HttpRequest) -> HttpResponse:
    """What this person may ask for, by group."""
    allowed = queries.deeds_to_ask(member_of(request))
    groups: dict[str, list[dict[str, str]]] = {}
    for name, deed in DEEDS.items():
        if name in allowed:
            group = str(_GROUPS[name.partition(".")[0]])
            entry = {"title": str(deed.title), "about": str(deed.about), "url": reverse("support:propose", args=[name])}
            groups.setdefault(group, []).append(entry)
    return render(request, "support/approvals_deeds.html", {"groups": list(groups.items())})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("support.propose")
def propose(request: HttpRequest, deed: str) -> HttpResponse:
    """The form of one deed. What is asked for then waits on its own page, with what it would change."""
    if deed not in DEEDS:
        raise Http404
    if not queries.may_ask(member_of(request), deed):
        raise PermissionDenied
    old = _replaced(request)
    if request.method != "POST":
        return _page(request, deed, FORMS[deed](initial=_initial(request, FORMS[deed], old)), old)
    form = FORMS[deed](request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, deed, form, old, status=422)
    try:
        asked = operations.ask_for(
            deed=deed,
            wish=form.wish(),
            reason=form.cleaned_data["reason"],
            maker=member_of(request),
            at=now(),
            replaces=old.pk if old else None,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.detail())
        return _page(request, deed, form, old, status=refusal.http_status)
    messages.success(request, _("Asked for. It waits for a second person; until then nothing changes."))
    return redirect("support:approval", asked.pk)


def _page(request: HttpRequest, deed: str, form: DeedForm, old: Approval | None, *, status: int = 200) -> HttpResponse:
    context = {"title": str(DEEDS[deed].title), "about": str(DEEDS[deed].about), "form": form, "old": old}
    return render(request, "support/approvals_propose.html", context, status=status)


def _replaced(request: HttpRequest) -> Approval | None:
    """The request that this one is to take the place of, named in the address."""
    try:
        named = UUID(request.GET.get("replaces", ""))
    except ValueError:
        return None
    return Approval.objects.filter(pk=named, maker=member_of(request)).first()


def _initial(request: HttpRequest, form: type[DeedForm], old: Approval | None) -> dict[str, Any]:
    """From the request that is changed, or from the link that led here."""
    if old is not None:
        wish = {name: "\n".join(value) if name == "return_url_prefixes" else value for name, value in old.wish.items()}
        return wish | {"reason": old.reason}
    given = {name: request.GET[name] for name in form.base_fields if name in request.GET}
    subject = request.GET.get("subject", "")
    return ({form.about_field: subject} if form.about_field and subject else {}) | given
