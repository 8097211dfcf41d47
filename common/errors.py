"""Refusal: a customer's or a platform's "no", with its code, its text and what it says about the money."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MoneyMoved = Literal["no", "yes", "unknown"]


class Refusal(Exception):
    """Raised by operations, turned into problem+json or a page by portal/errors.py alone.

    A subclass gives `code` (stable, snake_case), `http_status`, `title` and `text` (both through gettext; `text` says what
    happened to the money and what to do next and may name details as %(name)s). Details given to the constructor
    are shown to the caller: never put a secret or a full account number there.
    """

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 409
    title: ClassVar[str | Promise] = _("This can't be done")
    text: ClassVar[str | Promise] = _("Nothing was charged.")
    money_moved: ClassVar[MoneyMoved] = "no"
    retryable: ClassVar[bool] = False
    # After so many seconds the same request may be answered otherwise; None where time alone changes nothing.
    retry_after_seconds: int | None = None

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details

    def detail(self) -> str:
        """The text in the active language, its details filled in."""
        text = str(self.text)
        return text % {key: _shown(value) for key, value in self.details.items()} if self.details else text

    def __str__(self) -> str:
        return self.code


def _shown(value: Any) -> str:
    """50000 → "50,000": whole numbers in a text are amounts."""
    return f"{value:,}" if isinstance(value, int) else str(value)


class FieldError:
    """One refused field: a JSON pointer, a code and a text."""

    def __init__(self, pointer: str, code: str, detail: str | Promise) -> None:
        self.pointer, self.code, self.detail = pointer, code, detail

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "detail": str(self.detail)}


class InvalidRequest(Refusal):
    """The request itself is wrong; `errors` names each field."""

    code = "invalid_request"
    http_status = 422
    title = _("The request has errors")
    text = _("Nothing was done and nothing was charged. Each field that needs a change is named.")

    def __init__(self, errors: list[FieldError], **details: Any) -> None:
        super().__init__(**details)
        self.errors = errors


class MalformedJson(Refusal):
    """The body is no JSON, or JSON that nobody means: a name twice, nested without end, a number without end."""

    code = "malformed_json"
    http_status = 400
    title = _("The body is not JSON that can be read")
    text = _("Nothing was done and nothing was charged. %(problem)s")
