"""Addresses of the payer's pages. The secret in a payment's link is the only key to its pages."""

from __future__ import annotations

from django.urls import path

from payments.pages import charged, pay, result, stopped

app_name = "payments"

_page = "pay/<str:reference>/<str:secret>/"

urlpatterns = [
    path(_page, pay.pay, name="pay"),
    path(f"{_page}picture.png", pay.picture, name="picture"),
    path(f"{_page}picture.wav", pay.recording, name="recording"),
    path(f"{_page}new-picture", pay.new_picture, name="new_picture"),
    path(f"{_page}prepare", pay.prepare, name="prepare"),
    path(f"{_page}confirm", pay.confirm, name="confirm"),
    path(f"{_page}result/", result.result, name="result"),
    path(f"{_page}check", result.check, name="check"),
    path(f"{_page}stopped/<slug:reason>/", stopped.stopped, name="stopped"),
    path("was-i-charged/", charged.look_up, name="was_i_charged"),
    path("was-i-charged/<str:token>/", charged.charged, name="charged"),
    path("was-i-charged/<str:token>/tell/", charged.tell, name="tell"),
]
