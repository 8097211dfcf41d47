"""The console's view of events, messages and endpoints: read-only, with the wish to tell again and the switch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import clock
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from notifications import operations, queries, rules
from notifications.forms import ReasonForm
from notifications.models import Attempt, Event, Message, MessageChange, Retelling
from platforms import operations as platforms
from platforms.models import EndpointChange, WebhookEndpoint


class Attempts(ReadOnlyInline):
    model = Attempt
    fields = ("number", "at", "outcome", "http_status", "answer", "duration_ms", "operator")
    ordering = ("number",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        """The newest: an endpoint that is down for days is probed with one message thousands of times."""
        return super().get_queryset(request).filter(number__gt=F("message__attempts_made") - queries.ATTEMPTS_SHOWN)


class Changes(ReadOnlyInline):
    model = MessageChange
    fields = ("step", "before", "after", "at", "by", "reason")
    ordering = ("step",)
    show_change_link = False


class Messages(ReadOnlyInline):
    model = Message
    fields = ("recipient", "status", "due_at", "attempts_made", "acknowledged_at")
    show_change_link = True


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "platform", "kind", "subject", "sequence", "created_at")
    list_filter = ("kind", "platform")
    list_select_related = ("platform", "number")
    search_fields = ("=subject",)
    ordering = ("-id",)
    fields = ("public_id", "platform", "kind", "subject", "sequence", "created_at", "body")
    inlines = (Messages,)

    @admin.display(description=_("sequence"))
    def sequence(self, event: Event) -> int | None:
        number = getattr(event, "number", None)
        return number.sequence if number else None


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = (
        "subject",
        "purpose",
        "channel",
        "recipient",
        "status",
        "attempts_made",
        "due_at",
        "acknowledged_at",
    )
    list_filter = ("channel", "status", "purpose")
    list_select_related = ("endpoint",)
    search_fields = ("=subject", "=id")
    ordering = ("-id",)
    fields = (
        *("channel", "event", "recipient", "purpose", "subject", "text", "segments", "status", "created_at"),
        *("due_at", "attempts_made", "acknowledged_at"),
    )
    readonly_fields = ("recipient", "segments", "status")
    inlines = (Attempts, Changes)
    action_form = ReasonForm
    actions = ("tell_again",)

    @admin.display(description=_("SMS segments"))
    def segments(self, message: Message) -> int | None:
        return rules.segments(message.text) if message.text else None

    def has_act_on_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notifications.act_on_message")

    @admin.action(description=_("Tell again"), permissions=["act_on"])
    def tell_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, _("Nothing was sent: give a reason first."), messages.ERROR)
            return
        by, at = staff_name(request), clock.now()
        chosen = queryset.order_by("id").values_list("pk", flat=True)
        done = [operations.resend_message(message_id=pk, at=at, by=by, reason=reason) for pk in chosen]
        count = sum(done)
        text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)


class EndpointChanges(ReadOnlyInline):
    model = EndpointChange
    fields = ("at", "deed", "by", "reason")
    ordering = ("id",)
    show_change_link = False


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """How each stands, and the switch. It stands here and not with the platforms, since it is told by its messages."""

    list_display = ("url", "platform", "health", "backlog", "last_delivered_at", "created_at")
    list_filter = ("enabled", "disabled_reason", "platform")
    list_select_related = ("platform",)
    search_fields = ("url", "platform__code")
    ordering = ("-id",)
    fields = (
        *("platform", "url", "description", "event_types", "health", "backlog", "disabled_at", "disabled_reason"),
        *("failing_since", "resting_until", "last_failed_at", "last_failure", "last_delivered_at"),
        *("public_key", "previous_public_key", "previous_until", "created_at", "created_by"),
    )
    readonly_fields = ("health", "backlog")
    inlines = (EndpointChanges,)
    action_form = ReasonForm
    actions = ("switch_off", "switch_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        return queries.with_backlog(super().get_queryset(request))

    @admin.display(description=_("health"))
    def health(self, endpoint: WebhookEndpoint) -> str:
        if not endpoint.enabled:
            return str(_("gone") if endpoint.disabled_reason == WebhookEndpoint.DisabledReason.GONE else _("off"))
        return str(_("failing") if endpoint.failing_since else _("well"))

    @admin.display(description=_("backlog"))
    def backlog(self, endpoint: WebhookEndpoint) -> int:
        return int(endpoint.backlog)  # type: ignore[attr-defined]  # annotated by the query

    def has_act_on_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("platforms.act_on_endpoint")

    @admin.action(description=_("Switch off"), permissions=["act_on"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        why = WebhookEndpoint.DisabledReason.BY_STAFF
        self._switch(request, queryset, partial(platforms.disable_endpoint, why=why))

    @admin.action(description=_("Switch on; what waits is sent"), permissions=["act_on"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        self._switch(request, queryset, operations.enable_endpoint)

    def _switch(
        self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint], act: Callable[..., WebhookEndpoint]
    ) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, _("Nothing was changed: give a reason first."), messages.ERROR)
            return
        by, at = staff_name(request), clock.now()
        chosen = list(queryset.order_by("id").values_list("pk", flat=True))
        for pk in chosen:
            act(endpoint_id=pk, at=at, by=by, reason=reason)
        count = len(chosen)
        text = ngettext("%(count)d endpoint was switched.", "%(count)d endpoints were switched.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(Retelling)
class RetellingAdmin(ReadOnlyAdmin):
    list_display = ("subject", "at", "by", "reason")
    search_fields = ("=subject", "=by")
    ordering = ("-id",)
