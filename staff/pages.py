"""Who may open a page of the console: a member of staff with the permission that the page names."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from audit import operations as audit
from common.clock import now
from common.console import staff_name

Rest = ParamSpec("Rest")
View = Callable[..., HttpResponse]


def staff_page(permission: str) -> Callable[[View], View]:
    """For views: nobody, the wrong role and a cached copy see nothing. `view.permission` says what it asks for."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not (request.user.is_authenticated and request.user.is_active and request.user.is_staff):
                return redirect_to_login(request.get_full_path())
            if not request.user.has_perm(permission):
                raise PermissionDenied
            answer = view(request, *args, **kwargs)
            add_never_cache_headers(answer)
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the matrix of roles and addresses
        return guarded

    return guard


def record_look(request: HttpRequest, *, action: str, subject: str, reason: str = "", **details: Any) -> None:
    """Keep that a member of staff has seen customer data. Call it for every such page; `details` says no secret."""
    role = ",".join(request.user.groups.order_by("name").values_list("name", flat=True))
    audit.record(
        by=staff_name(request), role=role, action=action, subject=subject, reason=reason, details=details, at=now()
    )
