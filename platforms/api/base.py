"""What every view of the platform's API is made of: version, scopes, allowance, idempotency, and strict reading."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeVar

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api import StrictBody
from platforms import errors, limits, operations
from platforms.api import calling_key, calling_platform
from platforms.models import Platform

Consistency = Literal["read-your-writes", "sequenced"]
# Dated versions of the API; inside one, fields and addresses are only added (docs/api/versions.md).
VERSIONS = ("2026-11-25",)
_SAFE = ("GET", "HEAD", "OPTIONS")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Form = TypeVar("Form", bound=serializers.Serializer[Any])


class NoBody(StrictBody):
    """A request that says everything by its address: its body is empty, or {}."""


class PlatformView(APIView):
    """A view gives `read_scope` for GET and `write_scope` for everything else.

    `consistency`: "read-your-writes" answers from the rows that the last write committed; "sequenced" shows an event a
    moment after its commit, in order. `needs_key`: a POST without an Idempotency-Key is refused, because nothing else
    would tell its second arrival from a new wish.
    """

    read_scope: ClassVar[str] = ""
    write_scope: ClassVar[str] = ""
    consistency: ClassVar[Consistency] = "read-your-writes"
    needs_key: ClassVar[bool] = False

    _allowance: limits.Allowance | None = None
    _claim: operations.Claim | None = None

    def platform(self, request: Request) -> Platform:
        return calling_platform(request)

    def form(self, form: type[Form], request: Request, **context: Any) -> Form:
        """The body, or a GET's parameters, checked by this form. Raises what names each part that needs a change."""
        given = _once(request.query_params) if request.method in _SAFE else request.data
        read = form(data=given, context=context)
        read.is_valid(raise_exception=True)
        return read

    def read(self, form: type[Form], request: Request, **context: Any) -> dict[str, Any]:
        """What the form made of it."""
        return dict(self.form(form, request, **context).validated_data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method: who calls, may they, and was this asked before."""
        _check_version(request)
        super().initial(request, *args, **kwargs)
        platform, at = calling_platform(request), clock.now()
        self._allowance = limits.take_request(platform.pk, limit=platform.requests_per_minute, at=at)
        if self._allowance.is_used_up:
            raise errors.RateLimited(limit=self._allowance.limit, wait_seconds=self._allowance.reset_seconds)
        if not hasattr(self, str(request.method).lower()):
            return  # REST framework's own refusal names the methods that there are
        scope = self.read_scope if request.method in _SAFE else self.write_scope
        assert scope, f"{type(self).__name__} names no scope for {request.method}"
        if scope not in calling_key(request).scopes:
            raise errors.ScopeMissing(scope=scope)
        if request.method not in _SAFE:
            self._begin(request, platform)

    def handle_exception(self, exc: Exception) -> Any:
        """A request that was asked before is answered as it was then."""
        if isinstance(exc, _AskedBefore):
            return _stored_answer(exc.answer)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """After the method: keep the answer under its key, and say how fresh and how many."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Outpost-Version"] = VERSIONS[-1]
        response["Outpost-Consistency"] = self.consistency
        for name, value in self._allowance.headers().items() if self._allowance else ():
            response[name] = value
        if self._claim is not None:
            self._keep(self._claim, response)
        return response

    def _begin(self, request: Request, platform: Platform) -> None:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            if self.needs_key:
                raise errors.IdempotencyKeyMissing
            return
        if not _KEY.fullmatch(key):
            raise errors.IdempotencyKeyMalformed
        begun = operations.begin_request(platform=platform, key=key, fingerprint=_fingerprint(request), at=clock.now())
        if isinstance(begun, operations.Answered):
            raise _AskedBefore(begun)
        self._claim = begun

    def _keep(self, claim: operations.Claim, response: Response) -> None:
        """Whatever may be answered otherwise the next time is not kept: its key is free again."""
        response.render()
        passing = isinstance(response.data, Mapping) and response.data.get("retryable") is True
        if passing or response.status_code >= 500:  # noqa: PLR2004 - our own failures
            operations.release_request(claim=claim)
            return
        answer = operations.Answered(
            http_status=response.status_code,
            content_type=response["Content-Type"],
            body=response.content,
        )
        operations.finish_request(claim=claim, answer=answer, at=clock.now())


class _AskedBefore(Exception):
    def __init__(self, answer: operations.Answered) -> None:
        super().__init__()
        self.answer = answer


def _stored_answer(answer: operations.Answered) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.http_status, content_type=answer.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def _check_version(request: Request) -> None:
    version = request.headers.get("Outpost-Version")
    if version is not None and version not in VERSIONS:
        raise errors.VersionUnknown(versions=", ".join(VERSIONS))


def _fingerprint(request: Request) -> str:
    """Method, address and body as they arrived."""
    asked = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(asked + request._request.body).hexdigest()


def _once(query: QueryDict) -> dict[str, str]:
    """The parameters of an address. Raises ValidationError for one that is there twice: which of them was meant?"""
    repeated = [name for name, values in query.lists() if len(values) > 1]
    if repeated:
        text = _("Give this parameter once.")
        raise serializers.ValidationError({name: [serializers.ErrorDetail(text, "repeated")] for name in repeated})
    return {name: str(value) for name, value in query.items()}
