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
