"""Addresses of the refund pages."""

from django.urls import path

from refunds import pages

app_name = "refunds"
urlpatterns = [path("refunds/", pages.progress, name="progress")]
