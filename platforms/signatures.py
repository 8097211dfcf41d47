"""Signed requests (RFC 9421, Ed25519): what must be covered, how to sign, how to verify. No clock, no rows.

A platform signs each request so:

    Content-Digest: sha-256=:<base64 of SHA-256 of the body>:         (RFC 9530; left out when there is no body)
    Signature-Input: sig1=("@method" "@path" "@query" "content-digest");created=<Unix time>;keyid="<id>";nonce="<fresh>"
    Signature: sig1=:<base64 of the Ed25519 signature>:

The signature is over these lines, joined by "\\n" without one at the end (RFC 9421, section 2.5):

    "@method": POST
    "@path": /api/v1/payments
    "@query": ?                                                 (a question mark alone when there is no query)
    "content-digest": sha-256=:…:
    "@signature-params": ("@method" "@path" "@query" "content-digest");created=…;keyid="…";nonce="…"

`created` may be 300 s away from our clock, either way. `nonce` is 8 to 64 characters and used once; a request that
is sent again is signed again. `alg`, where given, is "ed25519". More may be covered, less may not.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

# Clocks differ and requests wait in queues; a nonce must be remembered for twice as long.
WINDOW = dt.timedelta(seconds=300)
COVERED = ("@method", "@path", "@query")
NONCE_LENGTH_MIN, NONCE_LENGTH_MAX = 8, 64


class Invalid(Exception):
    """The signature is missing a part, malformed, or does not fit the request."""


class Expired(Exception):
    """Signed outside the window."""


@dataclass(frozen=True)
class Verified:
    key_id: str
    nonce: str
    created: dt.datetime


@dataclass
class Message:
    """A request as it is signed: upper-case method, absolute URL as sent, headers, body before any decoding."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def sign(message: Message, *, key_id: str, private_key: str, nonce: str, created: dt.datetime) -> None:
    """Add Content-Digest (where there is a body), Signature-Input and Signature to the message's headers."""
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_PrivateKey(private_key))
    signer.sign(
        message,
        key_id=key_id,
        created=created,
        nonce=nonce,
        label="sig1",
        covered_component_ids=COVERED,
        body=message.body or None,
    )


def verify(message: Message, *, public_key_of: Callable[[str], str | None], moments: Iterable[dt.datetime]) -> Verified:
    """Who signed this. `public_key_of` gives the base64 key of a key id, None when unknown; `moments` are now, on each
    clock that the signer may go by. Raises Invalid or Expired."""
    verifier = _Verifier(public_key_of, list(moments))
    try:
        results = verifier.verify(message, max_age=None, require_components=COVERED, body=message.body)
    except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
        raise Invalid(str(error)) from error
    parameters = results[0].parameters
    nonce = str(parameters.get("nonce", ""))
    if not NONCE_LENGTH_MIN <= len(nonce) <= NONCE_LENGTH_MAX or not nonce.isprintable():
        raise Invalid("nonce")
    created = dt.datetime.fromtimestamp(int(parameters["created"]), dt.UTC)
    return Verified(key_id=str(parameters["keyid"]), nonce=nonce, created=created)


def new_key_pair() -> tuple[str, str]:
    """(private, public), each base64 of 32 bytes."""
    private = Ed25519PrivateKey.generate()
    return _encode(private.private_bytes_raw()), _encode(private.public_key().public_bytes_raw())


def public_key_is_well_formed(public_key: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except ValueError:
        return False
    return True


def sign_bytes(data: bytes, *, private_key: str) -> str:
    """base64 of the Ed25519 signature of these bytes."""
    return _encode(Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key)).sign(data))


class _PrivateKey(HTTPSignatureKeyResolver):
    def __init__(self, private_key: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key))

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key


class _PublicKeys(HTTPSignatureKeyResolver):
    def __init__(self, public_key_of: Callable[[str], str | None]) -> None:
        self._public_key_of = public_key_of

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        known = self._public_key_of(key_id)
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(known)) if known else None


class _Verifier(HTTPMessageVerifier):
    """The library's verifier with the time given to it instead of read by it."""

    def __init__(self, public_key_of: Callable[[str], str | None], moments: list[dt.datetime]) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=_PublicKeys(public_key_of))
        self._moments = moments

    def validate_created_and_expires(self, sig_input: Any, max_age: dt.timedelta | None = None) -> None:
        parameters: Mapping[str, Any] = sig_input.params
        if "created" not in parameters:
            raise InvalidSignature("created is missing")
        # Whole seconds, as the library has made sure: numbers of any size compare, where dates would overflow.
        created = int(parameters["created"])
        now = min((moment.timestamp() for moment in self._moments), key=lambda moment: abs(moment - created))
        if abs(now - created) > WINDOW.total_seconds() or int(parameters.get("expires", now)) < int(now):
            raise Expired


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
