"""Who asks: a request's Ed25519 signature (RFC 9421), or a bearer key where a sandbox takes one."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PLAIN = re.compile(r"[!#-\[\]-~]+")  # a quoted text without a quote, a backslash or a space


class Credentials(Protocol):
    """Makes the headers that say who asks, anew for every sending."""

    def headers(self, *, method: str, path: str, query: str, body: bytes, created: int) -> Mapping[str, str]:
        """`path` and `query` as they are sent; `created` in Unix seconds."""


@dataclass(frozen=True)
class Bearer:
    """A key that is sent along as it is. Sandboxes only."""

    secret: str = field(repr=False)

    def headers(self, *, method: str, path: str, query: str, body: bytes, created: int) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


@dataclass(frozen=True)
class SigningKey:
    """A key id and the private half that only you have: base64 of its 32 bytes, or the key itself."""

    key_id: str
    private_key: str | Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if not _PLAIN.fullmatch(self.key_id):
            raise ValueError("key_id is the text that the portal gave the key")
        _private(self.private_key)

    def headers(self, *, method: str, path: str, query: str, body: bytes, created: int) -> Mapping[str, str]:
        """Content-Digest where there is a body, Signature-Input and Signature, with a nonce used once.

        What is signed (RFC 9421, section 2.5):
            "@method": POST
            "@path": /api/v1/payments
            "@query": ?
            "content-digest": sha-256=:…:
            "@signature-params": ("@method" "@path" "@query" "content-digest");created=…;keyid="…";nonce="…"
        """
        covered = {"@method": method, "@path": path, "@query": f"?{query}"}
        digest = f"sha-256=:{_base64(hashlib.sha256(body).digest())}:"
        if body:
            covered["content-digest"] = digest
        names = " ".join(f'"{name}"' for name in covered)
        nonce = secrets.token_urlsafe(18)
        parameters = f'({names});created={created};keyid="{self.key_id}";nonce="{nonce}"'
        lines = [f'"{name}": {value}' for name, value in {**covered, "@signature-params": parameters}.items()]
        signature = _base64(_private(self.private_key).sign("\n".join(lines).encode()))
        signed = {"Signature-Input": f"sig1={parameters}", "Signature": f"sig1=:{signature}:"}
        return {"Content-Digest": digest, **signed} if body else signed


def credentials_of(
    *, key_id: str | None, private_key: str | Ed25519PrivateKey | None, bearer: str | None
) -> Credentials:
    """Either a key id with its private key or a bearer key. Raises ValueError for anything else."""
    if bearer and not key_id and not private_key:
        return Bearer(bearer)
    if key_id and private_key and not bearer:
        return SigningKey(key_id, private_key)
    raise ValueError("give key_id and private_key, or bearer alone")


def _private(key: str | Ed25519PrivateKey) -> Ed25519PrivateKey:
    if isinstance(key, Ed25519PrivateKey):
        return key
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key, validate=True))
    except ValueError as error:
        raise ValueError("private_key is the base64 of 32 bytes") from error


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
