"""The keys that platforms prove themselves with: made, rolled, revoked. A secret is shown once and kept as a hash."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from common.references import new_id
from common.sealing import keyed_hash
from platforms import errors, rules, signatures
from platforms.models import ApiKey, Platform

# Time enough to bring a new key to every server, unless the platform says otherwise.
ROLL_OVERLAP = dt.timedelta(days=1)


@dataclass(frozen=True)
class NewKey:
    """What a key is to be: with a `public_key` it verifies signatures, without one it is a sandbox's bearer secret."""

    public_key: str = ""
    scopes: tuple[str, ...] = rules.SCOPES
    allowed_addresses: tuple[str, ...] = ()
    expires_at: dt.datetime | None = None
    description: str = ""


@dataclass(frozen=True)
class MadeKey:
    """A key, and the secret of a bearer key: told this once."""

    key: ApiKey
    secret: str = ""


def make_key(
    *, platform: Platform, new: NewKey, at: dt.datetime, by: str, held_scopes: Iterable[str] = rules.SCOPES
) -> MadeKey:
    """A key for a platform. `held_scopes` are those of whoever asks: nobody gives away more than they have.

    The public key of a usable key finds that key: registering twice makes one. Raises KeyMaterialInvalid, ScopeNotHeld.
    """
    missing = [scope for scope in new.scopes if scope not in held_scopes]
    if missing:
        raise errors.ScopeNotHeld(scope=missing[0])
    if new.public_key and not signatures.public_key_is_well_formed(new.public_key):
        raise errors.KeyMaterialInvalid
    with transaction.atomic(durable=True):
        Platform.objects.select_for_update().get(pk=platform.pk)
        if new.public_key:
            known = _usable(platform, at).filter(public_key=new.public_key).first()
            if known is not None:
                return MadeKey(known)
        return _insert(platform, new, at, by)


def roll_key(
    *,
    platform: Platform,
    key_id: str,
    public_key: str = "",
    overlap: dt.timedelta = ROLL_OVERLAP,
    at: dt.datetime,
    by: str,
) -> MadeKey:
    """A key that takes this one's place, with the same scopes and addresses; the old one opens until the overlap is over.

    A signing key is rolled to another `public_key`. Joins the caller's transaction, if any.
    Raises KeyNotFound, KeyNotRollable, KeyMaterialInvalid.
    """
    with transaction.atomic():
        old = _locked(platform, key_id)
        if not old.is_usable(at):
            raise errors.KeyNotRollable
        signs = old.kind == ApiKey.Kind.ED25519
        if signs and (public_key == old.public_key or not signatures.public_key_is_well_formed(public_key)):
            raise errors.KeyMaterialInvalid
        new = NewKey(
            public_key=public_key if signs else "",
            scopes=tuple(old.scopes),
            allowed_addresses=tuple(old.allowed_addresses),
            description=old.description,
        )
        made = _insert(platform, new, at, by)
        ends = at + overlap
        old.expires_at = ends if old.expires_at is None else min(old.expires_at, ends)
        old.save(update_fields=["expires_at"])
    return made


def revoke_key(*, platform: Platform, key_id: str, at: dt.datetime, by: str) -> ApiKey:
    """From the next request on the key opens nothing. Revoking twice keeps the first time.

    Raises KeyNotFound; LastKey where the platform could make no other key any more.
    """
    with transaction.atomic(durable=True):
        Platform.objects.select_for_update().get(pk=platform.pk)
        key = _locked(platform, key_id)
        if key.revoked_at is not None:
            return key
        if by.startswith("platform:") and not _others_make_keys(key, at):
            raise errors.LastKey
        key.revoked_at, key.revoked_by = at, by
        key.save(update_fields=["revoked_at", "revoked_by"])
    return key


def issue_bearer_key(
    *, platform: Platform, at: dt.datetime, by: str, secret: str = "", scopes: Sequence[str] = rules.SCOPES
) -> tuple[ApiKey, str]:
    """A bearer key with a secret of its own, or with the one that a sandbox was set up with: that is made once."""
    with transaction.atomic(durable=True):
        known = ApiKey.objects.filter(secret_hash=secret_hash(secret)).first() if secret else None
        made = MadeKey(known, secret) if known else _insert(platform, NewKey(scopes=tuple(scopes)), at, by, secret)
    return made.key, made.secret


def register_public_key(
    *,
    platform: Platform,
    public_key: str,
    at: dt.datetime,
    by: str,
    key_id: str = "",
    scopes: Sequence[str] = rules.SCOPES,
) -> ApiKey:
    """A platform's Ed25519 public key (base64 of 32 bytes) under a name agreed on. Joins the caller's transaction, if any.

    Raises KeyMaterialInvalid.
    """
    if not signatures.public_key_is_well_formed(public_key):
        raise errors.KeyMaterialInvalid
    with transaction.atomic():
        key, _ = ApiKey.objects.get_or_create(
            key_id=key_id or f"key_{new_id().hex}",
            defaults={
                "platform": platform,
                "kind": ApiKey.Kind.ED25519,
                "public_key": public_key,
                "scopes": list(scopes),
                "created_at": at,
                "created_by": by,
            },
        )
    assert key.public_key == public_key, f"{key} is another public key"
    assert key.platform_id == platform.pk, f"{key} is another platform's"
    return key


def secret_hash(secret: str) -> str:
    return keyed_hash(secret, purpose="api key")


def _insert(platform: Platform, new: NewKey, at: dt.datetime, by: str, secret: str = "") -> MadeKey:
    if not new.public_key:
        secret = secret or f"sk_test_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        platform=platform,
        kind=ApiKey.Kind.ED25519 if new.public_key else ApiKey.Kind.BEARER,
        key_id=f"key_{new_id().hex}",
        public_key=new.public_key,
        secret_hash="" if new.public_key else secret_hash(secret),
        scopes=list(new.scopes),
        allowed_addresses=list(new.allowed_addresses),
        expires_at=new.expires_at,
        description=new.description,
        created_at=at,
        created_by=by,
    )
    return MadeKey(key, secret)


def _usable(platform: Platform, at: dt.datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), platform=platform, revoked_at=None)


def _others_make_keys(key: ApiKey, at: dt.datetime) -> bool:
    others = _usable(key.platform, at).exclude(pk=key.pk)
    return "keys:write" not in key.scopes or others.filter(scopes__contains="keys:write").exists()


def _locked(platform: Platform, key_id: str) -> ApiKey:
    key = ApiKey.objects.select_for_update(of=("self",)).filter(platform=platform, key_id=key_id).first()
    if key is None:
        raise errors.KeyNotFound
    return key
