"""The door: who may begin a conversation, and what the component answers over plain HTTP."""

import json
import logging
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pkgutil import get_data
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from reader import PROTOCOL, VERSION
from reader.own_page import Sight, render
from reader.pairing import Ceremony, PairingStore
from reader.slot import State
from reader.words import language_of

PATH = "/v2"
HEALTH_PATH = "/healthz"

# By any other name this computer is not meant: a foreign site would have had its name point here.
_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?")
_REVOKE = re.compile(r"/pairings/([0-9a-f]{32})/revoke")
_FILES = {
    "/page.css": "text/css; charset=utf-8",
    "/page.js": "text/javascript; charset=utf-8",
    "/mark.svg": "image/svg+xml",
}

_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: with that, browsers send `Origin: null` with our own form.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

logger = logging.getLogger(__name__)


class Door:
    def __init__(
        self,
        *,
        allowed_origins: Sequence[str],
        pairings: PairingStore,
        ceremony: Ceremony,
        state: Callable[[], State],
    ) -> None:
        self._allowed_origins = tuple(dict.fromkeys(allowed_origins))
        self._pairings = pairings
        self._ceremony = ceremony
        self._state = state

    def answer(self, request: Request, *, is_full: bool) -> Response | None:
        """None: come in, this is a page that may talk."""
        if not _HOST.fullmatch(_only(request, "Host")):
            return _text(HTTPStatus.MISDIRECTED_REQUEST, "not the name of this computer\n")
        path = urlsplit(request.path).path
        if path == HEALTH_PATH:
            return _health()
        if path == PATH:
            return self._conversation(request, is_full=is_full)
        if request.method == "POST":
            return self._revoke(request, path)
        if request.method != "GET":
            return _text(HTTPStatus.METHOD_NOT_ALLOWED, "method not allowed\n")
        return self._page(request, path)

    def refuse_person(self) -> Response:
        """To a program of somebody else on this computer: the number on our page, and the card, are this person's."""
        logger.warning("refused: a program of another person on this computer")
        return _refusal("person_refused")

    def _conversation(self, request: Request, *, is_full: bool) -> Response | None:
        origins = request.headers.get_all("Origin")
        if len(origins) != 1 or origins[0] not in self._allowed_origins:
            logger.warning("origin refused: %s", ", ".join(origins) or "none given")
            return _refusal("origin_refused")
        if is_full:
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, "too many pages\n")
        return None

    def _page(self, request: Request, path: str) -> Response:
        """The component's own page and its files: for whoever sits at this computer, to be read by no other page."""
        if _is_asked_by_another_page(request):
            return _text(HTTPStatus.FORBIDDEN, "only this page itself may read it\n")
        if path in _FILES:
            return _answer(HTTPStatus.OK, get_data("reader", f"page{path}") or b"", _FILES[path])
        if path != "/":
            return _text(HTTPStatus.NOT_FOUND, "not found\n")
        chosen = parse_qs(urlsplit(request.path).query).get("lang", [""])[0]
        sight = Sight(
            language=language_of(chosen, _only(request, "Accept-Language")),
            state=self._state(),
            waiting=self._ceremony.waiting,
            origins=self._allowed_origins,
            pairings=tuple(self._pairings.all()),
        )
        return _answer(HTTPStatus.OK, render(sight).encode(), "text/html; charset=utf-8")

    def _revoke(self, request: Request, path: str) -> Response:
        wanted = _REVOKE.fullmatch(path)
        if wanted is None:
            return _text(HTTPStatus.NOT_FOUND, "not found\n")
        if _only(request, "Origin") != f"http://{_only(request, 'Host')}":
            return _text(HTTPStatus.FORBIDDEN, "only this page itself may do that\n")
        self._pairings.revoke(wanted[1])
        logger.info("pairing revoked")
        query = urlsplit(request.path).query
        return _answer(HTTPStatus.SEE_OTHER, b"", "text/plain", {"Location": f"/?{query}" if query else "/"})


def _health() -> Response:
    told = {"component": "outpost-reader", "version": VERSION, "protocols": [PROTOCOL]}
    return _answer(HTTPStatus.OK, json.dumps(told).encode(), "application/json")


def _is_asked_by_another_page(request: Request) -> bool:
    """By what browsers say of it. A link from elsewhere that opens the page is fine: the linking page can't read it."""
    site, mode, target = (_only(request, f"Sec-Fetch-{name}") for name in ("Site", "Mode", "Dest"))
    opens = mode == "navigate" and target == "document"
    return site not in {"", "none", "same-origin"} and not opens


def _only(request: Request, name: str) -> str:
    """The value of a header that stands once; "" when it is missing or stands twice."""
    values = request.headers.get_all(name)
    return values[0] if len(values) == 1 else ""


def _refusal(code: str) -> Response:
    return _answer(HTTPStatus.FORBIDDEN, json.dumps({"error": {"code": code}}).encode(), "application/json")


def _text(status: HTTPStatus, text: str) -> Response:
    return _answer(status, text.encode(), "text/plain; charset=utf-8")


def _answer(status: HTTPStatus, body: bytes, kind: str, more: dict[str, str] | None = None) -> Response:
    headers = Headers(
        {**_SAFE, **(more or {}), "Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    )
    return Response(status.value, status.phrase, headers, body)
