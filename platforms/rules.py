"""Which addresses we may call, and which addresses a customer may be sent back to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

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

_PORTS = {None, 443, 8443}
URL_LENGTH_MAX = 500


def webhook_url_is_well_formed(url: str, *, sandbox: bool) -> bool:
    """https on port 443 or 8443, a host by name or public address, no user, no fragment. A sandbox may use any HTTP."""
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or parts.fragment:
        return False
    if sandbox:
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and port in _PORTS and _host_is_plausible(parts.hostname)


def address_begins(url: str, prefix: str) -> bool:
    """Whether the address begins as registered; `:*` before the first slash of the path stands for any port.

    "https://shop.example/" holds "https://shop.example/orders/1". "http://localhost:*/" holds "http://localhost:3000/done",
    but neither "http://localhost:3000@shop.example/" nor "http://localhost/".
    """
    host, any_port, path = prefix.partition(":*/")
    if not any_port:
        return url.startswith(prefix)
    return re.match(rf"{re.escape(host)}:[0-9]{{1,5}}/{re.escape(path)}", url) is not None


def address_is_public(address: str) -> bool:
    """Neither loopback nor private, link-local, shared, reserved, multicast; nor such an IPv4 dressed as IPv6."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None) or _nat64(found)
        if inner is not None:
            return address_is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def is_network(text: str) -> bool:
    """ "203.0.113.0/24", "2001:db8::/32" or one address, written as the network that it is."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def address_is_within(address: str, networks: Iterable[str]) -> bool:
    """Does the address belong to one of the networks? An IPv4 dressed as IPv6 counts as the IPv4 that it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ipaddress.ip_network(network) for network in networks)


def _nat64(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if found in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return None


def _host_is_plausible(host: str) -> bool:
    """A public address, or a dotted name whose last label is no number: 2130706433 and 0x7f.1 are addresses too."""
    try:
        return address_is_public(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        plausible = len(labels) > 1 and all(labels) and not labels[-1][0].isdigit()
        return plausible and labels[-1].lower() not in {"local", "internal"}
