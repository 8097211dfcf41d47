"""The one place that turns a refusal or an error into an answer: problem+json for the API, a page for people."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response

from common.errors import InvalidRequest, Refusal

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
# Titles of what REST framework refuses by itself, where its own text has holes to be filled.
_TITLES = {
    400: gettext_lazy("The body can't be read"),
    405: gettext_lazy("This address doesn't know that method"),
    406: gettext_lazy("Answers are JSON"),
    415: gettext_lazy("Requests are JSON"),
}


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """RFC 9457 for every error of the API: type, title, status, detail, code, money_moved, retryable, request_id."""
    request = context["request"]
    if isinstance(error, Refusal):
        return _answer(_refusal_body(error), request, _challenge(error.http_status))
    if isinstance(error, exceptions.ValidationError):
        body = _problem(422, "invalid_request", str(InvalidRequest.title), str(InvalidRequest.text))
        body["errors"] = list(_field_errors(error.detail, ""))
        return _answer(body, request)
    if isinstance(error, Http404 | exceptions.NotFound):
        return _answer(_problem(404, "not_found", _("Not found"), _("There is nothing here under this name.")), request)
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        title = _TITLES.get(error.status_code, error.default_detail)
        body = _problem(error.status_code, _code_of(error), str(title), str(error.detail))
        return _answer(body, request, _challenge(error.status_code))
    log.exception("unexpected error in the API", extra={"path": request.path})
    body = _problem(
        500,
        "internal_error",
        _("Something went wrong on our side"),
        _("Ask again with the same request; what was done stays done once."),
    )
    return _answer(body | {"money_moved": "unknown", "retryable": True}, request)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page for a person: what happened, what happened to the money, what to do next. Its problem for a page's script."""
    if not request.accepts("text/html"):
        body = {**_refusal_body(refusal), "request_id": getattr(request, "request_id", "")}
        return JsonResponse(body, status=refusal.http_status, content_type=PROBLEM_JSON)
    context = {
        "title": str(refusal.title),
        "text": refusal.detail(),
        "money_moved": refusal.money_moved,
        "code": refusal.code,
        "errors": [field.as_json() for field in refusal.errors] if isinstance(refusal, InvalidRequest) else [],
    }
    return render(request, "portal/refusal.html", context, status=refusal.http_status)


def _answer(body: dict[str, Any], request: Any, headers: dict[str, str] | None = None) -> Response:
    body["request_id"] = getattr(request, "request_id", None) or getattr(
        getattr(request, "_request", None), "request_id", ""
    )
    response = Response(body, status=body["status"], headers=headers)
    response.content_type = PROBLEM_JSON
    return response


def _challenge(http_status: int) -> dict[str, str]:
    """A 401 says what would open (RFC 9110 §11.6.1)."""
    return (
        {"WWW-Authenticate": 'Signature realm="outpost", Bearer realm="outpost"'}
        if http_status == status.HTTP_401_UNAUTHORIZED
        else {}
    )


def _refusal_body(refusal: Refusal) -> dict[str, Any]:
    body = _json_safe(refusal.details) | _problem(
        refusal.http_status, refusal.code, str(refusal.title), refusal.detail()
    )
    body |= {"money_moved": refusal.money_moved, "retryable": refusal.retryable}
    if isinstance(refusal, InvalidRequest):
        body["errors"] = [field.as_json() for field in refusal.errors]
    return body


def _problem(http_status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"{settings.PORTAL_URL}/api/errors/#{code}",
        "title": title,
        "status": http_status,
        "detail": detail,
        "code": code,
        "money_moved": "no",
        "retryable": False,
    }


def _code_of(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _field_errors(detail: Any, pointer: str) -> Any:
    """DRF's nested errors as a flat list of JSON pointers."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, f"{pointer}/{_escaped(name)}" if name != "non_field_errors" else pointer)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _field_errors(inner, f"{pointer}/{index}" if isinstance(inner, dict) else pointer)
    else:
        yield {"pointer": pointer or "/", "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def _escaped(name: str) -> str:
    """A field's name within a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def _json_safe(details: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | bool | list | dict) else str(value) for key, value in details.items()}
