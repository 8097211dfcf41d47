"""The refusals that no app makes: an address, a method, a media type that isn't ours, and what went wrong on our side."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class BadRequest(Refusal):
    code = "bad_request"
    http_status = 400
    title = _("This request can't be understood")
    text = _("Nothing was done and nothing was charged. Check the address and what was sent.")


class NotAllowed(Refusal):
    code = "permission_denied"
    http_status = 403
    title = _("This is not allowed")
    text = _("Nothing was done and nothing was charged. This key or login doesn't open it.")


class NotFound(Refusal):
    code = "not_found"
    http_status = 404
    title = _("There is nothing under this address")
    text = _("Nothing was done and nothing was charged. Compare the address with the API's documentation.")


class MethodNotAllowed(Refusal):
    """`Allow` names the methods."""

    code = "method_not_allowed"
    http_status = 405
    title = _("This address doesn't know that method")
    text = _("Nothing was done and nothing was charged. The header Allow names the methods that it knows.")


class NotAcceptable(Refusal):
    code = "not_acceptable"
    http_status = 406
    title = _("Answers are JSON")
    text = _("Nothing was done and nothing was charged. Leave Accept out, or accept application/json.")


class UnsupportedMediaType(Refusal):
    code = "unsupported_media_type"
    http_status = 415
    title = _("Requests are JSON")
    text = _(
        "Nothing was done and nothing was charged. Send Content-Type: application/json, neither packed nor encoded."
    )


class TooManyRequests(Refusal):
    code = "too_many_requests"
    http_status = 429
    title = _("Too many tries in a short time")
    text = _("Nothing was done and nothing was charged. Wait a moment, then ask again.")
    retryable = True


class InternalError(Refusal):
    code = "internal_error"
    http_status = 500
    title = _("Something went wrong on our side")
    text = _("Ask again with the same request and the same Idempotency-Key: what was done stays done once.")
    money_moved = "unknown"
    retryable = True
    retry_after_seconds = 5


class Unavailable(Refusal):
    code = "unavailable"
    http_status = 503
    title = _("The service rests for a moment")
    text = _("Ask again in a moment with the same request and the same Idempotency-Key: what was done stays done once.")
    money_moved = "unknown"
    retryable = True
    retry_after_seconds = 30
