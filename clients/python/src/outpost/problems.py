"""What goes wrong: the portal's own no, and no answer at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class OutpostError(Exception):
    """Everything this package raises about a request; a mistake in its arguments is a ValueError or TypeError."""


class OutcomeUnknown(OutpostError):
    """No answer that could be understood, after all retries. The portal may have done what was asked, or not.

    Neither a failure nor a reason for a new wish: ask again with the same `idempotency_key`, or read what became of it.
    """

    money_moved = "unknown"

    def __init__(self, why: str, idempotency_key: str | None = None, request_id: str = "") -> None:
        super().__init__(why, idempotency_key, request_id)
        self.why = why
        self.idempotency_key = idempotency_key
        self.request_id = request_id

    def __str__(self) -> str:
        return f"outcome unknown: {self.why} (request {self.request_id})"


@dataclass(frozen=True)
class FieldProblem:
    """One field of a request that needs a change; `pointer` is its JSON pointer: "/goods/0/name"."""

    pointer: str
    code: str
    detail: str


class ApiProblem(OutpostError):
    """The portal said no (RFC 9457). `raw` is its body as it came, with the details that the text names."""

    def __init__(
        self, status: int, raw: dict[str, Any], retry_after: float | None = None, request_id: str = ""
    ) -> None:
        super().__init__(status, raw, retry_after, request_id)
        self.status = status
        self.raw = raw
        self.code = _text(raw, "code") or f"http_{status}"
        self.title = _text(raw, "title")
        self.detail = _text(raw, "detail")
        self.type = _text(raw, "type")
        # An answer that doesn't say it, a proxy's for instance, leaves it open.
        self.money_moved = _text(raw, "money_moved") or "unknown"
        self.retryable = raw.get("retryable") is True
        self.retry_after = retry_after
        self.request_id = _text(raw, "request_id") or request_id
        self.errors = tuple(_field_problem(one) for one in raw.get("errors") or () if isinstance(one, Mapping))

    def __str__(self) -> str:
        fields = "".join(f"; {one.pointer}: {one.detail}" for one in self.errors)
        said = " ".join(filter(None, (self.title, self.detail)))
        return f"{self.status} {self.code}: {said}{fields} (money moved: {self.money_moved}, request {self.request_id})"


class AuthenticationProblem(ApiProblem):
    """401: who asks could not be told, or the key holds no longer."""


class PermissionProblem(ApiProblem):
    """403: this key may not do this, or not from this address."""


class NotFoundProblem(ApiProblem):
    """404: nothing of yours is there."""


class ConflictProblem(ApiProblem):
    """409: it doesn't fit what is there."""


class InvalidRequestProblem(ApiProblem):
    """400, 405, 406, 413, 415, 422: the request itself needs a change; `errors` names the fields."""


class RateLimitedProblem(ApiProblem):
    """429: too much at once; `retry_after` says when again."""


class ServerProblem(ApiProblem):
    """500 and above: something broke on the portal's side."""


_CLASSES: Mapping[int, type[ApiProblem]] = {
    **dict.fromkeys((400, 405, 406, 413, 415, 422), InvalidRequestProblem),
    401: AuthenticationProblem,
    403: PermissionProblem,
    404: NotFoundProblem,
    409: ConflictProblem,
    429: RateLimitedProblem,
}
_SERVER = 500


def problem_of(
    status: int, raw: dict[str, Any], *, retry_after: float | None = None, request_id: str = ""
) -> ApiProblem:
    """The exception of this answer, by its status."""
    kind = ServerProblem if status >= _SERVER else _CLASSES.get(status, ApiProblem)
    return kind(status, raw, retry_after, request_id)


def _field_problem(one: Mapping[str, Any]) -> FieldProblem:
    return FieldProblem(_text(one, "pointer"), _text(one, "code"), _text(one, "detail"))


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""
