"""The keys that platforms prove themselves with: issued, registered, revoked."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction

from common.references import new_id
from common.sealing import keyed_hash
from platforms import errors, signatures
from platforms.models import ApiKey, Platform


def issue_bearer_key(*, platform: Platform, at: dt.datetime, by: str, secret: str = "") -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown this once and kept as a hash. A sandbox may bring its own `secret`."""
    secret = secret or f"sk_test_{secrets.token_urlsafe(32)}"
    with transaction.atomic(durable=True):
        key, _ = ApiKey.objects.get_or_create(
            secret_hash=secret_hash(secret),
            defaults={
                "platform": platform,
                "kind": ApiKey.Kind.BEARER,
                "key_id": f"key_{new_id().hex}",
                "created_at": at,
                "created_by": by,
            },
        )
    return key, secret


def register_public_key(*, platform: Platform, public_key: str, at: dt.datetime, by: str, key_id: str = "") -> ApiKey:
    """A platform's Ed25519 public key (base64 of 32 bytes). Raises KeyMaterialInvalid."""
    if not signatures.public_key_is_well_formed(public_key):
        raise errors.KeyMaterialInvalid
    with transaction.atomic(durable=True):
        key, _ = ApiKey.objects.get_or_create(
            key_id=key_id or f"key_{new_id().hex}",
            defaults={
                "platform": platform,
                "kind": ApiKey.Kind.ED25519,
                "public_key": public_key,
                "created_at": at,
                "created_by": by,
            },
        )
    assert key.public_key == public_key, f"{key} is another public key"
    assert key.platform_id == platform.pk, f"{key} is another platform's"
    return key


def revoke_key(*, key_id: str, at: dt.datetime, by: str) -> None:
    """From the next request on the key opens nothing. Revoking twice keeps the first time."""
    with transaction.atomic(durable=True):
        ApiKey.objects.filter(key_id=key_id, revoked_at=None).update(revoked_at=at, revoked_by=by)


def secret_hash(secret: str) -> str:
    return keyed_hash(secret, purpose="api key")
