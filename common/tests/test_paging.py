"""Cursors: a place in one list and in no other, whatever is sent instead."""

import base64
import datetime as dt
from uuid import UUID

import pytest

from common.errors import InvalidRequest
from common.paging import Place, cursor_of, place_of

PLACE = Place(dt.datetime(2026, 6, 8, 2, 0, 0, 120, tzinfo=dt.UTC), UUID(int=7))


@pytest.mark.parametrize(
    "at", [PLACE.at, dt.datetime(1999, 12, 31, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, 999999, dt.UTC)]
)
def test_a_cursor_means_the_place_it_was_made_of(at):
    place = Place(at, PLACE.row_id)

    assert place_of("payments", cursor_of("payments", place)) == place


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "====",
        "é",
        "\ud800",
        "AAAA",
        "A" * 4000,
        cursor_of("refunds", PLACE),
        cursor_of("payments", PLACE)[:-3],
        cursor_of("payments", PLACE) + "AAAA",
        cursor_of("payments", PLACE).replace("A", "!", 1),
        base64.urlsafe_b64encode(b"id:" + PLACE.row_id.bytes).decode(),
        base64.urlsafe_b64encode(
            base64.urlsafe_b64decode(cursor_of("payments", PLACE) + "==")[:4] + b"\x7f" * 24
        ).decode(),
    ],
    ids=lambda cursor: ascii(cursor)[:24],
)
def test_what_is_no_cursor_of_this_list_is_named(cursor):
    with pytest.raises(InvalidRequest) as refused:
        place_of("payments", cursor)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/cursor", "cursor_unknown")]
