"""Sealing: personal data encrypted at rest, and keyed hashes to find a row by it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


def seal(text: str) -> str:
    """Encrypt with the first of FIELD_KEYS (AES-256-GCM). The key's name stands in front, so keys can rotate."""
    name, key = next(iter(_keys(tuple(settings.FIELD_KEYS)).items()))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), name.encode())
    return f"{name}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str) -> str:
    """Decrypt what `seal` gave, with whichever of FIELD_KEYS it names. Raises InvalidTag if a byte was changed."""
    name, _, encoded = sealed.partition(":")
    data = base64.urlsafe_b64decode(encoded)
    key = _keys(tuple(settings.FIELD_KEYS))[name]
    return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode()).decode()


def keyed_hash(text: str, *, purpose: str) -> str:
    """64 hex characters that find an equal text again but tell nothing without the key. One key a purpose.

    Uses the last (oldest) of FIELD_KEYS: a rotation adds keys in front and must not change the hashes.
    """
    key = list(_keys(tuple(settings.FIELD_KEYS)).values())[-1]
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _keys(specs: tuple[str, ...]) -> dict[str, bytes]:
    """FIELD_KEYS are base64 of 32 bytes each; a key is named by the first 8 hex digits of its hash."""
    keys = [base64.b64decode(spec) for spec in specs]
    assert keys, "FIELD_KEYS is empty"
    assert all(len(key) == 32 for key in keys), "each of FIELD_KEYS is base64 of 32 bytes"  # noqa: PLR2004 - AES-256
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in keys}
