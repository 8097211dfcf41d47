"""Middleware: a request id and a browser's rules on every answer, addresses nothing can stand under, refusals as pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from common.errors import Refusal
from common.references import new_id
from platforms.rules import address_is_within
from portal.errors import refusal_page
from portal.pages import bad_request

_NO_DEVICES = ", ".join(
    f"{device}=()"
    for device in ("camera", "microphone", "geolocation", "display-capture", "payment", "usb", "serial", "hid", "midi")
)
_CLEAN_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

Handler = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Keeps a caller's well-formed X-Request-Id, else makes one; the answer and the logs carry it."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _CLEAN_ID.match(given) else str(new_id())  # type: ignore[attr-defined]  # ours to add
        response = self._get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]  # added above
        return response


class ClientAddress:
    """REMOTE_ADDR is the caller's own: a proxy of ours is believed what it says of the caller, nobody else is.

    Proxies append to X-Forwarded-For, so the caller is the last address in it that is no proxy of ours.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXIES:
            chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
            address = request.META.get("REMOTE_ADDR", "")
            while chain and address_is_within(address, settings.TRUSTED_PROXIES):
                address = chain.pop()
            request.META["REMOTE_ADDR"] = address
        return self._get_response(request)


class BrowserRules:
    """What a browser may do with any answer of ours: no device of the customer's, no place in another site's page.

    Local network access is not named: the pay page needs it, and by default no page but ours has it here.
    """

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.setdefault("Permissions-Policy", _NO_DEVICES)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class RefuseNul:
    """PostgreSQL's texts have no NUL: an address with one is refused here, before any look-up stumbles over it."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self._get_response(request)


class RefusalPages:
    """A Refusal raised by a page becomes the page that explains it. (The API has its own handler.)"""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
