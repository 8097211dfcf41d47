"""The console's view of the audit trail: to be read by auditors, changed by nobody."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from audit.models import DailyHead, Record
from common.console import ReadOnlyAdmin


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "by", "role", "action", "subject", "reason", "position")
    list_filter = ("role", "action")
    list_select_related = ("link",)
    search_fields = ("=subject", "=by")
    ordering = ("-id",)
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
class DailyHeadAdmin(ReadOnlyAdmin):
    list_display = ("day", "position", "hash", "signed_at")
    ordering = ("-day",)
