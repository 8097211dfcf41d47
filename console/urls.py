"""Addresses of the console's own screens. Django's admin, for reference data, stands behind them under the same root."""

from __future__ import annotations

from django.urls import path

from console.pages import (
    audit_trail,
    board_rows,
    calendar_month,
    find,
    home,
    palette,
    payment,
    payment_paper,
    payment_tell,
    reports,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("find/", find.find, name="find"),
    path("find/views/", find.save_view, name="save_view"),
    path("find/views/<uuid:view_id>/remove/", find.remove_view, name="remove_view"),
    path("find/palette/", palette.options, name="palette"),
    path("payment/<str:reference>/", payment.payment, name="payment"),
    path("payment/<str:reference>/tell/", payment.tell_again, name="tell_again"),
    path("payment/<str:reference>/ask/", payment.ask_bank, name="ask_bank"),
    path("payment/<str:reference>/reveal/", payment.reveal, name="reveal"),
    path("payment/<str:reference>/case-file.pdf", payment_paper.case_file, name="case_file"),
    path("payments/tell-again/", payment_tell.tell_many, name="tell_many"),
    path("case-file/check/", payment_paper.check, name="case_file_check"),
    path("refund/<str:reference>/", payment.refund, name="refund"),
    path("refund/<str:reference>/ask/", payment.ask_refund, name="ask_refund"),
    path("overview/part/<slug:name>/", home.part, name="board-part"),
    path("overview/<slug:which>/", board_rows.rows, name="rows"),
    path("calendar/", calendar_month.month, name="calendar"),
    path("calendar/<str:day>/", calendar_month.day, name="calendar-day"),
    path("reports/", reports.index, name="reports"),
    path("reports/unmasked/<uuid:approval_id>/", reports.take_rows, name="take-rows"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("reports/<slug:name>/file/", reports.report_file, name="report-file"),
    path("audit-trail/", audit_trail.trail, name="audit"),
    path("audit-trail/file/", audit_trail.trail_file, name="audit-file"),
    path("audit-trail/<uuid:record_id>/", audit_trail.record, name="audit-record"),
]
