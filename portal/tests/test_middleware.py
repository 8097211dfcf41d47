"""Whose address a request has: nobody's word is believed but that of our own proxies."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.middleware import ClientAddress


def address_of(settings, proxies, peer, forwarded):
    settings.TRUSTED_PROXIES = proxies
    seen = []
    middleware = ClientAddress(lambda request: seen.append(request.META["REMOTE_ADDR"]) or HttpResponse())
    headers = {"x-forwarded-for": forwarded} if forwarded is not None else {}
    middleware(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        ([], "198.51.100.1", None, "198.51.100.1"),
        ([], "198.51.100.1", "203.0.113.9", "198.51.100.1"),
        (["10.0.0.0/8"], "198.51.100.1", "203.0.113.9", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 10.9.9.9, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", None, "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "nonsense", "nonsense"),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_is_the_callers(settings, proxies, peer, forwarded, address):
    assert address_of(settings, proxies, peer, forwarded) == address
