"""Which open cases the sweep looks at."""

from __future__ import annotations

from uuid import UUID

from support.models import Case
from support.states import ENDS_BY_HAND


def cases_to_look_at(*, limit: int) -> list[UUID]:
    """Open cases that may close themselves, a different part of them each time when there are many."""
    rows = Case.objects.open().exclude(kind__in=ENDS_BY_HAND).order_by("?")
    return list(rows.values_list("id", flat=True)[:limit])
