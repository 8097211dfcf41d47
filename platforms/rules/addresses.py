"""Which addresses we may be sent to: https, a usual port, a host of the public internet, written in one way only.

The grammar here is narrower than that of a URL, on purpose: where two readers could take a host for two different ones
(backslashes, users, odd digits, zones, percent signs) the address is refused instead of being read the right way.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

_PORTS = {"", "443", "8443"}
URL_LENGTH_MAX = 500
_NAME_LENGTH_MAX = 253

# Scheme, host, port, path and query as RFC 3986 writes them; without a user, and without a fragment.
_REST = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    rf"(?:/{_REST})?(?:\?(?:{_REST}|\?)*)?"
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# The last label begins with a letter: what ends in a number is an address in disguise (2130706433, 0x7f.1, 127.1).
_LAST_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")

# Names that lead into a network of one's own, or nowhere (RFC 6761, 6762, 8375, 9476 and what is usual inside).
_INNER_NAMES = frozenset(
    {"localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan", "svc"}
    | {"arpa", "onion", "invalid", "test", "alt"}
)
# Public by name, and answered with the addresses of a cloud's metadata service.
_METADATA_NAMES = frozenset({"metadata.tencentyun.com"})

# IANA's registry of special-purpose IPv4 addresses, multicast and class E.
_INNER_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Looks public, and is the metadata service of one cloud.
        "168.63.129.16/32",
    )
)
# Of IPv6 only what IANA has given out as global unicast, and of that not what carries an IPv4 address within or is
# set aside: protocol assignments (Teredo, ORCHID, benchmarks), documentation, 6to4.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_INNER_V6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
# The interface part of an ISATAP address: 0:5efe or 200:5efe, then an IPv4 address.
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}


def webhook_url_is_well_formed(url: str, *, sandbox: bool) -> bool:
    """https on port 443 or 8443, a host by name or public address, no user, no fragment.

    A sandbox may be told on its own machine too: any HTTP to a loopback address or to `localhost`, on any port.
    """
    if len(url) > URL_LENGTH_MAX:
        return False
    parts = _URL.fullmatch(url)
    if parts is None:
        return False
    host, port = parts["host"].lower(), parts["port"] or ""
    if sandbox and _host_is_this_machine(host):
        return True
    return parts["scheme"] == "https" and port in _PORTS and _host_is_plausible(host)


def address_is_public(address: str) -> bool:
    """A global unicast address: not loopback, private, link-local, shared, reserved, documentation or multicast; nor an
    IPv4 address dressed as IPv6 (mapped, NAT64, 6to4, Teredo, ISATAP); nor one with a zone."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _INNER_V4)
    if found.scope_id is not None or found not in _GLOBAL_V6 or any(found in network for network in _INNER_V6):
        return False
    return (int(found) >> 32 & 0xFFFF_FFFF) not in _ISATAP


def address_is_loopback(address: str) -> bool:
    """This machine, for the sandbox's own receivers."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _LOOPBACK if network.version == found.version)


def _host_is_plausible(host: str) -> bool:
    """A public address in its one usual spelling, or a dotted name that doesn't lead inside."""
    if host.startswith("["):
        return address_is_public(host.strip("[]"))
    labels = host.split(".")
    if labels[-1].isdigit():
        return address_is_public(host)
    return (
        len(host) <= _NAME_LENGTH_MAX
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and _LAST_LABEL.fullmatch(labels[-1]) is not None
        and labels[-1] not in _INNER_NAMES
        and host not in _METADATA_NAMES
    )


def _host_is_this_machine(host: str) -> bool:
    return host == "localhost" or address_is_loopback(host.strip("[]"))


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
