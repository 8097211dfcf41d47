"""Addresses of the refund pages."""

from django.urls import path

from refunds.pages import progress

app_name = "refunds"

_answer = "refunds/<str:token>/"

urlpatterns = [
    path("refunds/", progress.look_up, name="progress"),
    path("refunds/of/<str:token>/", progress.of_payment, name="of_payment"),
    path(_answer, progress.progress, name="found"),
    *progress.PAGE.addresses(_answer),
    path(f"{_answer}<str:reference>.pdf", progress.note, name="note"),
]
