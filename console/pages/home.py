"""The console's first page: the dashboard, part by part, or what waits for those who see no dashboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.clock import now
from console.pages import board_channels, board_parts, board_start
from console.pages import board_words as words
from console.queries import dashboard_start
from staff.pages import staff_page


@dataclass(frozen=True)
class Part:
    """One question of the dashboard: asked again every so many seconds, by an address of its own."""

    title: str | Promise
    seconds: int
    template: str
    answer: Callable[[dt.datetime], dict[str, Any]]


PARTS = {
    "told": Part(_("Money out and the platform"), 10, "console/home_tiles.html", board_parts.told),
    "debits": Part(_("At the bank"), 10, "console/home_tiles.html", board_parts.debits),
    "ending": Part(_("Refunds by their promise"), 30, "console/home_tiles.html", board_parts.ending),
    "due": Part(_("Refunds by the day of their run"), 60, "console/home_due.html", board_parts.due),
    "today": Part(_("Today and the same weekday before"), 30, "console/home_today.html", board_channels.today),
    "platforms": Part(_("Platforms"), 30, "console/home_platforms.html", board_channels.platforms),
    "texts": Part(_("Text messages today"), 30, "console/home_texts.html", board_channels.texts),
    "limits": Part(_("Refused by a limit today"), 30, "console/home_limits.html", board_channels.limits),
}
# How the page lays them out: across, and beside each other.
_ROWS = (("told",), ("debits", "ending"), ("today",), ("due",), ("platforms",), ("texts", "limits"))


@require_safe
@staff_page("console.see_own_account")
def home(request: HttpRequest) -> HttpResponse:
    """`?still`: the page stands still until it is loaded again."""
    is_still, at = "still" in request.GET, now()
    if not request.user.has_perm("console.see_dashboard"):
        context = {"part": board_start.members(dashboard_start.members()), "as_of": words.clock_time(at)}
        return render(request, "console/home_start.html", context)
    rows = [[_context(name, at, is_live=not is_still) for name in row] for row in _ROWS]
    return render(request, "console/home.html", {"rows": rows, "is_still": is_still})


@require_safe
@staff_page("console.see_dashboard")
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One part alone, as the page asks for it again."""
    if name not in PARTS:
        raise Http404
    return render(request, "console/_board_part.html", {"part": _context(name, now(), is_live=True)})


def _context(name: str, at: dt.datetime, *, is_live: bool) -> dict[str, Any]:
    found = PARTS[name]
    return {
        **found.answer(at),
        "name": name,
        "title": found.title,
        "template": found.template,
        "seconds": found.seconds if is_live else None,
        "address": reverse("desk:board-part", args=[name]),
        "as_of": words.clock_time(at),
    }
