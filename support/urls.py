"""Addresses of cases and approvals in the console."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "support"

case_pages: list[URLPattern] = []

approval_pages: list[URLPattern] = []

urlpatterns = [*case_pages, *approval_pages]
