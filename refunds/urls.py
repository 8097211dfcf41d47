"""Addresses of the refund pages."""

from django.urls import path

from refunds import pages

app_name = "refunds"
urlpatterns = [
    path("refunds/", pages.look_up, name="progress"),
    path("refunds/<str:token>/", pages.progress, name="found"),
]
