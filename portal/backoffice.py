"""The console: one admin site for staff, in the house's colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

# The admin's own pages load its scripts from our origin and know no nonce.
_console_policy = csp_replace({"script-src": [SELF]})


class BackOffice(admin.AdminSite):
    site_header = _("Outpost console")
    site_title = _("Outpost console")
    index_title = _("Customer service")
    enable_nav_sidebar = True

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return super().admin_view(_console_policy(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return _console_policy(super().login)(request, extra_context)
