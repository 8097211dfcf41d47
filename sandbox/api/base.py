"""What every address of the test mode has in common: methods, JSON in, fields refused by name, problem documents out."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

PROBLEM_JSON = "application/problem+json"

Body = dict[str, Any]
Kind = Literal["text", "whole", "number", "yes_no", "texts"]


@dataclass(frozen=True)
class Field:
    """One field of a body or a query. `choices` and `pattern` are for texts."""

    kind: Kind = "text"
    required: bool = False
    choices: Collection[str] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Method:
    """What one method does: `act` gets the request and its checked fields, and gives what is answered with `status`."""

    act: Callable[[HttpRequest, Body], Body]
    fields: Mapping[str, Field] = field(default_factory=dict)
    status: int = 200


@dataclass
class Problem(Exception):
    """A "no", answered as RFC 9457 has it, in the words that the portal uses for its own."""

    status: int
    code: str
    title: str
    detail: str
    money_moved: str = "no"
    retry_after: int | None = None
    errors: list[dict[str, str]] = field(default_factory=list)


def invalid(*errors: tuple[str, str, str | Promise]) -> Problem:
    """Fields that can't be taken, each as pointer, code and text."""
    named = [{"pointer": pointer, "code": code, "detail": str(detail)} for pointer, code, detail in errors]
    text = _("Nothing was done. Each field that needs a change is named.")
    return Problem(422, "invalid_request", _("The request has errors"), text, errors=named)


def address(**methods: Method) -> Callable[..., HttpResponse]:
    """A view of these methods. A JSON body needs no CSRF token: no foreign page can send one unasked."""

    @never_cache
    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        try:
            method = methods.get(request.method or "")
            if method is None:
                raise _method_not_allowed(request, methods)
            return _json(method.act(request, _fields(request, method.fields)), method.status)
        except Problem as problem:
            answer = problem_answer(problem)
            if problem.code == "method_not_allowed":
                answer["Allow"] = ", ".join(methods)
            return answer

    return view


def problem_answer(problem: Problem) -> JsonResponse:
    body = {
        "type": f"{settings.SANDBOX_URL}/sandbox/#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "money_moved": problem.money_moved,
        "retryable": problem.retry_after is not None,
        "retry_after": problem.retry_after,
    }
    if problem.errors:
        body["errors"] = problem.errors
    answer = _json(body, problem.status, PROBLEM_JSON)
    if problem.retry_after is not None:
        answer["Retry-After"] = str(problem.retry_after)
    return answer


def _json(body: Body, status: int, content_type: str = "application/json") -> JsonResponse:
    """Read in a terminal, so Chinese stands as it is."""
    return JsonResponse(body, status=status, content_type=content_type, json_dumps_params={"ensure_ascii": False})


def _method_not_allowed(request: HttpRequest, methods: Collection[str]) -> Problem:
    text = _("This address knows %(methods)s.") % {"methods": ", ".join(methods)}
    return Problem(405, "method_not_allowed", _("This address doesn't know that method"), text)


def _fields(request: HttpRequest, fields: Mapping[str, Field]) -> Body:
    given = request.GET.dict() if request.method in {"GET", "DELETE"} else _json_object(request)
    wrong = [(f"/{_escaped(name)}", "unknown_field", _("There is no such field.")) for name in set(given) - set(fields)]
    for name, one in fields.items():
        error = _error(one, given.get(name))
        if error is not None:
            wrong.append((f"/{name}", *error))
    if wrong:
        raise invalid(*sorted(wrong))
    return {name: value for name, value in given.items() if value is not None}


def _json_object(request: HttpRequest) -> Body:
    if request.content_type != "application/json":
        text = _("Say Content-Type: application/json; curl does with --json.")
        raise Problem(415, "unsupported_media_type", _("Requests are JSON"), text)
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        text = _("The body has to be one JSON object.")
        raise Problem(400, "malformed_json", _("The body can't be read"), text)
    return found


def _error(one: Field, value: Any) -> tuple[str, str] | None:
    """Code and text of what is wrong with a value, None when nothing is. A null is as good as nothing."""
    if value is None:
        return ("required", _("This field is missing.")) if one.required else None
    code, right, text = _kinds()[one.kind]
    if not right(value):
        return code, text
    if one.choices and not {value} <= set(one.choices):
        return "unknown_choice", _("One of: %(choices)s.") % {"choices": ", ".join(one.choices)}
    if one.pattern and not re.fullmatch(one.pattern, value, re.ASCII):
        return "malformed", _("This doesn't have the form that is asked for.")
    return None


@functools.cache
def _is_of(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


def _kinds() -> dict[Kind, tuple[str, Callable[[Any], bool], str]]:
    return {
        "text": ("not_text", _is_of(str), _("This is a text.")),
        "whole": ("not_whole", _is_of(int), _("This is a whole number, written without a point.")),
        "number": ("not_number", _is_of(int, float), _("This is a number.")),
        "yes_no": ("not_yes_no", lambda value: isinstance(value, bool), _("This is true or false.")),
        "texts": ("not_texts", _is_texts, _("This is a list of texts.")),
    }


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _escaped(name: str) -> str:
    """A field's name within a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
