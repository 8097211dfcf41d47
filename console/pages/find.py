"""Finding payments: the search box of every page, typed filters, and searches kept under a name."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.clock import now, today_in_taipei
from common.sealing import seal, unseal
from console import matching
from console.forms.find import FilterForm, SaveViewForm, TermForm
from console.matching import Reading
from console.operations import saved_views
from console.pages import find_shown
from console.queries import find as queries
from console.queries.find import Group, Hit
from staff.pages import member_of, record_look, staff_page

PERMISSION = "console.see_payments"
# One reading's own page, and a page of the filters' list.
_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(PERMISSION)
def find(request: HttpRequest) -> HttpResponse:
    """A term that is one thing leads to it; others to what each reading found. Without a term the filters' list."""
    if request.method == "POST":
        return _to_address(request)
    term = _term(request)
    return _by_term(request, term) if term else _by_filters(request)


@require_POST
@staff_page(PERMISSION)
def save_view(request: HttpRequest) -> HttpResponse:
    form, query = SaveViewForm(request.POST), request.POST.get("query", "")[:500]
    back = f"{reverse('desk:find')}?{query}"
    if not form.is_valid():
        messages.error(request, _("The search was not kept: give it a name."))
        return redirect(back)
    view = saved_views.save_view(owner=member_of(request), query=query, at=now(), **form.cleaned_data)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
    return redirect(back)


@require_POST
@staff_page(PERMISSION)
def remove_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    if saved_views.remove_view(owner=member_of(request), view_id=view_id, at=now()):
        messages.success(request, _("The search is off your list."))
    return redirect("desk:find")


def found(request: HttpRequest, term: str, *, limit: int = queries.SHOWN) -> tuple[list[Reading], list[Group]]:
    """What the term may be, and what each reading found; that someone looked is recorded, without the term."""
    readings = matching.readings_of(term, today_in_taipei(now()))
    groups = queries.groups_of(readings, limit=limit)
    count = sum(len(group.hits) for group in groups)
    kinds = [reading.kind for reading in readings]
    record_look(request, action="payment.searched", subject="", readings=kinds, found=count)
    return readings, groups


def _to_address(request: HttpRequest) -> HttpResponse:
    """A person's own numbers travel sealed: what stands in an address ends up in logs and histories."""
    form = TermForm(request.POST)
    term = form.cleaned_data["q"] if form.is_valid() else ""
    personal = matching.is_personal(matching.readings_of(term, today_in_taipei(now())))
    query = {"sealed": seal(term)} if personal else {"q": term}
    return redirect(f"{reverse('desk:find')}?{urlencode(query)}")


def _term(request: HttpRequest) -> str:
    if sealed := request.GET.get("sealed", ""):
        try:
            return unseal(sealed)
        except (InvalidTag, KeyError, ValueError):
            return ""
    return request.GET.get("q", "").strip()[: matching.TERM_MAX]


def _by_term(request: HttpRequest, term: str) -> HttpResponse:
    one = request.GET.get("reading", "")
    if one:
        return _one_reading(request, term, one)
    readings, groups = found(request, term)
    only = queries.only_hit(groups)
    if only:
        return redirect(find_shown.address_of(only.reference))
    context = {
        **_usual(request, term, readings),
        "groups": [find_shown.group(group, _more(request, group)) for group in groups],
        "tried": [find_shown.KINDS[reading.kind] for reading in readings],
        "misread": any(reading.misread for reading in readings),
    }
    return render(request, "console/find.html", context)


def _one_reading(request: HttpRequest, term: str, one: str) -> HttpResponse:
    """All that one reading finds, page by page."""
    readings = [reading for reading in matching.readings_of(term, today_in_taipei(now())) if reading.kind == one]
    groups = queries.groups_of(readings[:1], cursor=request.GET.get("cursor", ""), limit=_PAGE)
    record_look(request, action="payment.searched", subject="", readings=[one])
    context = {
        **_usual(request, term, readings),
        "groups": [find_shown.group(group, _more(request, group)) for group in groups],
        "tried": [find_shown.KINDS[reading.kind] for reading in readings],
    }
    return render(request, "console/find.html", context)


def _by_filters(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    valid = form.is_valid()
    # An amount of nothing narrows the list too.
    wanted = {name: value for name, value in form.cleaned_data.items() if value or type(value) is int} if valid else {}
    page = queries.payments_wanted(wanted, cursor=request.GET.get("cursor", ""), limit=_PAGE) if valid else None
    names = {name: str(value) for name, value in wanted.items()}
    record_look(request, action="payment.listed", subject="", filters=names)
    query = _query(request, wanted)
    context = {
        **_usual(request, "", []),
        "form": form,
        "rows": [find_shown.row(Hit(payment)) for payment in page.rows] if page else [],
        "next": f"?{query}&cursor={page.next_cursor}" if page and page.next_cursor else "",
        "is_first": "cursor" not in request.GET,
        "query": query,
        "filtered": bool(wanted),
        "save_form": SaveViewForm(auto_id="save_%s"),
        "views": [find_shown.view(view, member_of(request)) for view in queries.views_of(member_of(request))],
    }
    return render(request, "console/find.html", context, status=HTTPStatus.OK if valid else 422)


def _usual(request: HttpRequest, term: str, readings: list[Reading]) -> dict[str, Any]:
    shown = "" if matching.is_personal(readings) else term
    return {"term": shown, "has_term": bool(term), "is_personal": matching.is_personal(readings)}


def _more(request: HttpRequest, group: Group) -> str:
    """The address of what this reading found besides; empty when that is all."""
    if not group.next_cursor:
        return ""
    query = QueryDict(mutable=True)
    for name in ("q", "sealed"):
        if name in request.GET:
            query[name] = request.GET[name]
    query["reading"] = group.reading.kind
    if request.GET.get("reading"):
        query["cursor"] = group.next_cursor
    return f"?{query.urlencode()}"


def _query(request: HttpRequest, wanted: dict[str, Any]) -> str:
    return urlencode({name: request.GET[name] for name in wanted})
