"""Every attempt of this process to connect is seen: none goes inside, whatever the address says or a name turns into."""

import ipaddress
import socket

import pytest

from notifications.channels.platform import WebhookSender
from notifications.channels.port import Delivered, Refused, Unknown, WebhookLetter
from notifications.tests.factories import AT, answer_with, receiver
from platforms.signatures import new_key_pair
from platforms.tests.inner_addresses import INNER

pytestmark = pytest.mark.django_db  # the sender looks whether a transaction is open
PRIVATE, _ = new_key_pair()
PUBLIC_V4, PUBLIC_V6 = "8.8.8.8", "2001:4860:4860::8888"


@pytest.fixture
def connections(monkeypatch):
    """Where sockets of this process were told to connect to; only loopback ports in `allowed` are let through."""

    class Seen(list):
        allowed: set = set()

    seen = Seen()
    for name in ("connect", "connect_ex"):
        honest = getattr(socket.socket, name)

        def spy(this, address, honest=honest):
            seen.append(address)
            if address not in seen.allowed:
                raise ConnectionRefusedError(f"not let through: {address}")
            return honest(this, address)

        monkeypatch.setattr(socket.socket, name, spy)
    return seen


@pytest.fixture
def names(monkeypatch):
    """What names turn into: each look-up of a name takes its next answer. Addresses are read as the system reads them."""
    answers, asked = {}, []
    honest = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in answers:
            return honest(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        asked.append(host)
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [_entry(address, port) for address in found.split()]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers, asked


def _entry(address, port):
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


def send(url, **how):
    letter = WebhookLetter("m1", "evt_1", url, b"{}", (PRIVATE,), AT)
    (answer,) = WebhookSender(public_only=True, deadline_seconds=5.0, **how).send(letter)
    return answer


@pytest.mark.parametrize("url", INNER, ids=ascii)
def test_an_address_that_leads_inside_is_refused_at_connect_and_nothing_connects(url, connections, names):
    answer = send(url)

    assert isinstance(answer, Refused | Unknown)
    assert answer.http_status is None
    assert connections == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254"),  # noqa: S104 - refused, not listened on
        *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1"),
        *("fe80::1%lo", "fd00::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"),
        *("2001:db8::1", "3fff::1", "100::1", "5f00::1", "2606:4700::5efe:7f00:1"),
    ],
)
@pytest.mark.parametrize("beside", ["", PUBLIC_V4, PUBLIC_V6])
def test_a_name_is_refused_when_any_of_its_addresses_leads_inside(address, beside, connections, names):
    names[0]["shop.example"] = [f"{beside} {address}"]

    answer = send("https://shop.example/hook")

    assert (type(answer), answer.answer) == (Refused, "the address is not public")
    assert connections == []


@pytest.mark.parametrize("public", [PUBLIC_V4, PUBLIC_V6])
@pytest.mark.parametrize("inner", ["127.0.0.1", "::1", "169.254.169.254"])
def test_a_name_that_turns_inside_after_it_was_checked_is_asked_for_once(public, inner, connections, names):
    """DNS rebinding: the first answer is public, every later one leads inside."""
    names[0]["shop.example"] = [public, inner]

    first = send("https://shop.example/hook")
    second = send("https://shop.example/hook")

    assert isinstance(first, Unknown)
    assert [address[0] for address in connections] == [public]
    assert (type(second), second.answer) == (Refused, "the address is not public")
    assert names[1] == ["shop.example"] * 2


def test_a_redirect_inside_is_not_followed(connections, names):
    with receiver(answer_with(200)) as inside:
        with receiver(answer_with(302, Location=f"{inside.url}/latest")) as shop:
            connections.allowed = {("127.0.0.1", shop.server.server_port)}
            answer = send(f"{shop.url}/hook", loopback_too=True)

        assert (type(answer), answer.http_status, inside.received) == (Refused, 302, [])
    assert [address for address in connections if address not in connections.allowed] == []


def test_a_sandbox_tells_its_own_machine_and_nothing_else_inside(connections, names):
    with receiver(answer_with(200)) as shop:
        connections.allowed = {("127.0.0.1", shop.server.server_port)}
        told = send(f"{shop.url}/hook", loopback_too=True)
        names[0]["shop.example"] = ["10.0.0.1"]
        others = [
            send(url, loopback_too=True)
            for url in ("https://shop.example/", "http://10.0.0.1/", "http://169.254.169.254/", "https://2130706433/")
        ]

    assert isinstance(told, Delivered)
    assert [type(answer) for answer in others] == [Refused] * 4
    assert connections == [("127.0.0.1", shop.server.server_port)]


def test_what_is_public_is_connected_to_by_the_address_that_was_checked(connections, names):
    """So that the tests above mean something."""
    names[0]["shop.example"] = [PUBLIC_V4]

    answer = send("https://shop.example:8443/hook")

    assert isinstance(answer, Unknown)
    assert connections == [(PUBLIC_V4, 8443)]
    assert ipaddress.ip_address(PUBLIC_V4).is_global
