"""The console's view of platforms and keys: no secret is ever shown, nothing is changed here."""

from __future__ import annotations

from django.contrib import admin

from common.console import ReadOnlyAdmin, ReadOnlyInline
from platforms.models import ApiKey, Platform, WebhookEndpoint

_KEY_FIELDS = ("key_id", "kind", "public_key", "scopes", "created_at", "created_by", "revoked_at", "revoked_by")


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
    list_display = ("key_id", "platform", "kind", "created_at", "revoked_at")
    list_filter = ("kind", "platform")
    list_select_related = ("platform",)
    search_fields = ("key_id",)
    ordering = ("-id",)
    fields = ("platform", *_KEY_FIELDS)
