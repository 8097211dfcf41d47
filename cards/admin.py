"""Customers, accounts and cards in the console: masked, to be read only. Codes are never shown, not even used ones."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from audit import operations as audit
from cards.models import Account, Card, CardUse, CheckCode, Customer, PictureCode
from common.clock import now
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from common.references import mask_phone


class RecordedAdmin(ReadOnlyAdmin):
    """Rows about a person: each look at one is itself recorded in the audit trail."""

    read_action: str

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = super().change_view(request, object_id, form_url, extra_context)
        if page.status_code == HTTPStatus.OK:
            subject = f"{self.opts.model_name} {object_id}"
            audit.record(by=staff_name(request), action=self.read_action, subject=subject, details={}, at=now())
        return page


class Accounts(ReadOnlyInline):
    model = Account
    fields = ("masked", "created_at")
    ordering = ("created_at", "id")
    show_change_link = True


class Cards(ReadOnlyInline):
    model = Card
    fields = ("id", "last_counter", "created_at")
    ordering = ("created_at", "id")
    show_change_link = True


@admin.register(Customer)
class CustomerAdmin(RecordedAdmin):
    read_action = "cards.customer_read"
    list_display = ("id", "masked_phone", "created_at")
    search_fields = ("accounts__last4__exact", "id__exact")
    search_help_text = _("The last four digits of an account")
    ordering = ("-id",)
    fields = ("id", "masked_phone", "created_at")
    inlines = (Accounts, Cards)

    @admin.display(description=_("mobile number"))
    def masked_phone(self, customer: Customer) -> str:
        return mask_phone(customer.phone) if customer.phone else ""


@admin.register(Account)
class AccountAdmin(RecordedAdmin):
    read_action = "cards.account_read"
    list_display = ("masked", "customer", "created_at")
    list_select_related = ("customer",)
    search_fields = ("last4__exact",)
    search_help_text = _("The last four digits of an account")
    ordering = ("-id",)
    fields = ("masked", "customer", "created_at")


class Uses(ReadOnlyInline):
    model = CardUse
    fields = ("counter", "subject", "at")
    ordering = ("-counter",)


@admin.register(Card)
class CardAdmin(RecordedAdmin):
    read_action = "cards.card_read"
    list_display = ("id", "customer", "last_counter", "created_at")
    list_select_related = ("customer",)
    ordering = ("-id",)
    fields = ("id", "customer", "last_counter", "created_at")
    inlines = (Uses,)


@admin.register(CheckCode)
class CheckCodeAdmin(ReadOnlyAdmin):
    list_display = ("subject", "issued_at", "expires_at", "used_at")
    search_fields = ("subject__exact",)
    ordering = ("-id",)
    fields = list_display


@admin.register(PictureCode)
class PictureCodeAdmin(ReadOnlyAdmin):
    list_display = ("subject", "issued_at", "expires_at", "used_at", "was_right")
    search_fields = ("subject__exact",)
    ordering = ("-id",)
    fields = list_display
