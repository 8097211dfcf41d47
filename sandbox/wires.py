"""The front door of every wire: method, token, JSON in, the fault that is due, JSON out."""

from __future__ import annotations

import functools
import hmac
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox import faults
from sandbox.outcomes import SLOW_SECONDS

Body = dict[str, Any]
Handler = Callable[..., faults.Call]


class BadRequest(Exception):
    """A body this party doesn't understand; answered with 400."""


def wire(method: str, name: str, operation: str) -> Callable[[Handler], Callable[..., HttpResponseBase]]:
    """Make a view of a function (body, **path) → Call. `{operator}` in `name` is filled from the path."""

    def decorate(handler: Handler) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @functools.wraps(handler)
        def view(request: HttpRequest, **path: str) -> HttpResponseBase:
            party = name.format(**path)
            refused = _refuse(request, method, party)
            if refused is not None:
                return refused
            try:
                body = _body(request)
                call = handler(body, **path)
                sent = json.dumps({**body, **path}, ensure_ascii=False)
                fault = faults.take(wire=party, operation=operation, sent=sent)
                kind, seconds = (fault.kind, fault.seconds) if fault else (call.own_fault, SLOW_SECONDS)
                return faults.answer_through(kind=kind, seconds=seconds, call=call, request=request)
            except BadRequest as error:
                return JsonResponse({"error": str(error)}, status=400)

        return view

    return decorate


def text(body: Body, name: str, *, longest: int = 200, required: bool = True) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or (required and not value) or len(value) > longest:
        raise BadRequest(f"{name} is a text of at most {longest} characters")
    return value


def whole(body: Body, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise BadRequest(f"{name} is a positive whole number")
    return value


def lock_id(name: str) -> None:
    """Hold this id until the transaction ends, whether or not there is a row for it yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _refuse(request: HttpRequest, method: str, party: str) -> JsonResponse | None:
    if request.method != method:
        return _wrong_method([method])
    expected = f"Bearer {settings.WIRE_TOKENS.get(party, '')}"
    if party not in settings.WIRE_TOKENS or not hmac.compare_digest(
        request.headers.get("Authorization", "").encode(), expected.encode()
    ):
        return JsonResponse({"error": "token"}, status=401)
    if not request.headers.get("X-Request-Id"):
        return JsonResponse({"error": "X-Request-Id is missing"}, status=400)
    return None


def _wrong_method(allowed: list[str]) -> JsonResponse:
    return JsonResponse({"error": "method"}, status=405, headers={"Allow": ", ".join(allowed)})


def _body(request: HttpRequest) -> Body:
    if request.method == "GET":
        return {name: str(request.GET[name]) for name in request.GET}
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise BadRequest("not JSON") from error
    if not isinstance(found, dict):
        raise BadRequest("not a JSON object")
    return found
