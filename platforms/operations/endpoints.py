"""The addresses that platforms are told at, and the keys that sign what is sent there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from common.sealing import seal
from platforms import errors, rules, signatures
from platforms.models import Platform, WebhookEndpoint

# How long both keys sign after a rotation: time enough for a platform to take over the new one.
ROTATION_OVERLAP = dt.timedelta(days=7)


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
