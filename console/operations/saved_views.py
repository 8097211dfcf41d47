"""Keeping a search under a name, and taking it off the list again."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from console.models import SavedView

# Beyond it nobody finds their own any more.
VIEWS_MAX = 50


def save_view(*, owner: User, name: str, query: str, shared_with: str, at: dt.datetime) -> SavedView:
    """Under this name from now on; what had it before is replaced. The oldest goes when there are too many."""
    with transaction.atomic(durable=True):
        # Two of one name at once: the second waits, and sees the first.
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        kept = SavedView.objects.filter(owner=owner, removed_at=None)
        kept.filter(name=name).update(removed_at=at)
        too_many = list(kept.order_by("-saved_at", "-id").values_list("pk", flat=True)[VIEWS_MAX - 1 :])
        SavedView.objects.filter(pk__in=too_many).update(removed_at=at)
        return SavedView.objects.create(owner=owner, name=name, query=query, shared_with=shared_with, saved_at=at)


def remove_view(*, owner: User, view_id: UUID, at: dt.datetime) -> bool:
    """False where it isn't theirs, or is gone already."""
    with transaction.atomic(durable=True):
        return bool(SavedView.objects.filter(pk=view_id, owner=owner, removed_at=None).update(removed_at=at))
