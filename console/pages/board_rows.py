"""The rows behind a figure of the dashboard: the same question as the figure's, oldest first, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.clock import now
from common.paging import capped, count_to_cap
from console.pages import board_cells as cells
from console.pages import board_words as words
from console.queries import dashboard_channels as channels
from console.queries import dashboard_money as money
from console.queries import dashboard_refunds as promises
from console.queries import dashboard_traffic as traffic
from console.queries.calendar_board import is_within_calendar
from staff.pages import record_look, staff_page

ROWS_A_PAGE = 50

Query = Mapping[str, str]


@dataclass(frozen=True)
class Rows:
    """What a list shows: its rows, a row's cells, and the choices that its address may make."""

    title: str | Promise
    # What its rows are about, as a look at them is recorded.
    about: str
    columns: tuple[str | Promise, ...]
    found: Callable[[dt.datetime, Query], QuerySet[Any]]
    shown: Callable[[Any, dt.datetime], list[cells.Cell]]
    # Name of the choice → its values and what each is called.
    choices: Mapping[str, Mapping[str, str | Promise]]


LISTS: dict[str, Rows] = {
    "untold": Rows(
        _("Paid payments and what their platform knows"),
        "payment",
        cells.UNTOLD,
        lambda at, query: money.untold_payments(at, state=query["state"]).select_related("platform", "account"),
        cells.untold,
        {
            "state": {
                "": _("Not told"),
                "waiting": _("Waiting, within two hours"),
                "in_case": _("Not told, in a case"),
                "without_case": _("Over two hours, no case"),
                "told": _("Told, of the last two hours"),
            }
        },
    ),
    "unknown-debits": Rows(
        _("Debits whose outcome is not known"),
        "payment",
        cells.DEBITS,
        lambda at, query: money.unknown_debit_payments(at).select_related("platform", "account"),
        cells.debit,
        {},
    ),
    "promises": Rows(
        _("Refunds by their promise"),
        "refund",
        cells.REFUNDS,
        lambda at, query: promises.refunds_ending(at, when=query["ends"]).select_related("payment", "platform"),
        cells.refund,
        {
            "ends": {
                "passed": _("Promise broken"),
                "today": _("Promised by today"),
                "tomorrow": _("Promised by tomorrow"),
                "week": _("Promised within a week"),
            }
        },
    ),
    "texts": Rows(
        _("Text messages: today's tries"),
        "message",
        cells.TRIES,
        lambda at, query: channels.text_attempts(at, operator=query["operator"], outcome=query["state"]).select_related(
            "message"
        ),
        cells.text_try,
        {
            "state": {"": _("All"), "sent": _("Sent"), "failed": _("Failed")},
            "operator": {"": _("Both operators"), "primary": _("First operator"), "secondary": _("Second operator")},
        },
    ),
    "texts-waiting": Rows(
        _("Text messages waiting to be sent"),
        "message",
        cells.TEXTS,
        lambda at, query: channels.texts_waiting(at),
        cells.text,
        {},
    ),
    "texts-given-up": Rows(
        _("Text messages given up today"),
        "message",
        cells.TEXTS,
        lambda at, query: channels.texts_given_up(at),
        cells.text,
        {},
    ),
    "limits": Rows(
        _("Refused by a limit today"),
        "payment",
        cells.REFUSED,
        lambda at, query: traffic.attempts_refused_by_limit(at, limit_code=query["limit"]).select_related(
            "payment__platform"
        ),
        cells.refused,
        {"limit": {"": _("Every limit")} | cells.LIMITS},
    ),
    "paid": Rows(
        _("Payments of an hour"),
        "payment",
        cells.PAID,
        lambda at, query: traffic.payments_of_hour(
            dt.date.fromisoformat(query["day"]), int(query["hour"])
        ).select_related("platform", "account"),
        cells.paid,
        {},
    ),
}


@require_safe
@staff_page("console.see_payments")
def rows(request: HttpRequest, which: str) -> HttpResponse:
    """A list by its name; what its address asks for and the list doesn't know is not found."""
    if which not in LISTS:
        raise Http404
    found, at = LISTS[which], now()
    try:
        query = _query(found, request.GET, which)
        after = UUID(request.GET["after"]) if request.GET.get("after") else None
    except (KeyError, ValueError) as error:
        raise Http404 from error
    page, last = page_of(found.found(at, query), after)
    count = count_to_cap(found.found(at, query))
    record_look(request, action=f"{found.about}.listed", subject="", list=which, **_chosen(query))
    context = {
        "title": found.title,
        "choices": _choices(found, query, request.path),
        "columns": found.columns,
        "rows": [[_allowed(cell, request) for cell in found.shown(row, at)] for row in page],
        "count": capped(count),
        "number": count,
        "next": _address(request.path, {**query, "after": str(last)}) if last else "",
        "first": _address(request.path, query) if after else "",
        "as_of": words.clock_time(at),
        "hour": f"{query['day']} {int(query['hour']):02d}:00" if which == "paid" else "",
    }
    return render(request, "console/home_rows.html", context)


def page_of(found: QuerySet[Any], after: UUID | None, limit: int = ROWS_A_PAGE) -> tuple[list[Any], UUID | None]:
    """One page, oldest first by their ids, which rise with time; and the id that the next one begins after."""
    if after is not None:
        found = found.filter(pk__gt=after)
    page: list[Model] = list(found.order_by("pk")[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def _allowed(cell: cells.Cell, request: HttpRequest) -> cells.Cell:
    """No link to where the reader may not go."""
    return replace(cell, href="") if cell.needs and not request.user.has_perm(cell.needs) else cell


def _query(found: Rows, given: Query, which: str) -> dict[str, str]:
    """The choices of the address. Raises KeyError or ValueError for what doesn't exist."""
    if which == "paid":
        if not is_within_calendar(dt.date.fromisoformat(given["day"])) or not 0 <= int(given["hour"]) < traffic.HOURS:
            raise ValueError
        return {"day": given["day"], "hour": given["hour"]}
    query = {name: given.get(name, next(iter(values))) for name, values in found.choices.items()}
    for name, value in query.items():
        found.choices[name][value]
    return query


def _choices(found: Rows, query: Query, path: str) -> list[list[dict[str, Any]]]:
    """A row of links for each choice; the one that is on says so."""
    return [
        [
            {"text": text, "href": _address(path, {**query, name: value}), "is_on": query[name] == value}
            for value, text in values.items()
        ]
        for name, values in found.choices.items()
    ]


def _address(path: str, query: Query) -> str:
    asked = _chosen(query)
    return f"{path}?{urlencode(asked)}" if asked else path


def _chosen(query: Query) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
