"""Addresses of sign-in, of one's own account, and of the members of staff."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "staff"
urlpatterns: list[URLPattern] = []
