"""Reports on the screen and as files: each asks for its days, a file for a reason too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.clock import now, time_text, today_in_taipei
from common.console import staff_name
from common.errors import Refusal
from common.sheets import ROWS_MAX, Table, Watermark, as_csv, as_xlsx
from console.forms.reports import DayForm, FileForm, PeriodForm
from console.pages import reports_cases, reports_money, reports_refunds
from console.queries.reports import Period
from staff.pages import member_of, record_look, staff_page, stepped_up
from support import operations as support
from support.models import Approval

# So many of a file's rows stand on the screen.
_SHOWN_MAX: Final = 50
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Report:
    """One report: what it is called, which days it begins with, and its tables."""

    name: str
    title: str | Promise
    text: str | Promise
    tables: Callable[[Period], list[Table]]
    days: int
    form: type[DayForm | PeriodForm] = PeriodForm
    # Shows rows of single payments: looking at them is recorded.
    has_rows: bool = False


REPORTS: Final = {
    report.name: report
    for report in (
        Report(
            "daily",
            gettext_lazy("Daily sheet"),
            gettext_lazy("Money, refunds, what was refused and why, and what platforms were told, of one Taipei day."),
            reports_money.daily,
            0,
            DayForm,
        ),
        Report(
            "performance",
            gettext_lazy("Work on cases"),
            gettext_lazy("Cases opened and closed, and the service time to their owner and to their end."),
            reports_cases.performance,
            29,
        ),
        Report(
            "punctuality",
            gettext_lazy("Refund punctuality"),
            gettext_lazy("On which working day refunds were credited, what moved them, and what is overdue."),
            reports_refunds.punctuality,
            364,
        ),
        Report(
            "complaints",
            gettext_lazy("Cases and complaints"),
            gettext_lazy("What cases were about, and who opened them, month by month."),
            reports_cases.complaints,
            364,
        ),
        Report(
            "payments",
            gettext_lazy("Payments, one row each"),
            gettext_lazy(
                "Orders placed in some days with their amounts and states, accounts by their last four digits."
            ),
            reports_money.rows,
            0,
            has_rows=True,
        ),
    )
}


@require_safe
@staff_page("console.run_reports")
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "console/reports.html", {"reports": REPORTS.values()})


@require_safe
@staff_page("console.run_reports")
def report(request: HttpRequest, name: str) -> HttpResponse:
    wanted = _named(name)
    form = wanted.form(request.GET if "first" in request.GET else _first_days(wanted))
    if not form.is_valid():
        return render(request, "console/report.html", {"report": wanted, "form": form})
    return _shown(request, wanted, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("console.export_rows")
def report_file(request: HttpRequest, name: str) -> HttpResponse:
    """The same tables as a file. Who took it, when and why stands in it and in the audit trail."""
    wanted = _named(name)
    if request.method != "POST":  # the language was switched on the page that refused it
        return report(request, name)
    if not request.user.has_perm("console.run_reports"):
        raise Http404
    form, reasons = wanted.form(request.POST), FileForm(request.POST)
    if not form.is_valid():
        return render(request, "console/report.html", {"report": wanted, "form": form})
    if not reasons.is_valid():
        return _shown(request, wanted, form, reasons)
    period, reason, kind = form.period(), reasons.cleaned_data["reason"], reasons.cleaned_data["kind"]
    tables = wanted.tables(period)
    days = f"{period.first} … {period.last}"
    record_look(
        request,
        action="report.exported",
        subject=wanted.name,
        reason=reason,
        days=days,
        kind=kind,
        rows=sum(len(table.rows) for table in tables),
    )
    name = f"outpost-{wanted.name}-{period.first}-{period.last}.{kind}"
    return as_file(tables, mark_of(request, f"{wanted.title} {days}", reason, tables), name=name, kind=kind)


def as_file(tables: list[Table], mark: Watermark, *, name: str, kind: str) -> HttpResponse:
    content = as_csv(tables, mark) if kind == "csv" else as_xlsx(tables, mark)
    answer = HttpResponse(content, content_type=_TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@staff_page("console.export_rows")
@stepped_up
def take_rows(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Payments with numbers in clear, as a second person agreed to: once, for who asked."""
    approval = get_object_or_404(Approval, pk=approval_id, deed="export.rows", maker=member_of(request))
    days = [dt.date.fromisoformat(approval.wish[name]) for name in ("first", "last")]
    tables, period = reports_money.unmasked_rows(Period(*days)), " … ".join(map(str, days))
    mark = mark_of(request, f"{REPORTS['payments'].title} {period}", approval.reason, tables, masked=False)
    answer = as_file(tables, mark, name=f"outpost-payments-unmasked-{days[0]}-{days[1]}.xlsx", kind="xlsx")
    try:
        # Last of all: what could not be made is not used up.
        support.take_export(approval_id=approval.pk, user=member_of(request), at=now())
    except Refusal as refusal:
        messages.warning(request, f"{refusal.title}: {refusal.detail()}")
        return redirect("support:approval", approval.pk)
    return answer


def mark_of(request: HttpRequest, title: str, reason: str, tables: list[Table], *, masked: bool = True) -> Watermark:
    words = [
        _("Account and ID numbers are masked.")
        if masked
        else _("Account and mobile numbers stand in clear: lock this file away, and delete it when it has served.")
    ]
    if any(table.is_cut for table in tables):
        words.append(_("Cut after %(rows)s rows: there were more.") % {"rows": f"{ROWS_MAX:,}"})
    return Watermark(title, staff_name(request), time_text(now()), _("For: %(reason)s") % {"reason": reason}, words)


def _named(name: str) -> Report:
    try:
        return REPORTS[name]
    except KeyError:
        raise Http404 from None


def _first_days(wanted: Report) -> dict[str, str]:
    """What a report shows before anyone chose: the day before today, or so many days up to it."""
    last = today_in_taipei(now()) - dt.timedelta(days=1)
    return {"first": str(last - dt.timedelta(days=wanted.days)), "last": str(last)}


def _shown(
    request: HttpRequest, wanted: Report, form: DayForm | PeriodForm, reasons: FileForm | None = None
) -> HttpResponse:
    period = form.period()
    tables = reports_money.rows(period, most=_SHOWN_MAX) if wanted.has_rows else wanted.tables(period)
    if wanted.has_rows:
        record_look(request, action="payment.listed", subject=wanted.name, days=f"{period.first} … {period.last}")
    context = {
        "report": wanted,
        "form": form,
        "period": period,
        "tables": [shown(table) for table in tables],
        "file_form": reasons or FileForm(initial={"kind": "xlsx"}),
        "rows_max": f"{ROWS_MAX:,}",
        "shown_max": _SHOWN_MAX,
    }
    return render(request, "console/report.html", context)


def shown(table: Table) -> dict[str, Any]:
    """A table as a template takes it: texts, with what is a number marked so that it is set to the right."""
    kinds = [column.kind == "number" for column in table.columns]

    def cells(row: Any) -> list[dict[str, Any]]:
        return [
            {
                "text": f"{cell:,}" if isinstance(cell, int) else cell or "—",
                "is_number": is_number,
                "is_none": cell in (None, ""),
            }
            for cell, is_number in zip(row, kinds, strict=True)
        ]

    return {
        "title": table.title,
        "note": table.note,
        "columns": [
            {"label": column.label, "is_number": is_number}
            for column, is_number in zip(table.columns, kinds, strict=True)
        ],
        "rows": [cells(row) for row in table.rows],
        "total": cells(table.total) if table.total is not None else None,
        "is_cut": table.is_cut,
    }
