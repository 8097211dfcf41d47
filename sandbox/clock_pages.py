"""The clock's page and its JSON address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from common import clock as real_clock
from sandbox import clock
from sandbox.pages import bad_request, json_body, page_or_json

# Offered as buttons: what a person trying the product wants to get past.
_STEPS = (
    ("seconds", 60),
    ("seconds", 300),
    ("seconds", 3_600),
    ("seconds", 7_200),
    ("days", 1),
    ("days", 7),
    ("days", 14),
    ("days", 366),
)


def _page(request: HttpRequest) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            clock.move_to(target=_form_target(request))
            return redirect("clock")
        except ValueError as refused:
            error = str(refused)
    offset = real_clock.offset()
    hours = str(dt.timedelta(seconds=offset.seconds))
    context = {"days": offset.days, "hours": hours, "steps": _steps(), "error": error}
    return render(request, "sandbox/clock.html", context, status=400 if error else 200)


def _answer(request: HttpRequest) -> JsonResponse:
    if request.method != "POST":
        return JsonResponse(reading())
    try:
        body = json_body(request)
        moved = clock.move_to(target=target_of(body), stops=body.get("stops", True) is not False)
    except (ValueError, TypeError, OverflowError) as error:
        return bad_request(error)
    return JsonResponse({**reading(), "stops": moved.stops, "idle": moved.idle})


clock_page = page_or_json(page=_page, answer=_answer)


def reading() -> dict[str, Any]:
    """Now in UTC and in Taipei, and how far ahead of real time that is."""
    at = real_clock.now()
    return {
        "now": at.isoformat().replace("+00:00", "Z"),
        "taipei": real_clock.taipei(at).isoformat(),
        "offset_seconds": real_clock.offset().total_seconds(),
    }


def target_of(body: dict[str, Any]) -> dt.datetime:
    """Exactly one of advance_seconds, advance_days, to, next_working_day. Raises ValueError."""
    at = real_clock.now()
    given = {"advance_seconds", "advance_days", "to", "next_working_day"} & set(body)
    if len(given) != 1:
        raise ValueError("give one of advance_seconds, advance_days, to, next_working_day")
    match given.pop():
        case "advance_seconds":
            return at + dt.timedelta(seconds=float(body["advance_seconds"]))
        case "advance_days":
            return at + dt.timedelta(days=float(body["advance_days"]))
        case "to":
            return _moment(str(body["to"]))
        case _:
            return clock.next_working_day(at)


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found.astimezone(dt.UTC)


def _form_target(request: HttpRequest) -> dt.datetime:
    step, value = request.POST.get("step", ""), request.POST.get("value", "")
    if step == "local":
        return dt.datetime.fromisoformat(value).replace(tzinfo=real_clock.TAIPEI).astimezone(dt.UTC)
    names = {"seconds": "advance_seconds", "days": "advance_days", "next_working_day": "next_working_day"}
    if step not in names:
        raise ValueError("unknown step")
    return target_of({names[step]: value or True})


def _steps() -> list[dict[str, Any]]:
    labels = {
        60: _("1 minute"),
        300: _("5 minutes"),
        3_600: _("1 hour"),
        7_200: _("2 hours"),
        1: _("1 day"),
        7: _("7 days"),
        14: _("14 days"),
        366: _("366 days"),
    }
    return [{"step": step, "value": value, "label": labels[value]} for step, value in _STEPS]
