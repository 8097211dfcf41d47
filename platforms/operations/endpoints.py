"""The addresses that platforms are told at: made, changed, switched off and on, and the pairs that sign rotated."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from common.sealing import seal
from platforms import errors, rules, signatures
from platforms.models import EndpointChange, Platform, WebhookEndpoint

# How long both pairs sign after a rotation: time enough for a platform to take over the new one.
ROTATION_OVERLAP = dt.timedelta(days=7)
# Each event of a platform makes a message for each of its endpoints, within the payment's own transaction.
ENDPOINTS_MAX = 10

_Deed = EndpointChange.Deed
_HEALTHY = {
    "failing_since": None,
    "resting_until": None,
    "refused_in_row": 0,
    "last_failed_at": None,
    "last_failure": "",
}


def add_endpoint(
    *, platform: Platform, url: str, at: dt.datetime, by: str, event_types: Sequence[str] = ()
) -> WebhookEndpoint:
    """The platform's endpoint with this address; the first call makes it, later ones change nothing."""
    found = platform.endpoints.filter(url=url).first()
    return found or create_endpoint(platform=platform, url=url, event_types=event_types, at=at, by=by)


def create_endpoint(
    *,
    platform: Platform,
    url: str,
    at: dt.datetime,
    by: str,
    event_types: Sequence[str] = (),
    description: str = "",
) -> WebhookEndpoint:
    """Where the platform is told from now on, with a key pair and a secret of its own.

    Raises EndpointRefused, EndpointExists, TooManyEndpoints.
    """
    _require_fit(url)
    private_key, public_key = signatures.new_key_pair()
    with transaction.atomic(durable=True):
        Platform.objects.select_for_update(no_key=True).get(pk=platform.pk)
        _require_new(platform, url)
        if platform.endpoints.count() >= ENDPOINTS_MAX:
            raise errors.TooManyEndpoints(most=ENDPOINTS_MAX)
        endpoint = WebhookEndpoint.objects.create(
            platform=platform,
            url=url,
            description=description,
            event_types=list(event_types),
            public_key=public_key,
            private_key_sealed=seal(private_key),
            secret_sealed=seal(_new_secret()),
            created_at=at,
            created_by=by,
        )
        _note(endpoint, _Deed.CREATED, at=at, by=by)
    return endpoint


def change_endpoint(*, endpoint_id: UUID, at: dt.datetime, by: str, **changes: Any) -> WebhookEndpoint:
    """Give it another `url`, `event_types` or `description`; what isn't given stays. A new address begins healthy.

    Raises EndpointRefused, EndpointExists.
    """
    assert set(changes) <= {"url", "event_types", "description"}, f"no such change: {changes}"
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(endpoint_id)
        changed = {name: value for name, value in changes.items() if getattr(endpoint, name) != value}
        if not changed:
            return endpoint
        if "url" in changed:
            _require_fit(changed["url"])
            _require_new(endpoint.platform, changed["url"])
            changed |= _HEALTHY
        write(endpoint, **changed)
        _note(endpoint, _Deed.CHANGED, at=at, by=by, reason=", ".join(sorted(set(changes) & set(changed))))
    return endpoint


def disable_endpoint(
    *, endpoint_id: UUID, why: WebhookEndpoint.DisabledReason, at: dt.datetime, by: str, reason: str = ""
) -> WebhookEndpoint:
    """Nothing is sent to it from now on. What happens meanwhile is kept, and sent once it is on again."""
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(endpoint_id)
        switch_off(endpoint, why=why, at=at, by=by, reason=reason)
    return endpoint


def switch_off(
    endpoint: WebhookEndpoint, *, why: WebhookEndpoint.DisabledReason, at: dt.datetime, by: str, reason: str = ""
) -> None:
    """The same for a row that the caller's transaction has locked. One that is off keeps its first time and reason."""
    if endpoint.enabled:
        write(endpoint, enabled=False, disabled_at=at, disabled_reason=why)
        _note(endpoint, _Deed.DISABLED, at=at, by=by, reason=reason)


def switch_on(endpoint: WebhookEndpoint, *, at: dt.datetime, by: str, reason: str = "") -> bool:
    """On again, and taken for healthy. Joins the caller's transaction, which has locked it. False: it was on already."""
    if endpoint.enabled:
        return False
    write(endpoint, enabled=True, disabled_at=None, disabled_reason="", **_HEALTHY)
    _note(endpoint, _Deed.ENABLED, at=at, by=by, reason=reason)
    return True


def rotate_signing_key(
    *, endpoint: WebhookEndpoint, at: dt.datetime, by: str = "operator", overlap: dt.timedelta = ROTATION_OVERLAP
) -> WebhookEndpoint:
    """A new key pair and a new secret; the old ones sign beside them for `overlap`, so that no notice is refused."""
    private_key, public_key = signatures.new_key_pair()
    with transaction.atomic(durable=True):
        endpoint = lock_endpoint(endpoint.pk)
        write(
            endpoint,
            previous_public_key=endpoint.public_key,
            previous_private_key_sealed=endpoint.private_key_sealed,
            previous_secret_sealed=endpoint.secret_sealed,
            previous_until=at + overlap,
            public_key=public_key,
            private_key_sealed=seal(private_key),
            secret_sealed=seal(_new_secret()),
        )
        _note(endpoint, _Deed.ROTATED, at=at, by=by)
    return endpoint


def lock_endpoint(endpoint_id: UUID) -> WebhookEndpoint:
    """For an update that doesn't touch its key: payments that enqueue messages for it meanwhile needn't wait."""
    rows = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True).select_related("platform")
    return rows.get(pk=endpoint_id)


def write(endpoint: WebhookEndpoint, **fields: Any) -> None:
    """Write these columns of a locked row and nothing else."""
    for name, value in fields.items():
        setattr(endpoint, name, value)
    endpoint.save(update_fields=list(fields))


def _require_fit(url: str) -> None:
    if not rules.webhook_url_is_well_formed(url, sandbox=settings.SANDBOX):
        raise errors.EndpointRefused


def _require_new(platform: Platform, url: str) -> None:
    known = platform.endpoints.filter(url=url).first()
    if known is not None:
        raise errors.EndpointExists(endpoint=known.public_id)


def _note(endpoint: WebhookEndpoint, deed: EndpointChange.Deed, *, at: dt.datetime, by: str, reason: str = "") -> None:
    EndpointChange.objects.create(endpoint=endpoint, deed=deed, at=at, by=by, reason=reason[:300])


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
