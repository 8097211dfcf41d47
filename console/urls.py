"""Addresses of the console's own screens. Django's admin, for reference data, stands behind them under the same root."""

from __future__ import annotations

from django.urls import path

from console.pages import home

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
]
