"""Addresses of the identity gate. The token in the link is the only key to a check."""

from __future__ import annotations

from django.urls import path

from verification import pages

app_name = "verification"

urlpatterns = [
    path("identity/<str:token>/", pages.home, name="home"),
    path("identity/<str:token>/consent/", pages.consent, name="consent"),
    path("identity/<str:token>/data/", pages.data, name="data"),
    path("identity/<str:token>/code/", pages.code, name="code"),
    path("identity/<str:token>/code/resend/", pages.resend, name="resend"),
    path("identity/<str:token>/result/", pages.result, name="result"),
    path("identity/<str:token>/again/", pages.again, name="again"),
    path("identity/<str:token>/extend/", pages.extend, name="extend"),
]
