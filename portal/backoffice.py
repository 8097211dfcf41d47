"""The console: one admin site for staff, in the house's colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


def _console_policy(view: Callable[..., Any]) -> Callable[..., Any]:
    """The admin's own pages load its scripts from our origin and know no nonce."""
    decorated: Callable[..., Any] = csp_replace({"script-src": [SELF]})(view)
    return decorated


class BackOffice(admin.AdminSite):
    site_header = _("Outpost console")
    site_title = _("Outpost console")
    index_title = _("Customer service")
    enable_nav_sidebar = True

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        wrapped: Callable[..., Any] = super().admin_view(_console_policy(view), cacheable)
        return wrapped

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = _console_policy(super().login)(request, extra_context)
        return answer
