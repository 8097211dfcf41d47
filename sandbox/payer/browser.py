"""The payer's browser in a few lines: cookies, forms with their token, JSON as the pay page's script sends it."""

from __future__ import annotations

import html
import re
from types import TracebackType
from typing import Any, Self

import httpx
from django.conf import settings

# Longer than the portal waits for the slowest of its parties.
DEADLINE_SECONDS = 60.0
_TOKENS = re.compile(r'(?:data-csrf|name="csrfmiddlewaretoken" value)="([^"]+)"')


class Silent(Exception):
    """The portal did not answer, or not as it does. Whether money moved is not known."""


class Browser:
    """Use with `with`. `language` is zh-hant or en: what a person chooses on the page, it wins over the order's."""

    def __init__(self, *, language: str) -> None:
        self._http = httpx.Client(
            base_url=settings.PORTAL_URL,
            cookies={"django_language": language},
            follow_redirects=True,
            timeout=DEADLINE_SECONDS,
            trust_env=False,
        )
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def speak(self, language: str) -> None:
        self._http.cookies.set("django_language", language)

    def full(self, address: str) -> str:
        return f"{settings.PORTAL_URL}{address}"

    def open(self, address: str) -> httpx.Response:
        return self._send("GET", address, headers={"Accept": "text/html"})

    def ask(self, address: str) -> httpx.Response:
        return self._send("GET", address, headers={"Accept": "application/json"})

    def send_form(self, address: str, fields: dict[str, str]) -> httpx.Response:
        body = {**fields, "csrfmiddlewaretoken": self._token}
        return self._send("POST", address, data=body, headers={"Accept": "text/html"})

    def send_json(self, address: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Accept": "application/json", "X-CSRFToken": self._token}
        return self._send("POST", address, json=body, headers=headers)

    def _send(self, method: str, address: str, *, headers: dict[str, str], **content: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, address, headers=headers, **content)
        except httpx.HTTPError as error:
            raise Silent(f"{method} {address}: {type(error).__name__}") from error
        token = _TOKENS.search(answer.text) if "text/html" in answer.headers.get("content-type", "") else None
        if token:
            self._token = token[1]
        return answer


def found_object(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object that was answered. Raises Silent for anything else."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Silent(f"{answer.request.method} {answer.request.url.path}: status {answer.status_code}, no JSON object")
    return found


def attribute(page: str, name: str) -> str:
    """The value of the first attribute of this name, "" where there is none."""
    found = re.search(rf'\s{re.escape(name)}="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def hidden_value(page: str, name: str) -> str:
    """What a hidden field of this name brings along."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def heading(page: str) -> str:
    """The first heading, as a person reads it."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""
