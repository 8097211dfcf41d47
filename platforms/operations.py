"""Admitting platforms: their keys, the addresses they are told at, and the requests they have used up."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction

from common.references import new_id
from common.sealing import keyed_hash, seal
from platforms import errors, rules, signatures
from platforms.models import ApiKey, Platform, RequestNonce, WebhookEndpoint

# How long both keys sign after a rotation: time enough for a platform to take over the new one.
ROTATION_OVERLAP = dt.timedelta(days=7)
NONCE_KEPT = 2 * signatures.WINDOW
_NONCES_AT_ONCE = 5_000


def register_platform(
    *, code: str, name: str, contact_phone: str, return_url_prefixes: Sequence[str], at: dt.datetime, by: str
) -> Platform:
    """The platform of this code; the first call makes it, later ones change nothing."""
    with transaction.atomic(durable=True):
        platform, _ = Platform.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "contact_phone": contact_phone,
                "return_url_prefixes": list(return_url_prefixes),
                "created_at": at,
                "created_by": by,
            },
        )
    return platform


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


def set_platform_enabled(*, code: str, enabled: bool) -> None:
    with transaction.atomic(durable=True):
        Platform.objects.filter(code=code).update(enabled=enabled)


def add_endpoint(
    *, platform: Platform, url: str, at: dt.datetime, by: str, event_types: Sequence[str] = ()
) -> WebhookEndpoint:
    """Where the platform is told from now on, with a key pair of its own. Raises EndpointRefused."""
    if not rules.webhook_url_is_well_formed(url, sandbox=settings.SANDBOX):
        raise errors.EndpointRefused
    private_key, public_key = signatures.new_key_pair()
    with transaction.atomic(durable=True):
        endpoint, _ = WebhookEndpoint.objects.get_or_create(
            platform=platform,
            url=url,
            defaults={
                "event_types": list(event_types),
                "public_key": public_key,
                "private_key_sealed": seal(private_key),
                "created_at": at,
                "created_by": by,
            },
        )
    return endpoint


def set_endpoint_enabled(*, endpoint: WebhookEndpoint, enabled: bool) -> None:
    """What happens while it is off is kept, and sent once it is on again."""
    with transaction.atomic(durable=True):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(enabled=enabled)


def rotate_signing_key(*, endpoint: WebhookEndpoint, at: dt.datetime) -> WebhookEndpoint:
    """A new key pair; the old one signs beside it for a week, so that no notice is refused in between."""
    private_key, public_key = signatures.new_key_pair()
    with transaction.atomic(durable=True):
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        endpoint.previous_public_key, endpoint.public_key = endpoint.public_key, public_key
        endpoint.previous_private_key_sealed = endpoint.private_key_sealed
        endpoint.private_key_sealed = seal(private_key)
        endpoint.previous_until = at + ROTATION_OVERLAP
        endpoint.save()
    return endpoint


def use_nonce(*, key: ApiKey, nonce: str, at: dt.datetime) -> None:
    """Take a signed request in, once. Raises RequestReplayed the second time."""
    try:
        with transaction.atomic(durable=True):
            RequestNonce.objects.create(key=key, nonce=nonce, seen_at=at)
    except IntegrityError as error:
        raise errors.RequestReplayed from error


def forget_nonces(*, at: dt.datetime) -> int:
    """Drop nonces whose signatures are refused as expired by now."""
    old = RequestNonce.objects.filter(seen_at__lt=at - NONCE_KEPT).order_by("id").values("id")[:_NONCES_AT_ONCE]
    with transaction.atomic(durable=True):
        count, _ = RequestNonce.objects.filter(id__in=old).delete()
    return count


def secret_hash(secret: str) -> str:
    return keyed_hash(secret, purpose="api key")
