"""Wrong passwords and codes are counted by name and address; after the fifth nobody gets in there for a while."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.db.models import F, QuerySet

from common.sealing import keyed_hash
from staff.models import WrongTries
from staff.retry import TRIES_MAX, TRIES_PAUSE, is_locked

log = logging.getLogger(__name__)


def is_locked_out(*, name: str, address: str, at: dt.datetime) -> bool:
    """Also for names that nobody has: a lock tells nothing."""
    row = _row(name, address).first()
    return row is not None and is_locked(count=row.count, last_at=row.last_at, at=at)


def count_wrong_try(*, name: str, address: str, at: dt.datetime) -> bool:
    """One more; whether the door is closed now. Tries of long ago don't count."""
    with transaction.atomic():
        row, is_new = WrongTries.objects.select_for_update().get_or_create(
            name_hash=_hash(name), address=address, defaults={"count": 1, "last_at": at}
        )
        if not is_new:
            count = 1 if at - row.last_at >= TRIES_PAUSE else F("count") + 1
            WrongTries.objects.filter(pk=row.pk).update(count=count, last_at=at)
            row.refresh_from_db()
    locked = row.count >= TRIES_MAX
    if locked:
        log.warning("sign-in locked", extra={"name_hash": row.name_hash[:12], "address": address, "tries": row.count})
    return locked


def forget_tries(*, name: str, address: str, at: dt.datetime) -> None:
    _row(name, address).update(count=0, last_at=at)


def _row(name: str, address: str) -> QuerySet[WrongTries]:
    return WrongTries.objects.filter(name_hash=_hash(name), address=address)


def _hash(name: str) -> str:
    return keyed_hash(name, purpose="staff-sign-in")
