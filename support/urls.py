"""Addresses of cases and approvals in the console."""

from __future__ import annotations

from django.urls import URLPattern, path

from support.pages import approvals, approvals_new, cases, cases_one

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

approval_pages: list[URLPattern] = [
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/badge/", approvals.badge, name="approval_badge"),
    path("approvals/new/", approvals_new.deeds, name="deeds"),
    path("approvals/new/<str:deed>/", approvals_new.propose, name="propose"),
    path("approvals/<uuid:approval_id>/", approvals.approval, name="approval"),
    path("approvals/<uuid:approval_id>/approve/", approvals.approve, name="approve"),
    path("approvals/<uuid:approval_id>/reject/", approvals.reject, name="reject"),
    path("approvals/<uuid:approval_id>/withdraw/", approvals.withdraw, name="withdraw"),
]

urlpatterns = [*case_pages, *approval_pages]
