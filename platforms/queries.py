"""Reading what a platform owns: its keys."""

from __future__ import annotations

from django.db.models import QuerySet

from platforms.errors import KeyNotFound
from platforms.models import ApiKey, Platform


def keys_of(platform: Platform) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(platform=platform)


def key_of(platform: Platform, key_id: str) -> ApiKey:
    """Raises KeyNotFound, for another platform's key as for one that doesn't exist."""
    key = keys_of(platform).filter(key_id=key_id).first()
    if key is None:
        raise KeyNotFound
    return key
