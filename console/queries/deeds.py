"""What a member of staff may ask another to agree to, and what waits for that already, about one payment and its refunds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import User

from support.models import Approval
from support.queries.approvals import deeds_to_ask


@dataclass(frozen=True)
class Asking:
    """`may`: the deeds that the person's role may ask for; `waiting`: deed and subject → the request that waits."""

    may: frozenset[str] = frozenset()
    waiting: dict[tuple[str, str], UUID] = field(default_factory=dict)


def asking(user: User, subjects: Iterable[str], at: dt.datetime) -> Asking:
    """In two statements, and in none for who may ask for nothing at all."""
    if not user.has_perm("support.propose"):
        return Asking()
    waiting = Approval.objects.pending(at).filter(subject__in=list(subjects)).values_list("deed", "subject", "id")
    return Asking(frozenset(deeds_to_ask(user)), {(deed, subject): pk for deed, subject, pk in waiting})
