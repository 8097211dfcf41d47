"""The one place that turns a refusal or an error into an answer: problem+json for the API, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout
from rest_framework import exceptions, status
from rest_framework.response import Response

from common.errors import FieldError, InvalidRequest, Refusal
from portal import problems

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
# What REST framework refuses by itself, under our codes and in our words.
_FRAMEWORK: dict[int, type[Refusal]] = {
    400: problems.BadRequest,
    403: problems.NotAllowed,
    404: problems.NotFound,
    405: problems.MethodNotAllowed,
    406: problems.NotAcceptable,
    415: problems.UnsupportedMediaType,
    429: problems.TooManyRequests,
}


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """RFC 9457 for every error of the API; what each field means stands in docs/api."""
    request = context["request"]
    refusal = _refusal_of(error)
    if refusal is None:
        log.exception("unexpected error in the API", extra={"path": request.path})
        refusal = problems.InternalError()
    headers = problem_headers(refusal)
    if isinstance(error, exceptions.MethodNotAllowed) and context.get("view") is not None:
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    response = Response(problem_body(refusal, _request_id(request)), status=refusal.http_status, headers=headers)
    response.content_type = PROBLEM_JSON
    return response


def problem_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The problem document outside REST framework: an unknown address, a page's script."""
    body = problem_body(refusal, _request_id(request))
    headers = problem_headers(refusal)
    return JsonResponse(body, status=refusal.http_status, content_type=PROBLEM_JSON, headers=headers)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page for a person: what happened, what happened to the money, what to do next. Its problem for a page's script."""
    if not request.accepts("text/html"):
        return problem_response(request, refusal)
    context = {
        "title": str(refusal.title),
        "text": refusal.detail(),
        "money_moved": refusal.money_moved,
        "code": refusal.code,
        "errors": [field.as_json() for field in refusal.errors] if isinstance(refusal, InvalidRequest) else [],
    }
    return render(request, "portal/refusal.html", context, status=refusal.http_status)


def problem_body(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The fields of every problem, behind the details that its text names. Its own fields win over a detail's name."""
    body = _json_safe(refusal.details) | {
        "type": problem_type(refusal.code),
        "title": str(refusal.title),
        "status": refusal.http_status,
        "detail": refusal.detail(),
        "code": refusal.code,
        "money_moved": refusal.money_moved,
        "retryable": refusal.retryable,
        "retry_after": refusal.retry_after_seconds,
        "request_id": request_id,
    }
    if isinstance(refusal, InvalidRequest):
        body["errors"] = [field.as_json() for field in refusal.errors]
    return body


def problem_type(code: str) -> str:
    """The address of the page that explains a code in both languages."""
    return f"{settings.PORTAL_URL}/api/errors/{code}/"


def problem_headers(refusal: Refusal) -> dict[str, str]:
    headers = {}
    if refusal.retry_after_seconds is not None:
        headers["Retry-After"] = str(refusal.retry_after_seconds)
    if refusal.http_status == status.HTTP_401_UNAUTHORIZED:
        # A 401 says what would open (RFC 9110 §11.6.1).
        headers["WWW-Authenticate"] = 'Signature realm="outpost", Bearer realm="outpost"'
    return headers


def _refusal_of(error: Exception) -> Refusal | None:
    """An error as a refusal of ours; None for what nobody foresaw."""
    match error:
        case Refusal():
            found: Refusal | None = error
        case exceptions.ValidationError():
            found = InvalidRequest(list(_field_errors(error.detail, "")))
        case Http404():
            found = problems.NotFound()
        case PermissionDenied():
            found = problems.NotAllowed()
        case exceptions.APIException():
            made = _FRAMEWORK.get(error.status_code)
            found = made() if made else None
        case OperationalError() | PoolTimeout():
            log.exception("the database is away")
            found = problems.Unavailable()
        case _:
            found = None
    return found


def _request_id(request: Any) -> str:
    """REST framework's request wraps the one that the middleware has named."""
    return str(getattr(getattr(request, "_request", request), "request_id", ""))


def _field_errors(detail: Any, pointer: str) -> Iterator[FieldError]:
    """DRF's nested errors as a flat list of JSON pointers."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, f"{pointer}/{_escaped(name)}" if name != "non_field_errors" else pointer)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _field_errors(inner, f"{pointer}/{index}" if isinstance(inner, dict) else pointer)
    else:
        yield FieldError(pointer or "/", getattr(detail, "code", "invalid"), str(detail))


def _escaped(name: str) -> str:
    """A field's name within a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def _json_safe(details: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | bool | list | dict) else str(value) for key, value in details.items()}
