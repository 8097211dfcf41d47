"""What a closure of one day would move: reckoned as the sweep reckons after a publication, and nothing is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Count, Sum

from refunds.calendar import calendar_of, current_version
from refunds.deferral import Promise, redate
from refunds.models import CalendarVersion, Refund
from refunds.states import Status
from refunds.working_days import SETTLEMENT_COUNTY, Calendar, Override, Part


@dataclass(frozen=True)
class Move:
    """So many refunds whose run would be another day, or whose promise would be, with the same dates before and after."""

    count: int
    total_minor: int
    old_date: dt.date
    new_date: dt.date
    old_latest_date: dt.date
    new_latest_date: dt.date


def moves_if_closed(date: dt.date) -> list[Move]:
    """The moves of all open refunds if the head office were closed on that day, earliest first; none for a day off.

    Refunds with the same dates move alike, so each combination of dates is reckoned once however many there are.
    """
    after = closed_on(calendar_of(current_version()), date)
    waiting = Refund.objects.filter(status=Status.ACCEPTED)
    names = ("accepted_date", "expected_credit_date", "latest_credit_date", "credit_date", "calendar_version")
    alike = waiting.values_list(*names).annotate(Count("pk"), Sum("total_minor")).order_by(*names)
    versions = {version.pk: version for version in CalendarVersion.objects.order_by("number")}
    found: dict[tuple[dt.date, dt.date, dt.date, dt.date], tuple[int, int]] = {}
    for accepted, expected, latest, turn, version, count, total in alike:
        moved = redate(
            accepted_date=accepted,
            promise=Promise(expected, latest),
            credit_date=turn,
            before=calendar_of(versions[version]),
            after=after,
        )
        if moved is not None:
            dates = (turn, moved.credit_date, latest, moved.promise.latest_credit_date)
            before = found.get(dates, (0, 0))
            found[dates] = (before[0] + count, before[1] + total)
    return [Move(count, total, *dates) for dates, (count, total) in sorted(found.items())]


def closed_on(calendar: Calendar, date: dt.date) -> Calendar:
    """The calendar as it would be with the head office closed on that day."""
    closure = Override(date, SETTLEMENT_COUNTY, Part.WHOLE)
    return replace(calendar, version=calendar.version + 1, overrides=(*calendar.overrides, closure))
