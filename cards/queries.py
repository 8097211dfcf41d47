"""Reading cards' rows: what a picture code that is still open says, and whether the bank's systems rest."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from cards.errors import PictureCodeExpired
from cards.models import MaintenanceWindow, PictureCode
from common.sealing import unseal


def open_answer(*, picture_id: UUID, subject: str, at: dt.datetime) -> str:
    """The digits to draw or to speak. Raises PictureCodeExpired once it was tried, is too old, or is another's."""
    picture = PictureCode.objects.filter(id=picture_id, subject=subject, used_at=None, expires_at__gt=at).first()
    if picture is None:
        raise PictureCodeExpired
    return unseal(picture.answer_sealed)


def maintenance_at(at: dt.datetime) -> MaintenanceWindow | None:
    """The maintenance window that is open at this moment; of several the one that ends last."""
    rows = MaintenanceWindow.objects.filter(cancelled_at=None, starts_at__lte=at, ends_at__gt=at)
    return rows.order_by("-ends_at", "id").first()
