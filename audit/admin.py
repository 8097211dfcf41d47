"""The console's view of the audit trail: to be read by auditors, changed by nobody."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.models import DailyHead, Record
from common.console import ReadOnlyAdmin


class _AuditorsOnly(ReadOnlyAdmin):
    """Reading the trail is a right of its own: not everyone who may see a payment may see who looked at it."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("audit.audit_trail")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(Record)
class RecordAdmin(_AuditorsOnly):
    list_display = ("at", "by", "role", "action", "subject", "reason", "position")
    list_select_related = ("link",)
    search_fields = ("=subject", "=by")
    ordering = ("-at", "-id")
    fields = ("at", "by", "role", "action", "subject", "reason", "details", "position", "hash")

    @admin.display(description=_("position"))
    def position(self, record: Record) -> int | None:
        link = getattr(record, "link", None)
        return link.position if link else None

    @admin.display(description=_("hash"))
    def hash(self, record: Record) -> str:
        link = getattr(record, "link", None)
        return link.hash if link else ""


@admin.register(DailyHead)
class DailyHeadAdmin(_AuditorsOnly):
    list_display = ("day", "position", "hash", "signed_at")
    ordering = ("-day",)
