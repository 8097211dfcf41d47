"""Addresses of the payer's pages. The secret in a payment's link is the only key to its pages."""

from __future__ import annotations

from django.urls import path

from payments.pages import charged, paper, pay, result, stopped

app_name = "payments"

_page = "pay/<str:reference>/<str:secret>/"
_answer = "was-i-charged/<str:token>/"

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
    path(f"{_page}receipt.pdf", paper.receipt_file, name="receipt_file"),
    path("was-i-charged/", charged.look_up, name="was_i_charged"),
    path(_answer, charged.charged, name="charged"),
    path(f"{_answer}tell/", charged.tell, name="tell"),
    path(f"{_answer}receipt.pdf", charged.receipt, name="charged_receipt"),
    *charged.PAGE.addresses(_answer),
]
