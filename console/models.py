"""What the console keeps: permissions of screens, which belong to no table, and searches that staff saved."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.references import new_id


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


class SavedView(models.Model):
    """A search with its filters that someone will want again: under their own name, or shared with a role."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    # The address behind the question mark, as the filters' form writes it.
    query = models.CharField(max_length=500)
    shared_with = models.CharField(max_length=20, blank=True)
    saved_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(removed_at__isnull=True), name="console_view_name_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["shared_with"],
                condition=models.Q(removed_at__isnull=True) & ~models.Q(shared_with=""),
                name="console_views_shared",
            ),
        ]

    def __str__(self) -> str:
        return f"view {self.name} of {self.owner_id}"
