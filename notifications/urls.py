"""Addresses under /api/v1/ at which platforms read what they were told."""

from django.urls import path

from notifications.api.events import EventFeed, EventView

app_name = "notifications"
urlpatterns = [
    path("events", EventFeed.as_view(), name="events"),
    path("events/<str:public_id>", EventView.as_view(), name="event"),
]
