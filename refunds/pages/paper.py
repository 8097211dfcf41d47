"""The refund note: a refund as a paper to keep."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.utils.translation import gettext as _

from common.papers import Line, Paper, Row, Table, pdf_response
from payments.pages.paper import address_of, letterhead
from payments.pages.shown import order_rows, time_text
from refunds.pages import shown
from refunds.queries import Progress


def note_response(progress: Progress, *, at: dt.datetime) -> HttpResponse:
    paper = note_paper(progress, at=at)
    return pdf_response(paper, filename=f"Outpost-refund-{progress.refund.reference}.pdf")


def note_paper(progress: Progress, *, at: dt.datetime) -> Paper:
    """Of an accepted refund, as it stands, in the active language."""
    refund = progress.refund
    said = shown.notices(progress)[0]
    return Paper(
        title=_("Refund note"),
        lead=f"{said['title']} · {said['text']}",
        **letterhead(refund.reference, at),
        facts=[*_rows(shown.facts(progress, opened=True)), *_rows(order_rows(refund.payment)), *_times(progress)],
        tables=[*_deferrals(progress), _amounts(progress)],
        notes=[
            _("Progress at any time: %(address)s") % {"address": address_of("refunds:progress")},
            _("Questions about the order: %(platform)s, %(phone)s")
            % {"platform": refund.payment.platform.name, "phone": refund.payment.platform.contact_phone},
        ],
    )


def _rows(facts: list[dict[str, str]]) -> list[Row]:
    return [Row(row["label"], row["value"], row.get("hint", "")) for row in facts]


def _times(progress: Progress) -> list[Row]:
    refund = progress.refund
    paid_at, rows = refund.payment.paid_at, [Row(_("Payment reference"), refund.payment.reference)]
    if paid_at:
        rows.append(Row(_("Paid at"), time_text(paid_at), _("Time of Taipei")))
    if refund.credited_at:
        rows.append(Row(_("Credited at"), time_text(refund.credited_at), _("Time of Taipei")))
        rows.append(Row(_("The bank's reference"), refund.bank_reference))
    return rows


def _deferrals(progress: Progress) -> list[Table]:
    rows = [
        Line([one.get_reason_display(), f"{shown.day_text(one.old_date)} → {shown.day_text(one.new_date)}"])
        for one in progress.deferrals
    ]
    return [Table(_("Moved to another day"), [_("Reason"), _("Credit day")], rows)] if rows else []


def _amounts(progress: Progress) -> Table:
    amounts = shown.amounts(progress.refund)
    total = amounts["total"]
    return Table(
        _("What you get back"),
        [_("Description"), _("Amount")],
        [Line([line["label"], line["value"]]) for line in amounts["lines"]],
        total=Line([total["label"], total["value"]], total["note"]),
    )
