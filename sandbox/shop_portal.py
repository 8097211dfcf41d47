"""The shop's side of the portal's API: signed requests out, and whether a notice is truly the portal's."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from common import clock
from platforms import signatures

DEADLINE_SECONDS = 15.0

# Fetched from the portal, and again when a signature fits none of them: keys are rotated.
_known_keys: list[str] = []
_fetching = threading.Lock()


class Silent(Exception):
    """The portal did not answer in a way that can be understood. What it did is not known."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.status < httpx.codes.BAD_REQUEST


def ask(method: str, path: str, body: dict[str, Any] | None = None, *, language: str = "zh-hant") -> Answer:
    """One request to /api/v1 + path. Raises Silent."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    url = f"{settings.PORTAL_URL}/api/v1{path}"
    headers = {"Accept-Language": language, "Accept": "application/json"}
    if content:
        headers["Content-Type"] = "application/json"
    headers |= _credentials(method, url, content)
    try:
        with httpx.Client(timeout=DEADLINE_SECONDS, trust_env=False) as client:
            answer = client.request(method, url, content=content, headers=headers)
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Silent(f"{method} {path}: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise Silent(f"{method} {path}: status {answer.status_code}")
    return Answer(answer.status_code, found)


def is_genuine(*, notice_id: str, timestamp: str, signature: str, body: bytes) -> bool:
    """Standard Webhooks, `v1a`: Ed25519 over "id.timestamp.body". Raises Silent when no key can be had."""
    signed = f"{notice_id}.{timestamp}.".encode() + body
    found = [part[4:] for part in signature.split() if part.startswith("v1a,")]
    return any(_fits(one, signed, key) for key in _keys() for one in found) or any(
        _fits(one, signed, key) for key in _keys(fresh=True) for one in found
    )


def _credentials(method: str, url: str, content: bytes) -> dict[str, str]:
    """A signature; the bearer key only where the shop was given nothing to sign with."""
    if not settings.SHOP_SIGNING_KEY:
        return {"Authorization": f"Bearer {settings.SHOP_API_KEY}"}
    message = signatures.Message(method=method, url=url, body=content)
    signatures.sign(
        message,
        key_id=settings.SHOP_KEY_ID,
        private_key=settings.SHOP_SIGNING_KEY,
        nonce=secrets.token_urlsafe(18),
        created=clock.now(),
    )
    return message.headers


def _keys(*, fresh: bool = False) -> list[str]:
    with _fetching:
        if fresh or not _known_keys:
            answer = ask("GET", "/platform")
            if not answer.ok:
                raise Silent(f"GET /platform: status {answer.status}")
            _known_keys[:] = sorted(set(_public_keys(answer.body)))
        return list(_known_keys)


def _public_keys(found: Any, name: str = "") -> Iterator[str]:
    """Every text under a name with `public_key` in it, however deep."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _public_keys(value, key)
    elif isinstance(found, list):
        for value in found:
            yield from _public_keys(value, name)
    elif isinstance(found, str) and found and "public_key" in name:
        yield found.removeprefix("whpk_")


def _fits(signature: str, signed: bytes, key: str) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
        public.verify(base64.b64decode(signature), signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
