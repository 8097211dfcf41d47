"""Cases in the console: found by kind, owner and age; staff take them, write notes, and close them with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.clock import now
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from common.errors import Refusal
from support import operations
from support.forms import WordsForm
from support.models import Case, CaseChange, CaseNote
from support.states import Status


class Notes(ReadOnlyInline):
    model = CaseNote
    fields = ("at", "by", "text")
    ordering = ("at", "id")


class Changes(ReadOnlyInline):
    model = CaseChange
    fields = ("step", "before", "after", "at", "by", "reason")
    ordering = ("step",)


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ("kind", "about", "owner", "state", "opened_at", "closed_reason")
    list_filter = ("status", "kind", "owner", "opened_at")
    list_select_related = ("payment", "refund", "finding", "endpoint")
    search_fields = (
        *("payment__reference__exact", "refund__reference__exact", "payment__order_number__exact"),
        *("=id", "endpoint__url", "endpoint__platform__code__exact"),
    )
    search_help_text = _("A payment or refund reference, an order number, an endpoint's address, or the id of a case")
    ordering = ("-status", "-opened_at", "id")
    fields = ("kind", "about", "owner", "state", "opened_at", "closed_at", "closed_reason")
    readonly_fields = ("about", "state")
    inlines = (Notes, Changes)
    action_form = WordsForm
    actions = ("take", "note", "close")

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

    def has_work_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("support.work_cases")

    @admin.action(description=_("Take"), permissions=["work"])
    def take(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        by, at = staff_name(request), now()
        self._each(request, queryset, lambda pk: operations.take_case(case_id=pk, at=at, by=by))

    @admin.action(description=_("Write a note"), permissions=["work"])
    def note(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        by, at, words = staff_name(request), now(), request.POST.get("words", "")
        self._each(request, queryset, lambda pk: operations.add_note(case_id=pk, text=words, at=at, by=by))

    @admin.action(description=_("Close with this reason"), permissions=["work"])
    def close(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        by, at, words = staff_name(request), now(), request.POST.get("words", "")
        self._each(request, queryset, lambda pk: operations.close_case(case_id=pk, reason=words, at=at, by=by))

    def _each(self, request: HttpRequest, cases: QuerySet[Case], act: Callable[[UUID], Any]) -> None:
        """One operation a case; what is refused is said, each refusal once."""
        done, refused = 0, {}
        for pk in cases.order_by("id").values_list("pk", flat=True):
            try:
                act(pk)
                done += 1
            except Refusal as refusal:
                refused[refusal.code] = refusal.detail()
        for text in refused.values():
            self.message_user(request, text, messages.ERROR)
        if done:
            text = ngettext("%(count)d case was changed.", "%(count)d cases were changed.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)
