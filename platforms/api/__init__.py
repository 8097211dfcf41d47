"""Who calls the API: a platform, by signature, or by bearer key in a sandbox.

Imports no view: REST framework loads the authentication class while it loads its views.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from common import clock
from platforms import errors, operations, rules, signatures
from platforms.models import ApiKey, Platform


@dataclass(frozen=True)
class PlatformCaller:
    """request.user of the API: a platform, never a person."""

    platform: Platform
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def pk(self) -> object:
        return self.platform.pk

    def __str__(self) -> str:
        return f"platform:{self.platform.code}"


def calling_platform(request: Request) -> Platform:
    """Whose request this is, once it is authenticated."""
    return cast(PlatformCaller, request.user).platform


def calling_key(request: Request) -> ApiKey:
    """With which key, once it is authenticated."""
    return cast(ApiKey, request.auth)


class PlatformAuthentication(BaseAuthentication):
    """Ed25519 signatures (platforms/signatures.py); `Authorization: Bearer sk_test_…` in a sandbox only."""

    def authenticate(self, request: Request) -> tuple[PlatformCaller, ApiKey]:
        body = _body(request)
        if "Signature-Input" in request.headers:
            key = _key_of_signature(request, body)
        else:
            key = _key_of_bearer(request.headers.get("Authorization", ""))
        _check_key(key, request.META.get("REMOTE_ADDR", ""))
        return PlatformCaller(key.platform), key

    def authenticate_header(self, request: Request) -> str:
        return 'Signature realm="outpost"'


def _check_key(key: ApiKey, address: str) -> None:
    if key.revoked_at is not None:
        raise errors.KeyRevoked
    if not key.is_usable(clock.now()):
        raise errors.KeyExpired
    if key.allowed_addresses and not rules.address_is_within(address, key.allowed_addresses):
        raise errors.AddressNotAllowed(address=address)
    if not key.platform.enabled:
        raise errors.PlatformDisabled


def _body(request: Request) -> bytes:
    """All of it, up to the limit: also keeps a parser from reading a body without end."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise errors.ContentEncodingRefused
    if "Transfer-Encoding" in request.headers:
        # Behind WSGI such a body would read as an empty one.
        raise errors.LengthRequired
    try:
        return bytes(request._request.body)
    except RequestDataTooBig as error:
        raise errors.BodyTooLarge from error


def _key_of_bearer(header: str) -> ApiKey:
    kind, _, secret = header.partition(" ")
    if not settings.SANDBOX or kind.lower() != "bearer" or not secret:
        raise errors.Unauthenticated
    found = ApiKey.objects.select_related("platform").filter(secret_hash=operations.secret_hash(secret)).first()
    if found is None:
        raise errors.Unauthenticated
    return found


def _key_of_signature(request: Request, body: bytes) -> ApiKey:
    known: dict[str, ApiKey] = {}

    def public_key_of(key_id: str) -> str | None:
        if "\0" in key_id:
            return None
        rows = ApiKey.objects.select_related("platform").filter(key_id=key_id, kind=ApiKey.Kind.ED25519)
        known.update({key.key_id: key for key in rows})
        return known[key_id].public_key if key_id in known else None

    url = f"https://{request.get_host()}{request.get_full_path()}"
    message = signatures.Message(request.method or "", url, dict(request.headers), body)
    now = clock.now()
    try:
        # A platform's own client, tried against a sandbox, goes by the real time even while the test clock is ahead.
        verified = signatures.verify(message, public_key_of=public_key_of, moments={now, now - clock.offset()})
    except signatures.Expired as error:
        raise errors.SignatureExpired from error
    except signatures.Invalid as error:
        raise errors.SignatureInvalid from error
    key = known[verified.key_id]
    operations.use_nonce(key=key, nonce=verified.nonce, at=now)
    return key
