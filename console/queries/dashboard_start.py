"""What waits for a member of staff who sees no dashboard."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, Q


@dataclass(frozen=True)
class Members:
    """How many members of staff there are, and how many of them need a look by whoever keeps the list."""

    active: int
    never_signed_in: int
    without_role: int
    disabled: int


def members() -> Members:
    """In one statement."""
    rows = User.objects.filter(is_staff=True)
    found = rows.aggregate(
        active=Count("pk", filter=Q(is_active=True), distinct=True),
        never=Count("pk", filter=Q(is_active=True, last_login=None), distinct=True),
        without=Count("pk", filter=Q(is_active=True, groups=None, is_superuser=False), distinct=True),
        disabled=Count("pk", filter=Q(is_active=False), distinct=True),
    )
    return Members(found["active"], found["never"], found["without"], found["disabled"])
