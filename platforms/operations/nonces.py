"""The signed requests that were used up, each once."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from platforms import errors, signatures
from platforms.models import ApiKey, RequestNonce

NONCE_KEPT = 2 * signatures.WINDOW
_NONCES_AT_ONCE = 5_000


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
