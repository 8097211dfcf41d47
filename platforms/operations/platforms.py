"""Admitting platforms, and switching them off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from platforms.models import Platform


def register_platform(
    *, code: str, name: str, contact_phone: str, return_url_prefixes: Sequence[str], at: dt.datetime, by: str
) -> Platform:
    """The platform of this code; the first call makes it, later ones change nothing. Joins the caller's transaction, if any."""
    with transaction.atomic():
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


def set_platform_enabled(*, code: str, enabled: bool) -> None:
    """Its keys open nothing, or open again. Joins the caller's transaction, if any."""
    with transaction.atomic():
        Platform.objects.filter(code=code).update(enabled=enabled)
