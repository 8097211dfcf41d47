"""The case file of a payment: everything of its page on paper, masked, with a code that proves it; and that proof."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from common.clock import now, time_text
from common.console import staff_name
from common.papers import Line, Paper, Row, Table, pdf_of
from console.forms.payment import CheckCaseFileForm, ReasonForm
from console.operations import case_files
from console.pages import payment as pages
from console.pages import payment_say, payment_shown, payment_story
from console.queries.payment import Whole, whole_payment
from payments.pages.paper import letterhead
from payments.pages.shown import amount_lines, amount_total
from staff.pages import record_look, roles_of, staff_page

# Rows of a table on paper; the printer takes 200.
_STORY_MAX = 190


@require_POST
@staff_page(pages.PERMISSION)
def case_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The paper as a file, for a reason that is kept with its code."""
    form, at, by = ReasonForm(request.POST), now(), staff_name(request)
    whole = whole_payment(reference, at=at)
    if not form.is_valid():
        return pages.without_reason(request, reference)
    pdf, fingerprint = printed(whole, at=at, by=by)
    case_files.record_printed(
        reference=reference,
        fingerprint=fingerprint,
        pdf=pdf,
        role=roles_of(request),
        reason=form.cleaned_data["reason"],
        at=at,
        by=by,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="Outpost-case-file-{reference}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(pages.PERMISSION)
def check(request: HttpRequest) -> HttpResponse:
    """Was this paper printed here, by whom and when; with the file: has a byte of it changed?"""
    form = CheckCaseFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        file = data["file"].read() if data["file"] else None
        found = case_files.check(reference=data["reference"], code=data["code"], pdf=file)
        record_look(request, action="payment.case_file_checked", subject=data["reference"], found=found is not None)
        context |= {"checked": True, "found": found, "at": time_text(found.at) if found else ""}
    return render(request, "console/payment_paper_check.html", context, status=422 if form.errors else 200)


def printed(whole: Whole, *, at: dt.datetime, by: str) -> tuple[bytes, str]:
    """The paper in the active language, and the fingerprint of what stands in it."""
    paper = paper_of(whole, at=at, by=by)
    fingerprint = case_files.fingerprint_of(paper)
    code = case_files.code_of(reference=whole.payment.reference, at=at, by=by, fingerprint=fingerprint)
    proof = _("Code of this paper: %(code)s. The console says under “Check a printed case file” whether it is ours.")
    return pdf_of(replace(paper, notes=[*paper.notes, proof % {"code": code}])), fingerprint


def paper_of(whole: Whole, *, at: dt.datetime, by: str) -> Paper:
    head = payment_say.head(whole, at)
    said = payment_say.sayings(whole, at)
    facts = [Row(fact["label"], fact["value"]) for fact in payment_shown.facts(whole, {})]
    return Paper(
        title=_("Case file"),
        lead=f"{head['reference']} · {head['tag']['text']} · {head['next']}",
        **letterhead(whole.payment.reference, at),
        facts=[*facts, Row(_("Printed by"), by)],
        tables=[
            _said(said),
            _amounts(whole),
            *_refunds(whole, at),
            *_attempts(whole),
            *_told(whole),
            *_books(whole),
            *_cases(whole),
            _story(whole),
        ],
        notes=[_("Numbers of persons are masked. For the bank's own files; not to be handed to the customer.")],
    )


def _said(said: list[dict[str, Any]]) -> Table:
    rows = [
        Line([part["title"], saying["name"]], note=" ".join(part["texts"]))
        for saying in said
        for part in saying["parts"]
    ]
    return Table(_("What the customer is told"), [_("Sentence"), _("Language")], rows)


def _amounts(whole: Whole) -> Table:
    payment = whole.payment
    total = amount_total(payment, paid=payment.paid_at is not None)
    rows = [Line([line["label"], line["value"]], line.get("note", "")) for line in amount_lines(payment)]
    return Table(_("Amounts"), [_("Description"), _("Amount")], rows, total=Line([total["label"], total["value"]]))


def _refunds(whole: Whole, at: dt.datetime) -> list[Table]:
    rows = []
    for one in payment_shown.refunds(whole, at):
        moved = "; ".join(f"{move['old']} → {move['new']} ({move['why']})" for move in one["deferrals"])
        promise = " · ".join(f"{fact['label']}: {fact['value']}" for fact in one["facts"])
        rows.append(
            Line([one["reference"], one["tag"]["text"], one["total"]], " · ".join(filter(None, (promise, moved))))
        )
    return [Table(_("Refunds"), [_("Refund"), _("Status"), _("Amount")], rows)] if rows else []


def _attempts(whole: Whole) -> list[Table]:
    rows = [
        Line([one["at"], f"{one['outcome']} {one['codes']}".strip(), one["account"]])
        for one in payment_shown.attempts(whole)
    ]
    return [Table(_("Card attempts"), [_("Time"), _("Outcome"), _("Account")], rows)] if rows else []


def _told(whole: Whole) -> list[Table]:
    rows = [
        Line([one["kind"], one["at"], one["tag"]["text"]], f"{one['to']} {one['answer']}".strip())
        for one in payment_shown.told(whole)
    ]
    return [Table(_("Told to the shop"), [_("Notice"), _("Time"), _("Status")], rows)] if rows else []


def _books(whole: Whole) -> list[Table]:
    rows = [
        Line(
            [line["account"], line["debit"], line["credit"]],
            f"{journal['kind']} {journal['reference']} {journal['at']}",
        )
        for journal in payment_shown.journals(whole)
        for line in journal["lines"]
    ]
    return [Table(_("Ledger"), [_("Account in the books"), _("Debit"), _("Credit")], rows)] if rows else []


def _cases(whole: Whole) -> list[Table]:
    rows = [
        Line([one["kind"], one["opened"], one["tag"]["text"]], " · ".join(filter(None, (one["owner"], one["closed"]))))
        for one in payment_shown.cases(whole)
    ]
    return [Table(_("Cases"), [_("Kind"), _("Opened"), _("Status")], rows)] if rows else []


def _story(whole: Whole) -> Table:
    entries = [entry.as_shown() for entry in payment_story.entries(whole)]
    rows = [Line([entry["title"], entry["when"], entry["by"]], entry["why"]) for entry in entries[:_STORY_MAX]]
    caption = _("What happened, newest first")
    if len(entries) > _STORY_MAX:
        count = len(entries) - _STORY_MAX
        left = ngettext("%(count)d earlier one is not printed", "%(count)d earlier ones are not printed", count)
        caption = f"{caption} ({left % {'count': count}})"
    return Table(caption, [_("Event"), _("Time"), _("By")], rows)
