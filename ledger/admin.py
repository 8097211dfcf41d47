"""The books in the console: to be read, by nobody to be changed."""

from __future__ import annotations

from django.contrib import admin

from common.console import ReadOnlyAdmin, ReadOnlyInline
from ledger.models import Entry, Journal


class EntryLines(ReadOnlyInline):
    model = Entry
    fields = ("side", "account", "amount_minor", "currency")


@admin.register(Journal)
class JournalAdmin(ReadOnlyAdmin):
    list_display = ("reference", "kind", "platform_code", "business_date", "at")
    list_filter = ("kind", "platform_code")
    search_fields = ("reference",)
    ordering = ("-id",)
    inlines = (EntryLines,)
