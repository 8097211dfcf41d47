"""The dashboard's parts about money: each from one question, as tiles that lead to the rows behind them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.clock import time_text
from console.pages import board_words as words
from console.pages import charts
from console.queries import dashboard_money as money
from console.queries import dashboard_refunds as promises

# What the longest bar leaves free, so that its room can be seen.
_ABOVE_THE_LONGEST = 1.15


@dataclass(frozen=True)
class Tile:
    """One figure, and where the rows behind it are. `kind`: good, wait, bad or nothing."""

    name: str
    big: str
    label: str
    note: str
    kind: str
    href: str


def list_of(which: str, **query: str | int) -> str:
    """The address of the rows behind a figure."""
    return reverse("desk:rows", args=[which], query=query or None)


def told(at: dt.datetime) -> dict[str, Any]:
    found = money.untold(at)
    oldest = _("oldest %(age)s: %(at)s") % {"age": words.age(found.oldest_at, at), "at": time_text(found.oldest_at)}
    tiles = [
        Tile(
            "untold",
            words.number_of(found.count),
            _("Paid, platform not told"),
            f"{words.dollars(found.total_minor)} · {oldest}"
            if found.count
            else _("every platform knows of every payment"),
            _kind(found.without_case, found.count),
            list_of("untold"),
        ),
        *_of_two_hours(found),
    ]
    return {"tiles": tiles}


def _of_two_hours(found: money.Untold) -> list[Tile]:
    """Told or in a case within two hours of the debit."""
    return [
        Tile(
            "told",
            words.number_of(found.told),
            _("Told, of the last two hours"),
            _("paid since then, and taken by the platform"),
            "good",
            list_of("untold", state="told"),
        ),
        Tile(
            "waiting",
            words.number_of(found.waiting),
            _("Waiting, within two hours"),
            _("the notice is on its way or tried again"),
            "wait" if found.waiting else "",
            list_of("untold", state="waiting"),
        ),
        Tile(
            "in_case",
            words.number_of(found.in_case),
            _("Not told, in a case"),
            _("somebody answers for them"),
            "wait" if found.in_case else "",
            list_of("untold", state="in_case"),
        ),
        Tile(
            "without_case",
            words.number_of(found.without_case),
            _("Over two hours, no case"),
            _("must be 0: told or in a case within two hours"),
            "bad" if found.without_case else "good",
            list_of("untold", state="without_case"),
        ),
    ]


def debits(at: dt.datetime) -> dict[str, Any]:
    found = money.unknown_debits(at)
    if not found.count:
        note = _("the bank has said what became of every debit")
    else:
        facts = {
            "sum": words.dollars(found.total_minor),
            "age": words.age(found.oldest_at, at),
            "next": time_text(found.next_enquiry_at),
        }
        note = _("%(sum)s · oldest %(age)s · bank asked next at %(next)s") % facts
    kind = "wait" if found.count else "good"
    rows = list_of("unknown-debits")
    return {"tiles": [Tile("debits", words.number_of(found.count), _("Debits not known"), note, kind, rows)]}


def ending(at: dt.datetime) -> dict[str, Any]:
    labels = {
        "passed": (_("Promise broken"), _("the latest day is over"), "bad"),
        "today": (_("Promised by today"), _("and not back yet"), "wait"),
        "tomorrow": (_("Promised by tomorrow"), _("and not back yet"), ""),
        "week": (_("Promised within a week"), _("the five days after tomorrow"), ""),
    }
    tiles = []
    for one in promises.promises_ending(at):
        label, note, kind = labels[one.name]
        shown = f"{words.dollars(one.total_minor)} · {note}" if one.count else note
        kind = kind if one.count else "good" if one.name == "passed" else ""
        rows = list_of("promises", ends=one.name)
        tiles.append(Tile(f"ends_{one.name}", words.number_of(one.count), label, shown, kind, rows))
    return {"tiles": tiles}


def due(at: dt.datetime) -> dict[str, Any]:
    """A lying bar a day: what is due in the room that its run has."""
    found = promises.due_days(at)
    # The room is often far larger than what is due: the days are compared with each other, and the room is a number.
    scale = _ABOVE_THE_LONGEST * max((day.count for day in found), default=0) or 1
    rows = [
        {
            "name": f"due-{day.date:%Y%m%d}",
            "day": words.day_of(day.date),
            "count": words.number_of(day.count),
            "total": words.dollars(day.total_minor) if day.count else "–",
            "is_free": not day.count,
            "capacity": words.number_of(day.capacity),
            "used": f"{100 * day.count / day.capacity:.1f} %" if day.capacity else "",
            "state": _("more than the run can credit") if day.is_over else "",
            "bar": charts.bar(day.count, day.capacity, scale),
            "href": reverse("desk:calendar-day", args=[day.date.isoformat()]),
        }
        for day in found
    ]
    return {"rows": rows}


def _kind(bad: int, wait: int) -> str:
    return "bad" if bad else "wait" if wait else "good"
