"""Platforms, keys and endpoints for tests of any app."""

import datetime as dt
from itertools import count

from platforms import operations, signatures
from platforms.models import ApiKey, Platform, WebhookEndpoint

AT = dt.datetime(2026, 6, 1, 0, 0, tzinfo=dt.UTC)
_numbers = count(1)


def make_platform(**fields) -> Platform:
    number = next(_numbers)
    defaults = {
        "code": f"shop{number}",
        "name": f"Shop {number}",
        "contact_phone": "(02)7705-4306",
        "return_url_prefixes": ["https://shop.example/"],
        "created_at": AT,
        "created_by": "test",
    }
    return Platform.objects.create(**{**defaults, **fields})


def make_endpoint(platform: Platform, url: str = "", event_types=()) -> WebhookEndpoint:
    url = url or f"https://shop.example/hooks/{next(_numbers)}"
    return operations.add_endpoint(platform=platform, url=url, event_types=event_types, at=AT, by="test")


def make_bearer_key(platform: Platform) -> tuple[ApiKey, str]:
    return operations.issue_bearer_key(platform=platform, at=AT, by="test")


def make_signing_key(platform: Platform) -> tuple[ApiKey, str]:
    """The registered key and the private half that only the platform has (base64)."""
    private, public = signatures.new_key_pair()
    return operations.register_public_key(platform=platform, public_key=public, at=AT, by="test"), private
