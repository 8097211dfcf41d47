"""One day of the refund calendar board: its numbers, one list at a time, and what its closure would move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.clock import today_in_taipei
from console.pages import board_cells as cells
from console.pages import board_words as words
from console.pages.board_rows import page_of
from console.pages.calendar_words import standing_of, window_text, window_words
from console.pages.find_shown import address_of
from console.queries import calendar_board as board
from console.queries.calendar_preview import moves_if_closed
from refunds.models import Deferral
from refunds.working_days import SETTLEMENT_COUNTY

ROWS_A_PAGE = 25
# More combinations of dates than that are summed up in a last line.
_MOVES_SHOWN = 30

_DEFERRALS = (gettext_lazy("Refund"), gettext_lazy("Amount"), gettext_lazy("Moved"))
# Name → what it is called, its columns, its rows on a date as seen today, a row's cells.
LISTS: dict[str, tuple[str | Promise, tuple[str | Promise, ...], Callable[[dt.date, dt.date], QuerySet[Any]], Any]] = {
    "due": (
        gettext_lazy("Credits due"),
        cells.IN_SHORT,
        lambda date, today: board.refunds_due(date),
        cells.refund_in_short,
    ),
    "at_risk": (gettext_lazy("At risk"), cells.IN_SHORT, board.refunds_at_risk, cells.refund_in_short),
    "ends": (
        gettext_lazy("Promise ends"),
        cells.IN_SHORT,
        lambda date, today: board.refunds_ending_on(date),
        cells.refund_in_short,
    ),
    "moved_away": (
        gettext_lazy("Moved away"),
        _DEFERRALS,
        lambda date, today: board.deferrals_of(date, way="away"),
        lambda row, at: deferral_cells(row),
    ),
    "moved_here": (
        gettext_lazy("Moved here"),
        _DEFERRALS,
        lambda date, today: board.deferrals_of(date, way="here"),
        lambda row, at: deferral_cells(row),
    ),
    "credited": (
        gettext_lazy("Credited"),
        cells.IN_SHORT,
        lambda date, today: board.refunds_credited_on(date),
        cells.refund_in_short,
    ),
}
_KINDS = {"at_risk": "bad", "moved_away": "wait", "moved_here": "wait", "credited": "good"}


def of(
    found: board.Board, date: dt.date, query: Mapping[str, str], *, may_see: bool, at: dt.datetime
) -> dict[str, Any]:
    """Everything of the panel beside the month. Raises Http404 for a list that doesn't exist."""
    one = found.days[date]
    chosen = query.get("list") or _first_list(one)
    if chosen not in LISTS:
        raise Http404
    address = reverse("desk:calendar-day", args=[date.isoformat()])
    return {
        "date": date,
        "title": date_format(date, "Y-m-d l"),
        "standing": standing_of(one.day) or _("Working day"),
        "is_open": one.day.counted,
        "is_estimated": one.day.estimated,
        "windows": [{"text": window_words(row, date), "told": window_text(row)} for row in one.windows],
        "capacity": words.number_of(one.capacity) if date >= found.today and one.day.counted else "",
        "is_over": one.is_over and date >= found.today,
        "tabs": [
            {**mark, "href": f"{address}?list={mark['name']}", "is_on": mark["name"] == chosen}
            for mark in marks_of(one)
        ],
        "list": chosen,
        "rows": _rows(chosen, date, query, address, at) if may_see else None,
        "may_close": one.day.counted and date >= found.today,
        "close_href": f"{address}?closed",
        "closure": urlencode({"subject": date.isoformat(), "counties": SETTLEMENT_COUNTY}),
        "preview": _preview(date) if "closed" in query and one.day.counted and date >= found.today else None,
        "address": address,
    }


def marks_of(one: board.BoardDay) -> list[dict[str, str]]:
    """The numbers of a day, each with its name and kind."""
    marks = []
    for name, (title, *_rest) in LISTS.items():
        number = one.number(name)
        total = words.dollars(number.total_minor) if number.total_minor else ""
        count = words.number_of(number.count)
        marks.append({"name": name, "title": str(title), "count": count, "total": total, "kind": _KINDS.get(name, "")})
    return marks


def deferral_cells(row: Deferral) -> list[cells.Cell]:
    """Its run's days, and below them why; where the promise moved too, its new last day."""
    moved_promise = row.new_latest_date != row.old_latest_date
    latest = _("promised by %(day)s") % {"day": words.day_of(row.new_latest_date)} if moved_promise else ""
    why = row.get_reason_display()
    return [
        cells.Cell(
            row.refund.reference,
            address_of(row.refund.reference),
            note=f"{row.refund.payment.order_number} · {row.refund.platform.name}",
        ),
        cells.Cell(words.dollars(row.refund.total_minor), look="number"),
        cells.Cell(
            f"{words.short_day(row.old_date)} → {words.short_day(row.new_date)}",
            look="when",
            note=f"{why} · {latest}" if latest else why,
        ),
    ]


def _first_list(one: board.BoardDay) -> str:
    """The first that has rows."""
    return next((name for name in LISTS if one.number(name).count), "due")


def _rows(chosen: str, date: dt.date, query: Mapping[str, str], address: str, at: dt.datetime) -> dict[str, Any]:
    title, columns, found, shown = LISTS[chosen]
    try:
        after = UUID(query["after"]) if query.get("after") else None
    except ValueError as error:
        raise Http404 from error
    page, last = page_of(found(date, today_in_taipei(at)), after, ROWS_A_PAGE)
    return {
        "title": title,
        "columns": columns,
        "rows": [shown(row, at) for row in page],
        "next": f"{address}?{urlencode({'list': chosen, 'after': str(last)})}" if last else "",
        "first": f"{address}?list={chosen}" if after else "",
    }


def _preview(date: dt.date) -> dict[str, Any]:
    """What a closure of this day would move: how many, and from which dates to which."""
    found = moves_if_closed(date)
    rows = [
        {
            "count": words.refunds(move.count),
            "total": words.dollars(move.total_minor),
            "turn": _moved(move.old_date, move.new_date),
            "latest": _moved(move.old_latest_date, move.new_latest_date),
        }
        for move in found[:_MOVES_SHOWN]
    ]
    return {
        "count": words.refunds(sum(move.count for move in found)),
        "total": words.dollars(sum(move.total_minor for move in found)),
        "rows": rows,
        "more": words.refunds(sum(move.count for move in found[_MOVES_SHOWN:])) if len(found) > _MOVES_SHOWN else "",
        "is_empty": not found,
    }


def _moved(old: dt.date, new: dt.date) -> str:
    return words.short_day(old) if old == new else f"{words.short_day(old)} → {words.short_day(new)}"
