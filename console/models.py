"""What the console's screens may be opened with: permissions that belong to no table."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Screen(models.Model):
    """No table: the permissions of screens need something to stand on."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions: ClassVar = [
            ("see_own_account", _("Can see and change one's own sign-in")),
            ("see_payments", _("Can find payments and see everything about one, masked")),
            ("see_dashboard", _("Can see the dashboard")),
            ("see_calendar", _("Can see the refund calendar board")),
            ("see_reference_data", _("Can see rules, calendars, platforms and messages")),
            ("reveal_personal", _("Can reveal a masked field, with a reason")),
            ("run_reports", _("Can run reports")),
            ("export_rows", _("Can take rows out as a file, with a reason")),
        ]

    def __str__(self) -> str:
        return "screen"
