"""Keyset pages: newest first, walked by an opaque cursor, never skipped by OFFSET and counted only up to a cap."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.errors import FieldError, InvalidRequest

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
# Nobody reads further; the database is not asked to count further either.
COUNT_MAX = 1_000
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_MARK_BYTES, _TIME_BYTES = 4, 8

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, order=True)
class Place:
    """Where a row stands in a list: its time, and its id among those of the same time."""

    at: dt.datetime
    row_id: UUID

    def behind(self, column: str) -> Q:
        """What a list that is ordered by this time column shows after this place."""
        # The first condition says nothing new; with it the database starts to read at the place.
        return Q(**{f"{column}__lte": self.at}) & (
            Q(**{f"{column}__lt": self.at}) | Q(**{column: self.at, "pk__lt": self.row_id})
        )


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


def newest_first(rows: QuerySet[Row, Row], *, cursor: str = "", limit: int = LIMIT_DEFAULT, by: str = "") -> Page[Row]:
    """A page of rows, the newest first. Raises InvalidRequest for a cursor of another list.

    Ordered by the ids, which rise with time (UUIDv7); or by the time column `by`, then by the ids: where a list is also
    filtered by that column, one index gives both. What is added while someone pages stands before the first page:
    nothing is shown twice or left out.
    """
    name = f"{rows.model._meta.label}.{by}"
    if cursor:
        place = place_of(name, cursor)
        rows = rows.filter(place.behind(by) if by else Q(pk__lt=place.row_id))
    found = list(rows.order_by(*([f"-{by}"] if by else []), "-pk")[: limit + 1])
    shown = found[:limit]
    if len(found) <= limit:
        return Page(shown, None)
    last = shown[-1]
    return Page(shown, cursor_of(name, Place(getattr(last, by) if by else _EPOCH, last.pk)))


def count_to_cap(rows: QuerySet[Any, Any], most: int | None = None) -> int:
    """How many there are, counted up to `most` (COUNT_MAX) and one more for any more than that."""
    return rows.order_by()[: (most or COUNT_MAX) + 1].count()


def capped(count: int, most: int | None = None) -> str:
    """What `count_to_cap` found, as text: "12", "1,000", "1,000+"."""
    cap = most or COUNT_MAX
    return f"{cap:,}+" if count > cap else f"{count:,}"


def cursor_of(name: str, place: Place) -> str:
    """A place in the list of this name, as a text without meaning."""
    time = ((place.at - _EPOCH) // _MICROSECOND).to_bytes(_TIME_BYTES, "big", signed=True)
    return base64.urlsafe_b64encode(_mark(name) + time + place.row_id.bytes).decode().rstrip("=")


def place_of(name: str, cursor: str) -> Place:
    """The place that a cursor of this list means. Raises InvalidRequest for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        read = base64.b64decode(padded, altchars=b"-_", validate=True)
        mark, time, row_id = read[:_MARK_BYTES], read[_MARK_BYTES:][:_TIME_BYTES], read[_MARK_BYTES + _TIME_BYTES :]
        place = Place(_EPOCH + int.from_bytes(time, "big", signed=True) * _MICROSECOND, UUID(bytes=row_id))
    except (UnicodeEncodeError, binascii.Error, OverflowError, ValueError) as error:
        raise _unknown_cursor() from error
    if mark != _mark(name):
        raise _unknown_cursor()
    return place


def _mark(name: str) -> bytes:
    """Tells the cursors of one list from another's."""
    return hashlib.blake2s(name.encode(), digest_size=_MARK_BYTES).digest()


def _unknown_cursor() -> InvalidRequest:
    text = _("This is no cursor of this list. Take next_cursor from an answer as it stands.")
    return InvalidRequest([FieldError("/cursor", "cursor_unknown", text)])
