"""The keys a notice is signed with, as Outpost writes them, and the signatures they make."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES = 32
# v1a: Ed25519, checked with the public key. v1: HMAC-SHA256, checked with the secret that both sides hold.
SCHEMES = ("v1a", "v1")


class KeyUnreadable(Exception):
    """A key that isn't the base64 of 32 bytes, with or without its prefix."""


@dataclass(frozen=True)
class Keys:
    """What one endpoint is signed with: an Ed25519 seed and a shared secret, 32 bytes each."""

    seed: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Keys:
        return cls(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))

    @classmethod
    def of(cls, *, private_key: str = "", secret: str = "") -> Keys:
        """From "whsk_…" and "whsec_…"; what isn't given is made up. Raises KeyUnreadable."""
        seed = _decode(private_key, "whsk_") if private_key else secrets.token_bytes(KEY_BYTES)
        shared = _decode(secret, "whsec_") if secret else secrets.token_bytes(KEY_BYTES)
        return cls(seed, shared)

    @property
    def public_bytes(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def public_key_text(self) -> str:
        return f"whpk_{_encode(self.public_bytes)}"

    @property
    def private_key_text(self) -> str:
        return f"whsk_{_encode(self.seed)}"

    @property
    def secret_text(self) -> str:
        return f"whsec_{_encode(self.secret)}"

    def signatures(
        self, *, notice_id: str, timestamp: str, body: bytes, schemes: Iterable[str] = SCHEMES
    ) -> tuple[str, ...]:
        """One text for each scheme: ("v1a,<base64>", "v1,<base64>"), over id.timestamp.body."""
        signed = f"{notice_id}.{timestamp}.".encode() + body
        made = {
            "v1a": lambda: Ed25519PrivateKey.from_private_bytes(self.seed).sign(signed),
            "v1": lambda: hmac.new(self.secret, signed, hashlib.sha256).digest(),
        }
        return tuple(f"{scheme},{_encode(made[scheme]())}" for scheme in schemes)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str, prefix: str) -> bytes:
    try:
        found = base64.b64decode(text.removeprefix(prefix), validate=True)
    except ValueError as error:
        raise KeyUnreadable(f"{prefix}… is not base64") from error
    if len(found) != KEY_BYTES:
        raise KeyUnreadable(f"{prefix}… holds {len(found)} bytes, not {KEY_BYTES}")
    return found
