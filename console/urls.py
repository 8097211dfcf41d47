"""Addresses of the console's own screens. Django's admin, for reference data, stands behind them under the same root."""

from __future__ import annotations

from django.urls import path

from console.pages import board_rows, calendar_month, home

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("overview/part/<slug:name>/", home.part, name="board-part"),
    path("overview/<slug:which>/", board_rows.rows, name="rows"),
    path("calendar/", calendar_month.month, name="calendar"),
    path("calendar/<str:day>/", calendar_month.day, name="calendar-day"),
]
