"""Cases as lists by role, as a board by age, the next one for whoever asks, and a new one for a caller."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.clock import now
from common.console import staff_name
from common.errors import Refusal
from common.paging import capped
from staff.pages import member_of, record_look, staff_page
from support import operations, queries
from support.forms import FilterForm, NewCaseForm
from support.pages import cases_words as words
from support.queries import Board, Wanted
from support.states import Kind, Queue


@require_safe
@staff_page("support.see_cases")
def cases(request: HttpRequest) -> HttpResponse:
    """The list of one view, narrowed by the form above it. `?live` asks for the rows alone, as a page that stands open does."""
    form, at = FilterForm(request.GET), now()
    narrowed = form.narrowed()
    if number := narrowed.pop("number", ""):
        case = queries.case_by_number(number.strip().upper())
        if case is not None:
            return redirect("support:case", case.pk)
    wanted = _wanted(request, narrowed)
    found = queries.listed(wanted, at=at, cursor=request.GET.get("cursor", ""))
    query = {"view": wanted.view, **{name: request.GET[name] for name in narrowed}}
    count = queries.counted(wanted, at=at)
    context = {
        "rows": [words.row(case, at) for case in found.rows],
        "view": wanted.view,
        "is_closed": wanted.view == "closed",
        "count": capped(count),
        "number": count,
        "changed": "live" in request.GET and request.GET.get("was") != str(count),
        "live_query": urlencode({**query, "live": "1", "was": count}),
        "is_first": "cursor" not in request.GET,
        "first_query": urlencode(query),
        "next_query": urlencode({**query, "cursor": found.next_cursor}) if found.next_cursor else "",
    }
    if "live" in request.GET:
        return render(request, "support/_cases.html", context)
    context |= {"form": form, "tabs": _tabs(wanted), "unknown_number": number, "narrowed": len(narrowed)}
    return render(request, "support/cases.html", context)


@require_POST
@staff_page("support.work_cases")
def take_next(request: HttpRequest) -> HttpResponse:
    """The most urgent case that nobody has becomes mine."""
    case = operations.take_next(queues=_queues(request), at=now(), by=staff_name(request))
    if case is None:
        messages.info(request, _("Nothing waits in your queue: every case has an owner."))
        return redirect("support:cases")
    messages.success(request, _("%(number)s is yours now.") % {"number": case.reference})
    return redirect("support:case", case.pk)


@require_safe
@staff_page("support.see_cases")
def badge(request: HttpRequest) -> HttpResponse:
    """The number beside “Cases” in the navigation, asked for after the page stands."""
    count = queries.badge(me=staff_name(request), queues=_queues(request))
    text = f"{queries.BADGE_MAX}+" if count > queries.BADGE_MAX else str(count)
    return render(request, "support/_badge.html", {"count": count, "text": text, "url": request.path})


@require_safe
@staff_page("support.see_cases")
def board(request: HttpRequest) -> HttpResponse:
    """Every open case by kind and age, each number leading to its list."""
    made = queries.board(at=now())
    context = {
        "figures": _figures(made),
        "ages": [label for value, label in FilterForm().fields["age"].choices if value],  # type: ignore[attr-defined]  # a choice field
        "rows": [_board_row(kind, made.rows[kind]) for kind in Kind if kind in made.rows],
        "total": made.open,
    }
    return render(request, "support/case_board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("support.work_cases")
def new(request: HttpRequest) -> HttpResponse:
    """A question or a complaint of a caller, about a payment or a refund."""
    asked = request.GET.get("payment") or request.GET.get("refund") or ""
    form = NewCaseForm(request.POST or None, initial={"reference": asked, "kind": Kind.QUESTION})
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            case = operations.open_by_hand(
                reference=given["reference"],
                kind=Kind(given["kind"]),
                words=given["words"],
                at=now(),
                by=staff_name(request),
            )
        except Refusal as found:
            refusal = found
        else:
            messages.success(request, _("%(number)s was opened. Name it to the caller.") % {"number": case.reference})
            return redirect("support:case", case.pk)
    status = refusal.http_status if refusal else 422 if form.errors else 200
    cause = queries.cause_by_hand(reference=asked, kind=Kind.QUESTION) if asked else None
    if cause is not None:
        record_look(request, action="case.new", subject=asked)
    context = {"form": form, "refusal": said(refusal), "cause": cause, "asked": asked}
    return render(request, "support/case_new.html", context, status=status)


def said(refusal: Refusal | None) -> dict[str, str] | None:
    return {"title": str(refusal.title), "text": refusal.detail()} if refusal else None


def _wanted(request: HttpRequest, narrowed: dict[str, Any]) -> Wanted:
    queues = _queues(request)
    view = request.GET.get("view", "")
    if view not in queries.VIEWS:
        view = "role" if queues else "all"
    return Wanted(view=view, me=staff_name(request), queues=queues, **narrowed)


def _queues(request: HttpRequest) -> tuple[str, ...]:
    return queries.queues_of(member_of(request))


def _tabs(wanted: Wanted) -> list[dict[str, str]]:
    role = "、".join(str(Queue(queue).label) for queue in wanted.queues)
    names = {
        "role": _("My queue: %(name)s") % {"name": role},
        "mine": _("Mine"),
        "unowned": _("Without an owner"),
        "today": _("Due today"),
        "overdue": _("Overdue"),
        "all": _("All open"),
        "closed": _("Closed"),
    }
    return [{"view": view, "name": name} for view, name in names.items() if view != "role" or role]


def _figures(made: Board) -> list[dict[str, str]]:
    figures = [
        ("overdue", _("Overdue"), made.overdue, "bad" if made.overdue else "good"),
        ("today", _("Due today"), made.due_today, "wait" if made.due_today else "good"),
        ("unowned", _("Without an owner"), made.unowned, "wait" if made.unowned else "good"),
        ("all", _("All open"), made.open, ""),
    ]
    return [{"view": view, "label": label, "count": f"{count:,}", "kind": kind} for view, label, count, kind in figures]


def _board_row(kind: Kind, counts: dict[str, int]) -> dict[str, Any]:
    text = str(kind.label)
    cells = [{"age": age, "count": counts[age], "heat": _heat(counts[age])} for age in queries.AGES]
    return {
        "kind": kind.value,
        "name": text[:1].upper() + text[1:],
        "cells": cells,
        "overdue": counts["overdue"],
        "total": counts["open"],
    }


def _heat(count: int) -> int:
    """0 to 4: none, some, and so on by powers of four."""
    return sum(count >= step for step in (1, 4, 16, 64))
