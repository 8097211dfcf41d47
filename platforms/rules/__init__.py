"""What a key may open, where a customer may be sent back to, and which addresses may be called or called from."""

from __future__ import annotations

import re

from platforms.rules.addresses import (
    URL_LENGTH_MAX,
    address_is_loopback,
    address_is_public,
    address_is_within,
    is_network,
    webhook_url_is_well_formed,
)

__all__ = [
    "SCOPES",
    "URL_LENGTH_MAX",
    "address_begins",
    "address_is_loopback",
    "address_is_public",
    "address_is_within",
    "is_network",
    "webhook_url_is_well_formed",
]

# What a key may open. A view names one for reading and one for everything else.
SCOPES: tuple[str, ...] = (
    "payments:read",
    "payments:write",
    "refunds:read",
    "refunds:write",
    "events:read",
    "webhooks:read",
    "webhooks:write",
    "calendar:read",
    "settlement:read",
    "platform:read",
    "keys:read",
    "keys:write",
)


def address_begins(url: str, prefix: str) -> bool:
    """Whether the address begins as registered; `:*` before the first slash of the path stands for any port.

    "https://shop.example/" holds "https://shop.example/orders/1". "http://localhost:*/" holds "http://localhost:3000/done",
    but neither "http://localhost:3000@shop.example/" nor "http://localhost/".
    """
    host, any_port, path = prefix.partition(":*/")
    if not any_port:
        return url.startswith(prefix)
    return re.match(rf"{re.escape(host)}:[0-9]{{1,5}}/{re.escape(path)}", url) is not None
