"""While the bank's systems rest nobody is charged: the same windows that hold refunds back."""

from __future__ import annotations

import datetime as dt

from cards.queries import maintenance_at
from common.clock import taipei
from payments import errors


def refuse_in_maintenance(at: dt.datetime) -> None:
    """Raise Maintenance while a window is open: before the bank, the card authority or the picture is asked."""
    window = maintenance_at(at)
    if window is not None:
        raise errors.Maintenance(until=f"{taipei(window.ends_at):%Y/%m/%d %H:%M}")
