"""The console's view of platforms and keys: read-only rows, a sandbox's keys made, any key revoked. The rest takes two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from common import clock
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from common.errors import Refusal
from platforms import operations
from platforms.forms import NewKeyForm
from platforms.models import ApiKey, Platform, WebhookEndpoint

_KEY_FIELDS = (
    *("key_id", "kind", "description", "public_key", "scopes", "allowed_addresses", "created_at", "created_by"),
    *("expires_at", "revoked_at", "revoked_by"),
)


class Keys(ReadOnlyInline):
    model = ApiKey
    fields = _KEY_FIELDS


class Endpoints(ReadOnlyInline):
    model = WebhookEndpoint
    fields = ("url", "enabled", "disabled_reason", "event_types", "failing_since", "last_delivered_at", "created_at")
    show_change_link = True


@admin.register(Platform)
class PlatformAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "contact_phone", "enabled", "created_at")
    search_fields = ("code", "name")
    ordering = ("code",)
    inlines = (Keys, Endpoints)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys are revoked here, which must be quick, and in a sandbox made; a secret is on the page that made it, once."""

    change_form_template = "platforms/key.html"
    actions = ("revoke",)
    list_display = ("key_id", "platform", "kind", "description", "created_at", "expires_at", "revoked_at")
    list_filter = ("kind", "platform")
    list_select_related = ("platform",)
    search_fields = ("key_id",)
    ordering = ("-id",)
    fields = ("platform", *_KEY_FIELDS)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return settings.SANDBOX and request.user.has_perm("platforms.manage_keys")

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("platforms.manage_keys")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        form = NewKeyForm(request.POST or None)
        return self._key_view(request, form, _("New key"), lambda at, by: self._make(form, at, by))

    @admin.action(description=_("Revoke"), permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        by, at = staff_name(request), clock.now()
        for key in queryset.select_related("platform").order_by("pk"):
            operations.revoke_key(platform=key.platform, key_id=key.key_id, at=at, by=by)
        self.message_user(request, _("They open nothing any more."), messages.SUCCESS)

    def _key_view(
        self, request: HttpRequest, form: Form, title: object, make: Callable[[dt.datetime, str], operations.MadeKey]
    ) -> HttpResponse:
        """A form that makes a key; the page after it is the only one that shows the secret, and is kept by nobody."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "title": title}
        if request.method == "POST" and form.is_valid():
            try:
                context["made"] = make(clock.now(), staff_name(request))
            except Refusal as refusal:
                form.add_error(None, refusal.detail())
        response = TemplateResponse(request, "platforms/key_form.html", context)
        add_never_cache_headers(response)
        return response

    @staticmethod
    def _make(form: NewKeyForm, at: dt.datetime, by: str) -> operations.MadeKey:
        return operations.make_key(platform=form.cleaned_data["platform"], new=form.new_key(), at=at, by=by)
