"""What all pages of the sandbox share: the frame's links, JSON and forms at one address, and the index."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from common import clock

View = Callable[..., HttpResponseBase]


def page_context(request: HttpRequest) -> dict[str, Any]:
    return {
        "portal_url": settings.PORTAL_URL,
        "taipei_now": clock.taipei(clock.now()),
        "areas": [
            ("shop", _("Shop")),
            ("wallet", _("Card reader")),
            ("handset", _("Text messages")),
            ("clock", _("Test clock")),
            ("faults", _("Faults")),
            ("accounts", _("Accounts")),
            ("staff", _("Staff")),
            ("test-mode", _("Test mode")),
        ],
        "area": request.resolver_match.url_name if request.resolver_match else "",
    }


def page_or_json(*, page: View, answer: View) -> View:
    """One address for people and programs. A JSON body needs no CSRF token: no foreign page can send one unasked."""
    protected = csrf_protect(page)

    @never_cache
    @csrf_exempt
    def view(request: HttpRequest, **path: Any) -> HttpResponseBase:
        return answer(request, **path) if wants_json(request) else protected(request, **path)

    return view


def wants_json(request: HttpRequest) -> bool:
    if request.method == "POST":
        return request.content_type == "application/json"
    return request.accepts("application/json") and not request.accepts("text/html")


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Raises ValueError when the body isn't a JSON object. An empty body is an empty object."""
    found = json.loads(request.body or b"{}")
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - to the caller it is one kind of bad body
    return found


def bad_request(why: object) -> JsonResponse:
    return JsonResponse({"error": str(why)}, status=400)


def index(request: HttpRequest) -> HttpResponse:
    return render(request, "sandbox/index.html")


def bad_page(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Also the answer to a form that came without its token."""
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("The sandbox broke; its log says why.\n", status=500, content_type="text/plain")


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "sandbox/error.html", {"status": status}, status=status)


def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
