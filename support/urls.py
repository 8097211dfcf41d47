"""Addresses of cases and approvals in the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from support.pages import cases, cases_one

app_name = "support"

case_pages: list[URLPattern] = [
    path("cases/", cases.cases, name="cases"),
    path("cases/board/", cases.board, name="board"),
    path("cases/new/", cases.new, name="new_case"),
    path("cases/next/", cases.take_next, name="take_next"),
    path("cases/badge/", cases.badge, name="case_badge"),
    path("cases/<uuid:case_id>/", cases_one.case, name="case"),
    path("cases/<uuid:case_id>/<slug:deed>/", cases_one.act, name="case_deed"),
]

approval_pages: list[URLPattern] = []

urlpatterns = [*case_pages, *approval_pages]
