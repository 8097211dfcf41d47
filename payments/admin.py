"""Payments in the console: to be read, found by what a caller has at hand; staff may tell the platform and ask the bank."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cards.admin import RecordedAdmin
from common.clock import now
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from common.references import mask_account
from notifications.forms import ReasonForm
from payments import operations
from payments.models import Attempt, ChargeRule, LimitRule, LimitUse, Payment, PaymentChange
from payments.states import IN_FLIGHT

_LAST4 = re.compile(r"[0-9]{4}")


class Changes(ReadOnlyInline):
    model = PaymentChange
    fields = ("step", "before", "after", "at", "by", "reason")
    ordering = ("step",)


class Attempts(ReadOnlyInline):
    model = Attempt
    fields = (
        *("number", "masked_account", "amount_minor", "created_at", "debit_sent_at"),
        *("outcome", "outcome_code", "bank_code", "outcome_at"),
    )
    ordering = ("number",)
    show_change_link = True

    @admin.display(description=_("account"))
    def masked_account(self, attempt: Attempt) -> str:
        return mask_account(attempt.account_last4)


@admin.register(Payment)
class PaymentAdmin(RecordedAdmin):
    read_action = "payments.payment_read"
    list_display = (
        *("reference", "platform", "order_number", "final_amount"),
        *("status", "masked_account", "created_at", "paid_at"),
    )
    list_filter = ("status", "platform")
    list_select_related = ("platform", "account")
    search_fields = ("reference__exact",)
    search_help_text = _("A payment reference, an order number, or the last four digits of the account")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("reference", "platform", "order_number", "description", "status", "masked_account")}),
        (
            _("Amounts"),
            {
                "fields": (
                    *("currency", "product_minor", "shipping_minor", "discount_minor", "rate", "rate_source"),
                    *("rate_quoted_at", "order_amount_minor", "charge_percent", "charge_minor", "final_amount"),
                    *("refunded_order_minor", "refunded_charge_minor"),
                )
            },
        ),
        (
            _("Course"),
            {
                "fields": (
                    *("created_at", "expires_at", "enquire_at", "enquiries", "paid_at", "bank_reference"),
                    *("failure_code", "shipped_at", "limits_day"),
                )
            },
        ),
        (_("Order"), {"fields": ("goods", "return_url", "language")}),
    )
    inlines = (Changes, Attempts)
    action_form = ReasonForm
    actions = ("tell_again", "ask_bank")

    @admin.display(description=_("account"))
    def masked_account(self, payment: Payment) -> str:
        return payment.account.masked if payment.account else ""

    @admin.display(description=_("final amount"), ordering="final_amount_minor")
    def final_amount(self, payment: Payment) -> str:
        return str(payment.final_amount)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The term's own shape says what it is, so that each search uses one index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.upper().startswith("PAY-"):
            return queryset.filter(reference=term.upper()), False
        orders = queryset.filter(order_number=term)
        if _LAST4.fullmatch(term):
            presented = Attempt.objects.filter(account_last4=term).values("payment_id")
            return orders | queryset.filter(pk__in=presented), False
        return orders, False

    def has_act_on_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("payments.act_on_payment")

    @admin.action(description=_("Tell the platform again"), permissions=["act_on"])
    def tell_again(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, _("Nothing was sent: give a reason first."), messages.ERROR)
            return
        at, by = now(), staff_name(request)
        count = 0
        for payment in queryset.order_by("id"):
            operations.tell_platform_again(payment=payment, at=at, by=by, reason=reason)
            count += 1
        text = ngettext(
            "The platform is told again of %(count)d payment.",
            "The platform is told again of %(count)d payments.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Ask the bank now"), permissions=["act_on"])
    def ask_bank(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        at, by = now(), staff_name(request)
        open_debits = queryset.filter(status__in=IN_FLIGHT).order_by("id")
        asked = [operations.enquire_about(payment=payment, at=at, by=by) for payment in open_debits]
        for payment in asked:
            self.message_user(request, f"{payment.reference}: {payment.status}", messages.INFO)
        if not asked:
            self.message_user(request, _("None of these waits for the bank."), messages.WARNING)


@admin.register(Attempt)
class AttemptAdmin(RecordedAdmin):
    read_action = "payments.attempt_read"
    list_display = (
        *("payment", "number", "masked_account", "amount_minor"),
        *("created_at", "outcome", "outcome_code", "bank_code"),
    )
    list_filter = ("outcome",)
    list_select_related = ("payment",)
    search_fields = ("payment__reference__exact", "payment__order_number__exact", "account_last4__exact")
    ordering = ("-id",)
    fields = (
        *("payment", "number", "request_id", "masked_account", "amount_minor", "signed_at", "order_digest", "counter"),
        *("created_at", "debit_sent_at", "outcome", "outcome_code", "bank_code", "outcome_at"),
    )

    @admin.display(description=_("account"))
    def masked_account(self, attempt: Attempt) -> str:
        return mask_account(attempt.account_last4)


@admin.register(LimitRule)
class LimitRuleAdmin(ReadOnlyAdmin):
    list_display = ("code", "valid_from", "amount_minor", "made_by", "approved_by", "reason")
    list_filter = ("code",)
    fields = list_display
    ordering = ("code", "-valid_from")


@admin.register(ChargeRule)
class ChargeRuleAdmin(ReadOnlyAdmin):
    list_display = ("valid_from", "percent", "made_by", "approved_by", "reason")
    fields = list_display
    ordering = ("-valid_from",)


@admin.register(LimitUse)
class LimitUseAdmin(ReadOnlyAdmin):
    list_display = ("account", "period", "starts_on", "used_minor")
    list_filter = ("period",)
    list_select_related = ("account",)
    search_fields = ("account__last4__exact",)
    fields = list_display
    ordering = ("-starts_on", "-id")
