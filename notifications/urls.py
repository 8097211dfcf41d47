"""Addresses under /api/v1/ at which platforms read what they were told."""

from django.urls import path

from notifications.api.events import EventFeed

app_name = "notifications"
urlpatterns = [path("events", EventFeed.as_view(), name="events")]
