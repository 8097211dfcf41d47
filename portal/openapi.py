"""What the API's document says of every operation alike: problems, headers, consistency, and how requests are signed."""

from __future__ import annotations

from typing import Any

from django.urls import resolve

from platforms.api.base import VERSIONS, PlatformView
from portal.api_examples import LINKS, REQUESTS

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
# In the order in which a newcomer meets them.
_TAGS = {
    "Payments": "Orders to be paid, and what became of them.",
    "Refunds": "Money on its way back, with its promise.",
    "Events": "Everything you are told, in order and without gaps.",
    "Webhooks": "Where you are told, and how that went.",
    "Settlement": "What a day of Taipei time adds up to.",
    "Calendar": "Which days count, and why.",
    "Keys": "What you prove yourself with.",
    "Platform": "Who you are here.",
}
_METHODS = ("get", "post", "patch")
_ALWAYS = {
    "400": "The request can't be understood: its version, its Idempotency-Key, its address.",
    "401": "Who calls is not known: key or signature are missing, wrong, expired, revoked, or were used before.",
    "403": "The key does not open this: its scope, the address it is used from, or the platform is switched off.",
    "405": "This address doesn't know that method; Allow names those that it knows.",
    "406": "Answers are JSON.",
    "422": "Something in it is wrong: each field by its JSON pointer, or an Idempotency-Key used for another request.",
    "429": "Too many requests in this minute; Retry-After says how long to wait.",
    "500": "Something went wrong on our side. Ask again with the same Idempotency-Key: it is done once.",
    "503": "The service rests for a moment. Ask again with the same Idempotency-Key: it is done once.",
}
_WRITING = {
    "409": "The state of things forbids it, and the text says which. Nothing was done by this request.",
    "411": "Content-Length is missing.",
    "413": "The body is larger than 64 kB.",
    "415": "The body is not JSON, or is packed.",
}
_NAMED = {"404": "Nothing of yours stands under this name."}
# What a view answers with beside its own answers.
_HEADERS = {
    "X-Request-Id": "The id to name when you ask us about this request.",
    "Outpost-Version": "The version of the API that answered.",
    "Outpost-Consistency": "read-your-writes: the rows of the last write. sequenced: events, a moment after their commit.",
    "RateLimit-Policy": "How many requests (q) in how many seconds (w).",
    "RateLimit": "How many are left (r) until it begins anew (t seconds).",
}
# The payment that is refunded stands in the body.
_NAMES_IN_ITS_BODY = {"create_refund"}
_BEFORE_THE_COUNT = {400, 401, 403, 405, 406, 411, 413, 415, 500, 503}
_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457. A problem may name further facts of its text, such as `refundable_minor`.",
    "required": [
        *("type", "title", "status", "detail", "code", "money_moved", "retryable", "retry_after", "request_id"),
    ],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page that explains the code in both languages."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, what happened to the money, what to do next."},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "description": "Never changes its meaning."},
        "money_moved": {"type": "string", "enum": ["no", "yes", "unknown"]},
        "retryable": {"type": "boolean", "description": "May the same request be answered otherwise later?"},
        "retry_after": {"type": ["integer", "null"], "description": "In so many seconds."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "With invalid_request: each wrong field.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Yours, 1 to 255 visible ASCII characters. The same key and request get the same answer, byte for byte.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_VERSION = {
    "name": "Outpost-Version",
    "in": "header",
    "description": "The version you were written against. Left out, it is the last.",
    "schema": {"type": "string", "enum": list(VERSIONS)},
}


def complete(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular: give each operation what all of them have."""
    components = result["components"]
    components.setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
    components["headers"] = {name: _header(text) for name, text in _HEADERS.items()}
    components["parameters"] = {"Version": _VERSION, "Key": _KEY, "RequiredKey": _KEY | {"required": True}}
    components["responses"] = {
        f"Problem{status}": {"description": text, "content": _PROBLEM, "headers": _headers(status)}
        for status, text in (_ALWAYS | _WRITING | _NAMED).items()
    }
    result["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items()]
    for path, methods in result["paths"].items():
        view = _view_of(path)
        for method in _METHODS:
            if method in methods:
                _complete_operation(methods[method], path, method, view)
    return result


def _complete_operation(operation: dict[str, Any], path: str, method: str, view: type[PlatformView]) -> None:
    for status, response in operation["responses"].items():
        response["description"] = response.get("description") or "As asked."
        response["headers"] = response.get("headers", {}) | _headers(status)
    _exemplify(operation)
    names_another = "{" in path or operation["operationId"] in _NAMES_IN_ITS_BODY
    problems = _ALWAYS | (_WRITING if method != "get" else {}) | (_NAMED if names_another else {})
    for status in problems:
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    parameters = operation.setdefault("parameters", [])
    parameters.append({"$ref": "#/components/parameters/Version"})
    if method != "get":
        name = "RequiredKey" if view.needs_key and method == "post" else "Key"
        parameters.append({"$ref": f"#/components/parameters/{name}"})
    scope = view.read_scope if method == "get" else view.write_scope
    operation["x-scope"] = scope
    operation["x-consistency"] = view.consistency
    text = str(operation.get("description", "")).strip()
    operation["summary"] = text.partition("\n")[0].partition(". ")[0].rstrip(".")
    operation["description"] = f"{text}\n\nScope `{scope}`, {view.consistency}."


def _exemplify(operation: dict[str, Any]) -> None:
    """A body that can be sent, and which operations take the id that the answer has."""
    example = REQUESTS.get(operation["operationId"])
    if example is not None:
        operation["requestBody"]["content"]["application/json"]["examples"] = {"usual": {"value": example}}
    links = {
        target: {"operationId": target, "parameters": {name: "$response.body#/id"}}
        for target, name in LINKS.get(operation["operationId"], ())
    }
    for status, response in operation["responses"].items():
        if links and status in {"200", "201"}:
            response["links"] = links


def _headers(status: str) -> dict[str, Any]:
    """Where a request came to nobody, nothing is counted for anybody."""
    uncounted = {"RateLimit", "RateLimit-Policy"} if int(status) in _BEFORE_THE_COUNT else set()
    return {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS if name not in uncounted}


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}


def _view_of(path: str) -> type[PlatformView]:
    """The view behind a path of the document; any name stands for its parameters."""
    address = "/".join("x" if part.startswith("{") else part for part in path.split("/"))
    view: type[PlatformView] = resolve(address).func.view_class  # type: ignore[attr-defined]  # set by as_view
    return view
