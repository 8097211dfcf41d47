"""Who may open a page of the console: a member of staff with the permission that the page names, just confirmed where asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from audit import operations as audit
from common.clock import now
from common.console import staff_name
from staff.retry import STEP_UP_MAX, is_fresh

Rest = ParamSpec("Rest")
View = Callable[..., HttpResponse]
STEPPED_UP_AT = "stepped_up_at"


def staff_page(permission: str) -> Callable[[View], View]:
    """For views: nobody, the wrong role and a cached copy see nothing. `view.permission` says what it asks for."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not (request.user.is_authenticated and request.user.is_active and request.user.is_staff):
                return lead_to(request, redirect_to_login(request.get_full_path()))
            if not request.user.has_perm(permission):
                raise PermissionDenied
            answer = view(request, *args, **kwargs)
            add_never_cache_headers(answer)
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the matrix of roles and addresses
        return guarded

    return guard


def member_of(request: HttpRequest) -> User:
    """Who is signed in, in a view below `staff_page`."""
    assert isinstance(request.user, User), "staff_page lets nobody else in"
    return request.user


def stepped_up(view: View) -> View:
    """For views that approve or reveal in bulk: who acts has shown the second factor within the last five minutes.

    Stands below `staff_page`. Others are led to the page that asks for it and come back to this one; a form is sent again.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request.session.get(STEPPED_UP_AT), at=now(), limit=STEP_UP_MAX):
            return view(request, *args, **kwargs)
        there = reverse("staff:confirm")
        return lead_to(request, redirect(f"{there}?{urlencode({'next': _page_of(request)})}"))

    guarded.stepped_up = True  # type: ignore[attr-defined]  # read by the matrix of roles and addresses
    return guarded


def record_look(request: HttpRequest, *, action: str, subject: str, reason: str = "", **details: Any) -> None:
    """Keep that a member of staff has seen customer data. Call it for every such page; `details` says no secret."""
    by, role = staff_name(request), roles_of(request)
    audit.record(by=by, role=role, action=action, subject=subject, reason=reason, details=details, at=now())


def roles_of(request: HttpRequest) -> str:
    """As records keep them."""
    return ",".join(request.user.groups.order_by("name").values_list("name", flat=True))


def lead_to(request: HttpRequest, redirection: HttpResponse) -> HttpResponse:
    """A redirect that htmx follows with the whole page instead of putting it into a part of this one."""
    if request.headers.get("HX-Request") != "true":
        return redirection
    return HttpResponse(status=401, headers={"HX-Redirect": redirection["Location"]})


def _page_of(request: HttpRequest) -> str:
    """Where to go back to: this page, or for a form the page that it stands on."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc == request.get_host() and came_from.path.startswith("/console/"):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return request.get_full_path()
