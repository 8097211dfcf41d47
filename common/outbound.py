"""The HTTP client of every wire: a total deadline, our ids on every request, and no sending inside a transaction."""

from __future__ import annotations

import ssl
import time
from functools import lru_cache
from typing import Any

import httpx
from django.db import transaction

# A partner that needs longer than this to answer is not going to; what it did meanwhile is asked for later.
DEADLINE_SECONDS = 10.0


class Unanswered(Exception):
    """No answer that can be understood: whether the request took effect is not known."""


class Client:
    """One partner's address and token. Reuses connections; safe to share between threads."""

    def __init__(self, base_url: str, token: str, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        assert base_url, "a partner without an address"
        assert token, "a partner without a token"
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(deadline_seconds, connect=min(3.0, deadline_seconds)),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            follow_redirects=False,
            trust_env=False,
            verify=trusted_roots(),
        )

    def post(self, path: str, body: dict[str, Any], *, request_id: str) -> dict[str, Any]:
        return self._ask("POST", path, request_id=request_id, json=body)

    def get(self, path: str, *, request_id: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._ask("GET", path, request_id=request_id, params=params)

    def _ask(self, method: str, path: str, *, request_id: str, **sent: Any) -> dict[str, Any]:
        """The JSON object answered with 200. Raises Unanswered for everything else."""
        refuse_inside_transaction()
        started = time.monotonic()
        try:
            answer = self._http.request(method, path.lstrip("/"), headers={"X-Request-Id": request_id}, **sent)
            body = answer.json() if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError) as error:
            raise Unanswered(f"{method} {path}: {type(error).__name__}") from error
        if not isinstance(body, dict):
            raise Unanswered(f"{method} {path}: status {answer.status_code} after {time.monotonic() - started:.1f} s")
        return body


@lru_cache(maxsize=1)
def trusted_roots() -> ssl.SSLContext:
    """Loading the system's roots costs more than a call: once a process, for all partners."""
    return ssl.create_default_context()


def refuse_inside_transaction() -> None:
    """A wire inside a transaction would hold locks for as long as a partner likes: refused, in production too."""
    connection = transaction.get_connection()
    # Django's TestCase wraps each test in atomic blocks of its own, which it marks; those are not ours.
    ours = [block for block in connection.atomic_blocks if not block._from_testcase]
    if ours:
        raise RuntimeError("a partner may not be called inside a database transaction")
