"""The audit trail: searched, one record with its neighbours, and taken as a file. Each look at it is itself recorded."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit import checks, queries
from audit.models import DailyHead, Link, Record
from audit.queries import Search
from audit.rules import HASHED
from common.clock import time_text
from common.paging import Page, capped, newest_first
from common.sheets import ROWS_MAX, Cell, Column, cut
from console.forms.audit_trail import TrailForm
from console.forms.reports import FileForm
from console.pages.reports import as_file, mark_of
from staff.pages import record_look, staff_page
from staff.rules import role_name

PAGE: Final = 50
_FETCHED: Final = 2_000
# What a look at all of it is recorded as being about.
_TRAIL: Final = "audit trail"


@require_safe
@staff_page("audit.audit_trail")
def trail(request: HttpRequest) -> HttpResponse:
    form = TrailForm(request.GET)
    search = form.search() if form.is_valid() else None
    if search is None:
        return render(request, "console/audit_trail.html", {"form": form, "chain": _chain()})
    page = newest_first(search.records(), cursor=request.GET.get("cursor", ""), limit=PAGE, by="at")
    record_look(request, action="audit.read", subject=_TRAIL, asked=_asked(search))
    return _shown(request, form, page)


@require_safe
@staff_page("audit.audit_trail")
def record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Everything of one record, whether it fits its link, and the links before and after it."""
    row = Record.objects.select_related("link").filter(pk=record_id).first()
    if row is None:
        raise Http404
    record_look(request, action="audit.read", subject=str(row.id))
    link = getattr(row, "link", None)
    around = Link.objects.select_related("record").filter(position__in=_around(link)).order_by("position")
    context = {
        "row": _line(row),
        "facts": _facts(row),
        "details": json.dumps(row.details, ensure_ascii=False, indent=2) if row.details else "",
        "link": link,
        "neighbours": [_line(one.record) | {"is_this": one.record_id == row.id} for one in around],
    }
    return render(request, "console/audit_record.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("audit.audit_trail")
def trail_file(request: HttpRequest) -> HttpResponse:
    """The records found, newest first, as a file with its reason."""
    if request.method != "POST":  # the language was switched on the page that refused it
        return trail(request)
    form, reasons = TrailForm(request.POST), FileForm(request.POST)
    if not form.is_valid():
        return render(request, "console/audit_trail.html", {"form": form, "chain": _chain()})
    search = form.search()
    if not reasons.is_valid():
        record_look(request, action="audit.read", subject=_TRAIL, asked=_asked(search))
        return _shown(request, form, newest_first(search.records(), limit=PAGE, by="at"), reasons)
    found = search.records().order_by("-at", "-pk")[: ROWS_MAX + 1]
    table = cut(_("Audit trail"), _columns(), (_cells(row) for row in found.iterator(_FETCHED)))
    reason, kind = reasons.cleaned_data["reason"], reasons.cleaned_data["kind"]
    record_look(
        request,
        action="audit.exported",
        subject=_TRAIL,
        reason=reason,
        rows=len(table.rows),
        kind=kind,
        asked=_asked(search),
    )
    mark = mark_of(request, table.title, reason, [table])
    return as_file([table], mark, name=f"outpost-audit-trail.{kind}", kind=kind)


def _shown(request: HttpRequest, form: TrailForm, page: Page[Record], reasons: FileForm | None = None) -> HttpResponse:
    asked = {name: form.data[name] for name in form.fields if form.data.get(name)}
    context = {
        "form": form,
        "chain": _chain(),
        "actions": queries.actions(),
        "rows": [_line(row) for row in page.rows],
        "next": urlencode({**asked, "cursor": page.next_cursor}) if page.next_cursor else "",
        "is_first": "cursor" not in request.GET,
        "file_form": reasons or FileForm(initial={"kind": "csv"}),
        "rows_max": f"{ROWS_MAX:,}",
    }
    return render(request, "console/audit_trail.html", context)


def _chain() -> dict[str, Any]:
    """How the chain stands: its end as looked at now, the last signed day, and what is not chained yet."""
    tail = checks.tail()
    daily = DailyHead.objects.order_by("-day").first()
    return {
        "first": f"{tail.first:,}",
        "last": f"{tail.last:,}",
        "is_empty": not tail.last,
        "broken": tail.broken,
        "waiting": capped(queries.waiting()),
        "day": str(daily.day) if daily else "",
        "day_position": f"{daily.position:,}" if daily else "",
        "day_hash": daily.hash[:16] if daily else "",
        "day_is_genuine": daily is not None and checks.is_genuine(daily),
    }


def _line(row: Record) -> dict[str, Any]:
    link = getattr(row, "link", None)
    return {
        "id": row.id,
        "at": time_text(row.at),
        "by": row.by,
        "role": role_name(row.role),
        "action": row.action,
        "subject": row.subject,
        "reason": row.reason,
        "position": f"{link.position:,}" if link else "",
        "hash": link.hash[:12] if link else "",
        "fits": link is None or checks.fits(link, {name: getattr(row, name) for name in HASHED}),
    }


def _facts(row: Record) -> list[dict[str, str]]:
    link = getattr(row, "link", None)
    return [
        {"label": _("When"), "value": time_text(row.at)},
        {"label": _("Who"), "value": row.by},
        {"label": _("Role"), "value": role_name(row.role) or "—"},
        {"label": _("Deed"), "value": row.action},
        {"label": _("About"), "value": row.subject or "—"},
        {"label": _("Reason"), "value": row.reason or "—"},
        {"label": _("Position in the chain"), "value": f"{link.position:,}" if link else _("not chained yet")},
        {"label": _("Hash"), "value": link.hash if link else "—"},
        {"label": _("Hash of the one before"), "value": link.previous_hash if link else "—"},
    ]


def _columns() -> list[Column]:
    texts = (_("When"), _("Who"), _("Role"), _("Deed"), _("About"), _("Reason"), _("Details"))
    return [Column(_("Position in the chain"), "number"), *(Column(text) for text in texts), Column(_("Hash"))]


def _cells(row: Record) -> list[Cell]:
    link = getattr(row, "link", None)
    details = json.dumps(row.details, ensure_ascii=False) if row.details else ""
    words = [time_text(row.at), row.by, row.role, row.action, row.subject, row.reason, details]
    return [link.position if link else None, *words, link.hash if link else ""]


def _around(link: Link | None) -> list[int]:
    return [link.position - 1, link.position, link.position + 1] if link else []


def _asked(search: Search) -> dict[str, str]:
    return {name: str(value) for name, value in vars(search).items() if value}
