"""Whether a notice is truly the portal's (Standard Webhooks, `v1a` and `v1`), and the event in it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from outpost.models import Event
from outpost.problems import OutpostError
from outpost.reading import Malformed, read

TOLERANCE_SECONDS = 300.0
_PUBLIC, _SECRET = "whpk_", "whsec_"
_ED25519, _HMAC = "v1a", "v1"


class VerificationError(OutpostError):
    """Not to be acted on."""


class MissingHeaders(VerificationError):
    """webhook-id, webhook-timestamp or webhook-signature is missing or unreadable."""


class SignatureMismatch(VerificationError):
    """No signature fits any of the keys: forged, tampered with, or signed with a key you don't know yet."""


class TimestampOutsideTolerance(VerificationError):
    """Truly the portal's, but sent too long ago: somebody may be playing an old notice again."""


class MalformedBody(VerificationError):
    """Truly the portal's, but no event that this version can read."""


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    public_keys: Iterable[str] = (),
    secrets: Iterable[str] = (),
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Event:
    """The event of a notice, once one of its signatures fits one of your keys. `body` is what came, byte for byte.

    `public_keys` ("whpk_…") check `v1a`, `secrets` ("whsec_…") check `v1`: give those of now and, during a rotation, the
    previous. `now` is in Unix seconds. The same notice may come again: its `id` tells. Raises VerificationError.
    """
    checks = [*map(_public_key, public_keys), *map(_secret, secrets)]
    if not checks:
        raise ValueError("give public_keys, secrets, or both")
    notice_id, timestamp, signatures = _headers(headers)
    signed = f"{notice_id}.{timestamp}.".encode() + body
    if not any(check(signed, version, signature) for check in checks for version, signature in signatures):
        raise SignatureMismatch("no signature fits any of the keys")
    sent_ago = (time.time() if now is None else now) - int(timestamp)
    if abs(sent_ago) > tolerance_seconds:
        raise TimestampOutsideTolerance(f"sent {sent_ago:.0f} seconds ago, {tolerance_seconds:.0f} are tolerated")
    try:
        return read(Event, json.loads(body))
    except (Malformed, ValueError, RecursionError) as error:
        raise MalformedBody(str(error)) from error


# (what is signed, version, signature) → whether it fits this key
_Check = Callable[[bytes, str, bytes], bool]
_TIMESTAMP_DIGITS_MAX = 15


def _headers(headers: Mapping[str, str]) -> tuple[str, str, list[tuple[str, bytes]]]:
    """Id, timestamp, and the signatures of every version: "v1a,<base64> v1,<base64>"."""
    lowered = {name.lower(): value for name, value in headers.items()}
    notice_id, timestamp, written = (lowered.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP_DIGITS_MAX):
        timestamp = ""
    missing = [
        name for name, value in (("id", notice_id), ("timestamp", timestamp), ("signature", written)) if not value
    ]
    if missing:
        raise MissingHeaders(", ".join(f"webhook-{name}" for name in missing))
    found = []
    for part in written.split():
        version, _, signature = part.partition(",")
        try:
            found.append((version, base64.b64decode(signature, validate=True)))
        except (binascii.Error, ValueError):
            continue
    return notice_id, timestamp, found


def _public_key(text: str) -> _Check:
    """Raises ValueError when it is no public key: a mistake in your settings, not in the notice."""
    key = Ed25519PublicKey.from_public_bytes(_bytes_of(text, _PUBLIC))

    def fits(signed: bytes, version: str, signature: bytes) -> bool:
        if version != _ED25519:
            return False
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    return fits


def _secret(text: str) -> _Check:
    """Raises ValueError when it is no secret: a mistake in your settings, not in the notice."""
    secret = _bytes_of(text, _SECRET)
    if not secret:
        raise ValueError("a secret is empty")

    def fits(signed: bytes, version: str, signature: bytes) -> bool:
        right = hmac.new(secret, signed, hashlib.sha256).digest()
        return version == _HMAC and hmac.compare_digest(right, signature)

    return fits


def _bytes_of(text: str, prefix: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{prefix}<base64> is what the portal shows") from error
