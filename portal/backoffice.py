"""The console: one admin site for staff, in the house's colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
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

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = _console_policy(super().login)(request, extra_context)
        return answer
