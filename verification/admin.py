"""Identity checks in the console: to be read, masked; why a check was refused needs a permission of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from audit.operations import record
from common.clock import now
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from common.references import mask_account
from verification.models import Check, CheckChange, Consent, GateRule, Inquiry, LastUse

_SEE_REASON = "verification.see_watch_list_reason"


class Changes(ReadOnlyInline):
    model = CheckChange
    fields = ("step", "before", "after", "at", "by", "reason")
    ordering = ("step",)


class Consents(ReadOnlyInline):
    model = Consent
    fields = ("version", "language", "given_at", "text_hash")


class Inquiries(ReadOnlyInline):
    model = Inquiry
    ordering = ("id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        reason = ("outcome", "answer_detail", "watch_list") if request.user.has_perm(_SEE_REASON) else ()
        return ("masked_national_id", "given_at", "proved_at", "answered_at", "request_id", *reason)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj)

    @admin.display(description=_("national ID"))
    def masked_national_id(self, inquiry: Inquiry) -> str:
        return inquiry.national_id_masked

    @admin.display(description=_("watch list"))
    def watch_list(self, inquiry: Inquiry) -> str:
        notices = inquiry.notices.order_by("registered_date", "id")
        return "; ".join(
            f"{notice.code} {notice.registered_date} → {notice.release_code or '—'} {notice.release_date or ''}".strip()
            for notice in notices
        )


@admin.register(Check)
class CheckAdmin(ReadOnlyAdmin):
    list_display = ("id", "subject", "platform_name", "masked_account", "status", "opened_at", "expires_at")
    list_filter = ("status", "platform_name")
    search_fields = ("subject__exact", "account_last4__exact")
    ordering = ("-id",)
    fields = (
        "subject", "platform_name", "masked_account", "status", "step", "language",
        "opened_at", "expires_at", "wait_until",
    )  # fmt: skip
    readonly_fields = fields
    inlines = (Changes, Consents, Inquiries)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Reading a person's check is itself recorded."""
        page = super().change_view(request, object_id, form_url, extra_context)
        if page.status_code == HTTPStatus.OK:
            reason_seen = request.user.has_perm(_SEE_REASON)
            record(
                by=staff_name(request),
                action="verification.check_read",
                subject=f"check {object_id}",
                details={"reason_seen": reason_seen},
                at=now(),
            )
        return page

    @admin.display(description=_("account"))
    def masked_account(self, check: Check) -> str:
        return mask_account(check.account_last4)


@admin.register(LastUse)
class LastUseAdmin(ReadOnlyAdmin):
    list_display = ("customer", "used_at")
    fields = ("customer", "used_at")
    ordering = ("-used_at",)


@admin.register(GateRule)
class GateRuleAdmin(ReadOnlyAdmin):
    list_display = ("mismatches_max", "wait_seconds", "valid_from", "made_by", "approved_by", "reason")
    fields = list_display
    ordering = ("-valid_from",)
