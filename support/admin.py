"""Cases as reference data: every row with its notes, changes and handling. They are worked on in the console's own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.console import ReadOnlyAdmin, ReadOnlyInline
from support.models import Case, CaseChange, CaseHandling, CaseNote
from support.states import Status


class Notes(ReadOnlyInline):
    model = CaseNote
    fields = ("at", "by", "text")
    ordering = ("at", "id")


class Changes(ReadOnlyInline):
    model = CaseChange
    fields = ("step", "before", "after", "at", "by", "reason")
    ordering = ("step",)


class Handlings(ReadOnlyInline):
    model = CaseHandling
    fields = ("number", "what", "before", "after", "at", "by", "reason")
    ordering = ("number",)


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ("reference", "kind", "about", "priority", "owner", "queue", "state", "due_at", "closed_as")
    list_filter = ("status", "kind", "queue", "priority", "opened_at")
    list_select_related = ("payment", "refund", "finding", "endpoint")
    search_fields = (
        *("reference__exact", "payment__reference__exact", "refund__reference__exact"),
        *("payment__order_number__exact", "=id", "endpoint__url", "endpoint__platform__code__exact"),
    )
    search_help_text = _(
        "The number of a case, a payment or refund reference, an order number, or an endpoint's address"
    )
    ordering = ("-status", "-opened_at", "id")
    fields = (
        *("reference", "kind", "about", "priority", "owner", "queue", "state", "opened_at", "answer_due_at", "due_at"),
        *("answered_at", "closed_at", "closed_as", "closed_reason", "merged_into", "reopens"),
    )
    readonly_fields = ("about", "state")
    inlines = (Notes, Handlings, Changes)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    @admin.display(description=_("about"))
    def about(self, case: Case) -> str:
        """The payment, refund, finding or endpoint, with the way to it."""
        row = case.payment or case.refund or case.finding or case.endpoint
        assert row is not None
        address = reverse(f"{self.admin_site.name}:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, case.subject)

    @admin.display(description=_("state"), ordering="status")
    def state(self, case: Case) -> str:
        return str(Status(case.status).label)
