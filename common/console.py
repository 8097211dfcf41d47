"""Bases of the console's admin classes: read-only rows, and actions that ask for a reason and call one operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(_ReadOnly, _ModelAdmin):
    """Rows to be read. Nothing counted that grows without bound, nothing changed but through actions."""

    show_full_result_count = False
    list_per_page = 50

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django looks for the row first, and so tells whoever may see none of them which there are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class ReadOnlyInline(_ReadOnly, _TabularInline):
    """Rows below the one they belong to. Every field is read only, a computed one as well as a column."""

    extra = 0
    can_delete = False
    show_change_link = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[Any, ...]:
        return tuple(self.fields or ())


def staff_name(request: HttpRequest) -> str:
    """Who acts, as recorded in change rows and the audit trail: staff:amy."""
    return f"staff:{request.user.get_username()}"
