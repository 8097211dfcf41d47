"""Reconciliation in the console: runs, what they found, and the bank's lines, to be read."""

from __future__ import annotations

from django.contrib import admin

from common.console import ReadOnlyAdmin, ReadOnlyInline
from reconciliation.models import BankLine, Finding, Run


class Findings(ReadOnlyInline):
    model = Finding
    fields = ("name", "subject", "detail", "found_at", "seen_at", "resolved_at")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("at", "bank_answered", "lines_fetched", "matched", "broken", "note")
    list_filter = ("bank_answered",)
    ordering = ("-id",)
    fields = ("at", "since", "until", "bank_answered", "lines_fetched", "matched", "broken", "note")
    inlines = (Findings,)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ("name", "subject", "detail", "found_at", "seen_at", "resolved_at")
    list_filter = ("name", ("resolved_at", admin.EmptyFieldListFilter))
    search_fields = ("=subject",)
    ordering = ("-id",)
    fields = ("name", "subject", "detail", "run", "found_at", "seen_at", "resolved_at")


@admin.register(BankLine)
class BankLineAdmin(ReadOnlyAdmin):
    list_display = ("line", "kind", "amount_minor", "currency", "account_last4", "bank_reference", "booked_at")
    list_filter = ("kind",)
    search_fields = ("=line", "=request_id", "=bank_reference")
    ordering = ("-line",)
    fields = (
        *("line", "kind", "amount_minor", "currency", "account_last4", "bank_reference"),
        *("request_id", "reverses", "booked_at", "fetched_at"),
    )
