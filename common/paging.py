"""Keyset pages: newest first, walked by an opaque cursor, never counted and never skipped by OFFSET."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from common.errors import FieldError, InvalidRequest

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
_PREFIX = b"id:"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows and the cursor of the next; None at the end."""

    rows: list[Row]
    next_cursor: str | None

    def as_json(self, data: list[dict[str, Any]]) -> dict[str, Any]:
        """The envelope of every list of the API."""
        return {
            "object": "list",
            "data": data,
            "has_more": self.next_cursor is not None,
            "next_cursor": self.next_cursor,
        }


def newest_first(rows: QuerySet[Row, Row], *, cursor: str = "", limit: int = LIMIT_DEFAULT) -> Page[Row]:
    """A page of rows whose ids rise with time (UUIDv7), the newest first. Raises InvalidRequest for a foreign cursor.

    What is added while someone pages stands before the first page: nothing is shown twice or left out.
    """
    if cursor:
        rows = rows.filter(pk__lt=_id_of(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    return Page(shown, _cursor_of(shown[-1].pk) if len(found) > limit else None)


def _cursor_of(row_id: UUID) -> str:
    return base64.urlsafe_b64encode(_PREFIX + row_id.bytes).decode().rstrip("=")


def _id_of(cursor: str) -> UUID:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read = base64.b64decode(padded, altchars=b"-_", validate=True)
        # Without our mark in front sixteen bytes are left out, and no id is made of them.
        return UUID(bytes=read[len(_PREFIX) :] if read.startswith(_PREFIX) else b"")
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        text = _("This is no cursor of this list. Take next_cursor from an answer as it stands.")
        raise InvalidRequest([FieldError("/cursor", "cursor_unknown", text)]) from error
