"""Reading cards' rows: for now, what a picture code that is still open says."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from cards.errors import PictureCodeExpired
from cards.models import PictureCode
from common.sealing import unseal


def open_answer(*, picture_id: UUID, subject: str, at: dt.datetime) -> str:
    """The digits to draw or to speak. Raises PictureCodeExpired once it was tried, is too old, or is another's."""
    picture = PictureCode.objects.filter(id=picture_id, subject=subject, used_at=None, expires_at__gt=at).first()
    if picture is None:
        raise PictureCodeExpired
    return unseal(picture.answer_sealed)
