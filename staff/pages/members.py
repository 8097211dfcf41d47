"""Who works here: role, factors, sessions and state; an administrator disables at once and asks a second for the rest."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.clock import now, time_text
from common.console import staff_name
from staff.errors import UnknownMember
from staff.forms import ReasonForm
from staff.models import Factor, RecoveryCode, SignIn
from staff.operations import disable_member, role_of, sessions
from staff.pages import staff_page
from staff.retry import SESSION_MAX
from staff.rules import role_name

PAGE = 50


@require_safe
@staff_page("staff.see_members")
def members(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    found = list(User.objects.filter(is_staff=True, username__gt=after).order_by("username")[: PAGE + 1])
    shown = {
        "members": _told(found[:PAGE]),
        "next": found[PAGE - 1].username if len(found) > PAGE else "",
        "is_first": not after,
        "can_manage": request.user.has_perm("staff.manage_members"),
        "own_name": request.user.get_username(),
    }
    return render(request, "staff/members.html", shown)


@require_POST
@staff_page("staff.manage_members")
def end_sessions(request: HttpRequest, name: str) -> HttpResponse:
    """Whoever forgot to log out at another desk is logged out from here; they may sign in again."""
    user = User.objects.filter(username=name, is_staff=True).first()
    if user is None:
        raise UnknownMember
    because = SignIn.Ended.BY_ADMINISTRATOR
    sessions.end_all(user=user, because=because, at=now(), by=staff_name(request))
    messages.success(request, _("Every session of %(name)s was ended.") % {"name": name})
    return redirect("staff:members")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("staff.manage_members")
def disable(request: HttpRequest, name: str) -> HttpResponse:
    """One administrator suffices: whoever should not be in is out at once."""
    user = User.objects.filter(username=name, is_staff=True).first()
    if user is None:
        raise UnknownMember
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        disable_member(name=name, reason=form.cleaned_data["reason"], at=now(), by=staff_name(request))
        messages.success(request, _("%(name)s is disabled and signed out everywhere.") % {"name": name})
        return redirect("staff:members")
    return render(request, "staff/disable.html", {"form": form, "name": name, "role": role_name(role_of(user))})


def _told(users: list[User]) -> list[dict[str, Any]]:
    """Each with what they sign in with, in as many statements for one as for fifty."""
    ids = [user.pk for user in users]
    of_these = Q(user__in=ids)
    factors = Counter(Factor.objects.filter(of_these, removed_at=None).values_list("user", "kind"))
    codes = Counter(RecoveryCode.objects.filter(of_these, ended_at=None).values_list("user", flat=True))
    open_rows = SignIn.objects.filter(of_these, ended_at=None, started_at__gt=now() - SESSION_MAX)
    open_sessions = Counter(open_rows.values_list("user", flat=True))
    roles = dict(User.groups.through.objects.filter(of_these).values_list("user", "group__name"))
    return [
        {
            "name": user.username,
            "role": role_name(roles.get(user.pk, "")),
            "is_active": user.is_active,
            "apps": factors[user.pk, Factor.Kind.APP.value],
            "passkeys": factors[user.pk, Factor.Kind.PASSKEY.value],
            "codes": codes[user.pk],
            "sessions": open_sessions[user.pk],
            "last": time_text(user.last_login),
        }
        for user in users
    ]
