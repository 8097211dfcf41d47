"""Refunds and the calendar as reference data: to be read. What staff do with them takes two people; windows take one."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import clock
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from common.errors import Refusal
from refunds import operations
from refunds.deferral import WindowKind
from refunds.forms import WindowForm
from refunds.models import (
    BankOnlyDay,
    CalendarDay,
    CalendarOverride,
    CalendarVersion,
    ChargeReturnRule,
    CreditAttempt,
    Deferral,
    MaintenanceWindow,
    Refund,
    RefundChange,
    RunPace,
)


class _AddedByOperation(ReadOnlyAdmin):
    """Adding shows a form of ours and calls one operation; its refusal comes back beside the form."""

    form_of_addition: ClassVar[type[forms.Form]]

    def add_by_operation(self, fields: dict[str, Any], *, at: dt.datetime, by: str) -> None:
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(f"refunds.add_{self.opts.model_name}")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.form_of_addition(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                self.add_by_operation(form.cleaned_data, at=clock.now(), by=staff_name(request))
            except Refusal as refusal:
                form.add_error(None, refusal.detail())
            else:
                self.message_user(request, _("Done."), messages.SUCCESS)
                return HttpResponseRedirect(reverse(f"admin:refunds_{self.opts.model_name}_changelist"))
        title = _("Add %(name)s") % {"name": self.opts.verbose_name}
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "title": title}
        return TemplateResponse(request, "refunds/console_form.html", context | (extra_context or {}))


class Changes(ReadOnlyInline):
    model = RefundChange
    fields = ("step", "before", "after", "at", "by", "reason")
    ordering = ("step",)


class Deferrals(ReadOnlyInline):
    model = Deferral
    fields = ("number", "reason", "old_date", "new_date", "old_latest_date", "new_latest_date", "at", "by")
    ordering = ("number",)


class Attempts(ReadOnlyInline):
    model = CreditAttempt
    fields = ("number", "request_id", "at", "valid_until")
    ordering = ("number",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = (
        "reference",
        "order_number",
        "total_minor",
        "status",
        "credit_date",
        "latest_credit_date",
        "overdue",
    )
    list_filter = ("status", "platform", "credit_date")
    list_select_related = ("payment",)
    search_fields = ("=reference", "=platform_refund_number", "=payment__reference", "=payment__order_number")
    ordering = ("-id",)
    fields = (
        *("reference", "platform", "payment", "order_number", "account", "platform_refund_number", "status"),
        *("amount_minor", "charge_minor", "total_minor", "reason", "requested_at", "accepted_date"),
        *("expected_credit_date", "latest_credit_date", "credit_date", "overdue", "calendar_version"),
        *("request_id", "enquire_at", "enquiries", "retry_at", "bank_reference", "bank_code", "credited_at"),
    )
    inlines = (Changes, Deferrals, Attempts)

    @admin.display(description=_("order number"), ordering="payment__order_number")
    def order_number(self, refund: Refund) -> str:
        return refund.payment.order_number

    @admin.display(description=_("account"))
    def account(self, refund: Refund) -> str:
        return refund.payment.account.masked if refund.payment.account else ""

    @admin.display(description=_("overdue"), boolean=True)
    def overdue(self, refund: Refund) -> bool:
        return refund.is_overdue(clock.now())


class Days(ReadOnlyInline):
    model = CalendarDay
    fields = ("date", "is_off", "remark")
    ordering = ("date",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarDay]:
        # Ordinary days would be 250 lines that say nothing.
        return super().get_queryset(request).exclude(remark="")


class Overrides(ReadOnlyInline):
    model = CalendarOverride
    fields = ("date", "county", "part")
    ordering = ("date", "county")


class _PublishedByTwo(ReadOnlyAdmin):
    """Its list leads to the form that asks for a new one."""

    change_list_template = "refunds/console_list.html"
    deed: ClassVar[str]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        asks = ("support.propose", f"refunds.add_{self.opts.model_name}")
        context = {"deed": self.deed, "may_ask": request.user.has_perms(asks)}
        return super().changelist_view(request, context | (extra_context or {}))


@admin.register(CalendarVersion)
class CalendarVersionAdmin(_PublishedByTwo):
    list_display = ("number", "kind", "first_year", "last_year", "note", "published_at", "published_by")
    list_filter = ("kind",)
    ordering = ("-number",)
    fields = list_display
    inlines = (Overrides, Days)
    deed = "calendar.publish"


@admin.register(CalendarOverride)
class CalendarOverrideAdmin(_PublishedByTwo):
    list_display = ("date", "county", "part", "version")
    list_filter = ("county",)
    list_select_related = ("version",)
    ordering = ("-date", "county", "-id")
    fields = list_display
    deed = "calendar.closure"


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(_AddedByOperation):
    list_display = ("kind", "starts_at", "ends_at", "text_en", "planned_by", "cancelled_at")
    list_filter = ("kind",)
    ordering = ("-starts_at", "id")
    fields = (*list_display, "text_zh_hant", "planned_at", "cancelled_by")
    form_of_addition = WindowForm
    actions = ("cancel",)

    def add_by_operation(self, fields: dict[str, Any], *, at: dt.datetime, by: str) -> None:
        operations.plan_window(**fields | {"kind": WindowKind(fields["kind"])}, at=at, by=by)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("refunds.change_maintenancewindow")

    @admin.action(description=_("Cancel the window"), permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[MaintenanceWindow]) -> None:
        for window_id in queryset.order_by("id").values_list("id", flat=True):
            operations.cancel_window(window_id=window_id, at=clock.now(), by=staff_name(request))
        self.message_user(request, _("Done."), messages.SUCCESS)


@admin.register(BankOnlyDay)
class BankOnlyDayAdmin(ReadOnlyAdmin):
    list_display = ("month", "day", "last_year", "name", "name_en")
    ordering = ("month", "day", "id")


@admin.register(ChargeReturnRule)
class ChargeReturnRuleAdmin(ReadOnlyAdmin):
    list_display = ("policy", "valid_from", "made_by", "approved_by", "reason")
    ordering = ("-valid_from", "id")


@admin.register(RunPace)
class RunPaceAdmin(ReadOnlyAdmin):
    list_display = ("credits_per_minute", "valid_from", "made_by", "approved_by", "reason")
    ordering = ("-valid_from", "id")
