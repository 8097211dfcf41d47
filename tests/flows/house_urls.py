"""The portal's addresses, and one for each error that nobody can ask for: so that a browser can look at its page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.urls import path

from portal import pages, urls


def fails(request):
    raise RuntimeError("asked for by a test")


def suspects(request):
    raise SuspiciousOperation


def forbids(request):
    raise PermissionDenied


urlpatterns = [
    *urls.urlpatterns,
    path("error/400/", suspects),
    path("error/403/", forbids),
    path("error/429/", pages.too_many_requests),
    path("error/500/", fails),
    path("error/503/", pages.service_unavailable),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
