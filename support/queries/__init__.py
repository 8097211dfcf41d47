"""Which open cases the sweep looks at, and who may do what about what waits for a second person."""

from __future__ import annotations

from uuid import UUID

from support.models import Case
from support.queries.approvals import checkers_needed, may, may_ask, may_decide
from support.states import ENDS_BY_HAND

__all__ = ["cases_to_look_at", "checkers_needed", "may", "may_ask", "may_decide"]


def cases_to_look_at(*, limit: int) -> list[UUID]:
    """Open cases that may close themselves, a different part of them each time when there are many."""
    rows = Case.objects.open().exclude(kind__in=ENDS_BY_HAND).order_by("?")
    return list(rows.values_list("id", flat=True)[:limit])
