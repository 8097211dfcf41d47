"""The console's view of events, messages and attempts: read-only, with the wish to tell again."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import clock
from common.console import ReadOnlyAdmin, ReadOnlyInline, staff_name
from notifications import operations, rules
from notifications.forms import ReasonForm
from notifications.models import Attempt, Event, Message, MessageChange, Retelling


class Attempts(ReadOnlyInline):
    model = Attempt
    fields = ("number", "at", "outcome", "http_status", "answer", "duration_ms", "operator")
    ordering = ("number",)
    show_change_link = False


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


@admin.register(Retelling)
class RetellingAdmin(ReadOnlyAdmin):
    list_display = ("subject", "at", "by", "reason")
    search_fields = ("=subject", "=by")
    ordering = ("-id",)
