"""Which open refunds a calendar would move, before it is published: the same reckoning as when it then happens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from refunds.calendar import calendar_of
from refunds.deferral import Promise, Redated, redate
from refunds.models import CalendarVersion, Refund
from refunds.states import Status
from refunds.working_days import Calendar

_DATES = ("accepted_date", "expected_credit_date", "latest_credit_date", "credit_date", "calendar_version")


@dataclass(frozen=True)
class Move:
    """One refund and its dates, before and after."""

    reference: str
    total_minor: int
    old_date: dt.date
    new_date: dt.date
    old_latest_date: dt.date
    new_latest_date: dt.date


@dataclass(frozen=True)
class Moves:
    """How many are moved, and the first of them by date."""

    count: int
    first: tuple[Move, ...]


def moved_by(calendar: Calendar, *, limit: int) -> Moves:
    """What `calendar` would make of every refund that waits for its run.

    Refunds that share their dates share their fate: reckoned once a group, so that thousands cost no more than dozens.
    """
    groups = Refund.objects.filter(status=Status.ACCEPTED).values(*_DATES).annotate(count=Count("id")).order_by(*_DATES)
    versions = {version.pk: version for version in CalendarVersion.objects.all()}
    moved: list[tuple[Q, Redated]] = []
    count = 0
    for group in groups:
        after = redate(
            accepted_date=group["accepted_date"],
            promise=Promise(group["expected_credit_date"], group["latest_credit_date"]),
            credit_date=group["credit_date"],
            before=calendar_of(versions[group["calendar_version"]]),
            after=calendar,
        )
        if after is not None:
            count += group["count"]
            moved.append((Q(**{name: group[name] for name in _DATES}), after))
    return _named(moved, count, limit)


def _named(moved: list[tuple[Q, Redated]], count: int, limit: int) -> Moves:
    first: list[Move] = []
    for group, after in sorted(moved, key=lambda one: one[1].credit_date):
        rows = Refund.objects.filter(group, status=Status.ACCEPTED).order_by("credit_date", "id")
        named = list(rows[: limit - len(first)]) if len(first) < limit else []
        first += [_move(refund, after) for refund in named]
    return Moves(count, tuple(sorted(first, key=lambda move: (move.old_date, move.reference))))


def _move(refund: Refund, after: Redated) -> Move:
    assert refund.credit_date is not None
    assert refund.latest_credit_date is not None
    return Move(
        refund.reference,
        refund.total_minor,
        refund.credit_date,
        after.credit_date,
        refund.latest_credit_date,
        after.promise.latest_credit_date,
    )
