"""The console: one admin site for staff, in the house's colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def _console_policy(view: View) -> View:
    """The admin's own pages load its scripts from our origin and know no nonce."""
    return cast("View", csp_replace({"script-src": [SELF]})(view))


class BackOffice(admin.AdminSite):
    site_header = _("Outpost console")
    site_title = _("Outpost console")
    index_title = _("Customer service")
    enable_nav_sidebar = True

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        return super().admin_view(_console_policy(view), cacheable)

    # Signing in, out and changing a password are pages of the console; these addresses of the admin's lead there.
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next") or reverse("desk:home"))

    def logout(  # type: ignore[override]  # a redirect instead of a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("staff:account")

    def password_change(  # type: ignore[override]  # a redirect instead of a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("staff:password")

    def password_change_done(  # type: ignore[override]  # a redirect instead of a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("staff:account")
