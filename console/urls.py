"""Addresses of the console's own screens. Django's admin, for reference data, stands behind them under the same root."""

from __future__ import annotations

from django.urls import path

from console.pages import audit_trail, home, reports

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("reports/", reports.index, name="reports"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("reports/<slug:name>/file/", reports.report_file, name="report-file"),
    path("audit-trail/", audit_trail.trail, name="audit"),
    path("audit-trail/file/", audit_trail.trail_file, name="audit-file"),
    path("audit-trail/<uuid:record_id>/", audit_trail.record, name="audit-record"),
]
