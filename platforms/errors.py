"""Refusals of a platform's request: who calls could not be told, or may not call."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class Unauthenticated(Refusal):
    code = "unauthenticated"
    http_status = 401
    title = _("Who calls is not known")
    text = _("Nothing was done. Sign the request with a key that is registered for your platform.")


class SignatureInvalid(Refusal):
    code = "signature_invalid"
    http_status = 401
    title = _("The signature does not fit the request")
    text = _("Nothing was done. Sign method, path, query and content digest, with created, nonce and keyid.")


class SignatureExpired(Refusal):
    code = "signature_expired"
    http_status = 401
    title = _("The signature is too old or from the future")
    text = _("Nothing was done. Set your clock right and sign the request anew; 300 seconds either way are accepted.")
    retryable = True


class RequestReplayed(Refusal):
    code = "request_replayed"
    http_status = 401
    title = _("This signed request was received before")
    text = _("Nothing was done this time. To ask again, sign the same request anew with a fresh nonce.")
    retryable = True


class KeyRevoked(Refusal):
    code = "key_revoked"
    http_status = 401
    title = _("This key was revoked")
    text = _("Nothing was done. Use another key of your platform.")


class KeyExpired(Refusal):
    code = "key_expired"
    http_status = 401
    title = _("This key's time is over")
    text = _("Nothing was done and nothing was charged. Use the key that has replaced it, or make a new one.")


class ScopeMissing(Refusal):
    """Details: scope, the one that this request needs."""

    code = "scope_missing"
    http_status = 403
    title = _("This key does not open that")
    text = _("Nothing was done and nothing was charged. The request needs a key with the scope %(scope)s.")


class AddressNotAllowed(Refusal):
    """Details: address, the one that the request came from."""

    code = "address_not_allowed"
    http_status = 403
    title = _("This key may not be used from this address")
    text = _(
        "Nothing was done and nothing was charged. The request came from %(address)s; the key lists the addresses it "
        "may be used from."
    )


class PlatformDisabled(Refusal):
    code = "platform_disabled"
    http_status = 403
    title = _("Your platform is switched off here")
    text = _("Nothing was done and nothing was charged. Please talk to your contact at the bank.")


class BodyTooLarge(Refusal):
    code = "body_too_large"
    http_status = 413
    title = _("The request is too large")
    text = _("Nothing was done and nothing was charged. No request of this API needs more than 64 kB.")


class LengthRequired(Refusal):
    code = "length_required"
    http_status = 411
    title = _("The length of the body is not said")
    text = _("Nothing was done and nothing was charged. Send Content-Length instead of Transfer-Encoding.")


class ContentEncodingRefused(Refusal):
    code = "content_encoding_refused"
    http_status = 415
    title = _("Requests are not packed")
    text = _("Nothing was done and nothing was charged. Send the body as it is, without Content-Encoding.")


class RateLimited(Refusal):
    """Details: limit, the requests a minute."""

    code = "rate_limited"
    http_status = 429
    title = _("Too many requests in this minute")
    text = _(
        "Nothing was done and nothing was charged. Your platform may send %(limit)s requests a minute. Wait "
        "as long as Retry-After says, then send the same request again."
    )
    retryable = True

    def __init__(self, *, limit: int, wait_seconds: int) -> None:
        super().__init__(limit=limit)
        self.retry_after_seconds = wait_seconds


class VersionUnknown(Refusal):
    """Details: versions, those that there are."""

    code = "version_unknown"
    http_status = 400
    title = _("There is no such version of the API")
    text = _(
        "Nothing was done and nothing was charged. Outpost-Version is one of: %(versions)s; left out, it is the last."
    )


class IdempotencyKeyMissing(Refusal):
    code = "idempotency_key_missing"
    http_status = 400
    title = _("This request needs an Idempotency-Key")
    text = _(
        "Nothing was done and nothing was charged. Send the header Idempotency-Key with a value of your own, and the "
        "same one again should you have to ask again."
    )


class IdempotencyKeyMalformed(Refusal):
    code = "idempotency_key_malformed"
    http_status = 400
    title = _("This is no Idempotency-Key")
    text = _(
        "Nothing was done and nothing was charged. A key has 1 to 255 visible ASCII characters; a UUID is a good one."
    )


class IdempotencyKeyReused(Refusal):
    code = "idempotency_key_reused"
    http_status = 422
    title = _("This Idempotency-Key was used for another request")
    text = _(
        "Nothing was done this time and nothing was charged by this request. A key belongs to one method, address and "
        "body. Use a new key for a new request."
    )


class IdempotencyInProgress(Refusal):
    code = "idempotency_in_progress"
    http_status = 409
    title = _("The same request is being worked on")
    text = _(
        "It is done once, by the request that came first. Its answer took longer than this one could wait: ask again "
        "with the same Idempotency-Key to get it."
    )
    money_moved = "unknown"
    retryable = True
    retry_after_seconds = 2


class KeyNotFound(Refusal):
    code = "key_not_found"
    http_status = 404
    title = _("No such key")
    text = _("Your platform has no key of this name. Nothing was changed.")


class ScopeNotHeld(Refusal):
    """Details: scope."""

    code = "scope_not_held"
    http_status = 403
    title = _("A key can't give away what it does not have")
    text = _("No key was made. The key that asks does not have the scope %(scope)s itself.")


class LastKey(Refusal):
    code = "last_key"
    http_status = 409
    title = _("This is the last key that can make keys")
    text = _("It was not revoked: your platform would be locked out. Make another one with keys:write first.")


class KeyNotRollable(Refusal):
    code = "key_not_rollable"
    http_status = 409
    title = _("This key can't be rolled")
    text = _("It was revoked, or its time is over. Nothing was changed. Make a new key instead.")


class EndpointRefused(Refusal):
    code = "endpoint_refused"
    http_status = 422
    title = _("Notices can't be sent to this address")
    text = _("Nothing was changed. The address must begin with https:// and lead to a public host on port 443 or 8443.")


class EndpointNotFound(Refusal):
    code = "endpoint_not_found"
    http_status = 404
    title = _("There is no such webhook endpoint")
    text = _("Nothing was changed. List your webhook endpoints to find its id.")


class EndpointExists(Refusal):
    """`endpoint` names the one that is there."""

    code = "endpoint_exists"
    http_status = 409
    title = _("This address is an endpoint of yours already")
    text = _(
        "Nothing was changed. The endpoint %(endpoint)s has this address; change that one, or give another address."
    )


class TooManyEndpoints(Refusal):
    code = "too_many_endpoints"
    http_status = 409
    title = _("You have as many webhook endpoints as one platform may have")
    text = _("Nothing was changed. %(most)s are possible; change the address of one that you no longer need.")


class EndpointDisabled(Refusal):
    code = "endpoint_disabled"
    http_status = 409
    title = _("This webhook endpoint is switched off")
    text = _("Nothing was sent. Enable the endpoint first; what waited for it is sent then.")


class KeyMaterialInvalid(Refusal):
    code = "key_invalid"
    http_status = 422
    title = _("This is not a public key")
    text = _("Nothing was changed. Give the 32 bytes of an Ed25519 public key in base64.")
