"""The console: one admin site for staff, in the house's colours."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class BackOffice(admin.AdminSite):
    site_header = _("Outpost console")
    site_title = _("Outpost console")
    index_title = _("Customer service")
    enable_nav_sidebar = True
